package inventory

import (
	"fmt"
	"slices"

	"coffee/internal/errs"
)

// checkVersion decides a Put: version 0 creates, and the same content again is a harmless retry; version n edits what
// is at n. It tells whether there is something to write.
func checkVersion(asked, stored int64, exists, same bool) (bool, error) {
	switch {
	case asked == 0 && !exists:
		return true, nil
	case asked == 0 && same:
		return false, nil
	case asked == 0:
		return false, errs.Conflict("version_conflict", "This is there already, with other content: read it and edit that version.").
			With("version", fmt.Sprint(stored))
	case !exists || asked != stored:
		return false, errs.Conflict("version_conflict", "Somebody changed this in the meantime: read it again and repeat your change.").
			With("version", fmt.Sprint(stored))
	}
	return !same, nil
}

func sameIngredient(a, b Ingredient) bool {
	return a.Name == b.Name && a.Unit == b.Unit && a.Counted == b.Counted && a.PackQuantity == b.PackQuantity &&
		a.PackName == b.PackName && a.Supplier == b.Supplier && a.ShelfLifeDays == b.ShelfLifeDays &&
		slices.Equal(a.Allergens, b.Allergens) && slices.Equal(a.MadeFrom, b.MadeFrom) &&
		a.YieldQuantity == b.YieldQuantity && a.ArchivedAt.Equal(b.ArchivedAt)
}

func archived(i Ingredient) *errs.Error {
	return errs.Conflict("ingredient_archived", "%s is archived: take another ingredient.", i.Name).With("ingredient_id", i.ID)
}

// live refuses an ingredient that a recipe may not name.
func (b *Book) live(field, id string) error {
	i, ok := b.Ingredients[id]
	if !ok {
		return errs.Invalid("unknown_ingredient", "There is no ingredient %s: make it first.", id).Field(field, "names no ingredient")
	}
	if !i.ArchivedAt.IsZero() {
		return archived(i).Field(field, "names an archived ingredient")
	}
	return nil
}

func (b *Book) checkLines(field string, lines []RecipeLine) error {
	type place struct{ slot, ingredient, only string }
	seen := map[place]bool{}
	for i, l := range lines {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := b.live(at+".ingredient_id", l.IngredientID); err != nil {
			return err
		}
		p := place{l.Slot, l.IngredientID, l.Only}
		if seen[p] {
			return errs.Invalid("duplicate_line", "Slot %s has the same ingredient twice: write it once with the whole quantity.", l.Slot).
				Field(at, "is there twice")
		}
		seen[p] = true
	}
	return nil
}

func (b *Book) checkEffect(i int, e Effect) error {
	at := fmt.Sprintf("effects[%d]", i)
	invalid := func(field, detail string) error {
		return errs.Invalid("invalid_effect", "An effect substitutes, scales or adds; this one is incomplete.").Field(at+"."+field, "%s", detail)
	}
	if e.Kind == Scale {
		switch {
		case e.Denominator <= 0:
			return invalid("denominator", "must be above zero to scale")
		case e.IngredientID != "" || e.Quantity != 0:
			return invalid("ingredient_id", "must be empty to scale")
		}
		return nil
	}
	switch {
	case e.Numerator != 0 || e.Denominator != 0:
		return invalid("numerator", "is for scale only")
	case e.IngredientID == "":
		return invalid("ingredient_id", "must name what comes in")
	case e.Kind == Add && e.Quantity <= 0:
		return invalid("quantity", "must be above zero to add")
	}
	return b.live(at+".ingredient_id", e.IngredientID)
}

// checkCycle refuses an ingredient that is made, at any depth, from itself.
func (b *Book) checkCycle(in Ingredient) error {
	seen := map[string]bool{}
	var reaches func(lines []RecipeLine) bool
	reaches = func(lines []RecipeLine) bool {
		for _, l := range lines {
			if l.IngredientID == in.ID {
				return true
			}
			if !seen[l.IngredientID] {
				seen[l.IngredientID] = true
				if reaches(b.Ingredients[l.IngredientID].MadeFrom) {
					return true
				}
			}
		}
		return false
	}
	if reaches(in.MadeFrom) {
		return errs.Invalid("made_from_cycle", "%s would be made from itself.", in.Name).Field("made_from", "must not lead back to the ingredient")
	}
	return nil
}
