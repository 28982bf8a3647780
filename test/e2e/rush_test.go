package e2e

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/app"
	"coffee/tool/verify"
)

// verifyClean runs the checker over the system's databases and fails the test on any finding.
func (c *chain) verifyClean() {
	c.t.Helper()
	report, err := verify.Run(context.Background(), verify.Options{Open: verify.Databases(c.config.Database), Now: time.Now})
	if err != nil {
		c.t.Fatalf("verify: %v", err)
	}
	for _, f := range report.Findings {
		c.t.Errorf("verify: %s", f)
	}
}

// rushTime is how long the rush lasts: 10 s in the tests; COFFEE_TEST_RUSH=60s by hand.
func rushTime(t *testing.T) time.Duration {
	t.Helper()
	if text := app.Getenv("COFFEE_TEST_RUSH"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if testing.Short() {
		return 2 * time.Second
	}
	return 10 * time.Second
}

// TestRush: 64 clients at once on one process; no error, and everything adds up afterwards.
func TestRush(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	c.asOperator().keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{
		"lines": []object{{"ingredient_id": s.croissStk, "quantity": 900000000}},
	})
	var placed, read atomic.Int64
	var wait sync.WaitGroup
	until := time.Now().Add(rushTime(t))
	for client := range 64 {
		till := s.counter([]string{"Nadia", "Omar"}[client%2])
		wait.Go(func() {
			for i := 0; time.Now().Before(until); i++ {
				id := newID()
				body := s.threeLines()
				body["service"] = []string{"eat_in", "take_away"}[i%2]
				if a, err := till.try("PUT", "/api/v1/orders/"+id, body); err != nil || a.status != 200 {
					t.Errorf("place: %v %d %s", err, a.status, a.raw)
					return
				}
				placed.Add(1)
				if i%4 == 0 {
					if a, err := till.try("POST", "/api/v1/orders/"+id+"/lines", object{"to": "making", "lines": []int{1, 2}}); err != nil || a.status != 200 {
						t.Errorf("making: %v %d %s", err, a.status, a.raw)
					}
				}
				for _, path := range []string{"/api/v1/orders/" + id, "/api/v1/cafes/" + s.id + "/menu"} {
					if a, err := till.try("GET", path, nil); err != nil || a.status != 200 {
						t.Errorf("read %s: %v %d %s", path, err, a.status, a.raw)
					}
					read.Add(1)
				}
			}
		})
	}
	wait.Wait()
	t.Logf("%d orders, %d reads", placed.Load(), read.Load())
	c.stop()
	c.verifyClean()
}

// TestHundredCroissants: 1,000 buyers for 100 croissants; exactly 100 get one.
func TestHundredCroissants(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam") // it opens with 100 croissants
	tills := []*browser{s.counter("Nadia"), s.counter("Omar"), s.counter("Salma")}
	var sold, short atomic.Int64
	var wait sync.WaitGroup
	turn := make(chan struct{}, 100) // sockets, not buyers, are scarce
	for buyer := range 1000 {
		wait.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			a, err := tills[buyer%len(tills)].try("PUT", "/api/v1/orders/"+newID(), s.croissantOrder())
			switch {
			case err == nil && a.status == 200:
				sold.Add(1)
			case err == nil && a.status == 409 && a.text("code") == "out_of_stock":
				short.Add(1)
			default:
				t.Errorf("a buyer got %v %d %s", err, a.status, a.raw)
			}
		})
	}
	wait.Wait()
	if sold.Load() != 100 || short.Load() != 900 {
		t.Errorf("%d sold and %d refused, want 100 and 900", sold.Load(), short.Load())
	}
	if got := s.onHand()[s.croissStk]; got != 0 {
		t.Errorf("%d thousandths of a croissant on hand, want 0", got)
	}
	c.stop()
	c.verifyClean()
}

// TestTwentyTriesOneOrder: twenty tries at once under one id, three contents.
func TestTwentyTriesOneOrder(t *testing.T) {
	everyTopology(t, func(t *testing.T, c *chain) {
		s := newShop(c, "Café Salam")
		till, before, id := s.counter("Nadia"), s.onHand(), newID()
		contents := []object{
			{"lines": []object{{"variation_id": s.croissantOne, "quantity": 1}}},
			{"lines": []object{{"variation_id": s.croissantOne, "quantity": 2}}},
			{"lines": []object{{"variation_id": s.croissantOne, "quantity": 3}}},
		}
		var mu sync.Mutex
		won := map[int64]int{}
		var wait sync.WaitGroup
		for try := range 20 {
			wait.Go(func() {
				a, err := till.try("PUT", "/api/v1/orders/"+id, contents[try%3])
				switch {
				case err == nil && a.status == 200:
					mu.Lock()
					won[a.number("total")]++
					mu.Unlock()
				case err == nil && a.status == 409 && a.text("code") == "order_exists":
				default:
					t.Errorf("a try got %v %d %s", err, a.status, a.raw)
				}
			})
		}
		wait.Wait()
		if len(won) != 1 {
			t.Fatalf("answers with totals %v; want one content to win", won)
		}
		for total := range won {
			s.moved(before, map[string]int64{s.croissStk: -total / priceCroissant * 1000})
		}
	})
}
