package webtest

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/emulation"
)

//go:embed js/overflow.js
var overflowScript string

//go:embed js/targets.js
var targetsScript string

//go:embed js/motion.js
var motionScript string

//go:embed js/focus.js
var focusScript string

//go:embed js/shape.js
var shapeScript string

// axeScript is axe-core as the front end's package.json pins it.
var axeScript = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("axe-core is not installed: run `npm ci` in web")
	}
	return string(source), err
})

// violation is a rule of axe that a page breaks, with the places where it does.
type violation struct {
	ID, Help string
	Nodes    []struct {
		HTML    string
		Target  any
		Summary string `json:"failureSummary"`
	}
}

func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "axe %s: %s", v.ID, v.Help)
	for i, n := range v.Nodes {
		if i == 5 {
			fmt.Fprintf(&b, "\n\tand %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n\t%v: %s\n\t\t%s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n\t\t"))
	}
	return b.String()
}

// axe fails the test on every rule of axe that the page breaks as it is. more are rules that are off by default, as
// "color-contrast-enhanced" for the counter and the bar.
func (p *page) axe(more ...string) {
	p.t.Helper()
	for _, v := range p.violations(more...) {
		p.t.Errorf("%s: %v", p.whereabouts(), v)
	}
}

func (p *page) violations(more ...string) []violation {
	p.t.Helper()
	source, err := axeScript()
	if err != nil {
		missing(p.t, err)
	}
	p.settled()
	if !evaluate[bool](p, "'axe' in window") {
		run(p, source+"\n;0")
	}
	rules := "{"
	for _, rule := range more {
		rules += fmt.Sprintf("%q: {enabled: true},", rule)
	}
	return evaluate[[]violation](p, `axe.run(document, {resultTypes: ['violations'], rules: `+rules+`}}).then(r => r.violations.map(v =>
		({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html.slice(0, 300), Target: n.target, failureSummary: n.failureSummary}))})))`)
}

// whereabouts says which page, in which look.
func (p *page) whereabouts() string {
	here, err := tryEvaluate[string](p, "location.pathname + location.search")
	if err != nil {
		here = "?"
	}
	return fmt.Sprintf("%s, %d by %d, %s, %s", here, p.look.width, p.look.height, p.look.scheme, p.look.language)
}

// widths that every screen fits into without a horizontal scroll bar.
var widths = []int64{320, 390, 768, 1180, 1440, 2560}

// overflow fails the test when the page is wider than its window, at any width.
func (p *page) overflow() {
	p.t.Helper()
	for _, found := range p.overflowing() {
		p.t.Errorf("%s: %s", p.whereabouts(), found)
	}
}

func (p *page) overflowing() []string {
	p.t.Helper()
	width, height := p.look.width, p.look.height
	var all []string
	defer call(p, emulation.SetScrollbarsHidden, emulation.SetScrollbarsHiddenParams{})
	for _, w := range widths {
		// What is as narrow as a phone has a phone's scroll bars, which take no room.
		call(p, emulation.SetScrollbarsHidden, emulation.SetScrollbarsHiddenParams{Hidden: w < 600})
		call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: w, Height: height, DeviceScaleFactor: 1})
		p.settled()
		if found := evaluate[[]string](p, overflowScript); len(found) > 0 {
			all = append(all, fmt.Sprintf("in a window of %d: %s", w, strings.Join(found, "\n\t")))
		}
	}
	p.resize(width, height)
	return all
}

// targets fails the test when something to touch is smaller than a finger: 44 by 44.
func (p *page) targets() {
	p.t.Helper()
	p.settled()
	for _, found := range evaluate[[]string](p, targetsScript) {
		p.t.Errorf("%s: too small to touch, %s", p.whereabouts(), found)
	}
}

// still fails the test when something moves for a person who asked for reduced motion.
func (p *page) still() {
	p.t.Helper()
	if p.look.motion {
		p.fatalf("this person did not ask for reduced motion")
	}
	p.settled()
	for _, found := range evaluate[[]string](p, motionScript) {
		p.t.Errorf("%s: moves in spite of reduced motion: %s", p.whereabouts(), found)
	}
}

// keyboard goes through the page with Tab. Whatever has the focus must show it, and everything must be reached.
func (p *page) keyboard() {
	p.t.Helper()
	for _, found := range p.unfocused() {
		p.t.Errorf("%s: %s", p.whereabouts(), found)
	}
}

func (p *page) unfocused() []string {
	p.t.Helper()
	p.settled()
	run(p, focusScript)
	var faults []string
	for range 400 {
		p.press("Tab")
		step := evaluate[struct {
			End   bool   `json:"end"`
			Fault string `json:"fault"`
		}](p, "coffeeFocus.step()")
		if step.End {
			for _, m := range evaluate[[]string](p, "coffeeFocus.missed()") {
				faults = append(faults, "Tab does not come to "+m)
			}
			return faults
		}
		if step.Fault != "" {
			faults = append(faults, step.Fault)
		}
	}
	return append(faults, "Tab has no end")
}

// shape fails the test when the page has no proper title, landmarks or headings.
func (p *page) shape() {
	p.t.Helper()
	p.settled()
	for _, found := range evaluate[[]string](p, shapeScript) {
		p.t.Errorf("%s: %s", p.whereabouts(), found)
	}
}
