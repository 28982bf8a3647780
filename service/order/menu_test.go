package order_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/rpc"
	"coffee/service/order/store"

	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/errs"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
)

// TestReleases: a new release prices new orders; a cart of the release before stays valid for an hour.
func TestReleases(t *testing.T) {
	s := newShop(t, nil)
	asked := 0
	superseded := opening.Add(10 * time.Minute)
	s.menus.set(func() {
		s.menus.MenuFn = func(_ string, release int64) (order.Release, error) {
			asked++
			one := order.Release{Number: 1, StartsAt: opening.Add(-time.Hour), Menu: theMenu(1, 2800)}
			two := order.Release{Number: 2, StartsAt: superseded, Menu: theMenu(2, 3000)}
			now := s.clock.Now()
			if !now.Before(superseded) {
				one.SupersededAt = superseded
			}
			switch {
			case release == 1, release == 0 && now.Before(superseded):
				return one, nil
			case release == 2, release == 0:
				return two, nil
			}
			return order.Release{}, errs.NotFound("release %d", release)
		}
	})
	sell := func(release int64) (*orderpb.Order, error) {
		r := request(line(latteM, 1))
		r.Release = release
		return s.as(ana).PlaceOrder(t.Context(), r)
	}
	for range 5 {
		if o := must[*orderpb.Order](t)(sell(0)); o.GetTotal() != 2800 {
			t.Errorf("total %d", o.GetTotal())
		}
	}
	if asked != 1 {
		t.Errorf("menu asked %d times within 2 s", asked)
	}
	_, err := sell(2)
	wantCode(t, err, "release_expired") // not begun yet
	s.clock.Add(11 * time.Minute)
	if o := must[*orderpb.Order](t)(sell(0)); o.GetTotal() != 3000 || o.GetRelease() != 2 {
		t.Errorf("new %v", o)
	}
	if o := must[*orderpb.Order](t)(sell(1)); o.GetTotal() != 2800 || o.GetRelease() != 1 {
		t.Errorf("cart of the release before %v", o)
	}
	s.clock.Add(58 * time.Minute)
	must[*orderpb.Order](t)(sell(1))
	s.clock.Add(time.Minute)
	_, err = sell(1)
	if e := wantCode(t, err, "release_expired"); e.Params["release"] != "2" {
		t.Errorf("params %v", e.Params)
	}
}

func TestSoldOut(t *testing.T) {
	s := newShop(t, nil)
	var gone order.SoldOut
	s.menus.set(func() { s.menus.SoldOutFn = func(string) (order.SoldOut, error) { return gone, nil } })
	s.place(ana, request(line(latteM, 1, oat)))
	set := func(g order.SoldOut) { s.menus.set(func() { gone = g }); s.clock.Add(2 * time.Second) }

	set(order.SoldOut{Modifiers: map[string]bool{oat: true}})
	_, err := s.as(ana).PlaceOrder(t.Context(), request(line(croissant, 1), line(latteM, 1, oat)))
	if e := wantCode(t, err, "sold_out"); len(e.Fields) != 1 || e.Fields[0].Path != "lines[1].modifiers" {
		t.Errorf("fields %v", e.Fields)
	}
	s.place(ana, request(line(latteM, 1)))
	set(order.SoldOut{Variations: map[string]bool{latteL: true}, Items: map[string]bool{named("croissant"): true}})
	_, err = s.as(ana).PlaceOrder(t.Context(), request(line(croissant, 1), line(latteL, 1)))
	if e := wantCode(t, err, "sold_out"); len(e.Fields) != 2 {
		t.Errorf("fields %v", e.Fields)
	}
	set(order.SoldOut{Ingredients: []string{named("beans")}})
	o := s.place(ana, request(line(latteM, 1)))
	if got := s.inventory.taken[attemptKey(o.GetId(), 1)].SoldOutIngredients; len(got) != 1 || got[0] != named("beans") {
		t.Errorf("inventory was told %v", got)
	}
}

func TestAvailability(t *testing.T) {
	s := newShop(t, nil)
	asked := 0
	s.menus.set(func() {
		s.menus.SoldOutFn = func(string) (order.SoldOut, error) {
			asked++
			return order.SoldOut{Items: map[string]bool{named("tea"): true}, Modifiers: map[string]bool{oat: true}, Ingredients: []string{named("oat milk")}}, nil
		}
	})
	s.inventory.UsesFn = func([]string) ([]string, []string, error) { return []string{oat, milk}, []string{latteL}, nil }
	for range 3 {
		a := must[*orderpb.Availability](t)(s.as(rpctest.Customer(newID())).GetAvailability(t.Context(), &orderpb.GetAvailabilityRequest{CafeId: cafeA}))
		if len(a.GetModifierIds()) != 2 || len(a.GetVariationIds()) != 1 || len(a.GetItemIds()) != 1 || len(a.GetIngredientIds()) != 1 {
			t.Errorf("availability %v", a)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times within 2 s", asked)
	}
	_, err := s.as(ana).GetAvailability(t.Context(), &orderpb.GetAvailabilityRequest{CafeId: newID()})
	wantCode(t, err, "not_found")
	s.inventory.mu.Lock()
	s.inventory.onHand = map[string]int64{croissant: 3, latteL: 6}
	s.inventory.mu.Unlock()
	s.clock.Add(3 * time.Second)
	a := must[*orderpb.Availability](t)(s.as(ana).GetAvailability(t.Context(), &orderpb.GetAvailabilityRequest{CafeId: cafeA}))
	if few := a.GetFewLeft(); len(few) != 1 || few[0].GetVariationId() != croissant || few[0].GetLeft() != 3 {
		t.Errorf("few left: %v", few)
	}
	// Inventory is down: the last answer again.
	s.inventory.UsesFn = func([]string) ([]string, []string, error) {
		return nil, nil, errs.Unavailable("unavailable", "down")
	}
	s.clock.Add(time.Minute)
	a = must[*orderpb.Availability](t)(s.as(ana).GetAvailability(t.Context(), &orderpb.GetAvailabilityRequest{CafeId: cafeA}))
	if len(a.GetVariationIds()) != 1 {
		t.Errorf("inventory down: %v", a)
	}
}

func TestQuote(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 2, oat))
	r.CafeId = cafeA
	r.Service = "eat_in"
	o := must[*orderpb.Order](t)(orderpb.NewOrderServiceClient(s.server.Service("gateway")).QuoteOrder(t.Context(), r))
	if o.GetTotal() != 6400 || o.GetTaxes()[0].GetTax() != 1067 || o.GetTaxes()[0].GetNet() != 5333 {
		t.Errorf("quote %v", o)
	}
	if len(s.inventory.taken) != 0 || len(s.events(cafeA)) != 0 {
		t.Error("a quote left something")
	}
	r.Discount = &orderpb.Discount{BasisPoints: 5000}
	_, err := s.as(rpctest.Customer(newID())).QuoteOrder(t.Context(), r)
	wantCode(t, err, "not_for_customers")
	if o := must[*orderpb.Order](t)(s.as(ana).QuoteOrder(t.Context(), r)); o.GetTotal() != 3200 {
		t.Errorf("a till's quote with discount: %d", o.GetTotal())
	}
}

func TestCombo(t *testing.T) {
	s := newShop(t, nil)
	r := request(&orderpb.LineRequest{Quantity: 2, Combo: &orderpb.ComboRequest{ComboId: lunch, Parts: []*orderpb.ComboPart{
		{SlotId: slotDrink, VariationId: latteM, Modifiers: []*orderpb.ModifierChoice{{ModifierId: oat}}}, {SlotId: slotFood, VariationId: croissant},
	}}})
	o := s.place(ana, r)
	if o.GetTotal() != 2*(3000+400) || len(o.GetLines()) != 2 || o.GetLines()[1].GetComboGroup() != 1 || o.GetLines()[0].GetComboName() != "Lunch" {
		t.Errorf("combo %v", o)
	}
	s.checkSales(cafeA)
}

func TestPhoneLimits(t *testing.T) {
	s := newShop(t, nil)
	phone := rpctest.Customer(newID())
	order := func(change func(*orderpb.PlaceOrderRequest)) error {
		r := request(line(latteM, 1))
		r.CafeId = cafeA
		change(r)
		_, err := s.as(phone).PlaceOrder(t.Context(), r)
		return err
	}
	plain := func(*orderpb.PlaceOrderRequest) {}
	pickup := func(after time.Duration) func(*orderpb.PlaceOrderRequest) {
		return func(r *orderpb.PlaceOrderRequest) { r.PickupAt = timestamppb.New(s.clock.Now().Add(after)) }
	}
	wantCode(t, order(func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Quantity = 11 }), "too_many_units")
	wantCode(t, order(pickup(24*time.Hour)), "pickup_not_today")
	wantCode(t, order(pickup(-time.Hour)), "pickup_not_today")
	wantCode(t, order(pickup(11*time.Hour)), "closed") // 21:00
	for i, c := range []struct {
		f    func(*orderpb.PlaceOrderRequest)
		code string
	}{{pickup(time.Hour), ""}, {plain, ""}, {plain, "too_many_open_orders"}} {
		if err := order(c.f); c.code == "" && err != nil {
			t.Errorf("order %d: %v", i, err)
		} else if c.code != "" {
			wantCode(t, err, c.code)
		}
	}
	s.clock.Add(11 * time.Hour) // 21:00, closed since 20:00
	wantCode(t, order(plain), "closed")
	s.place(ana, request(line(latteM, 1))) // the counter sells at any time
	if s.inventory.openCount() != 3 {
		t.Errorf("%d consumptions, want those of the three orders", s.inventory.openCount())
	}
}

// TestPhoneLimitAtOnce: tries at the same moment on two replicas do not get past the limit.
func TestPhoneLimitAtOnce(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		other := newShopOn(s)
		phone := rpctest.Customer(newID())
		var all sync.WaitGroup
		var placed atomic.Int32
		for i := range 8 {
			all.Go(func() {
				shop := s
				if i%2 == 0 {
					shop = other
				}
				r := request(line(croissant, 1))
				r.CafeId = cafeA
				if _, err := shop.as(phone).PlaceOrder(t.Context(), r); err == nil {
					placed.Add(1)
				} else if !errs.HasCode(rpc.FromStatus(err), "too_many_open_orders") {
					t.Error(rpc.FromStatus(err))
				}
			})
		}
		all.Wait()
		if placed.Load() != 2 {
			t.Errorf("%d orders were placed", placed.Load())
		}
		// What the refused ones took in passing goes back.
		s.clock.Add(time31)
		if err := s.service.ReconcileOnce(t.Context()); err != nil || s.inventory.left(croissant) != 98 {
			t.Errorf("%v, %d croissants left", err, s.inventory.left(croissant))
		}
	})
}
