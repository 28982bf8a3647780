package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
)

func migrateMySQL(ctx context.Context, cfg Config, dsn string, fsys fs.FS) (err error) {
	config, err := mysqlConfig(dsn) // without read time-outs: an ALTER may take long
	if err != nil {
		return err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(tolerant{connector, cfg.log()})
	defer func() { err = errors.Join(err, pool.Close()) }()

	// The lock belongs to the session: it lives on this one connection, ends
	// with it, and is not the pool's to reuse.
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	name := mysqlLockName(config.DBName)
	if err := mysqlLock(ctx, conn, name); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "DO RELEASE_LOCK(?)", name) }()

	if err := setUTF8(ctx, conn, config.DBName); err != nil {
		return fmt.Errorf("character set: %w", err)
	}
	return up(ctx, goose.DialectMySQL, pool, fsys, cfg.log())
}

// mysqlLockName is unique per schema, since locks are the whole server's, and
// within the 64 characters a name may have.
func mysqlLockName(schema string) string {
	sum := sha256.Sum256([]byte(schema))
	return "coffee.migrate." + hex.EncodeToString(sum[:16])
}

func mysqlLock(ctx context.Context, conn *sql.Conn, name string) error {
	for {
		var got sql.NullInt64
		if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, 10)", name).Scan(&got); err != nil {
			return err
		}
		if got.Int64 == 1 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// setUTF8 changes the schema's default, which tables are made with: a fresh
// MariaDB is latin1, where a ☕ fails, and compares without regard to case.
func setUTF8(ctx context.Context, conn *sql.Conn, schema string) error {
	var collation string
	err := conn.QueryRowContext(ctx,
		"SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", schema).Scan(&collation)
	if err != nil || collation == "utf8mb4_bin" {
		return err // no need for the privilege to ALTER when there is nothing to do
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE `"+strings.ReplaceAll(schema, "`", "``")+
		"` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
	return err
}

// tolerant makes connections on which making what is there already (or dropping
// what is not) is no error: after a migration was killed between two DDL
// statements, MySQL has kept the first. A mistake in a file still shows on
// SQLite, where a migration is one transaction and the same body runs.
type tolerant struct {
	driver.Connector
	log *slog.Logger
}

func (t tolerant) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := t.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(mysqlConn)
	if !ok {
		return nil, fmt.Errorf("%T lacks a method of a MySQL connection", conn)
	}
	return tolerantConn{full, t.log}, nil
}

// mysqlConn lists what database/sql looks for on the driver's connection.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

type tolerantConn struct {
	mysqlConn
	log *slog.Logger
}

// Table, column or index exists; column or index to drop does not; table to drop
// does not.
var alreadyDone = []uint16{1050, 1060, 1061, 1091, 1051}

func (c tolerantConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	res, err := c.mysqlConn.ExecContext(ctx, query, args)
	var my *mysql.MySQLError
	if errors.As(err, &my) && slices.Contains(alreadyDone, my.Number) {
		c.log.Warn("an earlier, interrupted migration has done this already", "error", my.Message)
		return driver.ResultNoRows, nil
	}
	return res, err
}
