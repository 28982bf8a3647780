package order

import (
	"slices"
	"strings"
	"time"

	"coffee/internal/errs"
)

// making derives an order's state from its lines. Only lines with a station are made; when none is left to make, the
// others are waiting to be paid.
func (o *Order) making() State {
	live, made, handed, done, started := 0, 0, 0, 0, 0
	for _, l := range o.Lines {
		if l.State == Voided {
			continue
		}
		live++
		if l.State == HandedOver {
			handed++
		}
		if l.Station == "" {
			continue
		}
		made++
		if l.State != Queued {
			started++
		}
		if l.State == Ready || l.State == HandedOver {
			done++
		}
	}
	switch {
	case live == 0:
		return StateVoided
	case handed == live && o.Uncollected:
		return StateUncollected
	case handed == live:
		return StateCollected
	case made > 0 && done == made:
		return StateReady
	case started > 0:
		return StateInProgress
	}
	return StatePlaced
}

// legal tells whether a line may go from one state to another by hand: any way forward to ready, from ready into the
// guest's hand, and one step back. What needs no making goes straight into the hand.
func legal(l Line, to LineState) bool {
	switch l.State {
	case Queued:
		return to == Making || to == Ready || (to == HandedOver && l.Station == "")
	case Making:
		return to == Ready || to == Queued
	case Ready:
		return to == HandedOver || to == Making
	}
	return false
}

// advance moves lines; none named means every line that this step is about. It tells whether anything moved: the
// second person's same tap moves nothing and is no error. from, if given, is where the caller saw the lines. Errors:
// illegal_transition, line_moved, NotFound for a line.
func (o *Order) advance(numbers []int32, from, to LineState, now time.Time) (bool, error) {
	named := len(numbers) > 0
	if !named {
		for _, l := range o.Lines {
			if l.State == Voided || (to != HandedOver && (l.Station == "" || l.State == HandedOver)) {
				continue
			}
			numbers = append(numbers, l.Number)
		}
	}
	for _, n := range numbers { // before anything moves: the answer names the states as they are
		if l := o.line(n); l != nil && from != "" && l.State != from && l.State != to {
			return false, o.lineMoved(l)
		}
	}
	moved, same := false, false
	for _, n := range numbers {
		l := o.line(n)
		switch {
		case l == nil:
			return false, errs.NotFound("line %d", n)
		case l.State == to:
			same = true
		case legal(*l, to):
			l.enter(to, now)
			moved = true
		default:
			return false, illegal(*l, to)
		}
	}
	if !moved && !same {
		return false, errs.Conflict("illegal_transition", "There is nothing in this order that can become %s.", to)
	}
	return moved, nil
}

// lineMoved says where the lines are by now, to somebody who saw them elsewhere.
func (o *Order) lineMoved(l *Line) error {
	states := make([]string, len(o.Lines))
	for i, l := range o.Lines {
		states[i] = itoa(int64(l.Number)) + "=" + string(l.State)
	}
	return errs.Conflict("line_moved", "Line %d is %s by now. Look at the order again.", l.Number, l.State).
		With("line", itoa(int64(l.Number))).With("state", string(l.State)).With("states", strings.Join(states, ","))
}

func illegal(l Line, to LineState) error {
	return errs.Conflict("illegal_transition", "Line %d is %s and cannot become %s. Look at the order again.", l.Number, l.State, to).
		With("line", itoa(int64(l.Number))).With("state", string(l.State))
}

// enter puts a line into a state and keeps the times true: what is undone has no time any more.
func (l *Line) enter(to LineState, now time.Time) {
	l.State = to
	l.Begun = l.Begun || to != Queued
	l.Problem = ""
	switch to {
	case Queued:
		l.MakingAt, l.ReadyAt = time.Time{}, time.Time{}
	case Making:
		l.ReadyAt = time.Time{}
		if l.MakingAt.IsZero() {
			l.MakingAt = now
		}
	case Ready:
		l.ReadyAt = now
	case HandedOver:
		l.HandedOverAt = now
	}
}

// handOverUnmade hands over what needs no making, at the moment the order is paid.
func (o *Order) handOverUnmade(now time.Time) {
	for i := range o.Lines {
		if l := &o.Lines[i]; l.Station == "" && (l.State == Queued || l.State == Making || l.State == Ready) {
			l.enter(HandedOver, now)
		}
	}
}

// void takes lines back before they are handed over; none named means all that still can be. made says whether they
// exist already, unset: by their state. It answers the lines it took back, none when all of them were before.
func (o *Order) void(numbers []int32, made *bool, reason string, now time.Time) ([]Line, error) {
	if len(numbers) == 0 {
		for _, l := range o.Lines {
			if l.State != HandedOver {
				numbers = append(numbers, l.Number)
			}
		}
		if len(numbers) == 0 {
			return nil, errs.Conflict("illegal_transition", "Everything of this order was handed over. Use a refund.")
		}
	}
	var taken []Line
	for _, n := range numbers {
		l := o.line(n)
		switch {
		case l == nil:
			return nil, errs.NotFound("line %d", n)
		case l.State == Voided:
			continue
		case l.State == HandedOver:
			return nil, errs.Conflict("illegal_transition", "Line %d was handed over. Use a refund.", n).
				With("line", itoa(int64(n))).With("state", string(l.State))
		}
		l.VoidedMade = l.State != Queued
		if made != nil {
			l.VoidedMade = *made
		}
		l.State, l.VoidedAt, l.VoidReason, l.Problem = Voided, now, reason, ""
		taken = append(taken, *l)
	}
	return taken, nil
}

// voidNeedsLead tells whether taking these lines back needs a lead: something was made, is being made, or was begun and
// put back: else an undone bump would turn a drink that exists into stock that does not.
func (o *Order) voidNeedsLead(numbers []int32, made *bool) bool {
	if made != nil && *made {
		return true
	}
	for _, l := range o.Lines {
		if (l.State == Making || l.State == Ready || (l.State == Queued && l.Begun)) && (len(numbers) == 0 || slices.Contains(numbers, l.Number)) {
			return true
		}
	}
	return false
}

// untouched tells whether the bar has not begun with anything, nothing was handed over and something is left.
func (o *Order) untouched() bool {
	left := false
	for _, l := range o.Lines {
		if l.State != Queued && l.State != Voided {
			return false
		}
		left = left || l.State == Queued
	}
	return left
}

// RefundLine is how many units of a line come back, and where they go: restock or waste.
type RefundLine struct {
	Line     int32  `json:"line"`
	Quantity int32  `json:"quantity"`
	To       string `json:"to"`
}

// refund gives units back after hand-over and answers what they are worth, in minor units. Errors: not_handed_over,
// already_refunded, NotFound for a line.
func (o *Order) refund(lines []RefundLine) (int64, error) {
	var amount int64
	for _, r := range lines {
		l := o.line(r.Line)
		switch {
		case l == nil:
			return 0, errs.NotFound("line %d", r.Line)
		case l.State != HandedOver:
			return 0, errs.Conflict("not_handed_over", "Line %d was not handed over yet. Use a void.", r.Line)
		case r.Quantity < 1 || r.Quantity > l.Quantity-l.RefundedQuantity:
			return 0, errs.Conflict("already_refunded", "Of line %d only %d can still be refunded.", r.Line, l.Quantity-l.RefundedQuantity)
		}
		l.RefundedQuantity += r.Quantity
		total := l.share(l.RefundedQuantity).Total
		amount += total - l.RefundedAmount
		l.RefundedAmount = total
	}
	return amount, nil
}
