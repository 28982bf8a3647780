package menu

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"coffee/internal/errs"
)

// Overlay is what a café does differently from the chain.
type Overlay struct {
	CafeID  string
	Version int64
	Entries []OverlayEntry
}

// OverlayEntry is one exception: not sold here, or at the café's own price (of a variation or combo) or price delta
// (of a modifier), in the café's currency. The JSON names are the frozen format of releases.
type OverlayEntry struct {
	Kind        Kind   `json:"kind"`
	ID          string `json:"id"`
	Unavailable bool   `json:"unavailable,omitempty"`
	Price       *Money `json:"price,omitempty"`
}

// key names what an exception is about.
type key struct {
	kind Kind
	id   string
}

func (e OverlayEntry) key() key { return key{e.Kind, e.ID} }

// Freeze is the overlay's content: sorted, so that equal exceptions are equal bytes; none are no bytes.
func (o Overlay) Freeze() []byte {
	if len(o.Entries) == 0 {
		return []byte{}
	}
	entries := slices.Clone(o.Entries)
	slices.SortFunc(entries, func(a, b OverlayEntry) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID))
	})
	return encode(entries)
}

// ThawOverlay reads an overlay's content.
func ThawOverlay(cafe string, version int64, body []byte) (Overlay, error) {
	o := Overlay{CafeID: cafe, Version: version}
	if len(body) == 0 {
		return o, nil
	}
	if err := json.Unmarshal(body, &o.Entries); err != nil {
		return o, fmt.Errorf("overlay of café %s: %w", cafe, err)
	}
	return o, nil
}

// index finds exceptions by what they are about.
func (o Overlay) index() map[key]OverlayEntry {
	found := make(map[key]OverlayEntry, len(o.Entries))
	for _, e := range o.Entries {
		found[e.key()] = e
	}
	return found
}

// names lists what an overlay may be about, with the words for it: of the whole draft, archived objects too, so that
// archiving an item does not make a café's exceptions wrong.
func names(all Catalogue) map[key]string {
	found := map[key]string{}
	for _, item := range all.Items {
		found[key{KindItem, item.ID}] = item.Name
		for _, v := range item.Variations {
			found[key{KindVariation, v.ID}] = item.Name + ", " + v.Name
		}
	}
	for _, g := range all.ModifierGroups {
		for _, m := range g.Modifiers {
			found[key{KindModifier, m.ID}] = g.Name + ", " + m.Name
		}
	}
	for _, c := range all.Combos {
		found[key{KindCombo, c.ID}] = c.Name
	}
	return found
}

// CheckOverlay is what is wrong with a café's exceptions; the paths are those of PutOverlay.
func CheckOverlay(all Catalogue, o Overlay, currency string) []errs.Field {
	var p problems
	known, seen := names(all), map[key]bool{}
	for i, e := range o.Entries {
		at := fmt.Sprintf("entries[%d]", i)
		name, ok := known[e.key()]
		if !ok {
			p.add(at+".id", "The menu has no such %s; take the exception out.", e.Kind)
			name = e.ID
		}
		if seen[e.key()] {
			p.add(at+".id", "%s has two exceptions.", name)
		}
		seen[e.key()] = true
		switch {
		case e.Price == nil && !e.Unavailable:
			p.add(at, "%s: the exception says nothing; give a price or take it off sale.", name)
		case e.Price == nil:
		case e.Kind == KindItem:
			p.add(at+".price", "%s: an item has no price; its variations have.", name)
		case e.Price.Currency != currency:
			p.add(at+".price.currency", "%s: this café sells in %s, not in %s.", name, currency, e.Price.Currency)
		case e.Price.Amount < 0 && e.Kind != KindModifier:
			p.add(at+".price.amount", "%s has a price below zero.", name)
		}
	}
	return p.fields
}
