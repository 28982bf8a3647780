package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

// maxAttempts bounds how often one transaction is run before its caller hears
// that the database is not available.
const maxAttempts = 5

// mysqlDB is a pool of connections to one schema.
type mysqlDB struct {
	pool         *sql.DB
	log          *slog.Logger
	transactions atomic.Int64
}

func openMySQL(ctx context.Context, cfg Config, dsn string) (*mysqlDB, error) {
	config, err := mysqlConfig(dsn)
	if err != nil {
		return nil, err
	}
	// A server that hangs must not hold its callers for ever: COMMIT has no
	// context in the driver.
	if config.ReadTimeout == 0 {
		config.ReadTimeout = 30 * time.Second
	}
	if config.WriteTimeout == 0 {
		config.WriteTimeout = 30 * time.Second
	}
	pool, err := mysqlPool(config, cfg.MaxReaders)
	if err != nil {
		return nil, err
	}
	m := &mysqlDB{pool: pool, log: cfg.log()}
	if err := m.ping(ctx); err != nil {
		return nil, errors.Join(classify(err), pool.Close())
	}
	return m, nil
}

// mysqlConfig parses the DSN and adds what the stores rely on: the count of
// matched rows for guarded updates (as on SQLite), and one round trip a statement.
func mysqlConfig(dsn string) (*mysql.Config, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		// The driver's errors quote no part of the DSN.
		return nil, err
	}
	if config.DBName == "" {
		return nil, errors.New("the MySQL URL names no schema")
	}
	config.ClientFoundRows, config.ParseTime, config.InterpolateParams = true, true, true
	config.Loc = time.UTC
	config.Logger = &mysql.NopLogger{}
	if config.Timeout == 0 {
		config.Timeout = 5 * time.Second
	}
	return config, nil
}

func mysqlPool(config *mysql.Config, size int) (*sql.DB, error) {
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	if size <= 0 {
		size = 16
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	// Younger than any usual wait_timeout or proxy's patience; what was dropped
	// earlier the driver notices before it sends anything, and dials again.
	pool.SetConnMaxLifetime(3 * time.Minute)
	pool.SetConnMaxIdleTime(time.Minute)
	return pool, nil
}

// write runs the whole transaction again when the server asks for it or its
// connection was lost before COMMIT, in which case the server rolled back.
func (m *mysqlDB) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	for attempt := 1; ; attempt++ {
		again, err := m.attempt(ctx, fn)
		if err == nil {
			m.transactions.Add(1)
			return nil
		}
		if !again {
			return err
		}
		if attempt == maxAttempts {
			return &unavailableError{fmt.Errorf("after %d attempts: %w", attempt, err)}
		}
		if wait(ctx, attempt) != nil {
			return err
		}
	}
}

// wait lets the other side of a conflict finish: up to 8, 16, 32, 64 ms.
func wait(ctx context.Context, attempt int) error {
	timer := time.NewTimer(time.Millisecond + rand.N(4*time.Millisecond<<attempt))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *mysqlDB) attempt(ctx context.Context, fn func(context.Context, Tx) error) (again bool, err error) {
	begun, err := m.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return !refusedDial(err) && endsTransaction(err), classify(err)
	}
	committing := false
	defer func() {
		if !committing { // also when the closure ends its goroutine
			rollback(ctx, begun)
		}
	}()

	tx := &guardedTx{under: begun, failedRow: m.failedRow}
	err = tx.call(ctx, m.log, fn)
	if tx.gone != nil {
		if err == nil {
			err = tx.gone
		}
		return ctx.Err() == nil, err
	}
	if err != nil {
		return false, err
	}
	committing = true
	return m.commit(ctx, begun)
}

// rollback ends a transaction that is not over. Like COMMIT it knows no context,
// and nobody needs its answer: who runs out of time need not wait for it.
func rollback(ctx context.Context, tx *sql.Tx) {
	done := make(chan struct{})
	go func() { _ = tx.Rollback(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// commit ends the transaction. The driver's COMMIT knows no context, so that it
// is waited for here; who stops waiting does not know the outcome.
func (m *mysqlDB) commit(ctx context.Context, tx *sql.Tx) (again bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err // database/sql rolls back by itself
	}
	done := make(chan error, 1)
	go func() { done <- tx.Commit() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		select {
		case err = <-done:
		default:
			return false, &unknownCommitError{ctx.Err()}
		}
	}
	code, engine := engineCode(err)
	switch {
	case err == nil:
		return false, nil
	case retryable(err):
		return true, err // TiDB says so at COMMIT, and has committed nothing
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, sql.ErrTxDone):
		return false, err // database/sql rolled back before it sent anything
	case engine == MySQL && !endsTransaction(err):
		m.log.Error("COMMIT was refused", "code", code, "error", err)
		return false, classify(err)
	}
	m.log.Error("the connection was lost during COMMIT", "error", err)
	return false, &unknownCommitError{err}
}

func (m *mysqlDB) reader() DBTX { return mysqlReads{m.pool} }
func (m *mysqlDB) beginRead(ctx context.Context) (*sql.Tx, error) {
	return mysqlReads{m.pool}.beginRead(ctx)
}
func (m *mysqlDB) failedRow(err error) *sql.Row   { return failedRow(m.pool, err) }
func (m *mysqlDB) ping(ctx context.Context) error { return m.pool.PingContext(ctx) }
func (m *mysqlDB) close() error                   { return m.pool.Close() }

func (m *mysqlDB) stats() Stats {
	n := m.transactions.Load()
	return Stats{Transactions: n, Commits: n}.pool(m.pool)
}
