package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/keyed"
	"coffee/internal/money"
	"coffee/service/inventory"
	"coffee/service/inventory/store/sqlc"
)

// lockStock takes the lock of a row of stock, which it makes if it is not there.
func lockStock(ctx context.Context, q *sqlc.Queries, cafe, ingredient string) error {
	p := sqlc.LockStockParams{CafeID: db.ID(cafe), IngredientID: db.ID(ingredient)}
	locked, err := q.LockStock(ctx, p)
	if err != nil || locked > 0 {
		return err
	}
	err = q.InsertStock(ctx, sqlc.InsertStockParams{
		CafeID: p.CafeID, IngredientID: p.IngredientID, LowAt: inventory.Stock{}.LowAt(),
	})
	if !db.IsDuplicate(err) {
		return err // made, and with it locked
	}
	if locked, err = q.LockStock(ctx, p); err == nil && locked == 0 {
		err = fmt.Errorf("inventory store: no row of stock for ingredient %s", ingredient)
	}
	return err
}

// Book locks the rows of stock, lets the rule work on them and writes what it did.
func (s *Store) Book(ctx context.Context, b inventory.Booking) (inventory.Booked, error) {
	var booked inventory.Booked
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		booked, err = keyed.Do(ctx, tx, b.Key, b.At, func() (inventory.Booked, error) { return book(ctx, tx, b) })
		return err
	})
	return booked, err
}

func book(ctx context.Context, tx db.Tx, b inventory.Booking) (inventory.Booked, error) {
	q := sqlc.New(tx)
	ledger, err := openLedger(ctx, q, b)
	if err != nil {
		return inventory.Booked{}, err
	}
	had := ledger.Currency
	movements, err := b.Decide(ledger)
	if err != nil {
		return inventory.Booked{}, err
	}
	if had == "" && ledger.Currency != "" {
		if err := setCurrency(ctx, q, b.CafeID, ledger.Currency); err != nil {
			return inventory.Booked{}, err
		}
	}
	moved := map[string]bool{}
	for _, m := range movements {
		moved[m.IngredientID] = true
	}
	out := inventory.Booked{Movements: movements}
	for _, id := range b.Ingredients {
		row := ledger.Rows[id]
		if moved[id] {
			row.MovedAt = b.At
			if err := writeStock(ctx, q, row); err != nil {
				return inventory.Booked{}, err
			}
		}
		out.Stock = append(out.Stock, *row)
	}
	if err := insertMovements(ctx, tx, movements); err != nil {
		return inventory.Booked{}, err
	}
	return out, audit.Write(ctx, tx, b.Entry)
}

// openLedger locks and reads what a booking works on.
func openLedger(ctx context.Context, q *sqlc.Queries, b inventory.Booking) (*inventory.Ledger, error) {
	l := &inventory.Ledger{Rows: map[string]*inventory.Stock{}, Since: map[string]int64{}}
	for _, id := range b.Ingredients {
		if err := lockStock(ctx, q, b.CafeID, id); err != nil {
			return nil, err
		}
		row, err := q.GetStock(ctx, sqlc.GetStockParams{CafeID: db.ID(b.CafeID), IngredientID: db.ID(id)})
		if err != nil {
			return nil, err
		}
		st := stock(row)
		l.Rows[id] = &st
		if at, ok := b.Since[id]; ok {
			l.Since[id], err = q.MovedSince(ctx, sqlc.MovedSinceParams{CafeID: db.ID(b.CafeID), IngredientID: db.ID(id), At: at.UnixMicro()})
			if err != nil {
				return nil, err
			}
		}
	}
	currency, err := q.CafeCurrency(ctx, db.ID(b.CafeID))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	l.Currency = currency
	return l, nil
}

// setCurrency stores a café's currency, unless another first receipt did so at this very moment.
func setCurrency(ctx context.Context, q *sqlc.Queries, cafe, currency string) error {
	err := q.InsertCafeCurrency(ctx, sqlc.InsertCafeCurrencyParams{CafeID: db.ID(cafe), Currency: currency})
	if !db.IsDuplicate(err) {
		return err
	}
	has, err := q.CafeCurrency(ctx, db.ID(cafe))
	if err == nil && has != currency {
		err = inventory.CurrencyMismatch(has, currency)
	}
	return err
}

func writeStock(ctx context.Context, q *sqlc.Queries, row *inventory.Stock) error {
	p := sqlc.WriteStockParams{
		OnHand: row.OnHand, MovedAt: row.MovedAt.UnixMicro(), CafeID: db.ID(row.CafeID), IngredientID: db.ID(row.IngredientID),
	}
	if row.AverageCost != nil {
		p.AverageCost, p.Currency = amount(&row.AverageCost.Amount), row.AverageCost.Currency
	}
	return q.WriteStock(ctx, p)
}

// PutPar sets the levels of a row of stock.
func (s *Store) PutPar(ctx context.Context, want inventory.Stock, e audit.Entry) (inventory.Stock, error) {
	var out inventory.Stock
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		if err := lockStock(ctx, q, want.CafeID, want.IngredientID); err != nil {
			return err
		}
		p := sqlc.GetStockParams{CafeID: db.ID(want.CafeID), IngredientID: db.ID(want.IngredientID)}
		row, err := q.GetStock(ctx, p)
		if err != nil {
			return err
		}
		e := e
		e.Before = map[string]int64{"par": row.Par, "reorder_point": row.ReorderPoint}
		row.Par, row.ReorderPoint, row.LowAt = want.Par, want.ReorderPoint, want.LowAt()
		out = stock(row)
		if _, err = q.WritePar(ctx, sqlc.WriteParParams{
			Par: row.Par, ReorderPoint: row.ReorderPoint, LowAt: row.LowAt, CafeID: p.CafeID, IngredientID: p.IngredientID,
		}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, e)
	})
	return out, err
}

func stock(row sqlc.Stock) inventory.Stock {
	out := inventory.Stock{
		CafeID: string(row.CafeID), IngredientID: string(row.IngredientID), OnHand: row.OnHand, Par: row.Par,
		ReorderPoint: row.ReorderPoint, MovedAt: moment(row.MovedAt),
	}
	if row.AverageCost.Valid {
		out.AverageCost = &money.Money{Amount: row.AverageCost.Int64, Currency: row.Currency}
	}
	return out
}

var movementColumns = []string{
	"cafe_id", "at", "id", "ingredient_id", "type", "quantity", "reason", "order_id", "business_date", "actor", "cost", "currency",
}

func insertMovements(ctx context.Context, tx db.Tx, movements []inventory.Movement) error {
	rows := make([][]any, len(movements))
	for i, m := range movements {
		var cost *int64
		currency := ""
		if m.Cost != nil {
			cost, currency = &m.Cost.Amount, m.Cost.Currency
		}
		rows[i] = []any{
			db.ID(m.CafeID), m.At.UnixMicro(), db.ID(m.ID), db.ID(m.IngredientID), m.Type, m.Quantity, m.Reason,
			db.ID(m.OrderID), m.BusinessDate, m.By, amount(cost), currency,
		}
	}
	return db.InsertRows(ctx, tx, "movement", movementColumns, rows)
}
