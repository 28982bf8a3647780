package webtest

import "coffee/internal/day/daytest"

// names are what the things of a shop are called.
type names struct {
	cafe, item, category, size, group, modifier, ingredient, person string
}

var plainNames = names{
	cafe: "Café Salam", item: "Latte", category: "Coffee", size: "Medium", group: "Milk", modifier: "Oat", ingredient: "Whole milk", person: "Nadia",
}

// shop is a café with a menu and stock, made through the API as head office would make it.
type shop struct {
	c     *chain
	id    string
	code  string
	names names
	pins  map[string]string // by name

	coffee                  string // its category
	latte, latteM, latteL   string
	croissant, croissantOne string
	whole, oat, shot        string // modifiers
	beans, cow, oatMilk     string // ingredients
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

// newShop makes a café in Casablanca, always open, with a published menu, recipes and opening stock, and three people:
// a barista (Nadia), a lead (Omar) and a manager (Salma).
func newShop(c *chain, n names) *shop {
	c.t.Helper()
	s := &shop{c: c, id: newID(), names: n, pins: map[string]string{}}
	for _, id := range []*string{
		&s.coffee, &s.latte, &s.latteM, &s.latteL, &s.croissant, &s.croissantOne, &s.whole, &s.oat, &s.shot, &s.beans, &s.cow, &s.oatMilk,
	} {
		*id = newID()
	}
	s.makeCafe()
	s.makeMenu()
	s.makeStock()
	return s
}

func (s *shop) makeCafe() {
	head := s.c.asOperator()
	var hours []object
	for weekday := 1; weekday <= 7; weekday++ {
		hours = append(hours, object{"weekday": weekday, "opens": 0, "closes": 1440})
	}
	head.ok("PUT", "/api/v1/cafes/"+s.id, object{
		"name": s.names.cafe, "city": "Casablanca", "time_zone": "Africa/Casablanca", "currency": "MAD", "default_service": "take_away",
		"tax":   object{"mode": "inclusive", "rates": []object{{"code": "standard", "eat_in": 1000, "take_away": 2000}}},
		"hours": hours, "cutoff_minutes": daytest.Cutoff("Africa/Casablanca"),
	})
	s.code = head.ok("POST", "/api/v1/cafes/"+s.id+"/access-code", object{}).text("access_code")
	for name, role := range map[string]string{s.names.person: "barista", "Omar": "lead", "Salma": "manager"} {
		s.pins[name] = head.ok("PUT", "/api/v1/cafes/"+s.id+"/people/"+newID(), object{"name": name, "role": role}).text("pin")
	}
}

func (s *shop) makeMenu() {
	head := s.c.asOperator()
	bakery, milk, extras := newID(), newID(), newID()
	head.ok("PUT", "/api/v1/menu/categories/"+s.coffee, object{"name": s.names.category, "rank": 1})
	head.ok("PUT", "/api/v1/menu/categories/"+bakery, object{"name": "Bakery", "rank": 2})
	head.ok("PUT", "/api/v1/menu/modifier-groups/"+milk, object{"name": s.names.group, "min": 1, "max": 1, "modifiers": []object{
		{"id": s.whole, "name": "Whole", "is_default": true},
		{"id": s.oat, "name": s.names.modifier, "price_deltas": []object{mad(priceOat)}},
	}})
	head.ok("PUT", "/api/v1/menu/modifier-groups/"+extras, object{"name": "Extras", "min": 0, "max": 3, "modifiers": []object{
		{"id": s.shot, "name": "Extra shot", "price_deltas": []object{mad(priceShot)}},
	}})
	head.ok("PUT", "/api/v1/menu/items/"+s.latte, object{
		"category_id": s.coffee, "name": s.names.item, "station": "bar", "rank": 1, "modifier_group_ids": []string{milk, extras},
		"variations": []object{
			{"id": s.latteM, "name": s.names.size, "prices": []object{mad(priceLatteM)}, "bar_seconds": 60},
			{"id": s.latteL, "name": "Large", "prices": []object{mad(priceLatteL)}, "bar_seconds": 75},
		},
	})
	head.ok("PUT", "/api/v1/menu/items/"+s.croissant, object{
		"category_id": bakery, "name": "Croissant", "rank": 2,
		"variations": []object{{"id": s.croissantOne, "name": "One", "prices": []object{mad(priceCroissant)}}},
	})
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "opening"})
}

func (s *shop) makeStock() {
	head := s.c.asOperator()
	pastry := newID()
	for id, body := range map[string]object{
		s.beans:   {"name": "Beans", "unit": "g", "pack_quantity": 1000000},
		s.cow:     {"name": s.names.ingredient, "unit": "ml", "allergens": []string{"milk"}},
		s.oatMilk: {"name": "Oat drink", "unit": "ml", "allergens": []string{"gluten"}},
		pastry:    {"name": "Croissant", "unit": "each", "counted": true, "allergens": []string{"gluten", "milk"}},
	} {
		head.ok("PUT", "/api/v1/ingredients/"+id, body)
	}
	for variation, milk := range map[string]int{s.latteM: 240000, s.latteL: 320000} {
		head.ok("PUT", "/api/v1/recipes/"+variation, object{"lines": []object{
			{"slot": "beans", "ingredient_id": s.beans, "quantity": 18000},
			{"slot": "milk", "ingredient_id": s.cow, "quantity": milk},
		}})
	}
	head.ok("PUT", "/api/v1/recipes/"+s.croissantOne, object{"lines": []object{{"slot": "pastry", "ingredient_id": pastry, "quantity": 1000}}})
	head.ok("PUT", "/api/v1/modifier-effects/"+s.oat, object{"effects": []object{{"kind": "substitute", "slot": "milk", "ingredient_id": s.oatMilk}}})
	head.ok("PUT", "/api/v1/modifier-effects/"+s.shot, object{"effects": []object{{"kind": "add", "slot": "beans", "ingredient_id": s.beans, "quantity": 9000}}})
	var lines []object
	for id, quantity := range map[string]int{s.beans: 10000000, s.cow: 20000000, s.oatMilk: 10000000, pastry: 100000} {
		lines = append(lines, object{"ingredient_id": id, "quantity": quantity})
	}
	head.keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{"type": "opening", "lines": lines})
}

// counter signs a person in on a device of the café.
func (s *shop) counter(name string) *client {
	s.c.t.Helper()
	b := s.c.client()
	b.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code, "device_name": "Till 1"})
	b.ok("POST", "/login", object{"person": name, "pin": s.pins[name]})
	return b
}

// device signs a device in, with nobody on it yet.
func (s *shop) device() *client {
	s.c.t.Helper()
	b := s.c.client()
	b.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code, "device_name": "Till 1"})
	return b
}

// phone is a customer's.
func (s *shop) phone() *client {
	s.c.t.Helper()
	b := s.c.client()
	b.ok("POST", "/api/v1/phones", object{})
	return b
}

// admin makes an account of head office and signs in.
func (c *chain) admin() *client {
	c.t.Helper()
	const password = "correct horse battery"
	name := "admin-" + newID()[24:]
	c.asOperator().ok("PUT", "/api/v1/admins/"+newID(), object{"username": name, "password": password})
	b := c.client()
	b.ok("POST", "/adminlogin", object{"username": name, "password": password})
	return b
}

// order places one latte with oat, paid in cash, for a customer of a name, and gives the answer.
func (s *shop) order(by *client, customer string) answer {
	s.c.t.Helper()
	return by.ok("PUT", "/api/v1/orders/"+newID(), object{
		"cafe_id": s.id, "customer_name": customer,
		"lines":   []object{{"variation_id": s.latteM, "quantity": 1, "modifiers": []object{{"modifier_id": s.oat}}}},
		"tenders": []object{{"id": newID(), "kind": "cash", "amount": priceLatteM + priceOat}},
	})
}
