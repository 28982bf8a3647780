// Package web is the frontend's server: it hands out the built web application (its sources are in src) and passes everything that is data on to the
// gateway, so that a browser talks to one origin. It knows no session, no rule and no gRPC.
package web

import (
	"bytes"
	"context"
	"crypto/tls"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"coffee/internal/httpx"
)

// site is what `npm run build` makes; all: because the build names a folder _app.
//
//go:embed all:site
var site embed.FS

// pages are the paths of the web application's screens, each with what is below it. Every one of them is the same page:
// its script draws the screen. Anything else is not found, and says so in its status.
var pages = []string{"/counter", "/bar", "/ready", "/admin", "/order", "/setup"}

// inline finds the scripts that the page holds in itself: the build writes one, which starts the application.
var inline = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// proxied are the paths that are the gateway's, each with what is below it.
var proxied = []string{"/api", "/login", "/adminlogin", "/logout", "/session", "/docs", "/openapi.json", "/health"}

const (
	// connectWithin is how long a gateway may take to be found.
	connectWithin = 2 * time.Second
	// answerWithin is longer than the gateway's own longest time.
	answerWithin = 40 * time.Second
	// idleFor is less than the time that a gateway takes to leave (COFFEE_DRAIN_WAIT, 1s), in which it ends each connection
	// with its next answer: when it closes, no connection is left on which a request could just be under way.
	idleFor = 500 * time.Millisecond
	// kept is how long a request is at most for being kept to be sent again; the gateway takes no longer ones, but for
	// imports.
	kept = 256 << 10
	// writeWithin is how long a reader may take over one piece of an answer.
	writeWithin = 10 * time.Second
)

// Deps is what the frontend works with.
type Deps struct {
	GatewayURL string // http://localhost:5000
	// TLS says what to believe of a gateway behind https, asked anew for each connection. Nil: what this machine believes.
	TLS func() *tls.Config
	// HTTPS says that browsers find the chain by https, and are to keep to it.
	HTTPS bool
	Log   *slog.Logger
}

type frontend struct {
	files  *httpx.Files
	begins preloads
	policy string
	proxy  *httputil.ReverseProxy
	https  bool
}

// New makes the frontend's handler. The server in front of it should be httpx.Server.
func New(d Deps) (http.Handler, error) {
	gateway, err := url.Parse(d.GatewayURL)
	if err != nil || gateway.Host == "" || (gateway.Scheme != "http" && gateway.Scheme != "https") {
		return nil, fmt.Errorf("frontend: %q is no address of a gateway", d.GatewayURL)
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	sub, err := fs.Sub(site, "site")
	if err != nil {
		return nil, err
	}
	files, err := httpx.NewFiles(sub, "")
	if err != nil {
		return nil, err
	}
	var scripts []string
	for _, script := range inline.FindAllStringSubmatch(files.Body("index.html"), -1) {
		scripts = append(scripts, script[1])
	}
	begins, err := readPreloads(files)
	if err != nil {
		return nil, err
	}
	return &frontend{files, begins, httpx.WithInlineScripts(scripts), newProxy(gateway, d.TLS, d.Log), d.HTTPS}, nil
}

func newProxy(gateway *url.URL, trust func() *tls.Config, log *slog.Logger) *httputil.ReverseProxy {
	dialer := &net.Dialer{Timeout: connectWithin}
	var dialTLS func(ctx context.Context, network, address string) (net.Conn, error)
	if trust != nil {
		dialTLS = func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, connectWithin)
			defer cancel()
			return (&tls.Dialer{NetDialer: dialer, Config: trust()}).DialContext(ctx, network, address)
		}
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(gateway)
			r.Out.Host = r.In.Host // the gateway holds the Origin against it
			// Added to, not replaced: the gateway believes its own proxies only, from the right.
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
			if m := r.Out.Method; m == http.MethodPut || m == http.MethodDelete {
				// These do the same when done twice, so that one whose connection ended without an answer may be sent
				// again. A key without values says so to Go's client, and to nobody else.
				r.Out.Header["X-Idempotency-Key"] = []string{}
			}
		},
		FlushInterval:  -1, // events leave as they come
		ModifyResponse: compress,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			DialTLSContext:        dialTLS,
			ResponseHeaderTimeout: answerWithin,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       idleFor,
			DisableCompression:    true,
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				return // the browser has gone
			}
			log.Warn("the gateway does not answer", "path", r.URL.Path, "error", err.Error())
			httpx.Secure(w.Header(), httpx.DataPolicy)
			httpx.WriteProblem(w, httpx.Problem{
				Status: http.StatusServiceUnavailable, Title: "Not available", Code: "gateway_unavailable",
				Detail: "The shop's server does not answer. Try again in a moment.", RetryAfter: time.Second,
			})
		},
	}
}

// worthCompressing is how long an answer is at least for gzip to gain something.
const worthCompressing = 1024

// compress packs an answer of data for whoever takes gzip. Streams are left alone, and so is what has no length: it
// may be on its way for a while.
func compress(answer *http.Response) error {
	kind := answer.Header.Get("Content-Type")
	if !strings.HasPrefix(kind, "application/json") && !strings.HasPrefix(kind, "application/problem+json") {
		return nil
	}
	answer.Header.Add("Vary", "Accept-Encoding")
	if answer.ContentLength < worthCompressing || answer.Header.Get("Content-Encoding") != "" || !httpx.TakesGzip(answer.Request) {
		return nil
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	_ = answer.Body.Close() // it was read whole
	packed := httpx.Compress(body)
	answer.Body = io.NopCloser(bytes.NewReader(packed))
	answer.ContentLength = int64(len(packed))
	answer.Header.Set("Content-Length", strconv.Itoa(len(packed)))
	answer.Header.Set("Content-Encoding", "gzip")
	return nil
}

// ServeHTTP passes on what is the gateway's and answers the rest from the embedded pages.
func (f *frontend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if below(proxied, r.URL.Path) {
		f.pass(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/_app/immutable/") && f.files.Has(r.URL.Path) {
		// Parts of a page, never a page: what a page may do is said once, with it, and not sixty times.
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
	} else {
		httpx.Secure(w.Header(), f.policy)
		// A phone may say how far the café is, and the bar's screen may stay awake.
		w.Header().Set("Permissions-Policy", "geolocation=(self), screen-wake-lock=(self), camera=(), microphone=(), payment=()")
	}
	if f.https {
		httpx.OnlyHTTPS(w.Header(), r)
	}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		httpx.WriteProblem(w, httpx.Problem{
			Status: http.StatusMethodNotAllowed, Title: "Wrong method", Code: "method_not_allowed", Detail: "This is a page: it can only be read.",
		})
	case r.URL.Path == "/" || below(pages, r.URL.Path):
		f.begins.name(w.Header(), r)
		f.files.Serve(w, r, "index.html")
	case f.files.Has(r.URL.Path):
		f.files.ServeHTTP(w, r)
	default:
		f.files.ServeStatus(w, r, "index.html", http.StatusNotFound)
	}
}

// below tells whether a path is one of the prefixes or lies under it.
func below(prefixes []string, path string) bool {
	for _, prefix := range prefixes {
		if rest, ok := strings.CutPrefix(path, prefix); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// pass hands a request to the gateway. The server's time limits are for one request and one answer; a stream goes on,
// so from here a limit is for each piece: a reader that hangs is cut all the same.
func (f *frontend) pass(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	read := func() { _ = control.SetReadDeadline(time.Time{}) } // without a connection there is nothing to limit
	if r.ContentLength > 0 && r.ContentLength <= kept {
		keep(r)
	}
	if r.Body == nil || r.Body == http.NoBody {
		read()
	} else {
		r.Body = &watchedBody{r.Body, read}
	}
	f.proxy.ServeHTTP(&pieces{w, control}, r)
}

// keep reads a request whole, so that it can be sent again. What cannot be read fails where it is passed on.
func keep(r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		return
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, _ = r.GetBody()
}

// failing is a reader that only fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// watchedBody tells when a request has been read.
type watchedBody struct {
	io.ReadCloser
	whole func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.whole()
	}
	return n, err
}

// pieces gives each piece of an answer its own time.
type pieces struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (p *pieces) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(writeWithin)) // without a connection there is nothing to limit
	return p.ResponseWriter.Write(b)
}

// Unwrap lets the proxy flush.
func (p *pieces) Unwrap() http.ResponseWriter { return p.ResponseWriter }
