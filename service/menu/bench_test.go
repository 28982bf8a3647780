package menu_test

import (
	"fmt"
	"testing"

	"coffee/internal/db"
	"coffee/internal/rpc"
	menupb "coffee/proto/coffee/menu/v1"
)

// BenchmarkGetMenu reads the menu in force of 25 items in 3 sizes with modifiers, through a client and the guard.
func BenchmarkGetMenu(b *testing.B) {
	c := newChain(b, db.SQLite)
	c.draft()
	for n := range 23 {
		item := latteItem()
		item.Id, item.Name = id(2, 100+n), fmt.Sprint("Drink ", n)
		item.Variations, item.PriceWindows = nil, nil
		for size, name := range []string{"Small", "Medium", "Large"} {
			item.Variations = append(item.Variations, &menupb.Variation{
				Id: id(3, 1000+10*n+size), Name: name, Prices: amounts("MAD", 2000+300*size, "EUR", 300+50*size), BarSeconds: 45,
			})
		}
		must[*menupb.Item](b)(c.admin.PutItem(b.Context(), item))
	}
	c.publish("now")
	anyone := c.as(rpc.Caller{})
	request := &menupb.GetMenuRequest{CafeId: casa}
	if got := len(c.menu(casa, 0).GetItems()); got != 25 {
		b.Fatalf("%d items", got)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := anyone.GetMenu(b.Context(), request); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkListSoldOut is what every screen asks every two seconds.
func BenchmarkListSoldOut(b *testing.B) {
	c := newChain(b, db.SQLite)
	c.draft()
	c.publish("now")
	must[*menupb.SoldOut](b)(c.admin.SetSoldOut(b.Context(), &menupb.SetSoldOutRequest{CafeId: casa, Kind: "item", Id: latte}))
	order := c.asService("order")
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := order.ListSoldOut(b.Context(), &menupb.ListSoldOutRequest{CafeId: casa}); err != nil {
				b.Error(err)
			}
		}
	})
}
