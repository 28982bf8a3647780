package inventory

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/errs"
	"coffee/internal/money"
)

func TestLow(t *testing.T) {
	for _, c := range []struct {
		onHand, par, reorder int64
		low                  bool
	}{
		{0, 0, 0, false},
		{-5, 0, 0, false},
		{10, 10, 0, false},
		{9, 10, 0, true},
		{9, 10, 5, false},
		{5, 10, 5, true},
		{0, 1, 0, true},
		{3, 0, 3, true},
		{4, 0, 3, false},
	} {
		if got := (Stock{OnHand: c.onHand, Par: c.par, ReorderPoint: c.reorder}).Low(); got != c.low {
			t.Errorf("%+v: low = %v", c, got)
		}
	}
}

func mad(n int64) *money.Money { return &money.Money{Amount: n, Currency: "MAD"} }

func TestAverageAfter(t *testing.T) {
	for _, c := range []struct {
		name     string
		onHand   int64
		average  *money.Money
		quantity int64
		cost     int64
		want     int64
	}{
		{"first", 0, nil, 2_000_000, 3000, 1500},
		{"first onto goods of unknown cost", 500_000, nil, 1_000_000, 900, 900},
		{"same price", 1_000_000, mad(900), 1_000_000, 900, 900},
		{"half and half", 1_000_000, mad(900), 1_000_000, 1100, 1000},
		{"cheaper", 3_000_000, mad(1000), 1_000_000, 600, 900},
		{"onto nothing", 0, mad(5), 1_000_000, 1100, 1100},
		{"onto less than nothing", -7_000_000, mad(5), 1_000_000, 1100, 1100},
		{"a gift", 1_000_000, mad(1000), 1_000_000, 0, 500},
		{"pieces: 30 croissants for 240.00", 0, nil, 30_000, 24_000, 800_000},
		{"the dearest dust", 0, nil, 1, 1_000_000_000_000, 1_000_000_000_000_000_000},
	} {
		if got := AverageAfter(c.onHand, c.average, c.quantity, *mad(c.cost)); got != *mad(c.want) {
			t.Errorf("%s: %v, want %d", c.name, got, c.want)
		}
	}
}

// The average lies between the old one and the new goods' own cost.
func TestAverageLiesBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "average")
		onHand := rapid.Int64Range(1, maxQuantity).Draw(t, "on hand")
		quantity := rapid.Int64Range(1, maxQuantity).Draw(t, "quantity")
		cost := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "cost")
		own := AverageAfter(0, nil, quantity, *mad(cost)).Amount
		got := AverageAfter(onHand, mad(old), quantity, *mad(cost)).Amount
		if got < min(old, own) || got > max(old, own) {
			t.Fatalf("%d is not between %d and %d", got, old, own)
		}
	})
}

func TestBookingDate(t *testing.T) {
	now := time.Date(2026, 4, 1, 23, 30, 0, 0, time.FixedZone("", -5*3600)) // already the 2nd in UTC
	for date, want := range map[string]string{
		"": "2026-04-02", "2026-04-02": "2026-04-02", "2026-04-03": "2026-04-03", "2025-02-26": "2025-02-26",
		"2026-04-04": "", "2025-02-25": "", "2026-02-30": "", "0000-00-00": "", "9999-12-31": "",
	} {
		got, err := BookingDate(date, now)
		if got != want || (want == "") != errs.HasCode(err, "invalid_date") {
			t.Errorf("%q: %q, %v", date, got, err)
		}
	}
}

func TestCheckReceipt(t *testing.T) {
	b := shop()
	milk := b.Ingredients["milk"]
	milk.PackQuantity = 1_000_000
	b.Ingredients["milk"] = milk
	gone := b.Ingredients["soy"]
	gone.ArchivedAt = time.Unix(1, 0)
	b.Ingredients["soy"] = gone
	for _, c := range []struct {
		name  string
		lines []ReceiptLine
		code  string
	}{
		{"packs", []ReceiptLine{{IngredientID: "milk", Packs: 12, Cost: mad(100)}}, ""},
		{"neither", []ReceiptLine{{IngredientID: "milk"}}, "invalid_quantity"},
		{"both", []ReceiptLine{{IngredientID: "milk", Quantity: 1, Packs: 1}}, "invalid_quantity"},
		{"no pack", []ReceiptLine{{IngredientID: "oat", Packs: 1}}, "no_pack"},
		{"too much", []ReceiptLine{{IngredientID: "oat", Quantity: maxQuantity + 1}}, "invalid_quantity"},
		{"unknown", []ReceiptLine{{IngredientID: "tea", Quantity: 1}}, "unknown_ingredient"},
		{"archived", []ReceiptLine{{IngredientID: "soy", Quantity: 1}}, "ingredient_archived"},
		{"negative cost", []ReceiptLine{{IngredientID: "oat", Quantity: 1, Cost: mad(-1)}}, "invalid_cost"},
		{"no currency", []ReceiptLine{{IngredientID: "oat", Quantity: 1, Cost: &money.Money{Currency: "ZZZ"}}}, "invalid_cost"},
		{"two currencies", []ReceiptLine{
			{IngredientID: "oat", Quantity: 1, Cost: mad(1)},
			{IngredientID: "milk", Quantity: 1, Cost: &money.Money{Amount: 1, Currency: "EUR"}},
		}, "currency_mismatch"},
	} {
		lines, _, err := b.CheckReceipt(c.lines)
		if c.code == "" && (err != nil || lines[0].Quantity != 12_000_000) {
			t.Errorf("%s: %v, %v", c.name, lines, err)
		}
		if c.code != "" && !errs.HasCode(err, c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestAmount(t *testing.T) {
	for _, c := range []struct {
		quantity int64
		unit     string
		want     string
	}{
		{2000, UnitEach, "2"},
		{1500, UnitGram, "1.5 g"},
		{1, UnitMillilitre, "0.001 ml"},
		{-20_050, UnitGram, "-20.05 g"},
		{0, UnitEach, "0"},
	} {
		if got := Amount(c.quantity, c.unit); got != c.want {
			t.Errorf("%d %s = %q", c.quantity, c.unit, got)
		}
	}
}

func TestParseID(t *testing.T) {
	const id = "0199a0b2-6f1e-7c3a-9b54-5d2f8a1c0e77"
	for in, want := range map[string]string{
		id: id, "0199A0B2-6F1E-7C3A-9B54-5D2F8A1C0E77": id, "": "", "x": "", id + "0": "", "{0199a0b2-6f1e-7c3a-9b54-5d2f8a1c0e7}": "",
		"0199a0b26f1e-7c3a-9b54-5d2f8a1c0e777": "", "0199a0b2-6f1e-7c3a-9b54-5d2f8a1c0e7g": "",
	} {
		got, err := ParseID("id", in)
		if got != want || (want == "") != errs.HasCode(err, "invalid_request") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}
