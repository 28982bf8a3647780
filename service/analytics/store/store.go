// Package store keeps the figures of the analytics service in its own database. It adds and reads sums; what they mean
// is decided above. Every row of sums belongs to one café, and only who holds that café's cursor writes it.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"coffee/internal/db"
	"coffee/service/analytics"
	"coffee/service/analytics/store/sqlc"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations is the schema.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Store is the analytics service's database.
type Store struct {
	db   *db.DB
	read *sqlc.Queries
}

var _ analytics.Store = (*Store)(nil)

// New makes a store over an open, migrated database.
func New(d *db.DB) *Store { return &Store{db: d, read: sqlc.New(d.Read())} }

// noHash is the hash before a journal's first entry: an empty one that is not NULL.
var noHash = []byte{0}

func cursorOf(f sqlc.Follow) analytics.Cursor {
	c := analytics.Cursor{Cafe: string(f.CafeID), Generation: f.Generation, Seq: f.Seq, Hash: f.Hash, Stopped: f.Stopped, Modifiers: f.ModifiersSeq}
	if f.Seq == 0 {
		c.Hash = nil
	}
	return c
}

// Cursors gives all cursors.
func (s *Store) Cursors(ctx context.Context) ([]analytics.Cursor, error) {
	rows, err := s.read.Follows(ctx)
	if err != nil {
		return nil, err
	}
	cursors := make([]analytics.Cursor, 0, len(rows))
	for _, r := range rows {
		cursors = append(cursors, cursorOf(r))
	}
	return cursors, nil
}

// Cursor gives a café's cursor; a new one for a café nothing is stored of.
func (s *Store) Cursor(ctx context.Context, cafe string) (analytics.Cursor, error) {
	row, err := s.read.Follow(ctx, db.ID(cafe))
	if errors.Is(err, sql.ErrNoRows) {
		return analytics.Cursor{Cafe: cafe, New: true}, nil
	}
	return cursorOf(row), err
}

// move takes a cursor on, if nobody else did.
func move(ctx context.Context, q *sqlc.Queries, step analytics.Step) (bool, error) {
	hash := step.Hash
	if len(hash) == 0 {
		hash = noHash
	}
	if step.From.New {
		return inserted(q.StartFollow(ctx, sqlc.StartFollowParams{
			CafeID: db.ID(step.From.Cafe), Generation: step.From.Generation, Seq: step.Seq, Hash: hash,
		}))
	}
	n, err := q.MoveFollow(ctx, sqlc.MoveFollowParams{
		CafeID: db.ID(step.From.Cafe), Generation: step.From.Generation, FromSeq: step.From.Seq, ToSeq: step.Seq, ToHash: hash,
	})
	return n == 1, err
}

// inserted tells whether an insert took place; a duplicate means that somebody else was first.
func inserted(err error) (bool, error) {
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, err
}

// Stop records why a café is not followed further; nothing, when its cursor has moved meanwhile.
func (s *Store) Stop(ctx context.Context, at analytics.Cursor, reason string) error {
	if len(reason) > 300 {
		reason = reason[:300]
	}
	reason = strings.ToValidUTF8(reason, "")
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		if at.New {
			if won, err := inserted(q.StartFollow(ctx, sqlc.StartFollowParams{CafeID: db.ID(at.Cafe), Hash: noHash})); err != nil || !won {
				return err
			}
		}
		_, err := q.StopFollow(ctx, sqlc.StopFollowParams{
			CafeID: db.ID(at.Cafe), Generation: at.Generation, Seq: at.Seq, Reason: reason,
		})
		return err
	})
}

// PutLook writes the last look down, unless a later one is there.
func (s *Store) PutLook(ctx context.Context, look analytics.Look) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		n, err := q.PutLook(ctx, sqlc.PutLookParams{Behind: look.Behind, AtUs: look.At.UnixMicro()})
		if err != nil || n == 1 {
			return err
		}
		_, err = inserted(q.StartLook(ctx, sqlc.StartLookParams{Behind: look.Behind, AtUs: look.At.UnixMicro()}))
		return err
	})
}

// Look is the last look that was written down; zero when there was none.
func (s *Store) Look(ctx context.Context) (analytics.Look, error) {
	row, err := s.read.Look(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return analytics.Look{}, nil
	}
	if err != nil {
		return analytics.Look{}, err
	}
	return analytics.Look{Behind: row.Behind, At: time.UnixMicro(row.AtUs).UTC()}, nil
}

// Cafes is what was known of cafés last.
func (s *Store) Cafes(ctx context.Context) ([]analytics.Cafe, error) {
	rows, err := s.read.Cafes(ctx)
	if err != nil {
		return nil, err
	}
	cafes := make([]analytics.Cafe, 0, len(rows))
	for _, r := range rows {
		cafes = append(cafes, analytics.Cafe{ID: string(r.CafeID), Name: r.Name, Currency: r.Currency, Version: r.Version, Archived: r.Archived, Zone: r.TimeZone, CutoffMinutes: int(r.CutoffMinutes)})
	}
	return cafes, nil
}

// PutCafes keeps what is known of cafés; an older version never takes the place of a newer one.
func (s *Store) PutCafes(ctx context.Context, cafes []analytics.Cafe) error {
	cafes = slices.Clone(cafes)
	slices.SortFunc(cafes, func(a, b analytics.Cafe) int { return strings.Compare(a.ID, b.ID) })
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		for _, c := range cafes {
			n, err := q.PutCafe(ctx, sqlc.PutCafeParams{
				CafeID: db.ID(c.ID), Name: c.Name, Currency: c.Currency, Version: c.Version, Archived: c.Archived,
				TimeZone: c.Zone, CutoffMinutes: int32(c.CutoffMinutes),
			})
			if err != nil {
				return err
			}
			if n == 1 {
				continue
			}
			_, err = inserted(q.StartCafe(ctx, sqlc.StartCafeParams{
				CafeID: db.ID(c.ID), Name: c.Name, Currency: c.Currency, Version: c.Version, Archived: c.Archived,
				TimeZone: c.Zone, CutoffMinutes: int32(c.CutoffMinutes),
			}))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
