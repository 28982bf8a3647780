package demo

import (
	"slices"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	inventorypb "coffee/proto/coffee/inventory/v1"
)

var euAllergens = []string{
	"celery", "gluten", "crustaceans", "eggs", "fish", "lupin", "milk", "molluscs", "mustard", "nuts", "peanuts", "sesame",
	"soya", "sulphites",
}

func TestIDsAreUUIDv8(t *testing.T) {
	id := ID("item", "Latte")
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id || parsed.Version() != 8 || parsed.Variant() != uuid.RFC4122 {
		t.Errorf("%s: %v", id, err)
	}
	if ID("item", "Latte") != id || ID("group", "Latte") == id {
		t.Error("an id is not the one of its kind and name")
	}
}

func TestCafes(t *testing.T) {
	zones, currencies := map[string]bool{}, map[string]bool{}
	for _, p := range cafes {
		if err := protovalidate.Validate(p.request()); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		if r := p.request(); r.LatitudeE6 == nil || r.GetLatitudeE6() == 0 || r.GetLongitudeE6() == 0 {
			t.Errorf("%s is nowhere", p.name)
		}
		zones[p.zone], currencies[p.currency] = true, true
		roles := map[string]int{}
		for _, e := range p.staff {
			roles[e.role]++
		}
		if roles["manager"] < 1 || roles["lead"] < 1 || roles["barista"] < 2 {
			t.Errorf("%s: %v", p.name, roles)
		}
		for _, it := range items {
			if p.rate(it.tax, "eat_in") == 0 || p.rate(it.tax, "take_away") == 0 {
				t.Errorf("%s has no tax rate %s", p.name, it.tax)
			}
		}
	}
	if len(cafes) != 3 || len(zones) != 2 || len(currencies) != 2 {
		t.Errorf("%d cafés, zones %v, currencies %v", len(cafes), zones, currencies)
	}
}

func TestMenuData(t *testing.T) {
	variations, groups := map[string]bool{}, map[string]bool{}
	for _, g := range modifierGroups {
		groups[g.name] = true
		valid(t, g.name, g.request())
	}
	for i, c := range categories {
		valid(t, c.name, c.request(int32(i)))
		if c.drawing == "" || c.tint == "" {
			t.Errorf("%s looks like nothing: %+v", c.name, c)
		}
	}
	for i, it := range items {
		valid(t, it.name, it.request(int32(i)))
		if !slices.ContainsFunc(categories, func(c category) bool { return c.name == it.category }) {
			t.Errorf("%s is in no category", it.name)
		}
		if it.description == "" || len(it.description) > 40 || it.drawing == "" {
			t.Errorf("%s is described as %q and drawn as %q; want one short line and a drawing", it.name, it.description, it.drawing)
		}
		for _, g := range it.groups {
			if !groups[g] {
				t.Errorf("%s: no group %s", it.name, g)
			}
		}
		for _, s := range it.sizes {
			variations[it.name+"/"+s.name] = true
			if _, ok := recipes[it.name+"/"+s.name]; !ok {
				t.Errorf("%s/%s has no recipe", it.name, s.name)
			}
		}
	}
	for name := range recipes {
		if !variations[name] {
			t.Errorf("a recipe for %s, which is not sold", name)
		}
	}
	for name := range windowPrices {
		if !variations[name] {
			t.Errorf("a price window for %s, which is not sold", name)
		}
	}
	valid(t, breakfast.name, comboRequest())
	for _, s := range breakfast.slots {
		for _, v := range s.variations {
			if !variations[v] {
				t.Errorf("the combo has %s, which is not sold", v)
			}
		}
	}
	if len(items) < 24 || len(items) > 27 {
		t.Errorf("%d items", len(items))
	}
}

// Every café opens with a few things that are low and still there, and with enough of everything else.
func TestOpeningStock(t *testing.T) {
	for _, p := range cafes {
		low := 0
		for _, in := range ingredients {
			line := p.openingOf(in)
			onHand := line.GetQuantity() + int64(line.GetPacks())*in.pack*thousandths
			reorder := in.par * in.pack * thousandths / 3
			if onHand <= 0 || line.GetCost().GetAmount() <= 0 || line.GetCost().GetCurrency() != p.currency {
				t.Errorf("%s: %s opens with %v", p.name, in.name, line)
			}
			if _, short := p.short[in.name]; short != (onHand <= reorder) {
				t.Errorf("%s: %s opens with %d, the reorder point is %d", p.name, in.name, onHand, reorder)
			} else if short {
				low++
			}
		}
		if low != len(p.short) || low < 3 || low > 6 {
			t.Errorf("%s: %d things are low, %d are meant to be", p.name, low, len(p.short))
		}
	}
}

func TestGoodsData(t *testing.T) {
	known, used := map[string]bool{}, map[string]bool{}
	for _, in := range ingredients {
		valid(t, in.name, in.request())
		known[in.name] = true
		for _, a := range in.allergens {
			if !slices.Contains(euAllergens, a) {
				t.Errorf("%s: %s is not one of the 14", in.name, a)
			}
		}
		if in.opening <= 0 || in.par <= 0 || in.packCost.mad <= 0 || in.packCost.eur <= 0 {
			t.Errorf("%s has no stock, par or cost", in.name)
		}
	}
	slots := map[string]bool{}
	look := func(of string, uses []use) {
		for _, u := range uses {
			used[u.ingredient], slots[u.slot] = true, true
			if !known[u.ingredient] {
				t.Errorf("%s takes %s, which is no ingredient", of, u.ingredient)
			}
		}
	}
	for of, uses := range recipes {
		valid(t, of, &inventorypb.PutRecipeRequest{VariationId: ID("variation", of), Lines: lines(uses)})
		look(of, uses)
		for _, u := range uses {
			if vessel := strings.Contains(u.ingredient, "up ") || strings.Contains(strings.ToLower(u.ingredient), "lid") ||
				u.ingredient == "Paper bag"; vessel != (u.only == toGo) {
				t.Errorf("%s: %s is for %q", of, u.ingredient, u.only)
			}
		}
	}
	for of, uses := range made {
		look(of, uses)
	}
	kinds := map[string]bool{}
	for of, e := range effects {
		kinds[e.kind] = true
		if e.kind != "add" && !slots[e.slot] {
			t.Errorf("%v changes slot %s, which no recipe has", of, e.slot)
		}
		if e.ingredient != "" {
			used[e.ingredient] = true
			if !known[e.ingredient] {
				t.Errorf("%v brings %s, which is no ingredient", of, e.ingredient)
			}
		}
	}
	for _, kind := range []string{"substitute", "scale", "add"} {
		if !kinds[kind] {
			t.Errorf("no modifier does %s", kind)
		}
	}
	for name := range known {
		if !used[name] {
			t.Errorf("nothing takes %s", name)
		}
	}
}

func valid(t *testing.T, name string, m proto.Message) {
	t.Helper()
	if err := protovalidate.Validate(m); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}
