package order

import (
	"context"
	"errors"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
)

// Advance moves lines along the bar, or one step back. Who asks for the state a line already has succeeds.
// from, if given, is where the caller saw them. Errors: NotFound, illegal_transition, line_moved.
func (s *Service) Advance(ctx context.Context, caller rpc.Caller, id string, lines []int32, from, to LineState) (Order, error) {
	return s.change(ctx, caller, id, keyed.Key{}, func(_ Tx, _, after *Order, now time.Time) (*entry, error) {
		moved, err := after.advance(lines, from, to, now)
		if err != nil || !moved {
			return nil, err
		}
		return &entry{kind: kindAdvanced}, nil
	})
}

// Void is what is taken back: Lines none means every line that still can be; Made unset goes by the lines' states.
type Void struct {
	Order    string
	Lines    []int32
	Made     *bool
	Reason   string
	Approval string
	Payout   string // how captured money goes back; unset: as it came
}

// VoidLines takes lines back before they are handed over. Their stock goes back, or is waste when they were made;
// what was captured for them is given back. Errors: NotFound, illegal_transition, approval_required,
// approval_refused.
func (s *Service) VoidLines(ctx context.Context, caller rpc.Caller, v Void, key keyed.Key) (Order, error) {
	return s.change(ctx, caller, v.Order, key, func(tx Tx, before, after *Order, now time.Time) (*entry, error) {
		var yes approved
		if before.voidNeedsLead(v.Lines, v.Made) {
			var err error
			if yes, err = s.allow(caller, before.Cafe, v.Approval, "void"); err != nil {
				return nil, err
			}
			if err := yes.spend(tx, now); err != nil {
				return nil, err
			}
		}
		taken, err := s.takeBack(tx, caller, after, v, now)
		if err != nil || len(taken) == 0 {
			return nil, err
		}
		after.returnTips(len(before.Tenders), v.Payout)
		return &entry{kind: kindVoided, reason: v.Reason, approvedBy: yes.by}, s.auditTaking(tx, caller, now, "void_lines", v.Order, v.Reason, yes.by, numbersOf(taken))
	})
}

// takeBack voids lines of an order inside a transaction: stock owed back, money given back.
func (s *Service) takeBack(tx Tx, caller rpc.Caller, o *Order, v Void, now time.Time) ([]Line, error) {
	taken, err := o.void(v.Lines, v.Made, v.Reason, now)
	if err != nil || len(taken) == 0 {
		return nil, err
	}
	var back []ReversalLine
	for _, l := range taken {
		if len(l.Uses) == 0 {
			continue // it took nothing
		}
		to := "restock"
		if l.VoidedMade {
			to = "waste"
		}
		back = append(back, ReversalLine{Line: l.Number, Quantity: l.Quantity, To: to, Reason: v.Reason})
	}
	if err := s.owe(tx, caller, o, back, now); err != nil {
		return nil, err
	}
	o.payBack(o.excess(), v.Payout, taker(caller, now), s.NewID)
	return taken, nil
}

// owe writes down what inventory has to take back, in the transaction of the reason.
func (s *Service) owe(tx Tx, caller rpc.Caller, o *Order, lines []ReversalLine, now time.Time) error {
	if len(lines) == 0 {
		return nil
	}
	calendar, err := s.calendar(o.Zone, o.CutoffMinutes)
	if err != nil {
		return err
	}
	booked, _ := booking(calendar, o.BusinessDate, now)
	return tx.Owe([]StockDue{{At: now, Reversal: Reversal{
		ID: s.NewID(), OrderID: o.ID, Attempt: o.Attempt, Cafe: o.Cafe, BusinessDate: booked, By: caller.Subject, Lines: lines,
	}}})
}

func (s *Service) auditTaking(tx Tx, caller rpc.Caller, now time.Time, action, order, reason, approvedBy string, after any) error {
	return tx.Audit(audit.Entry{At: now, Actor: caller.Actor(), Action: action, Object: "order/" + order, After: map[string]any{
		"lines": after, "reason": reason, "approved_by": approvedBy,
	}})
}

func numbersOf(lines []Line) []int32 {
	numbers := make([]int32, len(lines))
	for i, l := range lines {
		numbers[i] = l.Number
	}
	return numbers
}

// Refund is what comes back after hand-over.
type Refund struct {
	Order  string
	Lines  []RefundLine
	Reason string
	Payout string
}

// RefundLines gives money back for what was handed over, never more than was captured. Errors: NotFound,
// not_handed_over, already_refunded, refund_exceeds_paid.
func (s *Service) RefundLines(ctx context.Context, caller rpc.Caller, r Refund, key keyed.Key) (Order, error) {
	return s.change(ctx, caller, r.Order, key, func(tx Tx, before, after *Order, now time.Time) (*entry, error) {
		amount, err := after.refund(r.Lines)
		if err != nil {
			return nil, err
		}
		if held := before.Paid - before.Refunded; amount > held {
			return nil, errs.Conflict("refund_exceeds_paid", "Only %d of this order can still be given back.", held).With("held", itoa(held))
		}
		var back []ReversalLine
		for _, l := range r.Lines {
			if line := after.line(l.Line); len(line.Uses) > 0 {
				back = append(back, ReversalLine{Line: l.Line, Quantity: l.Quantity, To: l.To, Reason: r.Reason})
			}
		}
		if err := s.owe(tx, caller, after, back, now); err != nil {
			return nil, err
		}
		after.payBack(amount, r.Payout, taker(caller, now), s.NewID)
		return &entry{kind: kindRefunded, reason: r.Reason}, s.auditTaking(tx, caller, now, "refund_lines", r.Order, r.Reason, "", r.Lines)
	})
}

// Cancel ends an id. An order that exists is voided as long as nothing of it is made; one that does not can never be
// placed any more. Customers cancel what they have not paid. Errors: NotFound (somebody else's), being_made,
// already_paid.
func (s *Service) Cancel(ctx context.Context, caller rpc.Caller, id, cafe, reason string) (Order, error) {
	for range 8 {
		o, err := s.cancel(ctx, caller, id, cafe, reason)
		if !errors.Is(err, ErrTaken) {
			return o, err
		}
	}
	return Order{}, errs.Unavailable("order_busy", "The order is being placed at this moment. Try again.")
}

func (s *Service) cancel(ctx context.Context, caller rpc.Caller, id, cafe, reason string) (Order, error) {
	var answer Order
	err := s.writeRetrying(ctx, func(tx Tx) error {
		now := s.now()
		before, ok, err := tx.Order(id)
		switch {
		case err != nil:
			return err
		case ok && !mine(caller, &before):
			return errs.NotFound("order %s", id)
		case ok:
			answer, err = s.cancelPlaced(tx, caller, &before, reason, now)
			return err
		}
		attempts, err := tx.Attempts(id)
		if err != nil {
			return err
		}
		// The same row that a try to place would insert: exactly one of the two wins.
		answer = Order{ID: id, Cafe: cafe, State: StateVoided, MoneyState: Unpaid}
		n := int32(0)
		for _, a := range attempts {
			switch a.Outcome {
			case AttemptCancelled:
				return nil
			case AttemptPlaced:
				return ErrTaken // placed since the look above: look again
			}
			n = max(n, a.N)
		}
		return tx.AddAttempt(Attempt{OrderID: id, N: n + 1, Outcome: AttemptCancelled, At: now})
	})
	if err != nil {
		return Order{}, err
	}
	if answer.Version > 0 {
		s.boards.wake(answer.Cafe)
	}
	return answer, nil
}

func (s *Service) cancelPlaced(tx Tx, caller rpc.Caller, before *Order, reason string, now time.Time) (Order, error) {
	switch {
	case before.State == StateVoided:
		return *before, nil
	case !before.untouched():
		return Order{}, errs.Conflict("being_made", "The bar has begun with this order. Ask at the counter.")
	case caller.Is("customer") && before.Paid > 0:
		return Order{}, errs.Conflict("already_paid", "This order is paid. Ask at the counter.")
	}
	o := before.clone()
	if _, err := s.takeBack(tx, caller, &o, Void{Reason: reason}, now); err != nil {
		return Order{}, err
	}
	o.returnTips(len(before.Tenders), "")
	o.derive(now)
	if err := tx.Save(before, &o); err != nil {
		return Order{}, err
	}
	if err := s.auditTaking(tx, caller, now, "cancel_order", o.ID, reason, "", "all"); err != nil {
		return Order{}, err
	}
	err := s.commit(tx, now, entry{kind: kindCancelled, before: before, after: &o, by: caller, reason: reason})
	return o, err
}
