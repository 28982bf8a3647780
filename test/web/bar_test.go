package webtest

import (
	"regexp"
	"strings"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
)

// latte is a line of n lattes, with modifiers.
func (s *shop) line(variation string, n int, modifiers ...string) object {
	chosen := []object{}
	for _, m := range modifiers {
		chosen = append(chosen, object{"modifier_id": m})
	}
	return object{"variation_id": variation, "quantity": n, "modifiers": chosen}
}

// place places an unpaid order and gives it.
func (s *shop) place(by *client, customer string, more object, lines ...object) answer {
	s.c.t.Helper()
	order := object{"cafe_id": s.id, "customer_name": customer, "lines": lines}
	for field, value := range more {
		order[field] = value
	}
	return by.ok("PUT", "/api/v1/orders/"+newID(), order)
}

// board is a bar screen of the café.
func (s *shop) board() *client {
	s.c.t.Helper()
	b := s.c.client()
	b.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code, "device_name": "Bar", "kind": "board"})
	return b
}

// states waits until the lines of an order are in these states.
func (s *shop) states(by *client, order answer, want ...string) {
	s.c.t.Helper()
	got := ""
	defer func() {
		if s.c.t.Failed() {
			s.c.t.Logf("the lines of %s are %s", order.text("call_number"), got)
		}
	}()
	s.c.until("the lines of "+order.text("call_number")+" are "+strings.Join(want, ", "), func() bool {
		var states []string
		for _, line := range by.ok("GET", "/api/v1/orders/"+order.text("id"), nil).list("lines") {
			states = append(states, line.(object)["state"].(string))
		}
		got = strings.Join(states, ", ")
		return got == strings.Join(want, ", ")
	})
}

// cutStreams, said before a page is opened, gives what breaks its streams: offline alone lets them run on.
func (p *page) cutStreams() func() {
	p.t.Helper()
	call(p, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: `
		window.coffeeStreams = [];
		const real = window.fetch;
		window.fetch = (input, init) => {
			if (!String(input).endsWith('/stream')) return real(input, init);
			const cut = new AbortController();
			window.coffeeStreams.push(cut);
			return real(input, { ...init, signal: AbortSignal.any([cut.signal, init.signal]) });
		};`})
	return func() {
		p.t.Helper()
		run(p, "coffeeStreams.splice(0).forEach((one) => one.abort())")
	}
}

// TestBarMakesAnOrder: from the screen's enrolment to the drink in the guest's hand, with the way back at each step.
func TestBarMakesAnOrder(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	till := s.counter("Nadia")

	v := visitor(t, c.frontend, tablet)
	p := v.tab()
	p.expects(`/session`) // nobody is known yet
	p.goTo("/bar")
	p.expects(`/login`)
	p.fill("Access code", "not the code")
	p.tap("Enrol this screen")
	p.see("That is not this café’s access code.")
	p.fill("Access code", s.code)
	p.fill("What to call this screen", "Wall")
	p.tap("Enrol this screen")
	p.see("Café Salam · Bar", "Nothing to make")

	guests := open(t, c, "/ready/"+s.id, desk)
	guests.see("Café Salam", "Order at the counter")

	o := s.place(till, "Zineb Alami", object{"note": "nut allergy"}, s.line(s.latteM, 1, s.oat), s.line(s.latteL, 2), s.line(s.croissantOne, 1))
	number := o.text("call_number")
	ticket := p.in(number)
	ticket.see("Zineb", "Oat", "nut allergy", "Croissant")
	ticket.notSee("Whole") // what everybody gets is not read out
	p.in("To make now, in all").see("3 Latte")
	guests.in("Being made").see(number, "Zineb")
	guests.notSee("Alami")

	ticket.tap("Start")
	s.states(till, o, "making", "making", "queued")
	ticket.tap("1 Latte Medium")
	s.states(till, o, "ready", "making", "queued")
	ticket.tap("Latte Medium") // a second tap takes it back
	s.states(till, o, "making", "making", "queued")
	ticket.tap("2 Latte Large")
	s.states(till, o, "making", "ready", "queued")
	p.see("Latte made")
	p.tap("Undo")
	s.states(till, o, "making", "making", "queued")

	p.tap(number + " ready")
	s.states(till, o, "ready", "ready", "queued")
	p.in("Ready").see(number, "Zineb")
	p.see("Nothing to make")
	guests.in("Ready").see(number, "Zineb")
	p.tap("Undo")
	s.states(till, o, "making", "making", "queued")
	guests.in("Being made").see(number)

	p.is(number+" ready", "enabled")
	p.press("1", "Enter")
	s.states(till, o, "ready", "ready", "queued")
	p.tap("Put " + number + " back")
	p.in("To make").see(number)
	s.states(till, o, "making", "making", "queued")
	p.is(number+" ready", "enabled")
	p.press("1", "Enter")
	s.states(till, o, "ready", "ready", "queued")

	goOn := p.stopClock() // there are four seconds to think better of it
	p.tap("Hand over " + number)
	p.see("Handing over…")
	p.press("u")
	p.notSee("Handing over…")
	goOn()
	s.states(till, o, "ready", "ready", "queued")
	p.tap("Hand over " + number)
	s.states(till, o, "handed_over", "handed_over", "handed_over")
	p.notSee(number)
	guests.notSee(number)
	guests.see("Order at the counter")

	p.reload() // it stays enrolled, and tickets do not wait for a touch
	p.see("Nothing to make", "Tap for sound")
}

// TestBarIsCutOff: a break says so and what to do, and leaves no hole.
func TestBarIsCutOff(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	till := s.counter("Nadia")
	first := s.place(till, "Before", nil, s.line(s.latteM, 1))
	p := visitor(t, c.frontend, tablet).with(s.board()).tab()
	cut := p.cutStreams()
	p.goTo("/bar")
	p.in(first.text("call_number")).see("Before")

	p.offline(true)
	cut()
	during := s.place(till, "During", nil, s.line(s.latteM, 1))
	till.ok("POST", "/api/v1/orders/"+first.text("id")+"/lines", object{"to": "ready"})
	heard := regexp.MustCompile(`Heard from the shop 1\d s ago`) // no single second: a busy machine does not show each
	p.until("it says for how long nothing was heard", func() bool {
		words, err := p.words()
		return err == nil && heard.MatchString(words)
	})
	p.tap(first.text("call_number") + " ready")
	p.see("Perhaps not done")
	p.see("Nothing heard for", "Take tickets from the counter")
	p.notSee("During")

	p.offline(false)
	p.in(during.text("call_number")).see("During")
	p.in("Ready").see("Before")
	p.notSee("Take tickets from the counter")
}

// TestBarVoids: what is voided under the hands stays until somebody has seen it.
func TestBarVoids(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	lead := s.counter("Omar")
	one := s.place(lead, "One line", nil, s.line(s.latteM, 1, s.oat), s.line(s.latteL, 1))
	all := s.place(lead, "All of it", nil, s.line(s.latteM, 1))
	idle := s.place(lead, "Not begun", nil, s.line(s.latteM, 1))
	for _, o := range []answer{one, all} {
		lead.ok("POST", "/api/v1/orders/"+o.text("id")+"/lines", object{"to": "making"})
	}
	p := visitor(t, c.frontend, tablet).with(s.board()).open("/bar")
	p.see("One line", "All of it", "Not begun")

	void := func(o answer, lines ...int) {
		lead.keyed("POST", "/api/v1/orders/"+o.text("id")+"/voids", object{"lines": lines, "made": true, "reason": "guest left"})
	}
	void(one, 1)
	void(all)
	lead.keyed("POST", "/api/v1/orders/"+idle.text("id")+"/voids", object{"reason": "guest left"})
	p.notSee("Not begun")
	p.in(all.text("call_number")).see("Voided. Stop making it.")
	ticket := p.in(one.text("call_number"))
	ticket.see("Voided")
	p.in("To make now, in all").see("1 Latte")

	p.reload()
	p.in(all.text("call_number")).tap("Seen, take it away")
	p.notSee("All of it")
	ticket = p.in(one.text("call_number"))
	ticket.tap("Seen")
	ticket.notSee("Voided", "Oat")
	p.tap(one.text("call_number") + " ready")
	s.states(lead, one, "voided", "ready")
	p.see("Nothing to make")
}

// TestTwoBars: who comes second disturbs nobody.
func TestTwoBars(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	till := s.counter("Nadia")
	same := s.place(till, "Same tap", nil, s.line(s.latteM, 1))
	other := s.place(till, "Other tap", nil, s.line(s.latteM, 1))
	one := visitor(t, c.frontend, tablet).with(s.board()).open("/bar")
	two := visitor(t, c.frontend, phone).with(s.board()).open("/bar")
	one.see("Same tap", "Other tap")
	two.see("Same tap", "Other tap")
	one.expects(`/lines|409`) // the quiet conflict

	release := one.delay("*/lines")
	one.tap(same.text("call_number") + " ready")
	one.in(other.text("call_number")).tap("Start")
	for _, o := range []answer{same, other} {
		two.tap(o.text("call_number") + " ready")
		s.states(till, o, "ready")
		two.notSeeRole("article", o.text("call_number")) // the next ticket takes its place
	}
	release()
	for _, p := range []*page{one, two} {
		p.see("Nothing to make")
	}
	one.settled()
	one.notSee("Perhaps not done", "by now")
	s.states(till, other, "ready")
	two.tap("Ready 2")
	two.in("Ready").see("Same tap", "Other tap")
}

// TestBarCannotMake: the counter learns why, and an 86 is a person's.
func TestBarCannotMake(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	till := s.counter("Nadia")
	o := s.place(till, "Zineb", nil, s.line(s.latteM, 1, s.oat))
	problem := func() string { return till.ok("GET", "/api/v1/orders/"+o.text("id"), nil).text("lines.0.problem") }

	p := visitor(t, c.frontend, tablet).with(s.board()).open("/bar")
	p.hold("1 Latte Medium", "the sheet is open", func() bool { return p.count("dialog", "") == 1 })
	sheet := p.in("dialog")
	sheet.see("A board has nobody signed in")
	p.axe("color-contrast-enhanced")
	p.targets()
	sheet.tap("No Oat")
	c.until("the counter sees why", func() bool { return problem() == "No Oat" })
	p.see("Can’t make: No Oat")
	s.states(till, o, "queued") // the press that opened the sheet was no tap
	p.tap("More about Latte")
	p.in("dialog").tap("It can be made after all")
	c.until("it can be made after all", func() bool { return problem() == "" })
	p.tap("More about Latte")
	p.in("dialog").tap("Oat: tell the counter")
	c.until("the counter is asked", func() bool { return problem() == "No Oat left: please 86 it" })

	barista := visitor(t, c.frontend, desk).with(s.counter("Nadia")).open("/bar")
	barista.tap("More about Latte")
	sheet = barista.in("dialog")
	sheet.tap("86 it: Oat")
	sheet.see("sold out until")
	soldOut := func() int {
		return len(till.ok("GET", "/api/v1/cafes/"+s.id+"/sold-out", nil).list("sold_out"))
	}
	if soldOut() != 1 {
		t.Errorf("%d things are sold out, want the oat milk", soldOut())
	}
	sheet.tap("Put back: Oat")
	sheet.notSee("sold out until")
	if soldOut() != 0 {
		t.Errorf("%d things are sold out after all was put back", soldOut())
	}
	barista.press("Escape")
	barista.notSeeRole("dialog", "")
}

// TestBarInARush: more tickets than fit, a remake before all others, and tickets that survive a revoked person.
func TestBarInARush(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	lead := s.counter("Omar")
	var first answer
	for i := range 14 {
		o := s.place(lead, "Guest "+string(rune('A'+i)), nil, s.line(s.latteM, 1, s.oat))
		if i == 0 {
			first = o
		}
	}
	p := visitor(t, c.frontend, tablet).with(s.board()).open("/bar")
	p.see("+2 more", "14 Oat, one jug")
	p.notSee("Guest N")
	p.tap("+2 more")
	p.see("Guest N")
	p.tap("Only the first 12")
	p.notSee("Guest N")

	p.tap(first.text("call_number") + " ready")
	s.states(lead, first, "ready")
	p.in("Ready").see(first.text("call_number"))
	remake := newID()
	lead.keyed("POST", "/api/v1/orders/"+first.text("id")+"/remakes", object{
		"remake_id": remake, "reason": "was not oat", "lines": []object{{"line": 1, "quantity": 1}},
	})
	p.see("Remake · was not oat")
	p.until("the remake is the first ticket", func() bool {
		names := p.names("article")
		return len(names) > 0 && strings.HasPrefix(names[0], first.text("call_number"))
	})
	p.is(first.text("call_number")+" ready", "enabled")
	p.press("1", "Enter")
	s.states(lead, answer{body: object{"id": remake, "call_number": "the remake"}}, "ready")

	p.expects(`40[13]|/board/stream`) // its stream is cut as well
	manager := s.counter("Salma")
	for _, d := range manager.ok("GET", "/api/v1/cafes/"+s.id+"/devices", nil).list("devices") {
		if d := d.(object); d["kind"] == "board" {
			manager.ok("DELETE", "/api/v1/cafes/"+s.id+"/devices/"+d["id"].(string), nil)
		}
	}
	p.tap("+1 more") // still there until it asks
	p.reload()
	p.see("Make this screen a bar")
}

// TestReadyBoard: numbers and first names, and none at all when they might be old.
func TestReadyBoard(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	till := s.counter("Nadia")
	shown := s.place(till, "Zineb Alami", nil, s.line(s.latteM, 1))
	hidden := s.place(till, "Secret", object{"hide_name": true}, s.line(s.latteM, 1))
	p := open(t, c, "/ready/"+s.id, desk, light)
	p.in("Being made").see(shown.text("call_number"), "Zineb", hidden.text("call_number"))
	p.notSee("Secret", "Alami")
	if theme := evaluate[string](p, "document.documentElement.dataset.theme"); theme != "dark" {
		t.Errorf("the board is %s unless somebody chose, want dark", theme)
	}
	for _, o := range []answer{shown, hidden} {
		till.ok("POST", "/api/v1/orders/"+o.text("id")+"/lines", object{"to": "ready"})
	}
	p.in("Ready").see(shown.text("call_number"), hidden.text("call_number"))

	p.offline(true)
	p.see("Not live", "ask at the counter")
	p.notSee(shown.text("call_number"), "Zineb")
	p.offline(false)
	p.in("Ready").see(shown.text("call_number"))
	p.notSee("Not live")

	v := visitor(t, c.frontend, phone)
	lost := v.tab()
	lost.expects(`40[04]`)
	lost.goTo("/ready/" + newID())
	lost.see("There is no such café")
	lost.goTo("/ready/nowhere")
	lost.see("There is no such café")
}
