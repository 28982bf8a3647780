package inventory

import (
	"fmt"
	"slices"
	"strings"

	"coffee/internal/errs"
)

// Need is what a whole order takes of one ingredient.
type Need struct {
	IngredientID string
	Name         string
	Counted      bool
	Quantity     int64 // thousandths, > 0
	Present      int64 // the part of it that somebody sees on the shelf
	MovementID   string
	AdjustmentID string // of the count adjustment, should Present be needed
}

// Needs adds up the lines of an order by ingredient, sorted: rows of stock are always taken in this order.
// The lines and their expansions are in step. newID names the movements.
func Needs(lines []OrderLine, expanded []ExpandedLine, newID func() string) []Need {
	index := map[string]int{}
	var needs []Need
	for i, e := range expanded {
		for _, u := range e.Uses {
			at, ok := index[u.IngredientID]
			if !ok {
				at = len(needs)
				index[u.IngredientID] = at
				needs = append(needs, Need{IngredientID: u.IngredientID, Name: u.Name, Counted: u.Counted, MovementID: newID()})
			}
			n := &needs[at]
			n.Quantity += u.Quantity // ≤ 200 lines × 10³ uses × maxQuantity
			if u.Counted && lines[i].Present {
				n.Present += u.Quantity
				if n.AdjustmentID == "" {
					n.AdjustmentID = newID()
				}
			}
		}
	}
	slices.SortFunc(needs, func(a, b Need) int { return strings.Compare(a.IngredientID, b.IngredientID) })
	return needs
}

// Short is a counted good of which there is less than an order needs.
type Short struct {
	IngredientID string
	OnHand       int64 // what there is, in thousandths
	Needed       int64
}

// Settle decides about one need in a café that has onHand: what is booked in first as "it is here", and whether the
// order goes through. Ingredients that are not counted always do, below zero if need be.
func (n Need) Settle(onHand int64) (adjustment int64, ok bool) {
	shortage := n.Quantity - onHand
	switch {
	case !n.Counted || shortage <= 0:
		return 0, true
	case shortage <= n.Present:
		return shortage, true
	case onHand < 0 && n.Present == n.Quantity:
		// The books were below zero before; whoever sees all of it on the shelf knows better.
		return shortage, true
	}
	return 0, false
}

// OutOfStock is the refusal of an order for counted goods that are short: every line that needs one is named.
// Code: out_of_stock, with ingredient_id, ingredient_name and on_hand of the first and ingredient_ids of all.
func OutOfStock(short []Short, expanded []ExpandedLine) error {
	byID := map[string]Short{}
	for _, s := range short {
		byID[s.IngredientID] = s
	}
	var e *errs.Error
	var ids []string
	for i, line := range expanded {
		for _, u := range line.Uses {
			s, isShort := byID[u.IngredientID]
			if !isShort {
				continue
			}
			if e == nil {
				e = errs.Conflict("out_of_stock", "There is not enough %s: %s left, %s needed. Take it off the order, or say that it is here.",
					u.Name, Amount(max(s.OnHand, 0), u.Unit), Amount(s.Needed, u.Unit)).
					With("ingredient_id", u.IngredientID).With("ingredient_name", u.Name).With("on_hand", fmt.Sprint(s.OnHand))
			}
			if !slices.Contains(ids, u.IngredientID) {
				ids = append(ids, u.IngredientID)
			}
			e.Field(fmt.Sprintf("lines[%d]", i), "%s: %s left", u.Name, Amount(max(s.OnHand, 0), u.Unit))
		}
	}
	if e == nil { // nothing of it is in a line: the caller mixed two orders up
		return fmt.Errorf("inventory: %d shortages of another order", len(short))
	}
	return e.With("ingredient_ids", strings.Join(ids, ","))
}

// SoldOut refuses an order that needs an ingredient which is 86'd. Code: sold_out, with ingredient_id and
// ingredient_name of the first.
func SoldOut(gone []string, expanded []ExpandedLine) error {
	if len(gone) == 0 {
		return nil
	}
	var e *errs.Error
	for i, line := range expanded {
		for _, u := range line.Uses {
			if !slices.Contains(gone, u.IngredientID) {
				continue
			}
			if e == nil {
				e = errs.Conflict("sold_out", "%s is sold out today: offer something else.", u.Name).
					With("ingredient_id", u.IngredientID).With("ingredient_name", u.Name)
			}
			e.Field(fmt.Sprintf("lines[%d]", i), "%s is sold out", u.Name)
		}
	}
	if e == nil {
		return nil
	}
	return e
}

// UndoLine is a part of a line that comes back: restocked, or made already and therefore waste.
type UndoLine struct {
	Line   int32  `json:"line"`
	Units  int32  `json:"units"`
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
}

// Where the goods of a reversed line go.
const (
	ToRestock = "restock"
	ToWaste   = "waste"
)

// Undo is what a reversal books: movements without id, café and time, and the units now reversed of each line it
// touched.
type Undo struct {
	Movements []Movement
	Units     map[int32]int32
}

// UndoLines works out a reversal of some units of some lines of a consumption of a type (sale or waste), of which
// some units have come back before. The shares of several reversals of a line add up to its snapshot exactly.
// Errors: invalid_request (no such line), reversal_too_large.
func UndoLines(kind string, snapshot []ExpandedLine, before map[int32]int32, lines []UndoLine) (Undo, error) {
	undo := Undo{Units: map[int32]int32{}}
	for i, l := range lines {
		at := slices.IndexFunc(snapshot, func(e ExpandedLine) bool { return e.Line == l.Line })
		if at < 0 {
			return Undo{}, errs.Invalid("invalid_request", "Some fields are not valid.").
				Field(fmt.Sprintf("lines[%d].line", i), "names no line of the order")
		}
		sold := snapshot[at]
		back, ok := undo.Units[l.Line]
		if !ok {
			back = before[l.Line]
		}
		if l.Units > sold.Units-back {
			return Undo{}, errs.Conflict("reversal_too_large", "Line %d has %d left to take back, not %d.", l.Line, sold.Units-back, l.Units).
				Field(fmt.Sprintf("lines[%d].quantity", i), "is more than is left")
		}
		undo.Units[l.Line] = back + l.Units
		undo.book(kind, sold, back, l)
	}
	return undo, nil
}

// UndoAll works out the reversal of whatever has not come back yet: the attempt was abandoned.
func UndoAll(kind string, snapshot []ExpandedLine, before map[int32]int32) Undo {
	undo := Undo{Units: map[int32]int32{}}
	for _, sold := range snapshot {
		if left := sold.Units - before[sold.Line]; left > 0 {
			undo.Units[sold.Line] = sold.Units
			undo.book(kind, sold, before[sold.Line], UndoLine{Line: sold.Line, Units: left, To: ToRestock, Reason: "abandoned"})
		}
	}
	return undo
}

// book adds the movements of one line. What was a sale and is waste now leaves on hand alone: it comes back as a sale
// and goes as waste. What was waste from the start (a remake) can only come back as waste undone.
func (u *Undo) book(kind string, sold ExpandedLine, back int32, l UndoLine) {
	for _, use := range sold.Uses {
		quantity := share(use.Quantity, back+l.Units, sold.Units) - share(use.Quantity, back, sold.Units)
		switch {
		case quantity == 0:
		case kind == TypeWaste && l.To == ToRestock:
			u.add(use.IngredientID, TypeWaste, quantity, l.Reason)
		case kind == TypeWaste:
		default:
			u.add(use.IngredientID, TypeSaleReversal, quantity, l.Reason)
			if l.To == ToWaste {
				u.add(use.IngredientID, TypeWaste, -quantity, l.Reason)
			}
		}
	}
}

// add merges movements that differ in nothing but the quantity.
func (u *Undo) add(ingredient, kind string, quantity int64, reason string) {
	for i := range u.Movements {
		if m := &u.Movements[i]; m.IngredientID == ingredient && m.Type == kind && m.Reason == reason && (m.Quantity > 0) == (quantity > 0) {
			m.Quantity += quantity
			return
		}
	}
	u.Movements = append(u.Movements, Movement{IngredientID: ingredient, Type: kind, Quantity: quantity, Reason: reason})
}

// share is the part of a quantity that units of all take, rounded down: share(q, all, all) is q.
func share(quantity int64, units, all int32) int64 {
	// quantity ≤ maxQuantity and units ≤ 1,000: the product fits.
	return quantity * int64(units) / int64(all)
}

// Delta is a change of on hand.
type Delta struct {
	IngredientID string
	Quantity     int64
}

// Deltas is what movements do to on hand, by ingredient, sorted; ingredients whose movements cancel out are left out.
func Deltas(movements []Movement) []Delta {
	sum := map[string]int64{}
	for _, m := range movements {
		sum[m.IngredientID] += m.Quantity
	}
	out := make([]Delta, 0, len(sum))
	for _, id := range sorted(sum) {
		if sum[id] != 0 {
			out = append(out, Delta{id, sum[id]})
		}
	}
	return out
}
