package analytics_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/rpc/rpctest"
	analyticspb "coffee/proto/coffee/analytics/v1"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

func TestListSales(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T10:00:00Z")
		for i := range 5 {
			c.cafes.put(i, fmt.Sprintf("Café %d", i), []string{"MAD", "EUR"}[i%2])
		}
		generate(c.journal, 5, 5, 500, 60)
		c.follow(t)
		admin := analyticspb.NewAnalyticsServiceClient(c.serve(t).As(rpctest.Admin(id(1, 1))))
		for _, by := range [][]string{
			{},
			{"cafe"},
			{"date"},
			{"hour"},
			{"category"},
			{"item"},
			{"item", "cafe"},
			{"hour", "date"},
			{"cafe", "date", "hour"},
			{"date", "category"},
			{"cafe", "hour", "item"},
		} {
			for _, cafe := range []string{"", id(kindCafe, 2)} {
				req := &analyticspb.ListSalesRequest{From: "2026-01-10", To: "2026-02-20", Currency: "MAD", CafeId: cafe, By: by, Limit: 7}
				c.compareSales(t, admin, req)
				req.From, req.To = "2026-01-01", "2026-02-28" // whole months are read from the roll-ups
				c.compareSales(t, admin, req)
			}
		}
	})
}

// compareSales reads all pages and holds them against a plain sum over the journals.
func (c *chain) compareSales(t *testing.T, admin analyticspb.AnalyticsServiceClient, req *analyticspb.ListSalesRequest) {
	t.Helper()
	type key struct {
		cafe, date     string
		hour           int32
		category, item string
	}
	by := map[string]bool{}
	for _, b := range req.GetBy() {
		by[b] = true
	}
	want, total := map[key]analytics.Figures{}, analytics.Figures{}
	for cafe := range c.journal.entries {
		if req.GetCafeId() != "" && cafe != req.GetCafeId() {
			continue
		}
		for _, e := range c.journal.events(t, cafe) {
			if e.Currency != req.GetCurrency() || e.BusinessDate < req.GetFrom() || e.BusinessDate > req.GetTo() {
				continue
			}
			add := func(category, item string, f analytics.Figures) {
				k := key{hour: -1}
				if by["cafe"] {
					k.cafe = cafe
				}
				if by["date"] {
					k.date = e.BusinessDate
				}
				if by["hour"] {
					k.hour = int32(e.Hour)
				}
				if by["category"] {
					k.category = category
				}
				if by["item"] {
					k.item = item
				}
				want[k] = want[k].Plus(f)
			}
			total.Orders += e.Orders
			if e.Orders != 0 && !by["category"] && !by["item"] {
				add("", "", analytics.Figures{Orders: e.Orders})
			}
			for _, l := range e.Lines {
				f := analytics.Figures{Units: l.Units, Discount: l.Discount, Tax: l.Tax, Sales: l.Sales}
				add(l.Category, l.Item, f)
				total = total.Plus(f)
			}
		}
	}
	got, pages := map[key]analytics.Figures{}, 0
	for cursor := ""; ; pages++ {
		req.Cursor = cursor
		answer, err := admin.ListSales(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range answer.GetRows() {
			k := key{r.GetCafeId(), r.GetDate(), -1, r.GetCategoryId(), r.GetItemId()}
			if r.Hour != nil {
				k.hour = r.GetHour()
			}
			if _, twice := got[k]; twice {
				t.Fatalf("%v: %+v comes twice", req.GetBy(), k)
			}
			if (r.GetCafeId() != "") != (r.GetCafeName() != "") || (r.GetItemId() != "") != (r.GetItemName() != "") || (r.GetCategoryId() != "") != (r.GetCategoryName() != "") {
				t.Errorf("no name: %s", protojson.Format(r))
			}
			got[k] = analytics.Figures{
				Orders: r.GetOrders(), Units: r.GetUnits(), Discount: r.GetDiscount().GetAmount(), Tax: r.GetTax().GetAmount(), Sales: r.GetSales().GetAmount(),
			}
		}
		x := answer.GetTotal()
		if sum := (analytics.Figures{Orders: x.GetOrders(), Units: x.GetUnits(), Discount: x.GetDiscount().GetAmount(), Tax: x.GetTax().GetAmount(), Sales: x.GetSales().GetAmount()}); sum != total {
			t.Fatalf("%v: total %+v, want %+v", req.GetBy(), sum, total)
		}
		if cursor = answer.GetNextCursor(); cursor == "" {
			break
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%v: %d rows on %d pages, want %d", req.GetBy(), len(got), pages, len(want))
	}
	for k, f := range want {
		if got[k] != f {
			t.Errorf("%v: %+v is %+v, want %+v", req.GetBy(), k, got[k], f)
		}
	}
}
