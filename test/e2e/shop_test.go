package e2e

import (
	"testing"

	"coffee/internal/day/daytest"
)

// shop is a café with a menu and stock, made through the API as head office would make it.
type shop struct {
	c    *chain
	id   string
	code string
	pins map[string]string // by name

	category, bakery           string
	latte, latteM, latteL      string
	croissant, croissantOne    string
	milk, extras               string // modifier groups
	whole, oat, shot           string // modifiers
	beans, cow, oatMilk        string // ingredients
	cupM, cupL, lid, croissStk string
}

// Prices in minor units of MAD.
const (
	priceLatteM    = 2500
	priceLatteL    = 2900
	priceOat       = 500
	priceShot      = 400
	priceCroissant = 1200
)

func mad(amount int) object { return object{"amount": amount, "currency": "MAD"} }

// newShop makes a café in Casablanca with a published menu, recipes and opening stock.
func newShop(c *chain, name string) *shop {
	c.t.Helper()
	s := &shop{c: c, id: newID(), pins: map[string]string{}}
	for _, id := range []*string{
		&s.category, &s.bakery, &s.latte, &s.latteM, &s.latteL, &s.croissant, &s.croissantOne, &s.milk, &s.extras, &s.whole,
		&s.oat, &s.shot, &s.beans, &s.cow, &s.oatMilk, &s.cupM, &s.cupL, &s.lid, &s.croissStk,
	} {
		*id = newID()
	}
	s.makeCafe(name)
	s.makeIngredients()
	s.makeMenu()
	s.makeRecipes()
	s.stockUp()
	return s
}

func (s *shop) makeCafe(name string) {
	head := s.c.asOperator()
	head.ok("PUT", "/api/v1/cafes/"+s.id, cafeNamed(name))
	s.code = head.ok("POST", "/api/v1/cafes/"+s.id+"/access-code", object{}).text("access_code")
	for name, role := range map[string]string{"Nadia": "barista", "Omar": "lead", "Salma": "manager"} {
		made := head.ok("PUT", "/api/v1/cafes/"+s.id+"/people/"+newID(), object{"name": name, "role": role})
		s.pins[name] = made.text("pin")
	}
}

func cafeNamed(name string) object {
	return object{
		"name": name, "city": "Casablanca", "time_zone": "Africa/Casablanca", "currency": "MAD", "default_service": "take_away",
		"tax":   object{"mode": "inclusive", "rates": []object{{"code": "standard", "eat_in": 1000, "take_away": 2000}}},
		"hours": alwaysOpen(), "cutoff_minutes": daytest.Cutoff("Africa/Casablanca"),
	}
}

// alwaysOpen keeps the opening hours out of tests that are not about them.
func alwaysOpen() []object {
	var hours []object
	for weekday := 1; weekday <= 7; weekday++ {
		hours = append(hours, object{"weekday": weekday, "opens": 0, "closes": 1440})
	}
	return hours
}

func (s *shop) makeIngredients() {
	head := s.c.asOperator()
	for id, body := range map[string]object{
		s.beans:     {"name": "Beans", "unit": "g", "pack_quantity": 1000000},
		s.cow:       {"name": "Whole milk", "unit": "ml", "allergens": []string{"milk"}},
		s.oatMilk:   {"name": "Oat drink", "unit": "ml", "allergens": []string{"gluten"}},
		s.cupM:      {"name": "Cup M", "unit": "each"},
		s.cupL:      {"name": "Cup L", "unit": "each"},
		s.lid:       {"name": "Lid", "unit": "each"},
		s.croissStk: {"name": "Croissant", "unit": "each", "counted": true, "allergens": []string{"gluten", "milk"}},
	} {
		head.ok("PUT", "/api/v1/ingredients/"+id, body)
	}
}

func (s *shop) makeMenu() {
	head := s.c.asOperator()
	head.ok("PUT", "/api/v1/menu/categories/"+s.category, object{"name": "Coffee", "rank": 1})
	head.ok("PUT", "/api/v1/menu/categories/"+s.bakery, object{"name": "Bakery", "rank": 2})
	head.ok("PUT", "/api/v1/menu/modifier-groups/"+s.milk, object{"name": "Milk", "min": 1, "max": 1, "modifiers": []object{
		{"id": s.whole, "name": "Whole", "is_default": true},
		{"id": s.oat, "name": "Oat", "price_deltas": []object{mad(priceOat)}},
	}})
	head.ok("PUT", "/api/v1/menu/modifier-groups/"+s.extras, object{"name": "Extras", "min": 0, "max": 3, "modifiers": []object{
		{"id": s.shot, "name": "Extra shot", "price_deltas": []object{mad(priceShot)}},
	}})
	head.ok("PUT", "/api/v1/menu/items/"+s.latte, object{
		"category_id": s.category, "name": "Latte", "station": "bar", "rank": 1, "modifier_group_ids": []string{s.milk, s.extras},
		"variations": []object{
			{"id": s.latteM, "name": "Medium", "prices": []object{mad(priceLatteM)}, "bar_seconds": 60},
			{"id": s.latteL, "name": "Large", "prices": []object{mad(priceLatteL)}, "bar_seconds": 75},
		},
	})
	head.ok("PUT", "/api/v1/menu/items/"+s.croissant, object{
		"category_id": s.bakery, "name": "Croissant", "rank": 2,
		"variations": []object{{"id": s.croissantOne, "name": "One", "prices": []object{mad(priceCroissant)}}},
	})
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "opening"})
}

func (s *shop) makeRecipes() {
	head := s.c.asOperator()
	lines := func(milk int, cup string) []object {
		return []object{
			{"slot": "beans", "ingredient_id": s.beans, "quantity": 18000},
			{"slot": "milk", "ingredient_id": s.cow, "quantity": milk},
			{"slot": "cup", "ingredient_id": cup, "quantity": 1000, "only": "take_away"},
			{"slot": "lid", "ingredient_id": s.lid, "quantity": 1000, "only": "take_away"},
		}
	}
	head.ok("PUT", "/api/v1/recipes/"+s.latteM, object{"lines": lines(240000, s.cupM)})
	head.ok("PUT", "/api/v1/recipes/"+s.latteL, object{"lines": lines(320000, s.cupL)})
	head.ok("PUT", "/api/v1/recipes/"+s.croissantOne, object{"lines": []object{{"slot": "pastry", "ingredient_id": s.croissStk, "quantity": 1000}}})
	head.ok("PUT", "/api/v1/modifier-effects/"+s.oat, object{"effects": []object{{"kind": "substitute", "slot": "milk", "ingredient_id": s.oatMilk}}})
	head.ok("PUT", "/api/v1/modifier-effects/"+s.shot, object{"effects": []object{{"kind": "add", "slot": "beans", "ingredient_id": s.beans, "quantity": 9000}}})
}

func (s *shop) stockUp() {
	var lines []object
	for id, quantity := range map[string]int{
		s.beans: 10000000, s.cow: 20000000, s.oatMilk: 10000000, s.cupM: 500000, s.cupL: 500000, s.lid: 1000000, s.croissStk: 100000,
	} {
		lines = append(lines, object{"ingredient_id": id, "quantity": quantity})
	}
	s.c.asOperator().keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{"type": "opening", "lines": lines})
}

// onHand is the stock of every ingredient, in thousandths.
func (s *shop) onHand() map[string]int64 {
	s.c.t.Helper()
	stock := map[string]int64{}
	for _, line := range s.c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/stock?limit=200", nil).list("stock") {
		l := line.(object)
		stock[l["ingredient_id"].(string)] = int64(l["on_hand"].(float64))
	}
	return stock
}

// moved fails the test unless exactly these ingredients moved since before, by these thousandths.
func (s *shop) moved(before map[string]int64, want map[string]int64) {
	s.c.t.Helper()
	for id, after := range s.onHand() {
		if got := after - before[id]; got != want[id] {
			s.c.t.Errorf("stock of %s moved by %d, want %d", s.ingredientName(id), got, want[id])
		}
	}
}

func (s *shop) ingredientName(id string) string {
	names := map[string]string{
		s.beans: "beans", s.cow: "whole milk", s.oatMilk: "oat drink", s.cupM: "cup M", s.cupL: "cup L", s.lid: "lid", s.croissStk: "croissant",
	}
	return names[id]
}

// counter signs a person in on a device of the café.
func (s *shop) counter(person string) *browser {
	s.c.t.Helper()
	b := s.c.browser()
	b.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code, "device_name": "Till 1"})
	b.ok("POST", "/login", object{"person": person, "pin": s.pins[person]})
	return b
}

// phone is a customer's.
func (s *shop) phone() *browser {
	s.c.t.Helper()
	b := s.c.browser()
	b.ok("POST", "/api/v1/phones", object{})
	return b
}

// cash pays an amount exactly.
func cash(amount int) []object {
	return []object{{"id": newID(), "kind": "cash", "amount": amount}}
}

// threeLines is a typical order, paid in cash: a large oat latte with an extra shot, two lattes, a croissant.
func (s *shop) threeLines() object {
	return object{
		"lines": []object{
			{"variation_id": s.latteL, "quantity": 1, "modifiers": []object{{"modifier_id": s.oat}, {"modifier_id": s.shot}}},
			{"variation_id": s.latteM, "quantity": 2},
			{"variation_id": s.croissantOne, "quantity": 1},
		},
		"tenders": cash(priceLatteL + priceOat + priceShot + 2*priceLatteM + priceCroissant),
	}
}

// croissantOrder is the order most tests place: one croissant, paid in cash.
func (s *shop) croissantOrder() object {
	return object{"lines": []object{{"variation_id": s.croissantOne, "quantity": 1}}, "tenders": cash(priceCroissant)}
}

func TestShopOpens(t *testing.T) {
	everyTopology(t, func(t *testing.T, c *chain) {
		s := newShop(c, "Café Salam")
		menu := c.browser().ok("GET", "/api/v1/cafes/"+s.id+"/menu", nil)
		if got := menu.number("release"); got != 1 {
			t.Errorf("the menu in force is release %d, want 1", got)
		}
		if got := menu.text("items.0.name"); got != "Latte" {
			t.Errorf("the first item is %q, want Latte", got)
		}
	})
}
