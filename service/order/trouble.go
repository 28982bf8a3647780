package order

import (
	"context"
	"slices"
	"time"

	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
)

// report notes on lines that the bar cannot make them; none named means all that are queued or being made. An empty
// problem takes it back, of any line. It tells whether anything changed. Errors: not_to_make, NotFound for a line.
func (o *Order) report(numbers []int32, problem string) (bool, error) {
	if len(numbers) == 0 {
		for _, l := range o.Lines {
			if l.toMake() || (problem == "" && l.Problem != "") {
				numbers = append(numbers, l.Number)
			}
		}
		if len(numbers) == 0 && problem != "" {
			return false, errs.Conflict("not_to_make", "Nothing of this order is still to be made.")
		}
	}
	changed := false
	for _, n := range numbers {
		l := o.line(n)
		switch {
		case l == nil:
			return false, errs.NotFound("line %d", n)
		case problem != "" && !l.toMake():
			return false, errs.Conflict("not_to_make", "Line %d is %s: there is nothing to make any more.", n, l.State).
				With("line", itoa(int64(n))).With("state", string(l.State))
		}
		changed = changed || l.Problem != problem
		l.Problem = problem
	}
	return changed, nil
}

// toMake tells whether a line waits for the bar or is being made.
func (l *Line) toMake() bool { return l.State == Queued || l.State == Making }

// UnseenVoid tells of a line that was voided while it was being made, which the bar has not acknowledged. One that was
// voided while it waited is nobody's work.
func (l *Line) UnseenVoid() bool {
	return l.State == Voided && l.Station != "" && l.VoidSeenAt.IsZero() && (!l.MakingAt.IsZero() || !l.ReadyAt.IsZero())
}

// Unseen tells of an order that is over but for voided lines that the bar has not acknowledged.
func (o *Order) Unseen() bool {
	if o.Open() {
		return false // it is on the board anyway
	}
	for i := range o.Lines {
		if o.Lines[i].UnseenVoid() {
			return true
		}
	}
	return false
}

// acknowledge notes that the bar saw which lines were voided under its hands; none named means all of them. It tells
// whether any was waiting for it. Error: NotFound for a line.
func (o *Order) acknowledge(numbers []int32, now time.Time) (bool, error) {
	for _, n := range numbers {
		if o.line(n) == nil {
			return false, errs.NotFound("line %d", n)
		}
	}
	seen := false
	for i := range o.Lines {
		if l := &o.Lines[i]; l.UnseenVoid() && (len(numbers) == 0 || slices.Contains(numbers, l.Number)) {
			l.VoidSeenAt, seen = now, true
		}
	}
	return seen, nil
}

// ReportProblem says that lines cannot be made, or takes that back (clear). Errors: NotFound, reason_required,
// not_to_make.
func (s *Service) ReportProblem(ctx context.Context, caller rpc.Caller, id string, lines []int32, reason string, undo bool) (Order, error) {
	switch {
	case undo:
		reason = ""
	case reason == "":
		return Order{}, errs.Invalid("reason_required", "Say what is the matter.").Field("reason", "is missing")
	}
	return s.change(ctx, caller, id, keyed.Key{}, func(_ Tx, _, after *Order, _ time.Time) (*entry, error) {
		changed, err := after.report(lines, reason)
		if err != nil || !changed {
			return nil, err
		}
		return &entry{kind: kindProblem, reason: reason}, nil
	})
}

// Acknowledge takes voided lines off the board. Who acknowledges again succeeds. Error: NotFound.
func (s *Service) Acknowledge(ctx context.Context, caller rpc.Caller, id string, lines []int32) (Order, error) {
	return s.change(ctx, caller, id, keyed.Key{}, func(_ Tx, _, after *Order, now time.Time) (*entry, error) {
		seen, err := after.acknowledge(lines, now)
		if err != nil || !seen {
			return nil, err
		}
		return &entry{kind: kindAcknowledged}, nil
	})
}
