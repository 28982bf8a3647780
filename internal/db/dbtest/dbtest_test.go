package dbtest_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

var schema = fstest.MapFS{"00001_one.sql": {Data: []byte("-- +goose Up\nCREATE TABLE one (n INT NOT NULL, PRIMARY KEY (n));\n")}}

// Two databases of one service do not see each other, and are gone after their test.
func TestFresh(t *testing.T) {
	for _, engine := range dbtest.Engines(t) {
		var gone db.Config
		t.Run(string(engine), func(t *testing.T) {
			gone = dbtest.Config(t, engine, "order")
			for _, cfg := range []db.Config{gone, dbtest.Config(t, engine, "order")} {
				d := dbtest.Open(t, cfg, schema)
				if (d.Engine() == db.SQLite) != (engine == db.SQLite) {
					t.Errorf("a %s database for %s", d.Engine(), engine)
				}
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO one (n) VALUES (1)")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		if d, err := db.Open(t.Context(), gone); err == nil {
			t.Errorf("%s: the database outlived its test", engine)
			_ = d.Close()
		}
	}
}

// A TiDB is a third row where one is named, and only there. The MySQL server stands in for it: TiDB itself runs where
// somebody has one.
func TestTiDBRow(t *testing.T) {
	dsn := dbtest.Server(t, db.MySQL)
	for _, name := range []string{"", dsn} {
		t.Setenv("COFFEE_TEST_TIDB_DSN", name)
		if got, want := slices.Contains(dbtest.Engines(t), dbtest.TiDB), name != ""; got != want {
			t.Errorf("COFFEE_TEST_TIDB_DSN set: %v, a row for it: %v", want, got)
		}
	}
	d := dbtest.Open(t, dbtest.Config(t, dbtest.TiDB, "order"), schema)
	if d.Engine() != db.MySQL {
		t.Errorf("TiDB speaks %s", d.Engine())
	}
}

// A private server keeps what it committed when it is killed, and answers again.
func TestPrivate(t *testing.T) {
	server := dbtest.StartPrivate(t)
	pool, err := sql.Open("mysql", server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	for _, statement := range []string{"CREATE DATABASE kept", "CREATE TABLE kept.one (n INT PRIMARY KEY)", "INSERT INTO kept.one VALUES (1)"} {
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	server.Kill()
	if err := pool.PingContext(t.Context()); err == nil {
		t.Error("the killed server answers")
	}
	server.Start()
	var n int
	if err := pool.QueryRowContext(t.Context(), "SELECT n FROM kept.one").Scan(&n); err != nil || n != 1 {
		t.Errorf("after the kill: %d, %v", n, err)
	}
	for range 20 { // a thread that has not stopped yet would answer now and then
		server.Hang()
		short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := pool.PingContext(short); err == nil {
			t.Error("the hung server answers")
		}
		cancel()
		server.Resume()
		if err := pool.PingContext(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
