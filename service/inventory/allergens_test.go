package inventory

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func allergenBook() *Book {
	b := &Book{Ingredients: map[string]Ingredient{}, Recipes: map[string]Recipe{}, Effects: map[string]Effects{}}
	for id, allergens := range map[string][]string{
		"beans": nil, "milk": {"milk"}, "oat": {"gluten"}, "soy": {"soybeans"}, "cup": nil, "cocoa": {"milk", "soybeans"},
		"nut": {"nuts"}, "egg": {"eggs"},
	} {
		b.Ingredients[id] = Ingredient{ID: id, Name: id, Unit: UnitGram, Allergens: allergens}
	}
	b.Ingredients["praline"] = Ingredient{ID: "praline", Unit: UnitGram, Allergens: []string{"sesame"}, MadeFrom: []RecipeLine{{Slot: "a", IngredientID: "nut"}, {Slot: "b", IngredientID: "cocoa"}}, YieldQuantity: 1}
	b.Ingredients["cake"] = Ingredient{ID: "cake", Unit: UnitEach, MadeFrom: []RecipeLine{{Slot: "a", IngredientID: "praline"}, {Slot: "b", IngredientID: "egg"}}, YieldQuantity: 1}
	return b
}

func texts(slots []SlotAllergens) string {
	out := ""
	for _, s := range slots {
		out += fmt.Sprintf("%s%s%v ", s.Slot, map[string]string{"": "", EatIn: "(in)", TakeAway: "(away)"}[s.Only], s.Allergens)
	}
	return out
}

func TestAllergensOf(t *testing.T) {
	b := allergenBook()
	if got := fmt.Sprint(b.AllergensOf("cake")); got != "[eggs milk nuts sesame soybeans]" {
		t.Errorf("a cake of a praline of nuts: %s", got)
	}
	if got := b.AllergensOf("beans"); len(got) != 0 {
		t.Errorf("beans: %v", got)
	}
}

func TestAllergensByRecipe(t *testing.T) {
	b := allergenBook()
	b.Recipes["mocha"] = Recipe{VariationID: "mocha", Lines: []RecipeLine{
		{"milk", "milk", 1, ""}, {"beans", "beans", 1, ""}, {"cup", "cup", 1, TakeAway}, {"sauce", "cocoa", 1, ""}, {"sauce", "nut", 1, EatIn}, {"milk", "soy", 1, ""},
	}}
	b.Recipes["air"] = Recipe{VariationID: "air"}
	got := b.AllergensByRecipe()
	if len(got) != 2 || got[0].VariationID != "air" || len(got[0].Slots) != 0 ||
		texts(got[1].Slots) != "beans[] cup(away)[] milk[milk soybeans] sauce[milk soybeans] sauce(in)[milk nuts soybeans] " {
		t.Errorf("%+v", got)
	}
}

func TestAllergensByModifier(t *testing.T) {
	for name, c := range map[string]struct {
		effects        []Effect
		replaces, adds string
	}{
		"a substitute":                 {[]Effect{{Kind: Substitute, Slot: "milk", IngredientID: "oat"}}, "milk[gluten] ", "[]"},
		"one that brings none":         {[]Effect{{Kind: Substitute, Slot: "milk", IngredientID: "beans"}}, "milk[] ", "[]"},
		"the later wins":               {[]Effect{{Kind: Substitute, Slot: "milk", IngredientID: "oat"}, {Kind: Substitute, Slot: "milk", IngredientID: "soy"}}, "milk[soybeans] ", "[]"},
		"only to go":                   {[]Effect{{Kind: Substitute, Slot: "milk", IngredientID: "oat", Only: TakeAway}}, "milk(away)[gluten] ", "[]"},
		"for one service, then always": {[]Effect{{Kind: Substitute, Slot: "milk", IngredientID: "milk", Only: TakeAway}, {Kind: Substitute, Slot: "milk", IngredientID: "nut"}}, "milk[nuts] ", "[]"},
		"always, then for one service": {[]Effect{{Kind: Substitute, Slot: "milk", IngredientID: "nut"}, {Kind: Substitute, Slot: "milk", IngredientID: "milk", Only: TakeAway}}, "milk[nuts] milk(away)[milk] ", "[]"},
		"an addition, made":            {[]Effect{{Kind: Add, Slot: "top", IngredientID: "cake", Quantity: 1}, {Kind: Add, Slot: "top", IngredientID: "nut", Quantity: 1}}, "", "[eggs milk nuts sesame soybeans]"},
		"less":                         {[]Effect{{Kind: Scale, Slot: "milk", Numerator: 1, Denominator: 2}}, "", "[]"},
		"none of it":                   {[]Effect{{Kind: Scale, Slot: "milk", Numerator: 0, Denominator: 1}}, "milk[] ", "[]"},
		"none of it, whatever came":    {[]Effect{{Kind: Scale, Slot: "milk", Denominator: 1}, {Kind: Substitute, Slot: "milk", IngredientID: "oat"}}, "milk[] ", "[]"},
		"nothing":                      {nil, "", "[]"},
	} {
		b := allergenBook()
		b.Effects["m"] = Effects{ModifierID: "m", Effects: c.effects}
		got := b.AllergensByModifier()
		if len(got) != 1 || texts(got[0].Replaces) != c.replaces || fmt.Sprint(got[0].Adds) != c.adds {
			t.Errorf("%s: %q and %v, want %q and %s", name, texts(got[0].Replaces), got[0].Adds, c.replaces, c.adds)
		}
	}
}

// A slot is not said to be emptied where an addition brings back what a substitute has put there.
func TestEmptiedAndFilledAgain(t *testing.T) {
	b := allergenBook()
	b.Recipes["v"] = Recipe{VariationID: "v", Lines: []RecipeLine{{"milk", "milk", 1000, ""}}}
	b.Effects["oat"] = Effects{ModifierID: "oat", Effects: []Effect{{Kind: Substitute, Slot: "milk", IngredientID: "oat"}}}
	b.Effects["without"] = Effects{ModifierID: "without", Effects: []Effect{{Kind: Scale, Slot: "milk", Denominator: 1}}}
	if got := texts(b.AllergensByModifier()[1].Replaces); got != "milk[] " {
		t.Errorf("without milk: %q", got)
	}
	b.Effects["some"] = Effects{ModifierID: "some", Effects: []Effect{{Kind: Add, Slot: "milk", IngredientID: "milk", Quantity: 100}}}
	said := chosen(b.AllergensByRecipe()[0], b.AllergensByModifier(), EatIn)
	expanded, err := b.Expand(OrderLine{Line: 1, VariationID: "v", Quantity: 1, Modifiers: []OrderModifier{{"oat", 1}, {"without", 1}, {"some", 1}}}, EatIn)
	if err != nil || len(expanded.Uses) != 1 || expanded.Uses[0].IngredientID != "oat" || !slices.Contains(said, "gluten") {
		t.Errorf("%+v, %v, and said are %v", expanded.Uses, err, said)
	}
}

// chosen is what a screen makes of the two lists, as the contract says it may.
func chosen(v VariationAllergens, modifiers []ModifierAllergens, service string) []string {
	held := map[string][]string{}
	applies := func(s SlotAllergens) bool { return s.Only == "" || s.Only == service }
	for _, s := range v.Slots {
		if applies(s) {
			held[s.Slot] = s.Allergens // the last that applies
		}
	}
	var all []string
	for _, m := range modifiers {
		for _, s := range m.Replaces {
			if _, has := held[s.Slot]; has && applies(s) {
				held[s.Slot] = s.Allergens
			}
		}
		all = append(all, m.Adds...)
	}
	for _, allergens := range held {
		all = append(all, allergens...)
	}
	return all
}

// Whatever is chosen, a screen that goes by the lists names every allergen that the drink really has.
func TestAllergensSayNeverTooLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := allergenBook()
		ingredient := rapid.SampledFrom(sorted(b.Ingredients))
		slot := rapid.SampledFrom([]string{"milk", "beans", "top"})
		only := rapid.SampledFrom([]string{"", "", EatIn, TakeAway})
		recipe := Recipe{VariationID: "v"}
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			recipe.Lines = append(recipe.Lines, RecipeLine{slot.Draw(t, "slot"), ingredient.Draw(t, "in"), 1000, only.Draw(t, "only")})
		}
		b.Recipes["v"] = recipe
		line := OrderLine{Line: 1, VariationID: "v", Quantity: 1}
		for _, id := range []string{"m1", "m2", "m3"} {
			effects := Effects{ModifierID: id}
			for range rapid.IntRange(1, 2).Draw(t, "effects") {
				e := Effect{Kind: rapid.SampledFrom([]string{Substitute, Add, Scale}).Draw(t, "kind"), Slot: slot.Draw(t, "slot"), Only: only.Draw(t, "only")}
				if e.Kind == Scale {
					e.Numerator, e.Denominator = int32(rapid.IntRange(0, 2).Draw(t, "times")), 1
				} else {
					e.IngredientID, e.Quantity = ingredient.Draw(t, "in"), 1000
				}
				effects.Effects = append(effects.Effects, e)
			}
			b.Effects[id] = effects
			line.Modifiers = append(line.Modifiers, OrderModifier{id, 1})
		}
		service := rapid.SampledFrom([]string{EatIn, TakeAway}).Draw(t, "service")
		expanded, err := b.Expand(line, service)
		if err != nil {
			t.Fatal(err)
		}
		said := chosen(b.AllergensByRecipe()[0], b.AllergensByModifier(), service)
		for _, u := range expanded.Uses {
			for _, a := range u.Allergens {
				if !slices.Contains(said, a) {
					t.Fatalf("%s of %s in %s is not said: %v", a, u.Name, u.Slot, said)
				}
			}
		}
	})
}
