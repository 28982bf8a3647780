// Package store is the SQL of the admin login service. It decides nothing.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"math"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/page"
	"coffee/service/adminlogin"
	"coffee/service/adminlogin/store/sqlc"
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

// Store is adminlogin.Store on any engine.
type Store struct{ db *db.DB }

// New makes the store over an open, migrated database.
func New(d *db.DB) *Store { return &Store{d} }

var _ adminlogin.Store = (*Store)(nil)

func (s *Store) read() *sqlc.Queries { return sqlc.New(s.db.Read()) }

// Admin implements adminlogin.Store.
func (s *Store) Admin(ctx context.Context, id string) (adminlogin.Admin, string, bool, error) {
	return found(s.read().GetAdmin(ctx, db.ID(id)))
}

// AdminNamed implements adminlogin.Store.
func (s *Store) AdminNamed(ctx context.Context, folded string) (adminlogin.Admin, string, bool, error) {
	return found(s.read().GetAdminNamed(ctx, live(folded)))
}

func found(r sqlc.Admin, err error) (adminlogin.Admin, string, bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return adminlogin.Admin{}, "", false, nil
	}
	if err != nil {
		return adminlogin.Admin{}, "", false, err
	}
	return fromRow(r), r.PasswordHash, true, nil
}

// Admins implements adminlogin.Store.
func (s *Store) Admins(ctx context.Context, includeArchived bool, after adminlogin.Place, limit int) ([]adminlogin.Admin, error) {
	if _, err := db.ParseID(after.ID); err != nil && after != (adminlogin.Place{}) {
		return nil, page.Foreign()
	}
	params := sqlc.ListAdminsParams{AfterName: after.Username, AfterID: db.ID(after.ID), Limit: int32(limit)}
	if includeArchived {
		params.ArchivedUntil = math.MaxInt64
	}
	rows, err := s.read().ListAdmins(ctx, params)
	out := make([]adminlogin.Admin, len(rows))
	for i, row := range rows {
		out[i] = fromRow(row)
	}
	return out, err
}

// Add implements adminlogin.Store.
func (s *Store) Add(ctx context.Context, a adminlogin.Admin, hash string, entry audit.Entry) error {
	return s.add(ctx, a, hash, entry, func(q *sqlc.Queries) error {
		_, err := q.CountIn(ctx)
		return err
	})
}

// AddFirst implements adminlogin.Store. The count goes from none to one, or nothing happens.
func (s *Store) AddFirst(ctx context.Context, a adminlogin.Admin, hash string, tokenHash []byte, entry audit.Entry) error {
	return s.add(ctx, a, hash, entry, func(q *sqlc.Queries) error {
		n, err := q.CountFirst(ctx, tokenHash)
		if err == nil && n == 0 {
			err = adminlogin.ErrSetUpDone
		}
		return err
	})
}

func (s *Store) add(ctx context.Context, a adminlogin.Admin, hash string, entry audit.Entry, count func(*sqlc.Queries) error) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q, key := sqlc.New(tx), adminlogin.Fold(a.Username)
		if err := count(q); err != nil {
			return err
		}
		if err := q.InsertAdmin(ctx, sqlc.InsertAdminParams{
			ID: db.ID(a.ID), Username: a.Username, NameKey: key, LiveName: live(key), PasswordHash: hash, Version: a.Version,
			CreatedAt: a.CreatedAt.UnixMicro(), PasswordChangedAt: a.PasswordChangedAt.UnixMicro(),
		}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry)
	})
	if !db.IsDuplicate(err) {
		return err
	}
	// Two keys can be taken, and the engines name them differently: look which.
	if _, _, ok, err := s.Admin(ctx, a.ID); err != nil {
		return err
	} else if ok {
		return adminlogin.ErrIDTaken
	}
	return adminlogin.ErrUsernameTaken
}

// Update implements adminlogin.Store.
func (s *Store) Update(ctx context.Context, a adminlogin.Admin, from int64, hash string, entry audit.Entry) error {
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q, key := sqlc.New(tx), adminlogin.Fold(a.Username)
		n, err := q.UpdateAdmin(ctx, sqlc.UpdateAdminParams{
			Username: a.Username, NameKey: key, LiveName: live(key), Version: a.Version,
			PasswordChangedAt: a.PasswordChangedAt.UnixMicro(), ID: db.ID(a.ID), FromVersion: from,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return adminlogin.ErrStale
		}
		if hash != "" {
			if err := q.SetPassword(ctx, sqlc.SetPasswordParams{PasswordHash: hash, ID: db.ID(a.ID)}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry)
	})
	if db.IsDuplicate(err) {
		return adminlogin.ErrUsernameTaken
	}
	return err
}

// Remove implements adminlogin.Store. The account's row comes first, so that two removals of one account count it
// once; the count's row is the lock between removals of two.
func (s *Store) Remove(ctx context.Context, a adminlogin.Admin, from int64, entry audit.Entry) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		n, err := q.ArchiveAdmin(ctx, sqlc.ArchiveAdminParams{
			ArchivedAt: a.ArchivedAt.UnixMicro(), Version: a.Version, ID: db.ID(a.ID), FromVersion: from,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return adminlogin.ErrStale
		}
		if n, err = q.CountOut(ctx); err != nil {
			return err
		}
		if n == 0 {
			return adminlogin.ErrLastAdmin
		}
		if err := q.DeleteSecondFactor(ctx, db.ID(a.ID)); err != nil {
			return err
		}
		if err := q.DeleteRecoveryCodes(ctx, db.ID(a.ID)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry)
	})
}

// OfferSetUp implements adminlogin.Store.
func (s *Store) OfferSetUp(ctx context.Context, tokenHash []byte, at time.Time) (bool, error) {
	var offered bool
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := sqlc.New(tx).OfferSetUp(ctx, sqlc.OfferSetUpParams{SetUpHash: tokenHash, SetUpAt: at.UnixMicro()})
		offered = n == 1
		return err
	})
	return offered, err
}

// SetUpToken implements adminlogin.Store.
func (s *Store) SetUpToken(ctx context.Context) ([]byte, error) { return s.read().SetUpToken(ctx) }

// Live implements adminlogin.Store.
func (s *Store) Live(ctx context.Context) (int64, error) { return s.read().Live(ctx) }

func fromRow(r sqlc.Admin) adminlogin.Admin {
	a := adminlogin.Admin{
		ID: string(r.ID), Username: r.Username, Version: r.Version, CreatedAt: time.UnixMicro(r.CreatedAt).UTC(),
		PasswordChangedAt: time.UnixMicro(r.PasswordChangedAt).UTC(),
	}
	if r.SecondFactorAt != 0 {
		a.SecondFactorAt = time.UnixMicro(r.SecondFactorAt).UTC()
	}
	if r.ArchivedAt != 0 {
		a.ArchivedAt = time.UnixMicro(r.ArchivedAt).UTC()
	}
	return a
}

// live is the unique name of a live account; an empty one matches and holds nothing.
func live(folded string) sql.NullString { return sql.NullString{String: folded, Valid: folded != ""} }
