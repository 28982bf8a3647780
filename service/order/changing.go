package order

import (
	"context"
	"time"

	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/rpc"
	"coffee/service/order/journal"
)

// Change voids queued lines of an order and places a linked order under the same call number, in one step. Money
// that was captured for the voided lines is carried over as it came; it answers what is to be taken besides
// (positive) or given back (negative), in minor units. Errors: those of VoidLines and Place, line_being_made.
func (s *Service) Change(ctx context.Context, caller rpc.Caller, id string, voidLines []int32, r Request, key keyed.Key) (changed, replacement Order, difference int64, err error) {
	if answer, ok, err := s.Store.Answered(ctx, key); err != nil {
		return changed, replacement, 0, err
	} else if ok {
		return s.changeAnswer(ctx, answer)
	}
	first, err := s.Get(ctx, caller, id)
	if err != nil {
		return changed, replacement, 0, err
	}
	if r.Cafe == "" {
		r.Cafe = first.Cafe
	}
	if r.Cafe != first.Cafe {
		return changed, replacement, 0, errs.Conflict("several_cafes", "A change stays in the café of its order.")
	}
	r.CallNumber = first.CallNumber
	content := fingerprint("change", struct {
		Order string  `json:"order"`
		Void  []int32 `json:"void,omitempty"`
		With  Request `json:"with"`
	}{id, voidLines, r})
	_, err = s.put(ctx, caller, r.ID, content, func(ctx context.Context) (*plan, error) {
		p, err := s.prepare(ctx, caller, r, FromChange, false)
		if err != nil {
			return nil, err
		}
		p.order.Linked, p.order.Phone = id, first.Phone
		if p.order.CustomerName == "" {
			p.order.CustomerName, p.order.HideName = first.CustomerName, first.HideName
		}
		p.key = key
		p.also = func(tx Tx, o *Order, now time.Time) ([]entry, error) {
			var entries []entry
			entries, difference, err = s.takeOver(tx, caller, id, voidLines, o, now)
			return entries, err
		}
		p.answer = func(o *Order) Answer { return Answer{Orders: []string{id, o.ID}, Amount: difference} }
		return p, nil
	})
	if err != nil {
		return changed, replacement, 0, err
	}
	answer, ok, err := s.Store.Answered(ctx, key)
	if err == nil && !ok { // it was placed under another key
		answer = Answer{Orders: []string{id, r.ID}}
		answer.Amount, err = s.differenceOf(ctx, r.Cafe, id, r.ID)
	}
	if err != nil {
		return changed, replacement, 0, err
	}
	return s.changeAnswer(ctx, answer)
}

// differenceOf reads from the journal what a change answered: what its replacement came to, less what the entry before
// it, of the same transaction, gave back for the lines it took.
func (s *Service) differenceOf(ctx context.Context, cafe, id, replacement string) (int64, error) {
	placed, err := s.Store.Journal(ctx, cafe, 0, replacement, 1)
	if err != nil || len(placed) == 0 {
		return 0, err
	}
	event, err := journal.Decode(placed[0].Payload)
	if err != nil {
		return 0, err
	}
	difference := event.GetOrderTotal()
	taken, err := s.Store.Journal(ctx, cafe, placed[0].Seq-2, "", 1)
	if err != nil || len(taken) == 0 || taken[0].Seq != placed[0].Seq-1 || taken[0].OrderID != id || taken[0].Kind != kindVoided {
		return difference, err
	}
	if event, err = journal.Decode(taken[0].Payload); err != nil || event.GetReason() != reasonChanged {
		return difference, err
	}
	for _, t := range event.GetTenders() {
		difference += t.GetAmount() // below zero: given back
	}
	return difference, nil
}

// reasonChanged is why a change takes lines back.
const reasonChanged = "changed"

func (s *Service) changeAnswer(ctx context.Context, a Answer) (changed, replacement Order, difference int64, err error) {
	orders, err := s.Store.Orders(ctx, a.Orders)
	if err == nil && len(orders) != 2 {
		err = errs.NotFound("order %s", a.Orders[0])
	}
	if err != nil {
		return changed, replacement, 0, err
	}
	return orders[0], orders[1], a.Amount, nil
}

// takeOver takes queued lines of the first order back and carries their money over to the one that comes instead.
func (s *Service) takeOver(tx Tx, caller rpc.Caller, id string, voidLines []int32, o *Order, now time.Time) ([]entry, int64, error) {
	before, ok, err := tx.Order(id)
	if err != nil {
		return nil, 0, err
	}
	if !ok || !mine(caller, &before) {
		return nil, 0, errs.NotFound("order %s", id)
	}
	if len(voidLines) == 0 {
		return nil, o.Total, nil
	}
	for _, n := range voidLines {
		if l := before.line(n); l == nil {
			return nil, 0, errs.NotFound("line %d", n)
		} else if l.State != Queued {
			return nil, 0, errs.Conflict("line_being_made", "Line %d is %s. Only what the bar has not begun can be changed.", n, l.State).
				With("line", itoa(int64(n)))
		}
	}
	after := before.clone()
	made := false
	if _, err := s.takeBack(tx, caller, &after, Void{Lines: voidLines, Made: &made, Reason: reasonChanged}, now); err != nil {
		return nil, 0, err
	}
	after.derive(now)
	if wantsReceipt(&after) {
		after.handOverUnmade(now)
		after.derive(now)
	}
	if err := tx.Save(&before, &after); err != nil {
		return nil, 0, err
	}
	var carried int64
	left := o.Total
	for _, t := range after.Tenders[len(before.Tenders):] {
		carried += t.Amount
		if n := min(left, t.Amount); n > 0 {
			o.Tenders = append(o.Tenders, Tender{
				ID: s.NewID(), Kind: t.Kind, Amount: n, Drawer: t.Drawer, Reference: "carried over", TakenBy: t.TakenBy,
				TakenAt: now, Device: t.Device, Direction: Capture,
			})
			left -= n
		}
	}
	return []entry{{kind: kindVoided, before: &before, after: &after, by: caller, reason: reasonChanged}}, o.Total - carried, nil
}

// Remake is lines to be made again.
type Remake struct {
	Order, ID string
	Lines     []RemakeLine
	Reason    string
	Approval  string
}

// RemakeLine is how many units of a line.
type RemakeLine struct {
	Line     int32 `json:"line"`
	Quantity int32 `json:"quantity"`
}

// Remake makes lines again: an order of its own id and its own consumption, as waste, with a ticket under the old
// number and no money. Errors: NotFound, approval_required, approval_refused, line_voided, too_many_units, order_exists,
// order_cancelled.
func (s *Service) Remake(ctx context.Context, caller rpc.Caller, r Remake, key keyed.Key) (Order, error) {
	if answer, ok, err := s.Store.Answered(ctx, key); err != nil {
		return Order{}, err
	} else if ok {
		return s.Get(ctx, caller, answer.Orders[0])
	}
	first, err := s.Get(ctx, caller, r.Order)
	if err != nil {
		return Order{}, err
	}
	yes, err := s.allow(caller, first.Cafe, r.Approval, "remake")
	if err != nil {
		return Order{}, err
	}
	content := fingerprint("remake", struct {
		Order  string       `json:"order"`
		Lines  []RemakeLine `json:"lines"`
		Reason string       `json:"reason"`
	}{r.Order, r.Lines, r.Reason})
	return s.put(ctx, caller, r.ID, content, func(ctx context.Context) (*plan, error) {
		cafe, err := s.cafe(ctx, first.Cafe)
		if err != nil {
			return nil, err
		}
		calendar, err := s.calendar(cafe.Zone, cafe.CutoffMinutes)
		if err != nil {
			return nil, err
		}
		gone, err := s.gone(ctx, first.Cafe)
		if err != nil {
			return nil, err
		}
		if err := s.unspent(ctx, yes); err != nil {
			return nil, err
		}
		now := s.now()
		o := Order{
			ID: r.ID, Cafe: first.Cafe, BusinessDate: calendar.Date(now), SoldAt: now, PlacedAt: now, Service: first.Service,
			Source: FromRemake, Release: first.Release, CallNumber: first.CallNumber, CustomerName: first.CustomerName,
			Note: r.Reason, Table: first.Table, Currency: first.Currency, TaxMode: first.TaxMode, Linked: first.ID,
			PlacedBy: caller.Subject, Phone: first.Phone, Device: caller.Device, ApprovedBy: yes.by, Zone: cafe.Zone,
			CutoffMinutes: cafe.CutoffMinutes, Version: 1, HideName: first.HideName,
		}
		if o.Lines, err = remade(&first, r.Lines, now); err != nil {
			return nil, err
		}
		o.promise(now, nil)
		return &plan{
			order: o, caller: caller, yes: yes, reason: r.Reason, key: key,
			take: consumptionOf(o, "waste", r.Reason, caller.Subject, gone.Ingredients),
		}, nil
	})
}

// remade is the lines of a remake: the same things, without money.
func remade(first *Order, lines []RemakeLine, now time.Time) ([]Line, error) {
	var out []Line
	units := map[int32]int32{} // a line may be named more than once
	for _, r := range lines {
		l := first.line(r.Line)
		if l == nil {
			return nil, errs.NotFound("line %d", r.Line)
		}
		if l.State == Voided {
			return nil, errs.Conflict("line_voided", "Line %d was taken back: there is nothing to make again.", r.Line).
				With("line", itoa(int64(r.Line)))
		}
		if units[r.Line] += r.Quantity; units[r.Line] > l.Quantity {
			return nil, errs.Conflict("too_many_units", "Line %d was %d units.", r.Line, l.Quantity)
		}
		n := Line{
			Number: int32(len(out) + 1), ItemID: l.ItemID, VariationID: l.VariationID, ItemName: l.ItemName,
			VariationName: l.VariationName, CategoryID: l.CategoryID, CategoryName: l.CategoryName, Station: l.Station,
			Quantity: r.Quantity, TaxCode: l.TaxCode, TaxRate: l.TaxRate, State: Queued, Note: l.Note, QueuedAt: now,
			BarSeconds: l.BarSeconds,
		}
		for _, m := range l.Modifiers {
			m.Price = 0
			n.Modifiers = append(n.Modifiers, m)
		}
		out = append(out, n)
	}
	return out, nil
}
