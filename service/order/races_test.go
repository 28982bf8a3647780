package order_test

import (
	"context"
	"testing"

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
