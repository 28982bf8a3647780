package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"modernc.org/sqlite"
)

// sqliteDB is one file: a connection that writes and a pool that reads.
type sqliteDB struct {
	writer  *writer
	writes  *sql.DB // of exactly one connection
	readers *cachedPool
}

// The pragmas of a connection. busy_timeout is first: the others may already
// meet a lock. FULL, because NORMAL lost acknowledged orders in simulated power
// cuts; temp_store, because savepoints otherwise copy pages to a temporary file.
var (
	sqliteWriter = []string{
		"busy_timeout(2000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
		"temp_store(MEMORY)", "cache_size(-16384)", "journal_size_limit(67108864)",
	}
	sqliteReader = []string{
		"busy_timeout(5000)", "synchronous(FULL)", "foreign_keys(ON)", "temp_store(MEMORY)",
		"cache_size(-4096)", "query_only(ON)",
	}
)

func openSQLite(ctx context.Context, cfg Config, path string) (*sqliteDB, error) {
	path, err := sqliteFile(path)
	if err != nil {
		return nil, err
	}
	writes, err := sqlitePool(path, sqliteWriter, true, 1)
	if err != nil {
		return nil, err
	}
	w := newWriter(writes, cfg.log())
	// The writer's connection comes first: it makes the file a WAL database,
	// which the readers cannot.
	if err := w.connect(ctx); err != nil {
		return nil, errors.Join(classify(err), writes.Close())
	}
	size := cfg.MaxReaders
	if size <= 0 {
		size = max(2, runtime.GOMAXPROCS(0))
	}
	readers, err := sqlitePool(path, sqliteReader, false, size)
	if err != nil {
		w.disconnect()
		return nil, errors.Join(err, writes.Close())
	}
	s := &sqliteDB{writer: w, writes: writes, readers: &cachedPool{pool: readers, stmts: map[string]*sql.Stmt{}}}
	go w.loop()
	if err := s.ping(ctx); err != nil {
		return nil, errors.Join(classify(err), s.close())
	}
	return s, nil
}

// sqliteFile makes sure the file is there and nobody else's to read.
func sqliteFile(path string) (string, error) {
	if strings.ContainsRune(path, 0) || strings.HasPrefix(path, ":memory:") {
		return "", errors.New("the SQLite database must be a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	// Only a file that is not there yet is opened here: closing any descriptor of
	// a file drops the locks this process's SQLite holds on it. The -wal and -shm
	// files take the database's mode.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case err == nil:
		return path, file.Close()
	case errors.Is(err, fs.ErrExist):
		return path, os.Chmod(path, 0o600)
	}
	return "", &unavailableError{err}
}

func sqlitePool(path string, pragmas []string, immediate bool, size int) (*sql.DB, error) {
	query := url.Values{"_pragma": pragmas}
	if immediate {
		query.Set("_txlock", "immediate")
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}
	connector, err := sqlite.NewConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool, nil
}

func (s *sqliteDB) write(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.writer.write(ctx, fn)
}

func (s *sqliteDB) beginRead(ctx context.Context) (*sql.Tx, error) {
	return s.readers.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
}

func (s *sqliteDB) reader() DBTX                 { return s.readers }
func (s *sqliteDB) failedRow(err error) *sql.Row { return failedRow(s.readers.pool, err) }

func (s *sqliteDB) ping(ctx context.Context) error {
	var tables int
	return s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&tables)
}

func (s *sqliteDB) stats() Stats {
	return Stats{
		Transactions: s.writer.transactions.Load(),
		Commits:      s.writer.commits.Load(),
		Queued:       len(s.writer.queue),
	}.pool(s.readers.pool)
}

// close ends the readers first: the last connection to leave writes the WAL
// back into the file, and that must be one that can write.
func (s *sqliteDB) close() error {
	err := s.readers.close()
	s.writer.close()
	return errors.Join(err, s.writes.Close())
}
