package price

import (
	"fmt"
	"slices"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// combo prices one unit of a combo as one line a slot, in the combo's order. The fixed price is shared over the
// parts by largest remainder, weighted by their list prices, unit by unit: so every part has a unit price of its
// own and quantity × unit price stays true. Modifiers come on top of their part. An override is the price of the
// whole combo, its modifiers included.
func (p *pricer) combo(choice ComboChoice, override *Override, path string) ([]Line, error) {
	path += ".combo"
	combo, ok := p.menu.Combos[choice.ID]
	if !ok {
		return nil, errs.Invalid("unknown_combo", "This menu does not sell that combo. Fetch the menu again.").
			Field(path+".combo_id", "%q is not on release %d here", choice.ID, p.menu.Release)
	}
	parts, err := combo.fill(choice.Parts, path)
	if err != nil {
		return nil, err
	}
	p.combos++
	lines, weights := make([]Line, len(parts)), make([]int64, len(parts))
	var sum int64
	for i, at := range parts {
		part := choice.Parts[at]
		if lines[i], weights[i], err = p.unit(part.VariationID, part.Modifiers, fmt.Sprintf("%s.parts[%d]", path, at)); err != nil {
			return nil, err
		}
		weights[i] = max(weights[i], 0)
		if sum, ok = money.Add(sum, weights[i]); !ok {
			return nil, tooLarge(path)
		}
		lines[i].ComboID, lines[i].ComboName, lines[i].ComboGroup = combo.ID, combo.Name, p.combos
	}
	if override != nil {
		for i, share := range money.Share(override.UnitAmount, weights) {
			lines[i].override(share)
		}
		return lines, nil
	}
	for i, share := range money.Share(combo.Price, weights) {
		if lines[i].UnitPrice, err = lines[i].unitPrice(share, fmt.Sprintf("%s.parts[%d]", path, parts[i])); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// fill finds the part of every slot: exactly one, with a variation that may stand there. It answers the parts'
// indices in the order of the slots.
func (c Combo) fill(parts []Part, path string) ([]int, error) {
	refuse := func(path, format string, args ...any) error {
		return errs.Invalid("combo_slot", "Choose exactly one of what is offered for each part of %s.", c.Name).
			Field(path, format, args...)
	}
	filled := make([]int, len(c.Slots))
	for i := range filled {
		filled[i] = -1
	}
	for i, part := range parts {
		at := fmt.Sprintf("%s.parts[%d]", path, i)
		slot := slices.IndexFunc(c.Slots, func(s Slot) bool { return s.ID == part.SlotID })
		switch {
		case slot < 0:
			return nil, refuse(at+".slot_id", "%q is not a slot of this combo", part.SlotID)
		case filled[slot] >= 0:
			return nil, refuse(at+".slot_id", "slot %s is filled twice", c.Slots[slot].Name)
		case !slices.Contains(c.Slots[slot].VariationIDs, part.VariationID):
			return nil, refuse(at+".variation_id", "%q is not offered for %s", part.VariationID, c.Slots[slot].Name)
		}
		filled[slot] = i
	}
	for i, at := range filled {
		if at < 0 {
			return nil, refuse(path+".parts", "slot %s is empty", c.Slots[i].Name)
		}
	}
	return filled, nil
}
