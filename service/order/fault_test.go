package order_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
	"coffee/service/order/store"
)

// dying is a service that dies at a named step: whatever comes after it does not happen.
func (s *shop) dying(step string) *shop {
	r := *s
	r.deps.Step = func(name string) {
		if name == step {
			panic("killed at " + step)
		}
	}
	r.service = order.New(r.deps)
	return &r
}

func (s *shop) try(id string, variation string, n int32) (o order.Order, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("killed")
		}
	}()
	return s.service.Place(s.t.Context(), ana, order.Request{ID: id, Cafe: cafeA, Lines: []order.RequestLine{{Variation: variation, Quantity: n}}})
}

// TestKilled: the process dies at each step of an order; a retry with the same id, before or after the reconciler,
// ends in the one order, and the stock moves once.
func TestKilled(t *testing.T) {
	for _, step := range []string{"after_consume", "before_commit", "after_commit"} {
		for _, reconcile := range []bool{false, true} {
			name := step
			if reconcile {
				name += ", reconciled"
			}
			t.Run(name, func(t *testing.T) {
				s := newShop(t, nil)
				id := newID()
				if _, err := s.dying(step).try(id, croissant, 2); err == nil {
					t.Fatal("it did not die")
				}
				if reconcile {
					s.clock.Add(time31)
					if err := s.service.ReconcileOnce(t.Context()); err != nil {
						t.Fatal(err)
					}
					want := int64(100)
					if step == "after_commit" {
						want = 98
					}
					if s.inventory.left(croissant) != want || s.inventory.openCount() != 0 {
						t.Errorf("after the reconciler %d croissants, %d open", s.inventory.left(croissant), s.inventory.openCount())
					}
				}
				o, err := s.try(id, croissant, 2)
				if err != nil || o.Total != 2400 {
					t.Fatalf("retry: %v %v", o, err)
				}
				if reconcile && step != "after_commit" && o.Attempt != 2 {
					t.Errorf("attempt %d after an abandoned one", o.Attempt)
				}
				s.clock.Add(time31)
				if err := s.service.ReconcileOnce(t.Context()); err != nil {
					t.Fatal(err)
				}
				if s.inventory.left(croissant) != 98 || s.inventory.openCount() != 0 || len(s.events(cafeA)) != 1 {
					t.Errorf("%d croissants, %d open, %d events", s.inventory.left(croissant), s.inventory.openCount(), len(s.events(cafeA)))
				}
			})
		}
	}
}

// TestDiedWithOtherContent: stock that a dead try took for other lines under the same id goes back.
func TestDiedWithOtherContent(t *testing.T) {
	s := newShop(t, nil)
	id := newID()
	if _, err := s.dying("after_consume").try(id, croissant, 5); err == nil {
		t.Fatal("it did not die")
	}
	o, err := s.try(id, croissant, 2)
	if err != nil || o.Attempt != 2 || s.inventory.left(croissant) != 98 {
		t.Errorf("%v, attempt %d, %d croissants left", err, o.Attempt, s.inventory.left(croissant))
	}
}

// TestSlowTry: the reconciler abandons a try that is still on its way; the try goes on with the next attempt.
func TestSlowTry(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		var once sync.Once
		s.deps.Step = func(name string) {
			if name != "after_consume" {
				return
			}
			once.Do(func() {
				s.clock.Add(time31)
				if err := newShopOn(s).service.ReconcileOnce(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		slow := newShopOn(s)
		o, err := slow.try(newID(), croissant, 3)
		if err != nil || o.Attempt != 2 || s.inventory.left(croissant) != 97 {
			t.Errorf("%v, attempt %d, %d left", err, o.Attempt, s.inventory.left(croissant))
		}
	})
}

// TestCancelOvertakes: a cancel between Consume and the order wins the attempt; nothing is sold and nothing leaks.
func TestCancelOvertakes(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := newID()
		s.deps.Step = func(name string) {
			if name == "after_consume" {
				if _, err := s.service.Cancel(t.Context(), ana, id, cafeA, "too late"); err != nil {
					t.Error(err)
				}
			}
		}
		_, err := newShopOn(s).try(id, croissant, 3)
		wantCode(t, err, "order_cancelled")
		s.clock.Add(time31)
		if err := s.service.ReconcileOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.inventory.left(croissant) != 100 || s.inventory.openCount() != 0 || len(s.events(cafeA)) != 0 {
			t.Errorf("%d left, %d open", s.inventory.left(croissant), s.inventory.openCount())
		}
	})
}

// TestCallerLeaves: who goes away after Consume still has an order, found by the next try.
func TestCallerLeaves(t *testing.T) {
	s := newShop(t, nil)
	ctx, leave := context.WithCancel(t.Context())
	s.deps.Step = func(name string) {
		if name == "after_consume" {
			leave()
		}
	}
	r := order.Request{ID: newID(), Cafe: cafeA, Lines: []order.RequestLine{{Variation: croissant, Quantity: 1}}}
	if _, err := newShopOn(s).service.Place(ctx, ana, r); err != nil {
		t.Error(err)
	}
	if len(s.events(cafeA)) != 1 || s.inventory.left(croissant) != 99 {
		t.Error("the order is not there")
	}
}

// TestConfirm: confirmations go out in batches behind the caller's back, and again when inventory was down.
func TestConfirm(t *testing.T) {
	s := newShop(t, nil)
	for range 3 {
		s.place(ana, request(line(latteM, 1)))
	}
	if s.inventory.openCount() != 3 {
		t.Error("confirmed on the caller's path")
	}
	if err := s.service.ConfirmOnce(t.Context()); err != nil || s.inventory.openCount() != 0 {
		t.Errorf("%v, %d open", err, s.inventory.openCount())
	}
}

// TestRun: the background work starts, confirms what is left when it ends, and ends.
func TestRun(t *testing.T) {
	s := newShop(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.service.Run(ctx) }()
	s.place(ana, request(line(latteM, 1)))
	stop()
	if err := <-done; err != nil || s.inventory.openCount() != 0 {
		t.Errorf("%v, %d open", err, s.inventory.openCount())
	}
}

// TestInventoryDown: placing is refused, nothing is written, and the same id goes through later.
func TestInventoryDown(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	s.inventory.ConsumeFn = func(order.Consumption) error { return errs.Unavailable("unavailable", "down") }
	_, err := s.as(ana).PlaceOrder(t.Context(), r)
	if e := wantCode(t, err, "unavailable"); e.RetryAfter == 0 {
		t.Error("no Retry-After")
	}
	s.inventory.ConsumeFn = nil
	s.place(ana, r)
}

// TestMenuAndCafeDown: orders go on from what is in hand, after a restart too; with nothing in hand they are refused.
func TestMenuAndCafeDown(t *testing.T) {
	s := newShop(t, nil)
	down := errs.Unavailable("unavailable", "down")
	s.place(ana, request(line(latteM, 1)))
	menu := s.menus.MenuFn
	s.menus.set(func() {
		s.menus.MenuFn = func(string, int64) (order.Release, error) { return order.Release{}, down }
		s.menus.SoldOutFn = func(string) (order.SoldOut, error) { return order.SoldOut{}, down }
	})
	s.cafes.CafeFn = func(string) (order.Cafe, error) { return order.Cafe{}, down }
	s.clock.Add(time.Hour)
	s.place(ana, request(line(latteM, 1)))
	restarted := newShopOn(s)
	r := request(line(latteM, 1))
	r.Release = 1
	if o := restarted.place(ana, r); o.GetTotal() != 2800 {
		t.Errorf("after a restart: %v", o)
	}
	restarted.place(ana, request(line(latteM, 1)))
	_, err := s.as(bob).PlaceOrder(t.Context(), request(line(latteM, 1)))
	wantCode(t, err, "unavailable")
	s.menus.set(func() { s.menus.MenuFn = menu })
}

// TestThousandBuyers: 100 croissants, many more buyers: exactly 100 are sold.
func TestThousandBuyers(t *testing.T) {
	s := newShop(t, nil)
	var all sync.WaitGroup
	var mu sync.Mutex
	sold, refused := 0, 0
	for range 10 {
		all.Go(func() {
			for range 30 {
				_, err := s.as(ana).PlaceOrder(t.Context(), request(line(croissant, 1)))
				mu.Lock()
				if err == nil {
					sold++
				} else if errs.HasCode(rpc.FromStatus(err), "out_of_stock") {
					refused++
				} else {
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if sold != 100 || refused != 200 || len(s.events(cafeA)) != 100 {
		t.Errorf("sold %d, refused %d", sold, refused)
	}
	s.checkSales(cafeA)
}

// TestReceipts: receipt numbers of a café have no gap, whatever is refused in between.
func TestReceipts(t *testing.T) {
	s := newShop(t, nil)
	next := int64(1)
	for i := range 9 {
		r := request(line(latteM, 1))
		switch i % 3 {
		case 0:
			r.Tenders = []*orderpb.TenderRequest{cash(2801)}
			_, err := s.as(ana).PlaceOrder(t.Context(), r)
			wantCode(t, err, "overpaid")
		case 1:
			if o := s.place(ana, r); o.GetReceiptNumber() != 0 {
				t.Errorf("unpaid with receipt %d", o.GetReceiptNumber())
			}
		default:
			r.Tenders = []*orderpb.TenderRequest{cash(2800)}
			if o := s.place(ana, r); o.GetReceiptNumber() != next {
				t.Errorf("receipt %d, want %d", o.GetReceiptNumber(), next)
			}
			next++
		}
	}
}
