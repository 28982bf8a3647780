package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

var (
	errRowsOpen = errors.New("db: the rows of the query before are still open; read them to the end first (MySQL cannot run a statement in between)")
	errTxOver   = errors.New("db: this transaction is over; its tx must not leave the closure")
)

// guardedTx is the Tx a closure works with. It watches every statement's error:
// when the engine has thrown the transaction away, a closure that swallows the
// error and goes on would write outside of it, in autocommit. So the first such
// error ends the tx, and whoever runs the closure looks at gone.
type guardedTx struct {
	under     DBTX
	failedRow func(error) *sql.Row
	// ctx, when set, replaces the context of every statement: on SQLite a
	// cancelled write rolls back the transaction that others share.
	ctx context.Context

	gone error     // why the transaction is no more
	rows *sql.Rows // of the last query
	over bool
}

// ready refuses a statement that must not run; ctx is the one to run it with.
func (t *guardedTx) ready(ctx context.Context) (context.Context, error) {
	if t.ctx != nil {
		ctx = withSpanOf(ctx, t.ctx)
	}
	if t.over {
		return ctx, errTxOver
	}
	if t.rows != nil {
		// Rows does not tell whether it is closed, but Columns fails once it is.
		if _, err := t.rows.Columns(); err == nil {
			return ctx, errRowsOpen
		}
		t.note(t.rows.Err())
		t.rows = nil
	}
	return ctx, t.gone
}

func (t *guardedTx) note(err error) {
	if err != nil && t.gone == nil && endsTransaction(err) {
		t.gone = err
	}
}

// finish ends the tx and frees what the closure left open.
func (t *guardedTx) finish() {
	t.over = true
	if t.rows != nil {
		_ = t.rows.Close()
		t.note(t.rows.Err())
		t.rows = nil
	}
}

func (t *guardedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, err := t.ready(ctx)
	if err != nil {
		return nil, err
	}
	res, err := tracedExec(ctx, t.under, query, args)
	t.note(err)
	return res, err
}

func (t *guardedTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := t.ready(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tracedQuery(ctx, t.under, query, args)
	t.note(err)
	t.rows = rows
	return rows, err
}

func (t *guardedTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, err := t.ready(ctx)
	if err != nil {
		return t.failedRow(err)
	}
	row := tracedRow(ctx, t.under, query, args)
	t.note(row.Err())
	return row
}

// PrepareContext hands out a statement of the caller's own, which the caller
// closes. It is seldom worth it: on SQLite every statement is prepared once and
// kept, on MySQL parameters are interpolated and nothing is prepared.
func (t *guardedTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	ctx, err := t.ready(ctx)
	if err != nil {
		return nil, err
	}
	stmt, err := t.under.PrepareContext(ctx, query)
	t.note(err)
	return stmt, err
}

// call runs the closure and turns its panic into an error.
func (t *guardedTx) call(ctx context.Context, log *slog.Logger, fn func(context.Context, Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic in a transaction", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = &panicError{p}
		}
		t.finish()
	}()
	return fn(ctx, t)
}

// failedContext is over from its start, with an error of ours. database/sql
// looks at it first, which is the one way to make a *sql.Row that fails.
type failedContext struct {
	context.Context
	err error
}

var closedChannel = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func (c failedContext) Done() <-chan struct{} { return closedChannel }
func (c failedContext) Err() error            { return c.err }

// failedRow makes a *sql.Row whose Scan returns err.
func failedRow(pool *sql.DB, err error) *sql.Row {
	return pool.QueryRowContext(failedContext{context.Background(), err}, "SELECT 1")
}
