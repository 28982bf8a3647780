package order_test

import (
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order/journal"
	"coffee/service/order/store"
)

// TestPlacePaid is the whole path once through on every engine: place, pay, read back, journal.
func TestPlacePaid(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := request(line(latteL, 1, oat, extraShot), line(croissant, 2))
		total := int64(2800 + 500 + 400 + 600 + 2*1200)
		r.ExpectedTotal = &total
		r.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "cash", Amount: total, Tendered: 10000, Tip: 200}}
		placed := s.place(ana, r)
		if placed.GetTotal() != total || placed.GetPaid() != total || placed.GetDue() != 0 || placed.GetMoneyState() != "paid" ||
			placed.GetState() != "placed" || placed.GetReceiptNumber() != 1 || placed.GetCallNumber() != "S-001" ||
			placed.GetBusinessDate() != "2026-06-09" || placed.GetCafeId() != cafeA || placed.GetRelease() != 1 {
			t.Errorf("placed %v", placed)
		}
		if change := placed.GetTenders()[0].GetChange(); change != 10000-total-200 {
			t.Errorf("change %d", change)
		}
		if got := placed.GetLines()[1].GetState(); got != "handed_over" {
			t.Errorf("croissant is %s, want handed over at Pay", got)
		}
		if s.inventory.left(croissant) != 98 {
			t.Errorf("croissants left %d", s.inventory.left(croissant))
		}
		again := s.place(ana, r)
		if !proto.Equal(placed, again) {
			t.Errorf("replay\n%v\nis not\n%v", again, placed)
		}
		read := must[*orderpb.Order](t)(s.as(lea).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: r.GetId()}))
		if len(read.GetLines()[0].GetUses()) == 0 || len(again.GetLines()[0].GetUses()) != 0 {
			t.Error("the recipe is for leads and up, and only for them")
		}
		events := s.events(cafeA)
		if len(events) != 1 || events[0].GetKind() != "placed" || events[0].GetOrders() != 1 || events[0].GetHour() != 10 ||
			events[0].GetReceiptNumber() != 1 || len(events[0].GetLines()) != 2 || events[0].GetTenders()[0].GetAmount() != total {
			t.Errorf("events %v", events)
		}
		heads := must[*orderpb.ListHeadsResponse](t)(orderpb.NewOrderServiceClient(s.server.Service("analytics")).
			ListHeads(t.Context(), &orderpb.ListHeadsRequest{}))
		page := must[*orderpb.ListJournalResponse](t)(s.as(boss).ListJournal(t.Context(), &orderpb.ListJournalRequest{CafeId: cafeA}))
		verifier := &journal.Verifier{}
		for _, e := range page.GetEntries() {
			if err := verifier.Add(journal.Entry{
				Cafe: e.GetCafeId(), Seq: e.GetSeq(), Kind: e.GetKind(), OrderID: e.GetOrderId(), Payload: e.GetPayload(),
				PrevHash: e.GetPrevHash(), Hash: e.GetHash(),
			}); err != nil {
				t.Error(err)
			}
		}
		if err := verifier.Head(heads.GetHeads()[0].GetSeq(), heads.GetHeads()[0].GetHash()); err != nil {
			t.Error(err)
		}
	})
}

func TestSameIDOtherContent(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	s.place(ana, r)
	other := proto.CloneOf(r)
	other.Lines[0].Quantity = 2
	_, err := s.as(ana).PlaceOrder(t.Context(), other)
	wantCode(t, err, "order_exists")
	// Another café and a phone learn nothing from somebody else's id.
	_, err = s.as(bob).PlaceOrder(t.Context(), r)
	wantCode(t, err, "order_exists")
	phone := proto.CloneOf(r)
	phone.CafeId = cafeA
	_, err = s.as(rpctest.Customer(newID())).PlaceOrder(t.Context(), phone)
	wantCode(t, err, "order_exists")
	// Approval and expected total are not content.
	total := int64(1)
	same := proto.CloneOf(r)
	same.ExpectedTotal, same.Approval = &total, "x"
	s.place(ana, same)
	if got := len(s.events(cafeA)); got != 1 {
		t.Errorf("%d events, want 1", got)
	}
}

// TestTwentyTriesAtOnce: one id, three contents, two replicas: one order, the rest replay or conflict.
func TestTwentyTriesAtOnce(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		other := newShopOn(s)
		id := newID()
		var all sync.WaitGroup
		var mu sync.Mutex
		totals, refused := map[int64]int{}, 0
		for i := range 20 {
			all.Go(func() {
				shop := s
				if i%2 == 1 {
					shop = other
				}
				r := &orderpb.PlaceOrderRequest{Id: id, Lines: []*orderpb.LineRequest{line(croissant, int32(1+i%3))}}
				o, err := shop.as(ana).PlaceOrder(t.Context(), r)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					totals[o.GetTotal()]++
				} else if !errs.HasCode(rpc.FromStatus(err), "order_exists") {
					t.Error(rpc.FromStatus(err))
				} else {
					refused++
				}
			})
		}
		all.Wait()
		if len(totals) != 1 || refused == 0 {
			t.Errorf("answers %v, %d refused", totals, refused)
		}
		events := s.events(cafeA)
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		// Whatever the losers took is given back.
		s.clock.Add(time31)
		if err := s.service.ReconcileOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.inventory.left(croissant); got != 100-int64(events[0].GetLines()[0].GetQuantity()) {
			t.Errorf("%d croissants left after selling %d", got, events[0].GetLines()[0].GetQuantity())
		}
		if s.inventory.openCount() != 0 {
			t.Error("open consumptions are left")
		}
	})
}

func TestRoles(t *testing.T) {
	s := newShop(t, nil)
	phone := rpctest.Customer(newID())
	given := func() string { return s.server.Approval(named("lea"), "lead", cafeA, ana.Device) }
	spent, elsewhereHere := given(), s.server.Approval(named("lea"), "lead", cafeA, named("till B"))
	elsewhere := s.server.Approval(named("lea"), "lead", cafeB, ana.Device)
	discount := func(r *orderpb.PlaceOrderRequest) { r.Discount = &orderpb.Discount{BasisPoints: 1000, Reason: "staff"} }
	lineDiscount := func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Discount = &orderpb.Discount{Amount: 100} }
	comp := func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Comp = true }
	override := func(r *orderpb.PlaceOrderRequest) {
		r.Lines[0].PriceOverride = &orderpb.PriceOverride{UnitAmount: 1, Reason: "chipped cup"}
	}
	paid := func(r *orderpb.PlaceOrderRequest) { r.Tenders = []*orderpb.TenderRequest{cash(2800)} }
	present := func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Present = true }
	number := func(r *orderpb.PlaceOrderRequest) { r.CallNumber = "A-001" }
	approved := func(f func(*orderpb.PlaceOrderRequest), token string) func(*orderpb.PlaceOrderRequest) {
		return func(r *orderpb.PlaceOrderRequest) { f(r); r.Approval = token }
	}
	for _, c := range []struct {
		name   string
		as     rpc.Caller
		change func(*orderpb.PlaceOrderRequest)
		code   string
	}{
		{"barista sells", ana, func(*orderpb.PlaceOrderRequest) {}, ""},
		{"barista present", ana, present, ""},
		{"barista discount", ana, discount, "approval_required"},
		{"barista line discount", ana, lineDiscount, "approval_required"},
		{"barista comp", ana, comp, "approval_required"},
		{"barista override", ana, override, "approval_required"},
		{"barista approved", ana, approved(discount, given()), ""},
		{"barista approved override", ana, approved(override, spent), ""},
		{"approved before", ana, approved(override, spent), "approval_refused"},
		{"approved on another device", ana, approved(comp, elsewhereHere), "approval_refused"},
		{"approved by herself", ana, approved(comp, s.server.Approval(named("ana"), "barista", cafeA, ana.Device)), "approval_refused"},
		{"approved elsewhere", ana, approved(comp, elsewhere), "approval_refused"},
		{"forged approval", ana, approved(comp, "x.y"), "approval_refused"},
		{"lead discount", lea, discount, ""},
		{"lead override", lea, override, ""},
		{"admin without café", boss, func(r *orderpb.PlaceOrderRequest) { r.CafeId = "" }, "cafe_required"},
		{"admin discount", boss, discount, ""},
		{"phone", phone, func(*orderpb.PlaceOrderRequest) {}, ""},
		{"phone pays", phone, paid, "not_for_customers"},
		{"phone discount", phone, discount, "not_for_customers"},
		{"phone line discount", phone, lineDiscount, "not_for_customers"},
		{"phone comp", phone, comp, "not_for_customers"},
		{"phone override", phone, override, "not_for_customers"},
		{"phone present", phone, present, "not_for_customers"},
		{"phone number", phone, number, "not_for_customers"},
		{"device without a person", rpctest.Device(newID(), "counter", cafeA), func(*orderpb.PlaceOrderRequest) {}, "forbidden"},
		{"nobody", rpc.Caller{}, func(*orderpb.PlaceOrderRequest) {}, "sign_in_required"},
		{"other café", bob, func(*orderpb.PlaceOrderRequest) {}, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(line(latteM, 1))
			r.CafeId = cafeA
			c.change(r)
			o, err := s.as(c.as).PlaceOrder(t.Context(), r)
			if c.code != "" {
				wantCode(t, err, c.code)
				return
			}
			if err != nil {
				t.Fatal(rpc.FromStatus(err))
			}
			if override := r.GetLines()[0].GetPriceOverride(); override != nil && (o.GetTotal() != 1 || o.GetLines()[0].GetOverrideBy() != named("lea")) {
				t.Errorf("override: total %d by %s", o.GetTotal(), o.GetLines()[0].GetOverrideBy())
			}
		})
	}
}

func TestBadInput(t *testing.T) {
	s := newShop(t, nil)
	wrong := int64(1)
	for _, c := range []struct {
		name   string
		change func(*orderpb.PlaceOrderRequest)
		code   string
	}{
		{"no lines", func(r *orderpb.PlaceOrderRequest) { r.Lines = nil }, "invalid_request"},
		{"zero", func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Quantity = 0 }, "invalid_request"},
		{"negative", func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Quantity = -7 }, "invalid_request"},
		{"huge", func(r *orderpb.PlaceOrderRequest) { r.Lines[0].Quantity = 1001 }, "invalid_request"},
		{"101 lines", func(r *orderpb.PlaceOrderRequest) {
			for range 100 {
				r.Lines = append(r.Lines, line(latteM, 1))
			}
		}, "invalid_request"},
		{"id", func(r *orderpb.PlaceOrderRequest) { r.Id = "1" }, "invalid_request"},
		{"unknown thing", func(r *orderpb.PlaceOrderRequest) { r.Lines[0].VariationId = newID() }, "unknown_item"},
		{"unknown modifier", func(r *orderpb.PlaceOrderRequest) { r.Lines[0] = line(latteM, 1, newID()) }, "unknown_modifier"},
		{"price", func(r *orderpb.PlaceOrderRequest) { r.ExpectedTotal = &wrong }, "price_changed"},
		{"release", func(r *orderpb.PlaceOrderRequest) { r.Release = 77 }, "release_unknown"},
		{"too much money", func(r *orderpb.PlaceOrderRequest) { r.Tenders = []*orderpb.TenderRequest{cash(2801)} }, "overpaid"},
		{"card with change", func(r *orderpb.PlaceOrderRequest) {
			r.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "card", Amount: 2800, Tendered: 3000}}
		}, "tendered_not_cash"},
		{"too little cash", func(r *orderpb.PlaceOrderRequest) {
			r.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "cash", Amount: 2800, Tendered: 2000}}
		}, "tendered_too_small"},
		{"too many croissants", func(r *orderpb.PlaceOrderRequest) { r.Lines[0] = line(croissant, 101) }, "out_of_stock"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(line(latteM, 1))
			c.change(r)
			_, err := s.as(ana).PlaceOrder(t.Context(), r)
			e := wantCode(t, err, c.code)
			if c.code == "price_changed" && e.Params["total"] != "2800" {
				t.Errorf("params %v", e.Params)
			}
		})
	}
	if events := s.events(cafeA); len(events) != 0 {
		t.Errorf("%d events after refusals", len(events))
	}
}

func TestTenderIDsAreUnique(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	r.Tenders = []*orderpb.TenderRequest{cash(2800)}
	s.place(ana, r)
	second := request(line(latteM, 1))
	second.Tenders = r.GetTenders()
	_, err := s.as(ana).PlaceOrder(t.Context(), second)
	wantCode(t, err, "tender_exists")
}

const time31 = 31 * time.Second
