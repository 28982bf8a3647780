package analytics_test

import (
	"fmt"
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

// BenchmarkFollow counts 100,000 events from nothing, decoding included.
func BenchmarkFollow(b *testing.B) {
	for _, engine := range dbtest.Engines(b) {
		for _, cafes := range []int{3, 100} {
			b.Run(fmt.Sprintf("%s/%d cafes", engine, cafes), func(b *testing.B) {
				j := newJournal()
				generate(j, 1, cafes, 100_000, 60)
				b.ResetTimer()
				for b.Loop() {
					b.StopTimer()
					c := newChain(b, dbtest.Open(b, dbtest.Config(b, engine, "analytics"), store.Migrations()), "2026-03-20T10:00:00Z")
					c.journal = j
					c.service = c.replica(b)
					b.StartTimer()
					if n, err := c.service.FollowOnce(b.Context()); err != nil || n != 100_000 {
						b.Fatal(n, err)
					}
				}
				b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// BenchmarkViews reads a month of 100,000 orders, in few cafés and in many.
func BenchmarkViews(b *testing.B) {
	for _, cafes := range []int{3, 100, 1000} {
		c := newChain(b, dbtest.Open(b, dbtest.Config(b, db.SQLite, "analytics"), store.Migrations()), "2026-02-10T10:00:00Z")
		generate(c.journal, 1, cafes*2, 100_000, 59) // half of them sell in the currency that is asked for
		c.follow(b)
		for name, read := range map[string]func() error{
			"month": func() error {
				_, err := c.service.Month(b.Context(), analytics.Query{Month: "2026-02", Currency: "MAD"})
				return err
			},
			"overview": func() error {
				_, err := c.service.Overview(b.Context(), analytics.Query{Month: "2026-02", Currency: "MAD"})
				return err
			},
			"prediction": func() error {
				_, err := c.service.Prediction(b.Context(), analytics.Query{Currency: "MAD"})
				return err
			},
			"sales by item, a month": func() error {
				_, err := c.service.Sales(b.Context(), analytics.SalesQuery{From: "2026-02-01", To: "2026-02-28", Currency: "MAD", By: []string{"item"}, Limit: 50}, "")
				return err
			},
			"sales by café and day": func() error {
				_, err := c.service.Sales(b.Context(), analytics.SalesQuery{From: "2026-01-01", To: "2026-02-28", Currency: "MAD", By: []string{"cafe", "date"}, Limit: 50}, "")
				return err
			},
		} {
			b.Run(fmt.Sprintf("%d cafes/%s", cafes, name), func(b *testing.B) {
				var worst time.Duration
				for b.Loop() {
					start := time.Now()
					if err := read(); err != nil {
						b.Fatal(err)
					}
					worst = max(worst, time.Since(start))
				}
				b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
			})
		}
	}
}

// BenchmarkToday is head office's view of all cafés and a café's best sellers, after two months of 100,000 orders: first
// as a process that has just started answers, then as it goes on.
func BenchmarkToday(b *testing.B) {
	for _, cafes := range []int{3, 100, 500} {
		c := newChain(b, dbtest.Open(b, dbtest.Config(b, db.SQLite, "analytics"), store.Migrations()), "2026-03-01T12:00:00Z")
		for n := range cafes * 2 { // half of them sell in the currency that is asked for
			c.cafes.put(n, fmt.Sprint("Café ", n), []string{"MAD", "EUR"}[n%2])
		}
		generate(c.journal, 1, cafes*2, 100_000, 59)
		c.follow(b)
		for _, first := range []bool{true, false} {
			for name, read := range map[string]func() error{
				"today": func() error {
					v, err := c.service.Today(b.Context(), "MAD", "")
					if err == nil && len(v.Cafes) != cafes {
						err = fmt.Errorf("%d cafés", len(v.Cafes))
					}
					return err
				},
				"best sellers": func() error {
					best, err := c.service.BestSellers(b.Context(), id(kindCafe, 2))
					if err == nil && len(best) == 0 {
						err = fmt.Errorf("nothing sold")
					}
					return err
				},
			} {
				b.Run(fmt.Sprintf("%s/%d cafes/first=%v", name, cafes, first), func(b *testing.B) {
					for b.Loop() {
						if first {
							c.service = c.replica(b)
						}
						if err := read(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
