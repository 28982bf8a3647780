package inventory

import (
	"fmt"
	"testing"
	"time"

	"coffee/internal/errs"
)

func TestPutIngredientRule(t *testing.T) {
	b := shop()
	b.Ingredients["syrup"] = Ingredient{ID: "syrup", Name: "syrup", Unit: UnitMillilitre, MadeFrom: []RecipeLine{{"base", "milk", 1000, ""}}, YieldQuantity: 5, Version: 3}
	line := func(id string) []RecipeLine { return []RecipeLine{{"base", id, 1000, ""}} }
	for _, c := range []struct {
		name    string
		in      Ingredient
		changed bool
		version int64
		code    string
	}{
		{"new", Ingredient{ID: "tea", Name: " Tea ", Unit: UnitGram}, true, 1, ""},
		{"again", Ingredient{ID: "beans", Name: "beans", Unit: UnitGram}, false, 1, ""},
		{"again, other content", Ingredient{ID: "beans", Name: "Beans", Unit: UnitGram}, false, 0, "version_conflict"},
		{"edited", Ingredient{ID: "beans", Name: "Beans", Unit: UnitGram, Version: 1}, true, 2, ""},
		{"edited to the same", Ingredient{ID: "beans", Name: "beans", Unit: UnitGram, Version: 1}, false, 1, ""},
		{"edited too late", Ingredient{ID: "beans", Name: "Beans", Unit: UnitGram, Version: 2}, false, 0, "version_conflict"},
		{"edited before it was", Ingredient{ID: "tea", Name: "Tea", Unit: UnitGram, Version: 1}, false, 0, "version_conflict"},
		{"another unit", Ingredient{ID: "beans", Name: "beans", Unit: UnitEach, Version: 1}, false, 0, "unit_fixed"},
		{"blank", Ingredient{ID: "tea", Name: "  ", Unit: UnitGram}, false, 0, "name_required"},
		{"made of nothing", Ingredient{ID: "tea", Name: "tea", YieldQuantity: 1}, false, 0, "yield_required"},
		{"made without yield", Ingredient{ID: "tea", Name: "tea", MadeFrom: line("milk")}, false, 0, "yield_required"},
		{"made of the unknown", Ingredient{ID: "tea", Name: "tea", MadeFrom: line("x"), YieldQuantity: 1}, false, 0, "unknown_ingredient"},
		{"made of itself", Ingredient{ID: "milk", Name: "milk", Unit: UnitMillilitre, MadeFrom: line("milk"), YieldQuantity: 1, Version: 1}, false, 0, "made_from_cycle"},
		{"made of what it makes", Ingredient{ID: "milk", Name: "milk", Unit: UnitMillilitre, MadeFrom: line("syrup"), YieldQuantity: 1, Version: 1}, false, 0, "made_from_cycle"},
		{"made of two", Ingredient{ID: "tea", Name: "tea", MadeFrom: append(line("syrup"), line("milk")...), YieldQuantity: 1}, true, 1, ""},
		{"made of the same twice", Ingredient{ID: "tea", Name: "tea", MadeFrom: append(line("milk"), line("milk")...), YieldQuantity: 1}, false, 0, "duplicate_line"},
	} {
		out, changed, err := b.PutIngredient(c.in)
		switch {
		case c.code != "":
			if !errs.HasCode(err, c.code) {
				t.Errorf("%s: %v, want %s", c.name, err, c.code)
			}
		case err != nil || changed != c.changed || out.Version != c.version:
			t.Errorf("%s: version %d, changed %v, %v", c.name, out.Version, changed, err)
		}
	}
	out, _, err := b.PutIngredient(Ingredient{ID: "x", Name: "x", Allergens: []string{" Nuts", "milk", "nuts", ""}})
	if err != nil || fmt.Sprint(out.Allergens) != "[milk nuts]" {
		t.Errorf("allergens = %q, %v", out.Allergens, err)
	}
}

func TestArchiveRule(t *testing.T) {
	b, now := shop(), time.Unix(1_000_000, 0)
	b.Ingredients["syrup"] = Ingredient{ID: "syrup", Name: "syrup", MadeFrom: []RecipeLine{{"base", "croissant", 1, ""}}, YieldQuantity: 1}
	for id, want := range map[string]string{"cup": "variation", "soy": "modifier", "croissant": "ingredient"} {
		_, _, err := b.ArchiveIngredient(id, now)
		e, _ := errs.As(err)
		if e == nil || e.Code != "ingredient_in_use" || e.Params["kind"] != want {
			t.Errorf("%s: %v, want in use by a %s", id, err, want)
		}
	}
	if _, _, err := b.ArchiveIngredient("x", now); !errs.IsKind(err, errs.KindNotFound) {
		t.Error(err)
	}
	out, changed, err := b.ArchiveIngredient("syrup", now)
	if err != nil || !changed || !out.ArchivedAt.Equal(now) {
		t.Fatal(out, changed, err)
	}
	b = b.WithIngredient(out)
	if again, changed, err := b.ArchiveIngredient("syrup", now.Add(time.Hour)); err != nil || changed || !again.ArchivedAt.Equal(now) {
		t.Error("archived twice:", again, changed, err)
	}
	if _, _, err := b.ArchiveIngredient("croissant", now); err != nil {
		t.Error("what only an archived ingredient is made from is free:", err)
	}
	if _, _, err := b.PutRecipe(Recipe{VariationID: "v", Lines: []RecipeLine{{"s", "syrup", 1, ""}}}); !errs.HasCode(err, "ingredient_archived") {
		t.Error(err)
	}
	if _, _, err := b.PutIngredient(Ingredient{ID: "syrup", Name: "new", Version: out.Version}); !errs.HasCode(err, "ingredient_archived") {
		t.Error(err)
	}
}

func TestPutEffectsRule(t *testing.T) {
	for _, c := range []struct {
		name string
		e    Effect
		code string
	}{
		{"substitute", Effect{Kind: Substitute, Slot: "milk", IngredientID: "oat"}, ""},
		{"scale", Effect{Kind: Scale, Slot: "milk", Numerator: 1, Denominator: 2}, ""},
		{"scale to nothing", Effect{Kind: Scale, Slot: "milk", Denominator: 1}, ""},
		{"add", Effect{Kind: Add, Slot: "beans", IngredientID: "beans", Quantity: 1}, ""},
		{"substitute by nothing", Effect{Kind: Substitute, Slot: "milk"}, "invalid_effect"},
		{"substitute and scale", Effect{Kind: Substitute, Slot: "milk", IngredientID: "oat", Numerator: 2}, "invalid_effect"},
		{"scale by nothing", Effect{Kind: Scale, Slot: "milk", Numerator: 1}, "invalid_effect"},
		{"scale an ingredient", Effect{Kind: Scale, Slot: "milk", Denominator: 1, IngredientID: "oat"}, "invalid_effect"},
		{"add nothing", Effect{Kind: Add, Slot: "beans", IngredientID: "beans"}, "invalid_effect"},
		{"add the unknown", Effect{Kind: Add, Slot: "beans", IngredientID: "x", Quantity: 1}, "unknown_ingredient"},
	} {
		_, _, err := shop().PutEffects(Effects{ModifierID: "m", Effects: []Effect{c.e}})
		if (c.code == "") != (err == nil) || c.code != "" && !errs.HasCode(err, c.code) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

func TestFewLeft(t *testing.T) {
	b := shop()
	b.Recipes = map[string]Recipe{}
	for name, lines := range map[string][]RecipeLine{
		"piece": {{"piece", "croissant", 1000, ""}},
		"box":   {{"piece", "croissant", 2000, ""}, {"more", "croissant", 1000, ""}, {"cup", "cup", 1000, ""}},
		"away":  {{"piece", "croissant", 1000, TakeAway}}, // eaten in it needs none
		"other": {{"milk", "croissant", 1000, ""}},        // a modifier fills that slot with something else
		"drink": {{"beans", "beans", 18000, ""}},
	} {
		b.Recipes[name] = Recipe{VariationID: name, Lines: lines}
	}
	for onHand, want := range map[int64]string{
		100_000: "[]", 18_000: "[]", 17_999: "[{box 5}]", 6_000: "[{box 2}]", 5_999: "[{box 1} {piece 5}]",
		999: "[{box 0} {piece 0}]", 0: "[{box 0} {piece 0}]", -3_000: "[{box 0} {piece 0}]",
	} {
		if got := fmt.Sprint(b.FewLeft(map[string]int64{"croissant": onHand, "beans": 1}, 5)); got != want {
			t.Errorf("of %d: %s, want %s", onHand, got, want)
		}
	}
}

func TestUses(t *testing.T) {
	b := shop()
	b.Recipes["croissant"] = Recipe{VariationID: "croissant", Lines: []RecipeLine{{"piece", "croissant", 1000, ""}}}
	for _, c := range []struct {
		gone                  []string
		modifiers, variations string
	}{
		{nil, "[]", "[]"},
		{[]string{"oat"}, "[oat oat-little]", "[]"},
		{[]string{"milk"}, "[splash]", "[]"}, // oat can fill the slot
		{[]string{"milk", "oat"}, "[oat oat-little splash]", "[]"},
		{[]string{"milk", "oat", "soy"}, "[oat oat-little soy splash]", "[latte rich]"},
		{[]string{"croissant"}, "[]", "[croissant]"},
		{[]string{"cup"}, "[]", "[latte]"},
		{[]string{"beans"}, "[shot]", "[]"}, // decaf can
		{[]string{"unheard of"}, "[]", "[]"},
	} {
		modifiers, variations := b.Uses(c.gone)
		if fmt.Sprint(modifiers) != c.modifiers || fmt.Sprint(variations) != c.variations {
			t.Errorf("without %v: %v, %v", c.gone, modifiers, variations)
		}
	}
}
