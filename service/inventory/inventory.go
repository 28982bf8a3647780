// Package inventory owns ingredients, recipes, stock movements and what is on hand; it alone expands recipes. It must
// not know prices, menus or orders beyond their ids, and it calls nobody.
package inventory

import (
	"strconv"
	"strings"
	"time"

	"coffee/internal/day"
	"coffee/internal/errs"
	"coffee/internal/money"
)

// The base units of ingredients. Quantities are thousandths of them.
const (
	UnitGram       = "g"
	UnitMillilitre = "ml"
	UnitEach       = "each"
)

// How an order is served; a recipe line may be for one of them only.
const (
	EatIn    = "eat_in"
	TakeAway = "take_away"
)

// The types of movement.
const (
	TypeOpening         = "opening"
	TypeReceipt         = "receipt"
	TypeSale            = "sale"
	TypeSaleReversal    = "sale_reversal"
	TypeWaste           = "waste"
	TypeCountAdjustment = "count_adjustment"
)

// Ingredient is what recipes take and cafés stock.
type Ingredient struct {
	ID            string
	Name          string
	Unit          string
	Counted       bool  // short stock refuses the sale
	PackQuantity  int64 // thousandths in one purchase pack; 0: no pack
	PackName      string
	Supplier      string
	ShelfLifeDays int32
	Allergens     []string     // sorted, lower case
	MadeFrom      []RecipeLine // of a sub-recipe: what YieldQuantity of it is made from
	YieldQuantity int64
	Version       int64
	ArchivedAt    time.Time // zero: live
}

// RecipeLine fills a slot with a quantity (thousandths) of an ingredient; Only is empty, EatIn or TakeAway.
type RecipeLine struct {
	Slot         string `json:"slot"`
	IngredientID string `json:"ingredient"`
	Quantity     int64  `json:"quantity"`
	Only         string `json:"only,omitempty"`
}

// Recipe is what one unit of a variation takes. One without lines is known to take nothing.
type Recipe struct {
	VariationID string
	Lines       []RecipeLine
	Version     int64
}

// The kinds of modifier effect.
const (
	Substitute = "substitute"
	Scale      = "scale"
	Add        = "add"
)

// Effect is one thing a modifier does to a recipe: Substitute the ingredient of a slot, Scale a slot by
// Numerator/Denominator, or Add a line.
type Effect struct {
	Kind         string `json:"kind"`
	Slot         string `json:"slot"`
	IngredientID string `json:"ingredient,omitempty"`
	Quantity     int64  `json:"quantity,omitempty"` // thousandths; of a Substitute 0 is the slot's own
	Numerator    int32  `json:"numerator,omitempty"`
	Denominator  int32  `json:"denominator,omitempty"`
	Only         string `json:"only,omitempty"`
}

// Effects is all that a modifier does.
type Effects struct {
	ModifierID string
	Effects    []Effect
	Version    int64
}

// Stock is what a café has of an ingredient: a row of its own numbers, without the ingredient's.
type Stock struct {
	CafeID       string
	IngredientID string
	OnHand       int64 // thousandths; the sum of the movements
	Par          int64
	ReorderPoint int64
	AverageCost  *money.Money // minor units per 1,000 base units; nil before the first receipt with a cost
	MovedAt      time.Time    // zero: never
}

// Movement is one signed, append-only entry. On hand is the sum of them.
type Movement struct {
	ID           string
	CafeID       string
	IngredientID string
	Type         string
	Quantity     int64 // thousandths
	Reason       string
	OrderID      string
	BusinessDate string
	At           time.Time
	By           string       // the person; empty for the system
	Cost         *money.Money // of a receipt: what the whole line cost
}

// maxQuantity bounds what one line of an order may take of one ingredient, in thousandths (ten tonnes), so that sums
// over orders stay far from the end of int64.
const maxQuantity = 10_000_000_000_000

// ParseID checks an id that names field and gives it in canonical lower case. Ids are compared as text.
// Error: invalid_request.
func ParseID(field, id string) (string, error) {
	id = strings.ToLower(id)
	ok := len(id) == 36
	for i := 0; ok && i < len(id); i++ {
		switch c := id[i]; i {
		case 8, 13, 18, 23:
			ok = c == '-'
		default:
			ok = '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
		}
	}
	if !ok {
		return "", errs.Invalid("invalid_request", "Some fields are not valid.").Field(field, "must be a UUID")
	}
	return id, nil
}

// Amount writes a quantity for a person: 1500 thousandths of a gram are 1.5 g, 2000 of each are 2.
func Amount(quantity int64, unit string) string {
	sign := ""
	n := uint64(quantity)
	if quantity < 0 {
		sign, n = "-", -n
	}
	text := sign + strconv.FormatUint(n/1000, 10)
	if rest := n % 1000; rest > 0 {
		text += "." + strings.TrimRight(strconv.FormatUint(1000+rest, 10)[1:], "0")
	}
	if unit != UnitEach && unit != "" {
		text += " " + unit
	}
	return text
}

// How far from today goods may be dated. A day ahead of UTC exists east of Greenwich.
const (
	maxDaysBack  = 400
	maxDaysAhead = 1
)

// BookingDate checks the day goods came or went, written YYYY-MM-DD; empty is today in UTC. Error: invalid_date.
func BookingDate(date string, now time.Time) (string, error) {
	today := now.UTC().Truncate(24 * time.Hour)
	if date == "" {
		return today.Format(day.Layout), nil
	}
	t, err := time.Parse(day.Layout, date)
	if err != nil {
		return "", errs.Invalid("invalid_date", "%s is no date: write it as YYYY-MM-DD.", date).Field("date", "must be a date")
	}
	if t.After(today.AddDate(0, 0, maxDaysAhead)) {
		return "", errs.Invalid("invalid_date", "%s is in the future: goods are booked on the day they came.", date).
			Field("date", "must not be in the future")
	}
	if t.Before(today.AddDate(0, 0, -maxDaysBack)) {
		return "", errs.Invalid("invalid_date", "%s is more than %d days ago: book it today with a note.", date, maxDaysBack).
			Field("date", "must not be more than %d days ago", maxDaysBack)
	}
	return date, nil
}
