package inventory

import (
	"maps"
	"slices"
	"strings"
	"time"

	"coffee/internal/errs"
)

// Book is everything that expansion reads, as of one version: a value that nobody changes once it is shared. The With
// methods copy it.
type Book struct {
	Version     int64
	Ingredients map[string]Ingredient
	Recipes     map[string]Recipe  // by variation
	Effects     map[string]Effects // by modifier
}

// WithIngredient is the next version of the book, with this ingredient.
func (b *Book) WithIngredient(i Ingredient) *Book {
	next := *b
	next.Version++
	next.Ingredients = maps.Clone(b.Ingredients)
	next.Ingredients[i.ID] = i
	return &next
}

// WithRecipe is the next version of the book, with this recipe.
func (b *Book) WithRecipe(r Recipe) *Book {
	next := *b
	next.Version++
	next.Recipes = maps.Clone(b.Recipes)
	next.Recipes[r.VariationID] = r
	return &next
}

// WithEffects is the next version of the book, with these effects.
func (b *Book) WithEffects(e Effects) *Book {
	next := *b
	next.Version++
	next.Effects = maps.Clone(b.Effects)
	next.Effects[e.ModifierID] = e
	return &next
}

// PutIngredient is the ingredient as it is to be stored, and whether it differs from what is stored. Errors:
// name_required, yield_required, duplicate_line, unknown_ingredient, ingredient_archived, made_from_cycle,
// version_conflict, unit_fixed.
func (b *Book) PutIngredient(in Ingredient) (Ingredient, bool, error) {
	in.Name, in.PackName, in.Supplier = strings.TrimSpace(in.Name), strings.TrimSpace(in.PackName), strings.TrimSpace(in.Supplier)
	if in.Name == "" {
		return in, false, errs.Invalid("name_required", "Give the ingredient a name.").Field("name", "must not be blank")
	}
	allergens := make([]string, 0, len(in.Allergens))
	for _, a := range in.Allergens {
		if a = strings.ToLower(strings.TrimSpace(a)); a != "" {
			allergens = append(allergens, a)
		}
	}
	slices.Sort(allergens)
	in.Allergens = slices.Compact(allergens)
	if (len(in.MadeFrom) > 0) != (in.YieldQuantity > 0) {
		return in, false, errs.Invalid("yield_required", "What an ingredient is made from and how much that yields go together.").
			Field("yield_quantity", "must be above zero exactly when made_from is not empty")
	}
	if err := b.checkLines("made_from", in.MadeFrom); err != nil {
		return in, false, err
	}
	if err := b.checkCycle(in); err != nil {
		return in, false, err
	}
	old, exists := b.Ingredients[in.ID]
	in.ArchivedAt = time.Time{}
	if changed, err := checkVersion(in.Version, old.Version, exists, sameIngredient(in, old)); !changed || err != nil {
		return old, false, err
	}
	switch {
	case exists && !old.ArchivedAt.IsZero():
		return old, false, archived(old)
	case exists && old.Unit != in.Unit:
		return old, false, errs.Conflict("unit_fixed", "%s is kept in %s, and its stock with it: make a new ingredient instead.", old.Name, old.Unit)
	}
	in.Version = old.Version + 1
	return in, true, nil
}

// PutRecipe is the recipe as it is to be stored, and whether it differs from what is stored. Errors: duplicate_line,
// unknown_ingredient, ingredient_archived, version_conflict.
func (b *Book) PutRecipe(in Recipe) (Recipe, bool, error) {
	if err := b.checkLines("lines", in.Lines); err != nil {
		return in, false, err
	}
	old, exists := b.Recipes[in.VariationID]
	if changed, err := checkVersion(in.Version, old.Version, exists, slices.Equal(in.Lines, old.Lines)); !changed || err != nil {
		return old, false, err
	}
	in.Version = old.Version + 1
	return in, true, nil
}

// PutEffects is a modifier's effects as they are to be stored, and whether they differ from what is stored. Errors:
// invalid_effect, unknown_ingredient, ingredient_archived, version_conflict.
func (b *Book) PutEffects(in Effects) (Effects, bool, error) {
	for i, e := range in.Effects {
		if err := b.checkEffect(i, e); err != nil {
			return in, false, err
		}
	}
	old, exists := b.Effects[in.ModifierID]
	if changed, err := checkVersion(in.Version, old.Version, exists, slices.Equal(in.Effects, old.Effects)); !changed || err != nil {
		return old, false, err
	}
	in.Version = old.Version + 1
	return in, true, nil
}

// ArchiveIngredient is the ingredient archived at now, and whether it was live. Errors: not_found, ingredient_in_use.
func (b *Book) ArchiveIngredient(id string, now time.Time) (Ingredient, bool, error) {
	i, ok := b.Ingredients[id]
	if !ok {
		return i, false, errs.NotFound("ingredient %s", id)
	}
	if !i.ArchivedAt.IsZero() {
		return i, false, nil
	}
	if kind, user := b.user(id); user != "" {
		return i, false, errs.Conflict("ingredient_in_use", "%s is still used by the %s %s: change that first.", i.Name, kind, user).
			With("kind", kind).With("id", user)
	}
	i.ArchivedAt = now
	i.Version++
	return i, true, nil
}

// user names one thing that uses an ingredient; the smallest id, so that the answer does not change by itself.
func (b *Book) user(id string) (kind, user string) {
	uses := func(l RecipeLine) bool { return l.IngredientID == id }
	for _, r := range sorted(b.Recipes) {
		if slices.ContainsFunc(b.Recipes[r].Lines, uses) {
			return "variation", r
		}
	}
	for _, m := range sorted(b.Effects) {
		if slices.ContainsFunc(b.Effects[m].Effects, func(e Effect) bool { return e.IngredientID == id }) {
			return "modifier", m
		}
	}
	for _, other := range sorted(b.Ingredients) {
		if i := b.Ingredients[other]; i.ArchivedAt.IsZero() && slices.ContainsFunc(i.MadeFrom, uses) {
			return "ingredient", other
		}
	}
	return "", ""
}

// Uses tells what cannot be sold without these ingredients: modifiers that bring one of them, and variations with a
// slot that one of them fills and no modifier's substitute can fill otherwise.
func (b *Book) Uses(missing []string) (modifiers, variations []string) {
	gone := map[string]bool{}
	for _, id := range missing {
		gone[id] = true
	}
	for _, id := range sorted(b.Effects) {
		if slices.ContainsFunc(b.Effects[id].Effects, func(e Effect) bool { return gone[e.IngredientID] }) {
			modifiers = append(modifiers, id)
		}
	}
	refillable := b.refillable(gone)
	for _, id := range sorted(b.Recipes) {
		if slices.ContainsFunc(b.Recipes[id].Lines, func(l RecipeLine) bool { return gone[l.IngredientID] && !refillable[l.Slot] }) {
			variations = append(variations, id)
		}
	}
	return modifiers, variations
}

// refillable are the slots that a modifier can fill with something else than what is gone.
func (b *Book) refillable(gone map[string]bool) map[string]bool {
	slots := map[string]bool{}
	for _, effects := range b.Effects {
		for _, e := range effects.Effects {
			if e.Kind == Substitute && !gone[e.IngredientID] {
				slots[e.Slot] = true
			}
		}
	}
	return slots
}

// Left is how many units of a variation can still be sold.
type Left struct {
	VariationID string
	Units       int32
}

// FewLeft is what counted goods on hand (thousandths by ingredient) are enough for, where that is few units at most,
// by variation. Only what every unit needs counts: no line of one service alone, no slot that a modifier can fill
// otherwise.
func (b *Book) FewLeft(onHand map[string]int64, few int32) []Left {
	refillable := b.refillable(nil)
	var out []Left
	for _, id := range sorted(b.Recipes) {
		needs := map[string]int64{}
		for _, l := range b.Recipes[id].Lines {
			if b.Ingredients[l.IngredientID].Counted && l.Only == "" && !refillable[l.Slot] {
				needs[l.IngredientID] += l.Quantity
			}
		}
		left := int64(few) + 1
		for ingredient, need := range needs {
			if need > 0 {
				left = min(left, max(0, onHand[ingredient])/need)
			}
		}
		if left <= int64(few) {
			out = append(out, Left{VariationID: id, Units: int32(left)})
		}
	}
	return out
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
