package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/service/inventory"
	"coffee/service/inventory/store/sqlc"
)

// Reverse books a reversal once for its id. Its own row comes first, so that the second of two tries waits and then
// finds it; the consumption's row is the lock of what has come back so far.
func (s *Store) Reverse(ctx context.Context, r inventory.Reversal) (repeated bool, err error) {
	body := encode(r.Lines)
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		repeated = false
		key := sqlc.LockConsumptionParams{OrderID: db.ID(r.OrderID), Attempt: r.Attempt}
		err := q.InsertReversal(ctx, sqlc.InsertReversalParams{
			ID: db.ID(r.ID), OrderID: key.OrderID, Attempt: r.Attempt, CafeID: db.ID(r.CafeID), BusinessDate: r.BusinessDate,
			ReversedLines: body, At: r.At.UnixMicro(),
		})
		if db.IsDuplicate(err) {
			repeated = true
			return sameReversal(ctx, q, r)
		}
		if err != nil {
			return err
		}
		if r.Whole {
			if err := tombstone(ctx, q, r); err != nil {
				return err
			}
		}
		locked, err := q.LockConsumption(ctx, key)
		if err != nil {
			return err
		}
		if locked == 0 {
			return given(ctx, q, r)
		}
		return reverse(ctx, tx, q, r)
	})
	return repeated, err
}

// sameReversal refuses an id that was used for another order.
func sameReversal(ctx context.Context, q *sqlc.Queries, r inventory.Reversal) error {
	stored, err := q.GetReversal(ctx, db.ID(r.ID))
	if err != nil {
		return err
	}
	if string(stored.OrderID) != r.OrderID || stored.Attempt != r.Attempt {
		return errs.Conflict("reversal_id_reused", "This reversal id belongs to another order.")
	}
	return nil
}

// tombstone closes an attempt whose Consume has not come; one that is there is left alone.
func tombstone(ctx context.Context, q *sqlc.Queries, r inventory.Reversal) error {
	err := q.InsertConsumption(ctx, sqlc.InsertConsumptionParams{
		OrderID: db.ID(r.OrderID), Attempt: r.Attempt, CafeID: db.ID(r.CafeID), BusinessDate: r.BusinessDate,
		Type: inventory.TypeSale, State: abandoned, Fingerprint: []byte{}, Snapshot: noLines, Shortages: noShortages, At: r.At.UnixMicro(),
	})
	if db.IsDuplicate(err) {
		return nil
	}
	return err
}

var noLines = []byte("[]")

// given answers a reversal of what is not consumed: nothing is left to give back of an abandoned attempt, and lines
// of an attempt that never came cannot be reversed.
func given(ctx context.Context, q *sqlc.Queries, r inventory.Reversal) error {
	_, err := q.GetConsumption(ctx, sqlc.GetConsumptionParams{OrderID: db.ID(r.OrderID), Attempt: r.Attempt})
	if errors.Is(err, sql.ErrNoRows) {
		return errs.Conflict("not_consumed", "This attempt has taken no stock: there is nothing to give back.")
	}
	return err
}

// reverse books what the rule makes of the locked consumption.
func reverse(ctx context.Context, tx db.Tx, q *sqlc.Queries, r inventory.Reversal) error {
	order := db.ID(r.OrderID)
	c, err := consumption(q.GetConsumption(ctx, sqlc.GetConsumptionParams{OrderID: order, Attempt: r.Attempt}))
	if err != nil {
		return err
	}
	rows, err := q.ReversedUnits(ctx, sqlc.ReversedUnitsParams{OrderID: order, Attempt: r.Attempt})
	if err != nil {
		return err
	}
	before := make(map[int32]int32, len(rows))
	for _, row := range rows {
		before[row.Line] = row.Units
	}
	undo, err := r.Decide(c, before)
	if err != nil {
		return err
	}
	for _, line := range slices.Sorted(maps.Keys(undo.Units)) {
		if err := writeUnits(ctx, q, r, line, undo.Units[line]); err != nil {
			return err
		}
	}
	for _, d := range inventory.Deltas(undo.Movements) {
		if err := lockStock(ctx, q, c.CafeID, d.IngredientID); err != nil {
			return err
		}
		if _, err := q.AddStock(ctx, sqlc.AddStockParams{
			Quantity: d.Quantity, At: r.At.UnixMicro(), CafeID: db.ID(c.CafeID), IngredientID: db.ID(d.IngredientID),
		}); err != nil {
			return err
		}
	}
	if err := insertMovements(ctx, tx, undo.Movements); err != nil {
		return err
	}
	if !r.Whole {
		return nil
	}
	if err := q.AbandonConsumption(ctx, sqlc.AbandonConsumptionParams{OrderID: order, Attempt: r.Attempt}); err != nil {
		return err
	}
	return q.DeleteOpen(ctx, sqlc.DeleteOpenParams{OrderID: order, Attempt: r.Attempt})
}

// writeUnits stores how many units of a line have come back; the consumption's lock is held.
func writeUnits(ctx context.Context, q *sqlc.Queries, r inventory.Reversal, line, units int32) error {
	written, err := q.WriteReversedUnits(ctx, sqlc.WriteReversedUnitsParams{
		Units: units, OrderID: db.ID(r.OrderID), Attempt: r.Attempt, Line: line,
	})
	if err != nil || written > 0 {
		return err
	}
	return q.InsertReversedUnits(ctx, sqlc.InsertReversedUnitsParams{
		OrderID: db.ID(r.OrderID), Attempt: r.Attempt, Line: line, Units: units,
	})
}
