package order_test

import (
	"context"
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

func TestSettle(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		one := s.place(ana, request(line(latteM, 1), line(croissant, 1))) // 40.00
		two := s.place(ana, request(line(latteL, 2)))                     // 66.00
		settle := func(ctx context.Context, tenders ...*orderpb.TenderRequest) (*orderpb.SettleResponse, error) {
			return s.as(ana).Settle(ctx, &orderpb.SettleRequest{OrderIds: []string{one.GetId(), two.GetId()}, Tenders: tenders})
		}
		_, err := settle(keyCtx(t), cash(10601))
		if e := wantCode(t, err, "overpaid"); e.Params["due"] != "10600" {
			t.Errorf("params %v", e.Params)
		}
		_, err = s.as(bob).Settle(keyCtx(t), &orderpb.SettleRequest{OrderIds: []string{one.GetId()}, Tenders: []*orderpb.TenderRequest{cash(1)}})
		wantCode(t, err, "not_found")
		_, err = s.as(ana).Settle(t.Context(), &orderpb.SettleRequest{OrderIds: []string{one.GetId()}, Tenders: []*orderpb.TenderRequest{cash(1)}})
		wantCode(t, err, "idempotency_key_required")

		part := must[*orderpb.SettleResponse](t)(settle(keyCtx(t), &orderpb.TenderRequest{Id: newID(), Kind: "card", Amount: 3000, Reference: "slip 1"}))
		if a, b := part.GetOrders()[0], part.GetOrders()[1]; a.GetMoneyState() != "part_paid" || a.GetDue() != 1000 || b.GetMoneyState() != "unpaid" || a.GetReceiptNumber() != 0 {
			t.Errorf("after 30.00: %v %v", a, b)
		}
		ctx, rest := keyCtx(t), &orderpb.TenderRequest{Id: newID(), Kind: "cash", Amount: 7600, Tendered: 10000, Tip: 400}
		full := must[*orderpb.SettleResponse](t)(settle(ctx, rest))
		if full.GetChange() != 2000 || full.GetOrders()[0].GetReceiptNumber() != 1+receiptSwap(one, two) || full.GetOrders()[1].GetMoneyState() != "paid" {
			t.Errorf("settled %v", full)
		}
		if got := full.GetOrders()[0].GetLines()[1].GetState(); got != "handed_over" {
			t.Errorf("the croissant is %s after Pay", got)
		}
		again := must[*orderpb.SettleResponse](t)(settle(ctx, rest))
		if again.GetChange() != 2000 || len(again.GetOrders()[1].GetTenders()) != 1 {
			t.Errorf("replay %v", again)
		}
		_, err = settle(ctx, cash(1))
		wantCode(t, err, "idempotency_key_reused")
		_, err = settle(keyCtx(t), cash(1))
		wantCode(t, err, "nothing_due")
		third := s.place(ana, request(line(latteM, 1)))
		_, err = s.as(ana).Settle(keyCtx(t), &orderpb.SettleRequest{OrderIds: []string{third.GetId()}, Tenders: []*orderpb.TenderRequest{{Id: rest.GetId(), Kind: "cash", Amount: 1}}})
		wantCode(t, err, "tender_exists")
	})
}

// receiptSwap is 1 when the second order's id sorts first: receipts are given in the order rows are touched.
func receiptSwap(one, two *orderpb.Order) int64 {
	if two.GetId() < one.GetId() {
		return 1
	}
	return 0
}

func TestRelabel(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	r.Tenders = []*orderpb.TenderRequest{cash(2800)}
	o := s.place(ana, r)
	relabel := func(tender, kind string) (*orderpb.Order, error) {
		return s.as(ana).RelabelTender(keyCtx(t), &orderpb.RelabelTenderRequest{Id: o.GetId(), TenderId: tender, Kind: kind})
	}
	same := must[*orderpb.Order](t)(relabel(r.GetTenders()[0].GetId(), "cash"))
	if len(same.GetTenders()) != 1 {
		t.Errorf("the same kind again: %v", same.GetTenders())
	}
	turned := must[*orderpb.Order](t)(relabel(r.GetTenders()[0].GetId(), "card"))
	if len(turned.GetTenders()) != 3 || turned.GetPaid() != 2800 || turned.GetRefunded() != 0 || turned.GetMoneyState() != "paid" {
		t.Errorf("turned %v", turned)
	}
	_, err := relabel(r.GetTenders()[0].GetId(), "card")
	wantCode(t, err, "already_relabelled")
	_, err = relabel(newID(), "card")
	wantCode(t, err, "not_found")
	// The money goes back as it really came: by card.
	void := must[*orderpb.Order](t)(s.as(ana).VoidLines(keyCtx(t), &orderpb.VoidLinesRequest{Id: o.GetId(), Reason: "left"}))
	last := void.GetTenders()[len(void.GetTenders())-1]
	if last.GetKind() != "card" || last.GetDirection() != "payout" || void.GetMoneyState() != "refunded" {
		t.Errorf("payout %v, money %s", last, void.GetMoneyState())
	}
}

// TestVoid: a paid, unmade drink gives money and stock back; a made one needs a lead and is waste.
func TestVoid(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := request(line(latteM, 1), line(latteL, 1), line(croissant, 3))
		r.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "card", Amount: 5000}, cash(4700)}
		o := s.place(ana, r)
		void := func(c rpc.Caller, lines []int32, change ...func(*orderpb.VoidLinesRequest)) (*orderpb.Order, error) {
			v := &orderpb.VoidLinesRequest{Id: o.GetId(), Lines: lines, Reason: "changed mind"}
			for _, f := range change {
				f(v)
			}
			return s.as(c).VoidLines(keyCtx(t), v)
		}
		one := must[*orderpb.Order](t)(void(ana, []int32{1}))
		if one.GetRefunded() != 2800 || one.GetTotal() != 6900 || one.GetMoneyState() != "part_refunded" || one.GetDue() != 0 ||
			one.GetTenders()[2].GetKind() != "cash" {
			t.Errorf("after the first void %v", one)
		}
		must[*orderpb.Order](t)(void(ana, []int32{1})) // the same again is success
		_, err := void(ana, []int32{3})
		wantCode(t, err, "illegal_transition") // handed over
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "making", 2))
		_, err = void(ana, []int32{2})
		wantCode(t, err, "approval_required")
		_, err = void(bob, []int32{2})
		wantCode(t, err, "not_found")
		two := must[*orderpb.Order](t)(void(ana, []int32{2}, func(v *orderpb.VoidLinesRequest) {
			v.Approval = s.server.Approval(named("lea"), "lead", cafeA)
		}))
		if !two.GetLines()[1].GetVoidedMade() || two.GetRefunded() != 6100 || two.GetTotal() != 3600 {
			t.Errorf("after the second void %v", two)
		}
		// The stock is owed until inventory has it.
		s.inventory.ReverseFn = func(order.Reversal) error { return errs.Unavailable("unavailable", "down") }
		if n, err := s.service.DrainOnce(t.Context()); n != 0 || err == nil {
			t.Errorf("inventory down: drained %d, %v", n, err)
		}
		s.inventory.ReverseFn = nil
		s.clock.Add(time.Minute)
		if n, err := s.service.DrainOnce(t.Context()); n != 2 || err != nil {
			t.Errorf("drained %d, %v", n, err)
		}
		if n, _ := s.service.DrainOnce(t.Context()); n != 0 {
			t.Errorf("drained %d again", n)
		}
		if s.inventory.waste != 1 || len(s.inventory.reversed) != 2 {
			t.Errorf("waste %d, reversals %v", s.inventory.waste, s.inventory.reversed)
		}
		s.checkSales(cafeA)
	})
}

func TestRefund(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(croissant, 3))
	r.Discount = &orderpb.Discount{Amount: 100, Reason: "regular"} // 35.00 over three: not divisible
	r.Tenders = []*orderpb.TenderRequest{cash(3500)}
	o := s.place(lea, r)
	refund := func(c rpc.Caller, n int32) (*orderpb.Order, error) {
		return s.as(c).RefundLines(keyCtx(t), &orderpb.RefundLinesRequest{
			Id: o.GetId(), Lines: []*orderpb.RefundLine{{Line: 1, Quantity: n, To: "restock"}}, Reason: "stale",
		})
	}
	_, err := refund(ana, 1)
	wantCode(t, err, "forbidden")
	one := must[*orderpb.Order](t)(refund(lea, 1))
	if one.GetRefunded() != 1167 || one.GetMoneyState() != "part_refunded" || one.GetDue() != 0 || one.GetTotal() != 3500 {
		t.Errorf("one of three: %v", one)
	}
	_, err = refund(lea, 3)
	wantCode(t, err, "already_refunded")
	rest := must[*orderpb.Order](t)(refund(lea, 2))
	if rest.GetRefunded() != 3500 || rest.GetMoneyState() != "refunded" || rest.GetLines()[0].GetRefundedAmount() != 3500 {
		t.Errorf("all three: %v", rest)
	}
	if n, err := s.service.DrainOnce(t.Context()); n != 2 || err != nil || s.inventory.left(croissant) != 100 {
		t.Errorf("drained %d, %v; %d croissants", n, err, s.inventory.left(croissant))
	}
	s.checkSales(cafeA)

	unpaid := s.place(lea, request(line(latteM, 1)))
	_, err = s.as(lea).RefundLines(keyCtx(t), &orderpb.RefundLinesRequest{Id: unpaid.GetId(), Lines: []*orderpb.RefundLine{{Line: 1, Quantity: 1, To: "waste"}}, Reason: "cold"})
	wantCode(t, err, "not_handed_over")
	must[*orderpb.Order](t)(s.advance(ana, unpaid.GetId(), "ready"))
	must[*orderpb.Order](t)(s.advance(ana, unpaid.GetId(), "handed_over"))
	_, err = s.as(lea).RefundLines(keyCtx(t), &orderpb.RefundLinesRequest{Id: unpaid.GetId(), Lines: []*orderpb.RefundLine{{Line: 1, Quantity: 1, To: "waste"}}, Reason: "cold"})
	wantCode(t, err, "refund_exceeds_paid")
}

// checkSales holds the sum of the journal against what the orders say is sold.
func (s *shop) checkSales(cafe string) {
	s.t.Helper()
	var total, tax, money, units, orders int64
	for _, e := range s.events(cafe) {
		orders += int64(e.GetOrders())
		for _, l := range e.GetLines() {
			total, tax, units = total+l.GetTotal(), tax+l.GetTax(), units+int64(l.GetQuantity())
		}
		for _, p := range e.GetTenders() {
			money += p.GetAmount()
		}
	}
	for cursor := ""; ; {
		page, err := s.as(boss).ListOrders(s.t.Context(), &orderpb.ListOrdersRequest{CafeId: cafe, Cursor: cursor})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, o := range page.GetOrders() {
			money -= o.GetPaid() - o.GetRefunded()
			sells := int64(0)
			for _, l := range o.GetLines() {
				if l.GetState() == "voided" || o.GetSource() == "remake" {
					continue
				}
				total -= l.GetTotal() - l.GetRefundedAmount()
				units -= int64(l.GetQuantity() - l.GetRefundedQuantity())
				if l.GetQuantity() > l.GetRefundedQuantity() {
					sells = 1
				}
				if l.GetRefundedQuantity() == 0 {
					tax -= l.GetTax()
				}
			}
			orders -= sells
		}
		if cursor = page.GetNextCursor(); cursor == "" {
			break
		}
	}
	if total != 0 || money != 0 || units != 0 || orders != 0 || tax != 0 {
		s.t.Errorf("journal − orders: total %d, tax %d, money %d, units %d, orders %d", total, tax, money, units, orders)
	}
}

// TestSettleAtOnce: the same keyed payment sent many times at once is taken once, and everybody gets its answer.
func TestSettleAtOnce(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		other := newShopOn(s)
		o := s.place(ana, request(line(latteM, 1)))
		ctx, tender := keyCtx(t), &orderpb.TenderRequest{Id: newID(), Kind: "cash", Amount: 2800, Tendered: 3000}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				shop := s
				if i%2 == 0 {
					shop = other
				}
				got, err := shop.as(ana).Settle(ctx, &orderpb.SettleRequest{OrderIds: []string{o.GetId()}, Tenders: []*orderpb.TenderRequest{tender}})
				if err != nil {
					t.Error(rpc.FromStatus(err))
				} else if got.GetChange() != 200 || got.GetOrders()[0].GetPaid() != 2800 {
					t.Errorf("answer %v", got)
				}
			})
		}
		all.Wait()
		if events := s.events(cafeA); len(events) != 2 {
			t.Errorf("%d events", len(events))
		}
	})
}
