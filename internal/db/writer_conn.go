package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// writerConn is the writer's connection with the statements prepared on it.
type writerConn struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (c *writerConn) connect(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.pool.Conn(ctx)
	if err != nil {
		return err
	}
	c.conn, c.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// disconnect throws the connection away and with it any transaction. After an
// I/O error nobody knows its state, and a new one costs a millisecond.
func (c *writerConn) disconnect() {
	if c.conn == nil {
		return
	}
	c.forget()
	_ = c.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.conn.Close()
	c.conn = nil
}

func (c *writerConn) forget() {
	for _, stmt := range c.stmts {
		_ = stmt.Close()
	}
	clear(c.stmts)
}

// stmt returns the statement for query, prepared once. A full cache starts
// again: that is cheaper than to keep count of what was used when.
func (c *writerConn) stmt(query string) (*sql.Stmt, error) {
	if stmt := c.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if len(c.stmts) >= maxStatements {
		c.forget()
	}
	c.stmts[query] = stmt
	return stmt, nil
}

func (c *writerConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (c *writerConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (c *writerConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := c.stmt(query)
	if err != nil {
		return failedRow(c.pool, err)
	}
	return stmt.QueryRowContext(ctx, args...)
}

func (c *writerConn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return c.conn.PrepareContext(ctx, query)
}

func (c *writerConn) exec(query string) error {
	_, err := c.ExecContext(context.Background(), query)
	return err
}

// begin takes SQLite's write lock. Another process may hold it (a backup, a
// second copy of the service): each try waits for busy_timeout.
func (w *writer) begin(first *job) error {
	var err error
	for range maxAttempts {
		if err = w.connect(context.Background()); err == nil {
			if err = w.exec("BEGIN IMMEDIATE"); err == nil {
				return nil
			}
		}
		if !retryable(err) {
			w.disconnect()
			break
		}
		if first.ctx.Err() != nil {
			break
		}
	}
	w.log.Error("no transaction can begin", "error", err)
	return &unavailableError{err}
}

// attempt runs one closure under its savepoint. It returns an error only when
// the whole transaction is gone; the closure's own error is in j.err.
func (w *writer) attempt(j *job) error {
	if err := w.exec("SAVEPOINT job"); err != nil {
		return err
	}
	tx := &guardedTx{under: &w.writerConn, ctx: context.Background(), failedRow: w.failedRow}
	w.current = j
	j.err = tx.call(context.WithoutCancel(j.ctx), w.log, j.fn)
	w.current = nil
	if tx.gone != nil {
		return tx.gone
	}
	if j.err != nil {
		if err := w.exec("ROLLBACK TO job"); err != nil {
			return fmt.Errorf("%w (after: %w)", err, j.err)
		}
	}
	return w.exec("RELEASE job")
}

func (w *writer) failedRow(err error) *sql.Row { return failedRow(w.pool, err) }

func (w *writer) commit() error {
	if err := w.exec("COMMIT"); err != nil {
		return err
	}
	w.commits.Add(1)
	return nil
}
