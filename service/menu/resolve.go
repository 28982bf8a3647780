package menu

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Menu is one release as one café sells it: one price each, and nothing that is not sold there.
type Menu struct {
	CafeID       string
	Release      int64
	Currency     string
	StartsAt     time.Time
	SupersededAt time.Time // when a later release starts here; zero: none is known
	Categories   []Category
	Items        []MenuItem
	Groups       []MenuGroup
	Combos       []MenuCombo

	sold map[key]bool
}

// Sells tells whether the menu has the item, variation or modifier.
func (m Menu) Sells(kind Kind, id string) bool { return m.sold[key{kind, id}] }

// weight is about how many bytes the menu takes in memory.
func (m Menu) weight() int {
	return 1024 + 160*len(m.sold) + 120*len(m.Items) + 120*len(m.Combos)
}

// MenuItem is an item with the variations that are sold here.
type MenuItem struct {
	ID, CategoryID, Name, Description, TaxCode, Station string

	Drawing    string // its own, or its category's where it has none
	Rank       int32
	Variations []MenuVariation
	GroupIDs   []string
}

// MenuVariation is a size with its one price.
type MenuVariation struct {
	ID, Name   string
	Price      Money
	BarSeconds int32
	Windows    []MenuWindow
}

// MenuWindow is another price by weekday and minute of the local day; the last that matches counts.
type MenuWindow struct {
	Name     string
	Weekdays []int32
	From, To int32
	Price    Money
}

// MenuGroup is a modifier group with the modifiers that can be had here.
type MenuGroup struct {
	ID, Name            string
	Min, Max, FreeCount int32
	Modifiers           []MenuModifier
}

// MenuModifier is a choice with its one price delta.
type MenuModifier struct {
	ID, Name string
	Delta    Money
	Default  bool
}

// MenuCombo is a combo whose slots hold only what is sold here.
type MenuCombo struct {
	ID, Name, CategoryID string

	Price Money
	Slots []ComboSlot
	Rank  int32
}

// resolver is a catalogue on its way to a café's menu.
type resolver struct {
	currency string
	own      map[key]OverlayEntry
	sold     map[key]bool
}

// Resolve is a release in a café: its currency's prices, then its overlay. What has no price there is not sold there;
// an item is left out when no variation or a required choice remains, a combo when a slot has nothing left, a category
// when nothing stands in it.
func Resolve(c Catalogue, o Overlay, currency string) Menu {
	r := resolver{currency, o.index(), map[key]bool{}}
	m := Menu{CafeID: o.CafeID, Currency: currency, sold: r.sold}

	groups, used := map[string]MenuGroup{}, map[string]bool{}
	for _, g := range c.ModifierGroups {
		groups[g.ID] = r.group(g)
	}
	drawings := make(map[string]string, len(c.Categories))
	for _, category := range c.Categories {
		drawings[category.ID] = category.Drawing
	}
	for _, item := range c.Items {
		resolved, ok := r.item(item, groups)
		if !ok {
			continue
		}
		resolved.Drawing = cmp.Or(item.Drawing, drawings[item.CategoryID])
		m.Items = append(m.Items, resolved)
		r.sold[key{KindItem, item.ID}] = true
		for _, v := range resolved.Variations {
			r.sold[key{KindVariation, v.ID}] = true
		}
		for _, id := range resolved.GroupIDs {
			used[id] = true
		}
	}
	for _, g := range c.ModifierGroups {
		if !used[g.ID] {
			continue
		}
		m.Groups = append(m.Groups, groups[g.ID])
		for _, modifier := range groups[g.ID].Modifiers {
			r.sold[key{KindModifier, modifier.ID}] = true
		}
	}
	for _, combo := range c.Combos {
		if resolved, ok := r.combo(combo); ok {
			m.Combos = append(m.Combos, resolved)
		}
	}
	m.Categories = standing(c.Categories, m)
	m.sort()
	return m
}

// price is what something costs here: the café's own price, else the chain's in the café's currency.
func (r resolver) price(kind Kind, id string, chain []Money) (price Money, own, sold bool) {
	e := r.own[key{kind, id}]
	if e.Unavailable {
		return Money{}, false, false
	}
	if e.Price != nil && e.Price.Currency == r.currency {
		return *e.Price, true, true
	}
	price, sold = priceIn(chain, r.currency)
	return price, false, sold
}

func (r resolver) group(g ModifierGroup) MenuGroup {
	out := MenuGroup{ID: g.ID, Name: g.Name, Min: g.Min, Max: g.Max, FreeCount: g.FreeCount}
	defaults := int32(0)
	for _, m := range g.Modifiers {
		if r.own[key{KindModifier, m.ID}].Unavailable {
			continue
		}
		delta, _, found := r.price(KindModifier, m.ID, m.PriceDeltas)
		if !found {
			delta = Money{Currency: r.currency}
		}
		if m.Default {
			defaults++
		}
		out.Modifiers = append(out.Modifiers, MenuModifier{m.ID, m.Name, delta, m.Default})
	}
	if defaults < g.Min {
		// A default that is not to be had here must not leave an order with half a choice: now the order chooses.
		for i := range out.Modifiers {
			out.Modifiers[i].Default = false
		}
	}
	return out
}

func (r resolver) item(item Item, groups map[string]MenuGroup) (MenuItem, bool) {
	if r.own[key{KindItem, item.ID}].Unavailable {
		return MenuItem{}, false
	}
	out := MenuItem{
		ID: item.ID, CategoryID: item.CategoryID, Name: item.Name, Description: item.Description,
		TaxCode: item.TaxCode, Station: item.Station, Rank: item.Rank,
	}
	for _, v := range item.Variations {
		price, own, sold := r.price(KindVariation, v.ID, v.Prices)
		if !sold {
			continue
		}
		variation := MenuVariation{ID: v.ID, Name: v.Name, Price: price, BarSeconds: v.BarSeconds}
		if !own {
			// A café's own price holds at every hour: the chain's happy hour would undercut it, or raise it.
			variation.Windows = r.windows(item.PriceWindows, v.ID)
		}
		out.Variations = append(out.Variations, variation)
	}
	for _, id := range item.ModifierGroupIDs {
		switch g := groups[id]; {
		case len(g.Modifiers) > 0:
			out.GroupIDs = append(out.GroupIDs, id)
		case g.Min > 0:
			return MenuItem{}, false
		}
	}
	return out, len(out.Variations) > 0
}

func (r resolver) windows(windows []PriceWindow, variation string) []MenuWindow {
	var out []MenuWindow
	for _, w := range windows {
		if price, ok := priceIn(w.Prices, r.currency); ok && w.VariationID == variation {
			out = append(out, MenuWindow{w.Name, w.Weekdays, w.From, w.To, price})
		}
	}
	return out
}

func (r resolver) combo(c Combo) (MenuCombo, bool) {
	price, _, sold := r.price(KindCombo, c.ID, c.Prices)
	if !sold {
		return MenuCombo{}, false
	}
	out := MenuCombo{ID: c.ID, Name: c.Name, CategoryID: c.CategoryID, Price: price, Rank: c.Rank}
	for _, slot := range c.Slots {
		left := ComboSlot{ID: slot.ID, Name: slot.Name}
		for _, id := range slot.VariationIDs {
			if r.sold[key{KindVariation, id}] {
				left.VariationIDs = append(left.VariationIDs, id)
			}
		}
		if len(left.VariationIDs) == 0 {
			return MenuCombo{}, false
		}
		out.Slots = append(out.Slots, left)
	}
	return out, len(out.Slots) > 0
}

// standing is the categories that something stands in.
func standing(all []Category, m Menu) []Category {
	full := map[string]bool{}
	for _, item := range m.Items {
		full[item.CategoryID] = true
	}
	for _, combo := range m.Combos {
		full[combo.CategoryID] = true
	}
	var out []Category
	for _, c := range all {
		if full[c.ID] {
			out = append(out, c)
		}
	}
	return out
}

// sort puts everything in the order it is shown: by rank, then name. Groups go by name; an item names its own order.
func (m Menu) sort() {
	slices.SortFunc(m.Categories, func(a, b Category) int { return shown(a.Rank, b.Rank, a.Name, b.Name, a.ID, b.ID) })
	slices.SortFunc(m.Items, func(a, b MenuItem) int { return shown(a.Rank, b.Rank, a.Name, b.Name, a.ID, b.ID) })
	slices.SortFunc(m.Groups, func(a, b MenuGroup) int { return shown(0, 0, a.Name, b.Name, a.ID, b.ID) })
	slices.SortFunc(m.Combos, func(a, b MenuCombo) int { return shown(a.Rank, b.Rank, a.Name, b.Name, a.ID, b.ID) })
}

func shown(rankA, rankB int32, nameA, nameB, idA, idB string) int {
	return cmp.Or(cmp.Compare(rankA, rankB), strings.Compare(strings.ToLower(nameA), strings.ToLower(nameB)),
		strings.Compare(idA, idB))
}
