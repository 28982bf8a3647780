package inventory

import (
	"fmt"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// OrderLine is one line of an order, as the recipe needs it.
type OrderLine struct {
	Line        int32 // its number in the order, from 1
	VariationID string
	Modifiers   []OrderModifier
	Quantity    int32
	Present     bool // "it is here": a shortage of counted goods is booked in first
}

// OrderModifier is a modifier of a line and how often it was asked for.
type OrderModifier struct {
	ModifierID string
	Quantity   int32
}

// Use is one ingredient of one expanded line: the snapshot that the order keeps. It carries what is needed to read it
// later without the recipe.
type Use struct {
	IngredientID string   `json:"i"`
	Name         string   `json:"n"`
	Slot         string   `json:"s"`
	Quantity     int64    `json:"q"` // thousandths, of all units of the line together
	Unit         string   `json:"u"`
	Counted      bool     `json:"c,omitempty"`
	Allergens    []string `json:"a,omitempty"`
}

// ExpandedLine is what a line of an order takes. Units is the line's quantity; without a recipe it takes nothing.
type ExpandedLine struct {
	Line      int32 `json:"l"`
	Units     int32 `json:"k"`
	HasRecipe bool  `json:"r,omitempty"`
	Uses      []Use `json:"x,omitempty"`
}

// filling is one ingredient in one slot while a recipe is expanded.
type filling struct {
	slot, ingredient string
	quantity         int64
}

// Expand is what a line takes when it is served one way. Whatever the order of its modifiers: first they substitute,
// then they scale, then they add.
//
//   - A substitute takes the whole slot; with a quantity of its own that is the slot's, else each line keeps its own.
//     The later of two on one slot wins. It applies once, however often the modifier was asked for.
//   - A scale applies to every line of the slot, once, rounded half up.
//   - An add brings its quantity as often as the modifier was asked for. Where it would bring what a substitute took
//     out of that very slot it brings the substitute: an extra shot in a decaf is decaf.
//
// Error: quantity_too_large.
func (b *Book) Expand(line OrderLine, service string) (ExpandedLine, error) {
	out := ExpandedLine{Line: line.Line, Units: line.Quantity}
	recipe, ok := b.Recipes[line.VariationID]
	if !ok {
		return out, nil
	}
	out.HasRecipe = true
	applies := func(only string) bool { return only == "" || only == service }

	fillings := make([]filling, 0, len(recipe.Lines)+len(line.Modifiers))
	for _, l := range recipe.Lines {
		if applies(l.Only) {
			fillings = append(fillings, filling{l.Slot, l.IngredientID, l.Quantity})
		}
	}
	original := append([]filling(nil), fillings...)
	taken := map[string]string{} // slot → what a substitute put there
	b.each(line, Substitute, applies, func(e Effect, _ int32) {
		if had := substitute(fillings, e); had {
			taken[e.Slot] = e.IngredientID
		}
	})
	tooLarge := false
	b.each(line, Scale, applies, func(e Effect, _ int32) {
		for i := range fillings {
			if f := &fillings[i]; f.slot == e.Slot && !tooLarge {
				f.quantity = money.MulDiv(f.quantity, int64(e.Numerator), int64(e.Denominator))
				tooLarge = f.quantity > maxQuantity
			}
		}
	})
	b.each(line, Add, applies, func(e Effect, times int32) {
		f := filling{e.Slot, e.IngredientID, e.Quantity * int64(times)} // ≤ 10⁹ × 20
		if instead, ok := taken[e.Slot]; ok && contains(original, e.Slot, e.IngredientID) {
			f.ingredient = instead
		}
		fillings = append(fillings, f)
	})
	if !tooLarge {
		out.Uses, tooLarge = b.merge(fillings, line.Quantity)
	}
	if tooLarge {
		return out, errs.Invalid("quantity_too_large", "Line %d takes more of an ingredient than any café has: check the quantity.", line.Line)
	}
	return out, nil
}

// each calls fn for every effect of one kind that applies, in the order of the line's modifiers.
func (b *Book) each(line OrderLine, kind string, applies func(only string) bool, fn func(e Effect, times int32)) {
	for _, m := range line.Modifiers {
		for _, e := range b.Effects[m.ModifierID].Effects {
			if e.Kind == kind && applies(e.Only) {
				fn(e, m.Quantity)
			}
		}
	}
}

// substitute puts an ingredient into a slot and tells whether the recipe has that slot. A quantity of the effect's own
// is that of the whole slot: the first line takes it and the others are emptied.
func substitute(fillings []filling, e Effect) bool {
	had := false
	for i := range fillings {
		f := &fillings[i]
		if f.slot != e.Slot {
			continue
		}
		f.ingredient = e.IngredientID
		switch {
		case e.Quantity == 0:
		case had:
			f.quantity = 0
		default:
			f.quantity = e.Quantity
		}
		had = true
	}
	return had
}

func contains(fillings []filling, slot, ingredient string) bool {
	for _, f := range fillings {
		if f.slot == slot && f.ingredient == ingredient {
			return true
		}
	}
	return false
}

// merge adds up the same ingredient in the same slot, drops what is scaled to nothing, and multiplies by the units.
func (b *Book) merge(fillings []filling, units int32) (uses []Use, tooLarge bool) {
	uses = make([]Use, 0, len(fillings))
next:
	for _, f := range fillings {
		for i := range uses {
			if u := &uses[i]; u.Slot == f.slot && u.IngredientID == f.ingredient {
				u.Quantity += f.quantity // ≤ maxQuantity + 10³ adds of 2 × 10¹⁰
				continue next
			}
		}
		if f.quantity == 0 {
			continue
		}
		in := b.Ingredients[f.ingredient]
		uses = append(uses, Use{
			IngredientID: f.ingredient, Name: in.Name, Slot: f.slot, Quantity: f.quantity,
			Unit: in.Unit, Counted: in.Counted, Allergens: b.AllergensOf(f.ingredient),
		})
	}
	for i := range uses {
		total, ok := money.Multiply(uses[i].Quantity, int64(units))
		if !ok || total > maxQuantity {
			return nil, true
		}
		uses[i].Quantity = total
	}
	return uses, false
}

// ExpandAll expands every line of an order. Errors: invalid_request (a line's number is missing or there twice),
// quantity_too_large.
func (b *Book) ExpandAll(lines []OrderLine, service string) ([]ExpandedLine, error) {
	out := make([]ExpandedLine, len(lines))
	seen := make(map[int32]bool, len(lines))
	for i, l := range lines {
		if l.Line < 1 || seen[l.Line] {
			return nil, errs.Invalid("invalid_request", "Some fields are not valid.").
				Field(fmt.Sprintf("lines[%d].line", i), "must be the line's number, each once")
		}
		seen[l.Line] = true
		expanded, err := b.Expand(l, service)
		if err != nil {
			return nil, err
		}
		out[i] = expanded
	}
	return out, nil
}
