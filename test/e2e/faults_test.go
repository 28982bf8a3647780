package e2e

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"coffee/app"
)

// The original's known faults, each as it would be shown to the one who reports it.

func TestPricesAreTheServers(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till := s.counter("Nadia")
	for _, field := range []string{"unit_price", "price", "total"} {
		line := object{"variation_id": s.latteM, "quantity": 1, field: 1}
		a := till.refused(400, "unknown_field", "PUT", "/api/v1/orders/"+newID(), object{"lines": []object{line}})
		if got := a.text("errors.0.field"); got != "lines[0]."+field {
			t.Errorf("the problem names %q, want lines[0].%s", got, field)
		}
	}
	till.refused(403, "approval_required", "PUT", "/api/v1/orders/"+newID(), object{
		"lines": []object{{"variation_id": s.latteM, "quantity": 1, "price_override": object{"unit_amount": 1, "reason": "friend"}}},
	})
	s.phone().refused(403, "not_for_customers", "PUT", "/api/v1/orders/"+newID(), object{
		"cafe_id": s.id, "lines": []object{{"variation_id": s.latteM, "quantity": 1, "comp": true}},
	})
	order := till.ok("PUT", "/api/v1/orders/"+newID(), object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	wantNumber(t, order, "total", priceLatteM)
}

func TestAccessCodesAreListedToNobody(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	for who, b := range map[string]*browser{"anonymous": c.browser(), "manager": s.counter("Salma"), "operator": c.asOperator()} {
		for _, path := range []string{"/api/v1/cafes", "/api/v1/cafes/" + s.id, "/api/v1/cafes/" + s.id + "/people", "/api/v1/cafes/" + s.id + "/devices", "/session", "/api/v1/admins"} {
			raw := b.send("GET", path, nil).raw
			for _, secret := range []string{s.code, s.pins["Nadia"] + `"`, "access_code", "argon2", `"pin"`, "hash"} {
				if strings.Contains(raw, secret) {
					t.Errorf("%s sees %q in GET %s: %s", who, secret, path, raw)
				}
			}
		}
	}
}

func TestAnotherCafesOrdersDoNotExist(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	mine, theirs := newShop(c, "Café Salam"), newShop(c, "Café Atlas")
	id := newID()
	theirs.counter("Nadia").ok("PUT", "/api/v1/orders/"+id, theirs.croissantOrder())
	for _, person := range []string{"Nadia", "Salma"} {
		b := mine.counter(person)
		unknown := b.send("GET", "/api/v1/orders/"+newID(), nil)
		foreign := b.send("GET", "/api/v1/orders/"+id, nil)
		if unknown.status != 404 || foreign.status != 404 || unknown.text("code") != foreign.text("code") {
			t.Errorf("%s: unknown order %d, another café's order %d; want 404 for both, alike", person, unknown.status, foreign.status)
		}
		b.refused(404, "not_found", "POST", "/api/v1/orders/"+id+"/lines", object{"to": "ready"})
		b.refused(404, "not_found", "POST", "/api/v1/orders/"+id+"/voids", object{"made": false, "reason": "mine now"}, "Idempotency-Key", newID())
		b.refused(404, "not_found", "POST", "/api/v1/settlements", object{"order_ids": []string{id}, "tenders": cash(1)}, "Idempotency-Key", newID())
		b.refused(404, "not_found", "GET", "/api/v1/orders?cafe_id="+theirs.id, nil)
		b.refused(404, "not_found", "GET", "/api/v1/cafes/"+theirs.id+"/board", nil)
		b.refused(404, "not_found", "GET", "/api/v1/cafes/"+theirs.id+"/stock", nil)
		order := object{"cafe_id": theirs.id, "lines": []object{{"variation_id": theirs.latteM, "quantity": 1}}}
		b.refused(404, "not_found", "PUT", "/api/v1/orders/"+newID(), order)
		if got := b.send("PUT", "/api/v1/orders/"+id, mine.croissantOrder()); got.status != 409 {
			t.Errorf("%s placed over another café's order: %d %s", person, got.status, got.raw)
		}
	}
	mine.phone().refused(404, "not_found", "GET", "/api/v1/orders/"+id, nil)
}

func TestQuantitiesHaveBounds(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till, before := s.counter("Nadia"), s.onHand()
	for _, quantity := range []any{-7, 0, 1001, 1 << 40, 1.5, "2", nil} {
		a := till.send("PUT", "/api/v1/orders/"+newID(), object{"lines": []object{{"variation_id": s.latteM, "quantity": quantity}}})
		if a.status != 400 || a.text("code") != "invalid_request" {
			t.Errorf("quantity %v: %d %s", quantity, a.status, a.raw)
		}
	}
	manager := s.counter("Salma")
	for _, quantity := range []int{-1000, 0} {
		for _, path := range []string{"/receipts", "/waste"} {
			body := object{"lines": []object{{"ingredient_id": s.croissStk, "quantity": quantity, "reason": "test"}}}
			if path == "/receipts" {
				delete(body["lines"].([]object)[0], "reason")
			}
			a := manager.send("POST", "/api/v1/cafes/"+s.id+path, body, "Idempotency-Key", newID())
			if a.status != 400 {
				t.Errorf("%s of %d: %d %s", path, quantity, a.status, a.raw)
			}
		}
	}
	manager.refused(409, "out_of_stock", "POST", "/api/v1/cafes/"+s.id+"/waste",
		object{"lines": []object{{"ingredient_id": s.croissStk, "quantity": 960000, "reason": "eaten"}}}, "Idempotency-Key", newID())
	s.moved(before, nil)
}

func TestRefusedOrderLeaksNoStock(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till, before := s.counter("Nadia"), s.onHand()
	id := newID()
	till.refused(409, "out_of_stock", "PUT", "/api/v1/orders/"+id, object{"lines": []object{
		{"variation_id": s.latteL, "quantity": 3},
		{"variation_id": s.croissantOne, "quantity": 101},
	}})
	s.moved(before, nil)
	till.refused(404, "not_found", "GET", "/api/v1/orders/"+id, nil)
	// The same id may be tried again with what there is.
	till.ok("PUT", "/api/v1/orders/"+id, s.croissantOrder())
	s.moved(before, map[string]int64{s.croissStk: -1000})
}

func TestNewItemCanBeSold(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	variation := newID()
	c.asOperator().ok("PUT", "/api/v1/menu/items/"+newID(), object{
		"category_id": s.category, "name": "Cortado", "station": "bar",
		"variations": []object{{"id": variation, "name": "One", "prices": []object{mad(2000)}}},
	})
	order := object{"lines": []object{{"variation_id": variation, "quantity": 1}}}
	s.counter("Nadia").refused(400, "unknown_item", "PUT", "/api/v1/orders/"+newID(), order) // not published yet
	c.asOperator().keyed("POST", "/api/v1/menu/releases", object{"start": "now"})
	c.waitFor("the new item is sold", func() bool {
		return s.counter("Nadia").send("PUT", "/api/v1/orders/"+newID(), order).status == 200
	})
}

func TestArchivedCafeKeepsItsSales(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	id := newID()
	order := s.counter("Nadia").ok("PUT", "/api/v1/orders/"+id, s.croissantOrder())
	month := order.text("business_date")[:7]
	c.seesSales(month, s.id, priceCroissant)
	c.asOperator().ok("DELETE", "/api/v1/cafes/"+s.id, nil)
	c.seesSales(month, s.id, priceCroissant)
	overview := c.asOperator().ok("GET", "/api/v1/analytics/overview?month="+month+"&currency=MAD", nil)
	wantText(t, overview, "cafes.0.cafe_name", "Café Salam")
	wantNumber(t, c.asOperator().ok("GET", "/api/v1/orders/"+id, nil), "total", priceCroissant)
	if got := c.browser().ok("GET", "/api/v1/cafes", nil).list("cafes"); len(got) != 0 {
		t.Errorf("an archived café is still listed: %v", got)
	}
	if a := c.browser().send("POST", "/login", object{"cafe_id": s.id, "access_code": s.code}); a.status != 403 || a.text("code") != "cafe_archived" {
		t.Errorf("an archived café signs devices in: %d %s", a.status, a.raw)
	}
}

func TestCategoriesKeepThePricePaid(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	order := s.counter("Nadia").ok("PUT", "/api/v1/orders/"+newID(), s.croissantOrder())
	month := order.text("business_date")[:7]
	c.seesSales(month, s.id, priceCroissant)
	c.asOperator().ok("PUT", "/api/v1/menu/items/"+s.croissant, object{
		"category_id": s.bakery, "name": "Croissant", "rank": 2, "version": 1,
		"variations": []object{{"id": s.croissantOne, "name": "One", "prices": []object{mad(9900)}}},
	})
	c.asOperator().keyed("POST", "/api/v1/menu/releases", object{"start": "now"})
	overview := c.asOperator().ok("GET", "/api/v1/analytics/overview?month="+month, nil)
	wantText(t, overview, "categories.0.category_name", "Bakery")
	wantNumber(t, overview, "categories.0.sales.amount", priceCroissant)
}

func TestTotalsAreIntegers(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	variation := newID()
	c.asOperator().ok("PUT", "/api/v1/menu/items/"+newID(), object{
		"category_id": s.category, "name": "Sugar", "variations": []object{{"id": variation, "name": "One", "prices": []object{mad(10)}}},
	})
	c.asOperator().keyed("POST", "/api/v1/menu/releases", object{"start": "now"})
	c.waitFor("the sugar is on the menu", func() bool {
		return c.asOperator().send("POST", "/api/v1/orders/"+newID()+"/quote",
			object{"cafe_id": s.id, "lines": []object{{"variation_id": variation, "quantity": 1}}}).status == 200
	})
	order := s.counter("Nadia").ok("PUT", "/api/v1/orders/"+newID(), object{"lines": []object{{"variation_id": variation, "quantity": 3}}})
	if !strings.Contains(strings.ReplaceAll(order.raw, " ", ""), `"total":30,`) {
		t.Errorf("3 × MAD 0.10 is not the integer 30 in %s", order.raw)
	}
}

func TestRetryIsTheSameOrder(t *testing.T) {
	everyTopology(t, func(t *testing.T, c *chain) {
		s := newShop(c, "Café Salam")
		till, before := s.counter("Nadia"), s.onHand()
		id, body := newID(), s.croissantOrder()
		first := till.ok("PUT", "/api/v1/orders/"+id, body)
		again := till.ok("PUT", "/api/v1/orders/"+id, body)
		wantText(t, again, "call_number", first.text("call_number"))
		wantNumber(t, again, "receipt_number", first.number("receipt_number"))
		till.refused(409, "order_exists", "PUT", "/api/v1/orders/"+id, object{"lines": []object{{"variation_id": s.latteL, "quantity": 1}}})
		if got := till.ok("GET", "/api/v1/orders", nil).list("orders"); len(got) != 1 {
			t.Errorf("%d orders, want 1", len(got))
		}
		s.moved(before, map[string]int64{s.croissStk: -1000})
	})
}

func TestListsArePaged(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till := s.counter("Nadia")
	placed := map[string]bool{}
	for range 60 {
		id := newID()
		till.ok("PUT", "/api/v1/orders/"+id, s.croissantOrder())
		placed[id] = true
	}
	seen, pages := map[string]bool{}, 0
	for cursor := ""; ; pages++ {
		page := till.ok("GET", "/api/v1/orders?limit=25&cursor="+cursor, nil)
		for _, o := range page.list("orders") {
			id := o.(object)["id"].(string)
			if seen[id] || !placed[id] {
				t.Errorf("order %s came twice, or from nowhere", id)
			}
			seen[id] = true
		}
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	if len(seen) != 60 || pages != 2 {
		t.Errorf("%d orders on %d pages, want 60 on 3", len(seen), pages+1)
	}
	if got := len(till.ok("GET", "/api/v1/orders", nil).list("orders")); got != 50 {
		t.Errorf("a page without a limit has %d orders, want 50", got)
	}
	till.refused(400, "invalid_request", "GET", "/api/v1/orders?limit=201", nil)
	till.refused(400, "invalid_cursor", "GET", "/api/v1/orders?cursor=rubbish", nil)
}

// TestParallelRequestsDoNotTouchEachOther: the original shared one connection, so a refused order rolled others back
// and sixteen lists at once killed the service.
func TestParallelRequestsDoNotTouchEachOther(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till := s.counter("Nadia")
	var wait sync.WaitGroup
	accepted := make(chan string, 64)
	for i := range 64 {
		wait.Go(func() {
			switch id := newID(); i % 4 {
			case 0: // refused: more croissants than there are
				a, err := till.try("PUT", "/api/v1/orders/"+id, object{"lines": []object{{"variation_id": s.croissantOne, "quantity": 1000}}})
				if err != nil || a.status != 409 {
					t.Errorf("a short order: %v %d %s", err, a.status, a.raw)
				}
			case 1:
				a, err := till.try("GET", "/api/v1/orders?limit=200", nil)
				if err != nil || a.status != 200 {
					t.Errorf("a list: %v %d %s", err, a.status, a.raw)
				}
			default:
				a, err := till.try("PUT", "/api/v1/orders/"+id, s.croissantOrder())
				if err != nil || a.status != 200 {
					t.Errorf("an order: %v %d %s", err, a.status, a.raw)
					return
				}
				accepted <- id
			}
		})
	}
	wait.Wait()
	close(accepted)
	for id := range accepted {
		till.ok("GET", "/api/v1/orders/"+id, nil)
	}
}

// TestDeadAndHungServicesAnswer503 lets a service be unreachable, then accept and never answer.
func TestDeadAndHungServicesAnswer503(t *testing.T) {
	for name, listener := range map[string]net.Listener{"dead": nil, "hung": listenLocal(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listeners := map[string]net.Listener{}
			for _, part := range app.All() {
				listeners[part] = listenLocal(t)
			}
			address := "127.0.0.1:1" // nobody listens there; a port that was ours a moment ago might be the other test's by now
			if listener != nil {
				address = listener.Addr().String() // the kernel accepts; nobody ever answers
			}
			_ = listeners["inventory"].Close()
			config := configure(t, t.TempDir(), listeners)
			config.Address["inventory"] = address
			var processes []app.Options
			for _, part := range app.All() {
				if part != "inventory" {
					processes = append(processes, app.Options{
						Parts: []string{part}, Log: testLog(t), Listeners: map[string]net.Listener{part: listeners[part]},
						CallTimeout: 2 * time.Second, // what is bounded must end, however short the bound
					})
				}
			}
			c := running(t, config, processes)
			begun := time.Now()
			a := c.asOperator().send("GET", "/api/v1/stock", nil)
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
				t.Errorf("stock of a %s inventory: %d %s, Retry-After %q", name, a.status, a.raw, a.header.Get("Retry-After"))
			}
			// Generous: only a gateway that hangs with the service is red.
			if waited := time.Since(begun); waited > 15*time.Second {
				t.Errorf("answered after %v", waited)
			}
			c.waitFor("the rest goes on", func() bool { // in the two seconds that a call has here, when the machine has them
				return c.asOperator().send("GET", "/api/v1/cafes", nil).status == http.StatusOK
			})
		})
	}
}

func TestErrorsAreSilentOutside(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till := s.counter("Nadia")
	for _, a := range []answer{
		till.send("PUT", "/api/v1/orders/not-a-uuid", s.croissantOrder()),
		till.send("PUT", "/api/v1/orders/"+newID(), "{"),
		till.send("PUT", "/api/v1/orders/"+newID(), `{"lines": 3}`),
		till.send("GET", "/api/v1/orders/"+newID(), nil),
		till.send("GET", "/api/v1/nowhere", nil),
		till.send("GET", "/api/v1/cafes/"+newID()+"/menu", nil),
		till.send("POST", "/login", object{"person": "Nobody", "pin": "0000"}),
	} {
		if a.status < 400 || a.status > 499 {
			t.Errorf("status %d: %s", a.status, a.raw)
		}
		for _, leak := range []string{"sql", "SQL", "proto:", "proto (", "rpc error", "panic", "goroutine", ".go:", "sqlite", "constraint"} {
			if strings.Contains(a.raw, leak) {
				t.Errorf("an error leaks %q: %s", leak, a.raw)
			}
		}
	}
}

// TestUndoneBumpDoesNotHideAMadeDrink: a barista who puts a finished drink back to queued still needs a lead to void
// it as never made.
func TestUndoneBumpDoesNotHideAMadeDrink(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till, id := s.counter("Nadia"), newID()
	till.ok("PUT", "/api/v1/orders/"+id, object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	for _, to := range []string{"ready", "making", "queued"} {
		till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": to})
	}
	void := object{"made": false, "reason": "nobody came"}
	till.refused(403, "approval_required", "POST", "/api/v1/orders/"+id+"/voids", void, "Idempotency-Key", newID())
	approval := till.ok("POST", "/api/v1/approvals", object{"person": "Omar", "pin": s.pins["Omar"]}).text("approval")
	void["approval"] = approval
	wantText(t, till.keyed("POST", "/api/v1/orders/"+id+"/voids", void), "state", "voided")
}
