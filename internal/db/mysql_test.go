package db_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// Two closures lock the same rows in opposite order, each after the other holds
// its first: MariaDB ends one of them, which runs again. The second swallows the
// error: what it writes then must not be committed on its own.
func TestDeadlock(t *testing.T) {
	d := dbtest.Open(t, dbtest.Config(t, db.MySQL, "inventory"), schema)
	for name, swallow := range map[string]bool{"returned": false, "swallowed": true} {
		t.Run(name, func(t *testing.T) {
			var both sync.WaitGroup
			both.Add(2)
			var runs atomic.Int32
			add := func(ctx context.Context, tx db.Tx, name string) error {
				_, err := tx.ExecContext(ctx, "UPDATE counter SET n = n + 1 WHERE name = ?", name)
				return err
			}
			transfer := func(first, second string) error {
				meet := sync.OnceFunc(func() { both.Done(); both.Wait() })
				return d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
					runs.Add(1)
					if err := add(ctx, tx, first); err != nil {
						return err
					}
					meet()
					if err := add(ctx, tx, second); err != nil {
						if !swallow {
							return errors.New("a store's own words, without the driver's error")
						}
						_ = add(ctx, tx, second)
					}
					return nil
				})
			}
			before := sum(t, d)
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := transfer("a", "b"); err != nil {
					t.Error(err)
				}
			})
			if err := transfer("b", "a"); err != nil {
				t.Error(err)
			}
			wg.Wait()
			if got := sum(t, d) - before; got != 4 {
				t.Errorf("two transactions added %d to two rows", got)
			}
			if runs.Load() < 3 {
				t.Errorf("no deadlock in %d runs", runs.Load())
			}
		})
	}
}

func sum(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.Read().QueryRowContext(t.Context(), "SELECT CAST(SUM(n) AS SIGNED) FROM counter").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMySQLCollation(t *testing.T) {
	d := dbtest.Open(t, dbtest.Config(t, db.MySQL, "menu"), schema)
	var got string
	row := d.Read().QueryRowContext(t.Context(),
		"SELECT TABLE_COLLATION FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'thing'")
	if err := row.Scan(&got); err != nil || got != "utf8mb4_bin" {
		t.Errorf("a table of collation %q: %v", got, err)
	}
}

// proxied opens a migrated MySQL database through a proxy of the test's.
func proxied(t *testing.T) (*db.DB, *proxy) {
	cfg := dbtest.Config(t, db.MySQL, "order")
	if err := db.Migrate(t.Context(), cfg, schema); err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, &cfg)
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, p
}

// late is a context whose deadline passes when the test says so: one of milliseconds would pass now and then, on a busy
// machine, before there is anything to wait for.
type late struct {
	context.Context
	passed <-chan struct{}
}

func (l late) Done() <-chan struct{} { return l.passed }

func (l late) Err() error {
	select {
	case <-l.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// untilHung is a context whose deadline passes as soon as the server hangs.
func (p *proxy) untilHung(t *testing.T) context.Context {
	passed := make(chan struct{})
	go func() {
		select {
		case <-p.hung:
			close(passed)
		case <-t.Context().Done():
		}
	}()
	return late{t.Context(), passed}
}

func TestCommitUnknown(t *testing.T) {
	d, p := proxied(t)
	write := func(ctx context.Context, n int) error {
		return d.Write(ctx, func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, n) })
	}
	for i, step := range []struct {
		at   commitFault
		rows int
	}{{dropReply, 1}, {dropRequest, 1}, {noFault, 2}} {
		p.fault.Store(int32(step.at))
		err := write(t.Context(), i)
		if (step.at != noFault) != db.IsUnknownCommit(err) || (step.at == noFault) != (err == nil) {
			t.Errorf("fault %d: %v", step.at, err)
		}
		if err != nil && !db.IsUnavailable(err) {
			t.Errorf("fault %d is no reason for 503: %v", step.at, err)
		}
		if n := count(t, d); n != step.rows {
			t.Errorf("fault %d: %d rows", step.at, n)
		}
	}
	// A server that hangs in COMMIT: the caller's deadline holds.
	p.fault.Store(int32(hang))
	if err := write(p.untilHung(t), 9); !db.IsUnknownCommit(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a hanging COMMIT: %v", err)
	}
	// And in ROLLBACK the closure's own error comes back in time.
	errOurs := errors.New("ours")
	if err := d.Write(p.untilHung(t), func(context.Context, db.Tx) error { return errOurs }); !errors.Is(err, errOurs) {
		t.Errorf("a hanging ROLLBACK: %v", err)
	}
	p.dropAll()
}

func TestConnectionLost(t *testing.T) {
	d, p := proxied(t)
	// Dropped while idle: nobody notices.
	runs := 0
	for range 3 {
		p.dropAll()
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { runs++; return insert(ctx, tx, runs) })
		if err != nil {
			t.Errorf("after the idle connections were dropped: %v", err)
		}
		p.dropAll()
		if n := count(t, d); n != runs {
			t.Errorf("%d rows", n)
		}
	}
	if runs != 3 {
		t.Errorf("%d runs", runs)
	}
	// Dropped inside the transaction: the server rolls back, and it runs again.
	err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		if err := insert(ctx, tx, 1000); err != nil {
			return err
		}
		if runs++; runs == 4 {
			p.dropAll()
		}
		return insert(ctx, tx, 1001)
	})
	if n := count(t, d); err != nil || runs != 5 || n != 5 {
		t.Errorf("dropped in the middle: %d runs, %d rows, %v", runs, n, err)
	}
	// Not there at all: at once, and classed.
	p.stop()
	err = d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 2000) })
	if !db.IsUnavailable(err) || db.IsUnknownCommit(err) {
		t.Errorf("without a server: %v", err)
	}
	if err := d.Ping(t.Context()); !db.IsUnavailable(err) {
		t.Errorf("ping without a server: %v", err)
	}
}

// A server that does not let its user in is not available: it may be again, and nobody outside can do anything about it.
func TestLockedOut(t *testing.T) {
	cfg := dbtest.Config(t, db.MySQL, "order")
	config, err := mysql.ParseDSN(strings.TrimPrefix(cfg.URL, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	user := config.DBName[len(config.DBName)-12:]
	do := func(statement string) {
		if _, err := admin.ExecContext(context.Background(), statement); err != nil { // also after the test
			t.Fatalf("%s: %v", statement, err)
		}
	}
	do("CREATE USER '" + user + "' IDENTIFIED BY 'right'")
	t.Cleanup(func() { do("DROP USER '" + user + "'") })
	do("GRANT ALL ON `" + config.DBName + "`.* TO '" + user + "'")
	open := func(password string) error {
		config.User, config.Passwd = user, password
		d, err := db.Open(t.Context(), db.Config{URL: "mysql:" + config.FormatDSN(), Service: "order"})
		if err == nil {
			err = d.Close()
		}
		return err
	}
	if err := open("right"); err != nil {
		t.Fatal(err)
	}
	if err := open("wrong"); !db.IsUnavailable(err) {
		t.Errorf("with a wrong password: %v", err)
	}
	do("ALTER USER '" + user + "' ACCOUNT LOCK")
	if err := open("right"); !db.IsUnavailable(err) {
		t.Errorf("with a locked account: %v", err)
	}
}
