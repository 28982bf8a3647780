package e2e

import (
	"math/rand/v2"
	"sync"
	"time"
)

// What takes back: void, refund, change, remake, cancel, relabel; and what happens all at once.

func (a *actor) void(o *modelOrder) {
	body := object{"reason": "changed her mind"}
	var made *bool
	if a.chance(2) {
		yes := a.chance(2)
		made, body["made"] = &yes, yes
	}
	var numbers []int
	var lines []*modelLine
	must, needsLead := "", made != nil && *made
	all := a.chance(4)
	for i, l := range o.lines {
		if !all && !a.chance(2) {
			continue
		}
		switch l.state {
		case "handed_over":
			if !all {
				must, numbers = "illegal_transition", append(numbers, i+1)
			}
			continue
		case "making", "ready":
			needsLead = true
		}
		numbers = append(numbers, i+1)
		if l.state != "voided" {
			lines = append(lines, l)
		}
	}
	if len(numbers) == 0 && !all {
		return
	}
	if all && len(numbers) == 0 {
		must = "illegal_transition"
	}
	if !all {
		body["lines"] = numbers
	}
	if needsLead {
		if a.person == "Nadia" && a.chance(2) {
			a.refused(a.keyed("/api/v1/orders/"+o.id+"/voids", body), "approval_required")
		}
		a.lead(body)
	}
	if a.chance(4) {
		body["payout"] = "cash"
	}
	if !a.refused(a.keyed("/api/v1/orders/"+o.id+"/voids", body), must) && len(lines) > 0 {
		o.void(made, lines...)
	}
}

func (a *actor) refund(o *modelOrder) {
	i := a.r.IntN(len(o.lines))
	l := o.lines[i]
	n, restock := 1+int64(a.r.IntN(int(l.quantity))), a.chance(2)
	to := map[bool]string{true: "restock", false: "waste"}[restock]
	must := ""
	switch {
	case a.person == "Nadia":
		must = "forbidden"
	case l.state != "handed_over":
		must = "not_handed_over"
	case n > l.quantity-l.refunded:
		must = "already_refunded"
	case l.part(l.refunded+n)-l.part(l.refunded) > o.paid-o.given:
		must = "refund_exceeds_paid"
	}
	body := object{"reason": "it was cold", "lines": []object{{"line": i + 1, "quantity": n, "to": to}}}
	if a.chance(4) {
		body["payout"] = "card"
	}
	if must == "forbidden" { // before anything is looked at: no key is kept
		a.refused(a.send(a.b, "POST", "/api/v1/orders/"+o.id+"/refunds", body, "Idempotency-Key", newID()), must)
	} else if !a.refused(a.keyed("/api/v1/orders/"+o.id+"/refunds", body), must) {
		o.refund(l, n, restock)
	}
}

func (a *actor) change(o *modelOrder) {
	var numbers []int
	var lines []*modelLine
	must := ""
	for i, l := range o.lines {
		if a.chance(2) {
			numbers, lines = append(numbers, i+1), append(lines, l)
			if l.state != "queued" {
				must = "line_being_made"
			}
		}
	}
	next := &modelOrder{id: newID()}
	var cart object
	cart, next.lines = a.s.wish(a.r)
	cart["id"] = next.id
	got := a.keyed("/api/v1/orders/"+o.id+"/changes", object{"void_lines": numbers, "replacement": cart})
	if a.refused(got, must, outOf...) {
		return
	}
	given, no := o.given, false
	if len(lines) > 0 {
		o.void(&no, lines...)
	}
	carried := o.given - given
	a.amounts(next, answer{body: got.at("replacement").(object), raw: got.raw}, 0)
	next.paid = min(carried, next.total())
	next.settle()
	if difference := next.total() - carried; got.number("difference") != difference {
		a.fail("a change of %s answers a difference of %d, the model has %d: %s", o.id, got.number("difference"), difference, got.raw)
	}
	a.keep(next, answer{body: got.at("replacement").(object), raw: got.raw})
}

func (a *actor) remake(o *modelOrder) {
	i := a.r.IntN(len(o.lines))
	l := o.lines[i]
	n := 1 + int64(a.r.IntN(int(l.quantity)))
	again := &modelOrder{id: newID(), remake: true}
	line := &modelLine{quantity: n, station: l.station, state: "queued", uses: map[string]int64{}, reversed: map[string]int64{}}
	for ingredient, all := range l.uses {
		line.uses[ingredient] = all / l.quantity * n
	}
	again.lines = []*modelLine{line}
	got := a.keyed("/api/v1/orders/"+o.id+"/remakes", a.lead(object{
		"remake_id": again.id, "reason": "spilled", "lines": []object{{"line": i + 1, "quantity": n}},
	}))
	must, may := "", outOf
	if l.state == "voided" {
		must, may = "line_voided", nil
	}
	if !a.refused(got, must, may...) {
		again.settle()
		a.keep(again, got)
	}
}

// report says what cannot be made, or takes it back: nothing else of the order changes.
func (a *actor) report(o *modelOrder) {
	i := a.r.IntN(len(o.lines))
	body, must := object{"lines": []int{i + 1}, "reason": "no oat milk"}, "not_to_make"
	if state := o.lines[i].state; state == "queued" || state == "making" {
		must = ""
	}
	if a.chance(3) {
		body, must = object{"clear": true}, ""
	}
	a.refused(a.send(a.b, "POST", "/api/v1/orders/"+o.id+"/problems", body), must)
}

// acknowledge takes voided lines off the board.
func (a *actor) acknowledge(o *modelOrder) {
	a.refused(a.send(a.b, "POST", "/api/v1/orders/"+o.id+"/acknowledge", object{}), "")
}

func (a *actor) cancel(o *modelOrder) {
	if !a.chance(3) {
		return // it ends too many orders
	}
	must := ""
	var left []*modelLine
	for _, l := range o.lines {
		switch l.state {
		case "queued":
			left = append(left, l)
		case "voided":
		default:
			must = "being_made"
		}
	}
	if !a.refused(a.send(a.b, "POST", "/api/v1/orders/"+o.id+"/cancel", object{"reason": "gone"}), must) && len(left) > 0 {
		o.void(nil, left...)
	}
}

func (a *actor) relabel(o *modelOrder) {
	tenders := a.send(a.b, "GET", "/api/v1/orders/"+o.id, nil).list("tenders")
	if len(tenders) == 0 {
		return
	}
	tender := tenders[a.r.IntN(len(tenders))].(object)
	to := map[bool]string{true: "cash", false: "card"}[tender["kind"] == "card"]
	got := a.send(a.b, "POST", "/api/v1/orders/"+o.id+"/tenders/"+tender["id"].(string)+"/relabel", object{"kind": to}, "Idempotency-Key", newID())
	a.refused(got, "", "already_relabelled", "tender_given_back", "not_found")
}

// race sends several calls at once; the order must add up afterwards, whoever was first.
func (a *actor) race(o *modelOrder) {
	path := "/api/v1/orders/" + o.id
	calls := []func(){
		func() { a.send(a.b, "POST", path+"/lines", object{"to": "making"}) },
		func() { a.send(a.b, "POST", path+"/lines", object{"to": "handed_over"}) },
		func() {
			a.send(a.b, "POST", "/api/v1/settlements", object{"order_ids": []string{o.id}, "tenders": cash(int(max(1, o.due())))}, "Idempotency-Key", newID())
		},
		func() {
			a.send(a.b, "POST", path+"/voids", object{"reason": "twice", "lines": []int{1}}, "Idempotency-Key", newID())
		},
		func() {
			a.send(a.b, "POST", path+"/refunds", object{"reason": "twice", "lines": []object{{"line": 1, "quantity": 1, "to": "waste"}}}, "Idempotency-Key", newID())
		},
		func() { a.send(a.b, "POST", path+"/cancel", object{"reason": "raced"}) },
	}
	var wait sync.WaitGroup
	for range 2 + a.r.IntN(4) {
		wait.Go(calls[a.r.IntN(len(calls))])
	}
	wait.Wait()
	o.adopt(a.send(a.b, "GET", path, nil))
}

// meddle changes the world around: goods in, waste, 86 on and off.
func (s *modelShop) meddle(b *browser, r *rand.Rand, until time.Time) {
	cafe := "/api/v1/cafes/" + s.id
	for time.Now().Before(until) && !s.t.Failed() {
		ingredient := []string{s.croissStk, s.beans, s.cow}[r.IntN(3)]
		quantity := int64(1+r.IntN(20)) * 1000
		key, path, sign := newID(), "/receipts", int64(1)
		body := object{"lines": []object{{"ingredient_id": ingredient, "quantity": quantity}}}
		switch r.IntN(5) {
		case 0:
			path, sign = "/waste", -1
			body = object{"lines": []object{{"ingredient_id": ingredient, "quantity": quantity, "reason": "dropped"}}}
		case 1:
			gone := cafe + "/sold-out/" + []string{"modifier/" + s.shot, "variation/" + s.latteL, "ingredient/" + s.oatMilk}[r.IntN(3)]
			for _, method := range []string{"PUT", "DELETE"} {
				var with any
				if method == "PUT" {
					with = object{}
				}
				if a, err := b.try(method, gone, with); err != nil || a.status > 299 {
					s.t.Errorf("86: %v %d %s", err, a.status, a.raw)
				}
				time.Sleep(time.Duration(r.IntN(200)) * time.Millisecond)
			}
			continue
		}
		var done bool
		for range 1 + r.IntN(2) { // the second is a repetition
			a, err := b.try("POST", cafe+path, body, "Idempotency-Key", key)
			switch {
			case err != nil || a.status >= 500:
				s.t.Errorf("%s: %v %d %s", path, err, a.status, a.raw)
			case a.status == 200:
				done = true
			case a.text("code") != "out_of_stock":
				s.t.Errorf("%s: %d %s", path, a.status, a.raw)
			}
		}
		if done {
			s.received[ingredient] += sign * quantity
		}
		time.Sleep(time.Duration(r.IntN(30)) * time.Millisecond)
	}
}
