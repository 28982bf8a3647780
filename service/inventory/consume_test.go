package inventory_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

// The acceptance case of domain.md: "large, oat, extra shot, to go" is right in stock.
func TestLargeOatExtraShotToGo(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		for _, i := range []string{k.beans, k.milk, k.oat, k.cupL, k.lid} {
			k.receive(i, 1_000_000)
		}
		k.receive(k.croissant, 5_000)
		sale := k.sale(sell(k.latte, 1, k.oatM, k.extraShot), sell(k.croissantV, 2), sell(k.unknownV, 1))
		got := ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		want := map[string]int64{
			k.beans: 1_000_000 - 27_000, k.milk: 1_000_000, k.oat: 1_000_000 - 320_000,
			k.cupL: 999_000, k.lid: 999_000, k.croissant: 3_000,
		}
		for i, q := range k.onHand() {
			if want[i] != q {
				t.Errorf("on hand of %s = %d, want %d", i, q, want[i])
			}
		}
		if n := len(got.GetLines()); n != 3 || !got.GetLines()[0].GetHasRecipe() || got.GetLines()[2].GetHasRecipe() {
			t.Errorf("lines = %v", got.GetLines())
		}
		for _, u := range got.GetLines()[0].GetUses() {
			if u.GetIngredientId() == k.milk || u.GetIngredientId() == k.oat && fmt.Sprint(u.GetAllergens()) != "[gluten oats]" {
				t.Errorf("use %v", u)
			}
		}
		again := ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		if !again.GetRepeatedCall() {
			t.Error("the second call does not say that it is one")
		}
		again.RepeatedCall = false
		if !proto.Equal(again, got) {
			t.Errorf("the second answer differs:\n%v\n%v", again, got)
		}
		k.balanced()

		// Eat in: no cup.
		sale = k.sale(sell(k.latte, 1))
		sale.Service = "eat_in"
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		if k.onHand()[k.cupL] != 999_000 {
			t.Error("a cup went with a drink to stay")
		}
	})
}

func TestConsumeRefusesAsAWhole(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 2_000)
		k.receive(k.beans, 100_000)
		before := k.onHand()

		e := wantCode(t, second(k.order.Consume(t.Context(), k.sale(sell(k.espresso, 1), sell(k.croissantV, 3)))), "out_of_stock")
		if len(e.Fields) != 1 || e.Fields[0].Path != "lines[1]" || e.Params["ingredient_id"] != k.croissant || e.Params["on_hand"] != "2000" {
			t.Errorf("refusal = %+v", e)
		}
		sold := k.sale(sell(k.espresso, 1), sell(k.croissantV, 1))
		sold.SoldOutIngredientIds = []string{k.beans}
		e = wantCode(t, second(k.order.Consume(t.Context(), sold)), "sold_out")
		if len(e.Fields) != 1 || e.Fields[0].Path != "lines[0]" || e.Params["ingredient_name"] != "House beans" {
			t.Errorf("refusal = %+v", e)
		}
		for i, q := range k.onHand() {
			if before[i] != q {
				t.Errorf("a refused order moved %s from %d to %d", i, before[i], q)
			}
		}
		if open := k.open(0); len(open) != 0 {
			t.Errorf("refused orders are open: %v", open)
		}

		// A refusal is not stored: the same attempt goes through once the goods are there, and a repeat is answered as it
		// was, whatever is sold out by then.
		sold.SoldOutIngredientIds = nil
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sold))
		sold.SoldOutIngredientIds = []string{k.beans}
		if !ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sold)).GetRepeatedCall() {
			t.Error("a repeat under 86 is not the stored answer")
		}
		// The same attempt with other lines is not the same order.
		other := proto.Clone(sold).(*inventorypb.ConsumeRequest)
		other.Lines[0].Present = true
		other.By, other.BusinessDate = id(), "2026-04-02"
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), other))
		other.Lines[0].Quantity = 2
		wantCode(t, second(k.order.Consume(t.Context(), other)), "attempt_differs")
		k.balanced()
	})
}

func TestItIsHere(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 1_000)
		here := sell(k.croissantV, 3)
		here.Present = true
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(here)))
		moves := k.movements()
		if k.onHand()[k.croissant] != 0 || len(moves) != 3 {
			t.Fatalf("on hand %d after %v", k.onHand()[k.croissant], moves)
		}
		for _, m := range moves {
			if m.GetType() == "count_adjustment" && m.GetQuantity() != 2_000 {
				t.Errorf("adjusted by %d, want exactly the shortage", m.GetQuantity())
			}
		}
		// What one line sees on the shelf does not vouch for another line.
		here = sell(k.croissantV, 1)
		here.Present = true
		wantCode(t, second(k.order.Consume(t.Context(), k.sale(here, sell(k.croissantV, 1)))), "out_of_stock")
		k.balanced()
	})
}

func TestIngredientsGoBelowZero(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.beans, 10_000)
		sale := k.sale(sell(k.latte, 2))
		got := ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		short := map[string]int64{}
		for _, s := range got.GetShortages() {
			short[s.GetIngredientName()] = s.GetOnHand()
		}
		if fmt.Sprint(short) != "map[Cup L:-2000 House beans:-26000 Lid:-2000 Whole milk:-640000]" {
			t.Errorf("shortages = %v", short)
		}
		again := ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), sale))
		if len(again.GetShortages()) != 4 || again.GetShortages()[0].GetIngredientName() == "" {
			t.Errorf("the stored answer forgot its shortages: %v", again.GetShortages())
		}
		k.balanced()
	})
}

// 1,000 buyers for 100 croissants → exactly 100; here 200 for 100, on every engine.
func TestBuyersForTheLastCroissants(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 100_000)
		var sold, refused atomic.Int64
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				_, err := k.order.Consume(t.Context(), k.sale(sell(k.croissantV, 1), sell(k.espresso, 1)))
				switch {
				case err == nil:
					sold.Add(1)
				case errs.HasCode(err, "out_of_stock"):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if sold.Load() != 100 || refused.Load() != 100 || k.onHand()[k.croissant] != 0 {
			t.Errorf("%d sold, %d refused, %d left", sold.Load(), refused.Load(), k.onHand()[k.croissant])
		}
		k.balanced()
	})
}

func TestOneAttemptTwentyTimesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		k.receive(k.croissant, 1_000)
		sale := k.sale(sell(k.croissantV, 1))
		var first atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				got, err := k.order.Consume(t.Context(), sale)
				if err != nil {
					t.Error(err)
				} else if !got.GetRepeatedCall() {
					first.Add(1)
				}
			})
		}
		wg.Wait()
		if first.Load() != 1 || k.onHand()[k.croissant] != 0 {
			t.Errorf("%d first calls, %d on hand", first.Load(), k.onHand()[k.croissant])
		}
		k.balanced()
	})
}

func (k *kit) open(age time.Duration) []*inventorypb.OpenConsumption {
	k.t.Helper()
	return ok[*inventorypb.ListOpenConsumptionResponse](k.t)(k.order.ListOpenConsumption(k.t.Context(),
		&inventorypb.ListOpenConsumptionRequest{OlderThanMs: age.Milliseconds()})).GetOpen()
}

func TestOpenConsumption(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		first := k.sale(sell(k.espresso, 1))
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), first))
		k.pass(20 * time.Second)
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.espresso, 1))))
		k.pass(15 * time.Second)
		open := k.open(30 * time.Second)
		if len(open) != 1 || open[0].GetOrderId() != first.GetOrderId() || open[0].GetCafeId() != k.cafe || open[0].GetAttempt() != 1 {
			t.Fatalf("open = %v", open)
		}
		for range 2 {
			ok[*inventorypb.ConfirmConsumptionResponse](t)(k.order.ConfirmConsumption(t.Context(),
				&inventorypb.ConfirmConsumptionRequest{Confirmed: open}))
		}
		if n := len(k.open(0)); n != 1 {
			t.Errorf("%d open after a confirmation, want 1", n)
		}
		if n := len(k.open(1 << 40 * time.Millisecond)); n != 0 {
			t.Errorf("%d are older than the world", n)
		}
	})
}

// A recipe changed by another process: this one's copy is stale and must not be used.
func TestConsumeWithTheCurrentRecipe(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.espresso, 1))))
		other := k.secondProcess()
		ok[*inventorypb.Recipe](t)(other.admin.PutRecipe(t.Context(), &inventorypb.PutRecipeRequest{
			VariationId: k.espresso, Version: 1, Lines: []*inventorypb.RecipeLine{line("beans", k.beans, 7_000, "")},
		}))
		got := ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.espresso, 1))))
		if q := got.GetLines()[0].GetUses()[0].GetQuantity(); q != 7_000 {
			t.Errorf("took %d, the recipe says 7000", q)
		}
		if k.onHand()[k.beans] != -16_000 {
			t.Errorf("on hand = %d", k.onHand()[k.beans])
		}
	})
}

func second[T any](_ T, err error) error { return err }
