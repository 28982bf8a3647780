package webtest

import (
	"testing"

	"github.com/chromedp/cdproto/browser"
)

// customerOf is somebody with a phone whom nobody knows.
func customerOf(c *chain, t testing.TB, options ...as) *person {
	return visitor(t, c.frontend, append([]as{phone}, options...)...)
}

// ordered is what the café has of orders today, newest first.
func (s *shop) ordered() []any {
	s.c.t.Helper()
	return s.counter(s.names.person).ok("GET", "/api/v1/orders?limit=50", nil).list("orders")
}

// advance moves all lines of an order.
func (s *shop) advance(id, state string) {
	s.c.t.Helper()
	s.counter(s.names.person).ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": state})
}

func firstID(orders []any) string { return orders[0].(object)["id"].(string) }

// chooseLatte puts a latte with oat into the cart and opens it.
func chooseLatte(p *page) {
	p.t.Helper()
	p.tap("Latte from 25.00 MAD")
	p.in("dialog").tap("Oat")
	p.in("dialog").see("30.00 MAD", "With Oat: contains gluten")
	p.in("dialog").tap("Add 30.00 MAD")
	p.tap("1 thing")
	p.see("Your order", "Contains gluten")
}

// TestOrderAhead is a customer's whole way: café, drink, cart, name, place, made, ready, collected; and the usual.
func TestOrderAhead(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	v := customerOf(c, t)
	p := v.open("/")
	p.see("open day and night")
	p.fill("Café or city", "nowhere")
	p.see("No such café")
	p.fill("Café or city", "casa")
	p.tap("Café Salam")
	p.see("Croissant", "12.00 MAD")
	chooseLatte(p)
	p.tap("Latte: one more")
	p.see("60.00 MAD")
	p.tap("Latte: one fewer")
	p.fill("Name to call", "Karim")
	p.tap("Hide my name on the board")
	p.reload() // nothing is lost
	p.see("30.00 MAD")
	p.is("Hide my name on the board", "checked")
	p.tap("Place order 30.00 MAD")
	p.see("Listen for", "for Karim", "Pay at the counter", "Placed", "Ready about")

	orders := s.ordered()
	if len(orders) != 1 {
		t.Fatalf("the café has %d orders, want 1", len(orders))
	}
	first := orders[0].(object)
	if first["customer_name"] != "Karim" || first["hide_name"] != true || first["total"] != float64(priceLatteM+priceOat) {
		t.Errorf("the order is %v", first)
	}
	s.advance(firstID(orders), "making")
	p.see("Making it now", "no longer cancelled here")
	p.reload()
	p.see("Making it now")
	s.advance(firstID(orders), "ready")
	p.see("Come to the counter")
	home := v.open("/")
	home.see("is ready")
	s.advance(firstID(orders), "handed_over")
	p.see("Enjoy it")

	p.tap("Order again")
	p.in("The usual").see("Latte", "Medium, Oat", "30.00 MAD")
	p.in("The usual").tap("Order")
	p.tap("Place order 30.00 MAD")
	p.see("Listen for")
	if got := len(s.ordered()); got != 2 {
		t.Errorf("the café has %d orders, want 2", got)
	}
}

// TestOrderOnce: the answer to Place is lost, and again, and the page reloaded meanwhile: it is one order.
func TestOrderOnce(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/order/" + s.id)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	found := p.lose("*/api/v1/orders/*")
	p.tap("Place order 30.00 MAD")
	p.see("We do not know yet, asking again")
	p.notSee("Listen for")
	found()
	p.reload()
	p.see("Listen for", "Placed")
	if got := len(s.ordered()); got != 1 {
		t.Errorf("the café has %d orders, want 1", got)
	}
}

// TestOrderGivenUp: whoever does not want to wait for an answer gives the order up, and it does not stand.
func TestOrderGivenUp(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/order/" + s.id)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	found := p.lose("*/api/v1/orders/*")
	p.tap("Place order 30.00 MAD")
	p.see("We do not know yet, asking again")
	found()
	p.expects(`order_cancelled|409|404`)
	p.offline(true)
	p.tap("Do not order")
	p.see("We do not know yet")
	p.offline(false)
	p.see("Listen for") // it went through before it could be given up: then it is said
	p.tap("Cancel the order")
	p.in("Cancel this order?").tap("Yes, cancel it")
	p.see("Cancelled", "Nothing to pay")
	if state := s.ordered()[0].(object)["state"]; state != "voided" {
		t.Errorf("the order is %v", state)
	}
}

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
	p.tap("Take it off")
	p.see("Latte taken off", "Nothing in the cart yet")
	p.tap("Undo")
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
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/order/" + s.id)
	p.tap("Add Croissant")
	p.tap("1 thing")
	p.see("Place order 12.00 MAD")
	head := c.asOperator()
	item := head.ok("GET", "/api/v1/menu/items?limit=50", nil)
	for _, one := range item.list("items") {
		is := one.(object)
		if is["id"] != s.croissant {
			continue
		}
		head.ok("PUT", "/api/v1/menu/items/"+s.croissant, object{
			"category_id": is["category_id"], "name": "Croissant", "rank": 2, "version": is["version"],
			"variations": []object{{"id": s.croissantOne, "name": "One", "prices": []object{mad(1400)}}},
		})
	}
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "dearer"})
	p.reload()
	p.see("The price has changed: 12.00 MAD → 14.00 MAD")
	p.tap("Place order 14.00 MAD")
	p.see("Listen for", "14.00")
}

// TestOrderPaused: while the counter takes no orders from phones, the page says until when.
func TestOrderPaused(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/order/" + s.id)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	lead := s.counter("Omar")
	lead.ok("PUT", "/api/v1/cafes/"+s.id+"/phone-orders", object{"minutes": 15})
	p.see("no orders from phones until")
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

// TestOrderTable: the code on a table opens its café and keeps the table.
func TestOrderTable(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/?cafe=" + s.id + "&table=4")
	p.see("Table 4, eat in")
	p.tap("Add Croissant")
	p.tap("1 thing")
	p.see("Table 4, eat in")
	p.tap("Place order 12.00 MAD")
	p.see("Listen for", "Table 4")
	order := s.ordered()[0].(object)
	if order["table"] != "4" || order["service"] != "eat_in" {
		t.Errorf("table %v, service %v", order["table"], order["service"])
	}
	lost := customerOf(c, t).tab()
	lost.expects("404")
	lost.goTo("/?cafe=" + newID())
	lost.see("There is no such café", "All cafés")
	c.asOperator().ok("DELETE", "/api/v1/cafes/"+s.id, nil)
	closed := customerOf(c, t).tab()
	closed.expects("404") // an archived café is one that nobody outside knows of
	closed.goTo("/order/" + s.id)
	closed.see("There is no such café", "closed for good", "All cafés")
}

// TestOrderOffline: without a connection one can look, not order; a cart is placed once it is back.
func TestOrderOffline(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/order/" + s.id)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	p.offline(true)
	p.see("No connection: you can look, not order.")
	p.is("Place order", "disabled")
	p.offline(false)
	p.tap("Place order 30.00 MAD")
	p.see("Listen for")
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

// TestOrderNear: the nearest café comes first, once the customer says where they are; refused, the list stays.
func TestOrderNear(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := customerOf(c, t).open("/")
	p.see("Café Salam")
	call(p, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingDenied, Origin: c.frontend,
	})
	p.tap("Near me")
	p.see("did not say where you are", "Café Salam")
	_ = s
}
