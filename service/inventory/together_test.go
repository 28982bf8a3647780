package inventory_test

import (
	"sync"
	"testing"

	"coffee/internal/errs"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

// Everybody at once on the same few ingredients, in rows that nobody has made yet: no deadlock reaches a caller, on
// hand stays the sum of the movements, and counted goods never go below zero.
func TestEverybodyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		goods := []string{k.croissant, k.milk, k.beans, k.cupL, k.lid}
		accept := func(err error, codes ...string) {
			for _, code := range codes {
				if errs.HasCode(err, code) {
					return
				}
			}
			if err != nil {
				t.Error(err)
			}
		}
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				for round := range 8 {
					one, two := goods[(worker+round)%len(goods)], goods[(worker*3+round+1)%len(goods)]
					_, err := k.barista.Receive(keyCtx(t), &inventorypb.ReceiveRequest{CafeId: k.cafe, Lines: []*inventorypb.ReceiveLine{
						{IngredientId: two, Quantity: 3_000, Cost: money(100, "MAD")}, {IngredientId: one, Quantity: 2_000, Cost: money(90, "MAD")},
					}})
					accept(err)
					sale := k.sale(sell(k.croissantV, 1), sell(k.latte, 1))
					_, err = k.order.Consume(t.Context(), sale)
					accept(err, "out_of_stock")
					if err == nil && round%2 == 0 {
						_, err = k.order.Reverse(t.Context(), undo(sale, back(1, 1, "restock"), back(2, 1, "waste")))
						accept(err)
					}
					_, err = k.barista.Waste(keyCtx(t), &inventorypb.WasteRequest{CafeId: k.cafe, Lines: []*inventorypb.WasteLine{
						{IngredientId: k.croissant, Quantity: 1_000, Reason: "stale"},
					}})
					accept(err, "out_of_stock")
					if round%4 == 0 {
						_, err = k.manager.Count(keyCtx(t), &inventorypb.CountRequest{CafeId: k.cafe, Lines: []*inventorypb.CountLine{
							{IngredientId: two, Counted: 4_000}, {IngredientId: one, Counted: 1_000},
						}})
						accept(err, "invalid_count")
					}
				}
			})
		}
		wg.Wait()
		if n := k.onHand()[k.croissant]; n < 0 {
			t.Errorf("%d croissants", n)
		}
		k.balanced()
	})
}
