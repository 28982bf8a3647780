package price

import (
	"math"
	"testing"
)

func TestUnitPrice(t *testing.T) {
	tests := []struct {
		name   string
		line   CartLine
		hour   int
		minute int
		want   int64
		window string
	}{
		{"list price with the default milk", one("latte-m"), 9, 0, 2800, ""},
		{"a dearer milk", one("latte-m", Choice{ID: "oat"}), 9, 0, 3300, ""},
		{"quantity 0 is 1", one("latte-m", Choice{ID: "oat", Quantity: 0}), 9, 0, 3300, ""},
		{"a cheaper choice", one("latte-m", Choice{ID: "none"}), 9, 0, 2600, ""},
		{"one extra is free", one("latte-m", Choice{ID: "shot"}), 9, 0, 2800, ""},
		{"the second shot is not", one("latte-m", Choice{ID: "shot", Quantity: 2}), 9, 0, 3400, ""},
		{"the cheapest extra is the free one", one("latte-m", Choice{ID: "shot"}, Choice{ID: "vanilla"}), 9, 0, 3400, ""},
		{"the same modifier twice adds up", one("latte-m", Choice{ID: "vanilla"}, Choice{ID: "vanilla", Quantity: 2}), 9, 0, 3400, ""},
		{"before the window", one("latte-l"), 13, 59, 3200, ""},
		{"its first minute", one("latte-l"), 14, 0, 2500, "happy hour"},
		{"the later of two windows", one("latte-l"), 15, 30, 2000, "last hour"},
		{"to the end of the day", one("latte-l", Choice{ID: "oat"}), 23, 59, 2500, "last hour"},
		{"by hand, modifiers included", CartLine{
			VariationID: "latte-l", Quantity: 1, Modifiers: []Choice{{ID: "oat"}}, Override: &Override{UnitAmount: 900, Reason: "spilt"},
		}, 15, 0, 900, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cart(tt.line)
			c.At = wednesday(tt.hour, tt.minute)
			line := must(t, tax(Inclusive), c).Lines[0]
			if line.UnitPrice != tt.want || line.PriceWindow != tt.window {
				t.Errorf("unit price %d by window %q, want %d by %q", line.UnitPrice, line.PriceWindow, tt.want, tt.window)
			}
			sum := int64(0)
			for _, m := range line.Modifiers {
				sum += m.Price
			}
			if line.Overridden && sum != 0 {
				t.Errorf("modifiers still add %d under an override", sum)
			}
		})
	}
}

func TestWindowByWeekday(t *testing.T) {
	c := cart(one("latte-l"))
	c.At = wednesday(14, 30).AddDate(0, 0, 1)
	if got := must(t, tax(Inclusive), c).Lines[0]; got.UnitPrice != 3200 || got.PriceWindow != "" {
		t.Errorf("Thursday: %d by %q, the window is Wednesday's", got.UnitPrice, got.PriceWindow)
	}
	sunday := Window{Weekdays: []int32{7}, From: 0, To: 1440}
	if !sunday.matches(wednesday(0, 0).AddDate(0, 0, 4)) || sunday.matches(wednesday(0, 0).AddDate(0, 0, 5)) {
		t.Error("weekday 7 is not Sunday")
	}
}

func TestModifiersAreShownInTheMenusOrder(t *testing.T) {
	line := must(t, tax(Inclusive), cart(one("latte-m", Choice{ID: "vanilla"}, Choice{ID: "shot", Quantity: 2}, Choice{ID: "oat"}))).Lines[0]
	want := []LineModifier{
		{ID: "oat", Name: "Oat", GroupID: "milk", GroupName: "Milk", Quantity: 1, Price: 500},
		{ID: "shot", Name: "Extra shot", GroupID: "extra", GroupName: "Extras", Quantity: 2, Price: 1200},
		{ID: "vanilla", Name: "Vanilla", GroupID: "extra", GroupName: "Extras", Quantity: 1, Price: 0},
	}
	if len(line.Modifiers) != len(want) {
		t.Fatalf("modifiers = %+v", line.Modifiers)
	}
	for i, m := range line.Modifiers {
		if m != want[i] {
			t.Errorf("modifier %d = %+v, want %+v", i, m, want[i])
		}
	}
	if line.UnitPrice != 2800+500+1200 {
		t.Errorf("unit price = %d", line.UnitPrice)
	}
}

func TestLineCarriesTheMenusNames(t *testing.T) {
	c := cart(CartLine{VariationID: "croissant", Quantity: 2, Note: "warm", Present: true})
	got := must(t, tax(Inclusive), c).Lines[0]
	if got.ItemID != "croissant" || got.ItemName != "Croissant" || got.VariationName != "Piece" || got.CategoryName != "Food" ||
		got.Station != "" || got.TaxCode != "food" || got.TaxRate != 550 || got.Note != "warm" || !got.Present || got.Quantity != 2 {
		t.Errorf("line = %+v", got)
	}
}

func TestRefusals(t *testing.T) {
	lines := func(n int) []CartLine {
		out := make([]CartLine, n)
		for i := range out {
			out[i] = one("tea")
		}
		return out
	}
	with := func(l CartLine, change func(*CartLine)) CartLine {
		change(&l)
		return l
	}
	combo := func(parts ...Part) CartLine {
		return CartLine{Combo: &ComboChoice{ID: "breakfast", Parts: parts}, Quantity: 1}
	}
	drink, bite := Part{SlotID: "drink", VariationID: "tea"}, Part{SlotID: "bite", VariationID: "croissant"}
	tests := []struct {
		name, code, path string
		lines            []CartLine
	}{
		{"nothing", "no_lines", "lines", nil},
		{"101 lines", "too_many_lines", "lines", lines(101)},
		{"a combo's parts count", "too_many_lines", "lines", append(lines(99), combo(drink, bite))},
		{"unknown item", "unknown_item", "lines[1].variation_id", []CartLine{one("tea"), one("kopi")}},
		{"quantity 0", "bad_quantity", "lines[0].quantity", []CartLine{{VariationID: "tea"}}},
		{"negative quantity", "bad_quantity", "lines[0].quantity", []CartLine{{VariationID: "tea", Quantity: -7}}},
		{"quantity 1001", "bad_quantity", "lines[0].quantity", []CartLine{{VariationID: "tea", Quantity: 1001}}},
		{"neither variation nor combo", "bad_line", "lines[0]", []CartLine{{Quantity: 1}}},
		{"both", "bad_line", "lines[0]", []CartLine{with(combo(drink, bite), func(l *CartLine) { l.VariationID = "tea" })}},
		{"modifiers on the combo", "bad_line", "lines[0].modifiers", []CartLine{with(combo(drink, bite), func(l *CartLine) { l.Modifiers = []Choice{{ID: "oat"}} })}},
		{"unknown modifier", "unknown_modifier", "lines[0].modifiers[1].modifier_id", []CartLine{one("latte-m", Choice{ID: "oat"}, Choice{ID: "gold"})}},
		{"a modifier of another item", "unknown_modifier", "lines[0].modifiers[0].modifier_id", []CartLine{one("tea", Choice{ID: "oat"})}},
		{"negative count of a modifier", "bad_quantity", "lines[0].modifiers[0].quantity", []CartLine{one("latte-m", Choice{ID: "oat", Quantity: -1})}},
		{"two milks", "too_many_modifiers", "lines[0].modifiers", []CartLine{one("latte-m", Choice{ID: "oat"}, Choice{ID: "whole"})}},
		{"five extras", "too_many_modifiers", "lines[0].modifiers", []CartLine{one("latte-m", Choice{ID: "shot", Quantity: 5})}},
		{"below zero", "negative_price", "lines[0].modifiers", []CartLine{one("latte-m", Choice{ID: "own-cup"})}},
		{"a share above 100 percent", "bad_discount", "lines[0].discount", []CartLine{{VariationID: "tea", Quantity: 1, Discount: Discount{BasisPoints: 10001}}}},
		{"a negative discount", "bad_discount", "lines[0].discount", []CartLine{{VariationID: "tea", Quantity: 1, Discount: Discount{Amount: -1}}}},
		{"an amount and a share", "bad_discount", "lines[0].discount", []CartLine{{VariationID: "tea", Quantity: 1, Discount: Discount{Amount: 1, BasisPoints: 1}}}},
		{"more than the line", "discount_too_large", "lines[0].discount", []CartLine{{VariationID: "tea", Quantity: 1, Discount: Discount{Amount: 1001}}}},
		{"a negative override", "bad_override", "lines[0].price_override.unit_amount", []CartLine{{VariationID: "tea", Quantity: 1, Override: &Override{UnitAmount: -1}}}},
		{"an override beyond counting", "amount_too_large", "lines[0]", []CartLine{{VariationID: "tea", Quantity: 2, Override: &Override{UnitAmount: math.MaxInt64}}}},
		{"a sum beyond counting", "amount_too_large", "lines[1]", []CartLine{
			{VariationID: "tea", Quantity: 1, Override: &Override{UnitAmount: math.MaxInt64}}, one("tea"),
		}},
		{"unknown combo", "unknown_combo", "lines[0].combo.combo_id", []CartLine{{Combo: &ComboChoice{ID: "lunch"}, Quantity: 1}}},
		{"a slot left empty", "combo_slot", "lines[0].combo.parts", []CartLine{combo(drink)}},
		{"a slot filled twice", "combo_slot", "lines[0].combo.parts[1].slot_id", []CartLine{combo(drink, drink)}},
		{"a slot of another combo", "combo_slot", "lines[0].combo.parts[0].slot_id", []CartLine{combo(Part{SlotID: "a", VariationID: "tea"}, bite)}},
		{"not offered there", "combo_slot", "lines[0].combo.parts[1].variation_id", []CartLine{combo(drink, Part{SlotID: "bite", VariationID: "tea"})}},
		{"offered but not sold here", "unknown_item", "lines[0].combo.parts[0].variation_id", []CartLine{combo(Part{SlotID: "drink", VariationID: "gone"}, bite)}},
		{"a part's modifier", "unknown_modifier", "lines[0].combo.parts[1].modifiers[0].modifier_id", []CartLine{combo(drink, Part{SlotID: "bite", VariationID: "croissant", Modifiers: []Choice{{ID: "oat"}}})}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			priced, err := Price(menu(), tax(Inclusive), cart(tt.lines...))
			refused(t, err, tt.code, tt.path)
			if len(priced.Lines) != 0 || priced.Total != 0 {
				t.Errorf("a refused cart still says %+v", priced)
			}
		})
	}
}

func TestModifierRequired(t *testing.T) {
	m := menu()
	milk := m.Groups["milk"]
	milk.Modifiers[0].Default = false
	m.Groups["milk"] = milk
	_, err := Price(m, tax(Inclusive), cart(one("latte-m")))
	refused(t, err, "modifier_required", "lines[0].modifiers")
}

func TestServiceAndTaxAreKnown(t *testing.T) {
	c := cart(one("tea"))
	c.Service = ""
	_, err := Price(menu(), tax(Inclusive), c)
	refused(t, err, "unknown_service", "service")
	_, err = Price(menu(), Tax{Mode: "both"}, cart(one("tea")))
	refused(t, err, "bad_tax", "tax.mode")
	_, err = Price(menu(), Tax{Rates: map[string]TaxRate{"standard": {TakeAway: -1}}}, cart(one("tea")))
	refused(t, err, "bad_tax", "tax.rates")
	huge := cart(CartLine{VariationID: "tea", Quantity: 1, Override: &Override{UnitAmount: math.MaxInt64}})
	_, err = Price(menu(), tax(Exclusive), huge)
	refused(t, err, "amount_too_large", "lines")
}
