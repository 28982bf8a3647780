package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"coffee/internal/db"
	"coffee/service/inventory"
	"coffee/service/inventory/store/sqlc"
)

// The states of a consumption.
const (
	consumed  = "consumed"
	abandoned = "abandoned"
)

// Consume stores a consumption and takes its stock. Its own row comes first: of two tries of one attempt the second
// waits there and then reads what the first one stored.
func (s *Store) Consume(ctx context.Context, p inventory.Plan) (inventory.Consumption, error) {
	snapshot := encode(p.Snapshot)
	var out inventory.Consumption
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		key := sqlc.GetConsumptionParams{OrderID: db.ID(p.OrderID), Attempt: p.Attempt}
		err := q.InsertConsumption(ctx, sqlc.InsertConsumptionParams{
			OrderID: key.OrderID, Attempt: p.Attempt, CafeID: db.ID(p.CafeID), BusinessDate: p.BusinessDate, Type: p.Type,
			State: consumed, Fingerprint: p.Fingerprint, Snapshot: snapshot, Shortages: noShortages, At: p.At.UnixMicro(),
		})
		if db.IsDuplicate(err) {
			out, err = consumption(q.GetConsumption(ctx, key))
			out.Repeated = true
			return err
		}
		if err != nil {
			return err
		}
		version, err := q.BookVersion(ctx)
		if err != nil {
			return err
		}
		if version != p.Book {
			return inventory.ErrStaleBook
		}
		out = inventory.Consumption{CafeID: p.CafeID, Type: p.Type, Fingerprint: p.Fingerprint, Snapshot: p.Snapshot}
		movements, err := takeAll(ctx, q, p, &out)
		if err != nil {
			return err
		}
		if len(out.Shortages) > 0 {
			if err := q.WriteShortages(ctx, sqlc.WriteShortagesParams{
				Shortages: encode(out.Shortages), OrderID: key.OrderID, Attempt: key.Attempt,
			}); err != nil {
				return err
			}
		}
		if err := insertMovements(ctx, tx, movements); err != nil {
			return err
		}
		return q.InsertOpen(ctx, sqlc.InsertOpenParams{
			OrderID: key.OrderID, Attempt: p.Attempt, CafeID: db.ID(p.CafeID), BusinessDate: p.BusinessDate, At: p.At.UnixMicro(),
		})
	})
	if db.IsUnknownCommit(err) {
		// The transaction is whole or not there: its own row tells.
		if stored, findErr := s.FindConsumption(ctx, p.OrderID, p.Attempt); findErr == nil && stored != nil {
			return *stored, nil
		}
	}
	return out, err
}

var noShortages = []byte("[]")

// takeAll takes every need from stock. It goes on after the first counted good that is short, to name them all.
func takeAll(ctx context.Context, q *sqlc.Queries, p inventory.Plan, out *inventory.Consumption) ([]inventory.Movement, error) {
	movements := make([]inventory.Movement, 0, len(p.Needs))
	add := func(id, ingredient, kind string, quantity int64) {
		movements = append(movements, inventory.Movement{
			ID: id, CafeID: p.CafeID, IngredientID: ingredient, Type: kind, Quantity: quantity, Reason: p.Reason,
			OrderID: p.OrderID, BusinessDate: p.BusinessDate, At: p.At, By: p.By,
		})
	}
	var short []inventory.Short
	for _, n := range p.Needs {
		adjustment, onHand, ok, err := take(ctx, q, p, n)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			short = append(short, inventory.Short{IngredientID: n.IngredientID, OnHand: onHand, Needed: n.Quantity})
			continue
		case onHand < 0:
			out.Shortages = append(out.Shortages, inventory.Shortage{IngredientID: n.IngredientID, Name: n.Name, OnHand: onHand})
		}
		if adjustment != 0 {
			add(n.AdjustmentID, n.IngredientID, inventory.TypeCountAdjustment, adjustment)
		}
		add(n.MovementID, n.IngredientID, p.Type, -n.Quantity)
	}
	if len(short) > 0 {
		return nil, &inventory.ShortError{Short: short}
	}
	return movements, nil
}

// take takes one need where enough is there, which is nearly always, in one guarded statement. Else it locks the row
// and lets the rule decide. onHand is below zero after a take that went below zero, or what there is when !ok.
func take(ctx context.Context, q *sqlc.Queries, p inventory.Plan, n inventory.Need) (adjustment, onHand int64, ok bool, err error) {
	row := sqlc.GetStockParams{CafeID: db.ID(p.CafeID), IngredientID: db.ID(n.IngredientID)}
	at := p.At.UnixMicro()
	taken, err := q.TakeStock(ctx, sqlc.TakeStockParams{Quantity: n.Quantity, At: at, CafeID: row.CafeID, IngredientID: row.IngredientID})
	if err != nil || taken > 0 {
		return 0, 0, err == nil, err
	}
	if err := lockStock(ctx, q, p.CafeID, n.IngredientID); err != nil {
		return 0, 0, false, err
	}
	now, err := q.GetStock(ctx, row)
	if err != nil {
		return 0, 0, false, err
	}
	adjustment, ok = n.Settle(now.OnHand)
	if !ok {
		return 0, now.OnHand, false, nil
	}
	change := adjustment - n.Quantity
	_, err = q.AddStock(ctx, sqlc.AddStockParams{Quantity: change, At: at, CafeID: row.CafeID, IngredientID: row.IngredientID})
	return adjustment, now.OnHand + change, true, err
}

func consumption(row sqlc.Consumption, err error) (inventory.Consumption, error) {
	if err != nil {
		return inventory.Consumption{}, err
	}
	if row.State == abandoned {
		return inventory.Consumption{}, inventory.ErrAbandoned
	}
	return unpack(row)
}

func unpack(row sqlc.Consumption) (inventory.Consumption, error) {
	c := inventory.Consumption{CafeID: string(row.CafeID), Type: row.Type, Fingerprint: row.Fingerprint}
	if err := decode(row.Snapshot, &c.Snapshot); err != nil {
		return c, err
	}
	return c, decode(row.Shortages, &c.Shortages)
}

// FindConsumption gives the stored consumption of an attempt, or nil.
func (s *Store) FindConsumption(ctx context.Context, order string, attempt int32) (*inventory.Consumption, error) {
	c, err := consumption(s.read().GetConsumption(ctx, sqlc.GetConsumptionParams{OrderID: db.ID(order), Attempt: attempt}))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// Backlog implements inventory.Store.
func (s *Store) Backlog(ctx context.Context) (int64, time.Time, error) {
	r, err := s.read().OpenConsumptionBacklog(ctx)
	if err != nil || r.Waiting == 0 {
		return 0, time.Time{}, err
	}
	return r.Waiting, time.UnixMicro(r.Oldest).UTC(), nil
}

// ListOpen gives unconfirmed consumptions up to a moment, oldest first.
func (s *Store) ListOpen(ctx context.Context, before time.Time, limit int) ([]inventory.Open, error) {
	rows, err := s.read().ListOpen(ctx, sqlc.ListOpenParams{At: before.UnixMicro(), Limit: int32(limit)})
	if err != nil {
		return nil, err
	}
	out := make([]inventory.Open, len(rows))
	for i, r := range rows {
		out[i] = inventory.Open{
			OrderID: string(r.OrderID), Attempt: r.Attempt, CafeID: string(r.CafeID), BusinessDate: r.BusinessDate, At: moment(r.At),
		}
	}
	return out, nil
}

// Confirm deletes open consumptions, in one transaction.
func (s *Store) Confirm(ctx context.Context, orders []inventory.Open) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		for _, o := range orders {
			if err := q.DeleteOpen(ctx, sqlc.DeleteOpenParams{OrderID: db.ID(o.OrderID), Attempt: o.Attempt}); err != nil {
				return err
			}
		}
		return nil
	})
}
