package order_test

import (
	"context"
	"testing"
	"time"

	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
)

// lateStore shows a transaction's first look at orders as it was a moment before: READ COMMITTED shows each statement
// what is committed by then, so an order may come in between two statements.
type lateStore struct {
	order.Store
	looks int // how many looks are still too early
}

func (s *lateStore) Write(ctx context.Context, fn func(order.Tx) error) error {
	return s.Store.Write(ctx, func(tx order.Tx) error { return fn(&lateTx{tx, s}) })
}

type lateTx struct {
	order.Tx
	store *lateStore
}

func (t *lateTx) Order(id string) (order.Order, bool, error) {
	if t.store.looks > 0 {
		t.store.looks--
		return order.Order{}, false, nil
	}
	return t.Tx.Order(id)
}

// TestCancelMeetsPlace: an order that is committed while its cancel is between two statements is voided, not answered
// as cancelled and left alive.
func TestCancelMeetsPlace(t *testing.T) {
	s := newShop(t, nil)
	placed := s.place(ana, request(line(croissant, 2)))
	deps := s.deps
	deps.Store = &lateStore{Store: s.deps.Store, looks: 1}
	if _, err := order.New(deps).Cancel(t.Context(), ana, placed.GetId(), cafeA, "too late"); err != nil {
		t.Fatal(err)
	}
	o := must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: placed.GetId()}))
	if o.GetState() != "voided" {
		t.Errorf("the cancelled order is %s", o.GetState())
	}
	attempts, err := s.deps.Store.Attempts(t.Context(), []string{placed.GetId()})
	if err != nil || len(attempts) != 1 {
		t.Errorf("attempts %v %v, want the placed one alone", attempts, err)
	}
}

// racedStore lets something happen right after a try has seen that its order is not there yet.
type racedStore struct {
	order.Store
	then func()
}

func (s *racedStore) Attempts(ctx context.Context, ids []string) ([]order.Attempt, error) {
	attempts, err := s.Store.Attempts(ctx, ids)
	if then := s.then; then != nil {
		s.then = nil
		then()
	}
	return attempts, err
}

// TestOwnTryIsNoReasonToRefuse: where another try of the same order, at another replica, is placed first and uses up what
// the order needs, this one answers with the order.
func TestOwnTryIsNoReasonToRefuse(t *testing.T) {
	phone := rpctest.Customer(newID())
	slot := opening.Add(time.Hour)
	lattes := func(n int32) []order.RequestLine { return []order.RequestLine{{Variation: latteM, Quantity: n}} }
	for name, c := range map[string]struct {
		caller  rpc.Caller
		request order.Request
		before  func(s *shop)
	}{
		"the lead's approval": {ana, order.Request{Lines: []order.RequestLine{{Variation: latteM, Quantity: 1, Comp: true}}}, func(*shop) {}},
		"the last minutes of a quarter hour": {phone, order.Request{Lines: lattes(4), PickupAt: slot}, func(s *shop) {
			for range 2 { // 240 s each, of 600
				must[order.Order](t)(s.service.Place(t.Context(), rpctest.Customer(newID()), order.Request{ID: newID(), Cafe: cafeA, Lines: lattes(4), PickupAt: slot}))
			}
		}},
		"the last order that a phone may have open": {phone, order.Request{Lines: lattes(1)}, func(s *shop) {
			must[order.Order](t)(s.service.Place(t.Context(), phone, order.Request{ID: newID(), Cafe: cafeA, Lines: lattes(1)})) // of two
		}},
		"the last croissant": {ana, order.Request{Lines: []order.RequestLine{{Variation: croissant, Quantity: 1}}}, func(s *shop) {
			s.inventory.onHand[croissant] = 1
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, nil)
			c.before(s)
			r := c.request
			r.ID, r.Cafe = newID(), cafeA
			if r.Lines[0].Comp {
				r.Approval = s.server.Approval(named("lea"), "lead", cafeA, ana.Device)
			}
			var first order.Order
			deps := s.deps
			deps.Store = &racedStore{s.deps.Store, func() { first = must[order.Order](t)(s.service.Place(t.Context(), c.caller, r)) }}
			second, err := order.New(deps).Place(t.Context(), c.caller, r)
			if err != nil || first.ID != r.ID || second.ID != r.ID || second.Total != first.Total {
				t.Fatalf("placed %s at %d, then %s at %d: %v", first.ID, first.Total, second.ID, second.Total, err)
			}
			another := r
			another.ID = newID()
			if _, err := order.New(s.deps).Place(t.Context(), c.caller, another); err == nil {
				t.Error("another order got what was used up")
			}
		})
	}
}

// TestCollectReachesEverybody: more phone orders that nobody pays or fetches than one round takes do not keep the
// clock from the others, and one round takes whatever is due.
func TestCollectReachesEverybody(t *testing.T) {
	const many = 501 // a round's batch is 500
	s := newShop(t, nil)
	ready := func(c rpc.Caller) string {
		r := request(line(latteM, 1))
		r.CafeId = cafeA
		o := s.place(c, r)
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "ready"))
		return o.GetId()
	}
	for range many {
		ready(rpctest.Customer(newID()))
	}
	s.clock.Add(time.Second)
	var ids []string
	for range many {
		ids = append(ids, ready(ana))
	}
	s.clock.Add(time.Hour)
	if err := s.service.CollectOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, id := range ids {
		if o := must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: id})); o.GetState() != "collected" {
			open++
		}
	}
	if open > 0 {
		t.Errorf("%d of %d counter orders are still ready after an hour", open, many)
	}
}

// TestRemakeLineNamedTwice: a line that is named twice is not made more often than it was sold.
func TestRemakeLineNamedTwice(t *testing.T) {
	s := newShop(t, nil)
	o := s.place(ana, request(line(croissant, 2)))
	_, err := s.as(lea).RemakeLines(keyCtx(t), &orderpb.RemakeLinesRequest{
		Id: o.GetId(), RemakeId: newID(), Reason: "dropped", Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 1}, {Line: 1, Quantity: 2}},
	})
	wantCode(t, err, "too_many_units")
}

// TestRefusedOrderHoldsNothing: an order that is refused after its stock was taken gives it back at once, not when
// the reconciler comes by; the same id goes on with what is right.
func TestRefusedOrderHoldsNothing(t *testing.T) {
	s := newShop(t, nil)
	s.inventory.onHand[croissant] = 1
	r := request(line(croissant, 1))
	r.Tenders = []*orderpb.TenderRequest{cash(999999)}
	_, err := s.as(ana).PlaceOrder(t.Context(), r)
	wantCode(t, err, "overpaid")
	if left := s.inventory.left(croissant); left != 1 {
		t.Fatalf("%d croissants are left of 1 after a refused order", left)
	}
	r.Tenders = nil
	s.place(ana, r)
	if left := s.inventory.left(croissant); left != 0 {
		t.Errorf("%d croissants are left, want 0", left)
	}
}

// TestChangeAgainWithAnotherKey: who lost the Idempotency-Key of a change and sends it again under a new one is told
// the same difference: it is money to take or to give.
func TestChangeAgainWithAnotherKey(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1), line(latteL, 1))
	r.Tenders = []*orderpb.TenderRequest{cash(2800 + 3300)}
	first := s.place(ana, r)
	for _, tt := range []struct {
		void []int32
		with *orderpb.LineRequest
		want int64
	}{
		{[]int32{2}, line(latteM, 1), -500}, {nil, line(latteM, 1), 2800}, {[]int32{1}, line(croissant, 3), 800},
	} {
		change := &orderpb.ChangeOrderRequest{Id: first.GetId(), VoidLines: tt.void, Replacement: request(tt.with)}
		for range 2 {
			got := must[*orderpb.ChangeOrderResponse](t)(s.as(ana).ChangeOrder(keyCtx(t), change))
			if got.GetDifference() != tt.want {
				t.Errorf("lines %v: a difference of %d, want %d", tt.void, got.GetDifference(), tt.want)
			}
		}
	}
}
