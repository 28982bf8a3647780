package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"coffee/internal/db"
	"coffee/internal/money"
	"coffee/service/inventory"
	"coffee/service/inventory/store/sqlc"
)

// ListStock gives a page of stock; the filter's documentation says in which order.
func (s *Store) ListStock(ctx context.Context, f inventory.StockFilter) ([]inventory.StockLine, error) {
	q, limit, after := s.read(), int32(f.Limit), f.After
	switch {
	case f.OnlyLow && f.CafeID != "":
		rows, err := q.ListCafeLowStock(ctx, sqlc.ListCafeLowStockParams{
			CafeID: db.ID(f.CafeID), Pattern: pattern(f.Query), AfterLevel: after.Level, AfterID: db.ID(after.Ingredient), Limit: limit,
		})
		return lines(rows, err, func(r sqlc.ListCafeLowStockRow) lowRow { return lowRow(r) })
	case f.OnlyLow:
		rows, err := q.ListAllLowStock(ctx, sqlc.ListAllLowStockParams{
			Pattern: pattern(f.Query), AfterLevel: after.Level, AfterCafe: db.ID(after.Cafe), AfterID: db.ID(after.Ingredient), Limit: limit,
		})
		return lines(rows, err, func(r lowRow) lowRow { return r })
	case f.CafeID != "":
		rows, err := q.ListCafeStock(ctx, sqlc.ListCafeStockParams{
			CafeID: db.ID(f.CafeID), Pattern: pattern(f.Query), AfterSearch: after.Search, AfterID: db.ID(after.Ingredient), Limit: limit,
		})
		return lines(rows, err, func(r sqlc.ListCafeStockRow) lowRow { return plain(sqlc.ListAllStockRow(r)) })
	}
	rows, err := q.ListAllStock(ctx, sqlc.ListAllStockParams{
		Pattern: pattern(f.Query), AfterCafe: db.ID(after.Cafe), AfterID: db.ID(after.Ingredient), Limit: limit,
	})
	return lines(rows, err, plain)
}

// lowRow is what all four lists give; a list by name or café has no level.
type lowRow = sqlc.ListAllLowStockRow

func plain(r sqlc.ListAllStockRow) lowRow {
	return lowRow{
		CafeID: r.CafeID, IngredientID: r.IngredientID, OnHand: r.OnHand, Par: r.Par, ReorderPoint: r.ReorderPoint,
		AverageCost: r.AverageCost, Currency: r.Currency, MovedAt: r.MovedAt, Name: r.Name, Search: r.Search,
		Unit: r.Unit, Counted: r.Counted,
	}
}

func lines[T any](rows []T, err error, as func(T) lowRow) ([]inventory.StockLine, error) {
	if err != nil {
		return nil, err
	}
	out := make([]inventory.StockLine, len(rows))
	for i, row := range rows {
		r := as(row)
		out[i] = inventory.StockLine{
			Stock: inventory.Stock{
				CafeID: string(r.CafeID), IngredientID: string(r.IngredientID), OnHand: r.OnHand, Par: r.Par,
				ReorderPoint: r.ReorderPoint, MovedAt: moment(r.MovedAt),
			},
			Name: r.Name, Unit: r.Unit, Counted: r.Counted, Search: r.Search, Level: r.Level,
		}
		if r.AverageCost.Valid {
			out[i].AverageCost = &money.Money{Amount: r.AverageCost.Int64, Currency: r.Currency}
		}
	}
	return out, nil
}

// CountedOnHand is what a café has of its counted goods, in thousandths by ingredient.
func (s *Store) CountedOnHand(ctx context.Context, cafe string) (map[string]int64, error) {
	rows, err := s.read().ListCountedStock(ctx, db.ID(cafe))
	if err != nil {
		return nil, err
	}
	onHand := make(map[string]int64, len(rows))
	for _, r := range rows {
		onHand[string(r.IngredientID)] = r.OnHand
	}
	return onHand, nil
}

// UsedLately adds up what a café used since a moment by ingredient and business date.
func (s *Store) UsedLately(ctx context.Context, cafe string, since time.Time) ([]inventory.UsedLately, error) {
	rows, err := s.read().UsedLately(ctx, sqlc.UsedLatelyParams{CafeID: db.ID(cafe), Since: since.UnixMicro()})
	if err != nil {
		return nil, err
	}
	out := make([]inventory.UsedLately, len(rows))
	for i, r := range rows {
		out[i] = inventory.UsedLately{
			IngredientID: string(r.IngredientID), Date: r.BusinessDate, Used: r.Used, FirstSale: moment(r.FirstSale),
		}
	}
	return out, nil
}

// UsedDates counts the business dates with sales or waste.
func (s *Store) UsedDates(ctx context.Context, cafe string, since time.Time, from, until string) (int64, error) {
	return s.read().UsedDates(ctx, sqlc.UsedDatesParams{CafeID: db.ID(cafe), Since: since.UnixMicro(), FromDate: from, UntilDate: until})
}

// UsedHours adds up what a café used on some business dates by ingredient and hour.
func (s *Store) UsedHours(ctx context.Context, cafe string, since time.Time, from, until string) ([]inventory.UsedHour, error) {
	rows, err := s.read().UsedHours(ctx, sqlc.UsedHoursParams{CafeID: db.ID(cafe), Since: since.UnixMicro(), FromDate: from, UntilDate: until})
	if err != nil {
		return nil, err
	}
	out := make([]inventory.UsedHour, len(rows))
	for i, r := range rows {
		out[i] = inventory.UsedHour{IngredientID: string(r.IngredientID), Hour: int(r.HourUs / time.Hour.Microseconds()), Used: r.Used}
	}
	return out, nil
}

// ListMovements gives a page of a café's movements, newest first, and of one ingredient's what is on hand.
func (s *Store) ListMovements(ctx context.Context, f inventory.MovementFilter) (rows []inventory.MovementLine, onHand int64, err error) {
	if f.IngredientID == "" || f.OrderID != "" {
		rows, err = listMovements(ctx, s.read(), f)
		return rows, 0, err
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		q := sqlc.New(tx)
		stock, err := q.GetStock(ctx, sqlc.GetStockParams{CafeID: db.ID(f.CafeID), IngredientID: db.ID(f.IngredientID)})
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		onHand = stock.OnHand
		rows, err = listMovements(ctx, q, f)
		return err
	})
	return rows, onHand, err
}

func listMovements(ctx context.Context, q *sqlc.Queries, f inventory.MovementFilter) ([]inventory.MovementLine, error) {
	cafe, limit := db.ID(f.CafeID), int32(f.Limit)
	before, beforeID := int64(math.MaxInt64), db.ID(f.BeforeID)
	if !f.Before.IsZero() {
		before = f.Before.UnixMicro()
	}
	switch {
	case f.OrderID != "":
		rows, err := q.ListOrderMovements(ctx, sqlc.ListOrderMovementsParams{
			OrderID: db.ID(f.OrderID), CafeID: cafe, IngredientID: db.ID(f.IngredientID), EveryIngredient: f.IngredientID == "",
			Before: before, BeforeID: beforeID, Limit: limit,
		})
		return movements(rows, err, func(r sqlc.ListOrderMovementsRow) movementRow { return movementRow(r) })
	case f.IngredientID != "":
		rows, err := q.ListIngredientMovements(ctx, sqlc.ListIngredientMovementsParams{
			CafeID: cafe, IngredientID: db.ID(f.IngredientID), Before: before, BeforeID: beforeID, Limit: limit,
		})
		return movements(rows, err, func(r sqlc.ListIngredientMovementsRow) movementRow { return movementRow(r) })
	}
	rows, err := q.ListCafeMovements(ctx, sqlc.ListCafeMovementsParams{CafeID: cafe, Before: before, BeforeID: beforeID, Limit: limit})
	return movements(rows, err, func(r movementRow) movementRow { return r })
}

type movementRow = sqlc.ListCafeMovementsRow

func movements[T any](rows []T, err error, as func(T) movementRow) ([]inventory.MovementLine, error) {
	if err != nil {
		return nil, err
	}
	out := make([]inventory.MovementLine, len(rows))
	for i, row := range rows {
		r := as(row)
		out[i] = inventory.MovementLine{
			Movement: inventory.Movement{
				ID: string(r.ID), CafeID: string(r.CafeID), IngredientID: string(r.IngredientID), Type: r.Type,
				Quantity: r.Quantity, Reason: r.Reason, OrderID: string(r.OrderID), BusinessDate: r.BusinessDate,
				At: moment(r.At), By: r.Actor,
			},
			Name: r.Name, Unit: r.Unit,
		}
		if r.Cost.Valid {
			out[i].Cost = &money.Money{Amount: r.Cost.Int64, Currency: r.Currency}
		}
	}
	return out, nil
}
