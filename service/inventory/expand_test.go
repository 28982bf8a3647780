package inventory

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coffee/internal/errs"
)

// shop is a book with readable ids.
func shop() *Book {
	b := &Book{Version: 1, Ingredients: map[string]Ingredient{}, Recipes: map[string]Recipe{}, Effects: map[string]Effects{}}
	for id, unit := range map[string]string{
		"beans": UnitGram, "decaf": UnitGram, "milk": UnitMillilitre, "cream": UnitMillilitre, "oat": UnitMillilitre,
		"soy": UnitMillilitre, "cup": UnitEach, "lid": UnitEach, "mug": UnitEach, "croissant": UnitEach,
	} {
		b.Ingredients[id] = Ingredient{ID: id, Name: id, Unit: unit, Counted: id == "croissant", Version: 1}
	}
	b.Recipes["latte"] = Recipe{VariationID: "latte", Lines: []RecipeLine{
		{"beans", "beans", 18_000, ""},
		{"milk", "milk", 320_000, ""},
		{"cup", "cup", 1000, TakeAway},
		{"lid", "lid", 1000, TakeAway},
		{"cup", "mug", 1000, EatIn},
	}}
	b.Recipes["rich"] = Recipe{VariationID: "rich", Lines: []RecipeLine{{"milk", "milk", 200_001, ""}, {"milk", "cream", 40_000, ""}}}
	b.Recipes["nothing"] = Recipe{VariationID: "nothing"}
	for id, effects := range map[string][]Effect{
		"oat":        {{Kind: Substitute, Slot: "milk", IngredientID: "oat"}},
		"soy":        {{Kind: Substitute, Slot: "milk", IngredientID: "soy"}},
		"oat-little": {{Kind: Substitute, Slot: "milk", IngredientID: "oat", Quantity: 100_000}},
		"decaf":      {{Kind: Substitute, Slot: "beans", IngredientID: "decaf"}},
		"shot":       {{Kind: Add, Slot: "beans", IngredientID: "beans", Quantity: 9_000}},
		"half":       {{Kind: Scale, Slot: "milk", Numerator: 1, Denominator: 2}},
		"no-milk":    {{Kind: Scale, Slot: "milk", Numerator: 0, Denominator: 1}},
		"huge":       {{Kind: Scale, Slot: "milk", Numerator: 100, Denominator: 1}},
		"to-go-lid":  {{Kind: Add, Slot: "lid", IngredientID: "lid", Quantity: 1000, Only: TakeAway}},
		"creamy":     {{Kind: Add, Slot: "milk", IngredientID: "cream", Quantity: 30_000}},
		"splash":     {{Kind: Add, Slot: "splash", IngredientID: "milk", Quantity: 20_000}},
	} {
		b.Effects[id] = Effects{ModifierID: id, Effects: effects, Version: 1}
	}
	return b
}

// asked reads "latte oat shot*2" as a line.
func asked(text string) OrderLine {
	words := strings.Fields(text)
	l := OrderLine{Line: 1, VariationID: words[0], Quantity: 1}
	for _, w := range words[1:] {
		m := OrderModifier{ModifierID: w, Quantity: 1}
		if name, times, ok := strings.Cut(w, "*"); ok {
			m.ModifierID = name
			_, _ = fmt.Sscan(times, &m.Quantity)
		}
		l.Modifiers = append(l.Modifiers, m)
	}
	return l
}

func written(uses []Use) string {
	parts := make([]string, len(uses))
	for i, u := range uses {
		parts[i] = fmt.Sprintf("%s:%s=%d", u.Slot, u.IngredientID, u.Quantity)
	}
	return strings.Join(parts, " ")
}

func TestExpand(t *testing.T) {
	for _, c := range []struct {
		line, service string
		quantity      int32
		want          string
	}{
		{"latte", TakeAway, 1, "beans:beans=18000 milk:milk=320000 cup:cup=1000 lid:lid=1000"},
		{"latte", EatIn, 1, "beans:beans=18000 milk:milk=320000 cup:mug=1000"},
		{"latte oat shot", TakeAway, 1, "beans:beans=27000 milk:oat=320000 cup:cup=1000 lid:lid=1000"},
		{"latte oat shot", EatIn, 3, "beans:beans=81000 milk:oat=960000 cup:mug=3000"},
		{"latte shot*2", EatIn, 1, "beans:beans=36000 milk:milk=320000 cup:mug=1000"},
		{"latte oat*2", EatIn, 1, "beans:beans=18000 milk:oat=320000 cup:mug=1000"},
		{"latte half*2", EatIn, 1, "beans:beans=18000 milk:milk=160000 cup:mug=1000"},
		{"latte half oat", EatIn, 1, "beans:beans=18000 milk:oat=160000 cup:mug=1000"},
		{"latte oat half", EatIn, 1, "beans:beans=18000 milk:oat=160000 cup:mug=1000"},
		{"latte half oat-little", EatIn, 1, "beans:beans=18000 milk:oat=50000 cup:mug=1000"},
		{"latte oat soy", EatIn, 1, "beans:beans=18000 milk:soy=320000 cup:mug=1000"},
		{"latte no-milk", EatIn, 1, "beans:beans=18000 cup:mug=1000"},
		{"latte decaf shot", EatIn, 1, "beans:decaf=27000 milk:milk=320000 cup:mug=1000"},
		{"latte shot decaf", EatIn, 1, "beans:decaf=27000 milk:milk=320000 cup:mug=1000"},
		{"latte oat splash", EatIn, 1, "beans:beans=18000 milk:oat=320000 cup:mug=1000 splash:milk=20000"},
		{"latte oat creamy", EatIn, 1, "beans:beans=18000 milk:oat=320000 cup:mug=1000 milk:cream=30000"},
		{"latte to-go-lid", EatIn, 1, "beans:beans=18000 milk:milk=320000 cup:mug=1000"},
		{"latte to-go-lid", TakeAway, 1, "beans:beans=18000 milk:milk=320000 cup:cup=1000 lid:lid=2000"},
		{"latte extra-hot", EatIn, 1, "beans:beans=18000 milk:milk=320000 cup:mug=1000"},
		{"rich half", EatIn, 1, "milk:milk=100001 milk:cream=20000"},
		{"rich oat", EatIn, 1, "milk:oat=240001"},
		{"rich oat-little", EatIn, 1, "milk:oat=100000"},
		{"rich decaf", EatIn, 1, "milk:milk=200001 milk:cream=40000"},
		{"nothing shot", EatIn, 2, "beans:beans=18000"},
	} {
		l := asked(c.line)
		l.Quantity = c.quantity
		got, err := shop().Expand(l, c.service)
		if err != nil || written(got.Uses) != c.want || !got.HasRecipe {
			t.Errorf("%d %s %s: %s (%v), want %s", c.quantity, c.line, c.service, written(got.Uses), err, c.want)
		}
	}
	if got, err := shop().Expand(asked("book shot"), EatIn); err != nil || got.HasRecipe || len(got.Uses) != 0 {
		t.Errorf("without a recipe: %+v, %v", got, err)
	}
}

func TestExpandRefusesWhatNoCafeHas(t *testing.T) {
	for _, text := range []string{"latte huge huge huge huge huge", "latte" + strings.Repeat(" huge", 50)} {
		if _, err := shop().Expand(asked(text), EatIn); !errs.HasCode(err, "quantity_too_large") {
			t.Errorf("%s: %v", text, err)
		}
	}
	l := asked("latte huge huge huge")
	l.Quantity = 1000
	if _, err := shop().Expand(l, EatIn); !errs.HasCode(err, "quantity_too_large") {
		t.Errorf("1000 × %v", err)
	}
}

func TestExpandAllNumbersLines(t *testing.T) {
	for _, numbers := range [][]int32{{0}, {1, 1}, {-3}} {
		var lines []OrderLine
		for _, n := range numbers {
			l := asked("latte")
			l.Line = n
			lines = append(lines, l)
		}
		if _, err := shop().ExpandAll(lines, EatIn); !errs.HasCode(err, "invalid_request") {
			t.Errorf("%v: %v", numbers, err)
		}
	}
}

// Whatever is ordered: nothing negative or empty comes out, each ingredient of a slot once, n units take n times what
// one takes, and the order of modifiers that touch different slots or kinds does not matter.
func TestExpandProperties(t *testing.T) {
	b := shop()
	rapid.Check(t, func(t *rapid.T) {
		l := OrderLine{Line: 1, VariationID: rapid.SampledFrom([]string{"latte", "rich", "nothing"}).Draw(t, "variation"), Quantity: 1}
		names := []string{"oat", "decaf", "shot", "half", "no-milk", "to-go-lid", "splash", "unknown"}
		for _, m := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID[string]).Draw(t, "modifiers") {
			l.Modifiers = append(l.Modifiers, OrderModifier{m, rapid.Int32Range(1, 20).Draw(t, "times")})
		}
		service := rapid.SampledFrom([]string{EatIn, TakeAway}).Draw(t, "service")
		one, err := b.Expand(l, service)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int64{}
		for _, u := range one.Uses {
			key := u.Slot + "/" + u.IngredientID
			if _, twice := seen[key]; twice || u.Quantity <= 0 {
				t.Fatalf("%s is there twice or empty in %v", key, one.Uses)
			}
			seen[key] = u.Quantity
		}
		units := rapid.Int32Range(1, 1000).Draw(t, "units")
		turned := l
		turned.Quantity = units
		turned.Modifiers = rapid.Permutation(l.Modifiers).Draw(t, "turned")
		many, err := b.Expand(turned, service)
		if err != nil || len(many.Uses) != len(one.Uses) {
			t.Fatalf("%v (%v) of %d units, %v of one", many.Uses, err, units, one.Uses)
		}
		for _, u := range many.Uses {
			if u.Quantity != seen[u.Slot+"/"+u.IngredientID]*int64(units) {
				t.Fatalf("%d units take %d of %s, one takes %d", units, u.Quantity, u.IngredientID, seen[u.Slot+"/"+u.IngredientID])
			}
		}
	})
}

// Any recipe and any effects that pass the contract expand without a panic.
func FuzzExpand(f *testing.F) {
	f.Add(int64(320_000), int32(1), int32(3), int32(2), int32(5), int32(7))
	f.Add(int64(1_000_000_000), int32(100), int32(1), int32(20), int32(1000), int32(50))
	f.Fuzz(func(t *testing.T, quantity int64, numerator, denominator, times, units, repeat int32) {
		if quantity < 1 || quantity > 1_000_000_000 || numerator < 0 || numerator > 100 || denominator < 1 || denominator > 100 ||
			times < 1 || times > 20 || units < 1 || units > 1000 || repeat < 0 || repeat > 50 {
			t.Skip()
		}
		b := shop()
		b.Recipes["x"] = Recipe{Lines: []RecipeLine{{"milk", "milk", quantity, ""}}}
		b.Effects["x"] = Effects{Effects: []Effect{
			{Kind: Scale, Slot: "milk", Numerator: numerator, Denominator: denominator},
			{Kind: Add, Slot: "milk", IngredientID: "milk", Quantity: quantity},
		}}
		l := OrderLine{Line: 1, VariationID: "x", Quantity: units}
		for range repeat {
			l.Modifiers = append(l.Modifiers, OrderModifier{"x", times})
		}
		got, err := b.Expand(l, EatIn)
		if err != nil {
			if !errs.HasCode(err, "quantity_too_large") {
				t.Fatal(err)
			}
			return
		}
		for _, u := range got.Uses {
			if u.Quantity <= 0 || u.Quantity > maxQuantity {
				t.Fatalf("%+v", u)
			}
		}
	})
}
