package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"coffee/app"
)

// modelSeeds are the seeds of a run: a new one each time beside one that stays, or the one that is asked for.
func modelSeeds(t *testing.T) []uint64 {
	t.Helper()
	if text := app.Getenv("COFFEE_TEST_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return []uint64{seed}
	}
	return []uint64{1, uint64(time.Now().UnixNano())}
}

func modelTime(t *testing.T) time.Duration {
	if testing.Short() {
		return 2 * time.Second
	}
	return min(rushTime(t), 4*time.Second)
}

// actor is a person at a till, with orders that only they move.
type actor struct {
	s      *modelShop
	b      *browser
	phone  *browser
	r      *rand.Rand
	person string
	own    []*modelOrder
}

func newActor(s *modelShop, r *rand.Rand, person string) *actor {
	return &actor{s: s, b: s.counter(person), phone: s.phone(), r: r, person: person}
}

func (a *actor) fail(format string, args ...any) { a.s.t.Errorf(a.person+": "+format, args...) }

// chance is true once in n.
func (a *actor) chance(n int) bool { return a.r.IntN(n) == 0 }

// send makes a request; no answer and every 5xx fail the test.
func (a *actor) send(b *browser, method, path string, body object, headers ...string) answer {
	var content any // none, not a null
	if body != nil {
		content = body
	}
	got, err := a.s.anywhere(b).try(method, path, content, headers...)
	if err != nil || got.status >= 500 {
		a.fail("%s %s %v: %v %d %s", method, path, body, err, got.status, got.raw)
	}
	return got
}

// keyed makes a keyed call, now and then twice: one after the other, at once, or with another content.
func (a *actor) keyed(path string, body object) answer {
	key := newID()
	again := func() answer { return a.send(a.b, "POST", path, body, "Idempotency-Key", key) }
	if !a.chance(4) {
		return again()
	}
	var first, second answer
	if a.chance(2) {
		var wait sync.WaitGroup
		wait.Go(func() { first = again() })
		second = again()
		wait.Wait()
	} else {
		first = again()
		second = again()
		if first.status == 200 {
			other := object{"reason": "another content", "order_ids": body["order_ids"], "lines": body["lines"]}
			for k, v := range body {
				other[k] = v
			}
			if _, ok := other["tenders"]; ok {
				other["tenders"] = cash(1)
				delete(other, "reason")
				delete(other, "lines")
			} else {
				other["reason"] = "another content"
				delete(other, "order_ids")
			}
			if _, change := body["replacement"]; !change {
				if got := a.send(a.b, "POST", path, other, "Idempotency-Key", key); got.text("code") != "idempotency_key_reused" {
					a.fail("%s with a used key and another content: %d %s", path, got.status, got.raw)
				}
			}
		}
	}
	if first.status != second.status && (slices.Contains(outOf, first.text("code")) || slices.Contains(outOf, second.text("code"))) {
		if second.status == 200 { // the shelf changed between the two
			return second
		}
		return first
	}
	if first.status != second.status || (first.status == 200 && first.number("version") != second.number("version")) {
		a.fail("%s %v twice: %d %s, then %d %s", path, body, first.status, first.raw, second.status, second.raw)
	}
	a.s.count("repeated")
	return first
}

// refused tells whether a call was refused as it had to be; it fails the test when it was refused otherwise, or not.
func (a *actor) refused(got answer, must string, may ...string) bool {
	code := got.text("code")
	switch {
	case got.status == 200 && must == "":
		return false
	case got.status == 200:
		a.fail("it went through, it had to be %s: %s", must, got.raw)
	case code == must || slices.Contains(may, code):
		a.s.count(code)
	case must == "":
		a.fail("it was refused: %s", got.raw)
	default:
		a.fail("it was refused, but not as %s: %s", must, got.raw)
	}
	return true
}

func (a *actor) approval() string {
	return a.send(a.b, "POST", "/api/v1/approvals", object{"person": "Omar", "pin": a.s.pins["Omar"]}).text("approval")
}

// lead adds a lead's approval where this person needs one.
func (a *actor) lead(body object) object {
	if a.person == "Nadia" {
		body["approval"] = a.approval()
	}
	return body
}

func (a *actor) work(until time.Time) {
	for time.Now().Before(until) && !a.s.t.Failed() {
		if len(a.own) == 0 || a.chance(4) {
			a.place()
			continue
		}
		o := a.own[max(0, len(a.own)-1-a.r.IntN(8))]
		before := fmt.Sprintf("%+v", *o)
		does := []struct {
			name string
			do   func(*modelOrder)
		}{
			{"settle", a.settle},
			{"settle", a.settle},
			{"advance", a.advance},
			{"advance", a.advance},
			{"advance", a.advance},
			{"void", a.void},
			{"refund", a.refund},
			{"refund", a.refund},
			{"change", a.change},
			{"remake", a.remake},
			{"cancel", a.cancel},
			{"relabel", a.relabel},
			{"race", a.race},
			{"settle several", a.settleSeveral},
			{"report", a.report},
			{"acknowledge", a.acknowledge},
		}[a.r.IntN(16)]
		does.do(o)
		a.s.count(does.name)
		if wrong := o.differs(a.send(a.b, "GET", "/api/v1/orders/"+o.id, nil)); wrong != "" {
			a.fail("after %s of order %s: %s; it was %s", does.name, o.id, wrong, before)
		}
	}
}

// keep takes an order that was placed into the model.
func (a *actor) keep(o *modelOrder, shown answer) {
	a.s.mu.Lock()
	a.s.orders = append(a.s.orders, o)
	a.s.mu.Unlock()
	a.own = append(a.own, o)
	if wrong := o.differs(shown); wrong != "" {
		a.fail("placed %s: %s: %s", o.id, wrong, shown.raw)
	}
}

// amounts takes the lines' shares of discounts from the answer, and holds their sum against what is wanted.
func (a *actor) amounts(o *modelOrder, shown answer, discount int64) {
	var off int64
	for i, l := range o.lines {
		at := fmt.Sprintf("lines.%d.", i)
		l.discount, l.total = shown.number(at+"discount"), shown.number(at+"total")
		if shown.number(at+"gross") != l.gross || l.total != l.gross-l.discount {
			a.fail("line %d of %s is %d less %d, the model has %d: %s", i+1, o.id, shown.number(at+"gross"), l.discount, l.gross, shown.raw)
		}
		off += l.discount
	}
	if off != discount {
		a.fail("%d is off order %s, the model has %d", off, o.id, discount)
	}
}

// outOf are the refusals that stock and 86 may bring at any time.
var outOf = []string{"out_of_stock", "sold_out"}

func (a *actor) place() {
	o, gross, discount := &modelOrder{id: newID()}, int64(0), int64(0)
	var cart object
	cart, o.lines = a.s.wish(a.r)
	for _, l := range o.lines {
		gross += l.gross
	}
	path, b, phone := "/api/v1/orders/"+o.id, a.b, false
	switch a.r.IntN(6) {
	case 0:
		b, phone, cart["cafe_id"] = a.phone, true, a.s.id
	case 1:
		cart["discount"], discount = object{"basis_points": 1250, "reason": "regular"}, (gross*1250+5000)/10000
	case 2:
		cart["discount"], discount = object{"amount": 333, "reason": "sorry"}, 333
	case 3:
		if a.chance(2) {
			break
		}
		for _, l := range cart["lines"].([]object) {
			l["comp"] = true
		}
		discount = gross
	}
	if discount > 0 {
		if a.person == "Nadia" {
			a.refused(a.send(b, "PUT", path, cart), "approval_required")
		}
		a.lead(cart)
	}
	total := gross - discount
	switch a.r.IntN(4) {
	case 0:
	case 1:
		if total > 1 && !phone {
			o.paid = total / 2
		}
	default:
		if !phone {
			o.paid = total
		}
	}
	may := outOf
	if phone {
		// slot_full: what waits at the bar by now fills the last quarter hour before a cut-off.
		may = append(may[:2:2], "too_many_open_orders", "too_many_units", "slot_full")
		staff := object{"cafe_id": a.s.id, "lines": cart["lines"], "tenders": cash(int(total))}
		a.refused(a.send(b, "PUT", path, staff), "not_for_customers")
	}
	if o.paid > 0 {
		if a.chance(8) {
			cart["tenders"] = cash(int(total) + 1)
			a.refused(a.send(b, "PUT", path, cart), "overpaid", may...)
			if got := a.send(b, "GET", path, nil); got.status != 404 {
				a.fail("a refused order is there: %s", got.raw)
			}
		}
		cart["tenders"] = []object{{"id": newID(), "kind": "cash", "amount": o.paid, "tendered": o.paid + 777, "tip": 77}}
	}
	put := func() answer { return a.send(b, "PUT", path, cart) }
	if a.chance(10) {
		a.placeAndCancel(o, put, b, discount, may)
		return
	}
	var second answer
	var wait sync.WaitGroup
	twice := a.chance(5)
	if twice {
		wait.Go(func() { second = put() })
	}
	shown := put()
	wait.Wait()
	if twice && shown.status != second.status && !slices.Contains(may, shown.text("code")) && !slices.Contains(may, second.text("code")) {
		a.fail("two tries at once: %d %s and %d %s", shown.status, shown.raw, second.status, second.raw)
	}
	if twice && second.status == 200 {
		shown = second
	}
	if a.refused(shown, "", may...) {
		return
	}
	a.amounts(o, shown, discount)
	o.settle()
	if n := shown.text("call_number"); n != "" {
		a.s.mu.Lock()
		if other, taken := a.s.calls[n]; taken {
			a.fail("orders %s and %s have call number %s", o.id, other, n)
		}
		a.s.calls[n] = o.id
		a.s.mu.Unlock()
	}
	a.keep(o, shown)
	if a.chance(4) {
		if got := put(); got.status != 200 || got.number("total") != o.total() {
			a.fail("the same order again: %d %s", got.status, got.raw)
		}
		cart["note"] = "another content"
		a.refused(put(), "order_exists")
	}
	a.s.count("place")
}

// placeAndCancel sends both at once: the order is voided, or never was and never will be, or the cancel is refused.
func (a *actor) placeAndCancel(o *modelOrder, put func() answer, b *browser, discount int64, may []string) {
	var placed, cancelled answer
	var wait sync.WaitGroup
	wait.Go(func() { placed = put() })
	pause := time.Duration(a.r.IntN(8000)) * time.Microsecond
	wait.Go(func() {
		time.Sleep(pause)
		cancelled = a.send(b, "POST", "/api/v1/orders/"+o.id+"/cancel", object{"cafe_id": a.s.id, "reason": "no time"})
	})
	wait.Wait()
	a.s.count("place and cancel")
	shown := a.send(b, "GET", "/api/v1/orders/"+o.id, nil)
	if shown.status == 404 {
		if cancelled.status != 200 {
			a.fail("the cancel of what is not there: %d %s", cancelled.status, cancelled.raw)
		}
		a.refused(placed, "order_cancelled", may...)
		a.refused(put(), "order_cancelled")
		return
	}
	if (cancelled.status == 200) != (shown.text("state") == "voided") {
		a.fail("cancel answered %d %s, the order is %s", cancelled.status, cancelled.raw, shown.raw)
	}
	if cancelled.status != 200 {
		a.refused(cancelled, "being_made")
	}
	a.amounts(o, shown, discount)
	o.adopt(shown)
	a.keep(o, shown)
}

func (a *actor) tender(amount int64) object {
	if a.chance(2) {
		return object{"id": newID(), "kind": "card", "amount": amount, "tip": 50}
	}
	return object{"id": newID(), "kind": "cash", "amount": amount, "tendered": amount + 500}
}

func (a *actor) settle(o *modelOrder) {
	due := o.due()
	amount := max(1, due)
	if a.chance(2) {
		amount = max(1, due/2)
	}
	must := ""
	switch {
	case due == 0:
		must = "nothing_due"
	case a.chance(8):
		amount, must = due+1, "overpaid"
	}
	got := a.keyed("/api/v1/settlements", object{"order_ids": []string{o.id}, "tenders": []object{a.tender(amount)}})
	if !a.refused(got, must) {
		o.paid += amount
		o.settle()
	}
}

func (a *actor) settleSeveral(o *modelOrder) {
	orders := []*modelOrder{o}
	for _, other := range a.own[max(0, len(a.own)-6):] {
		if other != o && other.due() > 0 {
			orders = append(orders, other)
		}
	}
	var ids []string
	var due int64
	for _, o := range orders {
		ids, due = append(ids, o.id), due+o.due()
	}
	amount := max(2, due-int64(a.r.IntN(2))*due/3)
	must := ""
	if due == 0 {
		must = "nothing_due"
	} else if amount > due {
		must = "overpaid"
	}
	got := a.keyed("/api/v1/settlements", object{"order_ids": ids, "tenders": []object{a.tender(amount / 2), a.tender(amount - amount/2)}})
	if a.refused(got, must) {
		return
	}
	for _, o := range orders {
		n := min(amount, o.due())
		if n > 0 {
			o.paid += n
			amount -= n
			o.settle()
		}
	}
}

func (a *actor) advance(o *modelOrder) {
	i := a.r.IntN(len(o.lines))
	l, to := o.lines[i], []string{"queued", "making", "ready", "handed_over"}[a.r.IntN(4)]
	if a.chance(2) { // the way things go
		to = map[string]string{"queued": "making", "making": "ready", "ready": "handed_over"}[l.state]
	}
	if to == "" {
		return
	}
	must := "illegal_transition"
	switch {
	case l.state == to, l.state == "queued" && (to == "making" || to == "ready" || !l.station),
		l.state == "making" && (to == "ready" || to == "queued"), l.state == "ready" && (to == "handed_over" || to == "making"):
		must = ""
	}
	got := a.send(a.b, "POST", "/api/v1/orders/"+o.id+"/lines", object{"lines": []int{i + 1}, "to": to})
	if !a.refused(got, must) {
		l.state = to
	}
}
