package order

import (
	"context"
	"slices"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
)

// Settle takes tenders for one order or several at once, shared in the order they are named. It answers the orders
// and the cash to give back. Errors: NotFound, nothing_due, overpaid, several_cafes, tender_exists, tendered_not_cash,
// tendered_too_small, tender_id_twice.
func (s *Service) Settle(ctx context.Context, caller rpc.Caller, ids []string, tenders []NewTender, key keyed.Key) ([]Order, int64, error) {
	answer, err := s.keyed(ctx, caller, ids, key, func(tx Tx, before []Order, now time.Time) (Answer, error) {
		after := make([]*Order, len(before))
		for i := range before {
			if before[i].Cafe != before[0].Cafe || before[i].Currency != before[0].Currency {
				return Answer{}, errs.Conflict("several_cafes", "Orders of one café are settled at a time.")
			}
			o := before[i].clone()
			after[i] = &o
		}
		change, err := settle(after, tenders, taker(caller, now))
		if err != nil {
			return Answer{}, err
		}
		var entries []entry
		// Rows are touched in one order, whatever order the orders were named in.
		byID := make([]int, len(after))
		for i := range byID {
			byID[i] = i
		}
		slices.SortFunc(byID, func(a, b int) int { return compare(after[a].ID, after[b].ID) })
		for _, i := range byID {
			o := after[i]
			if len(o.Tenders) == len(before[i].Tenders) {
				continue // the money did not reach it
			}
			o.derive(now)
			if o.settled() {
				o.handOverUnmade(now)
				o.derive(now)
			}
			if err := tx.Save(&before[i], o); err != nil {
				return Answer{}, err
			}
			entries = append(entries, entry{kind: kindSettled, before: &before[i], after: o, by: caller})
		}
		return Answer{Orders: ids, Amount: change}, s.commit(tx, now, entries...)
	})
	if err != nil {
		return nil, 0, err
	}
	orders, err := s.Store.Orders(ctx, answer.Orders)
	return orders, answer.Amount, err
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// RelabelTender turns cash into card or back by a correcting pair; all three stay. A tender shared over orders is
// corrected in each by itself. Errors: NotFound, not_relabelable, already_relabelled,
// tender_given_back.
func (s *Service) RelabelTender(ctx context.Context, caller rpc.Caller, id, tender, kind string, key keyed.Key) (Order, error) {
	return s.change(ctx, caller, id, key, func(tx Tx, before, after *Order, now time.Time) (*entry, error) {
		moved, err := after.relabel(tender, kind, taker(caller, now), s.NewID)
		if err != nil || !moved {
			return nil, err
		}
		err = tx.Audit(audit.Entry{
			At: now, Actor: caller.Actor(), Action: "relabel_tender", Object: "order/" + id,
			Before: map[string]string{"tender": tender}, After: map[string]string{"kind": kind},
		})
		return &entry{kind: kindRelabelled}, err
	})
}

// keyed runs a change of one café's orders under an Idempotency-Key: a repeated call gets the first answer. The
// orders are the caller's, or NotFound.
func (s *Service) keyed(ctx context.Context, caller rpc.Caller, ids []string, key keyed.Key, fn func(tx Tx, before []Order, now time.Time) (Answer, error)) (Answer, error) {
	var answer Answer
	cafe := ""
	err := s.writeRetrying(ctx, func(tx Tx) error {
		now := s.now()
		var err error
		answer, err = tx.Keyed(key, now, func() (Answer, error) {
			before := make([]Order, len(ids))
			for i, id := range ids {
				o, ok, err := tx.Order(id)
				if err != nil {
					return Answer{}, err
				}
				if !ok || !mine(caller, &o) {
					return Answer{}, errs.NotFound("order %s", id)
				}
				before[i], cafe = o, o.Cafe
			}
			return fn(tx, before, now)
		})
		return err
	})
	if err == nil && cafe != "" {
		s.boards.wake(cafe)
	}
	return answer, err
}

// change runs a rule on one order, writes what it changed and its journal entry, and gives the order. A rule that
// answers no entry changed nothing.
func (s *Service) change(ctx context.Context, caller rpc.Caller, id string, key keyed.Key, rule func(tx Tx, before, after *Order, now time.Time) (*entry, error)) (Order, error) {
	_, err := s.keyed(ctx, caller, []string{id}, key, func(tx Tx, before []Order, now time.Time) (Answer, error) {
		after := before[0].clone()
		e, err := rule(tx, &before[0], &after, now)
		if err != nil || e == nil {
			return Answer{Orders: []string{id}}, err
		}
		after.derive(now)
		if wantsReceipt(&after) { // taking lines back may have settled it
			after.handOverUnmade(now)
			after.derive(now)
		}
		if err := tx.Save(&before[0], &after); err != nil {
			return Answer{}, err
		}
		e.before, e.after = &before[0], &after
		if e.by == (rpc.Caller{}) {
			e.by = caller
		}
		return Answer{Orders: []string{id}}, s.commit(tx, now, *e)
	})
	if err != nil {
		return Order{}, err
	}
	return s.Get(ctx, caller, id)
}
