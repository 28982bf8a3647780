package webtest

import (
	"fmt"
	"testing"
	"time"
)

// TestOrderSoldOut: what is sold out between menu and Place is said within seconds, with what to take instead; a default
// that is gone asks for another choice.
func TestOrderSoldOut(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	v := customerOf(c, t)
	p := v.open("/order/" + s.id)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	till := s.counter("Nadia")
	till.ok("PUT", "/api/v1/cafes/"+s.id+"/sold-out/modifier/"+s.oat, object{})
	p.see("Oat is sold out: choose another.")
	p.is("Place order", "disabled")
	p.tap("Latte Medium, Oat")
	p.in("dialog").tap("Whole")
	p.in("dialog").tap("Change 25.00 MAD")
	p.is("Place order 25.00 MAD", "enabled")
	p.expects("409") // the price of something that is gone
	till.ok("PUT", "/api/v1/cafes/"+s.id+"/sold-out/item/"+s.latte, object{})
	p.see("Sold out", "Something in the cart is sold out")
	p.is("Place order", "disabled")
	goOn := p.stopClock() // Undo is there for five seconds
	p.tap("Take it off")
	p.see("Latte taken off", "Nothing in the cart yet")
	p.tap("Undo")
	goOn()
	p.see("Sold out")
	menu := v.open("/order/" + s.id)
	menu.is("Latte", "disabled")
	till.ok("DELETE", "/api/v1/cafes/"+s.id+"/sold-out/item/"+s.latte, nil)
	menu.is("Latte from", "enabled")
	p.is("Place order 25.00 MAD", "enabled")
}

// TestOrderRepriced: a new price between cart and Place is shown old → new before anything is placed.
func TestOrderRepriced(t *testing.T) {
	t.Parallel()
	s, p := atMenu(t)
	p.tap("Add Croissant")
	p.tap("1 thing")
	p.see("Place order 12.00 MAD")
	s.reprice(1400)
	p.reload()
	p.see("The price has changed: 12.00 MAD → 14.00 MAD")
	p.tap("Place order 14.00 MAD")
	p.see("Listen for", "14.00")
}

// localHour is a moment's hour in Casablanca by this side's zone rules. The browser's own may say another one: Morocco
// changes them at short notice.
func localHour(t testing.TB, moment string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Africa/Casablanca")
	if err != nil {
		t.Fatal(err)
	}
	return at.In(zone).Format("15:04")
}

// TestOrderPaused: while the counter takes no orders from phones, the page says until when.
func TestOrderPaused(t *testing.T) {
	t.Parallel()
	s, p := atMenu(t)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	lead := s.counter("Omar")
	until := localHour(t, lead.ok("PUT", "/api/v1/cafes/"+s.id+"/phone-orders", object{"minutes": 15}).text("paused_until"))
	p.see("no orders from phones until " + until)
	p.is("Place order", "disabled")
	lead.ok("PUT", "/api/v1/cafes/"+s.id+"/phone-orders", object{"minutes": 0})
	p.is("Place order 30.00 MAD", "enabled")
	// Paused in the very moment of Place: the server refuses, and the page says so.
	p.expects("409")
	release := p.delay("*/api/v1/phones")
	p.tap("Place order 30.00 MAD")
	p.see("Sending…")
	lead.ok("PUT", "/api/v1/cafes/"+s.id+"/phone-orders", object{"minutes": 30})
	release()
	p.see("takes no orders from phones until")
	if got := len(s.ordered()); got != 0 {
		t.Errorf("the café has %d orders, want none", got)
	}
}

// TestOrderLimits: ten things at once and two open orders are said before the server refuses.
func TestOrderLimits(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	mine := s.phone()
	for range 2 {
		mine.ok("PUT", "/api/v1/orders/"+newID(), object{"cafe_id": s.id, "lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	}
	p := customerOf(c, t).open("/order/" + s.id)
	p.tap("Add Croissant")
	p.tap("1 thing")
	for range 10 {
		p.tap("Croissant: one more")
	}
	p.see("at most 10 things at once; there are 11")
	p.is("Place order", "disabled")
	p.tap("Croissant: one fewer")
	p.is("Place order 120.00 MAD", "enabled")

	q := customerOf(c, t).with(mine).open("/order/" + s.id)
	q.expects("409")
	q.tap("Add Croissant")
	q.tap("1 thing")
	q.tap("Place order 12.00 MAD")
	q.see("Orders of yours still wait to be paid")
}

// TestOrderCannotMake: what the bar cannot make is said on the customer's page, in the bar's words.
func TestOrderCannotMake(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	mine := s.phone()
	id := newID()
	mine.ok("PUT", "/api/v1/orders/"+id, object{"cafe_id": s.id, "lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	p := customerOf(c, t).with(mine).open("/order/" + s.id + "/" + id)
	p.see("Placed")
	s.counter("Nadia").ok("POST", "/api/v1/orders/"+id+"/problems", object{"reason": "no <b>oat</b> milk"})
	p.see("The bar cannot make this: Latte (no <b>oat</b> milk)")
	stranger := customerOf(c, t).with(s.phone()).tab()
	stranger.expects("404")
	stranger.goTo("/order/" + s.id + "/" + id)
	stranger.see("This order is not on this phone")
}

// atNoon moves the café to where it is noon now, so that there is always a day left to pick a time of. It gives the zone.
func (s *shop) atNoon() *time.Location {
	s.c.t.Helper()
	east := 12 - time.Now().UTC().Hour() // -11 to 12
	name := fmt.Sprintf("Etc/GMT%+d", -east)
	zone, err := time.LoadLocation(name)
	if err != nil {
		s.c.t.Fatal(err)
	}
	head := s.c.asOperator()
	cafe := head.ok("GET", "/api/v1/cafes/"+s.id, nil).body
	put := object{"time_zone": name}
	for _, field := range []string{"name", "city", "currency", "default_service", "tax", "hours", "version"} {
		put[field] = cafe[field]
	}
	head.ok("PUT", "/api/v1/cafes/"+s.id, put)
	return zone
}

// TestOrderSlotFull: a quarter of an hour that fills up in the very moment of Place is refused with the next one that
// has room, and the order goes there.
func TestOrderSlotFull(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	zone := s.atNoon()
	slots := c.client().ok("GET", "/api/v1/cafes/"+s.id+"/phone-orders", nil).list("slots")
	if len(slots) < 5 {
		t.Fatalf("there are %d slots at noon", len(slots))
	}
	clock := func(i int) string {
		at, err := time.Parse(time.RFC3339, slots[i].(object)["at"].(string))
		if err != nil {
			t.Fatal(err)
		}
		return at.In(zone).Format("15:04")
	}
	p := customerOf(c, t).open("/order/" + s.id)
	chooseLatte(p)
	p.tapRole("radio", clock(3))
	p.see("Place order 30.00 MAD")
	p.expects("409")
	release := p.delay("*/api/v1/phones")
	p.tap("Place order 30.00 MAD")
	p.see("Sending…")
	for range 2 { // ten minutes of work are a quarter of an hour's for phones
		s.phone().ok("PUT", "/api/v1/orders/"+newID(), object{
			"cafe_id": s.id, "pickup_at": slots[3].(object)["at"], "lines": []object{{"variation_id": s.latteM, "quantity": 5}},
		})
	}
	release()
	p.see("That time is full now. The next with room is " + clock(4))
	p.tapRole("radio", clock(4))
	p.tap("Place order 30.00 MAD")
	p.see("Listen for", clock(4))
	if got := len(s.ordered()); got != 3 {
		t.Errorf("the café has %d orders, want 3", got)
	}
}
