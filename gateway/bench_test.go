package gateway

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	menupb "coffee/proto/coffee/menu/v1"
	typepb "coffee/proto/coffee/type/v1"
)

// BenchmarkGetMenu reads a menu of 25 items through the handler and the in-process channel, as anybody and as a
// person who is signed in.
func BenchmarkGetMenu(b *testing.B) {
	w := newWorld(b)
	menu := &menupb.Menu{CafeId: cafeA, Release: 7, Currency: "MAD"}
	for range 25 {
		item := &menupb.MenuItem{Id: anyID, CategoryId: orderID, Name: "Flat white", Description: "A double shot under silk.", TaxCode: "standard", Station: "bar"}
		for _, size := range []string{"Small", "Medium", "Large"} {
			item.Variations = append(item.Variations, &menupb.MenuVariation{
				Id: anyID, Name: size, Price: &typepb.Money{Amount: 2850, Currency: "MAD"}, BarSeconds: 40,
			})
		}
		menu.Items = append(menu.Items, item)
	}
	w.back.menu.menuFn = func(context.Context, *menupb.GetMenuRequest) (*menupb.Menu, error) { return menu, nil }
	for name, cookie := range map[string]string{"anonymous": "", "signed in": w.barista().cookie} {
		run := func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, "/api/v1/cafes/"+cafeA+"/menu", nil)
			if cookie != "" {
				r.Header.Set("Cookie", "coffee="+cookie)
			}
			out := &quietWriter{header: http.Header{}}
			w.gateway.ServeHTTP(out, r)
			if out.status != http.StatusOK {
				b.Error(out.status)
			}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run(b)
			}
		})
		b.Run(name+" at once", func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					run(b)
				}
			})
		})
	}
}

// BenchmarkPlaceOrder puts an order of three lines through the handler: decoded, validated, answered.
func BenchmarkPlaceOrder(b *testing.B) {
	w := newWorld(b)
	cookie := w.barista().cookie
	line := `{"variation_id":"` + anyID + `","quantity":2,"modifiers":[{"modifier_id":"` + anyID + `"}]}`
	body := `{"lines":[` + line + `,` + line + `,` + line + `],"tenders":[{"id":"` + anyID + `","kind":"cash","amount":8550}]}`
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPut, "http://x/api/v1/orders/"+orderID, strings.NewReader(body))
		r.Header = http.Header{"Cookie": {"coffee=" + cookie}, "Content-Type": {"application/json"}, "Origin": {"http://x"}}
		out := &quietWriter{header: http.Header{}}
		w.gateway.ServeHTTP(out, r)
		if out.status != http.StatusOK {
			b.Fatal(out.status)
		}
	}
}
