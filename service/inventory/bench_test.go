package inventory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

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

// BenchmarkListStock is a café's page of 200 ingredients with what will run out, after 14 days of 400 orders of six
// ingredients each (33,600 movements), on SQLite.
func BenchmarkListStock(b *testing.B) {
	d := dbtest.Open(b, dbtest.Config(b, db.SQLite, "inventory"), store.Migrations())
	k := newKit(b, d)
	stock := make([]string, 200)
	for i := range stock {
		stock[i] = k.ingredient(fmt.Sprintf("Ingredient %03d", i), "g", false)
		k.receive(stock[i], 1e12)
	}
	first := k.clock().AddDate(0, 0, -14)
	columns := []string{"cafe_id", "at", "id", "ingredient_id", "type", "quantity", "reason", "order_id", "business_date", "actor", "cost", "currency"}
	for day := range 15 {
		var rows [][]any
		for order := range 400 {
			at := first.AddDate(0, 0, day).Add(-3*time.Hour + time.Duration(order)*2*time.Minute) // from seven o'clock
			if at.After(k.clock()) {
				break
			}
			for n := range 6 {
				rows = append(rows, []any{
					db.ID(k.cafe), at.UnixMicro(), db.ID(id()), db.ID(stock[(order*7+n*31)%200]), "sale", int64(-18_000), "",
					db.ID(id()), at.Format("2006-01-02"), "", nil, "",
				})
			}
		}
		if err := d.Write(b.Context(), func(ctx context.Context, tx db.Tx) error {
			return db.InsertRows(ctx, tx, "movement", columns, rows)
		}); err != nil {
			b.Fatal(err)
		}
	}
	for _, first := range []bool{true, false} {
		b.Run(fmt.Sprintf("first=%v", first), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if first {
					k.s = inventory.New(k.s.Deps) // remembers nothing
				}
				lines, _, err := k.s.ListStock(b.Context(), k.cafe, "", false, 200, "")
				if err != nil || len(lines) != 200 || lines[0].UsedPerDay == 0 || lines[0].UsedToday == 0 {
					b.Fatal(err, len(lines), lines[0])
				}
			}
		})
	}
}
