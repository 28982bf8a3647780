package store

import (
	"context"

	"coffee/internal/db"
	"coffee/service/analytics"
	"coffee/service/analytics/store/sqlc"
)

var modifierColumns = []string{"cafe_id", "business_date", "item_id", "modifier_id", "units"}

// stepModifiers adds the modifiers of a step that has moved the café's cursor, if they were counted as far as that.
// A café's first step has put both cursors where it ends.
func (a adder) stepModifiers(ctx context.Context, step analytics.Step) error {
	if !step.From.New {
		moved, err := a.q.MoveModifiers(ctx, sqlc.MoveModifiersParams{
			CafeID: db.ID(step.From.Cafe), Generation: step.From.Generation, FromSeq: step.From.Seq, ToSeq: step.Seq,
		})
		if err != nil || moved == 0 {
			return err
		}
	}
	return a.modifiers(ctx, step.Facts.Modifiers)
}

// ApplyModifiers adds modifiers alone.
func (s *Store) ApplyModifiers(ctx context.Context, from analytics.Cursor, seq int64, rows []analytics.Row) (bool, error) {
	won := false
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a := adder{tx: tx, q: sqlc.New(tx)}
		moved, err := a.q.MoveModifiers(ctx, sqlc.MoveModifiersParams{
			CafeID: db.ID(from.Cafe), Generation: from.Generation, FromSeq: from.Modifiers, ToSeq: seq,
		})
		if won = moved == 1; err != nil || !won {
			return err
		}
		return a.modifiers(ctx, rows)
	})
	return won && err == nil, err
}

func (a adder) modifiers(ctx context.Context, rows []analytics.Row) error {
	var missing [][]any
	for _, r := range rows {
		n, err := a.q.AddModifier(ctx, sqlc.AddModifierParams{
			Units: r.Units, CafeID: db.ID(r.Cafe), BusinessDate: r.Period, ItemID: db.ID(r.Item), ModifierID: db.ID(r.Modifier),
		})
		if err != nil {
			return err
		}
		if n == 0 {
			missing = append(missing, []any{db.ID(r.Cafe), r.Period, db.ID(r.Item), db.ID(r.Modifier), r.Units})
		}
	}
	return db.InsertRows(ctx, a.tx, "modifier_day", modifierColumns, missing)
}
