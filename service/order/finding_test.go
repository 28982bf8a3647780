package order_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order/store"
)

// TestListQuery: by call number, receipt number or the beginning of a name, within a café and a day.
func TestListQuery(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		names := map[string]string{}
		add := func(name string, c rpc.Caller, call, customer string, pay bool) {
			r := request(line(latteM, 1))
			r.CallNumber, r.CustomerName = call, customer
			if pay {
				r.Tenders = []*orderpb.TenderRequest{cash(2800)}
			}
			if c.Is("customer") || c.Is("admin") {
				r.CafeId = cafeA
			}
			names[s.place(c, r).GetId()] = name
			s.clock.Add(time.Second)
		}
		phone := rpctest.Customer(newID())
		add("amina", ana, "A-041", "Amina", true)      // receipt 1
		add("zineb", ana, "A-7", "Zineb Alaoui", true) // receipt 2
		add("ahead", phone, "", "zinedine", false)     // W-001
		add("percent", ana, "AB-041", "100% Zaid_", false)
		add("other café", bob, "A-041", "Amina", true)
		for _, c := range []struct {
			as   rpc.Caller
			r    *orderpb.ListOrdersRequest
			want string
		}{
			{ana, &orderpb.ListOrdersRequest{Query: "A-041"}, "[amina]"},
			{ana, &orderpb.ListOrdersRequest{Query: "a41"}, "[amina]"},
			{ana, &orderpb.ListOrdersRequest{Query: "ab 41"}, "[percent]"},
			{ana, &orderpb.ListOrdersRequest{Query: "a007"}, "[zineb]"},
			{ana, &orderpb.ListOrdersRequest{Query: "w1"}, "[ahead]"},
			{ana, &orderpb.ListOrdersRequest{Query: "2"}, "[zineb]"},
			{ana, &orderpb.ListOrdersRequest{Query: "0"}, "[]"},
			{ana, &orderpb.ListOrdersRequest{Query: "ZIN"}, "[ahead zineb]"},
			{ana, &orderpb.ListOrdersRequest{Query: "zineb "}, "[zineb]"},
			{ana, &orderpb.ListOrdersRequest{Query: "100%"}, "[percent]"},
			{ana, &orderpb.ListOrdersRequest{Query: "%"}, "[]"},
			{ana, &orderpb.ListOrdersRequest{Query: "_mina"}, "[]"},
			{ana, &orderpb.ListOrdersRequest{Query: "alaoui"}, "[]"},
			{ana, &orderpb.ListOrdersRequest{Query: "zin", DueOnly: true}, "[ahead]"},
			{ana, &orderpb.ListOrdersRequest{Query: "zin", BusinessDate: "2026-06-10"}, "[]"},
			{ana, &orderpb.ListOrdersRequest{DueOnly: true}, "[percent ahead]"},
			{ana, &orderpb.ListOrdersRequest{Source: "phone"}, "[ahead]"},
			{ana, &orderpb.ListOrdersRequest{Source: "counter", DueOnly: true}, "[percent]"},
			{ana, &orderpb.ListOrdersRequest{Source: "remake"}, "[]"},
			{phone, &orderpb.ListOrdersRequest{Query: "a41"}, "[]"},
			{phone, &orderpb.ListOrdersRequest{Query: "w-001"}, "[ahead]"},
			{phone, &orderpb.ListOrdersRequest{DueOnly: true, Source: "phone"}, "[ahead]"},
			{boss, &orderpb.ListOrdersRequest{Query: "a41", BusinessDate: "2026-06-09"}, "[other café amina]"},
			{boss, &orderpb.ListOrdersRequest{Query: "a41", CafeId: cafeB}, "[other café]"},
			{boss, &orderpb.ListOrdersRequest{DueOnly: true, Source: "phone"}, "[ahead]"},
		} {
			list := must[*orderpb.ListOrdersResponse](t)(s.as(c.as).ListOrders(t.Context(), c.r))
			got := []string{}
			for _, o := range list.GetOrders() {
				got = append(got, names[o.GetId()])
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%s, %v: %v, want %s", c.as.Role, c.r, got, c.want)
			}
		}
		_, err := s.as(boss).ListOrders(t.Context(), &orderpb.ListOrdersRequest{Query: "a41"})
		wantCode(t, err, "query_too_wide")
		_, err = s.as(ana).ListOrders(t.Context(), &orderpb.ListOrdersRequest{Source: "web"})
		wantCode(t, err, "invalid_request")
		// Pages keep to what is looked for.
		var paged []string
		for cursor := ""; ; {
			page := must[*orderpb.ListOrdersResponse](t)(s.as(ana).ListOrders(t.Context(), &orderpb.ListOrdersRequest{Query: "zin", Limit: 1, Cursor: cursor}))
			for _, o := range page.GetOrders() {
				paged = append(paged, names[o.GetId()])
			}
			if cursor = page.GetNextCursor(); cursor == "" {
				break
			}
		}
		if !slices.Equal(paged, []string{"ahead", "zineb"}) {
			t.Errorf("paged %v", paged)
		}
	})
}

func (s *shop) follow(ctx context.Context, c rpc.Caller, id string) grpc.ServerStreamingClient[orderpb.OrderEvent] {
	s.t.Helper()
	stream, err := s.as(c).StreamOrder(ctx, &orderpb.StreamOrderRequest{Id: id})
	if err != nil {
		s.t.Fatal(err)
	}
	return stream
}

// TestFollow: a guest's page has the order at once and then each change of it, by whatever replica, and nothing of others.
func TestFollow(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		phone := rpctest.Customer(newID())
		o := s.place(phone, byPhone(line(latteM, 1)))
		stream := s.follow(ctx, phone, o.GetId())
		hear := func(what string) *orderpb.Order {
			t.Helper()
			e, err := stream.Recv()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if e.GetKind() != "order" || e.GetSeq() != e.GetOrder().GetVersion() || e.GetOrder().GetId() != o.GetId() {
				t.Errorf("%s: %v", what, e)
			}
			return e.GetOrder()
		}
		if got := hear("at once"); got.GetState() != "placed" || got.GetPromisedAt() == nil || len(got.GetLines()[0].GetUses()) != 0 {
			t.Errorf("%v", got)
		}
		s.place(ana, request(line(latteM, 1))) // somebody else's
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "making"))
		if got := hear("being made"); got.GetState() != "in_progress" {
			t.Errorf("%v", got)
		}
		// A remake jumps the queue: later than promised, and told once.
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "queued"))
		if got := hear("put back"); got.GetState() != "placed" {
			t.Errorf("%v", got)
		}
		first := s.place(ana, request(line(latteM, 9)))
		must[*orderpb.Order](t)(s.as(lea).RemakeLines(keyCtx(t), &orderpb.RemakeLinesRequest{
			Id: first.GetId(), RemakeId: newID(), Reason: "cold", Lines: []*orderpb.RemakeLine{{Line: 1, Quantity: 9}},
		}))
		if got := hear("late"); got.GetExpectedAt().AsTime().Sub(opening) != 10*time.Minute {
			t.Errorf("expected at %v", got.GetExpectedAt())
		}
		must[*orderpb.Order](t)(s.advance(ana, o.GetId(), "ready"))
		if got := hear("ready"); got.GetState() != "ready" || got.GetExpectedAt() != nil {
			t.Errorf("%v", got)
		}
		// Nobody else's page, and no stranger's.
		for _, c := range []struct {
			as   rpc.Caller
			code string
		}{
			{rpctest.Customer(newID()), "not_found"}, {bob, "not_found"}, {rpctest.Device(newID(), "board", cafeA), "forbidden"},
		} {
			_, err := s.follow(ctx, c.as, o.GetId()).Recv()
			wantCode(t, err, c.code)
		}
		leave()
		if _, err := stream.Recv(); err == nil {
			t.Error("a stream that was left goes on")
		}
	})
}
