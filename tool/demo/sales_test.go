package demo

import (
	"testing"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"coffee/internal/day"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	typepb "coffee/proto/coffee/type/v1"
)

// menuOf is the demonstration's menu as the menu service shows it in a café.
func menuOf(p place) *menupb.Menu {
	menu := &menupb.Menu{CafeId: p.id(), Release: 1, Currency: p.currency}
	in := func(prices []*typepb.Money) *typepb.Money {
		for _, m := range prices {
			if m.GetCurrency() == p.currency {
				return m
			}
		}
		return nil
	}
	for i, c := range categories {
		menu.Categories = append(menu.Categories, &menupb.MenuCategory{Id: categoryID(c.name), Name: c.name, Rank: int32(i)})
	}
	for i, it := range items {
		r := it.request(int32(i))
		out := &menupb.MenuItem{Id: r.GetId(), CategoryId: r.GetCategoryId(), Name: r.GetName(), TaxCode: r.GetTaxCode()}
		for _, v := range r.GetVariations() {
			variation := &menupb.MenuVariation{Id: v.GetId(), Name: v.GetName(), Price: in(v.GetPrices())}
			for _, w := range r.GetPriceWindows() {
				if w.GetVariationId() == v.GetId() {
					variation.PriceWindows = append(variation.PriceWindows, &menupb.MenuPriceWindow{
						Weekdays: w.GetWeekdays(), FromMinute: w.GetFromMinute(), ToMinute: w.GetToMinute(), Price: in(w.GetPrices()),
					})
				}
			}
			out.Variations = append(out.Variations, variation)
		}
		menu.Items = append(menu.Items, out)
	}
	return menu
}

var (
	noon = time.Date(2026, 3, 26, 12, 0, 0, 0, time.UTC)
	// The business day has begun everywhere, and nobody is open.
	early = time.Date(2026, 3, 26, 4, 0, 0, 0, time.UTC)
	// In Casablanca and in Paris the business day before is still running.
	night = time.Date(2026, 3, 26, 1, 30, 0, 0, time.UTC)
)

func TestPastIsTwoWeeksAndToday(t *testing.T) {
	for _, c := range []struct {
		now         time.Time
		first, last string
		today       string
		some        bool // sold today by now
	}{
		{noon, "2026-03-12", "2026-03-25", "2026-03-26", true},
		{early, "2026-03-12", "2026-03-25", "2026-03-26", false},
		{night, "2026-03-11", "2026-03-24", "2026-03-25", true},
	} {
		for _, p := range cafes {
			calendar, err := day.Load(p.zone, cutoffMinutes)
			if err != nil {
				t.Fatal(err)
			}
			orders, err := past(p, menuOf(p), c.now, 1)
			if err != nil {
				t.Fatal(err)
			}
			perDay := map[string]int{}
			var before time.Time
			for _, o := range orders {
				at := o.GetSoldAt().AsTime()
				if at.Before(before) {
					t.Fatalf("%s: %s comes after %s", p.name, at, before)
				}
				before = at
				if at.After(c.now) {
					t.Fatalf("%s sold at %s, and it is %s", p.name, at, c.now)
				}
				perDay[calendar.Date(at)]++
				local := at.In(calendar.Zone)
				if minute := local.Hour()*60 + local.Minute(); minute < p.opens || minute >= p.closes {
					t.Fatalf("%s sold at %s, when it is closed", p.name, local)
				}
			}
			today := perDay[c.today]
			if delete(perDay, c.today); (today > 0) != c.some || today > 120 {
				t.Errorf("%s at %s: %d orders today", p.name, c.now, today)
			}
			if len(perDay) != Days || perDay[c.first] == 0 || perDay[c.last] == 0 {
				t.Errorf("%s at %s: %v", p.name, c.now, perDay)
			}
			for date, count := range perDay {
				if count < 60 || count > 120 {
					t.Errorf("%s on %s: %d orders", p.name, date, count)
				}
			}
		}
	}
}

// A Fill that is repeated later adds what was sold since and repeats the others word by word.
func TestPastDependsOnTheDateAlone(t *testing.T) {
	p := cafes[0]
	today, _ := past(p, menuOf(p), noon, 7)
	tomorrow, _ := past(p, menuOf(p), noon.AddDate(0, 0, 1), 7)
	byID := map[string]*orderpb.ImportOrder{}
	for _, o := range today {
		if byID[o.GetId()] != nil {
			t.Fatalf("id %s is there twice", o.GetId())
		}
		byID[o.GetId()] = o
	}
	same := 0
	for _, o := range tomorrow {
		if was := byID[o.GetId()]; was != nil {
			same++
			if !proto.Equal(was, o) {
				t.Fatalf("order %s differs:\n%v\n%v", o.GetId(), was, o)
			}
		}
	}
	if same < len(today)*12/14 || same >= len(today) {
		t.Errorf("%d of %d orders are the same", same, len(today))
	}
	other, _ := past(p, menuOf(p), noon, 8)
	if len(other) == len(today) && proto.Equal(other[5], today[5]) {
		t.Error("another seed gives the same sales")
	}
}

func TestSalesAreAtTheMenusPrices(t *testing.T) {
	for _, p := range cafes {
		menu := menuOf(p)
		prices := map[string]*menupb.MenuVariation{}
		for _, it := range menu.GetItems() {
			for _, v := range it.GetVariations() {
				prices[v.GetId()] = v
			}
		}
		calendar, _ := day.Load(p.zone, cutoffMinutes)
		orders, _ := past(p, menu, noon, 3)
		evening, sold := 0, map[string]bool{}
		for _, o := range orders {
			local := o.GetSoldAt().AsTime().In(calendar.Zone)
			working := local.Weekday() != time.Saturday && local.Weekday() != time.Sunday
			for _, l := range o.GetLines() {
				v := prices[l.GetVariationId()]
				want := v.GetPrice().GetAmount()
				if len(v.GetPriceWindows()) > 0 && working && local.Hour() >= 17 {
					want = v.GetPriceWindows()[0].GetPrice().GetAmount()
					evening++
				}
				for _, m := range l.GetModifiers() {
					want += m.GetPrice()
				}
				if l.GetUnitPrice() != want {
					t.Fatalf("%s at %s for %d, the menu says %d", l.GetItemName(), local, l.GetUnitPrice(), want)
				}
				sold[l.GetItemId()] = true
			}
		}
		if evening == 0 {
			t.Errorf("%s sold nothing at the evening price", p.name)
		}
		if len(sold) != len(items) {
			t.Errorf("%s sold %d of %d items", p.name, len(sold), len(items))
		}
	}
}

// What people ask for is on the menu, answers every group that must be answered, and is about as popular as it is meant
// to be.
func TestSalesHaveWhatPeopleAskFor(t *testing.T) {
	known := map[string]item{}
	for _, it := range items {
		known[itemID(it.name)] = it
	}
	for _, g := range modifierGroups {
		if len(g.liked) != len(g.modifiers) {
			t.Errorf("%s: %d wishes for %d modifiers", g.name, len(g.liked), len(g.modifiers))
		}
	}
	for _, p := range cafes {
		orders, _ := past(p, menuOf(p), noon, 5)
		milks, oats := 0, 0
		for _, o := range orders {
			for _, l := range o.GetLines() {
				answered := map[string]int{}
				for _, m := range l.GetModifiers() {
					answered[m.GetGroupName()]++
					if m.GetModifierId() != modifierID(m.GetGroupName(), m.GetName()) {
						t.Fatalf("%s is not the id of %s", m.GetModifierId(), m.GetName())
					}
					if m.GetName() == "Oat" {
						oats++
					}
				}
				milks += answered["Milk"]
				for _, g := range groupsOf(known[l.GetItemId()]) {
					if n := answered[g.name]; int32(n) < g.min || int32(n) > g.max {
						t.Fatalf("%s: %d of %s", l.GetItemName(), n, g.name)
					}
					delete(answered, g.name)
				}
				if len(answered) > 0 {
					t.Fatalf("%s with %v", l.GetItemName(), answered)
				}
			}
		}
		if share := oats * 100 / max(1, milks); share < 15 || share > 27 {
			t.Errorf("%s: %d of 100 drinks with milk are with oat, want about 21", p.name, share)
		}
	}
}

func TestImportRequestsAreValid(t *testing.T) {
	for _, p := range cafes {
		orders, _ := past(p, menuOf(p), noon, 1)
		if err := protovalidate.Validate(&orderpb.ImportOrdersRequest{Source: Origin, Orders: orders[:batch]}); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}
