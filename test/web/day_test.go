package webtest

import (
	"context"
	"testing"
	"time"

	"coffee/tool/verify"
)

// verifyClean runs the checker over the chain's databases.
func (c *chain) verifyClean() {
	c.t.Helper()
	report, err := verify.Run(context.Background(), verify.Options{Open: verify.Databases(c.config.Database), Now: time.Now})
	if err != nil {
		c.t.Fatalf("verify: %v", err)
	}
	for _, finding := range report.Findings {
		c.t.Errorf("verify: %s", finding)
	}
}

// setUp enrols a counter with the café's access code, and its first person comes in.
func (p *page) setUp(s *shop, device, person string) {
	p.t.Helper()
	p.expects(asksWhoIsThere)
	p.goTo("/counter")
	p.fill("Find a café by name or city", s.names.cafe)
	p.tap(s.names.cafe)
	p.fill("Access code of the café", s.code)
	p.fill("Name of this device", device)
	p.tapRole("button", "Set up")
	p.tap(person)
	p.pin(s.pins[person])
	p.see("Latte")
}

// TestADay is a café's day through everybody's screens at once: what is ordered, made, paid, refused and taken back is
// at the end exactly what head office reads, and the books agree with themselves.
func TestADay(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)

	// Somebody orders ahead, and keeps the page open.
	guest := customerOf(c, t).open("/order/" + s.id)
	chooseLatte(guest)
	guest.fill("Name to call", "Karim")
	guest.tap("Place order 30.00 MAD")
	guest.see("Listen for", "Pay at the counter")
	ahead := s.onlyOrder().text("call_number")

	// The shop opens: two counters, a bar, a board for the guests.
	one := visitor(t, c.frontend, tablet).tab()
	one.setUp(s, "Till 1", "Nadia")
	two := visitor(t, c.frontend, desk).tab()
	two.setUp(s, "Till 2", "Omar")
	bar := visitor(t, c.frontend, tablet).with(s.board()).open("/bar")
	board := open(t, c, "/ready/"+s.id, desk)
	bar.in(ahead).see("Karim")
	board.in("Being made").see(ahead)

	// Both counters have a guest: eat in, cash with change; two lattes by two, a card and cash.
	one.tap("Latte")
	two.tap("Latte")
	one.tap("Eat in")
	two.tap("Latte")
	one.tapRole("button", "Pay")
	two.tapRole("button", "Pay")
	one.tap("50 next 50")
	one.see("Change", "25.00")
	two.tap("By 2")
	two.tap("Card")
	one.tap("Take 50.00")
	two.tap("Card taken: 25.00")
	one.see("A-001 placed")
	two.tap("Cash")
	two.tap("Take 25.00")
	two.see("B-001 placed")
	// To go, on a card.
	one.tap("Latte")
	one.tap("Large")
	one.tap("Croissant")
	one.tap("Croissant")
	one.tapRole("button", "Pay")
	one.tap("Card")
	one.tap("Card taken: 53.00")
	one.see("A-002 placed")

	// What is sold out meanwhile is not sold.
	one.expects(`409`) // the price is asked before the counter hears of it
	two.hold("Croissant", "it is offered to 86", func() bool { return two.has("86: Croissant") })
	one.tap("Croissant")
	two.tap("86 it until the day ends")
	one.see("Sold out meanwhile")
	one.is("Pay", "disabled")
	two.in("What is 86’d").tap("Back again: Croissant")
	two.press("Escape")
	one.notSee("Sold out meanwhile")
	one.in("Cart").tapRole("button", "Remove")

	// The bar makes; the phone and the board follow.
	for _, number := range []string{ahead, "A-001", "A-002", "B-001"} {
		bar.tap(number + " ready")
		board.in("Ready").see(number)
	}
	guest.see("Come to the counter")
	bar.see("Nothing to make")

	// Karim comes and pays; the bar hands over.
	one.tap("Orders")
	one.tap(ahead)
	one.tap("Take payment")
	one.in("dialog").tap("Take 30.00")
	one.see(ahead + " is paid")
	bar.tap("Hand over " + ahead)
	guest.see("Enjoy it")
	board.notSee(ahead)

	// A barista cannot take back what was made: a lead's PIN is asked for, and without it the order stands.
	one.in("dialog").tap("Ready")
	one.in("dialog").tap("A-001")
	one.tap("Void")
	one.in("Void A-001").tap("Guest changed their mind")
	one.tap("Void, give back 25.00 MAD")
	one.in("A lead’s PIN").tap("Close")
	one.notSeeRole("dialog", "A lead’s PIN") // each Escape is for the sheet that is on top then
	one.press("Escape")
	one.notSeeRole("dialog", "Void A-001")
	one.press("Escape")
	one.notSeeRole("dialog", "")

	// Nadia's time ends in the middle of an order: the cart is kept, and paid when she is back.
	one.tap("Latte")
	one.tapRole("button", "Pay")
	one.see("Change")
	one.expects(`403`)
	one.forgetPerson()
	one.tap("Take 25.00")
	one.see("Who is here?")
	one.tap("Nadia")
	one.pin(s.pins["Nadia"])
	one.see("A-003 placed")

	// One is taken back before it is made.
	one.tap("Latte")
	one.tapRole("button", "Pay")
	one.tap("Take 25.00")
	one.see("A-004 placed")
	one.tap("Orders")
	one.in("dialog").tap("Making")
	one.in("dialog").tap("A-004")
	one.tap("Void")
	one.in("Void A-004").tap("Rung up by mistake")
	one.tap("Void, give back 25.00 MAD")
	one.see("Give back 25.00 MAD")
	bar.notSee("A-004")

	const sold = priceLatteM + priceOat + priceLatteM + 2*priceLatteM + priceLatteL + 2*priceCroissant + priceLatteM
	head := c.account("samira", officePassword)
	date := "" // the business day's: in the first hours of a month it is one of the month before
	c.until("the figures have caught up", func() bool {
		today := head.ok("GET", "/api/v1/analytics/today", nil)
		date = today.text("total.date")
		return today.number("freshness.behind") == 0 && today.number("total.sales.amount") == sold
	})
	office := visitor(t, c.frontend, desk).with(head).open("/admin")
	office.see(figure(sold)+" MAD", "1 of 1")
	office.goTo("/admin/sales?month=" + date[:len("2006-01")])
	office.see(figure(sold), "Latte", "Croissant", figure(2*priceCroissant), figure(sold-2*priceCroissant))
	office.goTo("/admin/sales/rows?by=item")
	office.see(figure(sold) + " MAD")
	c.verifyClean()
}

// TestOrderWithoutCookies: a phone that loses its cookies in the middle keeps its cart, and orders under a new token.
func TestOrderWithoutCookies(t *testing.T) {
	t.Parallel()
	s, p := atMenu(t)
	chooseLatte(p)
	p.fill("Name to call", "Karim")
	p.forgetSession()
	p.reload()
	p.see("Latte", "30.00 MAD")
	p.tap("Place order 30.00 MAD")
	p.see("Listen for", "for Karim")
	if got := len(s.ordered()); got != 1 {
		t.Fatalf("the café has %d orders, want 1", got)
	}
	// Without the token, the order that stands is nobody's on this phone, and the next one can be placed all the same.
	p.expects(`40[134]`)
	p.forgetSession()
	p.reload()
	p.see("This order is not on this phone")
	p.goTo("/order/" + s.id)
	chooseLatte(p)
	p.tap("Place order 30.00 MAD")
	p.see("Listen for")
	if got := len(s.ordered()); got != 2 {
		t.Errorf("the café has %d orders, want 2", got)
	}
}
