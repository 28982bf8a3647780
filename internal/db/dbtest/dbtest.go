// Package dbtest gives each test a fresh database on every engine present. It
// is for tests only and knows no table.
//
// SQLite is always there. MySQL is the server that COFFEE_TEST_MYSQL_DSN names
// (a user that may create schemas and users), or else a private MariaDB that the
// test processes of this machine share and that ends a moment after the last of
// them. Without either, MySQL tests skip, or fail when COFFEE_TEST_REQUIRE=1.
// TiDB is a third row, where COFFEE_TEST_TIDB_DSN names one.
package dbtest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"coffee/internal/db"

	"github.com/go-sql-driver/mysql"
)

// TiDB is a server of its own to test with; what a store meets there is the
// MySQL dialect, so that db knows no such engine.
const TiDB db.Engine = "tidb"

// rows are the engines a suite runs on: a missing MySQL shows as a skip, TiDB is
// there only for those who have one.
func rows() []db.Engine {
	engines := []db.Engine{db.SQLite, db.MySQL}
	if os.Getenv("COFFEE_TEST_TIDB_DSN") != "" {
		engines = append(engines, TiDB)
	}
	return engines
}

// Each runs fn on a fresh, migrated database of every engine, as the sub-tests
// "sqlite", "mysql" and, where there is one, "tidb".
func Each(t *testing.T, service string, migrations fs.FS, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range rows() {
		t.Run(string(engine), func(t *testing.T) {
			fn(t, Open(t, Config(t, engine, service), migrations))
		})
	}
}

// EachServer runs fn with the DSN of every server's administrator, as the
// sub-tests "mysql" and, where there is one, "tidb".
func EachServer(t *testing.T, fn func(t *testing.T, dsn string)) {
	t.Helper()
	for _, engine := range rows() {
		if engine != db.SQLite {
			t.Run(string(engine), func(t *testing.T) { fn(t, Server(t, engine)) })
		}
	}
}

// Open migrates and opens cfg's database, and closes it after the test.
func Open(t testing.TB, cfg db.Config, migrations fs.FS) *db.DB {
	t.Helper()
	if err := db.Migrate(t.Context(), cfg, migrations); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the %s database: %v", cfg.Service, err)
		}
	})
	return d
}

// Engines returns the engines this machine can test.
func Engines(t testing.TB) []db.Engine {
	t.Helper()
	engines := rows()
	if _, err := server(); err != nil {
		require(t, err)
		engines = slices.DeleteFunc(engines, func(e db.Engine) bool { return e == db.MySQL })
	}
	return engines
}

// Config names a fresh, un-migrated database, which is gone after the test. It
// skips the test when the engine is missing.
func Config(t testing.TB, engine db.Engine, service string) db.Config {
	t.Helper()
	cfg := db.Config{Service: service}
	if engine == db.SQLite {
		cfg.URL = "sqlite:" + filepath.Join(t.TempDir(), service+".db")
		return cfg
	}
	cfg.URL = "mysql:" + freshSchema(t, Server(t, engine), service)
	return cfg
}

// Server is the DSN of MySQL's or TiDB's administrator, without a schema. It
// skips the test when the engine is missing.
func Server(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == TiDB {
		return os.Getenv("COFFEE_TEST_TIDB_DSN")
	}
	dsn, err := server()
	if err != nil {
		require(t, err)
		t.Skip(err)
	}
	return dsn
}

// require fails the test where a missing engine is no excuse.
func require(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("COFFEE_TEST_REQUIRE") == "1" {
		t.Fatal(err)
	}
}

// freshSchema makes a schema with the server's own defaults, as an operator
// would, drops it after the test, and returns its DSN.
func freshSchema(t testing.TB, dsn, service string) string {
	t.Helper()
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal("COFFEE_TEST_MYSQL_DSN or COFFEE_TEST_TIDB_DSN is not a DSN of go-sql-driver/mysql")
	}
	config.DBName = ""
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	var random [8]byte
	_, _ = rand.Read(random[:])
	name := "coffee_test_" + service + "_" + hex.EncodeToString(random[:])
	admin := func(statement string) {
		pool := sql.OpenDB(connector)
		defer func() { _ = pool.Close() }()
		if _, err := pool.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	admin("CREATE DATABASE `" + name + "`")
	t.Cleanup(func() { admin("DROP DATABASE `" + name + "`") })
	config.DBName = name
	return config.FormatDSN()
}
