// Package db opens one service's database and runs its transactions; it knows
// no table and no domain word.
//
// A database is a SQLite file or a MySQL/MariaDB/TiDB schema; the stores above
// are written once, in the SQL both understand. All writes go through Write, a
// closure that may run more than once; reads through Read, or through Snapshot
// when several queries must agree.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
)

// Engine names what is behind a DB.
type Engine string

// The two dialects a store meets. MySQL stands for MariaDB and TiDB as well.
const (
	SQLite Engine = "sqlite"
	MySQL  Engine = "mysql"
)

// Config says where one service's database is.
type Config struct {
	// URL is "sqlite:/path/to/order.db" or "mysql:" and a go-sql-driver DSN
	// (user:pass@tcp(host:port)/coffee_order); it may hold a password, so it is
	// never logged and never part of an error.
	URL string
	// Service names the owner in log lines and errors.
	Service string
	// MaxReaders bounds the connections: on SQLite those of the read pool
	// (default GOMAXPROCS: more of them starve the writer), on MySQL the whole
	// pool (default 16: seven services must fit into 151 connections).
	MaxReaders int
	// Log may be nil.
	Log *slog.Logger
}

// DBTX is what a query needs; it is exactly sqlc's interface.
type DBTX interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// Tx is a DBTX inside a write transaction.
type Tx interface{ DBTX }

// DB is one service's open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	backend backend
	read    DBTX
	closed  atomic.Bool
}

// backend is what differs between the engines.
type backend interface {
	// write runs fn in one transaction; ctx carries the caller's cancellation.
	write(ctx context.Context, fn func(context.Context, Tx) error) error
	beginRead(ctx context.Context) (*sql.Tx, error)
	reader() DBTX
	failedRow(error) *sql.Row
	ping(ctx context.Context) error
	stats() Stats
	close() error
}

// Stats counts a DB's work since Open.
type Stats struct {
	Transactions int64 // closures that were committed
	Commits      int64 // commits they took: fewer on SQLite, where writers share one
	Queued       int   // closures waiting for SQLite's writer
	Connections  int   // open ones, of the readers' pool on SQLite
	InUse        int
	Waited       int64 // times that somebody had to wait for a connection
}

func (s Stats) pool(p *sql.DB) Stats {
	now := p.Stats()
	s.Connections, s.InUse, s.Waited = now.OpenConnections, now.InUse, now.WaitCount
	return s
}

// Open opens the database named by cfg. It does not migrate it. The errors of a
// database that cannot be reached satisfy IsUnavailable.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	engine, rest, err := cfg.split()
	if err != nil {
		return nil, err
	}
	d := &DB{engine: engine}
	switch engine {
	case SQLite:
		d.backend, err = openSQLite(ctx, cfg, rest)
	default:
		d.backend, err = openMySQL(ctx, cfg, rest)
	}
	if err != nil {
		return nil, fmt.Errorf("db: open the %s database: %w", cfg.Service, err)
	}
	d.read = &readOnly{db: d, under: d.backend.reader()}
	return d, nil
}

// split takes the engine off the URL. The URL stays out of the errors: it may
// hold a password.
func (c Config) split() (Engine, string, error) {
	for _, engine := range []Engine{SQLite, MySQL} {
		if rest, ok := strings.CutPrefix(c.URL, string(engine)+":"); ok && rest != "" {
			return engine, rest, nil
		}
	}
	return "", "", fmt.Errorf("db: the %s database URL must be sqlite:/path or mysql:user:password@tcp(host:port)/schema", c.Service)
}

func (c Config) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log.With("service", c.Service)
}

// Write runs fn in one write transaction and returns after it is durable.
//
// fn may run more than once (the whole transaction is retried when the engine
// asks for it) and must touch nothing but tx: no RPC, no other database, and no
// state of the caller but variables it sets afresh on every run. Each query's
// rows are read to their end before the next statement. An error of fn rolls
// back and comes back as it is.
//
// Once fn has started on SQLite, the caller's cancellation is too late: Write
// waits for the outcome. Errors: ErrNested; what IsUnavailable names; and what
// IsUnknownCommit names, after which the caller reads back by key.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	if d.writing(ctx) {
		return ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.closed.Load() {
		return errClosed
	}
	ctx, end := d.writeSpan(ctx)
	err := d.backend.write(ctx, func(ctx context.Context, tx Tx) error {
		return fn(context.WithValue(ctx, writingKey{}, d), tx)
	})
	end(err)
	return err
}

// writingKey marks the context of a closure run by Write with its DB.
type writingKey struct{}

func (d *DB) writing(ctx context.Context) bool {
	w, _ := ctx.Value(writingKey{}).(*DB)
	return w == d
}

// Read returns the pool of readers: every query sees the latest commit, and two
// queries may see different ones. It refuses to write, and it refuses to be
// used inside a Write (ErrNested), where it would not see the transaction.
func (d *DB) Read() DBTX { return d.read }

// Snapshot runs fn in one read-only transaction, so that its queries agree.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context, tx DBTX) error) error {
	if d.writing(ctx) {
		return ErrNested
	}
	tx, err := d.backend.beginRead(ctx)
	if err != nil {
		return classify(err)
	}
	// Nothing was written: a rollback ends the snapshot as well as a commit, and
	// also when fn panics.
	defer rollback(ctx, tx)
	return fn(ctx, &readOnly{db: d, under: tx})
}

// Engine tells which dialect this database speaks.
func (d *DB) Engine() Engine { return d.engine }

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return classify(d.backend.ping(ctx)) }

// Stats returns the counters of this DB.
func (d *DB) Stats() Stats { return d.backend.stats() }

// Close finishes the transactions already handed in and closes the database.
// Later calls of Write fail as unavailable; a second Close does nothing.
func (d *DB) Close() error {
	if d == nil {
		return nil
	}
	if d.closed.Swap(true) {
		return nil
	}
	return d.backend.close()
}
