package order_test

import (
	"testing"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
)

// TestPhonesOwn: a phone sees and touches its own orders only.
func TestPhonesOwn(t *testing.T) {
	s := newShop(t, nil)
	phone, stranger := rpctest.Customer(newID()), rpctest.Customer(newID())
	r := request(line(latteM, 1))
	r.CafeId = cafeA
	mine := s.place(phone, r)
	counter := s.place(ana, request(line(latteM, 1)))
	list := func(c rpc.Caller) int {
		return len(must[*orderpb.ListOrdersResponse](t)(s.as(c).ListOrders(t.Context(), &orderpb.ListOrdersRequest{CafeId: cafeA})).GetOrders())
	}
	if a, b, c := list(phone), list(stranger), list(ana); a != 1 || b != 0 || c != 2 {
		t.Errorf("phone sees %d, stranger %d, staff %d", a, b, c)
	}
	for _, c := range []struct {
		as   rpc.Caller
		id   string
		code string
	}{
		{phone, mine.GetId(), ""},
		{stranger, mine.GetId(), "not_found"},
		{phone, counter.GetId(), "not_found"},
		{bob, mine.GetId(), "not_found"},
		{ana, mine.GetId(), ""},
		{boss, mine.GetId(), ""},
		{rpctest.Device(newID(), "counter", cafeA), mine.GetId(), ""},
		{rpctest.Device(newID(), "counter", cafeB), mine.GetId(), "not_found"},
		{ana, newID(), "not_found"},
	} {
		_, err := s.as(c.as).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: c.id})
		if c.code == "" && err != nil {
			t.Errorf("%s %s: %v", c.as.Role, c.as.Cafe, err)
		} else if c.code != "" {
			wantCode(t, err, c.code)
		}
	}
}

// TestRefusedRoles calls each method as those it is not for.
func TestRefusedRoles(t *testing.T) {
	s := newShop(t, nil)
	phone := rpctest.Customer(newID())
	board := rpctest.Device(newID(), "board", cafeA)
	o := s.place(ana, request(line(latteM, 1)))
	id := o.GetId()
	ctx := keyCtx(t)
	calls := map[string]func(orderpb.OrderServiceClient) error{
		"PlaceOrder": func(c orderpb.OrderServiceClient) error {
			_, err := c.PlaceOrder(ctx, request(line(latteM, 1)))
			return err
		},
		"GetOrder": func(c orderpb.OrderServiceClient) error {
			_, err := c.GetOrder(ctx, &orderpb.GetOrderRequest{Id: id})
			return err
		},
		"Settle": func(c orderpb.OrderServiceClient) error {
			_, err := c.Settle(ctx, &orderpb.SettleRequest{OrderIds: []string{id}, Tenders: []*orderpb.TenderRequest{cash(1)}})
			return err
		},
		"RelabelTender": func(c orderpb.OrderServiceClient) error {
			_, err := c.RelabelTender(ctx, &orderpb.RelabelTenderRequest{Id: id, TenderId: newID(), Kind: "card"})
			return err
		},
		"AdvanceLines": func(c orderpb.OrderServiceClient) error {
			_, err := c.AdvanceLines(ctx, &orderpb.AdvanceLinesRequest{Id: id, To: "making"})
			return err
		},
		"ReportProblem": func(c orderpb.OrderServiceClient) error {
			_, err := c.ReportProblem(ctx, &orderpb.ReportProblemRequest{Id: id, Reason: "no oat milk"})
			return err
		},
		"AcknowledgeVoids": func(c orderpb.OrderServiceClient) error {
			_, err := c.AcknowledgeVoids(ctx, &orderpb.AcknowledgeVoidsRequest{Id: id})
			return err
		},
		"PausePhoneOrders": func(c orderpb.OrderServiceClient) error {
			_, err := c.PausePhoneOrders(ctx, &orderpb.PausePhoneOrdersRequest{CafeId: cafeA, Minutes: 15})
			return err
		},
		"StreamOrder": func(c orderpb.OrderServiceClient) error {
			stream, err := c.StreamOrder(ctx, &orderpb.StreamOrderRequest{Id: id})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"VoidLines": func(c orderpb.OrderServiceClient) error {
			_, err := c.VoidLines(ctx, &orderpb.VoidLinesRequest{Id: id})
			return err
		},
		"RefundLines": func(c orderpb.OrderServiceClient) error {
			_, err := c.RefundLines(ctx, &orderpb.RefundLinesRequest{Id: id, Reason: "x", Lines: []*orderpb.RefundLine{{Line: 1, Quantity: 1, To: "waste"}}})
			return err
		},
		"ChangeOrder": func(c orderpb.OrderServiceClient) error {
			_, err := c.ChangeOrder(ctx, &orderpb.ChangeOrderRequest{Id: id, Replacement: request(line(latteM, 1))})
			return err
		},
		"RemakeLines": func(c orderpb.OrderServiceClient) error {
			_, err := c.RemakeLines(ctx, &orderpb.RemakeLinesRequest{Id: id, RemakeId: newID(), Reason: "x", Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 1}}})
			return err
		},
		"CancelOrder": func(c orderpb.OrderServiceClient) error {
			_, err := c.CancelOrder(ctx, &orderpb.CancelOrderRequest{Id: newID()})
			return err
		},
		"GetBoard": func(c orderpb.OrderServiceClient) error {
			_, err := c.GetBoard(ctx, &orderpb.GetBoardRequest{CafeId: cafeA})
			return err
		},
		"StreamBoard": func(c orderpb.OrderServiceClient) error {
			stream, err := c.StreamBoard(ctx, &orderpb.StreamBoardRequest{CafeId: cafeA})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"ListHeads": func(c orderpb.OrderServiceClient) error {
			_, err := c.ListHeads(ctx, &orderpb.ListHeadsRequest{})
			return err
		},
		"ListJournal": func(c orderpb.OrderServiceClient) error {
			_, err := c.ListJournal(ctx, &orderpb.ListJournalRequest{CafeId: cafeA})
			return err
		},
		"ImportOrders": func(c orderpb.OrderServiceClient) error {
			_, err := c.ImportOrders(ctx, &orderpb.ImportOrdersRequest{Source: "x", Orders: []*orderpb.ImportOrder{historical(cafeA, opening, importLine(1, 1, 0, 0))}})
			return err
		},
	}
	refused := map[string][]rpc.Caller{
		"PlaceOrder": {{}, board}, "GetOrder": {{}, board}, "Settle": {{}, phone, board}, "RelabelTender": {{}, phone, board},
		"ReportProblem": {{}, phone}, "AcknowledgeVoids": {{}, phone}, "PausePhoneOrders": {{}, phone, board, ana}, "StreamOrder": {{}, board},
		"AdvanceLines": {{}, phone}, "VoidLines": {{}, phone, board}, "RefundLines": {{}, phone, board, ana},
		"ChangeOrder": {{}, phone, board}, "RemakeLines": {{}, phone, board}, "CancelOrder": {{}, board},
		"GetBoard": {{}, phone}, "StreamBoard": {{}, phone}, "ListHeads": {{}, phone, ana, boss},
		"ListJournal": {{}, phone, ana, lea}, "ImportOrders": {{}, phone, ana, lea},
	}
	for method, call := range calls {
		for _, c := range refused[method] {
			err := rpc.FromStatus(call(s.as(c)))
			if !errs.HasCode(err, "forbidden") && !errs.HasCode(err, "sign_in_required") {
				t.Errorf("%s as %q: %v", method, c.Role, err)
			}
		}
	}
	// Another café's staff: like an unknown id.
	for _, method := range []string{
		"GetOrder", "Settle", "RelabelTender", "AdvanceLines", "VoidLines", "ChangeOrder", "RemakeLines", "GetBoard", "StreamBoard",
		"ReportProblem", "AcknowledgeVoids", "StreamOrder",
	} {
		if err := rpc.FromStatus(calls[method](s.as(bob))); !errs.HasCode(err, "not_found") {
			t.Errorf("%s from another café: %v", method, err)
		}
	}
}

// TestCapitals: a UUID in capitals is the same id.
func TestCapitals(t *testing.T) {
	s := newShop(t, nil)
	r := request(line(latteM, 1))
	o := s.place(ana, r)
	upper := []byte(r.GetId())
	for i, c := range upper {
		if c >= 'a' && c <= 'f' {
			upper[i] = c - 'a' + 'A'
		}
	}
	got := must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: string(upper)}))
	if got.GetId() != o.GetId() {
		t.Errorf("got %s", got.GetId())
	}
	r.CafeId = "nonsense"
	_, err := s.as(boss).PlaceOrder(t.Context(), r)
	wantCode(t, err, "not_found")
}
