package inventory

import (
	"fmt"
	"math"
	"time"

	"coffee/internal/errs"
	"coffee/internal/money"
)

// neverLow is a LowAt that no stock reaches.
const neverLow = math.MinInt64 / 2

// LowAt is the stock at or below which an ingredient is low: its reorder point, or anything below par where none is
// set, or never.
func (s Stock) LowAt() int64 {
	switch {
	case s.ReorderPoint > 0:
		return s.ReorderPoint
	case s.Par > 0:
		return s.Par - 1
	}
	return neverLow
}

// Low tells whether it is time to order.
func (s Stock) Low() bool { return s.OnHand <= s.LowAt() }

// costUnits is what an average cost is for: 1,000 base units, in thousandths.
const costUnits = 1_000_000

// AverageAfter is the moving average cost (minor units per 1,000 base units) after quantity more came in for cost.
// Stock of which nothing was there, or less, or of unknown cost, counts at the new goods' own cost. quantity > 0.
func AverageAfter(onHand int64, average *money.Money, quantity int64, cost money.Money) money.Money {
	own := money.Money{Amount: money.MulDiv(cost.Amount, costUnits, quantity), Currency: cost.Currency}
	if onHand <= 0 || average == nil {
		return own
	}
	// The new goods pull the average towards their own cost by their share of the whole.
	pull := money.MulDiv(own.Amount-average.Amount, quantity, onHand+quantity)
	return money.Money{Amount: average.Amount + pull, Currency: cost.Currency}
}

// Ledger is the part of a café's stock that a booking works on, its rows locked. Rules change it and the store writes
// it back.
type Ledger struct {
	Currency string            // of the café's purchases; empty before the first
	Rows     map[string]*Stock // by ingredient
	Since    map[string]int64  // of a count: what moved after the moment of counting
}

// ReceiptLine is goods that came in: quantity in thousandths, and what the line cost, nil if unknown.
type ReceiptLine struct {
	IngredientID string
	Quantity     int64
	Packs        int32
	Cost         *money.Money
}

// CheckReceipt gives the lines with their quantities in thousandths, and the currency of their costs. Errors:
// unknown_ingredient, ingredient_archived, invalid_quantity, no_pack, invalid_cost, currency_mismatch.
func (b *Book) CheckReceipt(lines []ReceiptLine) ([]ReceiptLine, string, error) {
	out := make([]ReceiptLine, len(lines))
	currency := ""
	for i, l := range lines {
		at := fmt.Sprintf("lines[%d]", i)
		if err := b.live(at+".ingredient_id", l.IngredientID); err != nil {
			return nil, "", err
		}
		in := b.Ingredients[l.IngredientID]
		switch {
		case (l.Quantity > 0) == (l.Packs > 0):
			return nil, "", errs.Invalid("invalid_quantity", "Say how much %s came: either a quantity or a number of packs.", in.Name).
				Field(at, "needs exactly one of quantity and packs")
		case l.Packs > 0 && in.PackQuantity <= 0:
			return nil, "", errs.Invalid("no_pack", "%s has no pack size: book it in %s.", in.Name, in.Unit).Field(at+".packs", "cannot be used here")
		case l.Packs > 0:
			l.Quantity = in.PackQuantity * int64(l.Packs) // ≤ 10¹² × 10⁴
		}
		if l.Quantity > maxQuantity {
			return nil, "", errs.Invalid("invalid_quantity", "That is more %s than any café has: check the quantity.", in.Name).Field(at, "is too large")
		}
		if err := checkCost(at, l.Cost, &currency); err != nil {
			return nil, "", err
		}
		out[i] = l
	}
	return out, currency, nil
}

// checkCost holds a cost against the currency of the lines before it, which the first one sets.
func checkCost(at string, cost *money.Money, currency *string) error {
	if cost == nil {
		return nil
	}
	if _, ok := money.Exponent(cost.Currency); !ok || cost.Amount < 0 {
		return errs.Invalid("invalid_cost", "A cost is not negative and in a known currency.").Field(at+".cost", "is not a cost")
	}
	if *currency != "" && *currency != cost.Currency {
		return CurrencyMismatch(*currency, cost.Currency)
	}
	*currency = cost.Currency
	return nil
}

// CurrencyMismatch refuses a cost in another currency than the café's.
func CurrencyMismatch(has, got string) error {
	return errs.Invalid("currency_mismatch", "This café buys in %s, not in %s.", has, got).With("currency", has)
}

// Receive books checked lines in. Error: currency_mismatch.
func (l *Ledger) Receive(kind string, lines []ReceiptLine) ([]Movement, error) {
	movements := make([]Movement, len(lines))
	for i, line := range lines {
		row := l.Rows[line.IngredientID]
		if line.Cost != nil {
			if l.Currency != "" && l.Currency != line.Cost.Currency {
				return nil, CurrencyMismatch(l.Currency, line.Cost.Currency)
			}
			l.Currency = line.Cost.Currency
			average := AverageAfter(row.OnHand, row.AverageCost, line.Quantity, *line.Cost)
			row.AverageCost = &average
		}
		row.OnHand += line.Quantity
		movements[i] = Movement{IngredientID: line.IngredientID, Type: kind, Quantity: line.Quantity, Cost: line.Cost}
	}
	return movements, nil
}

// WasteLine is goods thrown away, in thousandths, and why.
type WasteLine struct {
	IngredientID string
	Quantity     int64
	Reason       string
}

// Waste books goods out. Counted goods never go below zero. Error: out_of_stock.
func (l *Ledger) Waste(b *Book, lines []WasteLine) ([]Movement, error) {
	movements := make([]Movement, len(lines))
	for i, line := range lines {
		row, in := l.Rows[line.IngredientID], b.Ingredients[line.IngredientID]
		if in.Counted && row.OnHand < line.Quantity {
			return nil, errs.Conflict("out_of_stock", "There are %s of %s on the books, less than the %s to waste: count it first.",
				Amount(row.OnHand, in.Unit), in.Name, Amount(line.Quantity, in.Unit)).
				With("ingredient_id", in.ID).With("ingredient_name", in.Name).With("on_hand", fmt.Sprint(row.OnHand)).
				Field(fmt.Sprintf("lines[%d]", i), "%s: %s left", in.Name, Amount(row.OnHand, in.Unit))
		}
		row.OnHand -= line.Quantity
		movements[i] = Movement{IngredientID: line.IngredientID, Type: TypeWaste, Quantity: -line.Quantity, Reason: line.Reason}
	}
	return movements, nil
}

// CountLine is what was on the shelf at a moment, in thousandths.
type CountLine struct {
	IngredientID string
	Counted      int64
	At           time.Time
	Reason       string
}

// CheckCount refuses moments that cannot be, and an ingredient counted twice. Error: invalid_count.
func CheckCount(lines []CountLine, now time.Time) error {
	seen := map[string]bool{}
	for i, l := range lines {
		at := fmt.Sprintf("lines[%d]", i)
		switch {
		case seen[l.IngredientID]:
			return errs.Invalid("invalid_count", "An ingredient is counted twice in one list: keep the later count.").Field(at+".ingredient_id", "is there twice")
		case l.At.After(now):
			return errs.Invalid("invalid_count", "A count cannot lie in the future.").Field(at+".at", "must not be in the future")
		case l.At.Before(now.AddDate(0, 0, -maxDaysBack)):
			return errs.Invalid("invalid_count", "This count is more than %d days old: count again.", maxDaysBack).Field(at+".at", "is too long ago")
		}
		seen[l.IngredientID] = true
	}
	return nil
}

// Count books the difference between what was counted and what was on hand at that moment; what moved since stays.
// A line that was right books nothing. Its movement carries the moment of the count, so that a further count of an
// earlier or later moment sees it where it belongs. Error: count_outdated.
func (l *Ledger) Count(b *Book, lines []CountLine) ([]Movement, error) {
	var movements []Movement
	for i, line := range lines {
		row, in := l.Rows[line.IngredientID], b.Ingredients[line.IngredientID]
		since := l.Since[line.IngredientID]
		after := line.Counted + since
		if in.Counted && after < 0 && after < row.OnHand {
			return nil, errs.Conflict("count_outdated", "More %s went out since than was counted: count it again.", in.Name).
				With("ingredient_id", in.ID).With("ingredient_name", in.Name).
				Field(fmt.Sprintf("lines[%d]", i), "does not cover the %s sold since", Amount(-since, in.Unit))
		}
		if difference := after - row.OnHand; difference != 0 {
			movements = append(movements, Movement{
				IngredientID: line.IngredientID, Type: TypeCountAdjustment, Quantity: difference, Reason: line.Reason, At: line.At,
			})
			row.OnHand = after
		}
	}
	return movements, nil
}
