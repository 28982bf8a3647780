package inventory_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

func back(line, quantity int32, to string) *inventorypb.ReverseLine {
	return &inventorypb.ReverseLine{Line: line, Quantity: quantity, To: to, Reason: "asked back"}
}

func TestReverseLines(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 10_000)
		k.receive(k.beans, 100_000)
		sale := k.sale(sell(k.espresso, 3), sell(k.croissantV, 2))
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))

		restock := undo(sale, back(1, 1, "restock"), back(2, 1, "restock"))
		if ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), restock)).GetRepeatedCall() {
			t.Error("the first reversal says it is a repeat")
		}
		if !ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), restock)).GetRepeatedCall() {
			t.Error("the second reversal does not say it is a repeat")
		}
		if on := k.onHand(); on[k.beans] != 100_000-18_000 || on[k.croissant] != 9_000 {
			t.Errorf("on hand after a restock: %v", on)
		}
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), undo(sale, back(1, 2, "waste"), back(2, 1, "waste"))))
		if on := k.onHand(); on[k.beans] != 100_000-18_000 || on[k.croissant] != 9_000 {
			t.Errorf("waste moved on hand: %v", on)
		}
		byType := map[string]int64{}
		for _, m := range k.movements() {
			if m.GetIngredientId() == k.beans {
				byType[m.GetType()] += m.GetQuantity()
			}
		}
		// Theoretical usage is sales less reversals: nothing was sold in the end, two shots are waste.
		if byType["sale"]+byType["sale_reversal"] != 0 || byType["waste"] != -18_000 {
			t.Errorf("movements of beans by type: %v", byType)
		}
		wantCode(t, second(k.order.Reverse(t.Context(), undo(sale, back(1, 1, "restock")))), "reversal_too_large")
		wantCode(t, second(k.order.Reverse(t.Context(), undo(sale, back(9, 1, "restock")))), "invalid_request")

		reused := proto.Clone(restock).(*inventorypb.ReverseRequest)
		reused.OrderId = id()
		wantCode(t, second(k.order.Reverse(t.Context(), reused)), "reversal_id_reused")
		elsewhere := undo(sale, back(1, 1, "restock"))
		elsewhere.CafeId = id()
		wantCode(t, second(k.order.Reverse(t.Context(), elsewhere)), "cafe_mismatch")
		wantCode(t, second(k.order.Reverse(t.Context(), undo(k.sale(sell(k.espresso, 1)), back(1, 1, "restock")))), "not_consumed")
		k.balanced()
	})
}

func TestReverseRemake(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.beans, 100_000)
		remake := k.sale(sell(k.espresso, 1))
		remake.Type, remake.Reason, remake.By = "waste", "remake: too cold", id()
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), remake))
		m := k.movements()[0]
		if m.GetType() != "waste" || m.GetReason() != "remake: too cold" || m.GetBy() != remake.GetBy() || m.GetOrderId() != remake.GetOrderId() {
			t.Errorf("movement %v", m)
		}
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), undo(remake)))
		if k.onHand()[k.beans] != 100_000 {
			t.Errorf("on hand %d", k.onHand()[k.beans])
		}
		k.balanced()
	})
}

func TestAbandonedAttempt(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 4_000)
		sale := k.sale(sell(k.croissantV, 3))
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), undo(sale, back(1, 1, "restock"))))
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), undo(sale)))
		if k.onHand()[k.croissant] != 4_000 || len(k.open(0)) != 0 {
			t.Errorf("on hand %d, open %v", k.onHand()[k.croissant], k.open(0))
		}
		// Given up for good; whatever is asked back of it is back already; the next attempt is a new one.
		wantCode(t, second(k.order.Consume(t.Context(), sale)), "attempt_abandoned")
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), undo(sale, back(1, 1, "restock"))))
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), undo(sale)))
		sale.Attempt = 2
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		if k.onHand()[k.croissant] != 1_000 {
			t.Errorf("on hand %d", k.onHand()[k.croissant])
		}
		k.balanced()
	})
}

// A reversal that overtakes its Consume: the Consume finds the tombstone and takes nothing.
func TestReversalOvertakes(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 1_000)
		sale := k.sale(sell(k.croissantV, 1))
		whole := undo(sale)
		ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), whole))
		wantCode(t, second(k.order.Consume(t.Context(), sale)), "attempt_abandoned")
		// Also when the order would be refused anyhow: the caller must learn that the attempt is over.
		sale.SoldOutIngredientIds = []string{k.croissant}
		wantCode(t, second(k.order.Consume(t.Context(), sale)), "attempt_abandoned")
		if !ok[*inventorypb.ReverseResponse](t)(k.order.Reverse(t.Context(), whole)).GetRepeatedCall() {
			t.Error("the tombstone's reversal is not known")
		}
		if k.onHand()[k.croissant] != 1_000 {
			t.Errorf("on hand %d", k.onHand()[k.croissant])
		}
		k.balanced()
	})
}

// Consume and its abandonment at the same moment: whoever wins, nothing leaks.
func TestConsumeAgainstItsReversal(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 1_000)
		var wg sync.WaitGroup
		for range 30 {
			sale := k.sale(sell(k.croissantV, 1))
			wg.Go(func() {
				if _, err := k.order.Consume(t.Context(), sale); err != nil && !errs.HasCode(err, "attempt_abandoned") && !errs.HasCode(err, "out_of_stock") {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := k.order.Reverse(t.Context(), undo(sale)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if k.onHand()[k.croissant] != 1_000 || len(k.open(0)) != 0 {
			t.Errorf("on hand %d, %d open", k.onHand()[k.croissant], len(k.open(0)))
		}
		k.balanced()
	})
}

// Ten reversals of three units at once: three succeed.
func TestReversalsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 3_000)
		sale := k.sale(sell(k.croissantV, 3))
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		var done atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				switch _, err := k.order.Reverse(t.Context(), undo(sale, back(1, 1, "restock"))); {
				case err == nil:
					done.Add(1)
				case !errs.HasCode(err, "reversal_too_large"):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 3 || k.onHand()[k.croissant] != 3_000 {
			t.Errorf("%d reversals, %d on hand", done.Load(), k.onHand()[k.croissant])
		}
		k.balanced()
	})
}
