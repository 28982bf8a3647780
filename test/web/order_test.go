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

// atMenu is a customer at the menu of a café of their own, before an empty cart.
func atMenu(t *testing.T) (*shop, *page) {
	t.Helper()
	s := newShop(empty(t), plainNames)
	return s, customerOf(s.c, t).open("/order/" + s.id)
}

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
	p.press("?")
	p.in("dialog").see("Search", "Show this list")
	p.press("Escape")
	p.notSeeRole("dialog", "Keyboard")
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

// TestOrderTwoShots: what a group has room for can be taken several times, and the price follows every tap.
func TestOrderTwoShots(t *testing.T) {
	t.Parallel()
	s, p := atMenu(t)
	p.tap("Latte from 25.00 MAD")
	drink := p.in("dialog")
	drink.tap("Extra shot")
	drink.see("Add 29.00 MAD")
	drink.tap("Extra shot: one more")
	drink.see("Add 33.00 MAD")
	drink.tap("Extra shot: one more")
	drink.see("Add 37.00 MAD", "3 is as many as go in")
	drink.is("Extra shot: one more", "disabled")
	drink.tap("Extra shot: one fewer")
	p.axe()
	p.overflow()
	drink.tap("Add 33.00 MAD")
	p.tap("1 thing")
	p.see("2 × Extra shot")
	p.tap("Place order 33.00 MAD")
	p.see("Listen for")
	order := s.ordered()[0].(object)
	line := order["lines"].([]any)[0].(object)
	if order["total"] != float64(priceLatteM+2*priceShot) || line["modifiers"].([]any)[1].(object)["quantity"] != 2.0 {
		t.Errorf("the order is %v", order)
	}
}

// TestOrderOnce: the answer to Place is lost, and again, and the page reloaded meanwhile: it is one order.
func TestOrderOnce(t *testing.T) {
	t.Parallel()
	s, p := atMenu(t)
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
	s, p := atMenu(t)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	found := p.lose("*/api/v1/orders/*")
	p.tap("Place order 30.00 MAD")
	p.see("We do not know yet, asking again")
	p.expects(`order_cancelled|409|404`)
	p.offline(true)
	found() // cut off already: in between, asking again would find out
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
	_, p := atMenu(t)
	chooseLatte(p)
	p.see("Place order 30.00 MAD")
	p.offline(true)
	p.see("No connection: you can look, not order.")
	p.is("Place order", "disabled")
	p.offline(false)
	p.tap("Place order 30.00 MAD")
	p.see("Listen for")
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

// TestOrderTwoAtOnce: a phone with two orders on their way sees both, each with its own page.
func TestOrderTwoAtOnce(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	v := customerOf(c, t)
	p := v.open("/order/" + s.id)
	chooseLatte(p)
	p.tap("Place order 30.00 MAD")
	p.see("Listen for")
	q := v.open("/order/" + s.id)
	q.tap("Add Croissant")
	q.tap("1 thing")
	q.tap("Place order 12.00 MAD")
	q.see("Listen for")
	orders := s.ordered() // newest first
	if len(orders) != 2 {
		t.Fatalf("the café has %d orders, want 2", len(orders))
	}
	first, second := orders[1].(object), orders[0].(object)
	p.see(first["call_number"].(string))
	q.see(second["call_number"].(string))
	s.advance(first["id"].(string), "ready")
	p.see("Come to the counter")
	q.notSee("Come to the counter")
	home := v.open("/")
	home.see(first["call_number"].(string), second["call_number"].(string), "is ready")
}
