package order

import (
	"context"

	"coffee/internal/errs"
	"coffee/internal/page"
	"coffee/internal/rpc"
	"coffee/service/order/journal"
)

// Get gives one order. Another café's or phone's answers like an unknown one. Error: NotFound.
func (s *Service) Get(ctx context.Context, caller rpc.Caller, id string) (Order, error) {
	orders, err := s.Store.Orders(ctx, []string{id})
	if err != nil {
		return Order{}, err
	}
	if len(orders) == 0 || !mine(caller, &orders[0]) {
		return Order{}, errs.NotFound("order %s", id)
	}
	return orders[0], s.expect(ctx, &orders[0])
}

// List pages orders, newest first. A customer sees this phone's; head office may leave the café open. What is typed to
// find an order is looked for in one café or on one day. Errors: invalid_cursor, query_too_wide.
func (s *Service) List(ctx context.Context, caller rpc.Caller, q Query, typed, cursor string, limit int32) ([]Order, string, error) {
	if _, err := page.Decode(cursor, &q.After); err != nil {
		return nil, "", err
	}
	size := page.Limit(limit)
	q.Limit = size + 1
	switch {
	case caller.Is("customer"):
		q.Phone = caller.Subject
	case caller.Staff():
		q.Cafe = caller.Cafe
	}
	q.Find = find(typed)
	if q.Find.Given() && q.Phone == "" && q.Cafe == "" && q.BusinessDate == "" {
		return nil, "", errs.Invalid("query_too_wide", "Say in which café or on which day to look.").Field("cafe_id", "is missing")
	}
	orders, err := s.Store.List(ctx, q)
	if err != nil {
		return nil, "", err
	}
	orders, next := page.Cut(orders, size, listKey)
	for i := range orders {
		if err := s.expect(ctx, &orders[i]); err != nil {
			return nil, "", err
		}
	}
	return orders, next, nil
}

func listKey(o Order) any {
	return ListKey{Date: o.BusinessDate, Sold: o.SoldAt.UnixMicro(), ID: o.ID}
}

// ListHeads pages the journals that changed at or after a mark, the longest unchanged first. Error: invalid_cursor.
func (s *Service) ListHeads(ctx context.Context, since int64, cursor string, limit int32) ([]Head, string, error) {
	var after struct {
		Changed int64  `json:"m"`
		Cafe    string `json:"c"`
	}
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	size := int(limit)
	if size == 0 {
		size = 1000
	}
	heads, err := s.Store.Heads(ctx, since, Head{Changed: after.Changed, Cafe: after.Cafe}, size+1)
	if err != nil {
		return nil, "", err
	}
	heads, next := page.Cut(heads, size, func(h Head) any {
		after.Changed, after.Cafe = h.Changed, h.Cafe
		return after
	})
	return heads, next, nil
}

// ListJournal reads a café's journal in order.
func (s *Service) ListJournal(ctx context.Context, cafe string, after int64, order string, limit int32) ([]journal.Entry, error) {
	size := int(limit)
	if size == 0 {
		size = 200
	}
	entries, err := s.Store.Journal(ctx, cafe, after, order, size)
	// A page stays well under what one message may hold; the reader goes on after its last entry.
	bytes := 0
	for i, e := range entries {
		if bytes += len(e.Payload); bytes > journalBytes && i > 0 {
			return entries[:i], err
		}
	}
	return entries, err
}

// journalBytes bounds the payloads of one page; each is sent twice, as it is and decoded.
const journalBytes = 400 << 10
