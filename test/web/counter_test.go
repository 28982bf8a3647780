package webtest

import (
	"testing"
)

// atCounter is Nadia at a café of her own, before an empty cart.
func atCounter(t *testing.T, device as) (*shop, *page) {
	t.Helper()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, device).with(s.counter("Nadia")).open("/counter")
	p.in("Menu of Café Salam").see("Latte", "Croissant")
	return s, p
}

// ordersOf are the orders of the café's day, newest first.
func (s *shop) ordersOf() []object {
	s.c.t.Helper()
	var found []object
	for _, order := range s.c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/orders", nil).list("orders") {
		found = append(found, order.(object))
	}
	return found
}

// onlyOrder is the one order there is.
func (s *shop) onlyOrder() answer {
	s.c.t.Helper()
	all := s.ordersOf()
	if len(all) != 1 {
		s.c.t.Fatalf("the café has %d orders, want 1", len(all))
	}
	return s.c.asOperator().ok("GET", "/api/v1/orders/"+all[0]["id"].(string), nil)
}

func (p *page) pin(digits string) {
	p.t.Helper()
	p.seeRole("button", "Come in") // keys before it are nobody's
	for _, digit := range digits {
		p.press(string(digit))
	}
	p.tap("Come in")
}

// forgetPerson ends the person's time on this device; the page is not told.
func (p *page) forgetPerson() {
	p.t.Helper()
	status := evaluate[int](p, `fetch('/logout?person=1', {method: 'POST', headers: {'Coffee-Session': 'device', 'Content-Type': 'application/json'}}).then((r) => r.status)`)
	if status != 200 {
		p.fatalf("the person's time ended with %d", status)
	}
}

func figures(t *testing.T, a answer, want map[string]int64) {
	t.Helper()
	for path, n := range want {
		if got := a.number(path); got != n {
			t.Errorf("%s is %d, want %d: %s", path, got, n, a.raw)
		}
	}
}

func TestCounterSignsIn(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, tablet).tab()
	p.expects(asksWhoIsThere)
	p.expects(`/login: 401|status of 401 \(Unauthorized\) .*/login$`)
	p.goTo("/counter")
	p.fill("Find a café by name or city", "salam")
	p.tap("Café Salam")
	p.fill("Access code of the café", "WRONG-CODE")
	p.fill("Name of this device", "Till 1")
	p.tapRole("button", "Set up")
	p.see("That is not this café’s access code.")
	p.fill("Access code of the café", s.code)
	p.tapRole("button", "Set up")
	p.tap("Nadia")
	p.pin("0000")
	p.see("That PIN does not fit this person.")
	p.pin(s.pins["Nadia"])
	p.see("Latte")
	p.reload()
	p.see("Latte", "Nadia") // the device and the person stay
}

// TestCounterFourTaps: a large latte with oat and an extra shot is four taps, and is paid in cash with change.
func TestCounterFourTaps(t *testing.T) {
	t.Parallel()
	for name, device := range map[string]as{"tablet": tablet, "phone": phone} {
		t.Run(name, func(t *testing.T) {
			s, p := atCounter(t, device)
			p.tap("Latte")
			p.tap("Large")
			p.tap("Oat")
			p.tap("Extra shot")
			const total = priceLatteL + priceOat + priceShot
			if name == "phone" {
				p.tap("Cart · 1")
			}
			p.in("Cart").see("Latte Large", "Oat, Extra shot", "38.00")
			p.tapRole("button", "Pay")
			p.tap("50 next 50")
			p.see("Change", "12.00")
			p.tap("Take 50.00")
			p.see("A-001 placed")
			order := s.onlyOrder()
			figures(t, order, map[string]int64{"total": total, "paid": total, "tenders.0.tendered": 5000, "tenders.0.change": 1200})
			if got := order.text("call_number"); got != "A-001" {
				t.Errorf("it is called %q", got)
			}
			p.see("A-002") // the next cart is there
			p.tap("A-001 placed: show the receipt")
			p.in("Receipt").see("Café Salam", "A-001", "Receipt 1", "Tax 20%, included", "38.00", "50.00", "12.00")
		})
	}
}

// TestCounterSplits: by two, one half on a card and one in cash.
func TestCounterSplits(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	p.tap("Croissant")
	p.tap("Croissant")
	p.tapRole("button", "Pay")
	p.tap("By 2")
	p.tap("Card")
	p.tap("Card taken: 12.00")
	p.see("Taken so far")
	p.tap("Cash")
	p.reload() // what was taken is not forgotten
	p.see("Taken so far")
	p.tap("Take 12.00")
	p.see("A-001 placed")
	figures(t, s.onlyOrder(), map[string]int64{"total": 2400, "paid": 2400, "tenders.0.amount": 1200, "tenders.1.amount": 1200})
}

// TestCounterPaysLater: placed unpaid, and the server gives no receipt number yet.
func TestCounterPaysLater(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	p.tap("Latte")
	p.fill("Name", "Zineb")
	p.fill("Table", "4")
	p.tapRole("button", "Pay")
	p.tap("Pay later")
	p.see("A-001 placed")
	order := s.onlyOrder()
	figures(t, order, map[string]int64{"paid": 0, "due": priceLatteM})
	if order.text("customer_name") != "Zineb" || order.text("table") != "4" {
		t.Errorf("for %q at table %q", order.text("customer_name"), order.text("table"))
	}
}

func TestCounterHoldsAndRecalls(t *testing.T) {
	t.Parallel()
	_, p := atCounter(t, tablet)
	p.tap("Latte")
	p.fill("Name", "Zineb")
	p.tap("Hold")
	p.in("Cart").see("Tap a drink to begin.")
	p.tap("Croissant")
	p.reload()
	p.in("Cart").see("Croissant")
	p.tap("Held 1")
	p.tap("Zineb")
	p.in("Cart").see("Latte Medium")
	p.see("Held 1") // the one that was open took its place
	p.in("Cart").tap("1 Latte Medium")
	goOn := p.stopClock() // Undo is there for five seconds
	p.tapRole("button", "Remove")
	p.see("Removed Latte Medium")
	p.tap("Undo")
	goOn()
	p.in("Cart").see("Latte Medium")
}

// TestCounterKeepsTheCart: over a change of person, and over a PIN that is asked for in the middle of paying.
func TestCounterKeepsTheCart(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	p.tap("Latte")
	p.tap("Nadia, change person")
	p.see("1 thing waits in the cart")
	p.tap("Omar")
	p.pin(s.pins["Omar"])
	p.in("Cart").see("Latte Medium")
	p.see("Omar")
	p.tapRole("button", "Pay")
	p.see("Change")
	p.expects(`403`)
	p.forgetPerson()
	p.tap("Take 25.00")
	p.see("Who is here?")
	if n := len(s.ordersOf()); n != 0 {
		t.Fatalf("%d orders without a person", n)
	}
	p.tap("Nadia")
	p.pin(s.pins["Nadia"])
	p.see("A-001 placed")
	figures(t, s.onlyOrder(), map[string]int64{"paid": priceLatteM})
}

// TestCounterLosesAnAnswer: the order is placed, the answer goes astray: it says so, asks again, and there is one order.
func TestCounterLosesAnAnswer(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	p.tap("Latte")
	p.tapRole("button", "Pay")
	p.see("Change")
	p.settled()
	found := p.lose("*/api/v1/orders/*")
	p.tap("Take 25.00")
	p.see("unknown, asking again", "1 waiting")
	p.notSee("placed")
	figures(t, s.onlyOrder(), map[string]int64{"paid": priceLatteM})
	found()
	p.see("A-001 placed", "0 waiting")
	s.onlyOrder()
}

// TestCounter86: what one counter says is sold out is struck through on another one.
func TestCounter86(t *testing.T) {
	t.Parallel()
	s, one := atCounter(t, tablet)
	two := visitor(t, s.c.frontend, phone).with(s.counter("Omar")).open("/counter")
	two.see("Latte")
	two.tap("Latte")
	one.hold("Latte", "it is offered to 86", func() bool { return one.has("86: Latte") })
	one.tap("86 it until the day ends")
	two.see("86 to ", "Sold out meanwhile")
	one.in("What is 86’d").tap("Back again: Latte")
	two.notSee("Sold out meanwhile", "86 to ")
}

// TestCounterByKeyboard: from search to placed without a finger.
func TestCounterByKeyboard(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, desk)
	p.press("c", "r", "o")
	p.in("Menu of Café Salam").notSee("Latte")
	p.press("Enter")
	p.in("Cart").see("Croissant")
	p.press("3")
	p.in("Cart").see("36.00")
	p.press("?")
	p.in("Keyboard").see("Quantity of the line")
	p.press("Escape")
	p.notSee("Quantity of the line")
	p.settled()
	p.press("Enter")
	p.see("To pay")
	p.press("5", "0", "0", "0")
	p.see("14.00")
	p.press("Enter")
	p.see("A-001 placed")
	figures(t, s.onlyOrder(), map[string]int64{"total": 3600, "tenders.0.change": 1400})
}

// TestCounterDiscountNeedsALead: a barista gives one with a lead's PIN.
func TestCounterDiscountNeedsALead(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	p.tap("Latte")
	p.in("Cart").tap("Discount")
	p.tap("20%")
	p.in("dialog").tap("Done")
	p.in("Cart").see("20.00")
	p.tapRole("button", "Pay")
	p.tap("Take 20.00")
	p.approve("Omar", s.pins["Omar"])
	p.see("A-001 placed")
	figures(t, s.onlyOrder(), map[string]int64{"total": 2000, "discount": 500})
}

// TestCounterStandsStill: from the first tap on, while the server is asked for the total and when it has answered, nothing
// moves away under a finger.
func TestCounterStandsStill(t *testing.T) {
	t.Parallel()
	_, p := atCounter(t, tablet)
	answer := p.delay("*/quote")
	evaluate[bool](p, `(() => {
		window.stood = new Set();
		(function look() {
			const discount = [...document.querySelectorAll('.cart button')].find((b) => b.textContent === 'Discount');
			if (discount) window.stood.add(Math.round(discount.getBoundingClientRect().top));
			requestAnimationFrame(look);
		})();
		return true;
	})()`)
	p.tap("Latte")
	p.in("Cart").see("Tax 20%, included", "4.17")
	p.tap("Croissant")
	p.in("Cart").see("6.17")
	answer()
	p.settled()
	p.in("Cart").see("6.17")
	if stood := evaluate[[]int](p, `[...window.stood]`); len(stood) != 1 {
		t.Errorf("Discount stood at %v", stood)
	}
}

// TestFewLeft: where there are five or fewer, counter and phone say how many. With none, a phone's is sold out; the
// counter can still say that it is here.
func TestFewLeft(t *testing.T) {
	t.Parallel()
	s, counter := atCounter(t, tablet)
	phone := customerOf(s.c, t).open("/order/" + s.id)
	phone.see("Croissant")
	till := s.counter("Omar")
	sell := func(quantity int) {
		till.ok("PUT", "/api/v1/orders/"+newID(), object{"lines": []object{{"variation_id": s.croissantOne, "quantity": quantity}}})
	}
	sell(94)
	counter.notSee("left")
	sell(3)
	counter.in("Menu of Café Salam").see("3 left")
	phone.see("3 left")
	phone.axe()
	phone.overflow()
	counter.axe()
	counter.overflow()
	sell(3)
	counter.in("Menu of Café Salam").see("0 left")
	phone.see("Sold out")
	phone.is("Croissant", "disabled")
	counter.tap("Latte")
	counter.tap("Croissant")
	counter.expects("409")
	counter.tapRole("button", "Pay")
	counter.tap("50 next 50")
	counter.tap("Take 50.00")
	counter.in("Cart").see("This order came back", "It is here")
	if there := counter.count("button", "Latte: It is here"); there != 0 {
		t.Error("what is not short is said to be here")
	}
	counter.tap("Croissant: It is here")
	counter.notSee("It is here")
	counter.tapRole("button", "Pay")
	counter.tap("Place it") // what was given is still given
	counter.see("placed")
}

// TestOrdersNeeding: the button says how many orders want money or a word; one that wants both counts once.
func TestOrdersNeeding(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	till := s.counter("Omar")
	p.seeRole("button", "Orders")
	paid, unpaid := s.order(till, "Zineb").text("id"), newID()
	till.ok("PUT", "/api/v1/orders/"+unpaid, object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	p.seeRole("button", "Orders 1 want something")
	for _, id := range []string{paid, unpaid} {
		till.ok("POST", "/api/v1/orders/"+id+"/problems", object{"lines": []int{1}, "reason": "no milk"})
	}
	p.seeRole("button", "Orders 2 want something")
	p.axe()
	p.tap("Orders 2 want something")
	p.in("dialog").see("To pay")
}
