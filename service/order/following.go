package order

import (
	"context"
	"time"

	"coffee/internal/rpc"
)

// followEvery is how often a followed order is looked at when nothing moves: time alone makes it late.
const followEvery = 30 * time.Second

// expect tells when an order that waits will be ready instead of when it was promised.
func (s *Service) expect(ctx context.Context, o *Order) error {
	if !o.waits() {
		return nil
	}
	now := s.now()
	before, err := s.Store.Before(ctx, o, queuedSince(now))
	if err == nil {
		o.ExpectedAt = o.expected(now, before)
	}
	return err
}

// Follow sends an order at once and then at each change, until ctx ends or send fails. It is also sent when it is
// expected at another minute than before. Error: NotFound.
func (s *Service) Follow(ctx context.Context, caller rpc.Caller, id string, send func(Order) error) error {
	err := s.follow(ctx, caller, id, send)
	if ctx.Err() != nil {
		return nil // whoever listened has left
	}
	return err
}

func (s *Service) follow(ctx context.Context, caller rpc.Caller, id string, send func(Order) error) error {
	last, err := s.Get(ctx, caller, id)
	if err != nil {
		return err
	}
	leave := s.boards.join(last.Cafe)
	defer leave()
	for first := true; ; first = false {
		moved := s.boards.signal(last.Cafe)
		o, err := s.Get(ctx, caller, id)
		if err != nil {
			return err
		}
		if first || o.Version != last.Version || !o.ExpectedAt.Truncate(time.Minute).Equal(last.ExpectedAt.Truncate(time.Minute)) {
			if err := send(o); err != nil {
				return err
			}
			last = o
		}
		look, stop := context.WithTimeout(ctx, followEvery)
		select {
		case <-look.Done():
		case <-moved:
		}
		stop()
		if ctx.Err() != nil {
			return nil
		}
	}
}
