package db_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
)

// BenchmarkWrite commits a small order per transaction: a guarded update, one
// row, and three rows in one statement.
func BenchmarkWrite(b *testing.B) {
	for _, engine := range dbtest.Engines(b) {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/callers=%d", engine, callers), func(b *testing.B) {
				d := dbtest.Open(b, dbtest.Config(b, engine, "order"), schema)
				var next atomic.Int64
				var wg sync.WaitGroup
				b.ResetTimer()
				for range callers {
					wg.Go(func() {
						for {
							n := int(next.Add(1))
							if n > b.N {
								return
							}
							if err := d.Write(b.Context(), func(ctx context.Context, tx db.Tx) error { return order(ctx, tx, n) }); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
				if s := d.Stats(); s.Commits > 0 {
					b.ReportMetric(float64(s.Transactions)/float64(s.Commits), "tx/commit")
				}
			})
		}
	}
}

func order(ctx context.Context, tx db.Tx, n int) error {
	if err := insert(ctx, tx, 4*n); err != nil {
		return err
	}
	rows := make([][]any, 3)
	for i := range rows {
		rows[i] = []any{id(4*n + 1 + i), id(4 * n), fmt.Sprintf("line %d of %d", i, n), 450, "2026-02-15"}
	}
	if err := db.InsertRows(ctx, tx, "thing", []string{"id", "parent", "name", "amount", "day"}, rows); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE counter SET n = n + 1 WHERE name = ? AND n >= ?", "a", 0)
	return err
}

func BenchmarkRead(b *testing.B) {
	for _, engine := range dbtest.Engines(b) {
		b.Run(string(engine), func(b *testing.B) {
			d := dbtest.Open(b, dbtest.Config(b, engine, "order"), schema)
			if err := d.Write(b.Context(), func(ctx context.Context, tx db.Tx) error { return insert(ctx, tx, 1) }); err != nil {
				b.Fatal(err)
			}
			b.RunParallel(func(pb *testing.PB) {
				var name string
				for pb.Next() {
					if err := d.Read().QueryRowContext(b.Context(), "SELECT name FROM thing WHERE id = ?", id(1)).Scan(&name); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
