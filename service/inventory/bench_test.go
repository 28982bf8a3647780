package inventory_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/inventory"
	"coffee/service/inventory/store"
)

// BenchmarkConsume takes the stock of a three-line order (latte with oat and an extra shot, espresso, croissant: six
// ingredients), durably, on SQLite.
func BenchmarkConsume(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			k := newKit(b, dbtest.Open(b, dbtest.Config(b, db.SQLite, "inventory"), store.Migrations()))
			k.recipes()
			var cafes [100]string
			for i := range cafes {
				cafes[i] = id()
				if _, err := k.s.Receive(b.Context(), inventory.Author{}, cafes[i], "", "", inventory.TypeReceipt, []inventory.ReceiptLine{
					{IngredientID: k.croissant, Quantity: 1e12},
					{IngredientID: k.beans, Quantity: 1e12},
					{IngredientID: k.oat, Quantity: 1e12},
					{IngredientID: k.cupL, Quantity: 1e12},
					{IngredientID: k.lid, Quantity: 1e12},
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			b.SetParallelism(max(1, callers/2)) // times GOMAXPROCS
			var n atomic.Int64
			place := func() {
				_, err := k.s.Consume(b.Context(), inventory.Order{
					OrderID: id(), Attempt: 1, CafeID: cafes[n.Add(1)%100], BusinessDate: "2026-04-01", Service: inventory.TakeAway,
					Type: inventory.TypeSale, Lines: []inventory.OrderLine{
						{Line: 1, VariationID: k.latte, Quantity: 1, Modifiers: []inventory.OrderModifier{{k.oatM, 1}, {k.extraShot, 1}}},
						{Line: 2, VariationID: k.espresso, Quantity: 1},
						{Line: 3, VariationID: k.croissantV, Quantity: 2},
					},
				})
				if err != nil {
					b.Error(err)
				}
			}
			b.ResetTimer()
			if callers == 1 {
				for b.Loop() {
					place()
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						place()
					}
				})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}

// BenchmarkExpand is the arithmetic alone.
func BenchmarkExpand(b *testing.B) {
	k := newKit(b, dbtest.Open(b, dbtest.Config(b, db.SQLite, "inventory"), store.Migrations()))
	k.recipes()
	book, err := k.store.LoadBook(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	l := inventory.OrderLine{Line: 1, VariationID: k.latte, Quantity: 1, Modifiers: []inventory.OrderModifier{{k.oatM, 1}, {k.extraShot, 1}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Expand(l, inventory.TakeAway); err != nil {
			b.Fatal(err)
		}
	}
}
