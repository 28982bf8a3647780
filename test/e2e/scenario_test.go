package e2e

import (
	"testing"

	"coffee/app"
)

// TestScenario is one day of a café, through every layer: the one file that must pass in every topology and on every
// engine. On MySQL the parts are users with the least rights.
func TestScenario(t *testing.T) {
	for _, way := range []struct {
		name  string
		start func(t *testing.T) *chain
	}{
		{"one process, SQLite", func(t *testing.T) *chain { return startOneProcess(t, app.Options{}) }},
		{"split over TCP, SQLite", func(t *testing.T) *chain { return startSplit(t, app.Options{}) }},
		{"one process, MySQL", startOneProcessOnMySQL},
		{"real processes, SQLite", startProcesses},
		{"real processes, MySQL", startDeployed},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			c := way.start(t)
			scenario(t, c)
			c.stop()
			c.verifyClean()
		})
	}
}

func scenario(t *testing.T, c *chain) {
	t.Helper()
	s := newShop(c, "Café Salam")
	till, omar := s.counter("Nadia"), s.counter("Omar")

	session := till.ok("GET", "/session", nil)
	if got := session.text("role"); got != "barista" {
		t.Fatalf("Nadia's role is %q, want barista", got)
	}

	// Large latte, oat, extra shot, to go + croissant; cash with change.
	before := s.onHand()
	id := newID()
	total := priceLatteL + priceOat + priceShot + priceCroissant
	order := till.ok("PUT", "/api/v1/orders/"+id, object{
		"service": "take_away", "expected_total": total,
		"lines": []object{
			{"variation_id": s.latteL, "quantity": 1, "modifiers": []object{{"modifier_id": s.oat}, {"modifier_id": s.shot}}},
			{"variation_id": s.croissantOne, "quantity": 1},
		},
		"tenders": []object{{"id": newID(), "kind": "cash", "amount": total, "tendered": 10000}},
	})
	wantText(t, order, "state", "placed") // the croissant is handed over at Pay, nobody has begun the latte
	wantText(t, order, "money_state", "paid")
	wantText(t, order, "lines.0.state", "queued")
	wantText(t, order, "lines.1.state", "handed_over")
	wantNumber(t, order, "total", int64(total))
	wantNumber(t, order, "tenders.0.change", int64(10000-total))
	wantNumber(t, order, "receipt_number", 1)
	wantNumber(t, order, "taxes.0.tax", int64((total*2000+6000)/12000)) // 20 % inside, rounded half up, once
	s.moved(before, map[string]int64{
		s.beans: -27000, s.oatMilk: -320000, s.cupL: -1000, s.lid: -1000, s.croissStk: -1000,
	})

	// The bar sees it, makes it, and hands it over.
	board := till.ok("GET", "/api/v1/cafes/"+s.id+"/board", nil)
	wantText(t, board, "tickets.0.order_id", id)
	for _, to := range []string{"making", "ready"} {
		order = till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"lines": []int{1}, "to": to})
		wantText(t, order, "lines.0.state", to)
	}
	wantText(t, order, "state", "ready")
	order = till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": "handed_over"})
	wantText(t, order, "state", "collected")

	// Head office sees it.
	month := order.text("business_date")[:7]
	c.seesSales(month, s.id, int64(total))

	// A paid drink that nobody has made yet is taken back: money and stock return.
	before = s.onHand()
	voided := newID()
	till.ok("PUT", "/api/v1/orders/"+voided, object{
		"lines":   []object{{"variation_id": s.latteM, "quantity": 1}},
		"tenders": cash(priceLatteM),
	})
	order = till.keyed("POST", "/api/v1/orders/"+voided+"/voids", object{"made": false, "reason": "changed her mind"})
	wantText(t, order, "state", "voided")
	wantNumber(t, order, "total", 0)
	wantNumber(t, order, "refunded", priceLatteM)
	c.waitFor("the stock of the voided drink is back", func() bool {
		for ingredient, quantity := range s.onHand() {
			if quantity != before[ingredient] {
				return false
			}
		}
		return true
	})
	c.seesSales(month, s.id, int64(total))

	// A phone orders, unpaid; the counter settles.
	phone := s.phone()
	ahead := newID()
	order = phone.ok("PUT", "/api/v1/orders/"+ahead, object{
		"cafe_id": s.id, "customer_name": "Youssef Amrani", "lines": []object{{"variation_id": s.latteM, "quantity": 2}},
	})
	wantText(t, order, "money_state", "unpaid")
	settled := omar.keyed("POST", "/api/v1/settlements", object{
		"order_ids": []string{ahead}, "tenders": []object{{"id": newID(), "kind": "card", "amount": 2 * priceLatteM}},
	})
	wantText(t, settled, "orders.0.money_state", "paid")
	wantText(t, phone.ok("GET", "/api/v1/orders/"+ahead, nil), "money_state", "paid")

	// The admin raises a price and publishes: new orders pay it, placed ones do not change.
	item := c.asOperator().ok("GET", "/api/v1/menu/items/"+s.latte, nil)
	edited := item.body
	edited["variations"].([]any)[0].(object)["prices"] = []object{mad(priceLatteM + 300)}
	for _, outside := range []string{"id", "archived_at"} {
		delete(edited, outside)
	}
	c.asOperator().ok("PUT", "/api/v1/menu/items/"+s.latte, edited)
	wantNumber(t, c.quote(s, s.latteM), "total", priceLatteM) // a draft sells nothing
	c.asOperator().keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "dearer milk"})
	c.waitFor("the new price is in force", func() bool {
		return c.quote(s, s.latteM).number("total") == priceLatteM+300
	})
	wantNumber(t, phone.ok("GET", "/api/v1/orders/"+ahead, nil), "total", 2*priceLatteM)
	till.refused(409, "price_changed", "PUT", "/api/v1/orders/"+newID(), object{
		"expected_total": priceLatteM, "lines": []object{{"variation_id": s.latteM, "quantity": 1}},
	})

	// Logout: the old cookie is dead, also when it is shown again.
	cookies := till.client.Jar.Cookies(mustURL(t, c.gateway))
	till.ok("POST", "/logout", object{})
	till.refused(401, "sign_in_required", "GET", "/session", nil)
	replay := c.browser()
	replay.client.Jar.SetCookies(mustURL(t, c.gateway), cookies)
	replay.refused(401, "session_ended", "GET", "/session", nil)
	replay.client.Jar.SetCookies(mustURL(t, c.gateway), cookies)
	replay.refused(401, "session_ended", "PUT", "/api/v1/orders/"+newID(), s.croissantOrder())
}

// quote prices one unit as the counter's screen would.
func (c *chain) quote(s *shop, variation string) answer {
	c.t.Helper()
	return c.asOperator().ok("POST", "/api/v1/orders/"+newID()+"/quote", object{
		"cafe_id": s.id, "lines": []object{{"variation_id": variation, "quantity": 1}},
	})
}

// seesSales waits until the dashboard shows these sales of a café in a month.
func (c *chain) seesSales(month, cafe string, want int64) {
	c.t.Helper()
	c.waitFor("the dashboard shows the sales", func() bool {
		return c.asOperator().ok("GET", "/api/v1/analytics/month?month="+month+"&cafe_id="+cafe, nil).number("total_sales.amount") == want
	})
}

func wantText(t *testing.T, a answer, path, want string) {
	t.Helper()
	if got := a.text(path); got != want {
		t.Fatalf("%s is %v, want %q, in %s", path, a.at(path), want, a.raw)
	}
}

func wantNumber(t *testing.T, a answer, path string, want int64) {
	t.Helper()
	if got, isNumber := a.at(path).(float64); !isNumber || int64(got) != want {
		t.Fatalf("%s is %v, want %d, in %s", path, a.at(path), want, a.raw)
	}
}
