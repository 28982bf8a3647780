package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// Of many writers at once some fail and some panic; each is answered for itself
// alone, and the rows are exactly those of the ones that were told "done".
func TestManyWriters(t *testing.T) {
	const writers, each = 32, 20
	dbtest.Each(t, "order", schema, func(t *testing.T, d *db.DB) {
		errRefused := errors.New("refused")
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					n := w*each + i
					err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
						if err := insert(ctx, tx, n); err != nil {
							return err
						}
						switch n % 5 {
						case 1:
							return errRefused
						case 2:
							panic("spilt")
						}
						return nil
					})
					switch n % 5 {
					case 1:
						if !errors.Is(err, errRefused) {
							t.Errorf("writer %d was refused with %v", n, err)
						}
					case 2:
						if err == nil || !strings.Contains(err.Error(), "spilt") {
							t.Errorf("writer %d panicked with %v", n, err)
						}
					default:
						if err != nil {
							t.Errorf("writer %d: %v", n, err)
						}
					}
				}
			})
		}
		wg.Wait()
		rows, err := d.Read().QueryContext(t.Context(), "SELECT amount FROM thing")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		got := 0
		for ; rows.Next(); got++ {
			var n int
			if err := rows.Scan(&n); err != nil || n%5 == 1 || n%5 == 2 {
				t.Errorf("row %d of a failed closure: %v", n, err)
			}
		}
		if want := writers * each * 3 / 5; got != want || rows.Err() != nil {
			t.Errorf("%d rows, want %d: %v", got, want, rows.Err())
		}
		if s := d.Stats(); s.Transactions != int64(got) {
			t.Errorf("counted %+v", s)
		}
	})
}

// held starts a closure that waits inside SQLite's writer until released, so
// that a test decides who queues behind it.
func held(t *testing.T, d *db.DB, ctx context.Context) (release func(), outcome chan error) {
	t.Helper()
	started, free := make(chan struct{}), make(chan struct{})
	outcome = make(chan error, 1)
	go func() {
		outcome <- d.Write(ctx, func(ctx context.Context, tx db.Tx) error {
			select {
			case started <- struct{}{}:
			default: // run again
			}
			<-free
			if err := ctx.Err(); err != nil {
				return err
			}
			return insert(ctx, tx, 1000)
		})
	}()
	<-started
	return sync.OnceFunc(func() { close(free) }), outcome
}

// queue hands in n closures and returns when all of them wait.
func queue(d *db.DB, n int, run func(i int)) *sync.WaitGroup {
	var wg sync.WaitGroup
	before := d.Stats().Queued
	for i := range n {
		wg.Go(func() { run(i) })
	}
	for d.Stats().Queued < before+n {
		runtime.Gosched()
	}
	return &wg
}

func openSQLite(t *testing.T) *db.DB {
	return dbtest.Open(t, dbtest.Config(t, db.SQLite, "order"), schema)
}

func TestGroupCommitShares(t *testing.T) {
	d := openSQLite(t)
	release, outcome := held(t, d, t.Context())
	wg := queue(d, 63, func(i int) {
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, i) }); err != nil {
			t.Error(err)
		}
	})
	release()
	wg.Wait()
	if err := <-outcome; err != nil {
		t.Error(err)
	}
	if s := d.Stats(); s.Transactions != 64 || s.Commits != 1 {
		t.Errorf("64 closures: %+v", s)
	}
	if n := count(t, d); n != 64 {
		t.Errorf("%d rows", n)
	}
}

func TestCancellation(t *testing.T) {
	d := openSQLite(t)
	holder, cancelHolder := context.WithCancel(t.Context())
	release, outcome := held(t, d, holder)
	defer release()

	// A caller in the queue may leave, and its closure never runs.
	ctx, cancel := context.WithCancel(t.Context())
	left := queue(d, 1, func(int) {
		err := d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 1) })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("left the queue with %v", err)
		}
	})
	stays := queue(d, 1, func(int) {
		if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 2) }); err != nil {
			t.Errorf("behind a cancelled caller: %v", err)
		}
	})
	cancel()
	left.Wait()

	// One that is running waits for the outcome, and does not notice.
	cancelHolder()
	select {
	case err := <-outcome:
		t.Fatalf("left while running: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	release()
	if err := <-outcome; err != nil {
		t.Errorf("cancelled while running: %v", err)
	}
	stays.Wait()
	if n := count(t, d); n != 2 {
		t.Errorf("%d rows", n)
	}
	if err := d.Write(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is over: %v", err)
	}
}

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

func TestClose(t *testing.T) {
	dbtest.Each(t, "order", schema, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		done := 0
		for i := range 50 {
			wg.Go(func() {
				err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, i) })
				if err == nil {
					mu.Lock()
					done++
					mu.Unlock()
				} else if d.Engine() == db.SQLite && !db.IsUnavailable(err) {
					t.Errorf("while closing: %v", err)
				}
			})
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if err := d.Write(t.Context(), nil); !db.IsUnavailable(err) {
			t.Errorf("wrote after Close: %v", err)
		}
	})
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
