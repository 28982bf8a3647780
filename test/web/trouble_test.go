package webtest

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// offline cuts the page off from the chain, or joins it again. What fails then is expected.
func (p *page) offline(cut bool) {
	p.t.Helper()
	if cut {
		p.expects(`ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|net::ERR_`)
	}
	call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		EmulateOfflineServiceWorker: &cut,
		MatchedNetworkConditions:    []*network.Conditions{{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}},
	})
	call(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
}

// lose makes the answers to requests of a pattern (as "*/api/v1/orders/*") go astray: the chain has done what it was
// asked, and the page never hears of it. The function that it returns ends that.
func (p *page) lose(pattern string) (found func()) {
	p.t.Helper()
	return p.intercept(pattern, fetch.RequestStageResponse, func(ctx context.Context, e *fetch.EventRequestPaused) {
		_, _ = chromedp.Call(ctx, fetch.FailRequest, fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonConnectionReset})
	})
}

// delay holds requests of a pattern back until the function that it returns is called.
func (p *page) delay(pattern string) (release func()) {
	p.t.Helper()
	gate := make(chan struct{})
	end := p.intercept(pattern, fetch.RequestStageRequest, func(ctx context.Context, e *fetch.EventRequestPaused) {
		select {
		case <-gate:
		case <-ctx.Done():
			return
		}
		_, _ = chromedp.Call(ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
	})
	var once atomic.Bool
	return func() {
		if once.CompareAndSwap(false, true) {
			close(gate)
			end()
		}
	}
}

func (p *page) intercept(pattern string, stage fetch.RequestStage, handle func(context.Context, *fetch.EventRequestPaused)) (end func()) {
	p.t.Helper()
	p.expects(`ERR_CONNECTION_RESET`)
	var over atomic.Bool
	err := chromedp.Listen(p.ctx, func(event any) {
		if e, ok := event.(*fetch.EventRequestPaused); ok && !over.Load() {
			go handle(p.ctx, e) // not here: the answer to a command comes in by the same door
		}
	})
	if err != nil {
		p.fatalf("intercept %s: %v", pattern, err)
	}
	call(p, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern, RequestStage: stage}}})
	return func() {
		p.t.Helper()
		over.Store(true)
		call(p, fetch.Disable, cdp.Empty{})
	}
}

// forgetSession ends whatever the browser is signed in as, as time does: the page is not told.
func (p *page) forgetSession() {
	p.t.Helper()
	call(p, network.ClearBrowserCookies, cdp.Empty{})
}

// stopClock makes the page's time stand still, for what is to be had for a few seconds only, as an Undo: a busy machine may
// need longer than a hand. What takes a second or more and becomes due meanwhile happens when the function that it returns
// is called.
func (p *page) stopClock() (goOn func()) {
	p.t.Helper()
	run(p, `(() => {
		const { setTimeout: later, clearTimeout: never } = window, { now } = Date, stood = Date.now(), due = new Map();
		let stopped = true;
		window.setTimeout = (act, ms, ...more) => {
			if (!(ms >= 1000)) return later(act, ms, ...more);
			const id = later(() => stopped ? due.set(id, () => act(...more)) : act(...more), ms);
			return id;
		};
		window.clearTimeout = (id) => { due.delete(id); never(id) };
		Date.now = () => stood;
		window.coffeeGoOn = () => {
			stopped = false;
			Object.assign(window, { setTimeout: later, clearTimeout: never });
			Date.now = now;
			for (const act of due.values()) act();
		};
	})()`)
	return func() {
		p.t.Helper()
		run(p, "coffeeGoOn()")
	}
}

// TestTrouble: each kind of trouble is the one that it says.
func TestTrouble(t *testing.T) {
	t.Parallel()
	var done atomic.Int64
	v := planted(t, map[string]string{"/": document("", `<p role="status"></p><button onclick="ask()">Ask</button><button onclick="soon()">Soon</button><script>
		const say = (text) => { document.querySelector('[role=status]').textContent = text };
		const ask = () => { say('asking'); fetch('/do', {method: 'POST'}).then((r) => say('answered ' + r.status), () => say('no answer')) };
		const soon = () => { say('not yet'); setTimeout(say, 1000, 'over') };
		addEventListener('offline', () => say('gone')); addEventListener('online', () => say('back'));
		</script>`)}, phone)
	v.handle("/do", func(w http.ResponseWriter, _ *http.Request) { done.Add(1); w.WriteHeader(http.StatusNoContent) })
	p := v.open("/")
	p.tap("Ask")
	p.see("answered 204")

	p.offline(true)
	p.see("gone")
	p.tap("Ask")
	p.see("no answer")
	p.offline(false)
	p.see("back")

	found := p.lose("*/do")
	p.tap("Ask")
	p.see("no answer")
	if done.Load() != 2 {
		t.Errorf("asked %d times, want 2: an answer that is lost was given", done.Load())
	}
	found()

	release := p.delay("*/do")
	p.tap("Ask")
	p.see("asking")
	if done.Load() != 2 {
		t.Errorf("asked %d times, want 2: a request that is held back is not there yet", done.Load())
	}
	release()
	p.see("answered 204")

	goOn := p.stopClock()
	p.tap("Soon")
	run(p, "new Promise(done => { let n = 0; const id = setInterval(() => { if (++n === 15) { clearInterval(id); done() } }, 100) })")
	p.see("not yet")
	goOn()
	p.see("over")
}
