package analytics

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"coffee/internal/money"
)

// The kinds of growth.
const (
	GrowthChange = "change" // in basis points of the month before
	GrowthNew    = "new"    // nothing was sold before
	GrowthNone   = "none"   // nothing then and nothing now
)

// Growth compares sales with an earlier period.
type Growth struct {
	Kind         string
	BasisPoints  int64 // only for GrowthChange; half rounded away from zero
	Before       int64 // minor units
	SameDaysOnly bool
}

// GrowthOf compares two sales. Where nothing, or less, was sold before there is no percentage.
func GrowthOf(before, now int64) Growth {
	g := Growth{Before: before}
	switch {
	case before > 0:
		g.Kind = GrowthChange
		change := new(big.Int).Sub(big.NewInt(now), big.NewInt(before))
		g.BasisPoints = rounded(change.Mul(change, big.NewInt(10000)), big.NewInt(before))
	case now != 0:
		g.Kind = GrowthNew
	default:
		g.Kind = GrowthNone
	}
	return g
}

// Ranked is figures of a café, item or category with its name.
type Ranked struct {
	ID   string
	Name string
	Figures
}

// byUnits orders by most units, then more money, then name, then id.
func byUnits(a, b Ranked) int {
	return cmp.Or(cmp.Compare(b.Units, a.Units), cmp.Compare(b.Sales, a.Sales),
		strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
}

// bySales orders by most money, then more orders, then name, then id.
func bySales(a, b Ranked) int {
	return cmp.Or(cmp.Compare(b.Sales, a.Sales), cmp.Compare(b.Orders, a.Orders),
		strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
}

// byFewest orders by fewest units, then name, then id.
func byFewest(a, b Ranked) int {
	return cmp.Or(cmp.Compare(a.Units, b.Units), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
}

// TopBottom gives the n products with the most and the n with the fewest units. Only products of which more was sold
// than taken back count. With fewer than 2n products the two lists overlap: both are then simply the whole, read from
// either end, rather than one of them cut short.
func TopBottom(products []Ranked, n int) (top, bottom []Ranked) {
	sold := make([]Ranked, 0, len(products))
	for _, p := range products {
		if p.Units > 0 {
			sold = append(sold, p)
		}
	}
	slices.SortFunc(sold, byUnits)
	top = slices.Clone(sold[:min(n, len(sold))])
	slices.SortFunc(sold, byFewest)
	return top, slices.Clone(sold[:min(n, len(sold))])
}

// Shares are the parts of a whole in basis points; they sum to 10,000 by largest remainder. A category with more taken
// back than sold has no share; when no category has any, all are 0.
func Shares(sales []int64) []int32 {
	weights, some := make([]int64, len(sales)), false
	for i, s := range sales {
		weights[i] = max(s, 0)
		some = some || s > 0
	}
	shares := make([]int32, len(sales))
	if !some {
		return shares
	}
	for i, part := range money.Share(10000, weights) {
		shares[i] = int32(part)
	}
	return shares
}
