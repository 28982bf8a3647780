package menu_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coffee/service/menu"
)

func TestDiff(t *testing.T) {
	for name, test := range map[string]struct {
		change func(c *menu.Catalogue)
		want   []string
	}{
		"nothing":   {func(*menu.Catalogue) {}, nil},
		"a price":   {func(c *menu.Catalogue) { c.Items[0].Variations[1].Prices[0].Amount = 2700 }, []string{"item Latte changed: Large: MAD 25.00 → MAD 27.00"}},
		"a rename":  {func(c *menu.Catalogue) { c.Items[0].Name = "Caffè latte" }, []string{"item Caffè latte changed: Name: Latte → Caffè latte"}},
		"no price":  {func(c *menu.Catalogue) { c.Items[0].Variations[0].Prices = nil }, []string{"item Latte changed: Small: MAD 22.00 → no price; Small: EUR 3.80 → no price"}},
		"a move":    {func(c *menu.Catalogue) { c.Items[1].CategoryID = "hot" }, []string{"item Croissant changed: Category: Bakery → Hot"}},
		"a station": {func(c *menu.Catalogue) { c.Items[1].Station = "kitchen" }, []string{"item Croissant changed: Station: none → kitchen"}},
		"an order":  {func(c *menu.Catalogue) { v := c.Items[0].Variations; v[0], v[1] = v[1], v[0] }, []string{"item Latte changed: Variations: other order"}},
		"a drawing": {func(c *menu.Catalogue) { c.Items[1].Drawing = "croissant" }, []string{"item Croissant changed: Drawing: none → croissant"}},
		"a category's looks": {
			func(c *menu.Catalogue) { c.Categories[0].Drawing, c.Categories[0].Tint = "mug", "tea" },
			[]string{"category Hot changed: Drawing: none → mug; Tint: none → tea"},
		},
		"a size more": {func(c *menu.Catalogue) {
			c.Items[1].Variations = append(c.Items[1].Variations, menu.Variation{ID: "box", Name: "Box of 6"})
		}, []string{"item Croissant changed: Box of 6: no price"}},
		"a size less": {func(c *menu.Catalogue) { c.Items[0].Variations = c.Items[0].Variations[1:] }, []string{"item Latte changed: Small: no longer sold"}},
		"a choice":    {func(c *menu.Catalogue) { c.Items[0].ModifierGroupIDs = []string{"milk"} }, []string{"item Latte changed: Choices: − Shots"}},
		"a window": {func(c *menu.Catalogue) { c.Items[0].PriceWindows[0].From = 780 }, []string{
			"item Latte changed: Price windows: + Happy hour, Large, Mon Fri 13:00–16:00: MAD 20.00; Price windows: − Happy hour, Large, Mon Fri 14:00–16:00: MAD 20.00",
		}},
		"a default": {func(c *menu.Catalogue) { c.ModifierGroups[0].Modifiers[0].Default = false }, []string{"modifier_group Milk changed: Whole: no longer the default"}},
		"a limit":   {func(c *menu.Catalogue) { c.ModifierGroups[1].Max = 5 }, []string{"modifier_group Shots changed: At most: 3 → 5"}},
		"a slot":    {func(c *menu.Catalogue) { c.Combos[0].Slots[0].VariationIDs = []string{"small"} }, []string{"combo Breakfast changed: Cup: − Latte, Large"}},
		"removed":   {func(c *menu.Catalogue) { c.Combos = nil }, []string{"combo Breakfast removed: "}},
		"added": {
			func(c *menu.Catalogue) {
				c.Categories = append(c.Categories, menu.Category{ID: "cold", Name: "Cold", Rank: 3})
			},
			[]string{"category Cold added: "},
		},
		"two, by name": {func(c *menu.Catalogue) { c.Items[0].Rank, c.Items[1].Rank = 5, 6 }, []string{"item Croissant changed: Rank: 2 → 6", "item Latte changed: Rank: 1 → 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			after := catalogue()
			test.change(&after)
			got := menu.Diff(catalogue(), after)
			if len(got) != len(test.want) {
				t.Fatalf("got %v", got)
			}
			for i, c := range got {
				if text := fmt.Sprintf("%s %s %s: %s", c.Kind, c.Name, c.What, said(c.Details)); text != test.want[i] {
					t.Errorf("got  %s\nwant %s", text, test.want[i])
				}
			}
		})
	}
}

func TestDiffOfAWholeMenu(t *testing.T) {
	changes := menu.Diff(menu.Catalogue{}, catalogue())
	if len(changes) != 7 {
		t.Fatalf("%d changes", len(changes))
	}
	for _, c := range changes {
		if c.What != menu.Added {
			t.Errorf("%v", c)
		}
	}
	if got := said(changes[3].Details); !strings.HasPrefix(got, "Small: MAD 22.00, EUR 3.80; Large: MAD 25.00; Choices: + Milk") {
		t.Errorf("the latte is said as %s", got)
	}
}

func TestDiffIsBounded(t *testing.T) {
	after := catalogue()
	for i := range 200 {
		id := fmt.Sprint("v", i)
		after.Items[1].Variations = append(after.Items[1].Variations, menu.Variation{ID: id, Name: id})
	}
	details := menu.Diff(catalogue(), after)[0].Details
	if len(details) != menu.MaxDetails || details[len(details)-1].String() != "and 151 more" {
		t.Errorf("%d lines, the last %q", len(details), details[len(details)-1])
	}
}

// drawn is an item as any hand may type it.
func drawn(t *rapid.T, name string) menu.Item {
	word := rapid.SampledFrom([]string{"", "a", "b", "c"})
	ids := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "3", "4"}), 0, 4, rapid.ID[string])
	prices := rapid.Custom(func(t *rapid.T) []menu.Money {
		var out []menu.Money
		for _, currency := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"MAD", "EUR", "JPY"}), 0, 3, rapid.ID[string]).Draw(t, "currencies") {
			out = append(out, menu.Money{Amount: int64(rapid.IntRange(0, 3).Draw(t, "amount")), Currency: currency})
		}
		return out
	})
	item := menu.Item{
		ID: "i", Name: name, CategoryID: word.Draw(t, "category"), Description: word.Draw(t, "description"),
		TaxCode: word.Draw(t, "tax"), Station: word.Draw(t, "station"), Rank: int32(rapid.IntRange(0, 2).Draw(t, "rank")),
		ModifierGroupIDs: ids.Draw(t, "groups"), Drawing: word.Draw(t, "drawing"),
	}
	for _, id := range ids.Draw(t, "variations") {
		item.Variations = append(item.Variations, menu.Variation{
			ID: id, Name: word.Draw(t, "size"), Prices: prices.Draw(t, "prices"), BarSeconds: int32(rapid.IntRange(0, 2).Draw(t, "seconds")),
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "windows") {
		item.PriceWindows = append(item.PriceWindows, menu.PriceWindow{
			Name: word.Draw(t, "window"), VariationID: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "of"),
			From: int32(rapid.IntRange(0, 2).Draw(t, "from")), To: int32(rapid.IntRange(1, 3).Draw(t, "to")), Prices: prices.Draw(t, "prices"),
		})
	}
	return item
}

// What publishing would change is never silent: other bytes are another line, the same bytes none.
func TestDiffIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := menu.Catalogue{Items: []menu.Item{drawn(t, "x")}}
		after := menu.Catalogue{Items: []menu.Item{drawn(t, "x")}}
		changes := menu.Diff(before, after)
		if same := bytes.Equal(before.Freeze(), after.Freeze()); same != (len(changes) == 0) {
			t.Fatalf("same bytes: %v, changes: %v", same, changes)
		}
		for _, c := range changes {
			if len(c.Details) == 0 {
				t.Fatalf("a change without a word: %s\n%s", before.Freeze(), after.Freeze())
			}
		}
	})
}

// The format of releases never changes: a release of the first day must read the same on every later one.
func TestFrozenFormat(t *testing.T) {
	const golden = `{"format":1,"categories":[{"id":"bakery","name":"Bakery","rank":2},{"id":"hot","name":"Hot","rank":1}],` +
		`"items":[{"id":"croissant","category_id":"bakery","name":"Croissant","tax_code":"standard","rank":2,"variations":[{"id":"one","name":"One","prices":[{"amount":1200,"currency":"MAD"},{"amount":180,"currency":"EUR"}]}]},` +
		`{"id":"latte","category_id":"hot","name":"Latte","tax_code":"standard","station":"bar","rank":1,"variations":[{"id":"small","name":"Small","prices":[{"amount":2200,"currency":"MAD"},{"amount":380,"currency":"EUR"}],"bar_seconds":45},{"id":"large","name":"Large","prices":[{"amount":2500,"currency":"MAD"}],"bar_seconds":55}],"modifier_group_ids":["milk","shots"],"price_windows":[{"name":"Happy hour","variation_id":"large","weekdays":[1,5],"from":840,"to":960,"prices":[{"amount":2000,"currency":"MAD"}]}]}],` +
		`"modifier_groups":[{"id":"milk","name":"Milk","min":1,"max":1,"modifiers":[{"id":"whole","name":"Whole","default":true},{"id":"oat","name":"Oat","price_deltas":[{"amount":500,"currency":"MAD"},{"amount":60,"currency":"EUR"}]}]},{"id":"shots","name":"Shots","max":3,"free_count":1,"modifiers":[{"id":"extra","name":"Extra","price_deltas":[{"amount":400,"currency":"MAD"}]}]}],` +
		`"combos":[{"id":"breakfast","name":"Breakfast","category_id":"bakery","prices":[{"amount":3000,"currency":"MAD"},{"amount":500,"currency":"EUR"}],"slots":[{"id":"cup","name":"Cup","variation_ids":["small","large"]},{"id":"bake","name":"Bake","variation_ids":["one"]}]}]}`
	if got := string(catalogue().Freeze()); got != golden {
		t.Errorf("the format of releases changed:\n%s", got)
	}
	back, err := menu.Thaw([]byte(golden))
	if err != nil || !bytes.Equal(back.Freeze(), []byte(golden)) {
		t.Errorf("it does not come back: %v", err)
	}
	const overlay = `[{"kind":"item","id":"b","unavailable":true},{"kind":"variation","id":"a","price":{"amount":1,"currency":"MAD"}}]`
	o, err := menu.ThawOverlay("cafe", 3, []byte(overlay))
	if err != nil || string(o.Freeze()) != overlay || o.CafeID != "cafe" || o.Version != 3 {
		t.Errorf("the format of overlays changed: %v %s", err, o.Freeze())
	}
	if _, err := menu.Thaw([]byte(`{"format":2}`)); err == nil {
		t.Error("a later format was read as ours")
	}
}

func FuzzThaw(f *testing.F) {
	f.Add(catalogue().Freeze())
	f.Add([]byte(`{"format":1,"items":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := menu.Thaw(body)
		if err != nil {
			return
		}
		menu.CheckDraft(c)
		menu.Resolve(c, menu.Overlay{}, "MAD")
		menu.Diff(menu.Catalogue{}, c)
		again, err := menu.Thaw(c.Freeze())
		if err != nil || !bytes.Equal(again.Freeze(), c.Freeze()) {
			t.Errorf("not the same after a second freeze: %v", err)
		}
	})
}

// said is a change's lines in English.
func said(details []menu.Line) string {
	out := make([]string, len(details))
	for i, l := range details {
		out[i] = l.String()
	}
	return strings.Join(out, "; ")
}
