// Package store is the SQL of the café service. It decides nothing.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/page"
	"coffee/service/cafe"
	"coffee/service/cafe/store/sqlc"
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

// Store is cafe.Store on any engine.
type Store struct{ db *db.DB }

// New makes the store over an open, migrated database.
func New(d *db.DB) *Store { return &Store{d} }

var _ cafe.Store = (*Store)(nil)

// Create implements cafe.Store.
func (s *Store) Create(ctx context.Context, c cafe.Cafe, entry audit.Entry) (bool, error) {
	d, err := documents(c)
	if err != nil {
		return false, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := sqlc.New(tx).InsertCafe(ctx, sqlc.InsertCafeParams{
			ID: db.ID(c.ID), Name: c.Name, NameKey: c.SortName(), Search: c.SearchText(), Address: c.Address, City: c.City,
			TimeZone: c.TimeZone, Currency: c.Currency, CutoffMinutes: int32(c.CutoffMinutes), DefaultService: c.DefaultService,
			Tax: d.tax, Hours: d.hours, Exceptions: d.exceptions, Origin: c.Origin, Version: c.Version,
			UpdatedAt: c.UpdatedAt.UnixMicro(), ArchivedAt: micros(c.ArchivedAt), LatitudeE6: d.latitude, LongitudeE6: d.longitude,
		}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry)
	})
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, err
}

var errStale = errors.New("the version has moved on")

// Update implements cafe.Store. Currency and origin never change.
func (s *Store) Update(ctx context.Context, c cafe.Cafe, from int64, entry audit.Entry) (bool, error) {
	d, err := documents(c)
	if err != nil {
		return false, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		n, err := sqlc.New(tx).UpdateCafe(ctx, sqlc.UpdateCafeParams{
			Name: c.Name, NameKey: c.SortName(), Search: c.SearchText(), Address: c.Address, City: c.City,
			TimeZone: c.TimeZone, CutoffMinutes: int32(c.CutoffMinutes), DefaultService: c.DefaultService,
			Tax: d.tax, Hours: d.hours, Exceptions: d.exceptions, Version: c.Version,
			UpdatedAt: c.UpdatedAt.UnixMicro(), ArchivedAt: micros(c.ArchivedAt), LatitudeE6: d.latitude, LongitudeE6: d.longitude,
			ID: db.ID(c.ID), FromVersion: from,
		})
		if err != nil {
			return err
		}
		if n == 0 {
			return errStale
		}
		return audit.Write(ctx, tx, entry)
	})
	if errors.Is(err, errStale) {
		return false, nil
	}
	return err == nil, err
}

// Cafe implements cafe.Store.
func (s *Store) Cafe(ctx context.Context, id string) (cafe.Cafe, bool, error) {
	row, err := sqlc.New(s.db.Read()).GetCafe(ctx, db.ID(id))
	if errors.Is(err, sql.ErrNoRows) {
		return cafe.Cafe{}, false, nil
	}
	if err != nil {
		return cafe.Cafe{}, false, err
	}
	c, err := fromRow(row)
	return c, err == nil, err
}

// Cafes implements cafe.Store.
func (s *Store) Cafes(ctx context.Context, f cafe.Filter, after cafe.Place, limit int) ([]cafe.Cafe, error) {
	if _, err := db.ParseID(after.ID); err != nil && after != (cafe.Place{}) {
		return nil, page.Foreign()
	}
	params := sqlc.ListCafesParams{
		AfterName: after.Name, AfterID: db.ID(after.ID), Pattern: "%" + escape.Replace(f.Query) + "%", Limit: int32(limit),
	}
	if f.IncludeArchived {
		params.ArchivedUntil = math.MaxInt64
	}
	rows, err := sqlc.New(s.db.Read()).ListCafes(ctx, params)
	if err != nil {
		return nil, err
	}
	out := make([]cafe.Cafe, len(rows))
	for i, row := range rows {
		if out[i], err = fromRow(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var escape = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// document is what is read and written as a whole and never searched.
type document struct {
	tax, hours, exceptions string
	latitude, longitude    sql.NullInt32
}

func documents(c cafe.Cafe) (document, error) {
	tax, err1 := json.Marshal(c.Tax)
	hours, err2 := json.Marshal(c.Hours)
	exceptions, err3 := json.Marshal(c.Exceptions)
	d := document{tax: string(tax), hours: string(hours), exceptions: string(exceptions)}
	if l := c.Location; l != nil {
		d.latitude = sql.NullInt32{Int32: l.LatitudeE6, Valid: true}
		d.longitude = sql.NullInt32{Int32: l.LongitudeE6, Valid: true}
	}
	return d, errors.Join(err1, err2, err3)
}

func fromRow(r sqlc.Cafe) (cafe.Cafe, error) {
	c := cafe.Cafe{
		ID: string(r.ID), Name: r.Name, Address: r.Address, City: r.City, TimeZone: r.TimeZone, Currency: r.Currency,
		CutoffMinutes: int(r.CutoffMinutes), DefaultService: r.DefaultService, Origin: r.Origin, Version: r.Version,
		UpdatedAt: time.UnixMicro(r.UpdatedAt).UTC(),
	}
	if r.ArchivedAt != 0 {
		c.ArchivedAt = time.UnixMicro(r.ArchivedAt).UTC()
	}
	if r.LatitudeE6.Valid && r.LongitudeE6.Valid {
		c.Location = &cafe.Location{LatitudeE6: r.LatitudeE6.Int32, LongitudeE6: r.LongitudeE6.Int32}
	}
	err := errors.Join(json.Unmarshal([]byte(r.Tax), &c.Tax), json.Unmarshal([]byte(r.Hours), &c.Hours),
		json.Unmarshal([]byte(r.Exceptions), &c.Exceptions))
	if err != nil {
		return cafe.Cafe{}, fmt.Errorf("café %s: %w", c.ID, err)
	}
	return c, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
