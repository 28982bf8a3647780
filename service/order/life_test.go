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
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order/store"
)

func (s *shop) advance(c rpc.Caller, id, to string, lines ...int32) (*orderpb.Order, error) {
	return s.as(c).AdvanceLines(s.t.Context(), &orderpb.AdvanceLinesRequest{Id: id, Lines: lines, To: to})
}

// TestBar follows a drink over the bar: bump, undo, the same tap twice, and what is not legal.
func TestBar(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		o := s.place(ana, request(line(latteM, 1), line(latteL, 1, oat), line(croissant, 1)))
		board := rpctest.Device(newID(), "board", cafeA)
		for _, step := range []struct {
			to    string
			lines []int32
			code  string
			state string
		}{
			{"handed_over", []int32{1}, "illegal_transition", ""},
			{"making", []int32{1}, "", "in_progress"},
			{"making", []int32{1}, "", "in_progress"},
			{"queued", []int32{1}, "", "placed"},
			{"ready", []int32{1}, "", "in_progress"}, // straight from queued
			{"ready", nil, "", "ready"},              // the rest of what has a station
			{"making", []int32{2}, "", "in_progress"},
			{"queued", []int32{2}, "", "in_progress"},
			{"handed_over", nil, "illegal_transition", ""}, // line 2 is not ready
			{"ready", []int32{2}, "", "ready"},
			{"ready", nil, "", "ready"},
			{"handed_over", nil, "", "collected"},
			{"handed_over", nil, "", "collected"},
			{"ready", []int32{1}, "illegal_transition", ""},
			{"making", []int32{9}, "not_found", ""},
		} {
			got, err := s.advance(board, o.GetId(), step.to, step.lines...)
			if step.code != "" {
				wantCode(t, err, step.code)
				continue
			}
			if err != nil {
				t.Fatalf("%s %v: %v", step.to, step.lines, rpc.FromStatus(err))
			}
			if got.GetState() != step.state {
				t.Errorf("after %s %v: %s, want %s", step.to, step.lines, got.GetState(), step.state)
			}
		}
		if _, err := s.advance(bob, o.GetId(), "ready"); !errs.HasCode(rpc.FromStatus(err), "not_found") {
			t.Errorf("another café's bar: %v", err)
		}
		var sum int64
		for _, e := range s.events(cafeA) {
			for _, l := range e.GetLines() {
				sum += l.GetTotal()
			}
		}
		if sum != o.GetTotal() {
			t.Errorf("Σ events %d, sold %d", sum, o.GetTotal())
		}
	})
}

// TestTwoPeopleAtOnce: everybody's tap is a success, and one of them moves the line.
func TestTwoPeopleAtOnce(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		other := newShopOn(s)
		o := s.place(ana, request(line(latteM, 1), line(latteL, 1)))
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				shop := s
				if i%2 == 0 {
					shop = other
				}
				if _, err := shop.advance(ana, o.GetId(), "ready", int32(1+i%2)); err != nil {
					t.Error(rpc.FromStatus(err))
				}
			})
		}
		all.Wait()
		if events := s.events(cafeA); len(events) != 3 {
			t.Errorf("%d events, want placed and two moves", len(events))
		}
	})
}

func TestChange(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := request(line(latteM, 1), line(latteL, 1))
		r.CallNumber = "A-041"
		r.Tenders = []*orderpb.TenderRequest{cash(6100)}
		o := s.place(ana, r)
		change := func(ctx context.Context, id string, void []int32, with *orderpb.PlaceOrderRequest) (*orderpb.ChangeOrderResponse, error) {
			return s.as(ana).ChangeOrder(ctx, &orderpb.ChangeOrderRequest{Id: id, VoidLines: void, Replacement: with})
		}
		ctx := keyCtx(t)
		oats := request(line(latteM, 1, oat))
		oats.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "card", Amount: 400}}
		got := must[*orderpb.ChangeOrderResponse](t)(change(ctx, o.GetId(), []int32{1}, oats))
		if got.GetDifference() != 400 || got.GetOrder().GetTotal() != 3300 || got.GetOrder().GetRefunded() != 2800 ||
			got.GetReplacement().GetTotal() != 3200 || got.GetReplacement().GetMoneyState() != "paid" ||
			got.GetReplacement().GetCallNumber() != "A-041" || got.GetReplacement().GetLinkedOrderId() != o.GetId() ||
			got.GetReplacement().GetSource() != "change" || got.GetReplacement().GetReceiptNumber() != 2 {
			t.Errorf("changed %v", got)
		}
		again := must[*orderpb.ChangeOrderResponse](t)(change(ctx, o.GetId(), []int32{1}, oats))
		if again.GetDifference() != 400 || again.GetReplacement().GetId() != oats.GetId() {
			t.Errorf("replay %v", again)
		}
		// A cheaper one gives the difference back: what is not carried over stays paid out.
		cheaper := must[*orderpb.ChangeOrderResponse](t)(change(keyCtx(t), o.GetId(), []int32{2}, request(line(croissant, 1))))
		if cheaper.GetDifference() != 1200-3300 || cheaper.GetReplacement().GetPaid() != 1200 || cheaper.GetOrder().GetState() != "voided" {
			t.Errorf("cheaper %v", cheaper)
		}
		s.checkSales(cafeA)
		must[*orderpb.Order](t)(s.advance(ana, oats.GetId(), "making"))
		_, err := change(keyCtx(t), oats.GetId(), []int32{1}, request(line(croissant, 1)))
		wantCode(t, err, "line_being_made")
		_, err = change(keyCtx(t), newID(), nil, request(line(croissant, 1)))
		wantCode(t, err, "not_found")
	})
}

func TestRemake(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 2, oat))
	r.Tenders = []*orderpb.TenderRequest{cash(6400)}
	o := s.place(ana, r)
	other := s.place(ana, request(line(latteM, 1)))
	remake := &orderpb.RemakeLinesRequest{Id: o.GetId(), RemakeId: newID(), Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 1}}, Reason: "spilt"}
	_, err := s.as(ana).RemakeLines(keyCtx(t), remake)
	wantCode(t, err, "approval_required")
	remake.Approval = s.server.Approval(named("lea"), "lead", cafeA, ana.Device)
	ctx := keyCtx(t)
	got := must[*orderpb.Order](t)(s.as(ana).RemakeLines(ctx, remake))
	if got.GetTotal() != 0 || got.GetSource() != "remake" || got.GetCallNumber() != o.GetCallNumber() || got.GetReceiptNumber() != 0 || got.GetLinkedOrderId() != o.GetId() {
		t.Errorf("remake %v", got)
	}
	again := must[*orderpb.Order](t)(s.as(ana).RemakeLines(ctx, remake))
	if again.GetId() != got.GetId() {
		t.Errorf("replay %v", again)
	}
	taken := s.inventory.taken[attemptKey(remake.GetRemakeId(), 1)]
	if taken.Type != "waste" || taken.Reason != "spilt" || taken.Lines[0].Quantity != 1 || taken.Lines[0].Modifiers[0].Modifier != oat {
		t.Errorf("consumption %v", taken)
	}
	board := must[*orderpb.Board](t)(s.as(ana).GetBoard(t.Context(), &orderpb.GetBoardRequest{CafeId: cafeA}))
	if len(board.GetTickets()) != 3 || board.GetTickets()[0].GetOrderId() != got.GetId() || board.GetTickets()[2].GetOrderId() != other.GetId() {
		t.Errorf("the remake is not first: %v", board.GetTickets())
	}
	s.checkSales(cafeA)
}

func TestCancel(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		phone, stranger := rpctest.Customer(newID()), rpctest.Customer(newID())
		cancel := func(c rpc.Caller, id string) (*orderpb.Order, error) {
			return s.as(c).CancelOrder(t.Context(), &orderpb.CancelOrderRequest{Id: id, CafeId: cafeA, Reason: "no time"})
		}
		unknown := request(line(latteM, 1))
		unknown.CafeId = cafeA
		blocked := must[*orderpb.Order](t)(cancel(phone, unknown.GetId()))
		if blocked.GetState() != "voided" || blocked.GetId() != unknown.GetId() {
			t.Errorf("blocked %v", blocked)
		}
		must[*orderpb.Order](t)(cancel(phone, unknown.GetId()))
		_, err := s.as(phone).PlaceOrder(t.Context(), unknown)
		wantCode(t, err, "order_cancelled")

		r := request(line(croissant, 2))
		r.CafeId = cafeA
		o := s.place(phone, r)
		if o.GetSource() != "phone" || o.GetCallNumber() != "W-001" || o.GetMoneyState() != "unpaid" {
			t.Errorf("phone order %v", o)
		}
		_, err = cancel(stranger, o.GetId())
		wantCode(t, err, "not_found")
		gone := must[*orderpb.Order](t)(cancel(phone, o.GetId()))
		if gone.GetState() != "voided" || gone.GetMoneyState() != "unpaid" {
			t.Errorf("cancelled %v", gone)
		}
		must[*orderpb.Order](t)(cancel(phone, o.GetId()))
		if n, err := s.service.DrainOnce(t.Context()); n != 1 || err != nil || s.inventory.left(croissant) != 100 {
			t.Errorf("drained %d, %v", n, err)
		}
		_, err = s.as(phone).PlaceOrder(t.Context(), r)
		if err != nil {
			t.Errorf("a placed and cancelled order's id answers the order: %v", err)
		}

		r = request(line(latteM, 1))
		r.CafeId = cafeA
		making := s.place(phone, r)
		must[*orderpb.Order](t)(s.advance(ana, making.GetId(), "making"))
		_, err = cancel(phone, making.GetId())
		wantCode(t, err, "being_made")
		r = request(line(latteM, 1))
		r.CafeId = cafeA
		paid := s.place(phone, r)
		must[*orderpb.SettleResponse](t)(s.as(ana).Settle(keyCtx(t), &orderpb.SettleRequest{OrderIds: []string{paid.GetId()}, Tenders: []*orderpb.TenderRequest{cash(2800)}}))
		_, err = cancel(phone, paid.GetId())
		wantCode(t, err, "already_paid")
		back := must[*orderpb.Order](t)(cancel(ana, paid.GetId()))
		if back.GetMoneyState() != "refunded" {
			t.Errorf("staff cancel %v", back)
		}
		s.checkSales(cafeA)
	})
}

// TestCollect: what waits ready for 15 minutes is collected by the clock; a phone's unpaid order waits until the day
// is over and is then taken back; the counter's unpaid one is uncollected and stays due.
func TestCollect(t *testing.T) {
	s := newShop(t, nil)
	paid := s.place(ana, request(line(latteM, 1)))
	r := request(line(latteM, 1))
	r.Tenders = []*orderpb.TenderRequest{cash(2800)}
	forgotten := s.place(ana, r)
	r = request(line(latteM, 1))
	r.CafeId = cafeA
	unpaid := s.place(rpctest.Customer(newID()), r)
	r = request(line(latteM, 1))
	r.CafeId = cafeA
	queued := s.place(rpctest.Customer(newID()), r)
	table := s.place(ana, request(line(latteM, 1)))
	for _, o := range []*orderpb.Order{paid, unpaid} {
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "ready"))
	}
	state := func(id string) *orderpb.Order {
		return must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: id}))
	}
	collect := func(after time.Duration) {
		t.Helper()
		s.clock.Add(after)
		if err := s.service.CollectOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	collect(14 * time.Minute)
	if got := state(paid.GetId()).GetState(); got != "ready" {
		t.Errorf("after 14 min: %s", got)
	}
	collect(time.Minute)
	if got := state(paid.GetId()); got.GetState() != "collected" || !got.GetCollectedAutomatically() {
		t.Errorf("after 15 min: %v", got)
	}
	if got := state(unpaid.GetId()).GetState(); got != "ready" {
		t.Errorf("unpaid phone order after 15 min: %s", got)
	}
	collect(20 * time.Hour)
	if err := s.service.CloseOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := state(forgotten.GetId()); got.GetState() != "collected" || !got.GetCollectedAutomatically() {
		t.Errorf("a paid order nobody bumped, after the day: %v", got)
	}
	if got := state(unpaid.GetId()); got.GetState() != "voided" || got.GetTotal() != 0 || got.GetDue() != 0 || !got.GetLines()[0].GetVoidedMade() {
		t.Errorf("a phone's order that was made and never fetched is waste and no sale, but is %v", got)
	}
	if got := state(queued.GetId()); got.GetState() != "voided" || got.GetLines()[0].GetVoidedMade() {
		t.Errorf("a phone's order that nobody began goes back into stock, but is %v", got)
	}
	if got := state(table.GetId()).GetState(); got != "uncollected" {
		t.Errorf("the counter's unpaid order after the day: %s", got)
	}
	s.checkSales(cafeA)
}

// TestClosedDay: a correction after the day has closed is booked to the open one and says so.
func TestClosedDay(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(croissant, 1))
	r.Tenders = []*orderpb.TenderRequest{cash(1200)}
	o := s.place(ana, r)
	refund := &orderpb.RefundLinesRequest{Id: o.GetId(), Lines: []*orderpb.RefundLine{{Line: 1, Quantity: 1, To: "waste"}}, Reason: "complaint"}
	s.clock.Add(91 * time.Hour) // the day ended at 04:00 and stays open for 72 h
	must[*orderpb.Order](t)(s.as(lea).RefundLines(keyCtx(t), refund))
	last := s.events(cafeA)[1]
	if last.GetBusinessDate() != "2026-06-13" || last.GetMendsDate() != "2026-06-09" || last.GetLines()[0].GetAmount() != -1200 || last.GetOrders() != -1 {
		t.Errorf("event %v", last)
	}
}
