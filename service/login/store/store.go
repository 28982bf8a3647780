// Package store is the SQL of the login service. It decides nothing.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/page"
	"coffee/service/login"
	"coffee/service/login/store/sqlc"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations is the schema, for db.Migrate.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Store is login.Store on any engine.
type Store struct{ db *db.DB }

// New makes the store over an open, migrated database.
func New(d *db.DB) *Store { return &Store{d} }

var _ login.Store = (*Store)(nil)

func (s *Store) read() *sqlc.Queries { return sqlc.New(s.db.Read()) }

// CodeHash implements login.Store.
func (s *Store) CodeHash(ctx context.Context, cafe string) (string, error) {
	hash, err := s.read().CodeHash(ctx, db.ID(cafe))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return hash, err
}

// SetCode implements login.Store.
func (s *Store) SetCode(ctx context.Context, cafe, hash string, at time.Time, entry audit.Entry) error {
	set := func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		n, err := q.UpdateCode(ctx, sqlc.UpdateCodeParams{Hash: hash, RotatedAt: at.UnixMicro(), CafeID: db.ID(cafe)})
		if err != nil {
			return err
		}
		if n == 0 {
			if err := q.InsertCode(ctx, sqlc.InsertCodeParams{CafeID: db.ID(cafe), Hash: hash, RotatedAt: at.UnixMicro()}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry)
	}
	err := s.db.Write(ctx, set)
	if db.IsDuplicate(err) { // two first codes at once: now there is a row to update
		err = s.db.Write(ctx, set)
	}
	return err
}

// AddPhone implements login.Store.
func (s *Store) AddPhone(ctx context.Context, id string, at time.Time) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return sqlc.New(tx).InsertPhone(ctx, sqlc.InsertPhoneParams{ID: db.ID(id), CreatedAt: at.UnixMicro()})
	})
}

// AddDevice implements login.Store. A letter that another replica takes meanwhile is a duplicate: choose again.
func (s *Store) AddDevice(ctx context.Context, cafe string, revokedAfter time.Time, complete func(map[string]bool) (login.Device, audit.Entry)) (login.Device, error) {
	var d login.Device
	for try := 0; ; try++ {
		err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			q := sqlc.New(tx)
			letters, err := q.TakenLetters(ctx, sqlc.TakenLettersParams{CafeID: db.ID(cafe), RevokedAfter: revokedAfter.UnixMicro()})
			if err != nil {
				return err
			}
			taken := make(map[string]bool, len(letters))
			for _, letter := range letters {
				taken[letter] = true
			}
			var entry audit.Entry
			d, entry = complete(taken)
			if err := q.InsertDevice(ctx, sqlc.InsertDeviceParams{
				ID: db.ID(d.ID), CafeID: db.ID(d.Cafe), Name: d.Name, Letter: d.Letter, LiveLetter: nullable(d.Letter),
				Kind: string(d.Kind), EnrolledAt: d.EnrolledAt.UnixMicro(),
			}); err != nil {
				return err
			}
			return audit.Write(ctx, tx, entry)
		})
		if err == nil || !db.IsDuplicate(err) {
			return d, err
		}
		if try == 100 {
			return login.Device{}, fmt.Errorf("a letter for a device: %w", err)
		}
	}
}

// Device implements login.Store.
func (s *Store) Device(ctx context.Context, id string) (login.Device, bool, error) {
	row, err := s.read().GetDevice(ctx, db.ID(id))
	if errors.Is(err, sql.ErrNoRows) {
		return login.Device{}, false, nil
	}
	return device(row), err == nil, err
}

// Devices implements login.Store.
func (s *Store) Devices(ctx context.Context, cafe string, includeRevoked bool, afterID string, limit int) ([]login.Device, error) {
	if afterID == "" {
		afterID = "00000000-0000-0000-0000-000000000000"
	} else if _, err := db.ParseID(afterID); err != nil {
		return nil, page.Foreign()
	}
	rows, err := s.read().ListDevices(ctx, sqlc.ListDevicesParams{
		CafeID: db.ID(cafe), AfterID: db.ID(afterID), RevokedUntil: until(includeRevoked), Limit: int32(limit),
	})
	out := make([]login.Device, len(rows))
	for i, row := range rows {
		out[i] = device(row)
	}
	return out, err
}

// RevokeDevice implements login.Store.
func (s *Store) RevokeDevice(ctx context.Context, id string, at time.Time, entry audit.Entry) (bool, error) {
	var revoked bool
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := sqlc.New(tx).RevokeDevice(ctx, sqlc.RevokeDeviceParams{RevokedAt: at.UnixMicro(), ID: db.ID(id)})
		if revoked = n == 1; err != nil || !revoked {
			return err
		}
		return audit.Write(ctx, tx, entry)
	})
	return revoked, err
}

func device(r sqlc.Device) login.Device {
	return login.Device{
		ID: string(r.ID), Cafe: string(r.CafeID), Name: r.Name, Letter: r.Letter, Kind: login.Kind(r.Kind),
		EnrolledAt: moment(r.EnrolledAt), RevokedAt: moment(r.RevokedAt),
	}
}

// until is the greatest end a row may have to be listed: 0 for live rows only.
func until(includeEnded bool) int64 {
	if includeEnded {
		return math.MaxInt64
	}
	return 0
}

func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
