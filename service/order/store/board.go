package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"coffee/internal/db"
	"coffee/service/order"
	"coffee/service/order/store/sqlc"
)

var workColumns = []string{"cafe_id", "start_at", "order_id", "station", "seconds", "not_before", "slot"}

// workRows is what an order asks of the stations.
func workRows(o *order.Order) [][]any {
	var rows [][]any
	for _, w := range o.Work() {
		rows = append(rows, []any{
			db.ID(o.Cafe), toMicro(o.QueueKey()), db.ID(o.ID), w.Station, w.Seconds, toMicro(o.NotBefore()), toMicro(o.Slot()),
		})
	}
	return rows
}

// saveBoard writes what a change did to the stations' work, and to what the bar has yet to see.
func (t *tx) saveBoard(before, after *order.Order) error {
	if !slices.Equal(before.Work(), after.Work()) {
		err := t.q.RemoveWork(t.ctx, sqlc.RemoveWorkParams{
			CafeID: db.ID(after.Cafe), StartAt: toMicro(after.QueueKey()), OrderID: db.ID(after.ID),
		})
		if err == nil {
			err = db.InsertRows(t.ctx, t.tx, "open_work", workColumns, workRows(after))
		}
		if err != nil {
			return err
		}
	}
	switch was, is := before.Unseen(), after.Unseen(); {
	case is && !was:
		return t.q.AddUnseen(t.ctx, sqlc.AddUnseenParams{CafeID: db.ID(after.Cafe), OrderID: db.ID(after.ID)})
	case was && !is:
		return t.q.RemoveUnseen(t.ctx, sqlc.RemoveUnseenParams{CafeID: db.ID(after.Cafe), OrderID: db.ID(after.ID)})
	}
	return nil
}

// Queue is what a café's stations have to do, by the moment before which nobody waits for it, ascending; of what is
// promised in a slot or later ones.
func (s *Store) Queue(ctx context.Context, cafe string, since time.Time) ([]order.Work, error) {
	return queue(ctx, s.q, cafe, since)
}

func (t *tx) Queue(cafe string, since time.Time) ([]order.Work, error) {
	return queue(t.ctx, t.q, cafe, since)
}

func queue(ctx context.Context, q *sqlc.Queries, cafe string, since time.Time) ([]order.Work, error) {
	rows, err := q.WorkQueued(ctx, sqlc.WorkQueuedParams{CafeID: db.ID(cafe), Slot: toMicro(since)})
	out := make([]order.Work, len(rows))
	for i, r := range rows {
		out[i] = order.Work{Station: r.Station, Seconds: r.Seconds, At: fromMicro(r.NotBefore)}
	}
	return out, err
}

// Before is what the stations have to do before an order, by station.
func (s *Store) Before(ctx context.Context, o *order.Order, since time.Time) ([]order.Work, error) {
	rows, err := s.q.WorkBefore(ctx, sqlc.WorkBeforeParams{
		Cafe: db.ID(o.Cafe), Slot: toMicro(since), Start: toMicro(o.QueueKey()), ID: db.ID(o.ID),
	})
	out := make([]order.Work, len(rows))
	for i, r := range rows {
		out[i] = order.Work{Station: r.Station, Seconds: r.Seconds}
	}
	return out, err
}

// Booked is what the stations have to do, by the slot it is promised in.
func (s *Store) Booked(ctx context.Context, cafe string, since time.Time) ([]order.Work, error) {
	return booked(ctx, s.q, cafe, since)
}

func (t *tx) Booked(cafe string, since time.Time) ([]order.Work, error) {
	return booked(t.ctx, t.q, cafe, since)
}

func booked(ctx context.Context, q *sqlc.Queries, cafe string, since time.Time) ([]order.Work, error) {
	rows, err := q.WorkBySlot(ctx, sqlc.WorkBySlotParams{CafeID: db.ID(cafe), Slot: toMicro(since)})
	out := make([]order.Work, len(rows))
	for i, r := range rows {
		out[i] = order.Work{Station: r.Station, Seconds: r.Seconds, At: fromMicro(r.Slot)}
	}
	return out, err
}

// PausedUntil is when a café takes orders from phones again; zero: it was never paused.
func (s *Store) PausedUntil(ctx context.Context, cafe string) (time.Time, error) {
	return pausedUntil(ctx, s.q, cafe)
}

func pausedUntil(ctx context.Context, q *sqlc.Queries, cafe string) (time.Time, error) {
	until, err := q.PausedUntil(ctx, db.ID(cafe))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return fromMicro(until), err
}

// LockPhones is one café's orders from phones at a time; it answers until when they are paused.
func (t *tx) LockPhones(cafe string, now time.Time) (time.Time, error) {
	err := t.upsert(
		func() (int64, error) {
			return t.q.TouchPause(t.ctx, sqlc.TouchPauseParams{At: toMicro(now), CafeID: db.ID(cafe)})
		},
		func() error {
			return t.q.AddPause(t.ctx, sqlc.AddPauseParams{CafeID: db.ID(cafe), At: toMicro(now)})
		}, true)
	if err != nil {
		return time.Time{}, err
	}
	return pausedUntil(t.ctx, t.q, cafe)
}

func (t *tx) Pause(cafe string, until time.Time) error {
	return t.q.SetPause(t.ctx, sqlc.SetPauseParams{PausedUntil: toMicro(until), CafeID: db.ID(cafe)})
}

// UnseenBefore gives orders of business dates before one that are over, with voids nobody acknowledged.
func (s *Store) UnseenBefore(ctx context.Context, date string, limit int) ([]string, error) {
	ids, err := s.q.UnseenBefore(ctx, sqlc.UnseenBeforeParams{BusinessDate: date, Limit: int32(limit)})
	return texts(ids), err
}
