package order

import (
	"context"
	"time"

	"coffee/internal/rpc"
)

// Quote prices a cart without placing it. Errors: as Place, but for what belongs to placing.
func (s *Service) Quote(ctx context.Context, caller rpc.Caller, r Request) (Order, error) {
	r.ExpectedTotal = nil
	p, err := s.prepare(ctx, caller, r, sourceOf(caller), true)
	if err != nil {
		return Order{}, err
	}
	p.order.derive(p.order.SoldAt)
	return p.order, s.expand(ctx, p)
}

// expand tells a quote what its lines are made of. While inventory is down nobody knows; the price stands all the same.
func (s *Service) expand(ctx context.Context, p *plan) error {
	ctx, cancel := context.WithTimeout(ctx, expandTimeout)
	defer cancel()
	lines, err := s.Inventory.Expand(ctx, p.take.Service, p.take.Lines)
	switch {
	case err == nil:
		p.order.take(Expansion{Lines: lines})
	case down(err):
		for i := range p.order.Lines {
			p.order.Lines[i].Unexpanded = true
		}
	default:
		return err
	}
	return nil
}

// expandTimeout is how long a quote waits for what its lines are made of.
const expandTimeout = time.Second

// promise says when an order will be ready. A phone's is held against pauses and slots here, which spares the stock, and
// once more under the café's lock when it is written; a quote tells the time if there is one. Errors:
// phone_orders_paused, slot_full.
func (s *Service) promise(ctx context.Context, phones phoneDay, o *Order, now time.Time, quote bool) error {
	queue, err := s.Store.Queue(ctx, o.Cafe, queuedSince(now))
	if err != nil {
		return err
	}
	if o.Source != FromPhone {
		o.promise(now, queue)
		return nil
	}
	until, err := s.Store.PausedUntil(ctx, o.Cafe)
	if err != nil {
		return err
	}
	booked, err := s.Store.Booked(ctx, o.Cafe, slotOf(now))
	if err != nil {
		return err
	}
	err = phones.promise(o, now, until, queue, booked)
	if quote && err != nil {
		o.PromisedAt, o.StartAt = time.Time{}, time.Time{}
		return nil
	}
	return err
}
