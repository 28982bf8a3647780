package webtest

import (
	"bytes"
	"image/png"
	"testing"
)

// TestHandsAndEyes: the words that tests are written in do what a person would do.
func TestHandsAndEyes(t *testing.T) {
	t.Parallel()
	html := document(`<style>dialog{padding:2em} .cover{position:fixed;inset:0;background:#fff8} button{min-height:48px}</style>`, `
	<p id="out" role="status">nothing yet</p>
	<button onclick="say('latte')">Latte <span>25.00 MAD</span></button>
	<button onclick="say('macchiato')">Latte macchiato <span>28.00 MAD</span></button>
	<button onclick="say('first')">Twice</button><button onclick="say('second')">Twice</button>
	<label>Name <input id="name" value="old" oninput="say('typed ' + this.value)"></label>
	<label>Size <select onchange="say('chose ' + this.value)"><option value="m">Medium</option><option value="l">Large</option></select></label>
	<label><input type="checkbox" style="position:absolute;opacity:0;width:1px;height:1px" onchange="say('ticked ' + this.checked)"> Hide my name</label>
	<button id="late" disabled>Later</button>
	<ul><li>A-041 <button onclick="say('bumped 41')">Ready</button></li><li>A-042 <button onclick="say('bumped 42')">Ready</button></li></ul>
	<section aria-label="Cart"><button onclick="say('removed')">Remove</button></section>
	<button id="press">Oat</button>
	<div style="height:3000px"></div><button onclick="say('far')">Far down</button>
	<button onclick="document.getElementById('d').showModal()">Ask</button>
	<dialog id="d" aria-label="Really"><button onclick="document.getElementById('d').close();say('yes')">Yes</button></dialog>
	<script>
	const say = (text) => { document.getElementById('out').textContent = text };
	setTimeout(() => { const b = document.getElementById('late'); b.disabled = false; b.onclick = () => say('later') }, 300);
	addEventListener('keydown', (e) => { if (e.key === '/' && e.target === document.body) say('searching'); if (e.key === 'k' && e.ctrlKey) { e.preventDefault(); say('control k') } });
	let timer; const press = document.getElementById('press');
	press.addEventListener('pointerdown', () => { timer = setTimeout(() => say('86 oat'), 200) });
	press.addEventListener('pointerup', () => clearTimeout(timer));
	</script>`)
	for name, device := range map[string]as{"phone": phone, "desk": desk} {
		t.Run(name, func(t *testing.T) {
			p := planted(t, map[string]string{"/": html}, device).open("/")
			steps := []struct {
				act  func()
				says string
			}{
				{func() { p.press("/") }, "searching"},
				{func() { p.tap("Latte macchiato") }, "macchiato"},
				{func() { p.tap("Latte 25.00 MAD") }, "latte"},
				{func() { p.tapFirst("Twice") }, "first"},
				{func() { p.fill("Name", "Zineb ☕") }, "typed Zineb ☕"},
				{func() { p.choose("Size", "Large") }, "chose l"},
				{func() { p.tap("Hide my name") }, "ticked true"},
				{func() { p.tap("Later") }, "later"},
				{func() { p.in("A-042").tap("Ready") }, "bumped 42"},
				{func() { p.in("Cart").tap("Remove") }, "removed"},
				{func() { p.press("Control+k") }, "control k"},
				{func() { p.hold("Oat", "it is sold out", func() bool { return p.in("status").has("86 oat") }) }, "86 oat"},
				{func() { p.tap("Far down") }, "far"},
				{func() { p.tap("Ask"); p.in("Really").tap("Yes") }, "yes"},
			}
			for _, step := range steps {
				step.act()
				p.in("status").see(step.says)
			}
			p.is("Hide my name", "checked")
			p.notSee("Really")
			if got := p.value("Name"); got != "Zineb ☕" {
				t.Errorf("the field holds %q", got)
			}
			if got := p.names("button"); len(got) != 11 {
				t.Errorf("buttons: %q", got)
			}
		})
	}
}

// TestLooks: a person's device, light, language and zone reach the page.
func TestLooks(t *testing.T) {
	t.Parallel()
	html := document("", `<p id="out"></p><script>document.getElementById('out').textContent = [innerWidth, navigator.language, new Intl.NumberFormat().resolvedOptions().locale,
		Intl.DateTimeFormat().resolvedOptions().timeZone, matchMedia('(prefers-color-scheme: dark)').matches, matchMedia('(prefers-reduced-motion: reduce)').matches,
		navigator.maxTouchPoints > 0].join(' ')</script>`)
	for want, options := range map[string][]as{
		"390 fr-FR fr-FR Africa/Casablanca true true true":    {phone, french, dark},
		"1440 ar-MA ar-MA Africa/Casablanca false true false": {desk, arabic},
		"1180 en-GB en-GB Africa/Casablanca false false true": {tablet, english, light, moving},
	} {
		planted(t, map[string]string{"/": html}, options...).open("/").see(want)
	}
	p := planted(t, map[string]string{"/": html}, phone, sharp).open("/")
	picture, err := png.Decode(bytes.NewReader(p.picture()))
	if err != nil || picture.Bounds().Dx() != 780 {
		t.Errorf("a sharp picture of a phone: %v %v", picture.Bounds(), err)
	}
}

// TestTwoPeople: each has cookies of their own, and two tabs of one person share them.
func TestTwoPeople(t *testing.T) {
	t.Parallel()
	html := document("", `<p id="out"></p><script>document.getElementById('out').textContent = 'cookies: ' + (document.cookie || 'none')</script>`)
	one := planted(t, map[string]string{"/": html})
	two := visitor(t, one.origin)
	p := one.open("/")
	p.see("cookies: none")
	run(p, "document.cookie = 'who=one'")
	one.open("/").see("cookies: who=one")
	two.open("/").see("cookies: none")
}

// TestAddresses: going on, back and again, and knowing where one is.
func TestAddresses(t *testing.T) {
	t.Parallel()
	p := planted(t, map[string]string{
		"/":     document("", `<h2>First</h2><a href="/next?month=2026-10">Go on</a><p>Seen <span id="n"></span></p><script>document.getElementById('n').textContent = ++sessionStorage.n || (sessionStorage.n = 1)</script>`),
		"/next": document("", `<h2>Second</h2><button aria-pressed="true">Pressed</button><button aria-expanded="false">Closed</button>`),
	}).open("/")
	p.seeRole("heading", "First")
	p.see("Seen 1")
	p.reload()
	p.see("Seen 2")
	p.tapRole("link", "Go on")
	p.at("/next?month=2026-10")
	p.notSeeRole("heading", "First")
	p.is("Pressed", "pressed")
	p.is("Closed", "collapsed")
	p.back()
	p.at("/")
	if n := p.count("link", ""); n != 1 {
		t.Errorf("%d links, want 1", n)
	}
}

// TestSignIns: the harness stands on the real system, and a page has the sign-ins that its person came with until they
// are taken from it.
func TestSignIns(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	role := func(p *page, kind string) any {
		return evaluate[object](p, `fetch('/session', {headers: {'Coffee-Session': '`+kind+`'}}).then(r => r.json())`)["role"]
	}
	open(t, c, "/", phone).settled() // whom nobody knows
	p := visitor(t, c.frontend, tablet).with(s.counter("Nadia"), c.admin(), s.phone()).open("/")
	p.settled()
	for kind, want := range map[string]string{"device": "barista", "admin": "admin", "customer": "customer"} {
		if got := role(p, kind); got != want {
			t.Errorf("the role in the session of %s is %v, want %s", kind, got, want)
		}
	}
	p.expects("/session: 401|status of 401")
	p.forgetSession()
	if got := role(p, "device"); got != nil {
		t.Errorf("the role in a session that was taken away is %v", got)
	}
	nobody := visitor(t, c.frontend, tablet).with(s.device()).open("/")
	nobody.settled()
	if got := role(nobody, "device"); got == "barista" {
		t.Error("a device with nobody on it is a barista")
	}
	if a := s.order(s.counter("Nadia"), "Zineb"); a.text("customer_name") != "Zineb" {
		t.Errorf("an order: %d %s", a.status, a.raw)
	}
}

// TestWorld: what the screens show has something to show.
func TestWorld(t *testing.T) {
	t.Parallel()
	w := aWorld(t)
	for name, clients := range map[string][]*client{"barista": barista(w), "manager": manager(w), "admin": head(w), "customer": customer(w)} {
		if got := clients[0].ok("GET", "/session", nil).text("role"); got != name {
			t.Errorf("whoever should be a %s is a %q", name, got)
		}
	}
	board := w.counter("barista").ok("GET", "/api/v1/cafes/"+w.cafe+"/board", nil)
	if n := len(board.list("tickets")); n < 4 {
		t.Errorf("the board has %d tickets: %s", n, clip(board.raw, 300))
	}
	if got := w.customer.ok("GET", "/api/v1/orders/"+w.ordered, nil).text("customer_name"); got != "Sara" {
		t.Errorf("the phone's order is %q's", got)
	}
}
