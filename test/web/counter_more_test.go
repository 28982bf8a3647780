package webtest

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// reprice publishes another price of the croissant, at once.
func (s *shop) reprice(amount int) {
	s.c.t.Helper()
	head := s.c.asOperator()
	for _, one := range head.ok("GET", "/api/v1/menu/items?limit=50", nil).list("items") {
		if is := one.(object); is["id"] == s.croissant {
			head.ok("PUT", "/api/v1/menu/items/"+s.croissant, object{
				"category_id": is["category_id"], "name": "Croissant", "rank": 2, "version": is["version"],
				"variations": []object{{"id": s.croissantOne, "name": "One", "prices": []object{mad(amount)}}},
			})
		}
	}
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "another price"})
}

// breakfast publishes a combo of a latte and a croissant for 30 MAD, at once.
func (s *shop) breakfast() {
	s.c.t.Helper()
	head := s.c.asOperator()
	head.ok("PUT", "/api/v1/menu/combos/"+newID(), object{
		"name": "Breakfast", "category_id": s.coffee, "prices": []object{mad(3000)}, "slots": []object{
			{"id": newID(), "name": "Drink", "variation_ids": []string{s.latteM, s.latteL}},
			{"id": newID(), "name": "Pastry", "variation_ids": []string{s.croissantOne}},
		},
	})
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "breakfast"})
	s.c.until("the combo is sold", func() bool {
		return len(s.c.client().ok("GET", "/api/v1/cafes/"+s.id+"/menu", nil).list("combos")) == 1
	})
}

// TestCounterRepriced: a cart keeps the price it was opened with for its hour; the next one shows and takes the new one.
func TestCounterRepriced(t *testing.T) {
	t.Parallel()
	s, p := atCounter(t, tablet)
	p.tap("Croissant")
	p.in("Cart").see("12.00")
	s.reprice(1400)
	p.reload()
	p.seeRole("button", "Croissant 14.00")
	p.tapRole("button", "Pay")
	p.tap("Take 12.00") // in full: until the total is there, "Take" would be "Take away"
	p.see("A-001 placed")
	p.tap("Croissant 14.00")
	p.tapRole("button", "Pay")
	p.tap("Take 14.00")
	p.see("A-002 placed")
	var totals int64
	for _, order := range s.ordersOf() {
		totals += int64(order["total"].(float64))
	}
	if totals != priceCroissant+1400 {
		t.Errorf("both orders come to %d, want the first at the old price and the second at the new", totals)
	}
	s.c.verifyClean()
}

// TestCounterCombo: a combo asks for each of its parts, and costs what it says with what is added.
func TestCounterCombo(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	s.breakfast()
	p := visitor(t, c.frontend, tablet).with(s.counter("Nadia")).open("/counter")
	p.tap("Coffee")
	p.tap("Breakfast")
	p.in("dialog").see("Choose each part")
	p.press("Escape")
	p.notSeeRole("dialog", "")
	p.press("b", "r", "e") // it is found by its name as well
	p.in("Menu of Café Salam").notSee("Latte")
	p.press("Enter")
	sheet := p.in("dialog")
	sheet.is("Choose each part", "disabled")
	sheet.tap("Latte Large")
	sheet.tap("Croissant")
	sheet.tap("Oat")
	sheet.tap("Add · 35.00")
	p.in("Cart").see("Breakfast", "Latte Large, Oat", "35.00")
	p.tapRole("button", "Pay")
	p.tap("Take 35.00")
	p.see("A-001 placed")
	order := s.onlyOrder()
	figures(t, order, map[string]int64{"total": 3000 + priceOat, "paid": 3000 + priceOat})
	if n := len(order.list("lines")); n != 2 {
		t.Errorf("the order has %d lines, want the two parts", n)
	}
}

// TestCounterPrintsAReceipt: on paper there is the receipt and nothing else of the screen.
func TestCounterPrintsAReceipt(t *testing.T) {
	t.Parallel()
	_, p := atCounter(t, tablet)
	run(p, "window.print = () => { window.printed = (window.printed ?? 0) + 1 }")
	p.tap("Croissant")
	p.tapRole("button", "Pay")
	p.tap("Take 12.00")
	p.tap("A-001 placed: show the receipt")
	p.in("Receipt").see("Receipt 1")
	p.print(true)
	paper := evaluate[string](p, `[...document.body.children].filter((e) => getComputedStyle(e).display !== 'none' && e.getClientRects().length).map((e) => e.className).join('|')`)
	if !evaluate[bool](p, `document.querySelectorAll('body > .on-paper').length === 1`) || paper == "" {
		t.Errorf("on paper: %q", paper)
	}
	shown := plain(evaluate[string](p, "document.body.innerText"))
	for _, text := range []string{"Café Salam", "A-001", "Croissant", "12.00"} {
		if !strings.Contains(shown, text) {
			t.Errorf("the paper does not say %q: %s", text, shown)
		}
	}
	for _, text := range []string{"Hold", "Goods in", "Nadia", "Close"} {
		if strings.Contains(shown, text) {
			t.Errorf("the paper says %q: %s", text, shown)
		}
	}
	if width := evaluate[float64](p, "document.querySelector('body > .on-paper').getBoundingClientRect().width"); width > 80*96/25.4 {
		t.Errorf("the slip is %.0f px wide, more than 80 mm", width)
	}
	p.print(false)
	p.in("Receipt").tap("Print")
	p.in("Receipt").see("Print again")
	if n := evaluate[int](p, "window.printed"); n != 1 {
		t.Errorf("it was printed %d times", n)
	}
}

// print shows the page as it would be printed, or as a screen again.
func (p *page) print(on bool) {
	p.t.Helper()
	media := ""
	if on {
		media = "print"
	}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media})
}
