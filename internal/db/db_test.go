package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// schema is written as stores write theirs: one body for both engines.
var schema = fstest.MapFS{
	"00001_thing.sql": {Data: []byte(`-- +goose Up
CREATE TABLE thing (
	id     BINARY(16)   NOT NULL,
	parent BINARY(16),
	name   VARCHAR(100) NOT NULL,
	amount BIGINT       NOT NULL,
	day    CHAR(10)     NOT NULL,
	body   LONGBLOB,
	note   LONGTEXT,
	PRIMARY KEY (id)
);
`)},
	"00002_thing_by_name.sql": {Data: []byte(`-- +goose Up
CREATE UNIQUE INDEX thing_by_name ON thing (name);
`)},
	"00003_counter.sql": {Data: []byte(`-- +goose Up
CREATE TABLE counter (
	name VARCHAR(20) NOT NULL,
	n    INT NOT NULL,
	PRIMARY KEY (name)
);
-- +goose StatementBegin
INSERT INTO counter (name, n) VALUES ('a', 0), ('b', 0);
-- +goose StatementEnd
`)},
}

func id(n int) db.ID { return db.ID(fmt.Sprintf("01890000-0000-7000-8000-%012x", n)) }

// insert adds thing number n, whose name is unique.
func insert(ctx context.Context, tx db.DBTX, n int) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO thing (id, name, amount, day) VALUES (?, ?, ?, '2026-02-15')",
		id(n), fmt.Sprintf("thing %d", n), n)
	return err
}

func count(t testing.TB, d *db.DB) int {
	t.Helper()
	var n int
	if err := d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM thing").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRoundTrips(t *testing.T) {
	dbtest.Each(t, "menu", schema, func(t *testing.T, d *db.DB) {
		ctx, body := t.Context(), []byte{0, 1, '\'', '\\', 0xff}
		write := func(ctx context.Context, tx db.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO thing (id, parent, name, amount, day, body, note) VALUES (?, ?, ?, ?, ?, ?, ?)",
				id(7), db.ID(""), "café ☕ قهوة", int64(-5), "2026-02-15", body, "naïve 🥐")
			return err
		}
		if err := d.Write(ctx, write); err != nil {
			t.Fatal(err)
		}
		var gotID, parent db.ID
		var name, day, note string
		var amount int64
		var gotBody []byte
		row := d.Read().QueryRowContext(ctx, "SELECT id, parent, name, amount, day, body, note FROM thing WHERE id = ?", id(7))
		if err := row.Scan(&gotID, &parent, &name, &amount, &day, &gotBody, &note); err != nil {
			t.Fatal(err)
		}
		if gotID != id(7) || parent != "" || name != "café ☕ قهوة" || amount != -5 || day != "2026-02-15" ||
			!bytes.Equal(gotBody, body) || note != "naïve 🥐" {
			t.Error(gotID, parent, name, amount, day, gotBody, note)
		}
		err := d.Write(ctx, write)
		if !db.IsDuplicate(err) || !db.IsDuplicate(fmt.Errorf("menu: %w", err)) || db.IsUnavailable(err) {
			t.Errorf("a second insert of the same id: %v", err)
		}
		if err := d.Ping(ctx); err != nil {
			t.Error(err)
		}
	})
}

// Text compares by bytes on both engines, and an update counts the rows it
// found, not those it changed: the guarded updates of the stores rely on both.
func TestDialectsAgree(t *testing.T) {
	dbtest.Each(t, "menu", schema, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, name := range []string{"Latte", "latte", "látte"} {
				if _, err := tx.ExecContext(ctx, "INSERT INTO counter (name, n) VALUES (?, 1)", name); err != nil {
					return err
				}
			}
			for guard, want := range map[int]int64{1: 1, 2: 0} {
				res, err := tx.ExecContext(ctx, "UPDATE counter SET n = 1 WHERE name = ? AND n >= ?", "latte", guard)
				if err != nil {
					return err
				}
				if got, err := res.RowsAffected(); got != want || err != nil {
					return fmt.Errorf("guard %d: %d rows, %w", guard, got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWriteKeepsErrors(t *testing.T) {
	dbtest.Each(t, "order", schema, func(t *testing.T, d *db.DB) {
		errSoldOut := errors.New("sold out")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			return errors.Join(insert(ctx, tx, 1), errSoldOut)
		})
		if !errors.Is(err, errSoldOut) || db.IsUnavailable(err) {
			t.Errorf("the closure's error came back as %v", err)
		}
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := insert(ctx, tx, 2); err != nil {
				return err
			}
			panic("oh")
		})
		if err == nil || !strings.Contains(err.Error(), "oh") {
			t.Errorf("a panic came back as %v", err)
		}
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows of failed closures", n)
		}
		// A duplicate is the statement's failure, not the transaction's: stores
		// insert, and on a duplicate read or update.
		err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := insert(ctx, tx, 3); err != nil {
				return err
			}
			if err := insert(ctx, tx, 3); !db.IsDuplicate(err) {
				return fmt.Errorf("no duplicate: %w", err)
			}
			return insert(ctx, tx, 4)
		})
		if n := count(t, d); err != nil || n != 2 {
			t.Errorf("after a duplicate: %d rows, %v", n, err)
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	dbtest.Each(t, "order", schema, func(t *testing.T, d *db.DB) {
		nothing := func(context.Context, db.Tx) error { return nil }
		var n int
		for name, use := range map[string]func(ctx context.Context, tx db.Tx) error{
			"Write in Write":    func(ctx context.Context, _ db.Tx) error { return d.Write(ctx, nothing) },
			"Snapshot in Write": func(ctx context.Context, _ db.Tx) error { return d.Snapshot(ctx, nil) },
			"Read in Write": func(ctx context.Context, _ db.Tx) error {
				return d.Read().QueryRowContext(ctx, "SELECT 1").Scan(&n)
			},
		} {
			if err := d.Write(t.Context(), use); !errors.Is(err, db.ErrNested) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := d.Read().ExecContext(t.Context(), "DELETE FROM counter"); err == nil {
			t.Error("Read() wrote")
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			rows, err := tx.QueryContext(ctx, "SELECT name FROM counter")
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			if !rows.Next() {
				return rows.Err()
			}
			return insert(ctx, tx, 1)
		})
		if err == nil || !strings.Contains(err.Error(), "still open") {
			t.Errorf("a statement between rows: %v", err)
		}
		var leaked db.Tx
		if err := d.Write(t.Context(), func(_ context.Context, tx db.Tx) error { leaked = tx; return nil }); err != nil {
			t.Error(err)
		}
		if err := insert(t.Context(), leaked, 1); err == nil {
			t.Error("a tx outlived its closure")
		}
		if err := leaked.QueryRowContext(t.Context(), "SELECT 1").Scan(&n); err == nil {
			t.Error("a tx outlived its closure")
		}
	})
}

// Transfers keep the sum; a snapshot that mixed two commits would not see it.
func TestSnapshot(t *testing.T) {
	dbtest.Each(t, "inventory", schema, func(t *testing.T, d *db.DB) {
		var writing sync.WaitGroup
		writing.Go(func() {
			for range 100 {
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					_, err := tx.ExecContext(ctx, "UPDATE counter SET n = n - 1 WHERE name = 'a'")
					if err == nil {
						_, err = tx.ExecContext(ctx, "UPDATE counter SET n = n + 1 WHERE name = 'b'")
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		for range 100 {
			var a, b int
			err := d.Snapshot(t.Context(), func(ctx context.Context, tx db.DBTX) error {
				return errors.Join(
					tx.QueryRowContext(ctx, "SELECT n FROM counter WHERE name = 'a'").Scan(&a),
					tx.QueryRowContext(ctx, "SELECT n FROM counter WHERE name = 'b'").Scan(&b))
			})
			if err != nil || a+b != 0 {
				t.Fatalf("a snapshot saw %d and %d: %v", a, b, err)
			}
		}
		writing.Wait()
		err := d.Snapshot(t.Context(), func(ctx context.Context, tx db.DBTX) error { return insert(ctx, tx, 1) })
		if err == nil {
			t.Error("a snapshot wrote")
		}
	})
}

func TestInsertRows(t *testing.T) {
	dbtest.Each(t, "inventory", schema, func(t *testing.T, d *db.DB) {
		for _, n := range []int{0, 1, 16, 17, 1203} {
			err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
				rows := make([][]any, n)
				for i := range rows {
					rows[i] = []any{id(n*10000 + i), fmt.Sprintf("%d of %d", i, n), i, "2026-02-15", make([]byte, 10_000)}
				}
				return db.InsertRows(ctx, tx, "thing", []string{"id", "name", "amount", "day", "body"}, rows)
			})
			var got int
			scan := d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM thing WHERE name LIKE ?", fmt.Sprintf("%% of %d", n)).Scan(&got)
			if err != nil || scan != nil || got != n {
				t.Errorf("%d rows became %d: %v %v", n, got, err, scan)
			}
		}
		var found int
		row := d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM thing WHERE id IN ("+db.In(3)+")", id(10000), id(160000), id(1))
		if err := row.Scan(&found); err != nil || found != 2 {
			t.Errorf("IN found %d: %v", found, err)
		}
		row = d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM thing WHERE id IN ("+db.In(0)+")")
		if err := row.Scan(&found); err != nil || found != 0 {
			t.Errorf("an empty IN found %d: %v", found, err)
		}
	})
}
