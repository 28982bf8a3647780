package webtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// payloads are names that would run if a page took a name for anything but text. Each sets window.pwned, asks a dialog
// or asks another origin; all are short enough for every field that holds a name.
var payloads = []string{
	`<script>pwned=1</script>`,
	`<script src=//x.example></script>`,
	`<img src=x onerror=pwned=1>`,
	`<svg onload=pwned=1>`,
	`<svg><script>pwned=1</script></svg>`,
	`<svg><animate onbegin=pwned=1 dur=1s>`,
	`<body onload=pwned=1>`,
	`<iframe srcdoc="<script>top.pwned=1">`,
	`<iframe src=javascript:top.pwned=1>`,
	`<a href=javascript:pwned=1>tap</a>`,
	`javascript:pwned=1`,
	`data:text/html,<script>pwned=1`,
	`<details open ontoggle=pwned=1>`,
	`<input autofocus onfocus=pwned=1>`,
	`<video><source onerror=pwned=1>`,
	`<audio src=x onerror=pwned=1>`,
	`<marquee onstart=pwned=1>`,
	`<object data=javascript:pwned=1>`,
	`<embed src=javascript:pwned=1>`,
	`<meta http-equiv=refresh content=0;//x>`,
	`<base href=//x.example/>`,
	`<link rel=stylesheet href=//x.example>`,
	`<style>@import'//x.example'</style>`,
	`<form><button formaction=javascript:1>`,
	`" onmouseover="pwned=1" x="`,
	`' onfocus='pwned=1' autofocus='`,
	`"><script>pwned=1</script>`,
	`'><img src=x onerror=pwned=1>`,
	`</title><script>pwned=1</script>`,
	`</script><script>pwned=1</script>`,
	`</textarea><svg onload=pwned=1>`,
	`--><script>pwned=1</script><!--`,
	`{{constructor.constructor('pwned=1')()}}`,
	`${pwned=1}`,
	`{@html '<img src=x onerror=pwned=1>'}`,
	`';pwned=1;//`,
	`\x3cscript\x3epwned=1\x3c/script\x3e`,
	`&lt;img src=x onerror=pwned=1&gt;`,
	`{name, select, other {<b>pwned</b>}}`,
	`=HYPERLINK("//x.example","tap")`,
	`@SUM(1+1)*cmd|'/C calc'!A0`,
	`<math><mi xlink:href=javascript:pwned=1>`,
}

// poisoned is a chain in which everything that has a name has one of the payloads.
type poisoned struct {
	*shop
	orders []string
}

func poison(t *testing.T, c *chain) *poisoned {
	t.Helper()
	if len(payloads) < 40 {
		t.Fatalf("%d payloads, want at least 40", len(payloads))
	}
	name := func(i int) string { return payloads[i%len(payloads)] }
	s := &poisoned{shop: newShop(c, names{
		cafe: name(0), item: name(1), category: name(2), size: name(3), group: name(4), modifier: name(5), ingredient: name(6), person: name(7),
	})}
	head := c.asOperator()
	for i, payload := range payloads {
		head.ok("PUT", "/api/v1/menu/items/"+newID(), object{
			"category_id": s.coffee, "name": payload, "description": name(i + 1), "rank": 10 + i, "variations": []object{{"id": newID(), "name": name(i + 2), "prices": []object{mad(1000)}}},
		})
		head.ok("PUT", "/api/v1/ingredients/"+newID(), object{"name": payload, "unit": "g"})
		head.ok("PUT", "/api/v1/cafes/"+newID(), object{
			"name": payload, "city": name(i + 1), "address": name(i + 2), "time_zone": "Africa/Casablanca", "currency": "MAD", "default_service": "eat_in",
			"tax": object{"mode": "inclusive", "rates": []object{{"code": "standard", "eat_in": 1000, "take_away": 1000}}},
		})
		if payload != s.names.person {
			head.ok("PUT", "/api/v1/cafes/"+s.id+"/people/"+newID(), object{"name": payload, "role": "barista"})
		}
	}
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": name(8)})
	till := s.counter(s.names.person)
	for i, payload := range payloads {
		id := newID()
		till.ok("PUT", "/api/v1/orders/"+id, object{
			"cafe_id": s.id, "customer_name": payload, "note": name(i + 1), "table": clip(name(i+2), 20),
			"lines": []object{{"variation_id": s.latteM, "quantity": 1, "note": name(i + 3), "modifiers": []object{{"modifier_id": s.oat}}}},
		})
		if i%2 == 0 {
			till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": "ready"})
		}
		s.orders = append(s.orders, id)
	}
	return s
}

func clip(text string, n int) string { return text[:min(len(text), n)] }

// exposure is a screen that shows names, with one that must be seen there, as text.
type exposure struct {
	name  string
	path  string
	who   []*client
	shows []string
	reach func(p *page)
}

// TestNamesAreText: whatever a café, an item, a person or a customer is called, it is shown and never run.
func TestNamesAreText(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := poison(t, c)
	for _, e := range exposures(s) {
		t.Run(e.name, func(t *testing.T) {
			p := visitor(t, c.frontend, tablet, moving).with(e.who...).tab()
			if e.who == nil {
				p.expects(asksWhoIsThere)
			}
			p.goTo(e.path)
			p.settled()
			if e.reach != nil {
				e.reach(p)
				p.settled()
			}
			p.see(e.shows...)
			p.unharmed()
		})
	}
}

// unharmed fails the test when a payload became more than text. Faults of the page (a dialog, a violation of the
// policy, a request elsewhere) fail it in any case.
func (p *page) unharmed() {
	p.t.Helper()
	run(p, `document.querySelectorAll('*').forEach(e => e.dispatchEvent(new MouseEvent('mouseover')))`)
	for _, found := range evaluate[[]string](p, `(() => {
		const found = 'pwned' in window ? ['a payload ran'] : [];
		for (const e of document.querySelectorAll('*')) {
			for (const a of e.attributes) {
				if (/^on/i.test(a.name)) found.push('a handler in the markup: ' + e.outerHTML.slice(0, 160));
				if (/^(href|src|action|formaction|data|srcdoc|xlink:href)$/i.test(a.name) && /^\s*(javascript|vbscript|data:text)/i.test(a.value)) {
					found.push('an address that runs: ' + e.outerHTML.slice(0, 160));
				}
			}
			if (e.matches('iframe, object, embed, base, marquee, math, body body')) found.push('an element that no page of ours has: ' + e.outerHTML.slice(0, 160));
		}
		return found;
	})()`) {
		p.t.Errorf("%s: %s", p.whereabouts(), found)
	}
}

// TestHarmIsSeen: a page that takes names for markup is found out, payload by payload or by what they leave behind.
func TestHarmIsSeen(t *testing.T) {
	t.Parallel()
	var marked []string
	for _, payload := range payloads {
		if strings.Contains(payload, "<") && !strings.HasPrefix(payload, "&") {
			marked = append(marked, payload)
		}
	}
	v := planted(t, map[string]string{"/": document("", `<div id="out"></div><script>
		fetch('/names').then(r => r.json()).then(names => { document.getElementById('out').innerHTML = names[new URLSearchParams(location.search).get('i')] })</script>`)})
	v.handle("/names", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "[%s]", strings.Join(quoted(marked), ","))
	})
	p := v.tab()
	p.expects(".")
	ran := 0
	for i := range marked {
		p.goTo(fmt.Sprintf("/?i=%d", i))
		p.settled()
		if evaluate[bool](p, "'pwned' in window") {
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("of %d payloads %d ran on a page that takes them for markup: the check would see nothing", len(marked), ran)
	}
}

func quoted(texts []string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, fmt.Sprintf("%q", text))
	}
	return all
}

// exposures are the screens that show names. Who builds a screen with names on it adds it.
func exposures(s *poisoned) []exposure {
	till, head := []*client{s.counter(s.names.person)}, []*client{s.c.admin()}
	return append(managedExposures(s), []exposure{
		{name: "order ahead", path: "/", shows: payloads[2:4]},
		{name: "menu", path: "/order/" + s.id, shows: payloads[1:4]},
		{name: "counter, nobody there", path: "/counter"},
		{name: "counter", path: "/counter", who: till, shows: []string{s.names.item}},
		{name: "sales", path: "/admin/sales", who: head},
		{name: "orders", path: "/admin/orders", who: head, shows: []string{s.names.cafe}},
		{name: "bar", path: "/bar", who: till, shows: []string{s.names.item, s.names.modifier, payloads[1]}},
		{name: "ready board", path: "/ready/" + s.id},
		{name: "today", path: "/admin", who: head},
		{name: "stock", path: "/admin/stock", who: head, shows: []string{s.names.cafe}},
	}...)
}
