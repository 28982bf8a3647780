package webtest

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watch hears everything that a page does and keeps what it should not have done.
type watch struct {
	mu       sync.Mutex
	origin   string // the only one that may be asked
	faults   []string
	expected []*regexp.Regexp
	requests map[network.RequestID]*request
	order    []network.RequestID
}

// request is one that a page made.
type request struct {
	method, url, kind string
	status            int64
	bytes             float64 // of the answer as it went over the wire, with its head
	encoding          string
	cached            bool
	ended             bool
}

func newWatch(origin string) *watch {
	return &watch{origin: origin, requests: map[network.RequestID]*request{}}
}

func (w *watch) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// hear is told of every event, in order, by the goroutine that reads them.
func (w *watch) hear(ctx func() context.Context) func(any) {
	return func(event any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			if e.Type == "error" || e.Type == "assert" {
				w.fault("console.%s: %s", e.Type, said(e.Args))
			}
		case *runtime.EventExceptionThrown:
			w.fault("exception: %s", exception(e.ExceptionDetails))
		case *log.EventEntryAdded:
			if e.Entry.Level == "error" {
				w.fault("log, %s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
			}
		case *audits.EventIssueAdded:
			if d := e.Issue.Details; d != nil && d.ContentSecurityPolicyIssueDetails != nil {
				w.fault("policy: %s forbids %q", d.ContentSecurityPolicyIssueDetails.ViolatedDirective, d.ContentSecurityPolicyIssueDetails.BlockedURL)
			}
		case *cdpage.EventJavascriptDialogOpening:
			w.fault("dialog: %s %q", e.Type, e.Message)
			// A page stands still behind its dialog, and so would the test.
			go func() {
				_, _ = chromedp.Call(ctx(), cdpage.HandleJavaScriptDialog, cdpage.HandleJavaScriptDialogParams{Accept: true})
			}()
		default:
			w.hearNetwork(event)
		}
	}
}

func (w *watch) hearNetwork(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if w.outside(e.Request.URL) {
			w.fault("outside: %s %s", e.Request.Method, e.Request.URL)
		}
		if w.requests[e.RequestID] == nil {
			w.order = append(w.order, e.RequestID)
		}
		w.requests[e.RequestID] = &request{method: e.Request.Method, url: e.Request.URL, kind: string(e.Type)}
	case *network.EventWebSocketCreated:
		if w.outside(e.URL) {
			w.fault("outside: websocket %s", e.URL)
		}
	case *network.EventRequestServedFromCache:
		if r := w.requests[e.RequestID]; r != nil {
			r.cached = true
		}
	case *network.EventResponseReceived:
		r := w.requests[e.RequestID]
		if r == nil {
			return
		}
		r.status, r.kind = e.Response.Status, string(e.Type)
		for name, value := range e.Response.Headers {
			if strings.EqualFold(name, "content-encoding") {
				r.encoding = fmt.Sprint(value)
			}
		}
		if r.status >= 400 {
			w.fault("refused: %s %s: %d", r.method, r.url, r.status)
		}
	case *network.EventLoadingFinished:
		if r := w.requests[e.RequestID]; r != nil {
			r.bytes, r.ended = e.EncodedDataLength, true
		}
	case *network.EventLoadingFailed:
		r := w.requests[e.RequestID]
		if r == nil {
			return
		}
		r.ended = true
		if !e.Canceled { // a page that is left gives up what it asked for
			w.fault("failed: %s %s: %s %s", r.method, r.url, e.ErrorText, e.BlockedReason)
		}
	}
}

// outside tells whether an address is somebody else's.
func (w *watch) outside(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	switch u.Scheme {
	case "data", "blob", "about":
		return false
	case "ws":
		u.Scheme = "http"
	}
	return u.Scheme+"://"+u.Host != w.origin
}

// unexpected are the faults that nobody announced, each once.
func (w *watch) unexpected() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []string
	seen := map[string]bool{}
next:
	for _, f := range w.faults {
		if seen[f] {
			continue
		}
		seen[f] = true
		for _, pattern := range w.expected {
			if pattern.MatchString(f) {
				continue next
			}
		}
		left = append(left, f)
	}
	return left
}

// inFlight are the requests without an answer, but for streams. A page need not read an answer to its end.
func (w *watch) inFlight() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var open []string
	for _, r := range w.requests {
		if !r.ended && r.status == 0 && !r.cached && r.kind != "EventSource" && !strings.Contains(r.url, "/stream") && !strings.HasPrefix(r.url, "data:") {
			open = append(open, r.method+" "+r.url+" "+r.kind)
		}
	}
	return open
}

// made are the requests so far, in order.
func (w *watch) made() []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []request
	for _, id := range w.order {
		all = append(all, *w.requests[id])
	}
	return all
}

func said(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if len(a.Value) > 0 {
			words = append(words, string(a.Value))
		} else {
			words = append(words, a.Description)
		}
	}
	return strings.Join(words, " ")
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}
