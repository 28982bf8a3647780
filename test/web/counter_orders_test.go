package webtest

import (
	"slices"
	"testing"
)

// cash and card are what an order that is placed by the API was paid with.
func cash(amount int) object { return tender("cash", amount) }
func card(amount int) object { return tender("card", amount) }

func tender(kind string, amount int) object {
	return object{"tenders": []object{{"id": newID(), "kind": kind, "amount": amount}}}
}

// atOrders is somebody at a café of their own before a shelf of the day's orders, after what was placed before.
func atOrders(t *testing.T, who, shelf string, before func(s *shop, till *client)) (*shop, *page) {
	t.Helper()
	c := empty(t)
	s := newShop(c, plainNames)
	before(s, s.counter("Omar"))
	p := visitor(t, c.frontend, tablet).with(s.counter(who)).open("/counter")
	p.see("Latte")
	p.tap("Orders")
	if shelf != "To pay" { // the first
		p.in("dialog").tap(shelf)
	}
	return s, p
}

// move moves all lines of an order by the API.
func (s *shop) move(by *client, order answer, states ...string) {
	s.c.t.Helper()
	for _, to := range states {
		by.ok("POST", "/api/v1/orders/"+order.text("id")+"/lines", object{"to": to})
	}
}

// approve gives somebody's PIN for one write.
func (p *page) approve(name, pin string) {
	p.t.Helper()
	p.in("A lead’s PIN").tap(name)
	p.seeRole("button", "Approve") // keys before it are nobody's
	for _, digit := range pin {
		p.press(string(digit))
	}
	p.tap("Approve")
}

// now is an order as it is.
func (s *shop) now(order answer) answer {
	s.c.t.Helper()
	return s.c.asOperator().ok("GET", "/api/v1/orders/"+order.text("id"), nil)
}

// booked are the kinds of movements of an ingredient, in order, but for the opening.
func (s *shop) booked(ingredient string) []string {
	s.c.t.Helper()
	var kinds []string
	for _, m := range s.movements(ingredient) {
		if kind := m.(object)["type"].(string); kind != "opening" {
			kinds = append(kinds, kind)
		}
	}
	slices.Reverse(kinds)
	return kinds
}

// TestOrdersVoid: what was not made goes back into stock; what was made is waste, and needs a lead's PIN.
func TestOrdersVoid(t *testing.T) {
	t.Parallel()
	var fresh, begun answer
	s, p := atOrders(t, "Nadia", "Making", func(s *shop, till *client) {
		fresh = s.place(till, "Zineb", cash(priceLatteM+priceOat), s.line(s.latteM, 1, s.oat))
		begun = s.place(till, "Youssef", card(priceLatteL), s.line(s.latteL, 1))
		s.move(till, begun, "making")
	})
	p.see("Latte Medium · Oat", "Latte Large")
	p.tap(fresh.text("call_number"))
	p.tap("Void")
	sheet := p.in("Void " + fresh.text("call_number"))
	sheet.is("Say why", "disabled")
	sheet.tap("Guest changed their mind")
	sheet.tap("Void, give back 30.00 MAD")
	p.see("Give back 30.00 MAD")
	figures(t, s.now(fresh), map[string]int64{"refunded": priceLatteM + priceOat})
	s.c.until("the oat drink is back in stock", func() bool {
		return s.onHand(s.oatMilk) == 10_000_000 && slices.Equal(s.booked(s.oatMilk), []string{"sale", "sale_reversal"})
	})

	p.tap(begun.text("call_number"))
	p.tap("Void")
	sheet = p.in("Void " + begun.text("call_number"))
	sheet.tap("Cannot be made")
	sheet.tap("Void, give back 29.00 MAD")
	p.approve("Omar", s.pins["Omar"])
	p.see("Give back 29.00 MAD")
	voided := s.now(begun)
	figures(t, voided, map[string]int64{"refunded": priceLatteL})
	if got := voided.text("lines.0.state"); got != "voided" {
		t.Errorf("the line is %s", got)
	}
	s.c.until("the milk is waste", func() bool { return slices.Contains(s.booked(s.cow), "waste") })
	if got := s.onHand(s.cow); got != 20_000_000-320_000 {
		t.Errorf("%d thousandths of milk on hand", got)
	}
}

// TestOrdersCannotMake: what the bar cannot make is what Void takes back, for the bar's reason.
func TestOrdersCannotMake(t *testing.T) {
	t.Parallel()
	var order answer
	s, p := atOrders(t, "Nadia", "Making", func(s *shop, till *client) {
		order = s.place(till, "Zineb", nil, s.line(s.latteM, 1, s.oat), s.line(s.latteL, 1))
		till.ok("POST", "/api/v1/orders/"+order.text("id")+"/problems", object{"lines": []int{1}, "reason": "No Oat"})
	})
	p.see("The bar cannot make this: No Oat")
	p.tap(order.text("call_number"))
	p.tap("Void")
	sheet := p.in("Void " + order.text("call_number"))
	sheet.is("1 Latte Medium", "checked")
	sheet.is("1 Latte Large", "unchecked")
	sheet.tapRole("button", "Void")
	p.notSeeRole("dialog", "Void "+order.text("call_number"))
	after := s.now(order)
	figures(t, after, map[string]int64{"due": priceLatteL})
	if a, b := after.text("lines.0.state"), after.text("lines.1.state"); a != "voided" || b != "queued" {
		t.Errorf("the lines are %s and %s", a, b)
	}
}

// TestOrdersChange: "make that large" takes the difference; nothing instead is a void, and of an unpaid order nothing is given back.
func TestOrdersChange(t *testing.T) {
	t.Parallel()
	var paid, unpaid answer
	s, p := atOrders(t, "Nadia", "Making", func(s *shop, till *client) {
		paid = s.place(till, "Zineb", cash(priceLatteM), s.line(s.latteM, 1))
		unpaid = s.place(till, "Youssef", nil, s.line(s.latteM, 1), s.line(s.croissantOne, 2))
	})
	number := paid.text("call_number")
	p.tap(number)
	p.tap("Change")
	sheet := p.in("Change " + number)
	sheet.see("Nothing is changed yet")
	sheet.tap("Large")
	sheet.see("4.00 MAD more to take")
	sheet.tap("Change it")
	p.in("dialog").tap("Take 4.00")
	p.see(number + " is paid")
	if n := len(s.ordersOf()); n != 3 {
		t.Fatalf("the café has %d orders, want 3", n)
	}
	figures(t, s.now(paid), map[string]int64{"total": 0})
	for _, order := range s.ordersOf() {
		if order["source"] == "change" {
			changed := s.now(answer{body: order})
			figures(t, changed, map[string]int64{"total": priceLatteL, "paid": priceLatteL})
			if changed.text("call_number") != number || changed.text("customer_name") != "Zineb" {
				t.Errorf("the change is called %s for %s", changed.text("call_number"), changed.text("customer_name"))
			}
		}
	}

	p.tap(unpaid.text("call_number"))
	p.tap("Change")
	sheet = p.in("Change " + unpaid.text("call_number"))
	sheet.in("How many of Croissant").tap("One less")
	sheet.see("37.00 MAD to pay in all")
	sheet.in("How many of Croissant").tap("One less")
	sheet.notSee("Croissant")
	sheet.see("25.00 MAD to pay in all")
	sheet.tap("Change it")
	p.see(unpaid.text("call_number") + " is changed")
	p.notSee("Give back")
	figures(t, s.now(unpaid), map[string]int64{"due": priceLatteM})
}

// TestOrdersRemake: made again without money, with a lead's PIN, before all other tickets.
func TestOrdersRemake(t *testing.T) {
	t.Parallel()
	var order answer
	s, p := atOrders(t, "Nadia", "Done", func(s *shop, till *client) {
		order = s.place(till, "Zineb", cash(priceLatteM), s.line(s.latteM, 1))
		s.move(till, order, "ready", "handed_over")
	})
	number := order.text("call_number")
	p.tap(number)
	p.tap("Remake")
	sheet := p.in("Make again from " + number)
	sheet.tap("Spilled")
	sheet.tap("Make again")
	p.approve("Omar", s.pins["Omar"])
	p.see(number + " is made again")
	var remake object
	for _, one := range s.ordersOf() {
		if one["source"] == "remake" {
			remake = one
		}
	}
	if remake == nil || remake["total"] != 0.0 || remake["call_number"] != number {
		t.Fatalf("the remake is %v", remake)
	}
	figures(t, s.now(order), map[string]int64{"paid": priceLatteM, "refunded": 0})
	s.c.until("the second milk is waste", func() bool { return s.onHand(s.cow) == 20_000_000-2*240_000 })
}

// TestOrdersRefund: one of three goes back in cash though it was paid by card; a barista is not offered it.
func TestOrdersRefund(t *testing.T) {
	t.Parallel()
	var order answer
	s, p := atOrders(t, "Omar", "Done", func(s *shop, till *client) {
		order = s.place(till, "Zineb", card(priceLatteM+3*priceCroissant), s.line(s.latteM, 1), s.line(s.croissantOne, 3))
		s.move(till, order, "ready", "handed_over")
	})
	p.tap(order.text("call_number"))
	p.tap("Refund")
	sheet := p.in("Refund from " + order.text("call_number"))
	sheet.is("Choose what", "disabled")
	sheet.tap("3 Croissant")
	sheet.tap("One less")
	sheet.tap("One less")
	sheet.tap("Back into stock")
	sheet.tap("Made wrong")
	sheet.tap("Cash")
	sheet.tap("As it came") // the way back
	sheet.is("As it came", "checked")
	sheet.tap("Cash")
	sheet.tap("Refund 12.00 MAD")
	p.see("Give back 12.00 MAD", "Refunded")
	after := s.now(order)
	figures(t, after, map[string]int64{"refunded": priceCroissant, "lines.1.refunded_quantity": 1})
	payout := after.list("tenders")[1].(object)
	if payout["kind"] != "cash" || payout["direction"] != "payout" {
		t.Errorf("the money went back as %v", payout)
	}
	barista := visitor(t, s.c.frontend, phone).with(s.counter("Nadia")).open("/counter")
	barista.tap("Orders")
	barista.in("dialog").tap("Done")
	barista.tap(order.text("call_number"))
	barista.seeRole("button", "Receipt")
	barista.notSeeRole("button", "Refund")
}

// TestOrdersSettle: two unpaid orders are paid at once in cash with change; the receipt says so; cash turns out to have
// been a card.
func TestOrdersSettle(t *testing.T) {
	t.Parallel()
	var one, two answer
	s, p := atOrders(t, "Nadia", "To pay", func(s *shop, till *client) {
		one = s.place(till, "Zineb", nil, s.line(s.latteM, 1))
		two = s.place(till, "Youssef", nil, s.line(s.latteL, 1), s.line(s.croissantOne, 2))
	})
	p.tap("Pay together with others: " + one.text("call_number"))
	p.tap("Pay together with others: " + two.text("call_number"))
	p.tap("Pay 2 orders · 78.00 MAD")
	p.in("dialog").tap("Back")
	p.tap("Pay 2 orders · 78.00 MAD")
	p.in("dialog").tap("100 next")
	p.see("22.00")
	p.tap("Take 100.00")
	p.see("Change 22.00 MAD", "Everything is paid")
	for _, order := range []answer{one, two} {
		after := s.now(order)
		figures(t, after, map[string]int64{"due": 0, "paid": order.number("total")})
		if after.number("receipt_number") == 0 {
			t.Errorf("%s is paid and has no receipt number", order.text("call_number"))
		}
	}

	p.in("dialog").tap("Making")
	p.tap(two.text("call_number"))
	p.tap("Receipt")
	p.in("Receipt").see("Café Salam", two.text("call_number"), "Receipt 2", "53.00")
	p.press("Escape")
	p.in("dialog").tap("Was card")
	p.see("Was cash") // it could have been cash after all
	if kinds := s.now(two).list("tenders"); len(kinds) < 2 {
		t.Errorf("the tenders are %v", kinds)
	}
}

// TestOrdersFinds: an order is found by name on whatever shelf it stands, and handed over.
func TestOrdersFinds(t *testing.T) {
	t.Parallel()
	var order answer
	s, p := atOrders(t, "Nadia", "To pay", func(s *shop, till *client) {
		order = s.place(till, "Zineb", cash(priceLatteM), s.line(s.latteM, 1))
		s.place(till, "Youssef", nil, s.line(s.latteM, 1))
		s.move(till, order, "ready")
	})
	p.see("Youssef")
	p.fill("Number, receipt or name", "zin")
	p.notSee("Youssef")
	p.tap(order.text("call_number"))
	p.tap("Hand over")
	p.see("Collected")
	s.states(s.counter("Nadia"), order, "handed_over")
}

// TestOrdersAskWhoIsThere: when the person's time is over, the question lies over the orders, and what was asked for is
// done after the PIN.
func TestOrdersAskWhoIsThere(t *testing.T) {
	t.Parallel()
	var order answer
	s, p := atOrders(t, "Nadia", "Making", func(s *shop, till *client) {
		order = s.place(till, "Zineb", cash(priceLatteM), s.line(s.latteM, 1))
	})
	p.tap(order.text("call_number"))
	p.tap("Void")
	p.in("Void " + order.text("call_number")).tap("Rung up by mistake")
	p.expects(`40[13]`)
	p.forgetPerson()
	p.tap("Void, give back 25.00 MAD")
	p.see("Who is here?")
	p.notSeeRole("dialog", "")
	p.tap("Nadia")
	p.pin(s.pins["Nadia"])
	p.see("Give back 25.00 MAD")
	figures(t, s.now(order), map[string]int64{"refunded": priceLatteM})
}
