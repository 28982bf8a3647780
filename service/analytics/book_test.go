package analytics_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

// Whatever happened in between, what a long-lived process answers from memory is what a new one reads.
func TestMemoryIsTheDatabase(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-02-15T10:00:00Z")
		for round := range 5 {
			generate(c.journal, uint64(round), 6, 200, 45)
			if round == 3 {
				if err := c.service.RebuildCafe(t.Context(), id(kindCafe, 2)); err != nil {
					t.Fatal(err)
				}
			}
			c.follow(t)
			fresh := c.replica(t)
			for _, month := range []analytics.Month{"2026-01", "2026-02", "2026-03"} {
				for _, currency := range []string{"MAD", "EUR"} {
					q := analytics.Query{Month: month, Currency: currency}
					kept, err1 := c.service.Month(t.Context(), q)
					read, err2 := fresh.Month(t.Context(), q)
					if err1 != nil || err2 != nil || !reflect.DeepEqual(kept, read) {
						t.Fatalf("round %d, %s:\n%+v, %v\n%+v, %v", round, month, kept, err1, read, err2)
					}
					keptAll, err1 := c.service.Overview(t.Context(), q)
					readAll, err2 := fresh.Overview(t.Context(), q)
					if err1 != nil || err2 != nil || !reflect.DeepEqual(keptAll, readAll) {
						t.Fatalf("round %d, %s:\n%+v, %v\n%+v, %v", round, month, keptAll, err1, readAll, err2)
					}
				}
			}
		}
	})
}

// consistent tells what does not add up in an overview.
func consistent(v analytics.OverviewView) error {
	var cafes, days, categories, orders, dayOrders int64
	for _, c := range v.Cafes {
		cafes += c.Sales
		orders += c.Orders
		for _, d := range c.Days {
			days += d.Sales
			dayOrders += d.Orders
		}
	}
	for _, c := range v.Categories {
		categories += c.Sales
	}
	if cafes != v.Total.Sales || days != cafes || categories != cafes || orders != dayOrders {
		return fmt.Errorf("total %d, by café %d, by day %d, by category %d; orders %d, by day %d", v.Total.Sales, cafes, days, categories, orders, dayOrders)
	}
	return nil
}

func TestReadersSeeWholeStates(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-02-15T10:00:00Z")
		generate(c.journal, 1, 4, 100, 45)
		c.follow(t)
		stop := make(chan struct{})
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				for {
					v, err := c.service.Overview(t.Context(), analytics.Query{Month: "2026-01", Currency: "MAD"})
					if err == nil {
						err = consistent(v)
					}
					if err != nil {
						t.Error(err)
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for round := range 10 {
			generate(c.journal, uint64(round), 4, 50, 45)
			c.follow(t)
		}
		close(stop)
		group.Wait()
	})
}
