package inventory_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

// on sells espressos on a business date.
func (k *kit) on(date string, espressos int32) *inventorypb.ConsumeRequest {
	k.t.Helper()
	r := k.sale(sell(k.espresso, espressos))
	r.BusinessDate = date
	ok[*inventorypb.ConsumeResponse](k.t)(k.order.Consume(k.t.Context(), r))
	return r
}

func (k *kit) stockOf(ingredient string, r *inventorypb.ListStockRequest) *inventorypb.StockLine {
	k.t.Helper()
	for _, l := range ok[*inventorypb.ListStockResponse](k.t)(k.admin.ListStock(k.t.Context(), r)).GetStock() {
		if l.GetIngredientId() == ingredient && l.GetCafeId() == k.cafe {
			return l
		}
	}
	k.t.Fatalf("no stock of %s", ingredient)
	return nil
}

func TestWhatWillRunOut(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.beans, 100_000)
		here := &inventorypb.ListStockRequest{CafeId: k.cafe}
		if l := k.stockOf(k.beans, here); l.GetUsedToday() != 0 || l.GetUsedPerDay() != 0 || l.GetRunsOutAt() != nil {
			t.Errorf("before the first sale: %v", l)
		}
		// 9 g an espresso. Two dates: 2 at ten o'clock each, and on the second one at noon too.
		k.on("2026-04-01", 2)
		k.pass(24 * time.Hour)
		k.on("2026-04-02", 2)
		k.pass(2 * time.Hour)
		k.on("2026-04-02", 1)
		// The third runs since ten: three sold, one of them given back, and waste.
		k.pass(22 * time.Hour)
		k.on("2026-04-03", 1)
		back1 := k.on("2026-04-03", 2)
		reverse := undo(back1, back(1, 1, "restock"))
		reverse.BusinessDate = "2026-04-03"
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), reverse))
		ok[*inventorypb.MovementsResponse](t)(k.barista.Waste(keyCtx(t), &inventorypb.WasteRequest{
			CafeId: k.cafe, Date: "2026-04-03", Lines: []*inventorypb.WasteLine{{IngredientId: k.beans, Quantity: 4_000, Reason: "spilt"}},
		}))
		ok[*inventorypb.MovementsResponse](t)(k.manager.Count(keyCtx(t), &inventorypb.CountRequest{
			CafeId: k.cafe, Lines: []*inventorypb.CountLine{{IngredientId: k.beans, Counted: 20_000}}, // no use
		}))
		l := k.stockOf(k.beans, here)
		if l.GetUsedToday() != 2*9_000+4_000 || l.GetUsedPerDay() != 22_500 { // 18 g and 27 g
			t.Errorf("used today %d, a day %d", l.GetUsedToday(), l.GetUsedPerDay())
		}
		// Ten o'clock uses 18 g, noon 4.5 g: 20 g last until 12:26.
		if at := l.GetRunsOutAt().AsTime(); !at.Equal(time.Date(2026, 4, 3, 12, 26, 0, 0, time.UTC)) {
			t.Errorf("runs out at %v", at)
		}
		low := ok[*inventorypb.StockLine](t)(k.manager.PutPar(t.Context(), &inventorypb.PutParRequest{CafeId: k.cafe, IngredientId: k.beans, Par: 1_000_000}))
		if low.GetUsedToday() != 0 {
			t.Errorf("an answer that is no list tells the use: %v", low)
		}
		for name, r := range map[string]*inventorypb.ListStockRequest{
			"all cafés": {}, "what is low": {OnlyLow: true}, "what is low here": {CafeId: k.cafe, OnlyLow: true},
		} {
			if got := k.stockOf(k.beans, r); got.GetUsedToday() != l.GetUsedToday() || !proto.Equal(got.GetRunsOutAt(), l.GetRunsOutAt()) {
				t.Errorf("%s: %v", name, got)
			}
		}
		// A day after its first sale the date is over; nothing has been used on the next.
		k.pass(24 * time.Hour)
		if l := k.stockOf(k.beans, here); l.GetUsedToday() != 0 || l.GetUsedPerDay() != (18_000+27_000+22_000)/3 {
			t.Errorf("the next morning: used today %d, a day %d", l.GetUsedToday(), l.GetUsedPerDay())
		}
		// Two weeks later nothing is known any more.
		k.pass(16 * 24 * time.Hour)
		if l := k.stockOf(k.beans, here); l.GetUsedPerDay() != 0 || l.GetRunsOutAt() != nil {
			t.Errorf("after a fortnight: %v", l)
		}
	})
}

func TestUseIsToldOfTwelveCafesAtMost(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		used := func() (lines, told int) {
			for _, l := range ok[*inventorypb.ListStockResponse](t)(k.admin.ListStock(t.Context(), &inventorypb.ListStockRequest{})).GetStock() {
				lines++
				if l.GetUsedToday() != 0 {
					told++
				}
			}
			return lines, told
		}
		for range 12 {
			r := k.sale(sell(k.espresso, 1))
			r.CafeId = id()
			ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), r))
		}
		if lines, told := used(); lines != 12 || told != 12 {
			t.Errorf("%d of %d lines of twelve cafés tell their use", told, lines)
		}
		k.on("2026-04-01", 1)
		if lines, told := used(); lines != 13 || told != 0 {
			t.Errorf("%d of %d lines of thirteen cafés tell their use", told, lines)
		}
	})
}

func TestOnHandAfter(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.beans, 100_000)
		k.receive(k.milk, 1_000_000)
		for range 4 {
			k.pass(time.Minute)
			k.on("2026-04-01", 1)
		}
		list := func(r *inventorypb.ListMovementsRequest) *inventorypb.ListMovementsResponse {
			t.Helper()
			r.CafeId = k.cafe
			return ok[*inventorypb.ListMovementsResponse](t)(k.manager.ListMovements(t.Context(), r))
		}
		var after []int64
		for cursor := ""; ; {
			page := list(&inventorypb.ListMovementsRequest{IngredientId: k.beans, Limit: 2, Cursor: cursor})
			for _, m := range page.GetMovements() {
				after = append(after, m.GetOnHandAfter())
			}
			if cursor == "" { // what moves between two pages does not move what is told
				k.pass(time.Minute)
				k.on("2026-04-01", 3)
			}
			if cursor = page.GetNextCursor(); cursor == "" {
				break
			}
		}
		if want := []int64{64_000, 73_000, 82_000, 91_000, 100_000}; !slices.Equal(after, want) {
			t.Errorf("on hand after each, newest first: %v, want %v", after, want)
		}
		if newest := list(&inventorypb.ListMovementsRequest{IngredientId: k.beans}).GetMovements()[0]; newest.GetOnHandAfter() != k.onHand()[k.beans] {
			t.Errorf("after the newest %d, on hand %d", newest.GetOnHandAfter(), k.onHand()[k.beans])
		}
		for name, r := range map[string]*inventorypb.ListMovementsRequest{
			"of all": {}, "of an order": {IngredientId: k.beans, OrderId: list(&inventorypb.ListMovementsRequest{}).GetMovements()[0].GetOrderId()},
		} {
			for _, m := range list(r).GetMovements() {
				if m.OnHandAfter != nil {
					t.Errorf("the movements %s tell what was on hand: %v", name, m)
				}
			}
		}
		if none := list(&inventorypb.ListMovementsRequest{IngredientId: k.croissant}).GetMovements(); len(none) != 0 {
			t.Errorf("movements of what was never there: %v", none)
		}
	})
}

func TestAllergens(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		anybody := k.as(rpc.Caller{})
		request := &inventorypb.GetAllergensRequest{CafeId: k.cafe}
		got := ok[*inventorypb.Allergens](t)(anybody.GetAllergens(t.Context(), request))
		if len(got.GetVariations()) != 3 || len(got.GetModifiers()) != 5 {
			t.Fatalf("%d variations and %d modifiers", len(got.GetVariations()), len(got.GetModifiers()))
		}
		said := map[string]string{}
		say := func(slots []*inventorypb.SlotAllergens) (out string) {
			for _, s := range slots {
				out += fmt.Sprint(s.GetSlot(), s.GetAllergens(), s.GetOnly(), " ")
			}
			return out
		}
		for _, v := range got.GetVariations() {
			said[v.GetVariationId()] = say(v.GetSlots())
		}
		for _, m := range got.GetModifiers() {
			said[m.GetModifierId()] = say(m.GetReplacesSlots()) + fmt.Sprint(m.GetAdds())
		}
		for thing, want := range map[string]string{
			k.latte:    "beans[] cup[]take_away lid[]take_away milk[milk] ",
			k.oatM:     "milk[gluten oats] []",
			k.lessMilk: "[]",
		} {
			if said[thing] != want {
				t.Errorf("%q, want %q", said[thing], want)
			}
		}
		// A change of the recipes is told at once.
		ok[*inventorypb.Ingredient](t)(k.admin.PutIngredient(t.Context(), &inventorypb.PutIngredientRequest{
			Id: k.milk, Version: 1, Name: "Whole milk", Unit: "ml", Allergens: []string{"Milk", "soybeans"},
		}))
		got = ok[*inventorypb.Allergens](t)(k.as(rpctest.Customer(id())).GetAllergens(t.Context(), request))
		for _, v := range got.GetVariations() {
			if v.GetVariationId() == k.latte && say(v.GetSlots()) != "beans[] cup[]take_away lid[]take_away milk[milk soybeans] " {
				t.Errorf("after the change: %s", say(v.GetSlots()))
			}
		}
		_, err := anybody.GetAllergens(t.Context(), &inventorypb.GetAllergensRequest{CafeId: "1"})
		wantCode(t, err, "invalid_request")
	})
}
