package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFaultTwoOrders: two order services on one database share the work, and what one leaves behind when it is killed
// in the middle of an order, or of giving stock back, the other brings to its end. Gateway A knows only order service A,
// gateway B only B, so that the test says who does what.
func TestFaultTwoOrders(t *testing.T) {
	f := newFleet(t, "order", "gateway", "frontend")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	orders, gateways, frontends := f.of("order"), f.of("gateway"), f.of("frontend")
	killAt := t.TempDir()
	for i := range 2 {
		orders[i].program = []string{program}
		orders[i].own[childPart] = "order"
		orders[i].own[childSteps] = filepath.Join(killAt, string(rune('a'+i)))
		gateways[i].own["COFFEE_ORDER_ADDRESS"] = orders[i].address
		frontends[i].own["COFFEE_GATEWAY_URL"] = "http://" + gateways[i].address
	}
	c := f.deploy()
	s := newShop(c, "Café Salam")
	var sides [2]*chain
	for i := range sides {
		side := *c
		side.gateway, side.frontend = "http://"+gateways[i].address, "http://"+frontends[i].address
		sides[i] = &side
	}
	a := s.counter("Salma")
	b := &browser{c: sides[1], client: a.client} // the same cookies at the other gateway
	a.c = sides[0]

	// A board on either side sees what is placed on the other.
	latte := func() object {
		return object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}, "tenders": cash(priceLatteM)}
	}
	var placed []string
	place := func(at *browser) string {
		id := newID()
		at.ok("PUT", "/api/v1/orders/"+id, latte())
		placed = append(placed, id)
		return id
	}
	boardA, boardB := a.listenTo(t, s.id, ""), b.listenTo(t, s.id, "")
	for range 5 {
		next(t, boardB, place(a))
		next(t, boardA, place(b))
	}
	boardOf := func(at *browser) (ids []string) {
		for _, ticket := range at.ok("GET", "/api/v1/cafes/"+s.id+"/board", nil).list("tickets") {
			ids = append(ids, ticket.(object)["order_id"].(string))
		}
		return ids
	}
	for _, board := range [][]string{boardOf(a), boardOf(b)} {
		for _, id := range placed {
			if !slices.Contains(board, id) {
				t.Errorf("order %s is not on a board", id)
			}
		}
	}

	// A dies at each step of an order; the same order is sent to B, which ends it; A comes back to the same answer.
	before := s.onHand()
	die := func(step string, ask func()) {
		if err := os.WriteFile(orders[0].own[childSteps]+"-"+step, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		ask()
		c.waitFor("order service A is gone", func() bool { return !orders[0].listens() })
		orders[0].kill()
	}
	revive := func() {
		orders[0].start()
		c.waitFor("order service A is ready", orders[0].ready)
		c.waitFor("gateway A finds it", func() bool { return a.send("GET", "/api/v1/orders/"+placed[0], nil).status == 200 })
	}
	for _, step := range []string{"after_consume", "before_commit", "after_commit"} {
		id, order := newID(), latte()
		die(step, func() {
			if got := a.send("PUT", "/api/v1/orders/"+id, order); got.status != 503 {
				t.Errorf("killed %s, it answered %d %s", step, got.status, got.raw)
			}
		})
		there := b.ok("PUT", "/api/v1/orders/"+id, order)
		placed = append(placed, id)
		next(t, boardB, id)
		revive()
		here := a.ok("PUT", "/api/v1/orders/"+id, order)
		wantNumber(t, here, "receipt_number", there.number("receipt_number"))
	}
	// What nobody asks for again, B gives back by itself.
	lost := newID()
	die("after_consume", func() { a.send("PUT", "/api/v1/orders/"+lost, latte()) })
	c.waitFor("the stock that A took is back, but for the three orders", func() bool { return s.onHand()[s.cupM] == before[s.cupM]-3000 })
	if got := b.send("GET", "/api/v1/orders/"+lost, nil).status; got != 404 {
		t.Errorf("the order that nobody sent again answers %d", got)
	}
	revive()

	// A dies while it gives the stock of a void back; B does it, once.
	voided := place(a)
	void := object{"made": false, "reason": "changed her mind"}
	if err := os.WriteFile(orders[0].own[childSteps]+"-before_reverse", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.ok("POST", "/api/v1/orders/"+voided+"/voids", void, "Idempotency-Key", newID())
	c.waitFor("the voided drink's stock is back", func() bool { return s.onHand()[s.cupM] == before[s.cupM]-3000 })
	if os.Remove(orders[0].own[childSteps]+"-before_reverse") != nil { // else B was the quicker one
		orders[0].kill()
		revive()
	}

	// Nothing is missing in the numbers, whoever gave them; head office saw it all.
	var receipts []int
	month := "" // of the business date, which in a night between two months is not the clock's
	for _, id := range placed {
		order := b.ok("GET", "/api/v1/orders/"+id, nil)
		receipts, month = append(receipts, int(order.number("receipt_number"))), order.text("business_date")[:7]
	}
	slices.Sort(receipts)
	for i, n := range receipts {
		if n != i+1 {
			t.Errorf("receipt numbers %v have a gap", receipts)
			break
		}
	}
	c.seesSales(month, s.id, int64(priceLatteM*(len(placed)-1)))
	if !strings.Contains(b.ok("GET", "/api/v1/orders/"+voided, nil).text("state"), "voided") {
		t.Error("the void is lost")
	}
	c.stop()
	c.verifyClean()
}
