package store

import (
	"bytes"
	"context"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/service/order"
	"coffee/service/order/journal"
	"coffee/service/order/store/sqlc"
)

// tx is one run of a write transaction.
type tx struct {
	ctx context.Context
	tx  db.Tx
	q   *sqlc.Queries
}

var _ order.Tx = (*tx)(nil)

func (t *tx) Attempts(id string) ([]order.Attempt, error) {
	return attempts(t.ctx, t.q, []string{id})
}

func (t *tx) AddAttempt(a order.Attempt) error {
	return taken(t.q.AddAttempt(t.ctx, sqlc.AddAttemptParams{
		OrderID: db.ID(a.OrderID), N: a.N, Outcome: a.Outcome, At: toMicro(a.At),
	}))
}

func taken(err error) error {
	if db.IsDuplicate(err) {
		return order.ErrTaken
	}
	return err
}

func (t *tx) Order(id string) (order.Order, bool, error) {
	found, err := orders(t.ctx, t.q, []string{id})
	if err != nil || len(found) == 0 {
		return order.Order{}, false, err
	}
	return found[0], true, nil
}

func (t *tx) Fingerprints(ids []string) (map[string][]byte, error) {
	rows, err := t.q.FingerprintsOf(t.ctx, dbIDs(ids))
	out := make(map[string][]byte, len(ids))
	for _, r := range rows {
		out[string(r.ID)] = r.Fingerprint
	}
	return out, err
}

// Insert writes new orders with what belongs to them, each table in one go.
func (t *tx) Insert(all []*order.Order) error {
	var rows, lines, open, work, phones, tenders [][]any
	for _, o := range all {
		rows = append(rows, orderRow(o))
		for i := range o.Lines {
			lines = append(lines, lineRow(o.ID, &o.Lines[i]))
		}
		if o.Open() {
			open = append(open, []any{db.ID(o.Cafe), db.ID(o.ID), toMicro(o.ReadyAt)})
			work = append(work, workRows(o)...)
		}
		if o.Phone != "" {
			phones = append(phones, []any{o.Phone, o.BusinessDate, toMicro(o.SoldAt), db.ID(o.ID)})
		}
		for i := range o.Tenders {
			tenders = append(tenders, tenderRow(o.ID, i+1, &o.Tenders[i]))
		}
	}
	if err := db.InsertRows(t.ctx, t.tx, "orders", orderColumns, rows); err != nil {
		return taken(err)
	}
	if err := db.InsertRows(t.ctx, t.tx, "order_line", lineColumns, lines); err != nil {
		return err
	}
	if err := db.InsertRows(t.ctx, t.tx, "open_order", []string{"cafe_id", "order_id", "ready_at"}, open); err != nil {
		return err
	}
	if err := db.InsertRows(t.ctx, t.tx, "open_work", workColumns, work); err != nil {
		return err
	}
	if err := db.InsertRows(t.ctx, t.tx, "phone_order", []string{"phone", "business_date", "sold_at", "order_id"}, phones); err != nil {
		return err
	}
	return t.insertTenders(tenders)
}

func (t *tx) insertTenders(rows [][]any) error {
	err := db.InsertRows(t.ctx, t.tx, "tender", tenderColumns, rows)
	if db.IsDuplicate(err) {
		return errs.Conflict("tender_exists", "A tender with this id was taken before. Look at the order.")
	}
	return err
}

// Save writes what differs between before and after under the order's version.
func (t *tx) Save(before, after *order.Order) error {
	n, err := t.q.UpdateOrder(t.ctx, sqlc.UpdateOrderParams{
		State: string(after.State), MoneyState: string(after.MoneyState), Discount: after.Discount, Total: after.Total,
		Paid: after.Paid, Refunded: after.Refunded, Due: after.Due, ReadyAt: toMicro(after.ReadyAt), Detail: orderDetailOf(after),
		ID: db.ID(after.ID), Version: before.Version,
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return order.ErrChanged
	}
	after.Version = before.Version + 1
	for i := range after.Lines {
		if err := t.saveLine(after.ID, &before.Lines[i], &after.Lines[i]); err != nil {
			return err
		}
	}
	var tenders [][]any
	for i := len(before.Tenders); i < len(after.Tenders); i++ {
		tenders = append(tenders, tenderRow(after.ID, i+1, &after.Tenders[i]))
	}
	if err := t.insertTenders(tenders); err != nil {
		return err
	}
	if err := t.saveBoard(before, after); err != nil {
		return err
	}
	switch {
	case before.Open() && !after.Open():
		return t.q.CloseOrder(t.ctx, sqlc.CloseOrderParams{CafeID: db.ID(after.Cafe), OrderID: db.ID(after.ID)})
	case after.Open() && !after.ReadyAt.Equal(before.ReadyAt):
		return t.q.SetReady(t.ctx, sqlc.SetReadyParams{ReadyAt: toMicro(after.ReadyAt), CafeID: db.ID(after.Cafe), OrderID: db.ID(after.ID)})
	}
	return nil
}

func (t *tx) saveLine(id string, before, after *order.Line) error {
	detail := lineDetailOf(after)
	if before.State == after.State && before.RefundedQuantity == after.RefundedQuantity && bytes.Equal(detail, lineDetailOf(before)) {
		return nil
	}
	return t.q.UpdateLine(t.ctx, sqlc.UpdateLineParams{
		State: string(after.State), RefundedQuantity: after.RefundedQuantity, RefundedAmount: after.RefundedAmount,
		Detail: detail, OrderID: db.ID(id), Line: after.Number,
	})
}

// NextCall counts per café, business date and letter, from 1.
func (t *tx) NextCall(cafe, date, letter string) (int, error) {
	err := t.upsert(
		func() (int64, error) {
			return t.q.BumpCall(t.ctx, sqlc.BumpCallParams{CafeID: db.ID(cafe), BusinessDate: date, Letter: letter})
		},
		func() error {
			return t.q.FirstCall(t.ctx, sqlc.FirstCallParams{CafeID: db.ID(cafe), BusinessDate: date, Letter: letter})
		}, true)
	if err != nil {
		return 0, err
	}
	n, err := t.q.Call(t.ctx, sqlc.CallParams{CafeID: db.ID(cafe), BusinessDate: date, Letter: letter})
	return int(n), err
}

// upsert updates a row, or inserts it where there is none. Where somebody else inserts it in between, it is updated
// after all. done says that the insert is as good as the update.
func (t *tx) upsert(update func() (int64, error), insert func() error, done bool) error {
	for {
		n, err := update()
		if err != nil || n > 0 {
			return err
		}
		if err = insert(); err == nil && done {
			return nil
		}
		if err != nil && !db.IsDuplicate(err) {
			return err
		}
		done = false
	}
}

func (t *tx) LockPhone(phone string, now time.Time) error {
	return t.upsert(
		func() (int64, error) {
			return t.q.TouchPhone(t.ctx, sqlc.TouchPhoneParams{At: toMicro(now), ID: phone})
		},
		func() error { return t.q.AddPhone(t.ctx, sqlc.AddPhoneParams{ID: phone, At: toMicro(now)}) }, true)
}

func (t *tx) OpenUnpaid(phone string, dates []string) (int, error) {
	n, err := t.q.OpenUnpaid(t.ctx, sqlc.OpenUnpaidParams{Phone: phone, Dates: dates})
	return int(n), err
}

func (t *tx) Owe(due []order.StockDue) error {
	rows := make([][]any, len(due))
	for i, d := range due {
		rows[i] = []any{
			db.ID(d.ID), db.ID(d.OrderID), d.Attempt, db.ID(d.Cafe), d.BusinessDate, encode(d.Lines), d.By, toMicro(d.At), toMicro(d.At), d.Tries,
		}
	}
	return db.InsertRows(t.ctx, t.tx, "stock_due", []string{
		"id", "order_id", "attempt", "cafe_id", "business_date", "reversal", "person", "at", "next_at", "tries",
	}, rows)
}

func (t *tx) Acknowledge(ids []string) error { return t.q.Acknowledge(t.ctx, dbIDs(ids)) }

func (t *tx) Postpone(id string, next time.Time) error {
	return t.q.Postpone(t.ctx, sqlc.PostponeParams{NextAt: toMicro(next), ID: db.ID(id)})
}

// Advance locks the head by moving it and answers it as it was.
func (t *tx) Advance(cafe string, entries, receipts int, now time.Time) (order.Head, error) {
	err := t.upsert(
		func() (int64, error) {
			return t.q.AdvanceHead(t.ctx, sqlc.AdvanceHeadParams{
				Entries: int64(entries), Receipts: int64(receipts), Now: toMicro(now), Cafe: db.ID(cafe),
			})
		},
		func() error { return t.q.AddHead(t.ctx, db.ID(cafe)) }, false)
	if err != nil {
		return order.Head{}, err
	}
	row, err := t.q.Head(t.ctx, db.ID(cafe))
	head := headFrom(row)
	head.Seq -= int64(entries)
	head.Receipt -= int64(receipts)
	return head, err
}

// Append writes entries and seals the head with the last one's hash.
func (t *tx) Append(entries []journal.Entry, receipts map[string]int64) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		prev := e.PrevHash
		if prev == nil {
			prev = []byte{}
		}
		rows[i] = []any{db.ID(e.Cafe), e.Seq, e.Kind, db.ID(e.OrderID), e.Payload, prev, e.Hash}
		if n := receipts[e.OrderID]; n > 0 {
			if err := t.q.SetReceipt(t.ctx, sqlc.SetReceiptParams{ReceiptNumber: n, ID: db.ID(e.OrderID)}); err != nil {
				return err
			}
			delete(receipts, e.OrderID)
		}
	}
	err := db.InsertRows(t.ctx, t.tx, "journal", []string{"cafe_id", "seq", "kind", "order_id", "payload", "prev_hash", "hash"}, rows)
	if err != nil {
		return err
	}
	last := entries[len(entries)-1]
	return t.q.SealHead(t.ctx, sqlc.SealHeadParams{Hash: last.Hash, CafeID: db.ID(last.Cafe)})
}

func (t *tx) Remember(name string, body []byte, now time.Time) error {
	return t.upsert(
		func() (int64, error) {
			return t.q.Overwrite(t.ctx, sqlc.OverwriteParams{Body: body, At: toMicro(now), Name: name})
		},
		func() error {
			return t.q.Remember(t.ctx, sqlc.RememberParams{Name: name, Body: body, At: toMicro(now)})
		}, true)
}

func (t *tx) Keyed(key keyed.Key, now time.Time, fn func() (order.Answer, error)) (order.Answer, error) {
	return keyed.Do(t.ctx, t.tx, key, now, fn)
}

func (t *tx) Audit(e audit.Entry) error { return audit.Write(t.ctx, t.tx, e) }
