package webtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// person is somebody with a browser of their own: cookies and storage that nobody else sees.
type person struct {
	t       testing.TB
	origin  string
	ctx     context.Context // owns the browser context
	look    look
	tabs    int
	cookies []*network.CookieParam // of the sign-ins it came with
}

// page is one tab of a person, or a part of it (see in).
type page struct {
	*person
	ctx   context.Context
	look  look
	watch *watch
	scope *place // nil: the whole page
}

// visitor comes with a fresh browser to an origin.
func visitor(t testing.TB, origin string, options ...as) *person {
	t.Helper()
	browser := aBrowser(t)
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	return &person{t: t, origin: origin, ctx: ctx, look: lookOf(options)}
}

// open is how most tests begin: somebody new opens a screen of the chain.
func open(t testing.TB, c *chain, path string, options ...as) *page {
	t.Helper()
	return visitor(t, c.frontend, options...).open(path)
}

// open opens a new tab.
func (v *person) open(path string) *page {
	v.t.Helper()
	p := v.tab()
	p.goTo(path)
	return p
}

// tab is an empty tab, watched from its first request on.
func (v *person) tab() *page {
	v.t.Helper()
	p := &page{person: v, watch: newWatch(v.origin)}
	ready := make(chan struct{})
	hear := p.watch.hear(func() context.Context { <-ready; return p.ctx })
	if v.tabs == 0 {
		// The first tab owns the person's cookies: a browser context ends with the tab that made it.
		if err := chromedp.Do(v.ctx); err != nil {
			v.t.Fatalf("a new tab: %v", err)
		}
		p.ctx = v.ctx
		if err := chromedp.Listen(v.ctx, hear); err != nil {
			v.t.Fatal(err)
		}
	} else {
		ctx, cancel := chromedp.NewContext(v.ctx, chromedp.WithListener(hear))
		v.t.Cleanup(cancel)
		if err := chromedp.Do(ctx); err != nil { // the tab lives as long as the context that it is first used with
			v.t.Fatalf("another tab: %v", err)
		}
		p.ctx = ctx
	}
	v.tabs++
	close(ready)
	v.t.Cleanup(p.judge)
	call(p, audits.Enable, cdp.Empty{})
	if v.tabs == 1 && len(v.cookies) > 0 {
		call(p, network.SetCookies, network.SetCookiesParams{Cookies: v.cookies})
	}
	p.wear(v.look)
	return p
}

// within bounds one command: a browser that hangs is a failure, not a wait.
func (p *page) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, patience)
}

// goTo opens an address in this tab and waits until it has loaded.
func (p *page) goTo(path string) {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	address := path
	if strings.HasPrefix(path, "/") {
		address = p.origin + path
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		p.fatalf("open %s: %v", path, err)
	}
}

// reload loads the page again.
func (p *page) reload() {
	p.t.Helper()
	ctx, cancel := p.within()
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		p.fatalf("reload: %v", err)
	}
}

// back is the browser's button. Within a single-page app nothing loads, so it waits for nothing.
func (p *page) back() {
	p.t.Helper()
	run(p, "history.back()")
}

// evaluate gives the value of an expression, awaited.
func evaluate[T any](p *page, expression string) T {
	p.t.Helper()
	value, err := tryEvaluate[T](p, expression)
	if err != nil {
		p.fatalf("%s: %v", firstLine(expression), err)
	}
	return value
}

func tryEvaluate[T any](p *page, expression string) (T, error) {
	ctx, cancel := p.within()
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// run is evaluate for what has no value.
func run(p *page, expression string) {
	p.t.Helper()
	evaluate[chromedp.Void](p, expression)
}

// expects announces faults: those that match are none. Say it before they happen.
func (p *page) expects(pattern string) {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.watch.expected = append(p.watch.expected, regexp.MustCompile(pattern))
}

// until waits until something is so; what says it in words, for the failure.
func (p *page) until(what string, so func() bool) {
	p.t.Helper()
	waitUntil(p.t, what, so)
}

// drawn waits until the page has what a selector finds; a page can be at rest before.
func (p *page) drawn(selector string) {
	p.t.Helper()
	p.until("the page shows "+selector, func() bool {
		there, err := tryEvaluate[bool](p, fmt.Sprintf("!!document.querySelector(%q)", selector))
		return err == nil && there
	})
}

// settled waits until the page has nothing left to do: no request without an answer, fonts there, nothing moving.
func (p *page) settled() {
	p.t.Helper()
	quiet, why := 0, ""
	p.untilOr("the page comes to rest", func() bool {
		still, err := tryEvaluate[bool](p, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(
			document.readyState === 'complete' && document.fonts.status === 'loaded' &&
			!document.querySelector('[aria-busy=true]') &&
			document.getAnimations().every(a => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity)))))`)
		open := p.watch.inFlight()
		if err != nil || !still || len(open) > 0 {
			quiet, why = 0, fmt.Sprintf("still: %v, without an answer: %v, %v", still, open, err)
			return false
		}
		quiet++ // an answer may start the next question: twice in a row
		return quiet > 1
	}, func() string { return why })
}

// judge ends a test: whatever the page did that it should not have done is a failure.
func (p *page) judge() {
	for _, f := range p.watch.unexpected() {
		p.t.Errorf("the page did what it should not: %s", f)
	}
	if p.t.Failed() {
		p.keep()
	}
}

func (p *page) fatalf(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf(format, args...) // judge keeps the page
}

// shots numbers the pictures of one test process.
var shots atomic.Int64

// keep writes what a failed test saw: a picture, the accessible tree, the html.
func (p *page) keep() {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	folder := filepath.Join("..", "..", ".cache", "web-failures")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		p.t.Logf("cannot keep the page: %v", err)
		return
	}
	name := regexp.MustCompile(`[^\p{L}\p{N}]+`).ReplaceAllString(p.t.Name(), "-")
	base := filepath.Join(folder, fmt.Sprintf("%s-%d", name, shots.Add(1)))
	if picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		p.write(base+".png", picture)
	}
	if tree, err := readTree(ctx); err == nil {
		p.write(base+".txt", []byte(tree.String()))
	}
	if html, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`)); err == nil {
		p.write(base+".html", []byte(html))
	}
	if absolute, err := filepath.Abs(base); err == nil {
		p.t.Logf("what the page looked like: %s.png .txt .html", absolute)
	}
}

func (p *page) write(path string, content []byte) {
	if err := os.WriteFile(path, content, 0o644); err != nil {
		p.t.Logf("cannot keep the page: %v", err)
	}
}

// picture is the visible part of the page as PNG.
func (p *page) picture() []byte {
	p.t.Helper()
	return call(p, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{}).Data
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
