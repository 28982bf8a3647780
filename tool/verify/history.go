package verify

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"coffee/internal/db"
	"coffee/service/order/journal"
)

// batchEvents is how many events are summed at once.
const batchEvents = 4096

// history is the reading of the journals, café by café, each once from its first entry to its last. Analytics'
// snapshot is taken first: its cursors are not ahead of the journals then.
type history struct {
	*check
	orders  db.DBTX
	figures *figures // nil: not asked for
}

type sealedHead struct {
	seq  int64
	hash []byte
}

// history checks 13 and 14.
func (c *check) history(ctx context.Context) error {
	h := &history{check: c}
	read := func(ctx context.Context) error {
		return c.databases["order"].Snapshot(ctx, func(ctx context.Context, orders db.DBTX) error {
			h.orders = orders
			return h.run(ctx)
		})
	}
	d := c.databases["analytics"]
	if d == nil {
		return read(ctx)
	}
	return d.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		h.figures = &figures{check: c, tx: tx}
		if err := h.figures.begin(ctx); err != nil {
			return err
		}
		return read(ctx)
	})
}

func (h *history) run(ctx context.Context) error {
	heads := map[key]sealedHead{}
	err := each(ctx, h.orders, func(scan func(...any) error) error {
		var cafe key
		var head sealedHead
		err := scan(&cafe, &head.seq, &head.hash)
		heads[cafe] = head
		return err
	}, "SELECT cafe_id, seq, hash FROM head")
	if err != nil {
		return err
	}
	// A café whose head is gone still has its journal.
	for at := []byte{0}; ; {
		var cafe key
		err := h.orders.QueryRowContext(ctx, "SELECT cafe_id FROM journal WHERE cafe_id > ? ORDER BY cafe_id LIMIT 1", at).Scan(&cafe)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return err
		}
		if _, ok := heads[cafe]; !ok {
			heads[cafe] = sealedHead{}
			h.find(13, cafe.String(), "journal", "it has entries and no head")
		}
		at = bytes.Clone(cafe[:])
	}
	for cafe, head := range heads {
		if err := h.cafe(ctx, cafe, head); err != nil {
			return err
		}
	}
	if h.figures == nil {
		return nil
	}
	return h.figures.strangers(ctx, heads)
}

// cafe reads one journal: its chain is verified, and what it sold is summed up to analytics' cursor.
func (h *history) cafe(ctx context.Context, cafe key, head sealedHead) error {
	name := cafe.String()
	var verifier journal.Verifier
	var sum *summing
	if h.figures != nil {
		sum = h.figures.summing(cafe)
	}
	n := 0
	err := each(ctx, h.orders, func(scan func(...any) error) error {
		e := journal.Entry{Cafe: name}
		var order key
		var payload, prev raw
		if err := scan(&e.Seq, &e.Kind, &order, &payload, &prev, &e.Hash); err != nil {
			return err
		}
		n++
		e.OrderID, e.Payload, e.PrevHash = order.String(), payload, prev
		h.faults(name, verifier.Add(e))
		if sum != nil {
			sum.add(e)
		}
		return nil
	}, "SELECT seq, kind, order_id, payload, prev_hash, hash FROM journal WHERE cafe_id = ? ORDER BY seq", cafe[:])
	if err != nil {
		return err
	}
	h.count("journal entries", n)
	h.faults(name, verifier.Head(head.seq, head.hash))
	if sum == nil {
		return nil
	}
	return sum.compare(ctx, head.seq)
}

// faults lists what a verifier found.
func (h *history) faults(cafe string, err error) {
	if err == nil {
		return
	}
	var several interface{ Unwrap() []error }
	if errors.As(err, &several) {
		for _, one := range several.Unwrap() {
			h.faults(cafe, one)
		}
		return
	}
	var fault *journal.Fault
	if errors.As(err, &fault) {
		h.find(13, cafe, "entry/"+list([]int64{fault.Seq}), "%s: %s", fault.Kind, fault.Text)
		return
	}
	h.find(13, cafe, "journal", "%v", err)
}
