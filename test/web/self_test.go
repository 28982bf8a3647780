package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// planted serves small pages with faults in them: whoever looks for faults must be seen to find them.
func planted(t *testing.T, pages map[string]string, options ...as) *planting {
	t.Helper()
	v := &planting{handlers: map[string]http.HandlerFunc{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handler := v.handlers[r.URL.Path]; handler != nil {
			handler(w, r)
			return
		}
		body, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if policy, rest, ok := strings.Cut(body, "\n"); ok && strings.HasPrefix(policy, "policy: ") {
			w.Header().Set("Content-Security-Policy", strings.TrimPrefix(policy, "policy: "))
			body = rest
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	v.person = visitor(t, server.URL, options...)
	return v
}

// planting is somebody who visits planted pages.
type planting struct {
	*person
	handlers map[string]http.HandlerFunc
}

// handle answers a path by a function; say it before a page is opened.
func (v *planting) handle(path string, handler http.HandlerFunc) { v.handlers[path] = handler }

// document is a page without a fault around a body.
func document(head, body string) string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">` +
		`<meta name="viewport" content="width=device-width, initial-scale=1">` + head + `</head><body><main><h1>A page</h1>` + body + `</main></body></html>`
}

func TestFaultsAreHeard(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]struct{ html, fault string }{
		"an error in the console":    {document("", `<script>console.error("oh", 3)</script>`), `console.error: "oh" 3`},
		"an exception":               {document("", `<script>setTimeout(() => { throw new Error("late") })</script>`), "exception: Error: late"},
		"a rejected promise":         {document("", `<script>Promise.reject(new Error("nobody asked"))</script>`), "exception: Error: nobody asked"},
		"a file that is not there":   {document("", `<img src="/cup.png" alt="">`), "/cup.png: 404"},
		"a word to somebody else":    {document("", `<img src="https://cdn.example.com/x.png" alt="">`), "outside: GET https://cdn.example.com/x.png"},
		"a beacon to somebody else":  {document("", `<script>navigator.sendBeacon("http://tracker.example/seen", "x")</script>`), "outside: POST http://tracker.example/seen"},
		"a socket to somebody else":  {document("", `<script>new WebSocket("ws://tracker.example/live")</script>`), "outside: websocket ws://tracker.example/live"},
		"a script that is forbidden": {"policy: default-src 'self'\n" + document("", `<script>window.ran = 1</script>`), "policy: script-src"},
		"a style that is forbidden":  {"policy: default-src 'self'; img-src data:\n" + document("", `<p style="color:red">red</p>`), "policy: style-src"},
		"a dialog":                   {document("", `<script>alert("hello")</script>`), `dialog: alert "hello"`},
	} {
		t.Run(name, func(t *testing.T) {
			p := planted(t, map[string]string{"/": plant.html}).tab()
			p.expects(".") // it is this test that looks
			p.goTo("/")
			p.until("the fault is heard", func() bool {
				p.watch.mu.Lock()
				defer p.watch.mu.Unlock()
				return strings.Contains(strings.Join(p.watch.faults, "\n"), plant.fault)
			})
		})
	}
	t.Run("and none where there is none", func(t *testing.T) {
		p := planted(t, map[string]string{"/": document("", "<p>Fine.</p>")}).open("/")
		p.settled()
		if found := p.watch.unexpected(); len(found) > 0 {
			t.Errorf("faults on a page without any: %q", found)
		}
	})
	t.Run("but for those that were announced", func(t *testing.T) {
		p := planted(t, map[string]string{"/": document("", `<img src="/cup.png" alt=""><script>console.error("other")</script>`)}).tab()
		p.expects(`cup\.png`)
		p.goTo("/")
		p.settled()
		if found := p.watch.unexpected(); len(found) != 1 || !strings.Contains(found[0], "other") {
			t.Errorf("unexpected are %q, want the other one alone", found)
		}
		p.expects("other")
	})
}

func TestAxeFinds(t *testing.T) {
	t.Parallel()
	p := planted(t, map[string]string{"/": document("", `<img src="data:,"><button></button><p style="color:#999;background:#fff">pale</p><p style="color:#666;background:#fff">not dark</p>`)}).open("/")
	found := map[string]bool{}
	for _, v := range p.violations() {
		found[v.ID] = true
		if len(v.Nodes) == 0 || v.Nodes[0].HTML == "" {
			t.Errorf("%s does not say where", v.ID)
		}
	}
	for _, rule := range []string{"image-alt", "button-name", "color-contrast"} {
		if !found[rule] {
			t.Errorf("axe did not find %s, only %v", rule, found)
		}
	}
	p.goTo("/")
	enhanced := map[string]bool{}
	for _, v := range p.violations("color-contrast-enhanced") {
		enhanced[v.ID] = true
	}
	if !enhanced["color-contrast-enhanced"] {
		t.Error("the rule that was asked for is not among those that ran")
	}
	clean := planted(t, map[string]string{"/": document("", "<p>Fine.</p>")}).open("/")
	clean.axe()
}

func TestOverflowIsFound(t *testing.T) {
	t.Parallel()
	p := planted(t, map[string]string{
		"/wide":     document("", `<div style="width:700px;background:#eee">wide</div>`),
		"/scroller": document("", `<div style="overflow-x:auto"><div style="width:700px">in a box of its own</div></div>`),
		"/negative": document("", `<div style="margin-inline-start:-40px">out on the side that cannot be scrolled to</div>`),
	}).tab()
	p.goTo("/wide")
	if found := strings.Join(p.overflowing(), "\n"); !strings.Contains(found, "in a window of 320: the page is 7") || strings.Contains(found, "1440") {
		t.Errorf("overflow of 700 px: %s", found)
	}
	for _, path := range []string{"/scroller", "/negative"} {
		p.goTo(path)
		p.overflow()
	}
}

func TestTargetsAreMeasured(t *testing.T) {
	t.Parallel()
	p := planted(t, map[string]string{"/": document(`<style>.big{min-width:48px;min-height:48px} .gone{position:absolute;top:-200px}
		.drawn{position:absolute;opacity:0;width:1px;height:1px}</style>`, `
		<button>small</button> <button class="big">big</button> <a class="gone" href="#x">Skip</a>
		<label class="big" style="display:block"><input type="checkbox" class="drawn">drawn</label>
		<p>A sentence with <a href="/terms">a link</a> in it, which is no target of its own.</p>
		<a href="/alone">alone</a> <input aria-label="tiny" style="width:20px"><input type="hidden"><button hidden>not there</button>`)}, tablet).open("/")
	var found []string
	for _, f := range evaluate[[]string](p, targetsScript) {
		_, html, _ := strings.Cut(f, ": ")
		found = append(found, html)
	}
	want := []string{"<button>small", `<a href="/alone"`, `<input aria-label="tiny"`}
	if len(found) != len(want) {
		t.Fatalf("too small are %q, want %q", found, want)
	}
	for i, w := range want {
		if !strings.HasPrefix(found[i], w) {
			t.Errorf("too small is %q, want %q", found[i], w)
		}
	}
}

func TestFocusIsWatched(t *testing.T) {
	t.Parallel()
	p := planted(t, map[string]string{
		"/good": document("", `<a href="/x">link</a> <button>button</button> <input aria-label="field">
			<label><input type="radio" name="r">one</label><label><input type="radio" name="r">two</label> <button disabled>off</button>`),
		"/bad": document(`<style>.mute{outline:none;box-shadow:none;border:1px solid}</style>`, `<button>fine</button> <button class="mute">mute</button>
			<div role="button" tabindex="0" onkeydown="event.preventDefault()">a trap</div> <button>never</button>`),
		"/auto": document("", `<button>before</button> <input aria-label="first" autofocus> <button>after</button>`),
	}).tab()
	p.goTo("/good")
	p.keyboard()
	p.goTo("/auto")
	p.keyboard()
	p.goTo("/bad")
	found := strings.Join(p.unfocused(), "\n")
	if !strings.Contains(found, `looks the same with the focus: <button class="mute">`) || !strings.Contains(found, "Tab does not come to <button>never") {
		t.Errorf("faults of the focus: %s", found)
	}
	if strings.Contains(found, "fine") {
		t.Errorf("a good button among the faults: %s", found)
	}
}

func TestMotionIsSeen(t *testing.T) {
	t.Parallel()
	style := `<style>@keyframes turn{to{transform:rotate(1turn)}} .spin{animation:turn 1s infinite} .slide{transition:transform .2s} .fade{transition:color .2s,opacity .2s}
		%s</style>`
	body := `<p class="spin">o</p><p class="slide">s</p><p class="fade">f</p>`
	p := planted(t, map[string]string{
		"/moves":   document(fmt.Sprintf(style, ""), body),
		"/respect": document(fmt.Sprintf(style, "@media (prefers-reduced-motion: reduce){*{animation:none!important;transition-property:none!important}}"), body),
	}).tab()
	p.goTo("/moves")
	found := strings.Join(evaluate[[]string](p, motionScript), "\n")
	if !strings.Contains(found, "p.spin plays turn") || !strings.Contains(found, "p.slide moves transform") || strings.Contains(found, "p.fade") {
		t.Errorf("what moves: %s", found)
	}
	p.goTo("/respect")
	p.still()
}

func TestShapeIsJudged(t *testing.T) {
	t.Parallel()
	p := planted(t, map[string]string{
		"/bad": `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title></title><body><h1>one</h1><h1>two</h1><h3>three</h3></body></html>`,
		"/ok":  document("", "<h2>two</h2><h3>three</h3>"),
	}).tab()
	p.goTo("/bad")
	found := strings.Join(evaluate[[]string](p, shapeScript), "\n")
	for _, want := range []string{"no title", "0 main", "2 headings of the first level", "after a heading 1 comes <h3>"} {
		if !strings.Contains(found, want) {
			t.Errorf("not found: %s in %s", want, found)
		}
	}
	p.goTo("/ok")
	p.shape()
}

// TestFingersFollow: what moves away just before the touch, or under it, is touched where it is then, and what came in its
// place is not.
func TestFingersFollow(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]string{
		"before the touch": `Object.defineProperty(window, "finger", { get() { return this.felt }, set(felt) { this.felt = felt; move() } })`,
		"under the finger": `save.addEventListener("pointerdown", move)`,
	} {
		for device, look := range map[string]as{"touch": tablet, "mouse": desk} {
			t.Run(name+" by "+device, func(t *testing.T) {
				t.Parallel()
				p := planted(t, map[string]string{"/": document("", `<div id="above"></div>
					<button id="save">Save</button><br><br><br><button id="drop">Drop</button><p id="said"></p><script>
					let moved = false;
					const move = () => { if (!moved) { moved = true; above.style.height = "400px"; } };
					const say = event => said.textContent += " " + event.target.id;
					save.onclick = drop.onclick = say;
					`+move+`
				</script>`)}, look).open("/")
				p.tap("Save")
				p.see("save")
				if said := evaluate[string](p, "said.textContent"); said != " save" {
					t.Errorf("tapped:%s", said)
				}
			})
		}
	}
}
