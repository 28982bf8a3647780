package inventory_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/rpc"
	inventorypb "coffee/proto/coffee/inventory/v1"
	typepb "coffee/proto/coffee/type/v1"
)

func money(amount int64, currency string) *typepb.Money {
	return &typepb.Money{Amount: amount, Currency: currency}
}

func TestReceive(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		r := &inventorypb.ReceiveRequest{CafeId: k.cafe, Date: "2026-03-30", Note: "Tuesday's van", Lines: []*inventorypb.ReceiveLine{
			{IngredientId: k.beans, Packs: 2, Cost: money(40_000, "MAD")},
			{IngredientId: k.milk, Quantity: 12_000_000},
			{IngredientId: k.beans, Quantity: 2_000_000, Cost: money(44_000, "MAD")},
		}}
		ctx := keyCtx(t)
		got := ok[*inventorypb.MovementsResponse](t)(k.barista.Receive(ctx, r))
		if len(got.GetMovements()) != 3 || len(got.GetStock()) != 2 {
			t.Fatalf("%v", got)
		}
		m := got.GetMovements()[0]
		if m.GetType() != "receipt" || m.GetQuantity() != 2_000_000 || m.GetBusinessDate() != "2026-03-30" || m.GetBy() == "" ||
			m.GetReason() != "Tuesday's van" || m.GetIngredientName() != "House beans" || m.GetCost().GetAmount() != 40_000 {
			t.Errorf("movement %v", m)
		}
		for _, s := range got.GetStock() {
			switch s.GetIngredientId() {
			case k.beans: // 20,000 and 22,000 a kilogram in equal parts
				if s.GetOnHand() != 4_000_000 || !proto.Equal(s.GetAverageCost(), money(21_000, "MAD")) {
					t.Errorf("beans %v", s)
				}
			case k.milk:
				if s.GetOnHand() != 12_000_000 || s.GetAverageCost() != nil || s.GetMovedAt().AsTime() != k.clock() {
					t.Errorf("milk %v", s)
				}
			}
		}

		// The same key again: the stored answer, nothing booked; with other content: refused.
		if again := ok[*inventorypb.MovementsResponse](t)(k.barista.Receive(ctx, r)); !proto.Equal(again, got) {
			t.Errorf("replayed:\n%v\n%v", again, got)
		}
		if n := len(k.movements()); n != 3 {
			t.Errorf("%d movements after a repeated call", n)
		}
		r.Note = "another"
		wantCode(t, second(k.barista.Receive(ctx, r)), "idempotency_key_reused")
		wantCode(t, second(k.barista.Receive(t.Context(), r)), "idempotency_key_required")

		// A café buys in one currency.
		wantCode(t, second(k.barista.Receive(keyCtx(t), &inventorypb.ReceiveRequest{CafeId: k.cafe, Lines: []*inventorypb.ReceiveLine{
			{IngredientId: k.milk, Quantity: 1000, Cost: money(1, "EUR")},
		}})), "currency_mismatch")
		other := &inventorypb.ReceiveRequest{CafeId: id(), Lines: []*inventorypb.ReceiveLine{{IngredientId: k.milk, Quantity: 1000, Cost: money(1, "EUR")}}}
		ok[*inventorypb.MovementsResponse](t)(k.admin.Receive(keyCtx(t), other))
		k.balanced()
	})
}

func TestReceiptOntoNegativeStock(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		r := &inventorypb.ReceiveRequest{CafeId: k.cafe, Lines: []*inventorypb.ReceiveLine{{IngredientId: k.beans, Packs: 1, Cost: money(9_000, "MAD")}}}
		ok[*inventorypb.MovementsResponse](t)(k.barista.Receive(keyCtx(t), r))
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.espresso, 200))))
		r.Lines[0].Cost = money(12_000, "MAD")
		s := ok[*inventorypb.MovementsResponse](t)(k.barista.Receive(keyCtx(t), r)).GetStock()[0]
		if s.GetOnHand() != 200_000 || s.GetAverageCost().GetAmount() != 12_000 {
			t.Errorf("%v", s)
		}
		k.balanced()
	})
}

func TestReceiveRefuses(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		receipt := func(l *inventorypb.ReceiveLine) *inventorypb.ReceiveRequest {
			return &inventorypb.ReceiveRequest{CafeId: k.cafe, Lines: []*inventorypb.ReceiveLine{l}}
		}
		good := func() *inventorypb.ReceiveLine {
			return &inventorypb.ReceiveLine{IngredientId: k.milk, Quantity: 1000}
		}
		late, opening := receipt(good()), receipt(good())
		late.Date, opening.Type = "2026-04-03", "opening"
		for code, r := range map[string]*inventorypb.ReceiveRequest{
			"invalid_quantity":   receipt(&inventorypb.ReceiveLine{IngredientId: k.milk}),
			"no_pack":            receipt(&inventorypb.ReceiveLine{IngredientId: k.milk, Packs: 1}),
			"unknown_ingredient": receipt(&inventorypb.ReceiveLine{IngredientId: id(), Quantity: 1}),
			"invalid_request":    receipt(&inventorypb.ReceiveLine{IngredientId: k.milk, Quantity: -960_000}),
			"invalid_date":       late,
			"forbidden":          opening,
		} {
			wantCode(t, second(k.barista.Receive(keyCtx(t), r)), code)
		}
		if n := len(k.movements()); n != 0 {
			t.Errorf("refused receipts booked %d movements", n)
		}
		if m := ok[*inventorypb.MovementsResponse](t)(k.manager.Receive(keyCtx(t), opening)).GetMovements()[0]; m.GetType() != "opening" {
			t.Errorf("%v", m)
		}
	})
}

func TestWaste(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 2_000)
		waste := func(ingredient string, quantity int64) *inventorypb.WasteRequest {
			return &inventorypb.WasteRequest{CafeId: k.cafe, Lines: []*inventorypb.WasteLine{{IngredientId: ingredient, Quantity: quantity, Reason: "dropped"}}}
		}
		got := ok[*inventorypb.MovementsResponse](t)(k.barista.Waste(keyCtx(t), waste(k.croissant, 2_000)))
		if m := got.GetMovements()[0]; m.GetQuantity() != -2_000 || m.GetType() != "waste" || m.GetReason() != "dropped" || m.GetBusinessDate() != "2026-04-01" {
			t.Errorf("%v", m)
		}
		e := wantCode(t, second(k.barista.Waste(keyCtx(t), waste(k.croissant, 1))), "out_of_stock")
		if e.Params["on_hand"] != "0" || e.Fields[0].Path != "lines[0]" {
			t.Errorf("%+v", e)
		}
		ok[*inventorypb.MovementsResponse](t)(k.barista.Waste(keyCtx(t), waste(k.milk, 5_000)))
		if k.onHand()[k.milk] != -5_000 {
			t.Errorf("milk %d", k.onHand()[k.milk])
		}
		wantCode(t, second(k.barista.Waste(keyCtx(t), waste(k.milk, -5_000))), "invalid_request")
		wantCode(t, second(k.barista.Waste(keyCtx(t), waste(id(), 1))), "not_found")
		blank := waste(k.milk, 1)
		blank.Lines[0].Reason = "  "
		wantCode(t, second(k.barista.Waste(keyCtx(t), blank)), "reason_required")
		k.balanced()
	})
}

func TestCount(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		count := func(ingredient string, counted int64, at time.Time) (*inventorypb.MovementsResponse, error) {
			l := &inventorypb.CountLine{IngredientId: ingredient, Counted: counted}
			if !at.IsZero() {
				l.At = timestamppb.New(at)
			}
			return k.manager.Count(keyCtx(t), &inventorypb.CountRequest{CafeId: k.cafe, Lines: []*inventorypb.CountLine{l}})
		}
		k.receive(k.beans, 1_000_000)
		k.pass(time.Minute)
		shelf := k.clock()
		k.pass(time.Minute)
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.espresso, 10)))) // 90 g after the count
		k.pass(time.Minute)
		got := ok[*inventorypb.MovementsResponse](t)(count(k.beans, 950_000, shelf))
		if m := got.GetMovements(); len(m) != 1 || m[0].GetQuantity() != -50_000 || m[0].GetType() != "count_adjustment" {
			t.Fatalf("%v", got)
		}
		if k.onHand()[k.beans] != 860_000 {
			t.Errorf("on hand %d, want what was counted less what was sold since", k.onHand()[k.beans])
		}
		// A later look at a later moment agrees with the first one: nothing to book.
		if m := ok[*inventorypb.MovementsResponse](t)(count(k.beans, 950_000, shelf.Add(time.Second))).GetMovements(); len(m) != 0 {
			t.Errorf("%v", m)
		}
		// Negative stock is counted up.
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.latte, 1))))
		if s := ok[*inventorypb.MovementsResponse](t)(count(k.milk, 0, time.Time{})).GetStock(); s[0].GetOnHand() != 0 {
			t.Errorf("%v", s)
		}
		// Counted goods: one was sold after none was counted. That cannot be.
		k.receive(k.croissant, 2_000)
		k.pass(time.Minute)
		shelf = k.clock()
		k.pass(time.Minute)
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.croissantV, 1))))
		wantCode(t, second(count(k.croissant, 0, shelf)), "count_outdated")
		wantCode(t, second(count(k.croissant, 0, k.clock().Add(time.Minute))), "invalid_count")
		wantCode(t, second(count(k.croissant, 0, k.clock().AddDate(-2, 0, 0))), "invalid_count")
		wantCode(t, second(count(id(), 0, time.Time{})), "not_found")
		wantCode(t, second(k.manager.Count(keyCtx(t), &inventorypb.CountRequest{CafeId: k.cafe, Lines: []*inventorypb.CountLine{
			{IngredientId: k.milk, Counted: 1}, {IngredientId: k.milk, Counted: 2},
		}})), "invalid_count")
		k.balanced()
	})
}

func TestListStock(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		par := func(ingredient string, par, reorder int64) *inventorypb.StockLine {
			return ok[*inventorypb.StockLine](t)(k.manager.PutPar(t.Context(), &inventorypb.PutParRequest{
				CafeId: k.cafe, IngredientId: ingredient, Par: par, ReorderPoint: reorder,
			}))
		}
		k.receive(k.beans, 900_000)
		k.receive(k.milk, 500_000)
		k.receive(k.oat, 1)
		k.receive(k.lid, 100_000)
		if !par(k.beans, 1_000_000, 0).GetLow() || par(k.beans, 1_000_000, 800_000).GetLow() || !par(k.beans, 1_000_000, 900_000).GetLow() {
			t.Error("low by par and reorder point")
		}
		par(k.milk, 2_000_000, 1_000_000)
		par(k.lid, 50_000, 0)
		par(k.croissant, 5_000, 0) // never there: a row of its own
		wantCode(t, second(k.manager.PutPar(t.Context(), &inventorypb.PutParRequest{CafeId: k.cafe, IngredientId: k.milk, Par: 1, ReorderPoint: 2})), "reorder_above_par")
		wantCode(t, second(k.manager.PutPar(t.Context(), &inventorypb.PutParRequest{CafeId: k.cafe, IngredientId: id(), Par: 1})), "not_found")

		list := func(c inventorypb.InventoryServiceClient, r *inventorypb.ListStockRequest) string {
			names := ""
			for r.Limit = 2; ; {
				page := ok[*inventorypb.ListStockResponse](t)(c.ListStock(t.Context(), r))
				if len(page.GetStock()) > 2 {
					t.Fatalf("a page of %d", len(page.GetStock()))
				}
				for _, s := range page.GetStock() {
					names += s.GetIngredientName() + ", "
				}
				if r.Cursor = page.GetNextCursor(); r.Cursor == "" {
					return names
				}
			}
		}
		for _, c := range []struct {
			r    *inventorypb.ListStockRequest
			want string
		}{
			{&inventorypb.ListStockRequest{}, "Croissant, House beans, Lid, Oat drink, Whole milk, "},
			{&inventorypb.ListStockRequest{OnlyLow: true}, "Croissant, Whole milk, House beans, "},
			{&inventorypb.ListStockRequest{Query: "MILK"}, "Whole milk, "},
			{&inventorypb.ListStockRequest{Query: "e%"}, ""},
			{&inventorypb.ListStockRequest{Query: "_"}, ""},
			{&inventorypb.ListStockRequest{Query: "milk", OnlyLow: true}, "Whole milk, "},
		} {
			if got := list(k.barista, c.r); got != c.want {
				t.Errorf("%v: %s, want %s", c.r, got, c.want)
			}
		}

		// Head office sees every café; an archived ingredient goes once nothing of it is left.
		elsewhere := id()
		for _, i := range []string{k.milk, k.oat} {
			ok[*inventorypb.MovementsResponse](t)(k.admin.Receive(keyCtx(t), &inventorypb.ReceiveRequest{
				CafeId: elsewhere, Lines: []*inventorypb.ReceiveLine{{IngredientId: i, Quantity: 1000}},
			}))
		}
		ok[*inventorypb.StockLine](t)(k.admin.PutPar(t.Context(), &inventorypb.PutParRequest{CafeId: elsewhere, IngredientId: k.oat, Par: 10_000}))
		for want, r := range map[int]*inventorypb.ListStockRequest{
			7: {}, 2: {Query: "oat"}, 4: {OnlyLow: true}, 0: {CafeId: id()}, 1: {CafeId: elsewhere, OnlyLow: true},
		} {
			seen := map[string]bool{}
			for r.Limit = 2; ; {
				page := ok[*inventorypb.ListStockResponse](t)(k.admin.ListStock(t.Context(), r))
				for _, s := range page.GetStock() {
					seen[s.GetCafeId()+s.GetIngredientId()] = true
				}
				if r.Cursor = page.GetNextCursor(); r.Cursor == "" {
					break
				}
			}
			if len(seen) != want {
				t.Errorf("head office sees %d rows of %v, want %d", len(seen), r, want)
			}
		}
		wantCode(t, second(k.barista.ListStock(t.Context(), &inventorypb.ListStockRequest{Cursor: "not ours"})), "invalid_cursor")
	})
}

func TestListMovements(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.beans, 1_000_000)
		var orders []*inventorypb.ConsumeRequest
		for range 9 {
			k.pass(time.Second)
			orders = append(orders, k.sale(sell(k.latte, 1)))
			ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), orders[len(orders)-1]))
		}
		all := k.movements()
		if len(all) != 1+9*4 || all[len(all)-1].GetType() != "receipt" {
			t.Fatalf("%d movements", len(all))
		}
		for i := 1; i < len(all); i++ {
			if all[i].GetAt().AsTime().After(all[i-1].GetAt().AsTime()) {
				t.Error("not newest first")
			}
		}
		for want, r := range map[int]*inventorypb.ListMovementsRequest{
			10: {CafeId: k.cafe, IngredientId: k.beans},
			4:  {CafeId: k.cafe, OrderId: orders[3].GetOrderId()},
			1:  {CafeId: k.cafe, OrderId: orders[3].GetOrderId(), IngredientId: k.milk},
			0:  {CafeId: k.cafe, OrderId: id()},
		} {
			n := 0
			for r.Limit = 3; ; {
				page := ok[*inventorypb.ListMovementsResponse](t)(k.manager.ListMovements(t.Context(), r))
				n += len(page.GetMovements())
				if r.Cursor = page.GetNextCursor(); r.Cursor == "" {
					break
				}
			}
			if n != want {
				t.Errorf("%v: %d movements, want %d", r, n, want)
			}
		}
		wantCode(t, second(k.manager.ListMovements(t.Context(), &inventorypb.ListMovementsRequest{CafeId: k.cafe, OrderId: "x"})), "invalid_request")
	})
}

// Every change by a person is in the audit log, in its own transaction; a refused one is not.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.milk, 1000)
		_, _ = k.barista.Waste(keyCtx(t), &inventorypb.WasteRequest{CafeId: k.cafe, Lines: []*inventorypb.WasteLine{{IngredientId: k.croissant, Quantity: 1, Reason: "x"}}})
		ok[*inventorypb.StockLine](t)(k.manager.PutPar(t.Context(), &inventorypb.PutParRequest{CafeId: k.cafe, IngredientId: k.milk, Par: 7}))
		got := map[string]int{}
		rows, err := k.db.Read().QueryContext(t.Context(), "SELECT action, actor_kind FROM audit")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var action, kind string
			if err := rows.Scan(&action, &kind); err != nil {
				t.Fatal(err)
			}
			got[action+" by "+kind]++
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{
			"put_ingredient by admin": 7, "put_recipe by admin": 3, "put_modifier_effects by admin": 5,
			"receipt by " + rpc.KindPerson: 1, "put_par by " + rpc.KindPerson: 1,
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("audit = %v, want %v", got, want)
		}
	})
}
