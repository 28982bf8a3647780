package order

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
)

// writeTimeout bounds the transaction that follows a consumption. It does not end with the caller: what inventory
// took should find its order.
const writeTimeout = 10 * time.Second

// attemptPause is how long a try waits, twenty times, for another one's outcome.
const attemptPause = 25 * time.Millisecond

// plan is an order that is priced and still has to take its stock and be written.
type plan struct {
	order   Order
	take    Consumption
	tenders []NewTender
	caller  rpc.Caller
	yes     approved
	reason  string
	// also runs inside the order's transaction, before it is settled and written: what it did comes first in the
	// journal. Used by a change, which takes lines of another order back in the same step.
	also func(tx Tx, o *Order, now time.Time) ([]entry, error)
	key  keyed.Key
	// phones is what a phone's order is promised by.
	phones phoneDay
	// answer is what the keyed call leaves behind.
	answer func(o *Order) Answer
}

// Place places an order exactly once: the same id and content gives the order as it is now, whatever became of the
// first answer. Errors: order_exists, order_cancelled, not_for_customers, approval_required, approval_refused,
// cafe_archived, release_expired, release_unknown, sold_out, price_changed, closed, too_many_units,
// too_many_open_orders, pickup_not_today, phone_orders_paused, slot_full, overpaid, tender_exists, those of price.Price and of inventory's Consume.
func (s *Service) Place(ctx context.Context, caller rpc.Caller, r Request) (Order, error) {
	return s.put(ctx, caller, r.ID, fingerprint("place", r), func(ctx context.Context) (*plan, error) {
		return s.prepare(ctx, caller, r, sourceOf(caller), false)
	})
}

// put is the one way an order comes into being (architecture.md, "An order, exactly once").
func (s *Service) put(ctx context.Context, caller rpc.Caller, id string, content []byte, prepare func(context.Context) (*plan, error)) (Order, error) {
	done, err := s.turns.take(ctx, id)
	if err != nil {
		return Order{}, err
	}
	defer done()
	o, err := s.tryToPut(ctx, caller, id, content, prepare)
	if refused(err) {
		// Perhaps because of another try of this very order, at another replica: that one was placed meanwhile, and has
		// spent the approval or taken the bar's last minutes.
		if _, known, lookErr := s.next(ctx, caller, id, content); lookErr == nil && known != nil {
			return *known, nil
		}
	}
	return o, err
}

// refused tells a no from not knowing.
func refused(err error) bool {
	e, ok := errs.As(err)
	return ok && e.Kind != errs.KindUnavailable && e.Kind != errs.KindInternal
}

func (s *Service) tryToPut(ctx context.Context, caller rpc.Caller, id string, content []byte, prepare func(context.Context) (*plan, error)) (Order, error) {
	var p *plan
	for range 6 {
		n, known, err := s.next(ctx, caller, id, content)
		if err != nil || known != nil {
			return deref(known), err
		}
		if p == nil {
			if p, err = prepare(ctx); err != nil {
				return Order{}, err
			}
			p.order.Fingerprint = content
		}
		p.take.Attempt = n
		expansion, err := s.Inventory.Consume(ctx, p.take)
		if errs.HasCode(err, "attempt_differs") || errs.HasCode(err, "attempt_abandoned") {
			if err := s.giveUp(ctx, p.take); err != nil {
				return Order{}, err
			}
			continue
		}
		if err != nil {
			return Order{}, err
		}
		s.Step("after_consume")
		o, err := s.write(ctx, p, n, expansion)
		switch {
		case err == nil:
			return o, nil
		case errors.Is(err, ErrTaken), errors.Is(err, ErrChanged), db.IsUnknownCommit(err), errs.HasCode(err, "idempotency_in_progress"):
			// Another try, the reconciler or a cancel was first, or nobody knows: look.
		default:
			s.letGo(ctx, p.take, err)
			return Order{}, err
		}
	}
	return Order{}, errs.Unavailable("order_busy", "The order could not be written yet. Send it again with the same id.")
}

func deref(o *Order) Order {
	if o == nil {
		return Order{}
	}
	return *o
}

// giveUp ends an attempt whose stock was taken for other lines under the same id: by a try that is still on its way
// elsewhere, which gets a moment to finish, or by one that died. What it took goes back.
func (s *Service) giveUp(ctx context.Context, c Consumption) error {
	for range 20 {
		attempts, err := s.Store.Attempts(ctx, []string{c.OrderID})
		if err != nil {
			return err
		}
		for _, a := range attempts {
			if a.N == c.Attempt {
				return nil // decided
			}
		}
		if err := pause(ctx, attemptPause); err != nil {
			return err
		}
	}
	return s.abandonAndGiveBack(ctx, c)
}

func (s *Service) abandonAndGiveBack(ctx context.Context, c Consumption) error {
	open := OpenConsumption{OrderID: c.OrderID, Attempt: c.Attempt, Cafe: c.Cafe, BusinessDate: c.BusinessDate}
	outcome, err := s.abandon(ctx, open)
	if err != nil || outcome == AttemptPlaced {
		return err
	}
	return s.giveBack(ctx, open)
}

// letGo gives back what an order took that was refused after all (overpaid, a line that is being made by now): the
// last croissant should not wait for the reconciler. Where nobody refused it, because the database was away, that is
// whose it stays.
func (s *Service) letGo(ctx context.Context, c Consumption, why error) {
	if !refused(why) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if err := s.abandonAndGiveBack(ctx, c); err != nil {
		s.Log.WarnContext(ctx, "a refused order's stock waits for the reconciler", "order", c.OrderID, "error", err.Error())
	}
}

// next looks an id up: the order it already is, or the attempt to make.
func (s *Service) next(ctx context.Context, caller rpc.Caller, id string, content []byte) (int32, *Order, error) {
	attempts, err := s.Store.Attempts(ctx, []string{id})
	if err != nil {
		return 0, nil, err
	}
	n := int32(0)
	for _, a := range attempts {
		n = max(n, a.N)
		switch a.Outcome {
		case AttemptCancelled:
			return 0, nil, errs.Conflict("order_cancelled", "This order was cancelled. Begin a new one.")
		case AttemptPlaced:
			orders, err := s.Store.Orders(ctx, []string{id})
			if err != nil {
				return 0, nil, err
			}
			if len(orders) == 0 || !mine(caller, &orders[0]) || !bytes.Equal(orders[0].Fingerprint, content) {
				return 0, nil, orderExists()
			}
			return 0, &orders[0], nil
		}
	}
	return n + 1, nil, nil
}

func orderExists() *errs.Error {
	return errs.Conflict("order_exists", "There is another order with this id. Begin a new one.")
}

// mine tells whether an order is the caller's business: a phone's own, or one of the caller's café.
func mine(caller rpc.Caller, o *Order) bool {
	if caller.Is("customer") {
		return o.Phone != "" && o.Phone == caller.Subject
	}
	return caller.MayCafe(o.Cafe)
}

// write is the order's own transaction. Nothing is answered before it is durable.
func (s *Service) write(ctx context.Context, p *plan, n int32, expansion Expansion) (Order, error) {
	base := p.order
	base.Attempt = n
	base.take(expansion)
	var placed Order
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	err := s.Store.Write(ctx, func(tx Tx) error {
		placed = Order{} // this closure may run more than once
		_, err := tx.Keyed(p.key, base.PlacedAt, func() (Answer, error) {
			o := base.clone()
			if err := s.insert(tx, p, &o); err != nil {
				return Answer{}, err
			}
			placed = o
			if p.answer == nil {
				return Answer{Orders: []string{o.ID}}, nil
			}
			return p.answer(&o), nil
		})
		return err
	})
	if err != nil {
		return Order{}, err
	}
	if placed.ID == "" { // its key was answered by another try just now
		return Order{}, ErrTaken
	}
	s.Step("after_commit")
	s.confirm(OpenConsumption{OrderID: placed.ID, Attempt: n, Cafe: placed.Cafe, BusinessDate: placed.BusinessDate})
	s.boards.wake(placed.Cafe)
	return placed, nil
}

// insert is the body of that transaction; the journal comes last.
func (s *Service) insert(tx Tx, p *plan, o *Order) error {
	now := s.now()
	if err := tx.AddAttempt(Attempt{OrderID: o.ID, N: o.Attempt, Outcome: AttemptPlaced, At: now}); err != nil {
		return err
	}
	if err := p.yes.spend(tx, now); err != nil {
		return err
	}
	if o.Source == FromPhone {
		if err := phoneLimit(tx, o, now); err != nil {
			return err
		}
		if err := p.phones.promiseLocked(tx, o, now); err != nil {
			return err
		}
	}
	var first []entry
	var err error
	o.derive(now)
	if p.also != nil {
		if first, err = p.also(tx, o, now); err != nil {
			return err
		}
		o.derive(now)
	}
	if len(p.tenders) > 0 {
		if _, err := settle([]*Order{o}, p.tenders, taker(p.caller, now)); err != nil {
			return err
		}
		o.derive(now)
	}
	if o.settled() {
		o.handOverUnmade(now)
		o.derive(now)
	}
	if o.CallNumber == "" {
		letter := "S"
		if o.Source == FromPhone {
			letter = "W"
		}
		n, err := tx.NextCall(o.Cafe, o.BusinessDate, letter)
		if err != nil {
			return err
		}
		o.CallNumber = fmt.Sprintf("%s-%03d", letter, n%10000)
	}
	if err := tx.Insert([]*Order{o}); errors.Is(err, ErrTaken) {
		return orderExists() // an imported order: it never had an attempt
	} else if err != nil {
		return err
	}
	s.Step("before_commit")
	return s.commit(tx, now, append(first, entry{
		kind: kindPlaced, after: o, by: p.caller, reason: p.reason, approvedBy: o.ApprovedBy,
	})...)
}

// phoneLimit counts a phone's open unpaid orders under its own lock. Error: too_many_open_orders.
func phoneLimit(tx Tx, o *Order, now time.Time) error {
	if err := tx.LockPhone(o.Phone, now); err != nil {
		return err
	}
	open, err := tx.OpenUnpaid(o.Phone, []string{o.BusinessDate})
	if err != nil {
		return err
	}
	if open >= phoneOpen {
		return tooManyOpen()
	}
	return nil
}

func tooManyOpen() error {
	return errs.Conflict("too_many_open_orders", "There are %d orders from this phone that wait to be paid. Pay or cancel one first.", phoneOpen)
}

// take stores the recipe snapshot with the lines.
func (o *Order) take(e Expansion) {
	lines := o.Lines
	o.Lines = make([]Line, len(lines))
	copy(o.Lines, lines)
	o.Shortages = e.Shortages
	for i := range o.Lines {
		o.Lines[i].NoRecipe = true
	}
	for _, x := range e.Lines {
		if l := o.line(x.Line); l != nil {
			l.Uses, l.NoRecipe = x.Uses, !x.HasRecipe
		}
	}
}
