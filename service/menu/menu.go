// Package menu owns the chain's catalogue: the one draft that head office edits, the numbered releases it is frozen
// into, what each café does differently (overlay), and what is sold out right now (86).
// It must not know orders, recipes, stock or people; a price is taken from a release, never from the draft.
package menu

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"coffee/internal/money"
)

// Kind names a sort of object. The same words stand in the contract, the tables and the audit entries.
type Kind string

// The objects of the draft, and what an overlay or an 86 can be about.
const (
	KindCategory      Kind = "category"
	KindItem          Kind = "item"
	KindModifierGroup Kind = "modifier_group"
	KindCombo         Kind = "combo"
	KindVariation     Kind = "variation"
	KindModifier      Kind = "modifier"
	KindIngredient    Kind = "ingredient"
	KindOverlay       Kind = "overlay"
)

// Money is an amount in minor units of a currency, with the names a frozen document keeps.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

func (m Money) String() string { return money.Money(m).String() }

// priceIn finds the amount in a currency.
func priceIn(prices []Money, currency string) (Money, bool) {
	for _, p := range prices {
		if p.Currency == currency {
			return p, true
		}
	}
	return Money{}, false
}

// Stored is what the draft keeps of every object beside its content; a release holds none of it.
type Stored struct {
	Version    int64
	ArchivedAt time.Time // zero: live
}

// Archived tells whether the object is taken out of the draft.
func (s Stored) Archived() bool { return !s.ArchivedAt.IsZero() }

// The JSON names below are the format of releases that are frozen for ever: add names, never change one.
// Everything empty is left out, so that equal content is equal bytes.

// Category is a heading of the menu.
type Category struct {
	Stored  `json:"-"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Rank    int32  `json:"rank,omitempty"`
	Drawing string `json:"drawing,omitempty"` // what a screen draws for its items; the words are the contract's
	Tint    string `json:"tint,omitempty"`    // the colour family of the drawings
}

// Item is one thing on the menu; its variations (sizes) carry the prices.
type Item struct {
	Stored           `json:"-"`
	ID               string        `json:"id"`
	CategoryID       string        `json:"category_id"`
	Name             string        `json:"name"`
	Description      string        `json:"description,omitempty"`
	TaxCode          string        `json:"tax_code"`
	Station          string        `json:"station,omitempty"` // bar, kitchen, or empty: handed over at Pay
	Rank             int32         `json:"rank,omitempty"`
	Variations       []Variation   `json:"variations,omitempty"`
	ModifierGroupIDs []string      `json:"modifier_group_ids,omitempty"`
	PriceWindows     []PriceWindow `json:"price_windows,omitempty"`
	Drawing          string        `json:"drawing,omitempty"` // empty: its category's
}

// DefaultTaxCode is the tax code of an item that names none.
const DefaultTaxCode = "standard"

// Variation is a size; without a price in a café's currency it is not sold there.
type Variation struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Prices     []Money `json:"prices,omitempty"`
	BarSeconds int32   `json:"bar_seconds,omitempty"` // work at the station, for promise times
}

// PriceWindow is another price by weekday (1 Monday to 7 Sunday, none: every day) and local time of day, in minutes
// after midnight, From included and To excluded. The last matching window counts.
type PriceWindow struct {
	Name        string  `json:"name"`
	VariationID string  `json:"variation_id"`
	Weekdays    []int32 `json:"weekdays,omitempty"`
	From        int32   `json:"from,omitempty"`
	To          int32   `json:"to"`
	Prices      []Money `json:"prices,omitempty"`
}

// ModifierGroup asks for Min to Max choices; the first FreeCount of them, the cheapest first, cost nothing.
type ModifierGroup struct {
	Stored    `json:"-"`
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Min       int32      `json:"min,omitempty"`
	Max       int32      `json:"max"`
	FreeCount int32      `json:"free_count,omitempty"`
	Modifiers []Modifier `json:"modifiers,omitempty"`
}

// Modifier is one choice; a currency without a delta adds nothing.
type Modifier struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	PriceDeltas []Money `json:"price_deltas,omitempty"`
	Default     bool    `json:"default,omitempty"`
}

// Combo is a fixed price over chosen slots.
type Combo struct {
	Stored     `json:"-"`
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	CategoryID string      `json:"category_id"`
	Prices     []Money     `json:"prices,omitempty"`
	Slots      []ComboSlot `json:"slots,omitempty"`
	Rank       int32       `json:"rank,omitempty"`
}

// ComboSlot is one part of a combo and what may fill it.
type ComboSlot struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	VariationIDs []string `json:"variation_ids"`
}

// Catalogue is a whole menu: the live draft, or what a release froze.
type Catalogue struct {
	Categories     []Category      `json:"categories,omitempty"`
	Items          []Item          `json:"items,omitempty"`
	ModifierGroups []ModifierGroup `json:"modifier_groups,omitempty"`
	Combos         []Combo         `json:"combos,omitempty"`
}

// Entry is an object of the draft as it is stored: what lists sort and search by, and its content whole, because
// nobody asks for half an item.
type Entry struct {
	Stored
	Kind     Kind
	ID       string
	Category string // of items and combos, else empty
	Search   string // the lower-cased name
	Rank     int32
	Content  []byte
}

// Noun is an object of the draft.
type Noun interface {
	Category | Item | ModifierGroup | Combo
}

// entryOf is the stored form of a noun.
func entryOf[N Noun](noun N) Entry {
	var e Entry
	switch n := any(noun).(type) {
	case Category:
		e = Entry{Stored: n.Stored, Kind: KindCategory, ID: n.ID, Search: n.Name, Rank: n.Rank}
	case Item:
		e = Entry{Stored: n.Stored, Kind: KindItem, ID: n.ID, Category: n.CategoryID, Search: n.Name, Rank: n.Rank}
	case ModifierGroup:
		e = Entry{Stored: n.Stored, Kind: KindModifierGroup, ID: n.ID, Search: n.Name}
	case Combo:
		e = Entry{Stored: n.Stored, Kind: KindCombo, ID: n.ID, Category: n.CategoryID, Search: n.Name, Rank: n.Rank}
	}
	e.Search = strings.ToLower(e.Search)
	e.Content = encode(noun)
	return e
}

// nounOf reads a noun back.
func nounOf[N Noun](e Entry) (N, error) {
	var noun N
	if err := json.Unmarshal(e.Content, &noun); err != nil {
		return noun, fmt.Errorf("stored %s %s: %w", e.Kind, e.ID, err)
	}
	switch n := any(&noun).(type) {
	case *Category:
		n.Stored = e.Stored
	case *Item:
		n.Stored = e.Stored
	case *ModifierGroup:
		n.Stored = e.Stored
	case *Combo:
		n.Stored = e.Stored
	}
	return noun, nil
}

// nounsOf reads the entries of one kind.
func nounsOf[N Noun](entries []Entry) ([]N, error) {
	nouns := make([]N, 0, len(entries))
	for _, e := range entries {
		noun, err := nounOf[N](e)
		if err != nil {
			return nil, err
		}
		nouns = append(nouns, noun)
	}
	return nouns, nil
}

// CatalogueOf puts a draft's entries together; archived ones are left out unless asked for.
func CatalogueOf(entries []Entry, archived bool) (Catalogue, error) {
	byKind := map[Kind][]Entry{}
	for _, e := range entries {
		if archived || !e.Archived() {
			byKind[e.Kind] = append(byKind[e.Kind], e)
		}
	}
	var c Catalogue
	var err error
	if c.Categories, err = nounsOf[Category](byKind[KindCategory]); err != nil {
		return c, err
	}
	if c.Items, err = nounsOf[Item](byKind[KindItem]); err != nil {
		return c, err
	}
	if c.ModifierGroups, err = nounsOf[ModifierGroup](byKind[KindModifierGroup]); err != nil {
		return c, err
	}
	c.Combos, err = nounsOf[Combo](byKind[KindCombo])
	return c, err
}

// encode is the one encoding of content: fields in the order they are declared, no maps, hence the same bytes always.
func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("menu: content that is no JSON: " + err.Error()) // a programming fault
	}
	return body
}

// documentFormat numbers the encoding of releases.
const documentFormat = 1

type document struct {
	Format int `json:"format"`
	Catalogue
}

// Freeze is the document of a release: equal catalogues give equal bytes, whatever order they were read in.
func (c Catalogue) Freeze() []byte {
	c = Catalogue{
		slices.Clone(c.Categories), slices.Clone(c.Items), slices.Clone(c.ModifierGroups), slices.Clone(c.Combos),
	}
	slices.SortFunc(c.Categories, func(a, b Category) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Items, func(a, b Item) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(c.ModifierGroups, func(a, b ModifierGroup) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(c.Combos, func(a, b Combo) int { return strings.Compare(a.ID, b.ID) })
	return encode(document{documentFormat, c})
}

// Thaw reads the document of a release.
func Thaw(body []byte) (Catalogue, error) {
	var d document
	if err := json.Unmarshal(body, &d); err != nil {
		return Catalogue{}, fmt.Errorf("release document: %w", err)
	}
	if d.Format != documentFormat {
		return Catalogue{}, fmt.Errorf("release document of format %d, this program reads %d", d.Format, documentFormat)
	}
	return d.Catalogue, nil
}
