package analytics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	analyticspb "coffee/proto/coffee/analytics/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/analytics/store"
)

// shown writes a date's part: "2026-05-20 30.0/2 [8:10 9:20]".
func shown(p *analyticspb.DayPart) string {
	var hours []string
	for _, h := range p.GetHours() {
		hours = append(hours, fmt.Sprintf("%d:%d", h.GetHour(), h.GetSales().GetAmount()))
	}
	return fmt.Sprintf("%s %d %s in %d of %d %v", p.GetDate(), p.GetSales().GetAmount(), p.GetSales().GetCurrency(), p.GetOrders(), p.GetUnits(), hours)
}

func TestToday(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T12:30:00Z")
		oldTown, harbour, paris := c.cafes.put(1, "Old Town", "MAD"), c.cafes.put(2, "Harbour", "MAD"), c.cafes.put(3, "Paris", "EUR")
		at := func(cafe, date string, hour int, currency string, price int64) *orderpb.Event {
			return sale(cafe, date, hour, currency, line(1, "Latte", 1, 1, price))
		}
		sold := at(oldTown, "2026-05-20", 12, "MAD", 40)
		c.journal.add(
			at(oldTown, "2026-05-20", 9, "MAD", 100), sold, back(sold, "voided", "2026-05-20"), at(oldTown, "2026-05-20", 10, "MAD", 10),
			at(oldTown, "2026-05-13", 9, "MAD", 50), at(oldTown, "2026-05-13", 12, "MAD", 30), at(oldTown, "2026-05-13", 15, "MAD", 70), at(oldTown, "2026-05-13", 1, "MAD", 5),
			at(oldTown, "2026-05-06", 9, "MAD", 20), at(oldTown, "2026-05-06", 16, "MAD", 25),
			at(harbour, "2026-05-20", 11, "MAD", 500), at(harbour, "2026-05-13", 13, "MAD", 600),
			at(paris, "2026-05-20", 8, "EUR", 9),
		)
		c.follow(t)
		server := c.serve(t)
		admin := analyticspb.NewAnalyticsServiceClient(server.As(rpctest.Admin(id(1, 1))))
		today := func(client analyticspb.AnalyticsServiceClient, r *analyticspb.GetTodayRequest) *analyticspb.Today {
			t.Helper()
			answer, err := client.GetToday(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		all := today(admin, &analyticspb.GetTodayRequest{})
		if len(all.GetCafes()) != 2 || all.GetCurrency() != "MAD" || fmt.Sprint(all.GetOtherCurrencies()) != "[EUR]" || all.GetNote() == "" || all.GetFreshness().GetAsOf() == nil {
			t.Fatal(protojson.Format(all))
		}
		if all.GetCafes()[0].GetCafeName() != "Harbour" {
			t.Error("the café that sold most does not come first")
		}
		old := all.GetCafes()[1]
		if old.GetDate() != "2026-05-20" || old.GetHour() != 12 {
			t.Error(protojson.Format(old))
		}
		if got := shown(old.GetToday()); got != "2026-05-20 110 MAD in 2 of 2 [9:100 10:10]" {
			t.Error(got)
		}
		// The whole date's hours, summed up to the end of the running one; one at night is its end.
		if got := shown(old.GetBefore()); got != "2026-05-13 80 MAD in 2 of 2 [9:50 12:30 15:70 1:5]" {
			t.Error(got)
		}
		if g := old.GetGrowth(); g.GetKind() != "change" || g.GetBasisPoints() != 3750 || g.GetBefore().GetAmount() != 80 {
			t.Error(g)
		}
		// After noon there were 75 and 25.
		if b := old.GetByClosing(); b.GetLow().GetAmount() != 135 || b.GetLikely().GetAmount() != 160 || b.GetHigh().GetAmount() != 185 || b.GetDaysUsed() != 2 {
			t.Error(b)
		}
		// On the 13th: 80 and, as a week before, 25; it came to 155.
		if e := old.GetPastErrors(); len(e) != 1 || e[0].GetDate() != "2026-05-13" || e[0].GetSaid().GetAmount() != 105 || e[0].GetCame().GetAmount() != 155 || e[0].GetBasisPoints() != -3226 || old.GetMeanError() != 3226 {
			t.Error(protojson.Format(old))
		}
		if got := shown(all.GetTotal()); got != "2026-05-20 610 MAD in 3 of 3 [9:100 10:10 11:500]" {
			t.Error(got)
		}
		if all.GetTotalBefore().GetSales().GetAmount() != 80 || all.GetByClosing().GetLikely().GetAmount() != 500+600+160 {
			t.Error(protojson.Format(all))
		}

		// What is sold now is seen at once, although the past is remembered.
		c.journal.add(at(oldTown, "2026-05-20", 12, "MAD", 1000))
		c.follow(t)
		if got := today(admin, &analyticspb.GetTodayRequest{CafeId: oldTown}); len(got.GetCafes()) != 1 || got.GetTotal().GetSales().GetAmount() != 1110 {
			t.Error(protojson.Format(got))
		}
		if got := today(admin, &analyticspb.GetTodayRequest{Currency: "EUR"}); len(got.GetCafes()) != 1 || got.GetTotal().GetSales().GetCurrency() != "EUR" || got.GetByClosing() != nil {
			t.Error(protojson.Format(got))
		}
		if got := today(admin, &analyticspb.GetTodayRequest{Currency: "JPY"}); len(got.GetCafes()) != 0 || got.GetTotal().GetOrders() != 0 {
			t.Error(protojson.Format(got))
		}

		manager := analyticspb.NewAnalyticsServiceClient(server.As(rpctest.Person(id(1, 2), "manager", harbour, id(1, 3))))
		if got := today(manager, &analyticspb.GetTodayRequest{}); len(got.GetCafes()) != 1 || got.GetCafes()[0].GetCafeId() != harbour {
			t.Error(protojson.Format(got))
		}
		if _, err := manager.GetToday(t.Context(), &analyticspb.GetTodayRequest{CafeId: oldTown}); !errs.HasCode(err, "not_found") {
			t.Errorf("another café's day: %v", err)
		}
		if _, err := admin.GetToday(t.Context(), &analyticspb.GetTodayRequest{CafeId: id(kindCafe, 99)}); !errs.HasCode(err, "not_found") {
			t.Errorf("a café nobody knows: %v", err)
		}
		barista := analyticspb.NewAnalyticsServiceClient(server.As(rpctest.Person(id(1, 2), "barista", harbour, id(1, 3))))
		if _, err := barista.GetToday(t.Context(), &analyticspb.GetTodayRequest{}); !errs.HasCode(err, "forbidden") {
			t.Errorf("a barista: %v", err)
		}

		// After the cut-off the next date begins, with what was today as its past.
		c.clock.move(16 * time.Hour)
		next := today(admin, &analyticspb.GetTodayRequest{CafeId: oldTown})
		if got := next.GetCafes()[0]; got.GetDate() != "2026-05-21" || got.GetToday().GetOrders() != 0 || got.GetBefore().GetDate() != "2026-05-14" || len(got.GetPastErrors()) != 2 {
			t.Error(protojson.Format(next))
		}
	})
}

// A database of the version before has no zones: a café is left out until the café service has told its own.
func TestTodayWithoutAZone(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-20T12:30:00Z")
	cafe := c.cafes.put(1, "Old Town", "MAD")
	c.journal.add(sale(cafe, "2026-05-20", 9, "MAD", line(1, "Latte", 1, 1, 100)))
	c.follow(t)
	err := c.db.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE cafe SET time_zone = '', cutoff_minutes = 0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.service = c.replica(t)
	if v, err := c.service.Today(t.Context(), "", ""); err != nil || len(v.Cafes) != 0 || v.Currency != "MAD" {
		t.Errorf("%+v, %v", v, err)
	}
	c.follow(t)
	if v, err := c.service.Today(t.Context(), "", ""); err != nil || len(v.Cafes) != 1 || v.Total.SoFar.Sales != 100 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestBestSellers(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-20T12:30:00Z")
		here, there, empty := c.cafes.put(1, "Old Town", "MAD"), c.cafes.put(2, "Harbour", "MAD"), c.cafes.put(3, "New", "MAD")
		const latte, tea, cake = 1, 2, 3
		const whole, oat, shot, syrup, mint = 1, 2, 3, 4, 5
		with := func(l *orderpb.EventLine, modifiers ...int) *orderpb.EventLine {
			for _, m := range modifiers {
				l.Modifiers = append(l.Modifiers, &orderpb.OrderModifier{ModifierId: id(kindModifier, m), Quantity: 1})
			}
			return l
		}
		voided := sale(here, "2026-05-19", 10, "MAD", with(line(tea, "Tea", 1, 50, 1500), mint))
		c.journal.add(
			sale(here, "2026-05-20", 9, "MAD", with(line(latte, "Latte", 1, 3, 2500), whole, shot), with(line(latte, "Latte", 1, 2, 2500), oat)),
			sale(here, "2026-04-23", 9, "MAD", with(line(tea, "Tea", 1, 4, 1500), mint)), // the first of the 28 dates
			sale(here, "2026-04-22", 9, "MAD", line(cake, "Cake", 2, 90, 1500)),          // too long ago
			sale(here, "2026-05-19", 9, "MAD", line(cake, "Cake", 2, 1, 1500)),
			voided, back(voided, "voided", "2026-05-20"),
			sale(there, "2026-05-20", 9, "MAD", line(cake, "Cake", 2, 9, 1500)),
		)
		c.follow(t)
		anybody := analyticspb.NewAnalyticsServiceClient(c.serve(t).As(rpc.Caller{}))
		list := func(cafe string) string {
			t.Helper()
			answer, err := anybody.ListBestSellers(t.Context(), &analyticspb.ListBestSellersRequest{CafeId: cafe})
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for i, b := range answer.GetItems() {
				if b.GetRank() != int32(i+1) {
					t.Errorf("place %d has rank %d", i+1, b.GetRank())
				}
				text := b.GetItemId()[35:]
				for _, m := range b.GetModifierIds() {
					text += "+" + m[35:]
				}
				out = append(out, text)
			}
			return strings.Join(out, " ")
		}
		if got := list(here); got != "1 2 3" {
			t.Errorf("without a menu: %s", got)
		}
		c.menus.set(&menupb.Menu{
			Items: []*menupb.MenuItem{
				{Id: id(kindItem, latte), ModifierGroupIds: []string{"milk", "extras"}}, {Id: id(kindItem, tea), ModifierGroupIds: []string{"extras"}},
			},
			ModifierGroups: []*menupb.MenuModifierGroup{
				{Id: "milk", Modifiers: []*menupb.MenuModifier{{Id: id(kindModifier, whole), IsDefault: true}, {Id: id(kindModifier, oat)}}},
				{Id: "extras", Modifiers: []*menupb.MenuModifier{{Id: id(kindModifier, shot)}, {Id: id(kindModifier, syrup)}, {Id: id(kindModifier, mint)}}},
			},
		}, nil)
		if got := list(here); got != "1 2 3" {
			t.Errorf("within the minute: %s", got)
		}
		c.clock.move(time.Minute)
		if got := list(here); got != "1+3+2 2+5" {
			t.Errorf("with a menu that sells no cake: %s", got)
		}
		if got := list(there); got != "" {
			t.Errorf("the other café sells what is on no menu: %s", got)
		}
		asked := c.menus.asked
		c.menus.set(nil, errDown)
		c.clock.move(time.Minute)
		if got := list(here); got != "1+3+2 2+5" || c.menus.asked != asked+1 {
			t.Errorf("menu is down: %s, asked %d times more", got, c.menus.asked-asked)
		}
		if got := list(empty); got != "" {
			t.Errorf("a café without sales: %s", got)
		}
		_, err := anybody.ListBestSellers(t.Context(), &analyticspb.ListBestSellersRequest{CafeId: id(kindCafe, 99)})
		if !errs.HasCode(err, "not_found") {
			t.Errorf("a café nobody knows: %v", err)
		}
	})
}
