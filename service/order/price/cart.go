package price

import (
	"fmt"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// Price prices a cart. It refuses with errs.Invalid and the path of what is wrong (lines[2].quantity):
// unknown_service, no_lines, too_many_lines, bad_quantity, bad_line, unknown_item, unknown_combo, combo_slot,
// unknown_modifier, modifier_required, too_many_modifiers, negative_price, bad_discount, discount_too_large,
// bad_override, bad_tax and amount_too_large.
func Price(menu Menu, tax Tax, cart Cart) (Priced, error) {
	if cart.Service != EatIn && cart.Service != TakeAway {
		return Priced{}, errs.Invalid("unknown_service", "An order is eat_in or take_away.").
			Field("service", "%q is neither", cart.Service)
	}
	if len(cart.Lines) == 0 {
		return Priced{}, errs.Invalid("no_lines", "There is nothing in the order yet.").Field("lines", "is empty")
	}
	if len(cart.Lines) > MaxLines {
		return Priced{}, tooManyLines()
	}
	p := pricer{menu: menu, cart: cart}
	for i := range cart.Lines {
		if err := p.add(i); err != nil {
			return Priced{}, err
		}
	}
	if len(p.out.Lines) > MaxLines {
		return Priced{}, tooManyLines()
	}
	if err := p.discount(); err != nil {
		return Priced{}, err
	}
	if err := p.out.tax(tax, cart.Service); err != nil {
		return Priced{}, err
	}
	return p.out, nil
}

// pricer is one cart on its way through the rules.
type pricer struct {
	menu   Menu
	cart   Cart
	out    Priced
	combos int32
}

// add turns one line of the cart into priced lines without the order's discount and without tax.
func (p *pricer) add(i int) error {
	wish, path := p.cart.Lines[i], fmt.Sprintf("lines[%d]", i)
	if wish.Quantity < 1 || wish.Quantity > MaxQuantity {
		return errs.Invalid("bad_quantity", "A line holds 1 to %d units.", MaxQuantity).
			Field(path+".quantity", "%d is not within 1 to %d", wish.Quantity, MaxQuantity)
	}
	if o := wish.Override; o != nil && o.UnitAmount < 0 {
		return errs.Invalid("bad_override", "A price by hand is 0 or more.").
			Field(path+".price_override.unit_amount", "%d is negative", o.UnitAmount)
	}
	var lines []Line
	var err error
	switch {
	case wish.Combo != nil && wish.VariationID != "":
		return errs.Invalid("bad_line", "A line names either a variation or a combo.").Field(path, "names both")
	case wish.Combo != nil && len(wish.Modifiers) > 0:
		return errs.Invalid("bad_line", "The parts of a combo carry the modifiers.").
			Field(path+".modifiers", "stand on the combo itself")
	case wish.Combo != nil:
		lines, err = p.combo(*wish.Combo, wish.Override, path)
	case wish.VariationID == "":
		return errs.Invalid("bad_line", "A line names either a variation or a combo.").Field(path, "names neither")
	default:
		lines, err = p.single(wish, path)
	}
	if err != nil {
		return err
	}
	for k := range lines {
		l := &lines[k]
		l.Number = int32(len(p.out.Lines) + k + 1)
		l.Request, l.Quantity, l.Note = i, wish.Quantity, wish.Note
		l.Comp, l.Present = wish.Comp, wish.Present
		if o := wish.Override; o != nil {
			l.Overridden, l.OverrideReason = true, o.Reason
		}
		var ok bool
		if l.Gross, ok = money.Multiply(l.UnitPrice, int64(l.Quantity)); ok {
			p.out.Gross, ok = money.Add(p.out.Gross, l.Gross)
		}
		if !ok {
			return tooLarge(path)
		}
	}
	if err := lineDiscount(lines, wish, path); err != nil {
		return err
	}
	p.out.Lines = append(p.out.Lines, lines...)
	return nil
}

// single prices one unit of a variation: an override, or the last matching window, or the release's price, with
// its modifiers.
func (p *pricer) single(wish CartLine, path string) ([]Line, error) {
	line, base, err := p.unit(wish.VariationID, wish.Modifiers, path)
	if err != nil {
		return nil, err
	}
	if wish.Override != nil {
		line.override(wish.Override.UnitAmount)
		return []Line{line}, nil
	}
	for _, w := range p.menu.Items[wish.VariationID].Windows {
		if w.matches(p.cart.At) {
			base, line.PriceWindow = w.Price, w.Name
		}
	}
	if line.UnitPrice, err = line.unitPrice(base, path); err != nil {
		return nil, err
	}
	return []Line{line}, nil
}

// unit is a line of one variation with its modifiers, not yet priced, and its list price.
func (p *pricer) unit(variation string, choices []Choice, path string) (Line, int64, error) {
	item, ok := p.menu.Items[variation]
	if !ok {
		return Line{}, 0, errs.Invalid("unknown_item", "This menu does not sell that. Fetch the menu again.").
			Field(path+".variation_id", "%q is not on release %d here", variation, p.menu.Release)
	}
	chosen, err := p.choose(item, choices, path)
	if err != nil {
		return Line{}, 0, err
	}
	return Line{
		ItemID: item.ItemID, VariationID: item.VariationID, ItemName: item.ItemName, VariationName: item.VariationName,
		CategoryID: item.CategoryID, CategoryName: item.CategoryName, Station: item.Station,
		BarSeconds: item.BarSeconds, TaxCode: item.taxCode(), Modifiers: chosen,
	}, item.Price, nil
}

// unitPrice is the base with the line's modifiers.
func (l *Line) unitPrice(base int64, path string) (int64, error) {
	var ok bool
	for _, m := range l.Modifiers {
		if base, ok = money.Add(base, m.Price); !ok {
			return 0, tooLarge(path)
		}
	}
	if base < 0 {
		return 0, errs.Invalid("negative_price", "With these modifiers the price falls below zero. Take one off.").
			Field(path+".modifiers", "bring one unit to %d", base)
	}
	return base, nil
}

// override sets the price of a unit by hand; what the modifiers would add is part of it.
func (l *Line) override(amount int64) {
	l.UnitPrice = amount
	for i := range l.Modifiers {
		l.Modifiers[i].Price = 0
	}
}

// taxCode is the item's code; the catalogue writes the ordinary one as nothing.
func (i Item) taxCode() string {
	if i.TaxCode == "" {
		return "standard"
	}
	return i.TaxCode
}

func tooManyLines() error {
	return errs.Invalid("too_many_lines", "An order holds at most %d lines, the parts of combos counted. Make it two.", MaxLines).
		Field("lines", "are more than %d", MaxLines)
}

func tooLarge(path string) error {
	return errs.Invalid("amount_too_large", "This amount is larger than can be counted.").Field(path, "is too large")
}
