// Package price says what a cart costs: the release's prices, price windows, modifiers, combos, discounts, tax.
// It is pure: the menu, the café's tax and the moment come in, lines that sum to the unit go out. It knows no
// store, no clock, no service, and never a price a client sent (an override carries its author's reason).
package price

import "time"

// How a café's prices stand to tax.
const (
	Inclusive = "inclusive" // prices contain the tax
	Exclusive = "exclusive" // the tax comes on top
)

// Where the order is consumed; rates may differ.
const (
	EatIn    = "eat_in"
	TakeAway = "take_away"
)

// Bounds of an order (domain.md, Numbers).
const (
	MaxLines    = 100  // lines an order, the parts of its combos counted
	MaxQuantity = 1000 // units a line
)

// Menu is one release as one café sells it: its currency's prices, its overlay applied. What the café does not
// sell is not in it.
type Menu struct {
	Release  int64
	Currency string // ISO 4217
	Items    map[string]Item
	Groups   map[string]Group
	Combos   map[string]Combo
}

// Item is one variation of an item; Menu.Items holds it by VariationID.
type Item struct {
	ItemID        string
	VariationID   string
	ItemName      string
	VariationName string
	CategoryID    string
	CategoryName  string
	TaxCode       string // empty counts as "standard"
	Station       string // bar, kitchen, or empty: handed over at Pay
	BarSeconds    int32  // seconds of work for one unit
	Price         int64  // minor units
	Windows       []Window
	GroupIDs      []string // modifier groups in the order the screen shows them
}

// Window is another price by weekday and local time of day. The last matching window counts.
type Window struct {
	Name     string
	Weekdays []int32 // 1 Monday to 7 Sunday; empty is every day
	From, To int32   // minutes after local midnight; From included, To excluded
	Price    int64   // minor units
}

// Group is a choice of modifiers: at least Min, at most Max units, the cheapest Free of them cost nothing.
type Group struct {
	ID        string
	Name      string
	Min, Max  int32
	Free      int32
	Modifiers []Modifier
}

// Modifier changes one unit of a line.
type Modifier struct {
	ID      string
	Name    string
	Delta   int64 // minor units added to the unit price; may be negative
	Default bool  // chosen when the order says nothing about the group
}

// Combo is a fixed price over chosen slots.
type Combo struct {
	ID    string
	Name  string
	Price int64 // minor units
	Slots []Slot
}

// Slot is one place of a combo and the variations that may fill it.
type Slot struct {
	ID           string
	Name         string
	VariationIDs []string
}

// Tax is a café's tax profile.
type Tax struct {
	Mode  string             // Inclusive or Exclusive; empty is Inclusive
	Rates map[string]TaxRate // by tax code; a code that is not listed is untaxed
}

// TaxRate is what one code costs here, in basis points.
type TaxRate struct{ EatIn, TakeAway int32 }

// Cart is what somebody wants to buy.
type Cart struct {
	Service  string    // EatIn or TakeAway
	At       time.Time // in the café's zone: price windows go by its wall clock
	Lines    []CartLine
	Discount Discount // over the whole order
}

// CartLine is one wish: a variation or a combo, never both.
type CartLine struct {
	VariationID string
	Combo       *ComboChoice
	Modifiers   []Choice // of the variation; the parts of a combo carry their own
	Quantity    int32
	Note        string
	Discount    Discount
	Comp        bool // free, still sold
	Override    *Override
	Present     bool // "It is here": counted goods the books say are gone; passed through
}

// ComboChoice is a combo with its slots filled.
type ComboChoice struct {
	ID    string
	Parts []Part
}

// Part fills one slot.
type Part struct {
	SlotID      string
	VariationID string
	Modifiers   []Choice
}

// Choice is a modifier chosen Quantity times; 0 counts as 1.
type Choice struct {
	ID       string
	Quantity int32
}

// Discount is either an amount in minor units or a share in basis points; zero is none.
type Discount struct {
	Amount      int64
	BasisPoints int32
	Reason      string
}

// Override is another price for one unit, its modifiers included, given by a person.
type Override struct {
	UnitAmount int64 // minor units
	Reason     string
}

// Priced is a cart with its prices. Σ Lines.Total = Total, Σ Taxes.Gross = Total, Gross − Discount = Σ Lines.Amount.
type Priced struct {
	Lines    []Line
	Taxes    []TaxLine // by rate, ascending; untaxed amounts stand under rate 0
	Gross    int64     // Σ quantity × unit price
	Discount int64
	Net      int64
	Tax      int64
	Total    int64 // what the customer owes
}

// Line is one priced line; the parts of a combo are lines of their own. All amounts in minor units, none negative.
type Line struct {
	Number         int32 // from 1
	Request        int   // index of the cart line it comes from
	ItemID         string
	VariationID    string
	ItemName       string
	VariationName  string
	CategoryID     string
	CategoryName   string
	Station        string
	BarSeconds     int32 // of one unit
	Modifiers      []LineModifier
	Quantity       int32
	UnitPrice      int64 // one unit with its modifiers
	Gross          int64 // quantity × unit price
	Discount       int64 // the line's own and its share of the order's
	Amount         int64 // gross − discount
	TaxCode        string
	TaxRate        int32 // basis points
	Tax            int64
	Net            int64
	Total          int64 // amount, plus tax when prices exclude it
	Note           string
	ComboID        string
	ComboName      string
	ComboGroup     int32 // which combo of the order, from 1; 0: none
	Comp           bool
	Present        bool
	PriceWindow    string // the window's name, when one set the price
	Overridden     bool
	OverrideReason string
}

// LineModifier is a chosen modifier, in the menu's order.
type LineModifier struct {
	ID        string
	Name      string
	GroupID   string
	GroupName string
	Quantity  int32
	Price     int64 // what it adds to one unit of the line in all, after free choices; 0 under an override
}

// TaxLine is the tax of one rate of the order, rounded once.
type TaxLine struct {
	Code  string // the tax codes that have this rate here, joined by a comma
	Rate  int32  // basis points
	Gross int64
	Net   int64
	Tax   int64
}
