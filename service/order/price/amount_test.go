package price

import (
	"slices"
	"testing"
)

func amounts(p Priced, of func(Line) int64) []int64 {
	out := make([]int64, len(p.Lines))
	for i, l := range p.Lines {
		out[i] = of(l)
	}
	return out
}

func unit(l Line) int64     { return l.UnitPrice }
func discount(l Line) int64 { return l.Discount }
func taxed(l Line) int64    { return l.Tax }

func TestCombo(t *testing.T) {
	breakfast := func(milk ...Choice) *ComboChoice {
		return &ComboChoice{ID: "breakfast", Parts: []Part{
			{SlotID: "bite", VariationID: "croissant"}, {SlotID: "drink", VariationID: "latte-m", Modifiers: milk},
		}}
	}
	odd := &ComboChoice{ID: "odd", Parts: []Part{
		{SlotID: "a", VariationID: "tea"}, {SlotID: "b", VariationID: "tea"}, {SlotID: "c", VariationID: "tea"},
	}}
	gifts := &ComboChoice{ID: "gifts", Parts: []Part{{SlotID: "a", VariationID: "gift"}, {SlotID: "b", VariationID: "gift"}}}
	tests := []struct {
		name  string
		line  CartLine
		units []int64
		gross int64
	}{
		// 3500 over 2800 : 1250 = 2419.75… : 1080.24…
		{"shared by list price", CartLine{Combo: breakfast(), Quantity: 1}, []int64{2420, 1080}, 3500},
		{"modifiers on top of their part", CartLine{Combo: breakfast(Choice{ID: "oat"}), Quantity: 3}, []int64{2920, 1080}, 12000},
		{"a remainder goes to the earlier slot", CartLine{Combo: odd, Quantity: 7}, []int64{334, 333, 333}, 7000},
		{"parts without a price share alike", CartLine{Combo: gifts, Quantity: 1}, []int64{51, 50}, 101},
		{"by hand, modifiers included", CartLine{Combo: breakfast(Choice{ID: "oat"}), Quantity: 2, Override: &Override{UnitAmount: 1000}}, []int64{691, 309}, 2000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := must(t, tax(Inclusive), cart(one("tea"), tt.line, tt.line))
			n := len(tt.units)
			if units := amounts(got, unit)[1 : n+1]; !slices.Equal(units, tt.units) {
				t.Errorf("units = %v, want %v", units, tt.units)
			}
			if got.Gross != 1000+2*tt.gross {
				t.Errorf("gross = %d, want %d", got.Gross, 1000+2*tt.gross)
			}
			for i, l := range got.Lines {
				group, request := int32(0), 0
				if i > 0 {
					group, request = int32(1+(i-1)/n), 1+(i-1)/n
				}
				if l.ComboGroup != group || l.Request != request || (l.ComboID != "") != (group > 0) {
					t.Errorf("line %d: group %d of request %d", l.Number, l.ComboGroup, l.Request)
				}
			}
		})
	}
}

func TestDiscounts(t *testing.T) {
	line := func(variation string, quantity int32, d Discount) CartLine {
		return CartLine{VariationID: variation, Quantity: quantity, Discount: d}
	}
	tests := []struct {
		name  string
		lines []CartLine
		order Discount
		want  []int64
	}{
		{"none", []CartLine{one("tea")}, Discount{}, []int64{0}},
		{"an amount", []CartLine{line("tea", 3, Discount{Amount: 250})}, Discount{}, []int64{250}},
		{"a share, half up", []CartLine{line("croissant", 1, Discount{BasisPoints: 1002})}, Discount{}, []int64{125}},
		{"a share, exactly half", []CartLine{line("croissant", 1, Discount{BasisPoints: 1004})}, Discount{}, []int64{126}},
		{"everything", []CartLine{line("tea", 2, Discount{BasisPoints: 10000})}, Discount{}, []int64{2000}},
		{"comp", []CartLine{{VariationID: "tea", Quantity: 2, Comp: true}}, Discount{}, []int64{2000}},
		{"order amount by largest remainder", []CartLine{one("tea"), one("tea"), one("tea")}, Discount{Amount: 100}, []int64{34, 33, 33}},
		{"order share over the rest", []CartLine{line("tea", 1, Discount{Amount: 500}), one("croissant")}, Discount{BasisPoints: 1000}, []int64{550, 125}},
		{"an order's discount leaves a comp alone", []CartLine{{VariationID: "tea", Quantity: 1, Comp: true}, one("croissant")}, Discount{Amount: 1250}, []int64{1000, 1250}},
		{"a combo's line discount by its parts", []CartLine{{
			Combo:    &ComboChoice{ID: "breakfast", Parts: []Part{{SlotID: "drink", VariationID: "tea"}, {SlotID: "bite", VariationID: "croissant"}}},
			Quantity: 1, Discount: Discount{Amount: 10},
		}}, Discount{}, []int64{4, 6}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cart(tt.lines...)
			c.Discount = tt.order
			if got := amounts(must(t, tax(Inclusive), c), discount); !slices.Equal(got, tt.want) {
				t.Errorf("discounts = %v, want %v", got, tt.want)
			}
		})
	}
	c := cart(line("tea", 1, Discount{Amount: 500}))
	c.Discount = Discount{Amount: 501}
	_, err := Price(menu(), tax(Inclusive), c)
	refused(t, err, "discount_too_large", "discount")
}

func TestTax(t *testing.T) {
	lines := []CartLine{one("tea"), one("croissant"), one("tea"), one("water")}
	tests := []struct {
		mode, service string
		rates         []TaxLine
		taxes         []int64
		total         int64
	}{
		{Inclusive, TakeAway, []TaxLine{{"none", 0, 800, 800, 0}, {"food", 550, 1250, 1185, 65}, {"standard", 1000, 2000, 1818, 182}}, []int64{91, 65, 91, 0}, 4050},
		{Inclusive, EatIn, []TaxLine{{"none", 0, 800, 800, 0}, {"food", 1000, 1250, 1136, 114}, {"standard", 2000, 2000, 1667, 333}}, []int64{167, 114, 166, 0}, 4050},
		{Exclusive, TakeAway, []TaxLine{{"none", 0, 800, 800, 0}, {"food", 550, 1319, 1250, 69}, {"standard", 1000, 2200, 2000, 200}}, []int64{100, 69, 100, 0}, 4319},
		{Exclusive, EatIn, []TaxLine{{"none", 0, 800, 800, 0}, {"food", 1000, 1375, 1250, 125}, {"standard", 2000, 2400, 2000, 400}}, []int64{200, 125, 200, 0}, 4575},
	}
	for _, tt := range tests {
		t.Run(tt.mode+" "+tt.service, func(t *testing.T) {
			c := cart(lines...)
			c.Service = tt.service
			got := must(t, tax(tt.mode), c)
			if !slices.Equal(got.Taxes, tt.rates) || got.Total != tt.total {
				t.Errorf("taxes = %+v, total %d; want %+v, total %d", got.Taxes, got.Total, tt.rates, tt.total)
			}
			if taxes := amounts(got, taxed); !slices.Equal(taxes, tt.taxes) {
				t.Errorf("taxes of the lines = %v, want %v", taxes, tt.taxes)
			}
		})
	}
}

// Rounded once per rate: three lines of 0.05 at 10 percent owe 1, not three times nothing.
func TestTaxIsRoundedOncePerRate(t *testing.T) {
	five := CartLine{VariationID: "tea", Quantity: 1, Override: &Override{UnitAmount: 4}}
	got := must(t, tax(Exclusive), cart(five, five, five))
	if got.Tax != 1 || !slices.Equal(amounts(got, taxed), []int64{1, 0, 0}) {
		t.Errorf("tax = %d, by line %v", got.Tax, amounts(got, taxed))
	}
}

// Two codes that have one rate here are one sum to round.
func TestCodesOfOneRateAreRoundedTogether(t *testing.T) {
	profile := Tax{Mode: Exclusive, Rates: map[string]TaxRate{"standard": {TakeAway: 1000}, "food": {TakeAway: 1000}}}
	at := func(variation string) CartLine {
		return CartLine{VariationID: variation, Quantity: 1, Override: &Override{UnitAmount: 4}}
	}
	got := must(t, profile, cart(at("tea"), at("croissant")))
	want := []TaxLine{{Code: "food,standard", Rate: 1000, Gross: 9, Net: 8, Tax: 1}}
	if !slices.Equal(got.Taxes, want) {
		t.Errorf("taxes = %+v, want %+v", got.Taxes, want)
	}
}

// Tax falls on what is paid, not on the price before the discount.
func TestTaxIsOnTheDiscountedAmount(t *testing.T) {
	c := cart(one("tea"))
	c.Discount = Discount{BasisPoints: 5000}
	if got := must(t, tax(Exclusive), c); got.Tax != 50 || got.Total != 550 {
		t.Errorf("tax %d, total %d", got.Tax, got.Total)
	}
	if got := must(t, Tax{}, c); got.Tax != 0 || got.Total != 500 {
		t.Errorf("without a profile: tax %d, total %d", got.Tax, got.Total)
	}
}
