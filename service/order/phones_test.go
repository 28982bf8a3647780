package order_test

import (
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
	"coffee/service/order/store"
)

// byPhone is a phone's order in café A.
func byPhone(lines ...*orderpb.LineRequest) *orderpb.PlaceOrderRequest {
	r := request(lines...)
	r.CafeId = cafeA
	return r
}

func (s *shop) phoneOrders() *orderpb.PhoneOrders {
	s.t.Helper()
	anyone := orderpb.NewOrderServiceClient(s.server.Service("gateway"))
	p, err := anyone.GetPhoneOrders(s.t.Context(), &orderpb.GetPhoneOrdersRequest{CafeId: cafeA})
	if err != nil {
		s.t.Fatal(rpc.FromStatus(err))
	}
	return p
}

func (s *shop) pause(c rpc.Caller, minutes int32) (*orderpb.PhoneOrders, error) {
	return s.as(c).PausePhoneOrders(s.t.Context(), &orderpb.PausePhoneOrdersRequest{CafeId: cafeA, Minutes: minutes})
}

// TestPause: a phone's order is refused while the counter takes none; the pause ends by itself or by hand.
func TestPause(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		phone := rpctest.Customer(newID())
		placed := s.place(phone, byPhone(line(latteM, 1)))
		if p := s.phoneOrders(); p.GetPausedUntil() != nil {
			t.Errorf("paused already: %v", p)
		}
		p := must[*orderpb.PhoneOrders](t)(s.pause(lea, 15))
		until := opening.Add(15 * time.Minute)
		if !p.GetPausedUntil().AsTime().Equal(until) || !s.phoneOrders().GetPausedUntil().AsTime().Equal(until) {
			t.Errorf("paused until %s", p.GetPausedUntil().AsTime())
		}
		later := byPhone(line(latteM, 1))
		_, err := s.as(phone).PlaceOrder(t.Context(), later)
		if e := wantCode(t, err, "phone_orders_paused"); e.Params["until"] != "2026-06-09T09:15:00Z" {
			t.Errorf("%v", e.Params)
		}
		// The counter goes on, a quote is answered, and what was placed before is what it was.
		s.place(ana, request(line(latteM, 1)))
		if q := must[*orderpb.Order](t)(s.as(phone).QuoteOrder(t.Context(), later)); q.GetPromisedAt() != nil {
			t.Errorf("a quote promises %s while phones are paused", q.GetPromisedAt().AsTime())
		}
		s.clock.Add(15*time.Minute - time.Microsecond)
		_, err = s.as(phone).PlaceOrder(t.Context(), later)
		wantCode(t, err, "phone_orders_paused")
		s.clock.Add(time.Microsecond)
		if s.phoneOrders().GetPausedUntil() != nil {
			t.Error("a pause does not end")
		}
		s.place(phone, later)
		must[*orderpb.PhoneOrders](t)(s.pause(lea, 30))
		if p := must[*orderpb.PhoneOrders](t)(s.pause(lea, 0)); p.GetPausedUntil() != nil {
			t.Errorf("taken up again: %v", p)
		}
		var actions int
		if err := d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM audit WHERE action = 'pause_phone_orders'").Scan(&actions); err != nil || actions != 3 {
			t.Errorf("%d in the audit, %v", actions, err)
		}
		if got := must[*orderpb.Order](t)(s.as(phone).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: placed.GetId()})); got.GetPromisedAt() == nil {
			t.Error("no promise")
		}
	})
}

func TestPauseRefused(t *testing.T) {
	s := newShop(t, nil)
	for _, c := range []struct {
		as      rpc.Caller
		minutes int32
		code    string
	}{
		{ana, 15, "forbidden"},
		{rpctest.Device(newID(), "counter", cafeA), 15, "forbidden"},
		{rpctest.Customer(newID()), 15, "forbidden"},
		{rpctest.Person(newID(), "lead", cafeB, newID()), 15, "not_found"},
		{lea, 20, "invalid_request"},
		{lea, -15, "invalid_request"},
	} {
		_, err := s.pause(c.as, c.minutes)
		wantCode(t, err, c.code)
	}
	_, err := s.as(boss).PausePhoneOrders(t.Context(), &orderpb.PausePhoneOrdersRequest{CafeId: newID(), Minutes: 15})
	wantCode(t, err, "not_found")
	_, err = s.as(boss).GetPhoneOrders(t.Context(), &orderpb.GetPhoneOrdersRequest{CafeId: newID()})
	wantCode(t, err, "not_found")
}

// TestPhoneOrders: what a phone may order follows the clock, the hours and the queue.
func TestPhoneOrders(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d) // 10:00, open until 20:00 in Casablanca
		p := s.phoneOrders()
		if !p.GetOpen() || p.GetMaxUnits() != 10 || p.GetMaxOpenOrders() != 2 || !p.GetClosesAt().AsTime().Equal(opening.Add(10*time.Hour)) ||
			!p.GetOpensAt().AsTime().Equal(opening.Add(21*time.Hour)) || !p.GetAsapAt().AsTime().Equal(opening.Add(time.Minute)) || !p.GetAt().AsTime().Equal(opening) {
			t.Errorf("%v", p)
		}
		if n := len(p.GetSlots()); n != 39 || !p.GetSlots()[0].GetAt().AsTime().Equal(opening.Add(15*time.Minute)) || p.GetSlots()[0].GetFull() {
			t.Errorf("%d slots from %v", n, p.GetSlots()[0])
		}
		// Ten lattes fill a quarter hour; what is left to do before makes it later.
		s.place(ana, request(line(latteM, 10)))
		r := byPhone(line(latteM, 10))
		r.PickupAt = timestamppb.New(opening.Add(30 * time.Minute))
		s.place(rpctest.Customer(newID()), r)
		p = s.phoneOrders()
		if !p.GetAsapAt().AsTime().Equal(opening.Add(15 * time.Minute)) { // 10:00 is full
			t.Errorf("as soon as possible: %s", p.GetAsapAt().AsTime())
		}
		for i, full := range []bool{false, true, false} {
			if s := p.GetSlots()[i]; s.GetFull() != full {
				t.Errorf("slot %v, want full %v", s, full)
			}
		}
		r = byPhone(line(latteM, 1))
		r.PickupAt = timestamppb.New(opening.Add(44 * time.Minute))
		_, err := s.as(rpctest.Customer(newID())).PlaceOrder(t.Context(), r)
		if e := wantCode(t, err, "slot_full"); e.Params["next"] != "2026-06-09T09:45:00Z" {
			t.Errorf("%v", e.Params)
		}
		if s.inventory.openCount() != 2 {
			t.Error("a refused order took stock")
		}
		s.clock.Add(10 * time.Hour)
		if p := s.phoneOrders(); p.GetOpen() || p.GetClosesAt() != nil || p.GetAsapAt() != nil || len(p.GetSlots()) != 0 || !p.GetOpensAt().AsTime().Equal(opening.Add(21*time.Hour)) {
			t.Errorf("closed: %v", p)
		}
	})
}

func TestPhoneOrdersOfAnArchivedCafe(t *testing.T) {
	s := newShop(t, nil)
	known := s.cafes.CafeFn
	s.cafes.CafeFn = func(id string) (order.Cafe, error) {
		c, err := known(id)
		c.Archived = true
		return c, err
	}
	if p := s.phoneOrders(); p.GetOpen() || p.GetOpensAt() != nil || len(p.GetSlots()) != 0 {
		t.Errorf("%v", p)
	}
}

// TestSlotAtOnce: of many phones that want one quarter hour at the same moment, as many get it as have room.
func TestSlotAtOnce(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		other := newShopOn(s)
		results := make(chan error, 8)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				r := byPhone(line(latteM, 4)) // 240 s: three of them pass 600
				r.PickupAt = timestamppb.New(opening.Add(time.Hour))
				_, err := []*shop{s, other}[i%2].as(rpctest.Customer(newID())).PlaceOrder(t.Context(), r)
				results <- rpc.FromStatus(err)
			})
		}
		all.Wait()
		close(results)
		placed := 0
		for err := range results {
			if err == nil {
				placed++
			} else if !errs.HasCode(err, "slot_full") {
				t.Error(err)
			}
		}
		if placed != 3 {
			t.Errorf("%d orders in one quarter hour", placed)
		}
	})
}

// TestBarThatMarksNothing: what nobody bumps is not waited for without end.
func TestBarThatMarksNothing(t *testing.T) {
	s := newShop(t, nil)
	s.place(ana, request(line(latteM, 10)))
	if p := s.place(ana, request(line(latteM, 1))).GetPromisedAt().AsTime(); p.Sub(opening) != 11*time.Minute {
		t.Errorf("promised for %s", p)
	}
	s.clock.Add(30 * time.Minute)
	if p := s.place(ana, request(line(latteM, 1))).GetPromisedAt().AsTime(); p.Sub(s.clock.Now()) != 12*time.Minute {
		t.Errorf("half an hour later, still within the slot: promised for %s", p)
	}
	s.clock.Add(15 * time.Minute)
	if p := s.place(ana, request(line(latteM, 1))).GetPromisedAt().AsTime(); p.Sub(s.clock.Now()) != 2*time.Minute {
		t.Errorf("then: promised for %s", p)
	}
}

// TestPromises: each order is promised behind what is queued, the bar sees when to begin, and a guest hears of a delay.
func TestPromises(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		at := func(p *timestamppb.Timestamp) time.Duration { return p.AsTime().Sub(opening) }
		r := request(line(latteM, 1))
		r.PickupAt = timestamppb.New(opening.Add(time.Hour))
		later := s.place(ana, r)
		first := s.place(ana, request(line(latteM, 4), line(croissant, 1)))
		second := s.place(ana, request(line(latteM, 1)))
		if at(later.GetPromisedAt()) != time.Hour || at(later.GetStartAt()) != 59*time.Minute || at(first.GetPromisedAt()) != 4*time.Minute ||
			at(first.GetStartAt()) != 0 || at(second.GetPromisedAt()) != 5*time.Minute || at(second.GetStartAt()) != 4*time.Minute {
			t.Errorf("later %v, first %v, second %v", later, first, second)
		}
		snack := request(line(croissant, 1))
		snack.Tenders = []*orderpb.TenderRequest{cash(1200)}
		if c := s.place(ana, snack); c.GetPromisedAt() != nil {
			t.Errorf("a croissant is promised for %s", c.GetPromisedAt().AsTime())
		}
		remake := must[*orderpb.Order](t)(s.as(lea).RemakeLines(keyCtx(t), &orderpb.RemakeLinesRequest{
			Id: first.GetId(), RemakeId: newID(), Reason: "cold", Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 2}},
		}))
		if at(remake.GetPromisedAt()) != 2*time.Minute {
			t.Errorf("the remake is promised for %s", remake.GetPromisedAt().AsTime())
		}
		board := must[*orderpb.Board](t)(s.as(ana).GetBoard(t.Context(), &orderpb.GetBoardRequest{CafeId: cafeA}))
		want := []string{remake.GetId(), first.GetId(), second.GetId()}
		for i, id := range want {
			if ticket := board.GetTickets()[i]; ticket.GetOrderId() != id || ticket.GetPromisedAt() == nil || ticket.GetStartAt() == nil {
				t.Errorf("ticket %d: %v", i, ticket)
			}
		}
		if last := board.GetTickets()[len(board.GetTickets())-1]; last.GetOrderId() != later.GetId() {
			t.Errorf("the pick-up for later is not last: %v", last)
		}
		get := func(o *orderpb.Order) *orderpb.Order {
			return must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: o.GetId()}))
		}
		if got := get(second); at(got.GetExpectedAt()) != 7*time.Minute { // the remake came before it
			t.Errorf("expected at %v", got.GetExpectedAt())
		}
		must[*orderpb.Order](t)(s.advance(ana, remake.GetId(), "ready"))
		if got := get(second); got.GetExpectedAt() != nil {
			t.Errorf("in time again, and expected at %v", got.GetExpectedAt())
		}
		s.clock.Add(4 * time.Minute)
		list := must[*orderpb.ListOrdersResponse](t)(s.as(ana).ListOrders(t.Context(), &orderpb.ListOrdersRequest{State: "placed"}))
		for _, o := range list.GetOrders() {
			switch o.GetId() {
			case second.GetId():
				if at(o.GetExpectedAt()) != 9*time.Minute {
					t.Errorf("listed: expected at %v", o.GetExpectedAt())
				}
			case later.GetId():
				if o.GetExpectedAt() != nil {
					t.Errorf("later: expected at %v", o.GetExpectedAt())
				}
			}
		}
		// A later order's promise counts what is queued by now: the four lattes of the first, one of the second.
		must[*orderpb.Order](t)(s.advance(ana, first.GetId(), "ready"))
		if third := s.place(ana, request(line(latteM, 1))); at(third.GetPromisedAt()) != 6*time.Minute {
			t.Errorf("the third is promised for %s", third.GetPromisedAt().AsTime())
		}
		// A change of mind is promised anew.
		changed := must[*orderpb.ChangeOrderResponse](t)(s.as(ana).ChangeOrder(keyCtx(t), &orderpb.ChangeOrderRequest{
			Id: second.GetId(), VoidLines: []int32{1}, Replacement: request(line(latteL, 1)),
		}))
		if at(changed.GetReplacement().GetPromisedAt()) != 7*time.Minute { // priced while the voided one still stood there
			t.Errorf("changed: %v", changed.GetReplacement().GetPromisedAt().AsTime())
		}
		again := s.place(ana, r)
		if !proto.Equal(again, later) {
			t.Errorf("the same order again\n%v\nwas\n%v", again, later)
		}
	})
}
