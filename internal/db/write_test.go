package db_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
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
	started, free := make(chan struct{}, 1), make(chan struct{})
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
