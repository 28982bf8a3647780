// Package store is the menu service's SQL: draft, releases, overlays, what is sold out. It decides nothing.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/keyed"
	"coffee/service/menu"
	"coffee/service/menu/store/sqlc"
)

//go:embed migrations
var embedded embed.FS

// Migrations is the goose files, at the root.
func Migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic("menu: no migrations: " + err.Error()) // a programming fault
	}
	return files
}

// Store is a menu.Store over one database.
type Store struct{ db *db.DB }

// New makes a store of a migrated database.
func New(d *db.DB) *Store { return &Store{d} }

var _ menu.Store = (*Store)(nil)

// Write runs fn in one write transaction.
func (s *Store) Write(ctx context.Context, fn func(ctx context.Context, tx menu.Tx) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		return fn(ctx, &writer{reader{sqlc.New(tx)}, tx})
	})
}

// View runs fn on one state of the database.
func (s *Store) View(ctx context.Context, fn func(ctx context.Context, view menu.View) error) error {
	return s.db.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		return fn(ctx, &reader{sqlc.New(tx)})
	})
}

func (s *Store) read() *sqlc.Queries { return sqlc.New(s.db.Read()) }

// none turns "no row" into false.
func none(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// NewestRelease is the number of the newest release, 0 before the first.
func (s *Store) NewestRelease(ctx context.Context) (int64, error) {
	number, err := s.read().NewestRelease(ctx)
	if _, err = none(err); err != nil {
		return 0, err
	}
	return number, nil
}

// ReleasesAfter lists releases from number+1 on, in order.
func (s *Store) ReleasesAfter(ctx context.Context, number int64) ([]menu.Release, error) {
	rows, err := s.read().ReleasesAfter(ctx, number)
	return releases(rows), err
}

// Releases lists at most limit releases before a number, newest first.
func (s *Store) Releases(ctx context.Context, before int64, limit int) ([]menu.Release, error) {
	rows, err := s.read().ReleasesBefore(ctx, sqlc.ReleasesBeforeParams{Number: before, Limit: int32(limit)})
	after := make([]sqlc.ReleasesAfterRow, len(rows))
	for i, r := range rows {
		after[i] = sqlc.ReleasesAfterRow(r)
	}
	return releases(after), err
}

func releases(rows []sqlc.ReleasesAfterRow) []menu.Release {
	out := make([]menu.Release, len(rows))
	for i, r := range rows {
		out[i] = menu.Release{
			Number: r.Number, Note: r.Note, Start: menu.Start(r.StartRule), PublishedAt: moment(r.PublishedAt),
			PublishedBy: r.PublishedBy, ItemCount: r.ItemCount,
		}
	}
	return out
}

// Document is what a release froze.
func (s *Store) Document(ctx context.Context, number int64) ([]byte, error) {
	return s.read().Document(ctx, number)
}

// ReleasedOverlay is a café's overlay in a release, empty when it had none.
func (s *Store) ReleasedOverlay(ctx context.Context, number int64, cafe string) ([]byte, error) {
	content, err := s.read().ReleasedOverlay(ctx, sqlc.ReleasedOverlayParams{Number: number, CafeID: db.ID(cafe)})
	_, err = none(err)
	return content, err
}

// firstID and lastID are the range of all ids.
const (
	firstID = db.ID("00000000-0000-0000-0000-000000000000")
	lastID  = db.ID("ffffffff-ffff-ffff-ffff-ffffffffffff")
)

var likeEscaper = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// Items searches the draft's items.
func (s *Store) Items(ctx context.Context, q menu.ItemQuery) ([]menu.Entry, error) {
	params := sqlc.ItemsParams{
		Pattern: "%" + likeEscaper.Replace(q.Name) + "%", FirstCategory: firstID, LastCategory: lastID,
		AfterRank: -1, AfterID: firstID, Limit: int32(q.Limit),
	}
	if q.Archived {
		params.ArchivedUntil = math.MaxInt64
	}
	if q.Category != "" {
		params.FirstCategory, params.LastCategory = db.ID(q.Category), db.ID(q.Category)
	}
	if q.After != nil {
		params.AfterRank, params.AfterSearch, params.AfterID = q.After.Rank, q.After.Search, db.ID(q.After.ID)
	}
	rows, err := s.read().Items(ctx, params)
	return entries(rows), err
}

// SoldOutAt lists what is sold out in a café at a moment.
func (s *Store) SoldOutAt(ctx context.Context, cafe string, at time.Time) ([]menu.SoldOut, error) {
	rows, err := s.read().SoldOutAt(ctx, sqlc.SoldOutAtParams{CafeID: db.ID(cafe), UntilAt: at.UnixMicro()})
	out := make([]menu.SoldOut, len(rows))
	for i, r := range rows {
		out[i] = soldOut(r)
	}
	return out, err
}

func soldOut(r sqlc.SoldOut) menu.SoldOut {
	return menu.SoldOut{
		CafeID: string(r.CafeID), Kind: menu.Kind(r.Kind), ID: string(r.ID), Since: moment(r.Since),
		Until: moment(r.UntilAt), By: r.SaidBy,
	}
}

func entry(r sqlc.Draft) menu.Entry {
	return menu.Entry{
		Stored: menu.Stored{Version: r.Version, ArchivedAt: moment(r.ArchivedAt)},
		Kind:   menu.Kind(r.Kind), ID: string(r.ID), Category: string(r.CategoryID), Search: r.Search,
		Rank: r.PositionRank, Content: r.Content,
	}
}

func entries(rows []sqlc.Draft) []menu.Entry {
	out := make([]menu.Entry, len(rows))
	for i, r := range rows {
		out[i] = entry(r)
	}
	return out
}

// reader is a menu.View.
type reader struct{ q *sqlc.Queries }

func (r *reader) Entry(ctx context.Context, kind menu.Kind, id string) (menu.Entry, bool, error) {
	row, err := r.q.Entry(ctx, sqlc.EntryParams{Kind: string(kind), ID: db.ID(id)})
	found, err := none(err)
	return entry(row), found, err
}

func (r *reader) Entries(ctx context.Context, kind menu.Kind) ([]menu.Entry, error) {
	var rows []sqlc.Draft
	var err error
	if kind == "" {
		rows, err = r.q.Entries(ctx)
	} else {
		rows, err = r.q.EntriesOfKind(ctx, string(kind))
	}
	return entries(rows), err
}

func (r *reader) CountLive(ctx context.Context, kind menu.Kind) (int, error) {
	n, err := r.q.CountLive(ctx, string(kind))
	return int(n), err
}

func (r *reader) Overlay(ctx context.Context, cafe string) (int64, []byte, error) {
	row, err := r.q.Overlay(ctx, db.ID(cafe))
	_, err = none(err)
	return row.Version, row.Content, err
}

func (r *reader) ChangedOverlays(ctx context.Context, number int64) ([]menu.OverlayChange, error) {
	rows, err := r.q.ChangedOverlays(ctx, number)
	out := make([]menu.OverlayChange, len(rows))
	for i, row := range rows {
		out[i] = menu.OverlayChange{CafeID: string(row.CafeID), Before: row.BeforeContent, After: row.AfterContent}
	}
	return out, err
}

func (r *reader) Newest(ctx context.Context) (menu.Release, []byte, error) {
	number, err := r.q.NewestRelease(ctx)
	if found, err := none(err); !found || number == 0 {
		return menu.Release{}, nil, err
	}
	row, err := r.q.Release(ctx, number)
	if err != nil {
		return menu.Release{}, nil, fmt.Errorf("release %d: %w", number, err)
	}
	return menu.Release{
		Number: row.Number, Note: row.Note, Start: menu.Start(row.StartRule), PublishedAt: moment(row.PublishedAt),
		PublishedBy: row.PublishedBy, ItemCount: row.ItemCount,
	}, row.Document, nil
}

// writer is a menu.Tx.
type writer struct {
	reader
	tx db.Tx
}

// one insists that a guarded update found its row.
func one(n int64, err error) error {
	if err == nil && n != 1 {
		return fmt.Errorf("a guarded update touched %d rows", n)
	}
	return err
}

func (w *writer) Lock(ctx context.Context) error {
	n, err := w.q.Lock(ctx)
	if err != nil || n == 1 {
		return err
	}
	if err := w.q.MakeHead(ctx); err != nil && !db.IsDuplicate(err) {
		return err
	} else if err == nil {
		return nil
	}
	return one(w.q.Lock(ctx)) // another process made it first
}

func (w *writer) PutEntry(ctx context.Context, e menu.Entry, exists bool) error {
	if exists {
		return one(w.q.UpdateEntry(ctx, sqlc.UpdateEntryParams{
			Kind: string(e.Kind), ID: db.ID(e.ID), CategoryID: db.ID(e.Category), Search: e.Search, PositionRank: e.Rank,
			Version: e.Version, ArchivedAt: micros(e.ArchivedAt), Content: e.Content,
		}))
	}
	return w.q.InsertEntry(ctx, sqlc.InsertEntryParams{
		Kind: string(e.Kind), ID: db.ID(e.ID), CategoryID: db.ID(e.Category), Search: e.Search, PositionRank: e.Rank,
		Version: e.Version, ArchivedAt: micros(e.ArchivedAt), Content: e.Content,
	})
}

func (w *writer) PutOverlay(ctx context.Context, cafe string, version int64, content []byte) error {
	if version > 1 {
		return one(w.q.UpdateOverlay(ctx, sqlc.UpdateOverlayParams{CafeID: db.ID(cafe), Version: version, Content: content}))
	}
	return w.q.InsertOverlay(ctx, sqlc.InsertOverlayParams{CafeID: db.ID(cafe), Version: version, Content: content})
}

func (w *writer) AddRelease(ctx context.Context, r menu.Release, document []byte) error {
	err := one(w.q.MoveNewestRelease(ctx, sqlc.MoveNewestReleaseParams{Number: r.Number, Before: r.Number - 1}))
	if err != nil {
		return err
	}
	err = w.q.InsertRelease(ctx, sqlc.InsertReleaseParams{
		Number: r.Number, Note: r.Note, StartRule: string(r.Start), PublishedAt: micros(r.PublishedAt),
		PublishedBy: r.PublishedBy, ItemCount: r.ItemCount, Document: document,
	})
	if err != nil {
		return err
	}
	return w.q.FreezeOverlays(ctx, r.Number)
}

func (w *writer) FindSoldOut(ctx context.Context, cafe string, kind menu.Kind, id string) (menu.SoldOut, bool, error) {
	row, err := w.q.FindSoldOut(ctx, sqlc.FindSoldOutParams{CafeID: db.ID(cafe), Kind: string(kind), ID: db.ID(id)})
	found, err := none(err)
	return soldOut(row), found, err
}

func (w *writer) PutSoldOut(ctx context.Context, s menu.SoldOut, now time.Time) error {
	update := sqlc.UpdateSoldOutParams{
		CafeID: db.ID(s.CafeID), Kind: string(s.Kind), ID: db.ID(s.ID), Since: micros(s.Since), UntilAt: micros(s.Until), SaidBy: s.By,
	}
	n, err := w.q.UpdateSoldOut(ctx, update)
	if err == nil && n == 0 {
		err = w.q.InsertSoldOut(ctx, insertOf(update))
		if db.IsDuplicate(err) { // somebody said it at the same moment
			err = one(w.q.UpdateSoldOut(ctx, update))
		}
	}
	if err != nil {
		return err
	}
	return w.q.ForgetSoldOut(ctx, sqlc.ForgetSoldOutParams{CafeID: db.ID(s.CafeID), UntilAt: micros(now)})
}

func insertOf(u sqlc.UpdateSoldOutParams) sqlc.InsertSoldOutParams {
	return sqlc.InsertSoldOutParams{CafeID: u.CafeID, Kind: u.Kind, ID: u.ID, Since: u.Since, UntilAt: u.UntilAt, SaidBy: u.SaidBy}
}

func (w *writer) DeleteSoldOut(ctx context.Context, cafe string, kind menu.Kind, id string) error {
	return w.q.DeleteSoldOut(ctx, sqlc.DeleteSoldOutParams{CafeID: db.ID(cafe), Kind: string(kind), ID: db.ID(id)})
}

func (w *writer) Audit(ctx context.Context, e audit.Entry) error { return audit.Write(ctx, w.tx, e) }

func (w *writer) Publish(ctx context.Context, key keyed.Key, now time.Time, fn func() (menu.Release, error)) (menu.Release, error) {
	return keyed.Do(ctx, w.tx, key, now, fn)
}
