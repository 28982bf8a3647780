package menu_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/day"
	"coffee/service/menu"
)

// A small catalogue of the rules' tests; every test changes its own copy.
func catalogue() menu.Catalogue {
	mad := func(amount int64) []menu.Money { return []menu.Money{{Amount: amount, Currency: "MAD"}} }
	both := func(amount, eur int64) []menu.Money {
		return []menu.Money{{Amount: amount, Currency: "MAD"}, {Amount: eur, Currency: "EUR"}}
	}
	return menu.Catalogue{
		Categories: []menu.Category{{ID: "hot", Name: "Hot", Rank: 1}, {ID: "bakery", Name: "Bakery", Rank: 2}},
		Items: []menu.Item{
			{
				ID: "latte", CategoryID: "hot", Name: "Latte", TaxCode: "standard", Station: "bar", Rank: 1,
				Variations: []menu.Variation{
					{ID: "small", Name: "Small", Prices: both(2200, 380), BarSeconds: 45},
					{ID: "large", Name: "Large", Prices: mad(2500), BarSeconds: 55},
				},
				ModifierGroupIDs: []string{"milk", "shots"},
				PriceWindows: []menu.PriceWindow{
					{Name: "Happy hour", VariationID: "large", Weekdays: []int32{1, 5}, From: 840, To: 960, Prices: mad(2000)},
				},
			},
			{
				ID: "croissant", CategoryID: "bakery", Name: "Croissant", TaxCode: "standard", Rank: 2,
				Variations: []menu.Variation{{ID: "one", Name: "One", Prices: both(1200, 180)}},
			},
		},
		ModifierGroups: []menu.ModifierGroup{
			{ID: "milk", Name: "Milk", Min: 1, Max: 1, Modifiers: []menu.Modifier{
				{ID: "whole", Name: "Whole", Default: true}, {ID: "oat", Name: "Oat", PriceDeltas: both(500, 60)},
			}},
			{ID: "shots", Name: "Shots", Max: 3, FreeCount: 1, Modifiers: []menu.Modifier{{ID: "extra", Name: "Extra", PriceDeltas: mad(400)}}},
		},
		Combos: []menu.Combo{{
			ID: "breakfast", Name: "Breakfast", CategoryID: "bakery", Prices: both(3000, 500),
			Slots: []menu.ComboSlot{
				{ID: "cup", Name: "Cup", VariationIDs: []string{"small", "large"}},
				{ID: "bake", Name: "Bake", VariationIDs: []string{"one"}},
			},
		}},
	}
}

func TestCheckDraft(t *testing.T) {
	archived := menu.Stored{ArchivedAt: time.Unix(1, 0)}
	for name, test := range map[string]struct {
		change func(c *menu.Catalogue)
		path   string // of the one reason; empty: none
		says   string
	}{
		"as it is":                {func(*menu.Catalogue) {}, "", ""},
		"archived category":       {func(c *menu.Catalogue) { c.Categories[0].Stored = archived }, "items[latte].category_id", `category "Hot" is archived`},
		"missing category":        {func(c *menu.Catalogue) { c.Items[1].CategoryID = "?" }, "items[croissant].category_id", "does not exist"},
		"combo's category":        {func(c *menu.Catalogue) { c.Combos[0].CategoryID = "?" }, "combos[breakfast].category_id", "does not exist"},
		"missing group":           {func(c *menu.Catalogue) { c.Items[0].ModifierGroupIDs[1] = "?" }, "items[latte].modifier_group_ids[1]", "does not exist"},
		"archived group":          {func(c *menu.Catalogue) { c.ModifierGroups[1].Stored = archived }, "items[latte].modifier_group_ids[1]", `"Shots" is archived`},
		"min over max":            {func(c *menu.Catalogue) { c.ModifierGroups[1].Min = 4 }, "modifier_groups[shots].min", "at least 4"},
		"free over max":           {func(c *menu.Catalogue) { c.ModifierGroups[1].FreeCount = 4 }, "modifier_groups[shots].free_count", "4 free"},
		"too many defaults":       {func(c *menu.Catalogue) { c.ModifierGroups[0].Modifiers[1].Default = true }, "modifier_groups[milk].modifiers", "2 default"},
		"too few defaults":        {func(c *menu.Catalogue) { c.ModifierGroups[0].Min, c.ModifierGroups[0].Max = 2, 2 }, "modifier_groups[milk].modifiers", "1 default"},
		"no default is a choice":  {func(c *menu.Catalogue) { c.ModifierGroups[0].Modifiers[0].Default = false }, "", ""},
		"slot names nothing":      {func(c *menu.Catalogue) { c.Combos[0].Slots[0].VariationIDs[1] = "?" }, "combos[breakfast].slots[0].variation_ids[1]", "no live item"},
		"slot twice":              {func(c *menu.Catalogue) { c.Combos[0].Slots[1].ID = "cup" }, "combos[breakfast].slots[1].id", "same id"},
		"slot holds twice":        {func(c *menu.Catalogue) { c.Combos[0].Slots[0].VariationIDs[1] = "small" }, "combos[breakfast].slots[0].variation_ids[1]", "twice"},
		"window names nothing":    {func(c *menu.Catalogue) { c.Items[0].PriceWindows[0].VariationID = "one" }, "items[latte].price_windows[0].variation_id", "no such variation"},
		"window ends first":       {func(c *menu.Catalogue) { c.Items[0].PriceWindows[0].To = 840 }, "items[latte].price_windows[0].to_minute", "ends before"},
		"price twice":             {func(c *menu.Catalogue) { c.Items[0].Variations[0].Prices[1].Currency = "MAD" }, "items[latte].variations[0].prices[1].currency", "two prices in MAD"},
		"price of no currency":    {func(c *menu.Catalogue) { c.Items[0].Variations[1].Prices[0].Currency = "ABC" }, "items[latte].variations[1].prices[0].currency", "ISO 4217"},
		"price below zero":        {func(c *menu.Catalogue) { c.Combos[0].Prices[0].Amount = -1 }, "combos[breakfast].prices[0].amount", "below zero"},
		"delta below zero":        {func(c *menu.Catalogue) { c.ModifierGroups[1].Modifiers[0].PriceDeltas[0].Amount = -1 }, "", ""},
		"another modifier's id":   {func(c *menu.Catalogue) { c.ModifierGroups[1].Modifiers[0].ID = "oat" }, "modifier_groups[milk].modifiers[1].id", "another modifier"},
		"another variation's id":  {func(c *menu.Catalogue) { c.Items[1].Variations[0].ID = "large" }, "items[latte].variations[1].id", "another variation"},
		"archived is left alone":  {func(c *menu.Catalogue) { c.Items[1].Stored, c.Items[1].CategoryID = archived, "?"; c.Combos = nil }, "", ""},
		"combo of archived items": {func(c *menu.Catalogue) { c.Items[1].Stored = archived }, "combos[breakfast].slots[1].variation_ids[0]", "no live item"},
	} {
		t.Run(name, func(t *testing.T) {
			c := catalogue()
			test.change(&c)
			problems := menu.CheckDraft(c)
			if test.path == "" {
				if len(problems) > 0 {
					t.Fatalf("refused: %v", problems)
				}
				return
			}
			if len(problems) == 0 || problems[0].Path != test.path || !strings.Contains(problems[0].Detail, test.says) {
				t.Fatalf("got %v, want %s … %s", problems, test.path, test.says)
			}
		})
	}
}

func sold(m menu.Menu) []string {
	var out []string
	for _, c := range m.Categories {
		out = append(out, c.ID)
	}
	for _, i := range m.Items {
		for _, v := range i.Variations {
			out = append(out, v.ID+" "+v.Price.String())
			for _, w := range v.Windows {
				out = append(out, w.Name+" "+w.Price.String())
			}
		}
		out = append(out, i.GroupIDs...)
	}
	for _, g := range m.Groups {
		for _, x := range g.Modifiers {
			text := x.ID + " " + x.Delta.String()
			if x.Default {
				text += " default"
			}
			out = append(out, text)
		}
	}
	for _, c := range m.Combos {
		out = append(out, c.ID+" "+c.Price.String())
		for _, s := range c.Slots {
			out = append(out, s.Name+"="+strings.Join(s.VariationIDs, "/"))
		}
	}
	return out
}

func TestResolve(t *testing.T) {
	off := func(kind menu.Kind, id string) menu.OverlayEntry {
		return menu.OverlayEntry{Kind: kind, ID: id, Unavailable: true}
	}
	own := func(kind menu.Kind, id string, amount int64) menu.OverlayEntry {
		return menu.OverlayEntry{Kind: kind, ID: id, Price: &menu.Money{Amount: amount, Currency: "MAD"}}
	}
	full := "hot bakery; small MAD 22.00; large MAD 25.00; Happy hour MAD 20.00; milk shots; one MAD 12.00; " +
		"whole MAD 0.00 default; oat MAD 5.00; extra MAD 4.00; breakfast MAD 30.00; Cup=small/large Bake=one"
	for name, test := range map[string]struct {
		currency string
		change   func(c *menu.Catalogue)
		overlay  []menu.OverlayEntry
		want     string
	}{
		"the chain's menu": {"MAD", nil, nil, full},
		"another currency": {
			"EUR", nil, nil, "hot bakery; small EUR 3.80; milk shots; one EUR 1.80; " +
				"whole EUR 0.00 default; oat EUR 0.60; extra EUR 0.00; breakfast EUR 5.00; Cup=small Bake=one",
		},
		"no price anywhere": {"USD", nil, nil, ""},
		"own prices; the chain's windows do not apply to them": {
			"MAD", nil,
			[]menu.OverlayEntry{own(menu.KindVariation, "large", 3500), own(menu.KindModifier, "oat", 700), own(menu.KindCombo, "breakfast", 100)},
			"hot bakery; small MAD 22.00; large MAD 35.00; milk shots; one MAD 12.00; " +
				"whole MAD 0.00 default; oat MAD 7.00; extra MAD 4.00; breakfast MAD 1.00; Cup=small/large Bake=one",
		},
		"an own price sells what the chain has no price for": {
			"MAD", func(c *menu.Catalogue) { c.Items[1].Variations[0].Prices = nil },
			[]menu.OverlayEntry{own(menu.KindVariation, "one", 1500)},
			strings.Replace(full, "one MAD 12.00", "one MAD 15.00", 1),
		},
		"an own price in another currency is none": {
			"EUR", nil, []menu.OverlayEntry{own(menu.KindVariation, "small", 1)}, "hot bakery; small EUR 3.80; milk shots; one EUR 1.80; " +
				"whole EUR 0.00 default; oat EUR 0.60; extra EUR 0.00; breakfast EUR 5.00; Cup=small Bake=one",
		},
		"a size off": {
			"MAD", nil,
			[]menu.OverlayEntry{off(menu.KindVariation, "small")},
			"hot bakery; large MAD 25.00; Happy hour MAD 20.00; milk shots; one MAD 12.00; " +
				"whole MAD 0.00 default; oat MAD 5.00; extra MAD 4.00; breakfast MAD 30.00; Cup=large Bake=one",
		},
		"an item off takes its category and combo along": {
			"MAD", nil,
			[]menu.OverlayEntry{off(menu.KindItem, "croissant")},
			"hot; small MAD 22.00; large MAD 25.00; Happy hour MAD 20.00; milk shots; whole MAD 0.00 default; oat MAD 5.00; extra MAD 4.00",
		},
		"a combo off": {
			"MAD", nil, []menu.OverlayEntry{off(menu.KindCombo, "breakfast")}, strings.Split(full, "; breakfast")[0],
		},
		"a modifier off": {
			"MAD", nil, []menu.OverlayEntry{off(menu.KindModifier, "oat")}, strings.Replace(full, "oat MAD 5.00; ", "", 1),
		},
		"the default off: the order has to choose": {
			"MAD", nil, []menu.OverlayEntry{off(menu.KindModifier, "whole")}, strings.Replace(full, "whole MAD 0.00 default; ", "", 1),
		},
		"an optional group empty": {
			"MAD", nil,
			[]menu.OverlayEntry{off(menu.KindModifier, "extra")},
			strings.NewReplacer("milk shots", "milk", "; extra MAD 4.00", "").Replace(full),
		},
		"a required group empty takes the item along": {
			"MAD", nil, []menu.OverlayEntry{off(menu.KindModifier, "whole"), off(menu.KindModifier, "oat")}, "bakery; one MAD 12.00",
		},
		"half of two defaults off": {
			"MAD", func(c *menu.Catalogue) {
				g := &c.ModifierGroups[0]
				g.Min, g.Max = 2, 2
				g.Modifiers[1].Default = true
			},
			[]menu.OverlayEntry{off(menu.KindModifier, "oat")},
			strings.NewReplacer("oat MAD 5.00; ", "", " default", "").Replace(full),
		},
		"exceptions about what is gone": {"MAD", nil, []menu.OverlayEntry{off(menu.KindItem, "?"), own(menu.KindVariation, "?", 1)}, full},
	} {
		t.Run(name, func(t *testing.T) {
			c := catalogue()
			if test.change != nil {
				test.change(&c)
			}
			m := menu.Resolve(c, menu.Overlay{CafeID: "cafe", Entries: test.overlay}, test.currency)
			got, want := strings.Join(sold(m), " "), strings.ReplaceAll(test.want, ";", "")
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestResolveDrawings(t *testing.T) {
	c := catalogue()
	c.Categories[0].Drawing, c.Categories[0].Tint = "cup", "coffee"
	c.Categories[1].Drawing = "plate"
	c.Items[1].Drawing = "croissant"
	m := menu.Resolve(c, menu.Overlay{CafeID: "cafe"}, "MAD")
	if m.Categories[0].Drawing != "cup" || m.Categories[0].Tint != "coffee" || m.Categories[1].Tint != "" {
		t.Errorf("the categories look like %+v", m.Categories)
	}
	if m.Items[0].Drawing != "cup" || m.Items[1].Drawing != "croissant" {
		t.Errorf("latte is drawn as %q (want its category's cup), croissant as %q (want its own)", m.Items[0].Drawing, m.Items[1].Drawing)
	}
}

func TestMenuSells(t *testing.T) {
	m := menu.Resolve(catalogue(), menu.Overlay{}, "EUR")
	for _, test := range []struct {
		kind menu.Kind
		id   string
		want bool
	}{
		{menu.KindItem, "latte", true},
		{menu.KindVariation, "small", true},
		{menu.KindVariation, "large", false}, // no price in EUR
		{menu.KindModifier, "oat", true},
		{menu.KindItem, "small", false},
	} {
		if m.Sells(test.kind, test.id) != test.want {
			t.Errorf("%s %s: %v", test.kind, test.id, !test.want)
		}
	}
}

func calendar(t testing.TB, zone string, cutoff int) day.Calendar {
	t.Helper()
	c, err := day.Load(zone, cutoff)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStart(t *testing.T) {
	if menu.StartFor(1, menu.StartNextCutoff) != menu.StartNow {
		t.Error("the chain's first release has to wait")
	}
	if menu.StartFor(2, "") != menu.StartNextCutoff || menu.StartFor(2, menu.StartNow) != menu.StartNow {
		t.Error("later releases start as asked, at the next cut-off if nothing is said")
	}
	// Paris sets its clocks back on 2026-10-25 at 03:00: the day before has 25 hours.
	r := menu.Release{Number: 2, Start: menu.StartNextCutoff, PublishedAt: time.Date(2026, 10, 24, 10, 0, 0, 0, time.UTC)}
	if got := r.StartsAt(calendar(t, "Europe/Paris", 240)); !got.Equal(time.Date(2026, 10, 25, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("starts at %v", got)
	}
}

// Any history of releases, at any moment, in any café: the fast answers are the plain definitions.
func TestReleaseOrder(t *testing.T) {
	zones := []day.Calendar{calendar(t, "Africa/Casablanca", 240), calendar(t, "Asia/Tokyo", 0), calendar(t, "America/New_York", 1439)}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(zones).Draw(t, "café")
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var releases []menu.Release
		for i := range rapid.IntRange(0, 12).Draw(t, "releases") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40*3600).Draw(t, "later")) * time.Second)
			asked := rapid.SampledFrom([]menu.Start{menu.StartNow, menu.StartNextCutoff}).Draw(t, "start")
			releases = append(releases, menu.Release{Number: int64(i + 1), Start: menu.StartFor(int64(i+1), asked), PublishedAt: at})
		}
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 500*3600).Draw(t, "now")) * time.Second)
		releases = slices.DeleteFunc(releases, func(r menu.Release) bool { return r.PublishedAt.After(now) })
		var highest int64
		for _, r := range releases {
			if !r.StartsAt(c).After(now) {
				highest = r.Number
			}
			var first time.Time
			for _, later := range releases[r.Number:] {
				if start := later.StartsAt(c); first.IsZero() || start.Before(first) {
					first = start
				}
			}
			if got := menu.SupersededAt(releases, r.Number, c); !got.Equal(first) {
				t.Fatalf("release %d is superseded at %v, want %v", r.Number, got, first)
			}
			if r.StartsAt(c).Before(r.PublishedAt) || r.StartsAt(c).After(r.PublishedAt.Add(25*time.Hour)) {
				t.Fatalf("release %d starts %v, published %v", r.Number, r.StartsAt(c), r.PublishedAt)
			}
		}
		got, ok := menu.InForce(releases, c, now)
		if got.Number != highest || ok != (highest > 0) {
			t.Fatalf("in force: %d, want %d", got.Number, highest)
		}
	})
}

func TestSaidAgain(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 5, 4, hour, 0, 0, 0, time.UTC) }
	first := menu.SoldOut{Since: at(10), Until: at(20), By: "a"}
	if got := first.Said(at(20), "b"); got != first {
		t.Errorf("the same again changed it: %v", got)
	}
	if got := first.Said(at(15), "b"); got != (menu.SoldOut{Since: at(10), Until: at(15), By: "b"}) {
		t.Errorf("the last word: %v", got)
	}
}

func TestCheckOverlay(t *testing.T) {
	c := catalogue()
	c.Items[1].ArchivedAt = time.Unix(1, 0)
	mad := func(amount int64) *menu.Money { return &menu.Money{Amount: amount, Currency: "MAD"} }
	good := []menu.OverlayEntry{
		{Kind: menu.KindVariation, ID: "large", Price: mad(3000)},
		{Kind: menu.KindModifier, ID: "oat", Price: mad(-100)},
		{Kind: menu.KindItem, ID: "croissant", Unavailable: true}, // archived meanwhile
	}
	if problems := menu.CheckOverlay(c, menu.Overlay{Entries: good}, "MAD"); len(problems) > 0 {
		t.Errorf("refused: %v", problems)
	}
	bad := []menu.OverlayEntry{
		{Kind: menu.KindItem, ID: "large", Unavailable: true},
		{Kind: menu.KindItem, ID: "latte"},
		{Kind: menu.KindItem, ID: "latte", Price: mad(1)},
		{Kind: menu.KindVariation, ID: "small", Price: &menu.Money{Amount: 1, Currency: "EUR"}},
		{Kind: menu.KindCombo, ID: "breakfast", Price: mad(-1)},
	}
	var paths []string
	for _, p := range menu.CheckOverlay(c, menu.Overlay{Entries: bad}, "MAD") {
		paths = append(paths, p.Path)
	}
	want := []string{"entries[0].id", "entries[1]", "entries[2].id", "entries[2].price", "entries[3].price.currency", "entries[4].price.amount"}
	if !slices.Equal(paths, want) {
		t.Errorf("got %v, want %v", paths, want)
	}
}
