package db_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// TestMain lets this test binary be a second process of itself: one that
// migrates, or one that writes until it is killed.
func TestMain(m *testing.M) {
	cfg := db.Config{URL: os.Getenv("DB_TEST_URL"), Service: "order"}
	switch os.Getenv("DB_TEST_CHILD") {
	case "migrate":
		_, _ = os.Stdin.Read(make([]byte, 1)) // all start together
		if err := db.Migrate(context.Background(), cfg, schema); err != nil {
			_, _ = os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	case "write":
		writeForever(cfg)
	}
	os.Exit(m.Run())
}

func child(what string, cfg db.Config) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DB_TEST_CHILD="+what, "DB_TEST_URL="+cfg.URL)
	return cmd
}

func eachConfig(t *testing.T, fn func(t *testing.T, cfg db.Config)) {
	for _, engine := range []db.Engine{db.SQLite, db.MySQL} {
		t.Run(string(engine), func(t *testing.T) { fn(t, dbtest.Config(t, engine, "order")) })
	}
}

func TestMigrateAtOnce(t *testing.T) {
	eachConfig(t, func(t *testing.T, cfg db.Config) {
		start, gun, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			cmd, stderr := child("migrate", cfg), new(bytes.Buffer)
			cmd.Stdin, cmd.Stderr = start, stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				if err := cmd.Wait(); err != nil {
					t.Errorf("process: %v: %s", err, stderr)
				}
			})
		}
		_ = gun.Close()
		for range 4 {
			wg.Go(func() {
				if err := db.Migrate(t.Context(), cfg, schema); err != nil {
					t.Errorf("goroutine: %v", err)
				}
			})
		}
		wg.Wait()
		_ = start.Close()
		d := dbtest.Open(t, cfg, schema)
		if n := count(t, d); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestMigrateOldBesideNew(t *testing.T) {
	eachConfig(t, func(t *testing.T, cfg db.Config) {
		old := fstest.MapFS{"00001_thing.sql": schema["00001_thing.sql"]}
		for _, step := range []fstest.MapFS{old, schema, old, schema} {
			if err := db.Migrate(t.Context(), cfg, step); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Migrate(t.Context(), cfg, fstest.MapFS{}); err == nil {
			t.Error("no migrations at all passed")
		}
	})
}

// A migration stopped between its statements is finished by the next start: on
// SQLite nothing of it was kept, on MySQL each DDL statement was.
func TestMigrateResumes(t *testing.T) {
	eachConfig(t, func(t *testing.T, cfg db.Config) {
		const head = "-- +goose Up\nCREATE TABLE a (id INT NOT NULL, PRIMARY KEY (id));\nCREATE INDEX a_by_id ON a (id);\n"
		broken := fstest.MapFS{"00001_two.sql": {Data: []byte(head + "CREATE TABEL b (id INT);\n")}}
		whole := fstest.MapFS{"00001_two.sql": {Data: []byte(head + "CREATE TABLE b (id INT NOT NULL);\n")}}
		if err := db.Migrate(t.Context(), cfg, broken); err == nil {
			t.Fatal("a broken migration passed")
		}
		d := dbtest.Open(t, cfg, whole)
		var n int
		if err := d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM a, b").Scan(&n); err != nil {
			t.Error(err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, url := range []string{"", "order.db", "sqlite:", "sqlite::memory:", "mysql:", "mysql:root:hunter2@tcp(h:1)/", "mysql:hunter2", "postgres://x"} {
		d, err := db.Open(t.Context(), db.Config{URL: url, Service: "order"})
		if err == nil {
			t.Errorf("%q opened", url)
			_ = d.Close()
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is in the error: %v", err)
		}
	}
	for _, url := range []string{"sqlite:" + filepath.Join(folder, "missing", "order.db"), "mysql:root@unix(" + folder + "/socket)/x"} {
		if _, err := db.Open(t.Context(), db.Config{URL: url, Service: "order"}); !db.IsUnavailable(err) {
			t.Errorf("%s: %v", url, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := db.Migrate(ctx, dbtest.Config(t, db.SQLite, "order"), schema); !errors.Is(err, context.Canceled) {
		t.Errorf("migrate with a context that is over: %v", err)
	}
}

func TestSQLiteFileMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name%20?#.db")
	d := dbtest.Open(t, db.Config{URL: "sqlite:" + path, Service: "order"}, schema)
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 1) }); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".migrate.lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", suffix, info, err)
		}
	}
}
