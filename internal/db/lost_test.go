package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// fill makes SQLite answer "disk full" on the writer's connection.
func fill(ctx context.Context, tx db.Tx) error {
	if _, err := tx.ExecContext(ctx, "PRAGMA max_page_count = 30"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE thing SET body = ? WHERE id = ?", make([]byte, 1<<20), id(5))
	return err
}

// A full disk takes the shared transaction with it; who was not to blame is
// committed all the same, and who was is told that the database is unavailable.
func TestSharedTransactionLost(t *testing.T) {
	d := openSQLite(t)
	release, outcome := held(t, d, t.Context())
	wg := queue(d, 20, func(i int) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := insert(ctx, tx, i); err != nil {
				return err
			}
			if i == 5 {
				if err := fill(ctx, tx); err != nil {
					return fmt.Errorf("order: %w", err)
				}
			}
			return nil
		})
		if (i == 5) != db.IsUnavailable(err) || (i != 5) != (err == nil) {
			t.Errorf("writer %d: %v", i, err)
		}
	})
	release()
	wg.Wait()
	if err := <-outcome; err != nil {
		t.Error(err)
	}
	if n := count(t, d); n != 20 {
		t.Errorf("%d rows", n)
	}
}

// After "disk full" SQLite has rolled back; a closure that does not care must
// not go on writing without a transaction.
func TestSwallowedError(t *testing.T) {
	d := openSQLite(t)
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if err := insert(ctx, tx, 5); err != nil {
			return err
		}
		_ = fill(ctx, tx)
		if err := insert(ctx, tx, 6); err == nil {
			t.Error("wrote outside of the transaction")
		}
		return nil
	})
	if !db.IsUnavailable(err) {
		t.Errorf("a lost transaction was answered with %v", err)
	}
	if n := count(t, d); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestClosureEndsItsGoroutine(t *testing.T) {
	d := openSQLite(t)
	release, outcome := held(t, d, t.Context())
	wg := queue(d, 10, func(i int) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if i == 5 {
				runtime.Goexit()
			}
			return insert(ctx, tx, i)
		})
		if (err != nil) != (i == 5) {
			t.Errorf("writer %d: %v", i, err)
		}
	})
	release()
	wg.Wait()
	if err := <-outcome; err != nil {
		t.Error(err)
	}
	if n := count(t, d); n != 10 {
		t.Errorf("%d rows", n)
	}
}

// COMMIT itself may refuse, here for a foreign key that is checked only then:
// the closure to blame hears of it, the others are committed.
func TestCommitRefused(t *testing.T) {
	d := dbtest.Open(t, dbtest.Config(t, db.SQLite, "order"), fstest.MapFS{"00001_late.sql": {Data: []byte(`-- +goose Up
CREATE TABLE thing (id BINARY(16) NOT NULL PRIMARY KEY, name VARCHAR(100), amount BIGINT, day CHAR(10),
	parent BINARY(16) REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED);
`)}})
	release, outcome := held(t, d, t.Context())
	wg := queue(d, 5, func(i int) {
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if err := insert(ctx, tx, i); err != nil || i != 3 {
				return err
			}
			_, err := tx.ExecContext(ctx, "UPDATE thing SET parent = ? WHERE id = ?", id(77), id(i))
			return err
		})
		if (err != nil) != (i == 3) || db.IsUnavailable(err) {
			t.Errorf("writer %d: %v", i, err)
		}
	})
	release()
	wg.Wait()
	if err := <-outcome; err != nil {
		t.Error(err)
	}
	if n := count(t, d); n != 5 {
		t.Errorf("%d rows", n)
	}
}

// Two processes may have the file open (a service and its verifier): they wait
// for each other's transaction.
func TestSecondWriterWaits(t *testing.T) {
	cfg := dbtest.Config(t, db.SQLite, "order")
	one, two := dbtest.Open(t, cfg, schema), dbtest.Open(t, cfg, schema)
	release, outcome := held(t, one, t.Context())
	second := make(chan error, 1)
	go func() {
		second <- two.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 1) })
	}()
	select {
	case err := <-second:
		t.Errorf("did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	release()
	if err := errors.Join(<-outcome, <-second); err != nil {
		t.Error(err)
	}
	if n := count(t, two); n != 2 {
		t.Errorf("%d rows", n)
	}
}
