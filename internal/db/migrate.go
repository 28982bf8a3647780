package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"

	"github.com/pressly/goose/v3"
)

// Migrate brings a schema up to date. fsys holds goose files NNNNN_name.sql at
// its root (use fs.Sub on an embedded folder), one body for both engines.
//
// Any number of processes may call it at once: goose alone lets some of them
// fail, so one lock of ours is around it. A schema newer than fsys is left as it
// is, so that version N-1 still starts beside N.
//
// MySQL commits after every DDL statement. So a file holds either DDL or changes
// of rows, not both, and what an interrupted file had already made (a table, a
// column, an index) is passed over when it runs again; changes of rows must be
// written so that they can be repeated.
func Migrate(ctx context.Context, cfg Config, fsys fs.FS) error {
	engine, rest, err := cfg.split()
	if err != nil {
		return err
	}
	if engine == SQLite {
		err = migrateSQLite(ctx, cfg, rest, fsys)
	} else {
		err = migrateMySQL(ctx, cfg, rest, fsys)
	}
	if err != nil {
		if code, engine := engineCode(err); engine == MySQL && slices.Contains(mysqlDenied, code) {
			err = fmt.Errorf("%w: %w", ErrDenied, err)
		}
		return fmt.Errorf("db: migrate the %s database: %w", cfg.Service, classify(err))
	}
	return nil
}

// ErrDenied is the error of a migration that the database's user has no right to
// do. Who has only the rights to read and write rows may call Migrate all the
// same: nothing is changed where the schema is current.
var ErrDenied = errors.New("the database's user may not change the schema")

// No right to the schema, the table, the operation.
var mysqlDenied = []int{1044, 1142, 1227, 8121}

func migrateSQLite(ctx context.Context, cfg Config, path string, fsys fs.FS) (err error) {
	// The lock comes before the file is opened: two processes that turn a new
	// file into a WAL database at once get in each other's way.
	unlock, err := LockFile(ctx, path+".migrate.lock")
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	path, err = sqliteFile(path)
	if err != nil {
		return err
	}
	pool, err := sqlitePool(path, sqliteWriter, true, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return up(ctx, goose.DialectSQLite3, pool, fsys, cfg.log())
}

func up(ctx context.Context, dialect goose.Dialect, pool *sql.DB, fsys fs.FS, log *slog.Logger) error {
	provider, err := goose.NewProvider(dialect, pool, fsys,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if errors.Is(err, goose.ErrNoMigrations) {
		return errors.New("no NNNNN_name.sql at the root of the migrations (fs.Sub missing?)")
	}
	if err != nil {
		return err
	}
	done, err := provider.Up(ctx)
	for _, result := range done {
		log.Info("migrated", "file", result.Source.Path, "took", result.Duration)
	}
	return err
}
