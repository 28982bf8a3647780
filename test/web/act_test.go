package webtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tree is the accessible tree of the page, or of the part that p is.
func (p *page) tree() (*place, error) {
	ctx, cancel := p.within()
	defer cancel()
	root, err := readTree(ctx)
	if err != nil || p.scope == nil {
		return root, err
	}
	// The part may have been drawn again: then it is found by what it is called.
	if found := root.find(p.scope.id); found != nil && found.role == p.scope.role {
		return found, nil
	}
	if again := named(root.all(isOneOf(p.scope.role)), p.scope.name); len(again) == 1 {
		p.scope = again[0]
		return again[0], nil
	}
	return nil, fmt.Errorf("%s is gone", p.scope.label())
}

// one waits for the only thing that fits, and that acts if it must.
func (p *page) one(what string, pick func(root *place) []*place) *place {
	p.t.Helper()
	var found []*place
	why := "there is none"
	defer func() {
		if p.t.Failed() {
			p.t.Logf("looking for %s: %s", what, why)
		}
	}()
	p.until(what, func() bool {
		root, err := p.tree()
		if err != nil {
			why = err.Error()
			return false
		}
		found = pick(root)
		switch {
		case len(found) == 0:
			why = "there is none"
		case len(found) > 1:
			why = fmt.Sprintf("there are %d: %s", len(found), labels(found))
		}
		return len(found) == 1
	})
	return found[0]
}

// in is a part of the page: a dialog, region, list item, row or group by its name, or the one of a role ("dialog").
func (p *page) in(name string) *page {
	p.t.Helper()
	parts := []string{
		"dialog", "alertdialog", "region", "navigation", "main", "complementary", "banner", "contentinfo", "form", "search", "group", "article",
		"list", "listitem", "row", "table", "tabpanel", "toolbar", "menu", "listbox", "figure", "radiogroup", "grid", "status", "alert",
	}
	found := p.one(fmt.Sprintf("a part called %q", name), func(root *place) []*place {
		all := root.all(func(q *place) bool { return q != root && isOneOf(parts...)(q) })
		if byName := named(all, name); len(byName) > 0 {
			return byName
		}
		var byRole []*place
		for _, q := range all {
			if q.role == name {
				byRole = append(byRole, q)
			}
		}
		if len(byRole) > 0 {
			return byRole
		}
		// A row or item without a name of its own is called by what stands in it; the innermost.
		var byText []*place
		for _, q := range all {
			if (q.role == "row" || q.role == "listitem" || q.role == "article") && strings.Contains(q.text(), plain(name)) {
				if n := len(byText); n > 0 && byText[n-1].find(q.id) != nil {
					byText[n-1] = q
					continue
				}
				byText = append(byText, q)
			}
		}
		return byText
	})
	part := *p
	part.scope = found
	return &part
}

// tap touches the button, link, tab, option … of that name, or clicks it on a desk.
func (p *page) tap(name string) {
	p.t.Helper()
	p.tapAny(fmt.Sprintf("something called %q to tap", name), func(root *place) []*place {
		return named(root.all(isOneOf(actors...)), name)
	})
}

// tapRole is tap for one role only.
func (p *page) tapRole(role, name string) {
	p.t.Helper()
	p.tapAny(fmt.Sprintf("the %s called %q", role, name), func(root *place) []*place {
		return named(root.all(isOneOf(role)), name)
	})
}

// tapFirst is tap where several have the same name.
func (p *page) tapFirst(name string) {
	p.t.Helper()
	p.tapAny(fmt.Sprintf("something called %q to tap", name), func(root *place) []*place {
		found := named(root.all(isOneOf(actors...)), name)
		return found[:min(1, len(found))]
	})
}

func (p *page) tapAny(what string, pick func(*place) []*place) {
	p.t.Helper()
	var why error
	defer func() {
		if p.t.Failed() && why != nil {
			p.t.Logf("tapping %s: %v", what, why)
		}
	}()
	p.until(what+" that can be tapped", func() bool {
		root, err := p.tree()
		if err != nil {
			why = err
			return false
		}
		found := pick(root)
		switch {
		case len(found) == 0:
			why = errors.New("there is none")
			return false
		case len(found) > 1:
			why = fmt.Errorf("there are %d: %s", len(found), labels(found))
			return false
		case found[0].disabled:
			why = errors.New("it is disabled")
			return false
		}
		x, y, err := p.reach(found[0])
		if err != nil {
			why = err
			return false
		}
		run(p, fingerScript)
		p.tapAt(x, y)
		// A page that is left in between was touched.
		if missed, err := tryEvaluate[bool](p, missedScript); err == nil && missed {
			why = errors.New("it moved away under the finger")
			return false
		}
		return true
	})
}

// tapAt touches a point, or clicks it on a desk. It lifts without waiting for what the page says to the touch: on a busy
// machine that answer can take longer than a long press, and a tap is short.
func (p *page) tapAt(x, y float64) {
	p.t.Helper()
	touch, lift := mouse(chromedp.MousePressed, x, y), mouse(chromedp.MouseReleased, x, y)
	if p.look.touch {
		touch, lift = finger(input.DispatchTouchEventTypeTouchStart, x, y), finger(input.DispatchTouchEventTypeTouchEnd)
	}
	ctx, cancel := p.within()
	defer cancel()
	touched := make(chan error, 1)
	go func() { touched <- touch(ctx) }()
	time.Sleep(shortTouch)
	if err := errors.Join(lift(ctx), <-touched); err != nil {
		p.fatalf("tap at %.0f, %.0f: %v", x, y, err)
	}
}

// shortTouch is how long a finger lies there for a tap; the lift follows the touch on the way to the browser.
const shortTouch = 20 * time.Millisecond

// mouse is the left button going down or up.
func mouse(kind input.DispatchMouseEventType, x, y float64) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1,
		})
		return err
	}
}

// finger comes down on a point, or lifts, where there is none.
func finger(kind input.DispatchTouchEventType, at ...float64) func(context.Context) error {
	points := []*input.TouchPoint{}
	if len(at) == 2 {
		points = append(points, &input.TouchPoint{X: at[0], Y: at[1]})
	}
	return func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
		return err
	}
}

// hold presses something until a thing is so, and lets go.
func (p *page) hold(name, what string, so func() bool) {
	p.t.Helper()
	var x, y float64
	var why error
	p.untilOr(fmt.Sprintf("something called %q can be held", name), func() bool {
		found := p.one(fmt.Sprintf("something called %q to hold", name), func(root *place) []*place {
			return named(root.all(func(q *place) bool { return q.role != "StaticText" && q.role != "InlineTextBox" }), name)
		})
		x, y, why = p.reach(found)
		return why == nil
	}, func() string { return fmt.Sprint(why) })
	if p.look.touch {
		call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: x, Y: y}},
		})
		defer call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{},
		})
	} else {
		press := input.DispatchMouseEventParams{Type: chromedp.MousePressed, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1}
		call(p, input.DispatchMouseEvent, press)
		press.Type = chromedp.MouseReleased
		defer call(p, input.DispatchMouseEvent, press)
	}
	p.until(what, so)
}

// reach scrolls something into view and gives the point where a finger would touch it. It is an error when something
// else lies over that point, or when the thing is still moving.
func (p *page) reach(q *place) (x, y float64, err error) {
	ctx, cancel := p.within()
	defer cancel()
	object, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: q.node})
	if err != nil {
		return 0, 0, err
	}
	type point struct {
		X, Y  float64
		Cover string
	}
	at, err := chromedp.Run(ctx, chromedp.CallFunctionOn[point](reachScript, func(c *runtime.CallFunctionOnParams) {
		c.ObjectID = object.Object.ObjectID
		c.AwaitPromise = new(true)
	}))
	if err != nil {
		return 0, 0, err
	}
	if at.Cover != "" {
		return 0, 0, errors.New(at.Cover)
	}
	return at.X, at.Y, nil
}

// reachScript runs on the element. A hidden checkbox is touched by its label, as people do.
const reachScript = `async function () {
	let it = this.nodeType === Node.ELEMENT_NODE ? this : this.parentElement;
	const frame = () => new Promise(requestAnimationFrame);
	const size = e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height].join() };
	const tiny = e => { const r = e.getBoundingClientRect(); return r.width < 4 || r.height < 4 || getComputedStyle(e).opacity === '0' };
	if (tiny(it) && it.labels?.length) it = it.labels[0];
	if (it instanceof HTMLOptionElement) return { X: 0, Y: 0, Cover: 'an option of a select is chosen with choose' };
	it.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
	await frame();
	const before = size(it);
	await frame();
	if (size(it) !== before) return { X: 0, Y: 0, Cover: 'it is moving' };
	const inside = (x, y) => { const e = document.elementFromPoint(x, y); return { e, ok: !!e && (it.contains(e) || e.contains(it) && e.tagName === 'LABEL') } };
	let over = 'outside the window';
	for (const scroll of [null, 'center']) {
		if (scroll) { it.scrollIntoView({ block: scroll, inline: scroll, behavior: 'instant' }); await frame(); }
		for (const r of it.getClientRects()) {
			if (r.width < 1 || r.height < 1) continue;
			const x = r.x + r.width / 2, y = r.y + r.height / 2;
			const hit = inside(x, y);
			if (hit.ok) { window.reached = it; return { X: x, Y: y, Cover: '' }; }
			if (hit.e) over = hit.e.outerHTML.slice(0, 120);
		}
	}
	return { X: 0, Y: 0, Cover: 'something lies over it: ' + over };
}`

// fingerScript watches the tap that comes for what reachScript has found. Whatever it meets instead, because the page
// moved since, learns nothing of it: people look again and tap again.
const fingerScript = `(() => {
	const it = window.reached, finger = window.finger = {};
	const place = () => JSON.stringify(it.getBoundingClientRect());
	const meets = event => it.contains(event.target) || event.target.tagName === 'LABEL' && event.target.contains(it);
	const feel = event => {
		if (event.type === 'pointerdown') {
			finger.hit = meets(event);
			finger.place = place();
		}
		if (event.type === 'click' && finger.hit) {
			finger.hit = meets(event) || !finger.moved();
			finger.clicked = true;
		}
		if (finger.hit === false) { event.preventDefault(); event.stopImmediatePropagation(); }
	};
	const kinds = ['pointerdown', 'mousedown', 'touchstart', 'pointerup', 'mouseup', 'touchend', 'click'];
	for (const kind of kinds) addEventListener(kind, feel, { capture: true, passive: false });
	finger.moved = () => it.isConnected && place() !== finger.place;
	finger.lift = () => { for (const kind of kinds) removeEventListener(kind, feel, { capture: true }); };
})()`

// missedScript tells whether the tap met something else, or the thing moved between touch and lift, so that no click came.
const missedScript = `(async () => {
	const finger = window.finger;
	if (!finger) return false;
	for (let i = 0; i < 100 && finger.hit && !finger.clicked; i++) await new Promise(done => setTimeout(done, 10));
	finger.lift();
	return finger.hit === false || finger.hit === true && !finger.clicked && finger.moved();
})()`

// fill writes into the field of that label, in place of what was there, as a keyboard does.
func (p *page) fill(label, text string) {
	p.t.Helper()
	p.focus(label)
	ctx, cancel := p.within()
	defer cancel()
	selectAll := chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	if err := chromedp.Do(ctx, selectAll, chromedp.KeyEvent(kb.Delete)); err != nil {
		p.fatalf("empty %q: %v", label, err)
	}
	p.typeText(text)
}

// typeText puts a text in at the cursor.
func (p *page) typeText(text string) {
	p.t.Helper()
	if text != "" {
		call(p, input.InsertText, input.InsertTextParams{Text: text})
	}
}

// focus puts the cursor into the field of that label. A field may be drawn again before it has it: then it is looked for
// again.
func (p *page) focus(label string) {
	p.t.Helper()
	var why error
	p.untilOr(fmt.Sprintf("the field %q has the cursor", label), func() bool {
		found := p.one(fmt.Sprintf("the field %q", label), func(root *place) []*place {
			var open []*place
			for _, q := range named(root.all(isOneOf(fields...)), label) {
				if !q.disabled {
					open = append(open, q)
				}
			}
			return open
		})
		ctx, cancel := p.within()
		defer cancel()
		_, why = chromedp.Call(ctx, dom.Focus, dom.FocusParams{BackendNodeID: found.node})
		return why == nil
	}, func() string { return fmt.Sprint(why) })
}

// choose picks an option of a select by what it says.
func (p *page) choose(label, option string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q can be chosen in %q", option, label), func() bool {
		found := p.one(fmt.Sprintf("the choice %q", label), func(root *place) []*place {
			return named(root.all(isOneOf("combobox", "ComboBoxSelect", "listbox", "PopUpButton")), label)
		})
		ctx, cancel := p.within()
		defer cancel()
		chosen, err := callOn[bool](ctx, found.node, `function (option) {
			const one = [...(this.options ?? [])].find(o => o.label.replace(/\s+/g, ' ').trim() === option && !o.disabled);
			if (!one) return false;
			this.value = one.value;
			this.dispatchEvent(new Event('input', { bubbles: true }));
			this.dispatchEvent(new Event('change', { bubbles: true }));
			return true;
		}`, option)
		return err == nil && chosen
	})
}

// callOn calls a function on an element.
func callOn[T any](ctx context.Context, node cdp.BackendNodeID, function string, args ...any) (T, error) {
	object, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		var zero T
		return zero, err
	}
	return chromedp.Run(ctx, chromedp.CallFunctionOn[T](function, func(c *runtime.CallFunctionOnParams) {
		c.ObjectID = object.Object.ObjectID
		c.AwaitPromise = new(true)
	}, args...))
}

// keys that have a name.
var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Backspace": kb.Backspace, "Delete": kb.Delete, "Space": " ",
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight, "Home": kb.Home, "End": kb.End,
	"PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

// press strikes keys one after the other: "/", "Enter", "Shift+Tab", "Control+k".
func (p *page) press(names ...string) {
	p.t.Helper()
	for _, name := range names {
		key, options := name, []chromedp.KeyOption(nil)
		if parts := strings.Split(name, "+"); len(parts) > 1 && parts[1] != "" {
			key = parts[len(parts)-1]
			var modifiers []chromedp.Modifier
			for _, m := range parts[:len(parts)-1] {
				switch m {
				case "Shift":
					modifiers = append(modifiers, chromedp.ModifierShift)
				case "Control":
					modifiers = append(modifiers, chromedp.ModifierCtrl)
				case "Alt":
					modifiers = append(modifiers, chromedp.ModifierAlt)
				default:
					p.fatalf("there is no key %q", m)
				}
			}
			options = append(options, chromedp.KeyModifiers(modifiers...))
		}
		if code, ok := keys[key]; ok {
			key = code
		}
		ctx, cancel := p.within()
		err := chromedp.Do(ctx, chromedp.KeyEvent(key, options...))
		cancel()
		if err != nil {
			p.fatalf("press %s: %v", name, err)
		}
	}
}
