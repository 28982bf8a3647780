package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"testing"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// writeForever prints the number of every row after it was acknowledged.
func writeForever(cfg db.Config) {
	d, err := db.Open(context.Background(), cfg)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := make(chan int)
	for w := range 16 {
		go func() {
			for n := w; ; n += 16 {
				if err := d.Write(context.Background(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, n) }); err == nil {
					out <- n
				}
			}
		}()
	}
	for n := range out {
		_, _ = fmt.Println(n)
	}
}

// What a killed process had acknowledged is there after it.
func TestKilled(t *testing.T) {
	eachConfig(t, func(t *testing.T, cfg db.Config) {
		if err := db.Migrate(t.Context(), cfg, schema); err != nil {
			t.Fatal(err)
		}
		cmd := child("write", cfg)
		cmd.Stderr = os.Stderr
		pipe, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := map[int]bool{}
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			var n int
			if _, err := fmt.Sscan(lines.Text(), &n); err == nil {
				acknowledged[n] = true
			}
			if len(acknowledged) == 500 {
				_ = cmd.Process.Kill() // and read on: what is in the pipe counts as well
			}
		}
		_ = cmd.Wait()
		d := dbtest.Open(t, cfg, schema)
		for n := range acknowledged {
			var found int
			if err := d.Read().QueryRowContext(t.Context(), "SELECT amount FROM thing WHERE id = ?", id(n)).Scan(&found); err != nil {
				t.Errorf("acknowledged row %d: %v", n, err)
			}
		}
		if len(acknowledged) < 500 {
			t.Errorf("only %d rows", len(acknowledged))
		}
	})
}
