package db

import (
	"context"
	"database/sql"
	"errors"
)

// readOnly hands queries to a pool or snapshot and refuses what would write, so
// that both engines behave alike (SQLite refuses on its own, MySQL would not).
type readOnly struct {
	db    *DB
	under DBTX
}

var errReadOnly = errors.New("db: this connection only reads; write inside DB.Write")

func (r *readOnly) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errReadOnly
}

func (r *readOnly) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if r.db.writing(ctx) {
		return nil, ErrNested
	}
	return r.under.PrepareContext(ctx, query)
}

func (r *readOnly) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if r.db.writing(ctx) {
		return nil, ErrNested
	}
	return tracedQuery(ctx, r.under, query, args)
}

func (r *readOnly) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if r.db.writing(ctx) {
		return r.db.backend.failedRow(ErrNested)
	}
	return tracedRow(ctx, r.under, query, args)
}
