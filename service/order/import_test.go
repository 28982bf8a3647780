package order_test

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order/store"
)

func historical(cafe string, sold time.Time, lines ...*orderpb.ImportLine) *orderpb.ImportOrder {
	return &orderpb.ImportOrder{Id: newID(), CafeId: cafe, SoldAt: timestamppb.New(sold), Lines: lines, Reference: "receipt 7"}
}

func importLine(n int32, price, discount, surcharge int64) *orderpb.ImportLine {
	return &orderpb.ImportLine{
		ItemId: named("old item"), VariationId: named("old variation"), ItemName: "Cappuccino", VariationName: "Lg", CategoryId: named("coffee"),
		CategoryName: "Coffee", Quantity: n, UnitPrice: price, Discount: discount, Surcharge: surcharge, TaxRate: 1000,
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		april := time.Date(2019, 4, 30, 22, 30, 0, 0, time.UTC) // the business day of 30 April, in Casablanca (UTC+1)
		orders := []*orderpb.ImportOrder{
			historical(cafeA, april, importLine(2, 425, 50, 0), importLine(1, 300, 0, 25)),
			historical(cafeB, april, importLine(1, 425, 0, 0)),
			historical(newID(), april, importLine(1, 425, 0, 0)),
			historical(cafeA, s.clock.Now().Add(time.Hour), importLine(1, 425, 0, 0)),
			historical(cafeA, april, importLine(1, 425, 426, 0)),
			historical(cafeA, april.Add(time.Minute), importLine(1, 425, 425, 0)),
		}
		send := func(orders ...*orderpb.ImportOrder) *orderpb.ImportOrdersResponse {
			t.Helper()
			return must[*orderpb.ImportOrdersResponse](t)(s.as(boss).ImportOrders(t.Context(), &orderpb.ImportOrdersRequest{Source: "old-till", Orders: orders}))
		}
		got := send(orders...)
		if got.GetAdded() != 3 || len(got.GetRefused()) != 3 || got.GetRefused()[0].GetCode() != "not_found" ||
			got.GetRefused()[1].GetCode() != "sold_in_future" || got.GetRefused()[2].GetCode() != "discount_too_large" {
			t.Errorf("import %v", got)
		}
		o := must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: orders[0].GetId()}))
		if o.GetTotal() != 800+325 || o.GetBusinessDate() != "2019-04-30" || o.GetState() != "collected" || o.GetMoneyState() != "paid" ||
			o.GetSource() != "import" || o.GetReceiptNumber() != 1 || o.GetTenders()[0].GetKind() != "card" || o.GetTaxes()[0].GetTax() != 102 {
			t.Errorf("imported %v", o)
		}
		if again := send(orders[0], orders[1], orders[5], orders[0]); again.GetUnchanged() != 4 || again.GetAdded() != 0 {
			t.Errorf("the second import %v", again)
		}
		other := proto.CloneOf(orders[0])
		other.Lines[0].Quantity = 3
		fresh := historical(cafeA, april, importLine(1, 100, 0, 0))
		twice := proto.CloneOf(fresh)
		twice.Lines[0].UnitPrice = 101
		if got := send(other, fresh, twice); len(got.GetRefused()) != 2 || got.GetAdded() != 1 || got.GetRefused()[0].GetCode() != "order_exists" {
			t.Errorf("other content %v", got)
		}
		if len(s.inventory.taken) != 0 {
			t.Error("an import took stock")
		}
		events := s.events(cafeA)
		if len(events) != 3 || events[0].GetKind() != "imported" || events[0].GetMendsDate() != "" || events[0].GetHour() != 23 || events[0].GetLines()[0].GetCategoryName() != "Coffee" {
			t.Errorf("events %v", events)
		}
		s.checkSales(cafeA)
		_, err := s.as(lea).ImportOrders(t.Context(), &orderpb.ImportOrdersRequest{Source: "x", Orders: orders})
		wantCode(t, err, "forbidden")
		// An imported id is taken for ever.
		_, err = s.as(ana).PlaceOrder(t.Context(), &orderpb.PlaceOrderRequest{Id: orders[0].GetId(), Lines: []*orderpb.LineRequest{line(latteM, 1)}})
		wantCode(t, err, "order_exists")
	})
}

// TestListPages: every order exactly once, newest first, for a café, a phone, a day, head office.
func TestListPages(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		var orders []*orderpb.ImportOrder
		for i := range 60 {
			cafe := cafeA
			if i%3 == 0 {
				cafe = cafeB
			}
			// Several at the same moment: the id decides.
			orders = append(orders, historical(cafe, opening.Add(-time.Duration(i/4)*7*time.Hour), importLine(1, 100, 0, 0)))
		}
		must[*orderpb.ImportOrdersResponse](t)(s.as(boss).ImportOrders(t.Context(), &orderpb.ImportOrdersRequest{Source: "old", Orders: orders}))
		count := func(c orderpb.OrderServiceClient, q *orderpb.ListOrdersRequest) int {
			t.Helper()
			seen, last := map[string]bool{}, ""
			q.Limit = 7
			for {
				page := must[*orderpb.ListOrdersResponse](t)(c.ListOrders(t.Context(), q))
				for _, o := range page.GetOrders() {
					key := fmt.Sprintf("%s %s %s", o.GetBusinessDate(), o.GetSoldAt().AsTime().Format(time.RFC3339), o.GetId())
					if seen[o.GetId()] || (last != "" && key >= last) {
						t.Fatalf("%s after %s", key, last)
					}
					seen[o.GetId()], last = true, key
				}
				if q.Cursor = page.GetNextCursor(); q.Cursor == "" {
					return len(seen)
				}
			}
		}
		day := "2026-06-08"
		onDay := 0
		for _, o := range orders {
			// 04:00 in Casablanca is 03:00 UTC.
			if o.GetSoldAt().AsTime().Add(-3*time.Hour).Format("2006-01-02") == day && o.GetCafeId() == cafeA {
				onDay++
			}
		}
		for _, c := range []struct {
			name string
			got  int
			want int
		}{
			{"head office", count(s.as(boss), &orderpb.ListOrdersRequest{}), 60},
			{"head office, one café", count(s.as(boss), &orderpb.ListOrdersRequest{CafeId: cafeB}), 20},
			{"staff", count(s.as(ana), &orderpb.ListOrdersRequest{}), 40},
			{"a day", count(s.as(ana), &orderpb.ListOrdersRequest{BusinessDate: day}), onDay},
			{"by state", count(s.as(ana), &orderpb.ListOrdersRequest{State: "collected", MoneyState: "paid"}), 40},
			{"none of that state", count(s.as(ana), &orderpb.ListOrdersRequest{State: "ready"}), 0},
		} {
			if c.got != c.want {
				t.Errorf("%s: %d orders, want %d", c.name, c.got, c.want)
			}
		}
		_, err := s.as(bob).ListOrders(t.Context(), &orderpb.ListOrdersRequest{CafeId: cafeA})
		wantCode(t, err, "not_found")
		_, err = s.as(ana).ListOrders(t.Context(), &orderpb.ListOrdersRequest{Cursor: "nonsense"})
		wantCode(t, err, "invalid_cursor")
	})
}

func TestImportKeepsWhatWasChosen(t *testing.T) {
	dbtest.Each(t, "order", store.Migrations(), func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		send := func(o *orderpb.ImportOrder) *orderpb.ImportOrdersResponse {
			t.Helper()
			return must[*orderpb.ImportOrdersResponse](t)(s.as(boss).ImportOrders(t.Context(), &orderpb.ImportOrdersRequest{Source: "old-till", Orders: []*orderpb.ImportOrder{o}}))
		}
		chosen := historical(cafeA, time.Date(2019, 4, 30, 22, 30, 0, 0, time.UTC), importLine(2, 475, 0, 0))
		chosen.Lines[0].Modifiers = []*orderpb.ImportModifier{{ModifierId: named("oat"), Name: "Oat", GroupName: "Milk", Price: 50}}
		if got := send(chosen); got.GetAdded() != 1 {
			t.Fatalf("import %v", got)
		}
		if got := send(chosen); got.GetUnchanged() != 1 {
			t.Errorf("again %v", got)
		}
		o := must[*orderpb.Order](t)(s.as(ana).GetOrder(t.Context(), &orderpb.GetOrderRequest{Id: chosen.GetId()}))
		if m := o.GetLines()[0].GetModifiers(); o.GetTotal() != 950 || len(m) != 1 || m[0].GetModifierId() != named("oat") ||
			m[0].GetName() != "Oat" || m[0].GetQuantity() != 1 || m[0].GetGroupName() != "Milk" || m[0].GetPrice() != 50 {
			t.Errorf("imported %v", o)
		}
		unlike := proto.CloneOf(chosen)
		unlike.Lines[0].Modifiers[0].ModifierId = named("soy")
		if got := send(unlike); len(got.GetRefused()) != 1 || got.GetRefused()[0].GetCode() != "order_exists" {
			t.Errorf("the same id with another modifier %v", got)
		}
	})
}
