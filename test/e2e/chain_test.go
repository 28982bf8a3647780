// Package e2e runs the whole system for real, on ports of its own, and works with it as its users do: over HTTP.
// The same scenario runs in every topology.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"coffee/app"
	"coffee/internal/certs"
	making "coffee/tool/certs"
)

// chain is a running system.
type chain struct {
	t        testing.TB
	gateway  string // http://127.0.0.1:port
	frontend string
	operator string // token
	config   app.Config
	stop     func()
}

// topologies are the ways the parts can be spread; each starts a fresh, empty system. Several processes on one machine
// without TLS differ from those with it in their credentials alone.
var topologies = []struct {
	name  string
	start func(t testing.TB, options app.Options) *chain
}{
	{"one process", startOneProcess},
	{"split over TLS", startSplitTLS},
}

// everyTopology runs a test in each topology.
func everyTopology(t *testing.T, run func(t *testing.T, c *chain)) {
	for _, topology := range topologies {
		t.Run(topology.name, func(t *testing.T) {
			t.Parallel()
			run(t, topology.start(t, app.Options{}))
		})
	}
}

func listenLocal(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// configure loads the defaults over a data folder of its own, with the addresses that were found free.
func configure(t testing.TB, data string, listeners map[string]net.Listener) app.Config {
	t.Helper()
	environment := map[string]string{"COFFEE_DATA": data, "COFFEE_DRAIN_WAIT": "0s"} // nobody balances
	for part, listener := range listeners {
		address := listener.Addr().String()
		switch part {
		case "gateway":
			environment["COFFEE_GATEWAY_URL"] = "http://" + address
		case "frontend":
			environment["COFFEE_PUBLIC_URL"] = "http://" + address
		default:
			environment["COFFEE_"+strings.ToUpper(part)+"_ADDRESS"] = address
		}
	}
	config, err := app.Load(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func testLog(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// startOneProcess is bare `coffee`: everything in one process, calls staying inside it.
func startOneProcess(t testing.TB, options app.Options) *chain {
	t.Helper()
	return startIn(t, t.TempDir(), options)
}

// startIn starts one process on a data folder that may hold a system already.
func startIn(t testing.TB, data string, options app.Options) *chain {
	t.Helper()
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	config := configure(t, data, listeners)
	options.Listeners, options.Log = listeners, testLog(t)
	return running(t, config, []app.Options{options})
}

// startSplit runs each part as `coffee serve PART` does: its own listener, everybody else behind TCP.
func startSplit(t testing.TB, options app.Options) *chain {
	t.Helper()
	return startParts(t, options, func(*app.Config) {})
}

// startSplitTLS is startSplit as between machines: the parts know each other by certificates.
func startSplitTLS(t testing.TB, options app.Options) *chain {
	t.Helper()
	folder := makeCerts(t, app.Identified()...)
	return startParts(t, options, func(c *app.Config) { c.Certs = folder })
}

func startParts(t testing.TB, options app.Options, change func(*app.Config)) *chain {
	t.Helper()
	listeners := map[string]net.Listener{}
	for _, part := range app.All() {
		listeners[part] = listenLocal(t)
	}
	config := configure(t, t.TempDir(), listeners)
	change(&config)
	var parts []app.Options
	for _, part := range app.All() {
		o := options
		o.Parts, o.Log = []string{part}, testLog(t)
		o.Listeners = map[string]net.Listener{part: listeners[part]}
		parts = append(parts, o)
	}
	return running(t, config, parts)
}

// makeCerts makes an authority and a certificate for each part.
func makeCerts(t testing.TB, parts ...string) string {
	t.Helper()
	folder := t.TempDir()
	coffeeCerts(t, folder, nil, "init")
	coffeeCerts(t, folder, parts, "issue", "all")
	return folder
}

// coffeeCerts runs `coffee certs` for a chain of these parts.
func coffeeCerts(t testing.TB, folder string, parts []string, arguments ...string) {
	t.Helper()
	c := making.Command(parts, folder)
	c.SetOut(io.Discard)
	c.SetArgs(arguments)
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("coffee certs %v: %v", arguments, err)
	}
}

// watched shows any certificate, as nobody does who is one of the parts: they are not held to their own name.
func watched(t testing.TB, files certs.Files) *certs.Watched {
	t.Helper()
	files.Name = ""
	w, err := certs.Watch(files, testLog(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// running opens and runs the given processes of one system and waits until the gateway is ready.
func running(t testing.TB, config app.Config, processes []app.Options) *chain {
	t.Helper()
	return runningWith(t, config, processes, func(*app.App) {})
}

// patience bounds calls in tests: none may depend on how fast the machine is.
const patience = 30 * time.Second

// runningWith is running; opened is told of each process.
func runningWith(t testing.TB, config app.Config, processes []app.Options, opened func(*app.App)) *chain {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, len(processes))
	c := &chain{t: t, config: config}
	for _, options := range processes {
		if options.CallTimeout == 0 {
			options.CallTimeout = patience
		}
		a, err := app.Open(ctx, config, options)
		if err != nil {
			cancel()
			t.Fatal(err)
		}
		if address := a.Address("gateway"); address != "" {
			c.gateway = "http://" + address
		}
		if address := a.Address("frontend"); address != "" {
			c.frontend = "http://" + address
		}
		go func() { ended <- a.Run(ctx) }()
		opened(a)
	}
	stopped := false
	c.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		for range processes {
			if err := <-ended; err != nil {
				t.Errorf("a part ended with %v", err)
			}
		}
	}
	t.Cleanup(c.stop)
	token, err := os.ReadFile(config.Data + "/operator.token")
	if err != nil {
		t.Fatal(err)
	}
	c.operator = strings.TrimSpace(string(token))
	c.waitFor("the gateway", func() bool {
		response, err := http.Get(c.gateway + "/health/ready")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return c
}

// waitFor asks until something is so; it fails the test after a minute. That is more than the longest pause of any
// background work (analytics looks at all journals afresh every 30 s), on a machine that does much else.
func (c *chain) waitFor(what string, so func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if so() {
			return
		}
	}
	c.t.Fatalf("%s: not so after a minute", what)
}

// browser is one user agent: cookies, an origin, and an optional bearer token instead.
type browser struct {
	c      *chain
	client *http.Client
	token  string
}

func (c *chain) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return &browser{c: c, client: &http.Client{Jar: jar, Timeout: 2 * patience}}
}

// asOperator is the command line's way in.
func (c *chain) asOperator() *browser {
	b := c.browser()
	b.token = c.operator
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	raw    string
}

// at reads a value by path: lines.0.state. Numbers are float64 up to 2^53, which is enough for a test.
func (a answer) at(path string) any {
	var value any = a.body
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			var i int
			if _, err := fmt.Sscanf(step, "%d", &i); err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func (a answer) text(path string) string {
	s, _ := a.at(path).(string)
	return s
}

func (a answer) number(path string) int64 {
	f, _ := a.at(path).(float64)
	return int64(f)
}

func (a answer) list(path string) []any {
	l, _ := a.at(path).([]any)
	return l
}

// send makes one request; body nil sends none, a string is sent as it is, anything else as JSON.
func (b *browser) send(method, path string, body any, headers ...string) answer {
	b.c.t.Helper()
	a, err := b.try(method, path, body, headers...)
	if err != nil {
		b.c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is send that may be called from any goroutine.
func (b *browser) try(method, path string, body any, headers ...string) (answer, error) {
	request, err := b.request(context.Background(), method, path, body, headers...)
	if err != nil {
		return answer{}, err
	}
	return b.do(request)
}

// request is what try sends.
func (b *browser) request(ctx context.Context, method, path string, body any, headers ...string) (*http.Request, error) {
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, b.c.gateway+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Origin", b.c.gateway)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		request.Header.Set("Authorization", "Bearer "+b.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request, nil
}

// do sends a request as it is.
func (b *browser) do(request *http.Request) (answer, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body) // an answer that is no object has no fields to find
	return a, nil
}

// ok is send for what must succeed.
func (b *browser) ok(method, path string, body any, headers ...string) answer {
	b.c.t.Helper()
	a := b.send(method, path, body, headers...)
	if a.status < 200 || a.status > 299 {
		b.c.t.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	return a
}

// keyed is ok with a fresh Idempotency-Key.
func (b *browser) keyed(method, path string, body any) answer {
	b.c.t.Helper()
	return b.ok(method, path, body, "Idempotency-Key", newID())
}

// refused is send for what must be refused with a status and code.
func (b *browser) refused(status int, code, method, path string, body any, headers ...string) answer {
	b.c.t.Helper()
	a := b.send(method, path, body, headers...)
	if a.status != status || a.text("code") != code {
		b.c.t.Fatalf("%s %s: %d %s; want %d %s", method, path, a.status, a.raw, status, code)
	}
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		b.c.t.Errorf("%s %s: refused as %q, not problem+json", method, path, got)
	}
	return a
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

type object = map[string]any

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
