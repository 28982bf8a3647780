package menu

import (
	"fmt"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// The most a catalogue holds.
const (
	MaxCategories     = 500
	MaxModifierGroups = 500
	MaxCombos         = 500
	MaxItems          = 2000
	// MaxDocument bounds a release's bytes, so that it fits into one statement on every engine.
	MaxDocument = 4 << 20
)

// maxOf is the most live objects of a kind.
func maxOf(kind Kind) int {
	if kind == KindItem {
		return MaxItems
	}
	return MaxCategories // the same for modifier groups and combos
}

// problems collects what is wrong, each with the path of the field.
type problems struct{ fields []errs.Field }

func (p *problems) add(path, format string, args ...any) {
	p.fields = append(p.fields, errs.Field{Path: path, Detail: fmt.Sprintf(format, args...)})
}

// prices checks a price list: known currencies, each once, none below least (nil: any amount).
func (p *problems) prices(path, of string, prices []Money, negative bool) {
	seen := map[string]bool{}
	for i, price := range prices {
		at := fmt.Sprintf("%s[%d]", path, i)
		if _, known := money.Exponent(price.Currency); !known {
			p.add(at+".currency", "%s: %q is no currency of ISO 4217.", of, price.Currency)
		}
		if seen[price.Currency] {
			p.add(at+".currency", "%s has two prices in %s.", of, price.Currency)
		}
		seen[price.Currency] = true
		if price.Amount < 0 && !negative {
			p.add(at+".amount", "%s has a price below zero.", of)
		}
	}
}

// item checks what can be seen from the item alone.
func (p *problems) item(prefix string, item Item) {
	own := map[string]bool{}
	for i, v := range item.Variations {
		at := fmt.Sprintf("%svariations[%d]", prefix, i)
		of := fmt.Sprintf("%s, %s", item.Name, v.Name)
		if own[v.ID] {
			p.add(at+".id", "%s: two variations have the same id.", of)
		}
		own[v.ID] = true
		p.prices(at+".prices", of, v.Prices, false)
	}
	for i, w := range item.PriceWindows {
		at := fmt.Sprintf("%sprice_windows[%d]", prefix, i)
		of := fmt.Sprintf("%s, %s", item.Name, w.Name)
		if !own[w.VariationID] {
			p.add(at+".variation_id", "%s: the item has no such variation.", of)
		}
		if w.From >= w.To {
			p.add(at+".to_minute", "%s ends before it starts; a window over midnight is two windows.", of)
		}
		p.prices(at+".prices", of, w.Prices, false)
	}
}

// group checks a modifier group. A choice may be taken more than once, so few modifiers satisfy any minimum.
func (p *problems) group(prefix string, g ModifierGroup) {
	if g.Min > g.Max {
		p.add(prefix+"min", "%s: at least %d choices are more than at most %d.", g.Name, g.Min, g.Max)
	}
	if g.FreeCount > g.Max {
		p.add(prefix+"free_count", "%s: %d free choices are more than at most %d.", g.Name, g.FreeCount, g.Max)
	}
	own, defaults := map[string]bool{}, int32(0)
	for i, m := range g.Modifiers {
		at := fmt.Sprintf("%smodifiers[%d]", prefix, i)
		of := fmt.Sprintf("%s, %s", g.Name, m.Name)
		if own[m.ID] {
			p.add(at+".id", "%s: two modifiers have the same id.", of)
		}
		own[m.ID] = true
		if m.Default {
			defaults++
		}
		p.prices(at+".price_deltas", of, m.PriceDeltas, true)
	}
	// No default at all is fine: then the order has to choose.
	if defaults > 0 && (defaults < g.Min || defaults > g.Max) {
		p.add(prefix+"modifiers", "%s: %d default choices, but %d to %d are allowed.", g.Name, defaults, g.Min, g.Max)
	}
}

// combo checks what can be seen from the combo alone.
func (p *problems) combo(prefix string, c Combo) {
	p.prices(prefix+"prices", c.Name, c.Prices, false)
	own := map[string]bool{}
	for i, slot := range c.Slots {
		at := fmt.Sprintf("%sslots[%d]", prefix, i)
		if own[slot.ID] {
			p.add(at+".id", "%s, %s: two slots have the same id.", c.Name, slot.Name)
		}
		own[slot.ID] = true
		seen := map[string]bool{}
		for j, id := range slot.VariationIDs {
			if seen[id] {
				p.add(fmt.Sprintf("%s.variation_ids[%d]", at, j), "%s, %s: the variation stands there twice.", c.Name, slot.Name)
			}
			seen[id] = true
		}
	}
}

// CheckNoun is what is wrong with one object by itself; the paths are those of its Put request. What it refers to is
// checked when the draft is published, so that a menu may be typed in any order.
func CheckNoun[N Noun](noun N) []errs.Field {
	var p problems
	switch n := any(noun).(type) {
	case Item:
		p.item("", n)
	case ModifierGroup:
		p.group("", n)
	case Combo:
		p.combo("", n)
	}
	return p.fields
}

// CheckDraft is every reason why a draft cannot be sold; archived objects are given too, to tell "archived" from
// "missing". Paths name the object by kind and id: items[0199…].category_id.
func CheckDraft(all Catalogue) []errs.Field {
	var p problems
	c := references(all)
	for _, item := range all.Items {
		if item.Archived() {
			continue
		}
		prefix := fmt.Sprintf("items[%s].", item.ID)
		p.item(prefix, item)
		c.category(&p, prefix, item.Name, item.CategoryID)
		for i, id := range item.ModifierGroupIDs {
			if !c.groups[id].usable() {
				p.add(fmt.Sprintf("%smodifier_group_ids[%d]", prefix, i), "%s: %s.", item.Name, c.groups[id].describe("modifier group"))
			}
		}
		for i, v := range item.Variations {
			if c.variations[v.ID] > 1 {
				p.add(fmt.Sprintf("%svariations[%d].id", prefix, i), "%s, %s: another variation has the same id.", item.Name, v.Name)
			}
		}
	}
	for _, g := range all.ModifierGroups {
		if g.Archived() {
			continue
		}
		prefix := fmt.Sprintf("modifier_groups[%s].", g.ID)
		p.group(prefix, g)
		for i, m := range g.Modifiers {
			if c.modifiers[m.ID] > 1 {
				p.add(fmt.Sprintf("%smodifiers[%d].id", prefix, i), "%s, %s: another modifier has the same id.", g.Name, m.Name)
			}
		}
	}
	for _, combo := range all.Combos {
		if combo.Archived() {
			continue
		}
		prefix := fmt.Sprintf("combos[%s].", combo.ID)
		p.combo(prefix, combo)
		c.category(&p, prefix, combo.Name, combo.CategoryID)
		for i, slot := range combo.Slots {
			for j, id := range slot.VariationIDs {
				if c.variations[id] == 0 {
					p.add(fmt.Sprintf("%sslots[%d].variation_ids[%d]", prefix, i, j),
						"%s, %s: no live item has this variation.", combo.Name, slot.Name)
				}
			}
		}
	}
	return p.fields
}

// target is an object that others refer to.
type target struct {
	known, archived bool
	name            string
}

func (t target) usable() bool { return t.known && !t.archived }

func (t target) describe(noun string) string {
	if !t.known {
		return "its " + noun + " does not exist"
	}
	return fmt.Sprintf("its %s %q is archived", noun, t.name)
}

type referenced struct {
	categories, groups    map[string]target
	variations, modifiers map[string]int // by id, how many live ones
}

func references(all Catalogue) referenced {
	r := referenced{map[string]target{}, map[string]target{}, map[string]int{}, map[string]int{}}
	for _, c := range all.Categories {
		r.categories[c.ID] = target{true, c.Archived(), c.Name}
	}
	for _, g := range all.ModifierGroups {
		r.groups[g.ID] = target{true, g.Archived(), g.Name}
		for _, m := range g.Modifiers {
			if !g.Archived() {
				r.modifiers[m.ID]++
			}
		}
	}
	for _, item := range all.Items {
		for _, v := range item.Variations {
			if !item.Archived() {
				r.variations[v.ID]++
			}
		}
	}
	return r
}

func (r referenced) category(p *problems, prefix, name, id string) {
	if !r.categories[id].usable() {
		p.add(prefix+"category_id", "%s: %s.", name, r.categories[id].describe("category"))
	}
}
