package price

import (
	"strings"
	"testing"
	"time"

	"coffee/internal/errs"
)

// wednesday is inside the happy hour of the test menu, in a zone with daylight saving.
func wednesday(hour, minute int) time.Time {
	zone, err := time.LoadLocation("Africa/Casablanca")
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 4, 15, hour, minute, 0, 0, zone)
}

// menu is a small café: lattes with milk and extras, a croissant, water without tax, a breakfast combo.
func menu() Menu {
	bar := func(id, item, size string, price int64, groups ...string) Item {
		return Item{
			ItemID: strings.ToLower(item), VariationID: id, ItemName: item, VariationName: size, CategoryID: "drinks",
			CategoryName: "Drinks", Station: "bar", BarSeconds: 40, Price: price, GroupIDs: groups,
		}
	}
	latte := bar("latte-l", "Latte", "Large", 3200, "milk", "extra")
	latte.Windows = []Window{
		{Name: "happy hour", Weekdays: []int32{3}, From: 14 * 60, To: 16 * 60, Price: 2500},
		{Name: "last hour", From: 15 * 60, To: 1440, Price: 2000},
	}
	return Menu{
		Release: 7, Currency: "MAD",
		Items: map[string]Item{
			"latte-m": bar("latte-m", "Latte", "Medium", 2800, "milk", "extra"),
			"latte-l": latte,
			"tea":     bar("tea", "Tea", "Glass", 1000),
			"croissant": {
				ItemID: "croissant", VariationID: "croissant", ItemName: "Croissant", VariationName: "Piece",
				CategoryID: "food", CategoryName: "Food", TaxCode: "food", Price: 1250,
			},
			"water": {ItemID: "water", VariationID: "water", ItemName: "Water", TaxCode: "none", Price: 800},
			"gift":  {ItemID: "gift", VariationID: "gift", ItemName: "Gift", Price: 0},
		},
		Groups: map[string]Group{
			"milk": {ID: "milk", Name: "Milk", Min: 1, Max: 1, Modifiers: []Modifier{
				{ID: "whole", Name: "Whole", Default: true}, {ID: "oat", Name: "Oat", Delta: 500}, {ID: "none", Name: "Black", Delta: -200},
			}},
			"extra": {ID: "extra", Name: "Extras", Max: 4, Free: 1, Modifiers: []Modifier{
				{ID: "shot", Name: "Extra shot", Delta: 600},
				{ID: "vanilla", Name: "Vanilla", Delta: 300},
				{ID: "own-cup", Name: "Own cup", Delta: -4000},
			}},
		},
		Combos: map[string]Combo{
			"breakfast": {ID: "breakfast", Name: "Breakfast", Price: 3500, Slots: []Slot{
				{ID: "drink", Name: "Drink", VariationIDs: []string{"latte-m", "tea", "gone"}},
				{ID: "bite", Name: "Bite", VariationIDs: []string{"croissant"}},
			}},
			"odd": {ID: "odd", Name: "Odd", Price: 1000, Slots: []Slot{
				{ID: "a", Name: "A", VariationIDs: []string{"tea"}},
				{ID: "b", Name: "B", VariationIDs: []string{"tea"}},
				{ID: "c", Name: "C", VariationIDs: []string{"tea"}},
			}},
			"gifts": {ID: "gifts", Name: "Gifts", Price: 101, Slots: []Slot{
				{ID: "a", Name: "A", VariationIDs: []string{"gift"}}, {ID: "b", Name: "B", VariationIDs: []string{"gift"}},
			}},
		},
	}
}

func tax(mode string) Tax {
	return Tax{Mode: mode, Rates: map[string]TaxRate{
		"standard": {EatIn: 2000, TakeAway: 1000}, "food": {EatIn: 1000, TakeAway: 550},
	}}
}

func cart(lines ...CartLine) Cart {
	return Cart{Service: TakeAway, At: wednesday(9, 0), Lines: lines}
}

func one(variation string, modifiers ...Choice) CartLine {
	return CartLine{VariationID: variation, Quantity: 1, Modifiers: modifiers}
}

func must(t *testing.T, tax Tax, cart Cart) Priced {
	t.Helper()
	priced, err := Price(menu(), tax, cart)
	if err != nil {
		t.Fatalf("Price: %v", err)
	}
	check(t, tax, priced)
	return priced
}

// refused checks code and the first field's path.
func refused(t *testing.T, err error, code, path string) {
	t.Helper()
	e, ok := errs.As(err)
	if !ok || e.Kind != errs.KindInvalid || e.Code != code {
		t.Fatalf("error = %v, want invalid %s", err, code)
	}
	if len(e.Fields) != 1 || e.Fields[0].Path != path {
		t.Fatalf("fields = %+v, want %s", e.Fields, path)
	}
}

type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

// check holds every priced cart against the invariants of the package.
func check(t reporter, tax Tax, p Priced) {
	t.Helper()
	var gross, discount, amount, net, taxes, total int64
	byRate := map[int32]TaxLine{}
	for i, l := range p.Lines {
		if l.Number != int32(i+1) {
			t.Fatalf("line %d has number %d", i+1, l.Number)
		}
		for _, n := range []int64{l.UnitPrice, l.Gross, l.Discount, l.Amount, l.Tax, l.Net, l.Total} {
			if n < 0 {
				t.Fatalf("line %d holds a negative amount: %+v", l.Number, l)
			}
		}
		if l.Gross != int64(l.Quantity)*l.UnitPrice || l.Amount != l.Gross-l.Discount || l.Total != l.Net+l.Tax {
			t.Fatalf("line %d does not add up: %+v", l.Number, l)
		}
		if l.Comp && l.Total != 0 {
			t.Fatalf("line %d is a comp and costs %d", l.Number, l.Total)
		}
		if tax.Mode == Exclusive && l.Net != l.Amount || tax.Mode != Exclusive && l.Total != l.Amount {
			t.Fatalf("line %d: %s tax is booked the other way: %+v", l.Number, tax.Mode, l)
		}
		gross, discount, amount = gross+l.Gross, discount+l.Discount, amount+l.Amount
		net, taxes, total = net+l.Net, taxes+l.Tax, total+l.Total
		sum := byRate[l.TaxRate]
		sum.Net, sum.Tax, sum.Gross = sum.Net+l.Net, sum.Tax+l.Tax, sum.Gross+l.Total
		byRate[l.TaxRate] = sum
	}
	if gross != p.Gross || discount != p.Discount || net != p.Net || taxes != p.Tax || total != p.Total || amount != gross-discount {
		t.Fatalf("the lines' sums (%d %d %d %d %d) are not the order's: %+v", gross, discount, net, taxes, total, p)
	}
	if len(byRate) != len(p.Taxes) {
		t.Fatalf("%d rates on the lines, %d in the order", len(byRate), len(p.Taxes))
	}
	for i, line := range p.Taxes {
		if i > 0 && p.Taxes[i-1].Rate >= line.Rate {
			t.Fatalf("rates are not ascending: %+v", p.Taxes)
		}
		sum := byRate[line.Rate]
		if line.Net+line.Tax != line.Gross || sum.Net != line.Net || sum.Tax != line.Tax || sum.Gross != line.Gross {
			t.Fatalf("rate %d: %+v, its lines sum to %+v", line.Rate, line, sum)
		}
		// The tax as rationals, so that money's own rounding does not judge itself.
		base, twice := line.Gross, int64(10000+line.Rate)
		if tax.Mode == Exclusive {
			base, twice = line.Net, 10000
		}
		if base < 1<<40 {
			if off := 2 * (line.Tax*twice - base*int64(line.Rate)); off > twice || off <= -twice {
				t.Fatalf("rate %d: tax %d on %d is not rounded half up", line.Rate, line.Tax, base)
			}
		}
	}
}
