package db

import (
	"context"
	"database/sql"
)

// mysqlReads is the pool for reads. The driver notices an idle connection that
// the server dropped before it sends anything; one that is dropped at that very
// moment it cannot, and a read may simply be asked again on another.
type mysqlReads struct{ *sql.DB }

func (r mysqlReads) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.DB.QueryContext(ctx, query, args...)
	if again(ctx, err) {
		return r.DB.QueryContext(ctx, query, args...)
	}
	return rows, err
}

func (r mysqlReads) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := r.DB.QueryRowContext(ctx, query, args...)
	if again(ctx, row.Err()) {
		return r.DB.QueryRowContext(ctx, query, args...)
	}
	return row
}

// beginRead asks for REPEATABLE READ alone: TiDB refuses START TRANSACTION READ
// ONLY, and readOnly keeps writes away.
func (r mysqlReads) beginRead(ctx context.Context) (*sql.Tx, error) {
	options := &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
	tx, err := r.BeginTx(ctx, options)
	if again(ctx, err) {
		return r.BeginTx(ctx, options)
	}
	return tx, err
}

// again tells whether a read failed for its connection alone. A server that
// cannot be dialled is not asked twice.
func again(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() == nil && !refusedDial(err) && connectionEnded(err)
}
