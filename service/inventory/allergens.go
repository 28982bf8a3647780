package inventory

import (
	"cmp"
	"context"
	"slices"
)

// SlotAllergens is what a slot holds of allergens, sorted; Only is empty, EatIn or TakeAway.
type SlotAllergens struct {
	Slot      string
	Only      string
	Allergens []string
}

// VariationAllergens is a drink as it comes: every slot of its recipe.
type VariationAllergens struct {
	VariationID string
	Slots       []SlotAllergens
}

// ModifierAllergens is what a modifier changes: the slots it refills or empties, and what it brings besides.
type ModifierAllergens struct {
	ModifierID string
	Replaces   []SlotAllergens
	Adds       []string
}

// AllergensOf is what an ingredient contains: its own allergens, and those of what it is made from.
func (b *Book) AllergensOf(ingredient string) []string {
	in := b.Ingredients[ingredient]
	if len(in.MadeFrom) == 0 {
		return in.Allergens
	}
	all := slices.Clone(in.Allergens)
	for _, l := range in.MadeFrom {
		all = append(all, b.AllergensOf(l.IngredientID)...) // made_from has no cycles
	}
	return tidyAllergens(all)
}

func tidyAllergens(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// AllergensByRecipe is every recipe's allergens, slot by slot, by variation.
func (b *Book) AllergensByRecipe() []VariationAllergens {
	out := make([]VariationAllergens, 0, len(b.Recipes))
	for _, id := range sorted(b.Recipes) {
		v := VariationAllergens{VariationID: id}
		for _, l := range b.Recipes[id].Lines {
			put(&v.Slots, l.Slot, l.Only, b.AllergensOf(l.IngredientID))
		}
		v.complete()
		out = append(out, v)
	}
	return out
}

// complete lets a slot's entry for one service hold what is in the slot always, too: whoever reads only the last entry
// that applies still knows everything.
func (v *VariationAllergens) complete() {
	for _, always := range v.Slots {
		if always.Only != "" {
			continue
		}
		for i := range v.Slots {
			if s := &v.Slots[i]; s.Slot == always.Slot && s.Only != "" {
				s.Allergens = tidyAllergens(slices.Concat(s.Allergens, always.Allergens))
			}
		}
	}
}

// AllergensByModifier is what every modifier changes. It says too much rather than too little: what a modifier adds
// counts however it is served, although Expand may put a substitute in its place; and a slot that an addition may bring
// a substitute back into is not said to be emptied.
func (b *Book) AllergensByModifier() []ModifierAllergens {
	out := make([]ModifierAllergens, 0, len(b.Effects))
	refilled := b.refilledSlots()
	for _, id := range sorted(b.Effects) {
		m := ModifierAllergens{ModifierID: id}
		for _, e := range b.Effects[id].Effects {
			switch e.Kind {
			case Substitute:
				m.replace(e, b.AllergensOf(e.IngredientID))
			case Add:
				m.Adds = append(m.Adds, b.AllergensOf(e.IngredientID)...)
			}
		}
		for _, e := range b.Effects[id].Effects { // scales come after substitutes
			if e.Kind == Scale && e.Numerator == 0 && !refilled[e.Slot] {
				m.replace(e, nil)
			}
		}
		m.Adds = tidyAllergens(m.Adds)
		out = append(out, m)
	}
	return out
}

// refilledSlots are those that some modifier refills and some other adds to what a recipe has there: of the two together
// Expand adds the substitute, also where a third has emptied the slot.
func (b *Book) refilledSlots() map[string]bool {
	substituted, refilled := map[string]bool{}, map[string]bool{}
	comes := map[[2]string]bool{} // slot and ingredient of a recipe
	for _, r := range b.Recipes {
		for _, l := range r.Lines {
			comes[[2]string{l.Slot, l.IngredientID}] = true
		}
	}
	for _, m := range b.Effects {
		for _, e := range m.Effects {
			if e.Kind == Substitute {
				substituted[e.Slot] = true
			}
		}
	}
	for _, m := range b.Effects {
		for _, e := range m.Effects {
			if e.Kind == Add && substituted[e.Slot] && comes[[2]string{e.Slot, e.IngredientID}] {
				refilled[e.Slot] = true
			}
		}
	}
	return refilled
}

// replace lets an effect refill its slot. The later of two wins, as when a recipe is expanded: one that always applies
// takes away those for one service, while one for a service stands behind that for always and so is read after it.
func (m *ModifierAllergens) replace(e Effect, allergens []string) {
	m.Replaces = slices.DeleteFunc(m.Replaces, func(s SlotAllergens) bool { return s.Slot == e.Slot && (e.Only == "" || s.Only == e.Only) })
	put(&m.Replaces, e.Slot, e.Only, allergens)
}

// put adds allergens to the entry of a slot, in the order of slots.
func put(slots *[]SlotAllergens, slot, only string, allergens []string) {
	at, found := slices.BinarySearchFunc(*slots, SlotAllergens{Slot: slot, Only: only}, func(a, b SlotAllergens) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Only, b.Only))
	})
	if !found {
		*slots = slices.Insert(*slots, at, SlotAllergens{Slot: slot, Only: only})
	}
	s := &(*slots)[at]
	s.Allergens = tidyAllergens(append(slices.Clone(s.Allergens), allergens...))
}

// Allergens is what every drink contains and every modifier changes, by the recipes as they are now.
func (s *Service) Allergens(ctx context.Context) ([]VariationAllergens, []ModifierAllergens, error) {
	b, err := s.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	return b.AllergensByRecipe(), b.AllergensByModifier(), nil
}
