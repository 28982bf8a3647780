package order

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"coffee/internal/day"
	"coffee/internal/rpc"
)

// The pauses of the background work, and how much it takes at once.
const (
	confirmEvery = 250 * time.Millisecond
	drainEvery   = 500 * time.Millisecond
	collectEvery = 20 * time.Second
	closeEvery   = 5 * time.Minute
	closeGrace   = 2 * time.Hour // behind the cut-off: somebody may still be at work
	headsEvery   = 200 * time.Millisecond
	batch        = 500
	// collectRounds bounds how many batches are collected at once: at 20 s a round they are more than a chain sells.
	collectRounds = 50
	callTimeout   = 5 * time.Second
	longestPause  = time.Minute
)

// Run does the background work until ctx ends: it confirms consumptions, drives what stock is owed, mends what a
// crash left behind, collects what waits ready for too long, and watches for other replicas' orders.
func (s *Service) Run(ctx context.Context) error {
	var all sync.WaitGroup
	loop := func(every time.Duration, work func(context.Context) error) {
		all.Go(func() {
			for pause(ctx, every) == nil {
				if err := work(ctx); err != nil && ctx.Err() == nil {
					s.Log.WarnContext(ctx, "background work failed; it is tried again", "error", err.Error())
				}
			}
		})
	}
	loop(confirmEvery, s.ConfirmOnce)
	loop(drainEvery, func(ctx context.Context) error { _, err := s.DrainOnce(ctx); return err })
	loop(s.Every, s.ReconcileOnce)
	loop(collectEvery, s.CollectOnce)
	loop(closeEvery, s.CloseOnce)
	loop(headsEvery, s.watchHeads)
	all.Wait()
	// What is at hand goes out; whatever does not, the reconciler of the next start confirms.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if err := s.ConfirmOnce(ctx); err != nil {
		s.Log.WarnContext(ctx, "the last consumptions were not confirmed", "error", err.Error())
	}
	return nil
}

// pause waits; it fails when ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	wait, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-wait.Done()
	return ctx.Err()
}

// confirm hands a consumption to the worker. A full channel drops it: the reconciler finds it.
func (s *Service) confirm(c OpenConsumption) {
	select {
	case s.confirms <- c:
	default:
	}
}

// ConfirmOnce tells inventory, in batches, which consumptions have their order.
func (s *Service) ConfirmOnce(ctx context.Context) error {
	for {
		var held []OpenConsumption
	fill:
		for len(held) < batch {
			select {
			case c := <-s.confirms:
				held = append(held, c)
			default:
				break fill
			}
		}
		if len(held) == 0 {
			return nil
		}
		if err := s.Inventory.Confirm(ctx, held); err != nil {
			for _, c := range held {
				s.confirm(c)
			}
			return fmt.Errorf("confirm %d consumptions: %w", len(held), err)
		}
	}
}

// ReconcileOnce looks at consumptions that nobody confirmed: those with an order are confirmed; the others' attempts
// are marked as abandoned, so that no late try can use them, and then given back.
func (s *Service) ReconcileOnce(ctx context.Context) error {
	open, err := s.Inventory.OpenConsumptions(ctx, s.After, batch)
	if err != nil || len(open) == 0 {
		return err
	}
	ids := make([]string, len(open))
	for i, c := range open {
		ids[i] = c.OrderID
	}
	attempts, err := s.Store.Attempts(ctx, ids)
	if err != nil {
		return err
	}
	type key struct {
		id string
		n  int32
	}
	outcomes := make(map[key]string, len(attempts))
	for _, a := range attempts {
		outcomes[key{a.OrderID, a.N}] = a.Outcome
	}
	var placed []OpenConsumption
	var failed error
	for _, c := range open {
		outcome := outcomes[key{c.OrderID, c.Attempt}]
		if outcome == "" {
			outcome, err = s.abandon(ctx, c)
			if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
		}
		if outcome == AttemptPlaced {
			placed = append(placed, c)
			continue
		}
		if err := s.giveBack(ctx, c); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		s.reconciled.givenBack.Add(1)
	}
	if len(placed) > 0 {
		err := s.Inventory.Confirm(ctx, placed)
		if err == nil {
			s.reconciled.confirmed.Add(int64(len(placed)))
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// Outstanding is what this service still owes inventory, and what its reconciler had to mend since the start.
type Outstanding struct {
	StockDue  int64 // reversals that are not acknowledged
	Oldest    time.Time
	Confirmed int64 // consumptions whose confirmation had been lost
	GivenBack int64 // consumptions whose order never was
}

// Outstanding reads it.
func (s *Service) Outstanding(ctx context.Context) (Outstanding, error) {
	waiting, oldest, err := s.Store.Backlog(ctx)
	return Outstanding{waiting, oldest, s.reconciled.confirmed.Load(), s.reconciled.givenBack.Load()}, err
}

// abandon takes the attempt's one row, unless an order or a cancel was first.
func (s *Service) abandon(ctx context.Context, c OpenConsumption) (string, error) {
	err := s.Store.Write(ctx, func(tx Tx) error {
		return tx.AddAttempt(Attempt{OrderID: c.OrderID, N: c.Attempt, Outcome: AttemptAbandoned, At: s.now()})
	})
	if err == nil {
		return AttemptAbandoned, nil
	}
	if !errors.Is(err, ErrTaken) {
		return "", err
	}
	attempts, err := s.Store.Attempts(ctx, []string{c.OrderID})
	if err != nil {
		return "", err
	}
	for _, a := range attempts {
		if a.N == c.Attempt {
			return a.Outcome, nil
		}
	}
	return "", fmt.Errorf("attempt %d of order %s is taken and not there", c.Attempt, c.OrderID)
}

// giveBack returns what an abandoned attempt took; any number of times.
func (s *Service) giveBack(ctx context.Context, c OpenConsumption) error {
	s.Step("before_reverse")
	err := s.Inventory.Reverse(ctx, Reversal{
		ID: reversalOf(c.OrderID, c.Attempt), OrderID: c.OrderID, Attempt: c.Attempt, Cafe: c.Cafe, BusinessDate: c.BusinessDate,
	})
	if err != nil {
		return fmt.Errorf("give back attempt %d of order %s: %w", c.Attempt, c.OrderID, err)
	}
	return nil
}

// reversals is the name space of the ids that whole attempts are given back under.
var reversals = uuid.MustParse("5a6cf0a4-7d52-5a0e-9f7b-0d1f5e0c8a11")

// reversalOf is the same for every replica and every try.
func reversalOf(order string, attempt int32) string {
	return uuid.NewSHA1(reversals, fmt.Appendf(nil, "%s/%d", order, attempt)).String()
}

// DrainOnce drives inventory.Reverse for what is owed and answers how many were acknowledged. What fails waits
// longer each time, up to a minute.
func (s *Service) DrainOnce(ctx context.Context) (int, error) {
	due, err := s.Store.Due(ctx, s.now(), batch)
	if err != nil {
		return 0, err
	}
	var done []string
	var failed error
	for _, d := range due {
		s.Step("before_reverse")
		err := s.Inventory.Reverse(ctx, d.Reversal)
		if err == nil {
			done = append(done, d.ID)
			continue
		}
		failed = errors.Join(failed, fmt.Errorf("reversal %s of order %s: %w", d.ID, d.OrderID, err))
		if ctx.Err() != nil {
			break
		}
		pause := min(time.Second<<min(d.Tries, 6), longestPause)
		if err := s.Store.Write(ctx, func(tx Tx) error { return tx.Postpone(d.ID, s.now().Add(pause)) }); err != nil {
			return len(done), errors.Join(failed, err)
		}
	}
	if len(done) > 0 {
		err := s.Store.Write(context.WithoutCancel(ctx), func(tx Tx) error { return tx.Acknowledge(done) })
		failed = errors.Join(failed, err)
	}
	return len(done), failed
}

// CollectOnce hands over what has been ready for longer than it takes to fetch it. A phone's unpaid order waits for
// CloseOnce.
func (s *Service) CollectOnce(ctx context.Context) error {
	for range collectRounds {
		ids, err := s.Store.ReadySince(ctx, s.now().Add(-s.CollectAfter), batch)
		if err != nil {
			return err
		}
		err = s.collectAll(ctx, ids, func(o *Order, _ day.Calendar, now time.Time) (bool, error) {
			return o.collect(now, s.CollectAfter), nil
		})
		if err != nil || len(ids) < batch {
			return err
		}
	}
	return nil
}

// CloseOnce ends what nobody moved on until its business day was over: paid orders were collected, others were not.
func (s *Service) CloseOnce(ctx context.Context) error {
	// No zone is further than 14 hours ahead.
	ids, err := s.Store.OpenBefore(ctx, s.now().Add(14*time.Hour-closeGrace).Format(day.Layout), batch)
	if err != nil {
		return err
	}
	return errors.Join(s.forgetVoids(ctx), s.collectAll(ctx, ids, func(o *Order, calendar day.Calendar, now time.Time) (bool, error) {
		return o.closeDay(calendar, now)
	}))
}

// forgetVoids takes voided lines off the board that nobody acknowledged until their day was over.
func (s *Service) forgetVoids(ctx context.Context) error {
	ids, err := s.Store.UnseenBefore(ctx, s.now().Add(14*time.Hour-closeGrace).Format(day.Layout), batch)
	if err != nil {
		return err
	}
	return s.collectAll(ctx, ids, func(o *Order, calendar day.Calendar, now time.Time) (bool, error) {
		ends, err := dayEnds(calendar, o.BusinessDate)
		if err != nil || now.Before(ends.Add(closeGrace)) {
			return false, err
		}
		return o.acknowledge(nil, now)
	})
}

func (s *Service) collectAll(ctx context.Context, ids []string, rule func(*Order, day.Calendar, time.Time) (bool, error)) error {
	orders, err := s.Store.Orders(ctx, ids)
	if err != nil {
		return err
	}
	var failed error
	for _, o := range orders {
		id, cafe := o.ID, ""
		calendar, err := s.calendar(o.Zone, o.CutoffMinutes)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("collect order %s: %w", id, err))
			continue
		}
		if moves, err := rule(&o, calendar, s.now()); err != nil || !moves {
			failed = errors.Join(failed, err)
			continue // most of what is open is not due: no transaction for it
		}
		err = s.writeRetrying(ctx, func(tx Tx) error {
			now := s.now()
			before, ok, err := tx.Order(id)
			if err != nil || !ok {
				return err
			}
			after := before.clone()
			if moved, err := rule(&after, calendar, now); err != nil || !moved {
				return err
			}
			kind := kindCollected
			if !before.Open() {
				kind = kindAcknowledged
			}
			e := entry{kind: kind, before: &before, after: &after, by: rpc.Caller{Kind: rpc.KindService, Service: "order"}, reason: "automatic"}
			if after.Open() && after.noShow() {
				// What the bar made is waste, the rest goes back into stock.
				if _, err := s.takeBack(tx, e.by, &after, Void{Reason: reasonNoShow}, now); err != nil {
					return err
				}
				after.derive(now)
				e.kind, e.reason = kindVoided, reasonNoShow
				if _, err := after.acknowledge(nil, now); err != nil { // nobody stands at the bar by now
					return err
				}
			}
			if err := tx.Save(&before, &after); err != nil {
				return err
			}
			cafe = after.Cafe
			return s.commit(tx, now, e)
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("collect order %s: %w", id, err))
		} else if cafe != "" {
			s.boards.wake(cafe)
		}
	}
	return failed
}

// collect is the clock's hand-over. It tells whether it was time.
func (o *Order) collect(now time.Time, after time.Duration) bool {
	if o.State != StateReady || now.Sub(o.ReadyAt) < after {
		return false
	}
	if o.Source == FromPhone && o.Due > 0 {
		return false // until the day is over
	}
	o.handOverAll(now)
	return true
}

// closeDay ends what is still open when its business day is over.
func (o *Order) closeDay(calendar day.Calendar, now time.Time) (bool, error) {
	ends, err := dayEnds(calendar, o.BusinessDate)
	if err != nil || !o.Open() || now.Before(ends.Add(closeGrace)) {
		return false, err
	}
	if o.noShow() {
		return true, nil // its lines are taken back: collectAll
	}
	o.Uncollected = o.Due > 0
	o.handOverAll(now)
	return true, nil
}

// noShow tells of a phone's order that nobody paid anything for. When its day is over it is taken back, not sold.
func (o *Order) noShow() bool { return o.Source == FromPhone && o.Due > 0 && o.Paid == 0 }

// reasonNoShow is why such an order was taken back.
const reasonNoShow = "not collected"

func (o *Order) handOverAll(now time.Time) {
	for i := range o.Lines {
		if l := &o.Lines[i]; l.State != Voided && l.State != HandedOver {
			l.enter(HandedOver, now)
		}
	}
	o.CollectedAutomatically = true
	o.derive(now)
}
