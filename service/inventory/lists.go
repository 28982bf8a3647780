package inventory

import (
	"context"
	"math"
	"strings"
	"time"

	"coffee/internal/errs"
	"coffee/internal/page"
)

// Search is a name as searches and sorted lists see it.
func Search(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// StockFilter is a page of stock: in one café by name, in all cafés (CafeID empty) by café and ingredient, or, where
// OnlyLow is set, lowest against its level first; of the rows after After.
type StockFilter struct {
	CafeID  string
	Query   string
	OnlyLow bool
	After   StockKey
	Limit   int
}

// StockKey is the sort key of a row of stock; which parts count depends on the list.
type StockKey struct {
	Level      int64  `json:"v,omitempty"`
	Search     string `json:"s,omitempty"`
	Cafe       string `json:"c,omitempty"`
	Ingredient string `json:"i,omitempty"`
}

// MovementFilter is a page of a café's movements, newest first: those before (Before, BeforeID). Ingredient and order
// narrow it; empty is all.
type MovementFilter struct {
	CafeID, IngredientID, OrderID string
	Before                        time.Time // zero: from the newest on
	BeforeID                      string
	Limit                         int
}

// oneIngredient tells whether the page is the whole history of one ingredient.
func (f MovementFilter) oneIngredient() bool { return f.IngredientID != "" && f.OrderID == "" }

// countBack tells what was on hand after each movement, newest first, from what was after the first.
func countBack(rows []MovementLine, onHand int64) {
	for i := range rows {
		after := onHand
		rows[i].OnHandAfter = &after
		onHand -= rows[i].Quantity
	}
}

// nameKey and momentKey are sort keys in cursors.
type (
	nameKey struct {
		Name string `json:"n,omitempty"`
		ID   string `json:"i,omitempty"`
	}
	momentKey struct {
		At int64  `json:"a"`
		ID string `json:"i"`
		// OnHand is what was on hand before the last row, in a list of one ingredient.
		OnHand int64 `json:"h,omitempty"`
	}
)

// zeroID sorts before every id.
const zeroID = "00000000-0000-0000-0000-000000000000"

// cursorID checks an id that came in a cursor; an empty one becomes the lowest.
func cursorID(id *string) error {
	if *id == "" {
		*id = zeroID
		return nil
	}
	if _, err := ParseID("cursor", *id); err != nil {
		return errs.Invalid("invalid_cursor", "The cursor is not one of ours: start again from the first page.")
	}
	return nil
}

func (k *nameKey) check() error { return cursorID(&k.ID) }

// ListStock gives a page of stock, and the next cursor.
func (s *Service) ListStock(ctx context.Context, cafe, query string, onlyLow bool, limit int32, cursor string) ([]StockLine, string, error) {
	f := StockFilter{CafeID: cafe, Query: query, OnlyLow: onlyLow, Limit: page.Limit(limit) + 1}
	found, err := page.Decode(cursor, &f.After)
	if err != nil {
		return nil, "", err
	}
	if !found {
		f.After.Level = math.MinInt64
	}
	if err := cursorID(&f.After.Cafe); err != nil {
		return nil, "", err
	}
	if err := cursorID(&f.After.Ingredient); err != nil {
		return nil, "", err
	}
	rows, err := s.Store.ListStock(ctx, f)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, f.Limit-1, func(l StockLine) any {
		return StockKey{Level: l.Level, Search: l.Search, Cafe: l.CafeID, Ingredient: l.IngredientID}
	})
	if err := s.tellUsage(ctx, rows); err != nil {
		return nil, "", err
	}
	return rows, next, nil
}

// ListMovements gives a page of a café's movements, newest first, and the next cursor. A list of one ingredient tells
// what was on hand after each: counted back from what is there now, and carried on from page to page, so that a page
// goes on where the one before ended whatever moved meanwhile.
func (s *Service) ListMovements(ctx context.Context, f MovementFilter, limit int32, cursor string) ([]MovementLine, string, error) {
	f.Limit = page.Limit(limit) + 1
	var before momentKey
	found, err := page.Decode(cursor, &before)
	if err != nil {
		return nil, "", err
	}
	if err := cursorID(&before.ID); err != nil {
		return nil, "", err
	}
	if f.BeforeID = before.ID; found {
		f.Before = time.UnixMicro(before.At)
	}
	rows, onHand, err := s.Store.ListMovements(ctx, f)
	if err != nil {
		return nil, "", err
	}
	if f.oneIngredient() {
		if found {
			onHand = before.OnHand
		}
		countBack(rows, onHand)
	}
	rows, next := page.Cut(rows, f.Limit-1, func(m MovementLine) any {
		key := momentKey{At: m.At.UnixMicro(), ID: m.ID}
		if m.OnHandAfter != nil {
			key.OnHand = *m.OnHandAfter - m.Quantity
		}
		return key
	})
	return rows, next, nil
}

// PutPar sets the level to hold and the level to order at, in thousandths. Errors: not_found, reorder_above_par.
func (s *Service) PutPar(ctx context.Context, by Author, cafe, ingredient string, par, reorder int64) (StockLine, error) {
	if par > 0 && reorder > par {
		return StockLine{}, errs.Invalid("reorder_above_par", "The reorder point lies below the par level, or it would always be low.").
			Field("reorder_point", "must not be above par")
	}
	b, err := s.current(ctx)
	if err != nil {
		return StockLine{}, err
	}
	if _, ok := b.Ingredients[ingredient]; !ok {
		return StockLine{}, errs.NotFound("ingredient %s", ingredient)
	}
	want := Stock{CafeID: cafe, IngredientID: ingredient, Par: par, ReorderPoint: reorder}
	row, err := s.Store.PutPar(ctx, want, s.entry(by, "put_par", "stock/"+cafe+"/"+ingredient, nil, map[string]int64{"par": par, "reorder_point": reorder}))
	if err != nil {
		return StockLine{}, err
	}
	return b.stockLine(row), nil
}
