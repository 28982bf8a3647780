package e2e

import (
	"strings"
	"testing"
	"time"
)

// TestOrderAhead is a guest with a phone, through every layer: what may be ordered, a pause, the promise, the page that
// follows the order, and the bar that cannot make it.
func TestOrderAhead(t *testing.T) {
	everyTopology(t, func(t *testing.T, c *chain) {
		s := newShop(c, "Café Salam")
		till, omar, phone, anyone := s.counter("Nadia"), s.counter("Omar"), s.phone(), c.browser()
		ahead := "/api/v1/cafes/" + s.id + "/phone-orders"

		may := anyone.ok("GET", ahead, nil)
		if may.at("open") != true || may.number("max_units") != 10 || may.number("max_open_orders") != 2 || may.text("asap_at") == "" || may.at("paused_until") != nil {
			t.Fatalf("what a phone may order: %s", may.raw)
		}
		latte := func() object {
			return object{"cafe_id": s.id, "customer_name": "Youssef Amrani", "hide_name": true, "lines": []object{
				{"variation_id": s.latteM, "quantity": 1, "modifiers": []object{{"modifier_id": s.oat}}},
			}}
		}

		// Paused by a lead: refused until it is taken up again; the barista may not.
		till.refused(403, "forbidden", "PUT", ahead, object{"minutes": 15})
		paused := omar.ok("PUT", ahead, object{"minutes": 15})
		until := paused.text("paused_until")
		refused := phone.refused(409, "phone_orders_paused", "PUT", "/api/v1/orders/"+newID(), latte())
		if end, err := time.Parse(time.RFC3339, refused.text("until")); err != nil || !strings.HasPrefix(until, end.Format("2006-01-02T15:04:05")) {
			t.Errorf("paused until %s, and the refusal says %s", until, refused.raw)
		}
		omar.ok("PUT", ahead, object{"minutes": 0})

		// The quote tells allergens to anybody, and a time.
		var quote answer
		c.waitFor("a quote knows what it is made of", func() bool { // it waits a second for inventory, and goes without
			quote = anyone.ok("POST", "/api/v1/orders/"+newID()+"/quote", latte())
			return quote.at("lines.0.allergens_unknown") == false
		})
		if quote.at("lines.0.uses.0") != nil || quote.text("promised_at") == "" {
			t.Errorf("quote %s", quote.raw)
		}
		id := newID()
		order := phone.ok("PUT", "/api/v1/orders/"+id, latte())
		if order.text("promised_at") == "" || order.text("start_at") == "" || order.at("expected_at") != nil {
			t.Errorf("placed %s", order.raw)
		}
		events := phone.listenAt(t, "/api/v1/orders/"+id+"/stream", "")
		if e := next(t, events, id); e.kind != "order" || !strings.Contains(e.data, `"placed"`) || strings.Contains(e.data, `"uses":[{`) {
			t.Errorf("%+v", e)
		}
		board := till.listenTo(t, s.id, "")
		ready := anyone.ok("GET", "/api/v1/cafes/"+s.id+"/ready", nil)
		if strings.Contains(ready.raw, "Youssef") || ready.text("making.0.promised_at") != order.text("promised_at") {
			t.Errorf("the ready board: %s", ready.raw)
		}

		// The counter finds it, and what is still to take.
		for _, query := range []string{"query=yous", "query=w1", "due_only=true", "source=phone", "query=YOUSSEF&due_only=true&source=phone"} {
			wantText(t, till.ok("GET", "/api/v1/orders?"+query, nil), "orders.0.id", id)
		}
		if got := till.ok("GET", "/api/v1/orders?query=zineb", nil).list("orders"); len(got) != 0 {
			t.Errorf("found %v", got)
		}

		// The bar cannot make it, then goes on after all; two taps from one state are one move.
		till.ok("POST", "/api/v1/orders/"+id+"/problems", object{"lines": []int{1}, "reason": "no oat milk"})
		next(t, board, "no oat milk")
		next(t, events, "no oat milk")
		making := object{"lines": []int{1}, "from": "queued", "to": "making"}
		wantText(t, till.ok("POST", "/api/v1/orders/"+id+"/lines", making), "lines.0.problem", "")
		till.ok("POST", "/api/v1/orders/"+id+"/lines", making)
		till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"lines": []int{1}, "to": "ready"})
		moved := till.refused(409, "line_moved", "POST", "/api/v1/orders/"+id+"/lines", making)
		wantText(t, moved, "states", "1=ready")
		next(t, events, `"state":"ready"`)

		// Voided under the bar's hands it stays until somebody saw it.
		omar.keyed("POST", "/api/v1/orders/"+id+"/voids", object{"reason": "gone"})
		next(t, events, `"state":"voided"`)
		tickets := till.ok("GET", "/api/v1/cafes/"+s.id+"/board", nil)
		if tickets.text("tickets.0.order_id") != id || tickets.text("tickets.0.lines.0.voided_at") == "" {
			t.Errorf("the board: %s", tickets.raw)
		}
		till.ok("POST", "/api/v1/orders/"+id+"/acknowledge", object{})
		if got := till.ok("GET", "/api/v1/cafes/"+s.id+"/board", nil).list("tickets"); len(got) != 0 {
			t.Errorf("still there: %v", got)
		}
		s.phone().refused(404, "not_found", "GET", "/api/v1/orders/"+id+"/stream", nil)
		anyone.refused(401, "sign_in_required", "GET", "/api/v1/orders/"+id+"/stream", nil)
	})
}
