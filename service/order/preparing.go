package order

import (
	"context"
	"fmt"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/service/order/price"
)

func sourceOf(caller rpc.Caller) Source {
	if caller.Is("customer", "anonymous") {
		return FromPhone
	}
	return FromCounter
}

// prepare decides who may, prices the cart and holds it against what is sold out.
func (s *Service) prepare(ctx context.Context, caller rpc.Caller, r Request, source Source, quote bool) (*plan, error) {
	if source == FromPhone {
		if err := r.forCustomers(); err != nil {
			return nil, err
		}
	}
	if r.Cafe == "" {
		return nil, errs.Invalid("cafe_required", "Say which café the order is for.").Field("cafe_id", "is missing")
	}
	if err := checkTenders(r.Tenders); err != nil {
		return nil, err
	}
	cafe, err := s.cafe(ctx, r.Cafe)
	if err != nil {
		return nil, err
	}
	if cafe.Archived {
		return nil, errs.Conflict("cafe_archived", "This café is closed for good.")
	}
	calendar, err := s.calendar(cafe.Zone, cafe.CutoffMinutes)
	if err != nil {
		return nil, fmt.Errorf("café %s: %w", cafe.ID, err)
	}
	now := s.now()
	phones := phoneDay{hours: cafe.Hours, calendar: calendar, capacity: s.SlotSeconds}
	phones.hours.Zone = calendar.Zone
	var yes approved
	if what := r.needsLead(); what != "" && !quote {
		if yes, err = s.allow(caller, cafe.ID, r.Approval, what); err != nil {
			return nil, err
		}
		if err := s.unspent(ctx, yes); err != nil {
			return nil, err
		}
	}
	if source == FromPhone && !quote {
		if err := r.phoneRules(phones.hours, calendar, now); err != nil {
			return nil, err
		}
		// Looked at again under the phone's lock; here it spares the stock.
		if open, err := s.Store.OpenUnpaid(ctx, caller.Subject, []string{calendar.Date(now)}); err != nil {
			return nil, err
		} else if open >= phoneOpen {
			return nil, tooManyOpen()
		}
	}
	release, err := s.release(ctx, cafe.ID, r.Release, now)
	if err != nil {
		return nil, err
	}
	service := r.Service
	if service == "" {
		service = cafe.DefaultService
	}
	priced, err := price.Price(release.Menu, cafe.Tax, r.cart(service, now.In(calendar.Zone)))
	if err != nil {
		return nil, err
	}
	gone, err := s.gone(ctx, cafe.ID)
	if err != nil {
		return nil, err
	}
	if err := soldOut(priced.Lines, gone); err != nil {
		return nil, err
	}
	if r.ExpectedTotal != nil && *r.ExpectedTotal != priced.Total {
		return nil, errs.Conflict("price_changed", "The total has changed. Show the guest the new one.").
			With("total", itoa(priced.Total)).With("currency", release.Menu.Currency)
	}
	overrideBy := yes.by
	if overrideBy == "" {
		overrideBy = caller.Subject
	}
	o := Order{
		ID: r.ID, Cafe: cafe.ID, BusinessDate: calendar.Date(now), SoldAt: now, PlacedAt: now, Service: service,
		Source: source, Release: release.Number, CallNumber: r.CallNumber, CustomerName: r.CustomerName, Note: r.Note,
		Table: r.Table, PickupAt: r.PickupAt, Currency: release.Menu.Currency, TaxMode: taxMode(cafe.Tax),
		Lines: linesOf(priced, overrideBy, now), PlacedBy: caller.Subject, Device: caller.Device,
		ApprovedBy: yes.by, Zone: cafe.Zone, CutoffMinutes: cafe.CutoffMinutes, Version: 1, HideName: r.HideName,
	}
	if source == FromPhone {
		o.Phone, o.PlacedBy = caller.Subject, ""
	}
	if err := s.promise(ctx, phones, &o, now, quote); err != nil {
		return nil, err
	}
	p := &plan{order: o, tenders: r.Tenders, caller: caller, yes: yes, phones: phones}
	p.take = consumptionOf(o, "sale", "", caller.Subject, gone.Ingredients)
	for i, l := range priced.Lines {
		p.take.Lines[i].Present = l.Present
	}
	return p, nil
}

func taxMode(tax price.Tax) string {
	if tax.Mode == "" {
		return price.Inclusive
	}
	return tax.Mode
}

// consumptionOf is the stock that the lines of an order take.
func consumptionOf(o Order, kind, reason, by string, soldOut []string) Consumption {
	c := Consumption{
		OrderID: o.ID, Cafe: o.Cafe, BusinessDate: o.BusinessDate, Service: o.Service, Type: kind, Reason: reason, By: by,
		SoldOutIngredients: soldOut, Lines: make([]ConsumptionLine, len(o.Lines)),
	}
	for i, l := range o.Lines {
		c.Lines[i] = ConsumptionLine{Line: l.Number, Quantity: l.Quantity, Variation: l.VariationID}
		for _, m := range l.Modifiers {
			c.Lines[i].Modifiers = append(c.Lines[i].Modifiers, Choice{Modifier: m.ID, Quantity: m.Quantity})
		}
	}
	return c
}
