package inventory

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"coffee/internal/errs"
)

func TestNeeds(t *testing.T) {
	b, n := shop(), 0
	b.Recipes["croissant"] = Recipe{Lines: []RecipeLine{{"piece", "croissant", 1000, ""}}}
	lines := []OrderLine{asked("latte"), asked("croissant"), asked("croissant")}
	lines[1].Present = true
	lines[2].Line, lines[2].Quantity = 3, 4
	lines[1].Line = 2
	expanded, err := b.ExpandAll(lines, EatIn)
	if err != nil {
		t.Fatal(err)
	}
	needs := Needs(lines, expanded, func() string { n++; return fmt.Sprint(n) })
	text := ""
	ids := map[string]bool{}
	for _, need := range needs {
		text += fmt.Sprintf("%s=%d/%d ", need.IngredientID, need.Quantity, need.Present)
		if ids[need.MovementID] || ids[need.AdjustmentID] || (need.AdjustmentID != "") != (need.Present > 0) {
			t.Errorf("ids of %+v", need)
		}
		ids[need.MovementID] = true
	}
	if text != "beans=18000/0 croissant=5000/1000 milk=320000/0 mug=1000/0 " {
		t.Errorf("needs = %s", text)
	}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		need       Need
		onHand     int64
		adjustment int64
		ok         bool
	}{
		{Need{Quantity: 5}, 0, 0, true},
		{Need{Quantity: 5}, -7, 0, true},
		{Need{Counted: true, Quantity: 5}, 5, 0, true},
		{Need{Counted: true, Quantity: 5}, 4, 0, false},
		{Need{Counted: true, Quantity: 5, Present: 5}, 4, 1, true},
		{Need{Counted: true, Quantity: 5, Present: 5}, 0, 5, true},
		{Need{Counted: true, Quantity: 5, Present: 2}, 3, 2, true},
		{Need{Counted: true, Quantity: 5, Present: 2}, 2, 0, false},
		{Need{Counted: true, Quantity: 5, Present: 5}, -3, 8, true},
		{Need{Counted: true, Quantity: 5, Present: 4}, -3, 0, false},
	} {
		if adjustment, ok := c.need.Settle(c.onHand); adjustment != c.adjustment || ok != c.ok {
			t.Errorf("%+v at %d: %d, %v; want %d, %v", c.need, c.onHand, adjustment, ok, c.adjustment, c.ok)
		}
	}
}

func TestOutOfStockNamesEveryLine(t *testing.T) {
	expanded := []ExpandedLine{
		{Uses: []Use{{IngredientID: "a", Name: "Croissant", Unit: UnitEach}}},
		{Uses: []Use{{IngredientID: "m", Unit: UnitMillilitre}}},
		{Uses: []Use{{IngredientID: "a", Name: "Croissant", Unit: UnitEach}, {IngredientID: "b", Name: "Cake", Unit: UnitEach}}},
	}
	err := OutOfStock([]Short{{"b", 0, 1000}, {"a", -500, 2000}}, expanded)
	e, ok := errs.As(err)
	if !ok || e.Code != "out_of_stock" || fmt.Sprint(e.Fields) != "[{lines[0] Croissant: 0 left} {lines[2] Croissant: 0 left} {lines[2] Cake: 0 left}]" {
		t.Fatalf("%+v", err)
	}
	if fmt.Sprint(e.Params) != "map[ingredient_id:a ingredient_ids:a,b ingredient_name:Croissant on_hand:-500]" {
		t.Errorf("params %v", e.Params)
	}
	if err := OutOfStock([]Short{{"z", 0, 1}}, expanded); err == nil || errs.HasCode(err, "out_of_stock") {
		t.Errorf("a shortage of nothing: %v", err)
	}
}

func snapshot() []ExpandedLine {
	return []ExpandedLine{
		{Line: 1, Units: 3, HasRecipe: true, Uses: []Use{{IngredientID: "beans", Quantity: 54_000}, {IngredientID: "milk", Quantity: 100}}},
		{Line: 2, Units: 1},
	}
}

func moves(u Undo) string {
	text := ""
	for _, m := range u.Movements {
		text += fmt.Sprintf("%s %s %d; ", m.Type, m.IngredientID, m.Quantity)
	}
	return text
}

func TestUndoLines(t *testing.T) {
	for _, c := range []struct {
		kind   string
		before map[int32]int32
		lines  []UndoLine
		want   string
		code   string
	}{
		{TypeSale, nil, []UndoLine{{1, 1, ToRestock, ""}}, "sale_reversal beans 18000; sale_reversal milk 33; ", ""},
		{TypeSale, map[int32]int32{1: 1}, []UndoLine{{1, 2, ToRestock, ""}}, "sale_reversal beans 36000; sale_reversal milk 67; ", ""},
		{TypeSale, nil, []UndoLine{{1, 3, ToWaste, "cold"}}, "sale_reversal beans 54000; waste beans -54000; sale_reversal milk 100; waste milk -100; ", ""},
		{
			TypeSale, nil,
			[]UndoLine{{1, 1, ToRestock, ""}, {1, 2, ToWaste, ""}},
			"sale_reversal beans 54000; sale_reversal milk 100; waste beans -36000; waste milk -67; ", "",
		},
		{TypeSale, nil, []UndoLine{{2, 1, ToRestock, ""}}, "", ""},
		{TypeWaste, nil, []UndoLine{{1, 1, ToRestock, ""}}, "waste beans 18000; waste milk 33; ", ""},
		{TypeWaste, nil, []UndoLine{{1, 1, ToWaste, ""}}, "", ""},
		{TypeSale, nil, []UndoLine{{1, 4, ToRestock, ""}}, "", "reversal_too_large"},
		{TypeSale, map[int32]int32{1: 3}, []UndoLine{{1, 1, ToRestock, ""}}, "", "reversal_too_large"},
		{TypeSale, nil, []UndoLine{{1, 2, ToRestock, ""}, {1, 2, ToRestock, ""}}, "", "reversal_too_large"},
		{TypeSale, nil, []UndoLine{{7, 1, ToRestock, ""}}, "", "invalid_request"},
	} {
		undo, err := UndoLines(c.kind, snapshot(), c.before, c.lines)
		if c.code != "" {
			if !errs.HasCode(err, c.code) {
				t.Errorf("%v after %v: %v, want %s", c.lines, c.before, err, c.code)
			}
			continue
		}
		if err != nil || moves(undo) != c.want {
			t.Errorf("%s %v after %v: %s (%v), want %s", c.kind, c.lines, c.before, moves(undo), err, c.want)
		}
	}
}

// However a line comes back, in whatever parts: together it is the snapshot, and never more.
func TestUndoAddsUpToTheSnapshot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sold := ExpandedLine{Line: 1, Units: rapid.Int32Range(1, 1000).Draw(t, "units")}
		for _, i := range []string{"a", "b"} {
			sold.Uses = append(sold.Uses, Use{IngredientID: i, Quantity: rapid.Int64Range(1, maxQuantity).Draw(t, i)})
		}
		all, before := []ExpandedLine{sold}, map[int32]int32{}
		sum := map[string]int64{}
		count := func(u Undo) {
			for _, m := range u.Movements {
				if m.Type == TypeSaleReversal {
					sum[m.IngredientID] += m.Quantity
				}
			}
			for l, n := range u.Units {
				before[l] = n
			}
		}
		for rapid.Bool().Draw(t, "more") {
			n := rapid.Int32Range(1, 1000).Draw(t, "part")
			undo, err := UndoLines(TypeSale, all, before, []UndoLine{{1, n, rapid.SampledFrom([]string{ToRestock, ToWaste}).Draw(t, "to"), ""}})
			if (err == nil) != (n <= sold.Units-before[1]) {
				t.Fatalf("%d of %d after %d: %v", n, sold.Units, before[1], err)
			}
			count(undo)
			for _, u := range sold.Uses {
				if sum[u.IngredientID] > u.Quantity {
					t.Fatalf("%d of %d came back", sum[u.IngredientID], u.Quantity)
				}
			}
		}
		count(UndoAll(TypeSale, all, before))
		for _, u := range sold.Uses {
			if sum[u.IngredientID] != u.Quantity {
				t.Fatalf("%d of %d came back in the end", sum[u.IngredientID], u.Quantity)
			}
		}
	})
}
