package order_test

import (
	"context"
	"slices"
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

func (s *shop) board() *orderpb.Board {
	s.t.Helper()
	b, err := s.as(rpctest.Device(newID(), "board", cafeA)).GetBoard(s.t.Context(), &orderpb.GetBoardRequest{CafeId: cafeA})
	if err != nil {
		s.t.Fatal(rpc.FromStatus(err))
	}
	return b
}

func (s *shop) void(id string, lines ...int32) *orderpb.Order {
	s.t.Helper()
	o, err := s.as(lea).VoidLines(keyCtx(s.t), &orderpb.VoidLinesRequest{Id: id, Lines: lines, Reason: "mistake"})
	if err != nil {
		s.t.Fatal(rpc.FromStatus(err))
	}
	return o
}

// TestCannotMake: what the bar reports is on the order and the ticket, and on every board at once.
func TestCannotMake(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		o := s.place(ana, request(line(latteM, 1, oat), line(latteL, 1)))
		board := rpctest.Device(newID(), "board", cafeA)
		stream := s.stream(ctx, 1)
		report := func(lines []int32, reason string, undo bool) (*orderpb.Order, error) {
			return s.as(board).ReportProblem(t.Context(), &orderpb.ReportProblemRequest{Id: o.GetId(), Lines: lines, Reason: reason, Clear: undo})
		}
		got := must[*orderpb.Order](t)(report([]int32{1}, " no oat milk ", false))
		if got.GetLines()[0].GetProblem() != "no oat milk" || got.GetLines()[1].GetProblem() != "" || got.GetVersion() != 2 {
			t.Errorf("%v", got)
		}
		if e := next(t, stream); e.GetKind() != "changed" || e.GetTicket().GetLines()[0].GetProblem() != "no oat milk" {
			t.Errorf("event %v", e)
		}
		if again := must[*orderpb.Order](t)(report([]int32{1}, "no oat milk", false)); again.GetVersion() != 2 {
			t.Errorf("the same again is a change: version %d", again.GetVersion())
		}
		if got := must[*orderpb.Order](t)(report(nil, "", true)); got.GetLines()[0].GetProblem() != "" {
			t.Errorf("cleared: %v", got)
		}
		must[*orderpb.Order](t)(report(nil, "grinder", false))
		if got := must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "ready", 2)); got.GetLines()[1].GetProblem() != "" || got.GetLines()[0].GetProblem() != "grinder" {
			t.Errorf("after the second was made: %v", got)
		}
		if got := s.void(o.GetId(), 1); got.GetLines()[0].GetProblem() != "" {
			t.Errorf("after a void: %v", got)
		}
		_, err := report(nil, "grinder", false)
		wantCode(t, err, "not_to_make")
		_, err = report([]int32{1}, "  ", false)
		wantCode(t, err, "reason_required")
		_, err = s.as(rpctest.Device(newID(), "board", cafeB)).ReportProblem(t.Context(), &orderpb.ReportProblemRequest{Id: o.GetId(), Reason: "x"})
		wantCode(t, err, "not_found")
		_, err = s.as(rpctest.Customer(newID())).ReportProblem(t.Context(), &orderpb.ReportProblemRequest{Id: o.GetId(), Reason: "x"})
		wantCode(t, err, "forbidden")
		var kinds []string
		for _, e := range s.events(cafeA) {
			kinds = append(kinds, e.GetKind()+" "+e.GetReason())
			if e.GetKind() == "problem" && (len(e.GetLines()) == 0 || e.GetLines()[0].GetQuantity() != 0) {
				t.Errorf("event %v", e)
			}
		}
		if want := []string{"placed ", "problem no oat milk", "problem ", "problem grinder", "advanced ", "voided mistake"}; !slices.Equal(kinds, want) {
			t.Errorf("%q", kinds)
		}
	})
}

// TestVoidedUnderTheHands: what was voided while it was made stays on the board until somebody says so, also when nothing
// else of the order is left; what only waited vanishes.
func TestVoidedUnderTheHands(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		o := s.place(ana, request(line(latteM, 1), line(latteL, 1), line(latteM, 2)))
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "making", 1))
		stream := s.stream(ctx, 2)
		s.void(o.GetId(), 1, 2)
		event := next(t, stream).GetTicket()
		ticket := s.board().GetTickets()[0]
		for _, k := range []*orderpb.Ticket{event, ticket} {
			if l := k.GetLines(); len(l) != 2 || l[0].GetLine() != 1 || l[0].GetVoidedAt() == nil || l[1].GetLine() != 3 || l[1].GetVoidedAt() != nil {
				t.Errorf("ticket %v", k)
			}
		}
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "ready", 3))
		got := s.void(o.GetId())
		if got.GetState() != "voided" {
			t.Fatalf("%v", got)
		}
		board := s.board()
		if len(board.GetTickets()) != 1 || len(board.GetTickets()[0].GetLines()) != 2 || board.GetTickets()[0].GetState() != "voided" {
			t.Errorf("the whole order voided: %v", board)
		}
		anyone := orderpb.NewOrderServiceClient(s.server.Service("gateway"))
		if r := must[*orderpb.ReadyBoard](t)(anyone.GetReadyBoard(t.Context(), &orderpb.GetReadyBoardRequest{CafeId: cafeA})); len(r.GetMaking())+len(r.GetReady()) != 0 {
			t.Errorf("guests see %v", r)
		}
		acknowledge := func(lines ...int32) (*orderpb.Order, error) {
			return s.as(rpctest.Device(newID(), "board", cafeA)).AcknowledgeVoids(t.Context(), &orderpb.AcknowledgeVoidsRequest{Id: o.GetId(), Lines: lines})
		}
		must[*orderpb.Order](t)(acknowledge(1))
		if b := s.board(); len(b.GetTickets()) != 1 || len(b.GetTickets()[0].GetLines()) != 1 {
			t.Errorf("one of two acknowledged: %v", b)
		}
		seen := must[*orderpb.Order](t)(acknowledge())
		if seen.GetLines()[2].GetVoidSeenAt() == nil || seen.GetLines()[1].GetVoidSeenAt() != nil {
			t.Errorf("%v", seen)
		}
		if b := s.board(); len(b.GetTickets()) != 0 {
			t.Errorf("acknowledged and still there: %v", b)
		}
		if again := must[*orderpb.Order](t)(acknowledge()); again.GetVersion() != seen.GetVersion() {
			t.Error("the second person's tap is a change")
		}
		_, err := acknowledge(9)
		wantCode(t, err, "not_found")
		_, err = s.as(bob).AcknowledgeVoids(t.Context(), &orderpb.AcknowledgeVoidsRequest{Id: o.GetId()})
		wantCode(t, err, "not_found")
		s.checkSales(cafeA)
	})
}

// TestVoidNobodySaw: when the day is over the clock takes it off the board.
func TestVoidNobodySaw(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		o := s.place(ana, request(line(latteM, 1)))
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "making"))
		s.void(o.GetId())
		// And a phone's order that was made and that nobody fetched: it is taken back by the clock.
		ahead := s.place(rpctest.Customer(newID()), byPhone(line(latteM, 1)))
		must[*orderpb.Order](t)(s.advance(ana, ahead.GetId(), "making"))
		s.clock.Add(18*time.Hour + 2*time.Hour - time.Second) // 04:00 is the cut-off
		if err := s.service.CloseOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b := s.board(); len(b.GetTickets()) != 2 {
			t.Errorf("before its time: %v", b)
		}
		s.clock.Add(time.Second)
		for range 2 {
			if err := s.service.CloseOnce(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if b := s.board(); len(b.GetTickets()) != 0 {
			t.Errorf("the day after: %v", b)
		}
		last := s.events(cafeA)
		if e := last[len(last)-2:]; e[0].GetKind() != "acknowledged" || e[1].GetKind() != "voided" || e[1].GetReason() != "not collected" {
			t.Errorf("%v", e)
		}
	})
}

// TestMovedMeanwhile: who saw another state is told, and nothing moves.
func TestMovedMeanwhile(t *testing.T) {
	s := newShop(t, nil)
	o := s.place(ana, request(line(latteM, 1), line(latteL, 1)))
	move := func(from, to string, lines ...int32) (*orderpb.Order, error) {
		return s.as(ana).AdvanceLines(t.Context(), &orderpb.AdvanceLinesRequest{Id: o.GetId(), Lines: lines, From: from, To: to})
	}
	must[*orderpb.Order](t)(move("queued", "making", 1))
	must[*orderpb.Order](t)(move("queued", "making", 1)) // the second person's tap
	_, err := move("queued", "ready", 1, 2)
	if e := wantCode(t, err, "line_moved"); e.Params["states"] != "1=making,2=queued" || e.Params["line"] != "1" || e.Params["state"] != "making" {
		t.Errorf("%v", e.Params)
	}
	if got := must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: o.GetId()})); got.GetLines()[1].GetState() != "queued" {
		t.Errorf("line 2 moved: %v", got)
	}
	_, err = move("voided", "ready", 1)
	wantCode(t, err, "invalid_request")
}

// TestHiddenName: the public board then calls the number only; whoever works there sees the name.
func TestHiddenName(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	r.CustomerName, r.HideName = "Amina El Fassi", true
	o := s.place(ana, r)
	remake := must[*orderpb.Order](t)(s.as(lea).RemakeLines(keyCtx(t), &orderpb.RemakeLinesRequest{
		Id: o.GetId(), RemakeId: newID(), Reason: "cold", Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 1}},
	}))
	changed := must[*orderpb.ChangeOrderResponse](t)(s.as(ana).ChangeOrder(keyCtx(t), &orderpb.ChangeOrderRequest{
		Id: o.GetId(), VoidLines: []int32{1}, Replacement: request(line(latteL, 1)),
	}))
	if !o.GetHideName() || !remake.GetHideName() || !changed.GetReplacement().GetHideName() || s.board().GetTickets()[0].GetCustomerName() == "" {
		t.Errorf("%v", o)
	}
	ready := must[*orderpb.ReadyBoard](t)(s.as(ana).GetReadyBoard(t.Context(), &orderpb.GetReadyBoardRequest{CafeId: cafeA}))
	if len(ready.GetMaking()) != 2 {
		t.Fatalf("%v", ready)
	}
	for _, e := range ready.GetMaking() {
		if e.GetFirstName() != "" || e.GetCallNumber() == "" || e.GetPromisedAt() == nil {
			t.Errorf("%v", e)
		}
	}
}

// TestAllergens: everybody sees what a line brings, in a quote too; the recipe stays where it was.
func TestAllergens(t *testing.T) {
	s := newShop(t, nil)
	phone := rpctest.Customer(newID())
	anyone := orderpb.NewOrderServiceClient(s.server.Service("gateway"))
	quote := func(c orderpb.OrderServiceClient) *orderpb.OrderLine {
		return must[*orderpb.Order](t)(c.QuoteOrder(t.Context(), byPhone(line(latteM, 1)))).GetLines()[0]
	}
	for _, c := range []orderpb.OrderServiceClient{anyone, s.as(phone), s.as(ana)} {
		if l := quote(c); !slices.Equal(l.GetAllergens(), []string{"milk"}) || l.GetAllergensUnknown() || len(l.GetUses()) != 0 {
			t.Errorf("%v", l)
		}
	}
	if l := quote(s.as(boss)); len(l.GetUses()) != 2 {
		t.Errorf("head office sees %v", l)
	}
	if s.inventory.openCount() != 0 {
		t.Error("a quote took stock")
	}
	if l := s.place(phone, byPhone(line(latteM, 1))).GetLines()[0]; !slices.Equal(l.GetAllergens(), []string{"milk"}) {
		t.Errorf("%v", l)
	}
	// Without inventory the price stands, and nothing is promised about allergens.
	s.inventory.ExpandErr = errs.Unavailable("inventory_down", "Stock does not answer.")
	if l := quote(s.as(phone)); len(l.GetAllergens()) != 0 || !l.GetAllergensUnknown() || l.GetUnitPrice() != 2800 {
		t.Errorf("%v", l)
	}
	s.inventory.ExpandErr = errs.Invalid("quantity_too_large", "That is more than can be counted.")
	_, err := s.as(phone).QuoteOrder(t.Context(), byPhone(line(latteM, 1)))
	wantCode(t, err, "quantity_too_large")
}

// TestRemakeOfAVoid: what was taken back is not made again.
func TestRemakeOfAVoid(t *testing.T) {
	s := newShop(t, nil)
	o := s.place(ana, request(line(latteM, 1), line(latteL, 1)))
	s.void(o.GetId(), 1)
	_, err := s.as(lea).RemakeLines(keyCtx(t), &orderpb.RemakeLinesRequest{
		Id: o.GetId(), RemakeId: newID(), Reason: "cold", Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 1}},
	})
	wantCode(t, err, "line_voided")
}

// TestTipOfAVoid: with the last line the tip goes back, and the journal says so.
func TestTipOfAVoid(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		r := request(line(latteM, 1), line(latteL, 1))
		r.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "cash", Amount: 2800 + 3300, Tip: 500}}
		o := s.place(ana, r)
		if got := s.void(o.GetId(), 1); got.GetTenders()[1].GetTip() != 0 {
			t.Errorf("something is left: %v", got.GetTenders())
		}
		if got := s.void(o.GetId()); got.GetTenders()[2].GetTip() != 500 || got.GetTenders()[2].GetAmount() != 3300 || got.GetRefunded() != 6100 {
			t.Errorf("%v", got)
		}
		var tips int64
		for _, e := range s.events(cafeA) {
			for _, m := range e.GetTenders() {
				tips += m.GetTip()
			}
		}
		if tips != 0 {
			t.Errorf("%d of tips remain in the journal", tips)
		}
		// A whole order that is changed keeps its tip: it was for the service.
		r = request(line(latteM, 1))
		r.Tenders = []*orderpb.TenderRequest{{Id: newID(), Kind: "card", Amount: 2800, Tip: 300}}
		paid := s.place(ana, r)
		changed := must[*orderpb.ChangeOrderResponse](t)(s.as(ana).ChangeOrder(keyCtx(t), &orderpb.ChangeOrderRequest{
			Id: paid.GetId(), VoidLines: []int32{1}, Replacement: request(line(latteL, 1)),
		}))
		if last := changed.GetOrder().GetTenders(); last[len(last)-1].GetTip() != 0 || changed.GetDifference() != 500 {
			t.Errorf("%v", changed)
		}
	})
}
