package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"coffee/internal/db"
)

// readOrderSide reads what is small and needed for every order.
func (t *trade) readOrderSide(ctx context.Context) error {
	err := each(ctx, t.orders, func(scan func(...any) error) error {
		var cafe key
		var h headRow
		err := scan(&cafe, &h.seq, &h.receipt)
		t.heads[cafe] = h
		return err
	}, "SELECT cafe_id, seq, receipt FROM head")
	if err != nil {
		return err
	}
	err = each(ctx, t.orders, func(scan func(...any) error) error {
		var cafe, id key
		err := scan(&cafe, &id)
		t.open[id] = cafe
		return err
	}, "SELECT cafe_id, order_id FROM open_order")
	if err != nil {
		return err
	}
	return each(ctx, t.orders, func(scan func(...any) error) error {
		var d dueRow
		var id key
		var body []byte
		if err := scan(&d.id, &id, &d.attempt, &d.cafe, &body, &d.at); err != nil {
			return err
		}
		if err := json.Unmarshal(body, &d.lines); err != nil {
			t.find(11, d.cafe.String(), "reversal/"+d.id.String(), "what is owed cannot be read: %v", err)
		}
		t.due[id] = append(t.due[id], d)
		if at := micro(d.at); at.Before(t.oldest) {
			t.find(12, d.cafe.String(), "order/"+id.String(), "stock is owed for it since %s, reversal %s", at.Format(timeLayout), d.id)
		}
		return nil
	}, "SELECT id, order_id, attempt, cafe_id, reversal, at FROM stock_due")
}

// timeLayout is how findings write moments.
const timeLayout = "2006-01-02T15:04:05Z"

// readDevices reads which device stands in which café.
func (t *trade) readDevices(ctx context.Context, tx db.DBTX) error {
	return each(ctx, tx, func(scan func(...any) error) error {
		var id, cafe key
		err := scan(&id, &cafe)
		t.devices[id.String()] = cafe
		return err
	}, "SELECT id, cafe_id FROM device")
}

// readStockSide reads the open consumptions, and with that begins inventory's snapshot.
func (t *trade) readStockSide(ctx context.Context) error {
	return each(ctx, t.stock, func(scan func(...any) error) error {
		var open taking
		var cafe key
		var at int64
		if err := scan(&open.order, &open.attempt, &cafe, &at); err != nil {
			return err
		}
		t.taking[open] = true
		if since := micro(at); since.Before(t.oldest) {
			t.find(12, cafe.String(), "order/"+open.order.String(), "its consumption (attempt %d) is open since %s",
				open.attempt, since.Format(timeLayout))
		}
		return nil
	}, "SELECT order_id, attempt, cafe_id, at FROM open_consumption")
}

// readChunk reads the orders behind an id and everything of the ids up to the last of them; of the last chunk, to the
// end. next is nil then.
func (t *trade) readChunk(ctx context.Context, from []byte) (c chunk, next []byte, err error) {
	c = chunk{}
	s := span{from: from, to: lastKey}
	if next, err = t.readOrders(ctx, c, from); err != nil {
		return nil, nil, err
	}
	if next != nil {
		s.to = next
	}
	for _, part := range []struct {
		wanted bool
		read   func(context.Context, chunk, span) error
	}{
		{true, t.readLines},
		{t.asked(4, 7, 18), t.readTenders},
		{t.asked(4, 15), t.readAttempts},
		{t.asked(4, 7, 15, 16, 17), t.readEntries},
		{t.stock != nil && t.asked(11), t.readConsumptions},
		{t.stock != nil && t.asked(11), t.readReversed},
		{t.stock != nil && t.asked(9, 11), t.readMoves},
	} {
		if part.wanted {
			if err := part.read(ctx, c, s); err != nil {
				return nil, nil, err
			}
		}
	}
	if t.asked(6) {
		err = t.readMenus(ctx, c)
	}
	return c, next, err
}

func (t *trade) readOrders(ctx context.Context, c chunk, from []byte) (next []byte, err error) {
	n := 0
	err = each(ctx, t.orders, func(scan func(...any) error) error {
		var id key
		var print raw
		o := &orderRow{}
		err := scan(&id, &o.cafe, &o.date, &o.soldAt, &o.placedAt, &o.state, &o.moneyState, &o.source, &o.phone, &o.receipt,
			&o.discount, &o.total, &o.paid, &o.refunded, &o.due, &o.release, &o.attempt, &print, &o.zone, &o.cutoff, &o.raw)
		o.fingerprint = len(print)
		c.of(id).order = o
		if n++; n == chunkOrders {
			next = bytes.Clone(id[:])
		}
		return err
	}, `SELECT id, cafe_id, business_date, sold_at, placed_at, state, money_state, source, phone, receipt_number,
  discount, total, paid, refunded, due, release_number, attempt, fingerprint, time_zone, cutoff_minutes, detail
  FROM orders WHERE id > ? ORDER BY id LIMIT ?`, from, chunkOrders)
	t.count("orders", n)
	return next, err
}

func (t *trade) readLines(ctx context.Context, c chunk, s span) error {
	n := 0
	err := each(ctx, t.orders, func(scan func(...any) error) error {
		var id key
		var l lineRow
		err := scan(&id, &l.number, &l.item, &l.variation, &l.state, &l.quantity, &l.unitPrice, &l.gross, &l.discount, &l.amount,
			&l.rate, &l.tax, &l.net, &l.total, &l.refundedQuantity, &l.refundedAmount, &l.raw)
		b := c.of(id)
		b.lines = append(b.lines, l)
		n++
		return err
	}, `SELECT order_id, line, item_id, variation_id, state, quantity, unit_price, gross, discount, amount,
  tax_rate, tax, net, total, refunded_quantity, refunded_amount, detail
  FROM order_line WHERE order_id > ? AND order_id <= ? ORDER BY order_id, line`, s.from, s.to)
	t.count("lines", n)
	return err
}

func (t *trade) readTenders(ctx context.Context, c chunk, s span) error {
	n := 0
	err := each(ctx, t.orders, func(scan func(...any) error) error {
		var id key
		var m tenderRow
		err := scan(&id, &m.id, &m.part, &m.kind, &m.direction, &m.amount, &m.relabels, &m.device)
		b := c.of(id)
		b.tenders = append(b.tenders, m)
		n++
		return err
	}, `SELECT order_id, id, part, kind, direction, amount, relabels, device_id
  FROM tender WHERE order_id > ? AND order_id <= ? ORDER BY order_id, n`, s.from, s.to)
	t.count("tenders", n)
	return err
}

func (t *trade) readAttempts(ctx context.Context, c chunk, s span) error {
	return each(ctx, t.orders, func(scan func(...any) error) error {
		var id key
		var a attemptRow
		err := scan(&id, &a.n, &a.outcome)
		b := c.of(id)
		b.attempts = append(b.attempts, a)
		return err
	}, "SELECT order_id, n, outcome FROM attempt WHERE order_id > ? AND order_id <= ? ORDER BY order_id, n", s.from, s.to)
}

func (t *trade) readEntries(ctx context.Context, c chunk, s span) error {
	return each(ctx, t.orders, func(scan func(...any) error) error {
		var id key
		var e entryRow
		err := scan(&id, &e.cafe, &e.seq, &e.kind, &e.raw)
		b := c.of(id)
		b.entries = append(b.entries, e)
		return err
	}, `SELECT order_id, cafe_id, seq, kind, payload
  FROM journal WHERE order_id > ? AND order_id <= ? ORDER BY order_id, seq`, s.from, s.to)
}

func (t *trade) readConsumptions(ctx context.Context, c chunk, s span) error {
	n := 0
	err := each(ctx, t.stock, func(scan func(...any) error) error {
		var id key
		var r consumptionRow
		err := scan(&id, &r.attempt, &r.cafe, &r.kind, &r.state, &r.at, &r.raw)
		b := c.of(id)
		b.consumptions = append(b.consumptions, r)
		n++
		return err
	}, `SELECT order_id, attempt, cafe_id, type, state, at, snapshot
  FROM consumption WHERE order_id > ? AND order_id <= ? ORDER BY order_id, attempt`, s.from, s.to)
	t.count("consumptions", n)
	return err
}

func (t *trade) readReversed(ctx context.Context, c chunk, s span) error {
	return each(ctx, t.stock, func(scan func(...any) error) error {
		var id key
		var r reversedRow
		err := scan(&id, &r.attempt, &r.line, &r.units)
		b := c.of(id)
		b.reversed = append(b.reversed, r)
		return err
	}, "SELECT order_id, attempt, line, units FROM reversed_line WHERE order_id > ? AND order_id <= ? ORDER BY order_id", s.from, s.to)
}

func (t *trade) readMoves(ctx context.Context, c chunk, s span) error {
	keep := t.asked(11)
	n := 0
	err := each(ctx, t.stock, func(scan func(...any) error) error {
		var id key
		var m moveRow
		if err := scan(&id, &m.cafe, &m.ingredient, &m.kind, &m.quantity, &m.at); err != nil {
			return err
		}
		t.sums[stockKey{m.cafe, m.ingredient}] += m.quantity
		n++
		if keep {
			b := c.of(id)
			b.moves = append(b.moves, m)
		}
		return nil
	}, `SELECT order_id, cafe_id, ingredient_id, type, quantity, at
  FROM movement WHERE order_id > ? AND order_id <= ? ORDER BY order_id`, s.from, s.to)
	t.count("movements", n)
	if err != nil {
		return fmt.Errorf("movements: %w", err)
	}
	return nil
}
