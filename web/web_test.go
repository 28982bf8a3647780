package web

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/internal/httpx"
	"coffee/internal/httpx/httpxtest"
	"coffee/internal/money"
)

// serve starts the frontend before a gateway; change alters its server before it starts.
func serve(t *testing.T, gateway string, change ...func(*httptest.Server)) *httptest.Server {
	t.Helper()
	handler, err := New(Deps{GatewayURL: gateway, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpx.Server(handler, slog.New(slog.DiscardHandler))
	for _, c := range change {
		c(server)
	}
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// answer is what came back, without its body.
type answer struct {
	StatusCode int
	Status     string
	Header     http.Header
}

func get(t *testing.T, server *httptest.Server, method, path string, header ...string) (answer, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Status, response.Header}, string(body)
}

func TestPage(t *testing.T) {
	server := serve(t, "http://127.0.0.1:1")
	r, body := get(t, server, "GET", "/")
	if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") || r.Header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("%s %v", r.Status, r.Header)
	}
	if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe") ||
		!strings.Contains(csp, "frame-ancestors 'none'") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", r.Header)
	}
	// Nothing that the policy forbids, nothing from elsewhere. The one script in the page is allowed by its hash.
	for _, bad := range []string{"<style", "style=", "onclick", "http://", "https://"} {
		if strings.Contains(body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	scripts := inline.FindAllStringSubmatch(body, -1)
	if len(scripts) != 1 {
		t.Fatalf("%d scripts in the page", len(scripts))
	}
	sum := sha256.Sum256([]byte(scripts[0][1]))
	if hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(r.Header.Get("Content-Security-Policy"), hash) {
		t.Errorf("the policy does not know the page's script %s", hash)
	}
	again, _ := get(t, server, "GET", "/", "If-None-Match", r.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("%s", again.Status)
	}
	assets := regexp.MustCompile(`(?:src|href|import\()="?(/_app/immutable/[^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(assets) < 3 {
		t.Fatalf("assets %v", assets)
	}
	for _, a := range assets {
		r, _ := get(t, server, "GET", a[1])
		if r.StatusCode != 200 || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") || r.Header.Get("ETag") == "" {
			t.Errorf("%s: %s %v", a[1], r.Status, r.Header)
		}
	}
	if r, _ := get(t, server, "GET", "/service-worker.js"); r.StatusCode != 200 || r.Header.Get("Cache-Control") != "no-cache" ||
		r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	for _, path := range []string{"/counter", "/bar", "/ready/018f6d5e-0000-7000-8000-000000000001", "/admin/menu", "/setup", "/order"} {
		if r, same := get(t, server, "GET", path); r.StatusCode != 200 || same != body {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	for _, path := range []string{"/nothing", "/_app/immutable/gone.js", "/../web.go", "/site/", "/apix", "/logins", "/counters"} {
		if r, same := get(t, server, "GET", path); r.StatusCode != 404 || same != body {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	if r, _ := get(t, server, "POST", "/"); r.StatusCode != 405 || r.Header.Get("Allow") == "" {
		t.Errorf("%s", r.Status)
	}
	if r, body := get(t, server, "HEAD", "/nothing"); r.StatusCode != 404 || body != "" {
		t.Errorf("%s %q", r.Status, body)
	}
}

func TestProxy(t *testing.T) {
	var seen *http.Request
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Set-Cookie", "coffee=x")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(append([]byte("from the gateway "), body...))
	}))
	defer gateway.Close()
	server := serve(t, gateway.URL)
	for _, path := range []string{"/api", "/api/v1/cafes?limit=1", "/login", "/adminlogin", "/adminlogin/setup", "/logout", "/session", "/docs", "/docs/docs.css", "/openapi.json", "/health/ready"} {
		r, body := get(t, server, "GET", path, "X-Forwarded-For", "203.0.113.9", "Cookie", "coffee=y", "Origin", server.URL)
		if r.StatusCode != http.StatusTeapot || body != "from the gateway " || r.Header.Get("Set-Cookie") != "coffee=x" {
			t.Errorf("%s: %s %q", path, r.Status, body)
		}
		if seen.URL.RequestURI() != path || "http://"+seen.Host != server.URL || seen.Header.Get("Cookie") != "coffee=y" ||
			seen.Header.Get("X-Forwarded-For") != "203.0.113.9, 127.0.0.1" || seen.Header.Get("Origin") != server.URL {
			t.Errorf("%s arrives as %s %s %v", path, seen.Host, seen.URL, seen.Header)
		}
	}
	response, err := server.Client().Post(server.URL+"/login", "application/json", strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != `from the gateway {"a":1}` {
		t.Errorf("%s", body)
	}
}

// TestStream: events come through at once, and go on beyond the server's times for ordinary requests.
func TestStream(t *testing.T) {
	next := make(chan string)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case event := <-next:
				_, _ = w.Write([]byte(event))
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	defer gateway.Close()
	var limits *httpxtest.Limits
	server := serve(t, gateway.URL, func(s *httptest.Server) { limits = httpxtest.Of(s) })
	go func() { next <- "data: 0\n" }()
	r, err := server.Client().Get(server.URL + "/api/v1/cafes/x/board/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines := bufio.NewReader(r.Body)
	if line, err := lines.ReadString('\n'); err != nil || line != "data: 0\n" {
		t.Fatal(line, err)
	}
	for range 3 {
		limits.Pass(httpx.ReadTimeout + httpx.WriteTimeout) // which must not hold here
		next <- "data: more\n"
		if line, err := lines.ReadString('\n'); err != nil || line != "data: more\n" {
			t.Fatal(line, err)
		}
	}
}

// TestSlowGateway: an answer that takes longer than the time to read a request still comes.
func TestSlowGateway(t *testing.T) {
	var limits *httpxtest.Limits
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		limits.Pass(httpx.ReadTimeout + time.Second)
		select { // time for the frontend to give up, if it does
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
		_, _ = w.Write([]byte("done"))
	}))
	defer gateway.Close()
	server := serve(t, gateway.URL, func(s *httptest.Server) { limits = httpxtest.Of(s) })
	response, err := server.Client().Post(server.URL+"/api/v1/imports/orders", "application/json", strings.NewReader(strings.Repeat("x", 1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "done" {
		t.Errorf("%s %q %v", response.Status, body, err)
	}
}

func TestGatewayDown(t *testing.T) {
	dead := httptest.NewServer(nil)
	dead.Close()
	server := serve(t, dead.URL)
	r, body := get(t, server, "GET", "/api/v1/cafes")
	var p httpx.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil || r.StatusCode != 503 || p.Code != "gateway_unavailable" || p.Status != 503 ||
		r.Header.Get("Content-Type") != "application/problem+json" || r.Header.Get("Retry-After") != "1" || strings.Contains(body, "refused") {
		t.Errorf("%s %s %v", r.Status, body, err)
	}
	if r, _ := get(t, server, "GET", "/"); r.StatusCode != 200 {
		t.Error("the page went with the gateway")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, bad := range []string{"", "localhost:5000", "ftp://x", "://"} {
		if _, err := New(Deps{GatewayURL: bad}); err == nil {
			t.Errorf("%q", bad)
		}
	}
}

// TestCompressed: whoever takes gzip gets it, under an ETag of its own; pictures and fonts are packed already.
func TestCompressed(t *testing.T) {
	server := serve(t, "http://127.0.0.1:1")
	_, plain := get(t, server, "GET", "/start.js", "Accept-Encoding", "identity")
	for header, packed := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "identity": false, "gzip;q=0": false, "gzip; q=0.0": false} {
		r, body := get(t, server, "GET", "/start.js", "Accept-Encoding", header)
		if (r.Header.Get("Content-Encoding") == "gzip") != packed || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v", header, r.Header)
		}
		if packed {
			unpacked, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(unpacked); err != nil || string(text) != plain {
				t.Errorf("%q: %v, %d bytes", header, err, len(text))
			}
			again, _ := get(t, server, "GET", "/start.js", "Accept-Encoding", header, "If-None-Match", r.Header.Get("ETag"))
			if again.StatusCode != http.StatusNotModified {
				t.Errorf("%q: %s", header, again.Status)
			}
		}
	}
	if r, _ := get(t, server, "GET", "/icon-192.png", "Accept-Encoding", "gzip"); r.Header.Get("Content-Encoding") != "" || r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%v", r.Header)
	}
}

// TestCompressedData: an answer of data is packed on its way; a short one, a stream and what is packed already are not.
func TestCompressedData(t *testing.T) {
	long := `{"menu":"` + strings.Repeat("latte ", 1000) + `"}`
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, kind := long, "application/json"
		switch r.URL.Path {
		case "/api/short":
			body = `{}`
		case "/api/stream":
			kind = "text/event-stream"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write([]byte(body))
	}))
	defer gateway.Close()
	server := serve(t, gateway.URL)
	for path, packed := range map[string]bool{"/api/long": true, "/api/short": false, "/api/stream": false} {
		r, body := get(t, server, "GET", path, "Accept-Encoding", "gzip")
		if (r.Header.Get("Content-Encoding") == "gzip") != packed {
			t.Errorf("%s: %v", path, r.Header)
		}
		if !packed {
			continue
		}
		unpacked, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(unpacked); err != nil || string(text) != long || len(body) > 500 {
			t.Errorf("%v: %d bytes of %d", err, len(body), len(text))
		}
		if r, plain := get(t, server, "GET", path, "Accept-Encoding", "identity"); plain != long || r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
}

// TestCurrencies: the screens know the same decimals of money as the services.
func TestCurrencies(t *testing.T) {
	var exceptions map[string]int
	text, err := os.ReadFile("src/lib/currency-exponents.json")
	if err == nil {
		err = json.Unmarshal(text, &exceptions)
	}
	if err != nil {
		t.Fatal(err)
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			for c := 'A'; c <= 'Z'; c++ {
				code := string([]rune{a, b, c})
				want, known := money.Exponent(code)
				got, named := exceptions[code]
				if known && (named && got != want || !named && want != 2) || named && !known {
					t.Errorf("%s: the screens say %d (named %v), internal/money %d (known %v)", code, got, named, want, known)
				}
			}
		}
	}
}

// TestPreloads: the head of a page names the files that its screen begins with, all of them there, in the reader's
// language; the page below another does not.
func TestPreloads(t *testing.T) {
	server := serve(t, "http://127.0.0.1:1")
	linked := regexp.MustCompile(`<([^>]+)>; rel=(modulepreload|preload; as=style)`)
	of := func(path, languages string) string {
		a, _ := get(t, server, "GET", path, "Accept-Language", languages)
		for _, link := range linked.FindAllStringSubmatch(a.Header.Get("Link"), -1) {
			if file, _ := get(t, server, "HEAD", link[1]); file.StatusCode != http.StatusOK || strings.HasSuffix(link[1], ".css") != strings.Contains(link[2], "style") {
				t.Errorf("%s names %s (%s): %s", path, link[1], link[2], file.Status)
			}
		}
		return a.Header.Get("Link")
	}
	seen := map[string]string{}
	for _, path := range []string{"/", "/counter", "/bar", "/admin", "/ready/x", "/order/x"} {
		link := of(path, "en")
		for other, same := range seen {
			if same == link {
				t.Errorf("%s begins like %s", path, other)
			}
		}
		if seen[path] = link; link == "" {
			t.Errorf("%s names nothing", path)
		}
	}
	if of("/", "de-CH, ar-MA;q=0.9, fr;q=0.5") != of("/", "ar") || of("/", "ar") == of("/", "fr") || of("/", "de") != seen["/"] {
		t.Error("the texts are not those of the reader's first language that there is")
	}
	for _, path := range []string{"/order/x/cart", "/admin/sales", "/nothing", "/counter/x/y"} {
		if link := of(path, "en"); link != "" {
			t.Errorf("%s names %s", path, link)
		}
	}
}

// TestSentAgain: a gateway that ends may close a connection just when a request is under way on it. What does the same
// when it is done twice is sent again, whole; of the rest nobody knows whether it was done, and the caller decides.
func TestSentAgain(t *testing.T) {
	for _, try := range []struct {
		method, key string
		again       bool
	}{{"PUT", "", true}, {"GET", "", true}, {"DELETE", "", true}, {"POST", "a key", true}, {"POST", "", false}} {
		t.Run(try.method+" "+try.key, func(t *testing.T) {
			var used sync.Map // by connection
			var met atomic.Bool
			got := make(chan string, 10)
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if _, before := used.LoadOrStore(r.RemoteAddr, true); before {
					met.Store(true)
					panic(http.ErrAbortHandler) // the second request on a connection finds it closed
				}
				if _, sent := r.Header["X-Idempotency-Key"]; sent {
					t.Error("the gateway hears of the proxy's mark")
				}
				got <- r.Method + " " + string(body)
			}))
			defer gateway.Close()
			server := serve(t, gateway.URL)
			send := func(method, body string) int {
				r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/api/v1/orders/1", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if try.key != "" {
					r.Header.Set("Idempotency-Key", try.key)
				}
				response, err := server.Client().Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				return response.StatusCode
			}
			var status int
			for {
				if first := send("GET", ""); first != http.StatusOK {
					t.Fatal(first)
				}
				<-got
				if status = send(try.method, `{"lines":[]}`); met.Load() {
					break
				}
				// This machine stood still for so long that the proxy gave the idle connection up.
				if status != http.StatusOK {
					t.Fatal(status)
				}
				<-got
			}
			if !try.again {
				if status != http.StatusServiceUnavailable {
					t.Errorf("%d, want 503", status)
				}
				return
			}
			if status != http.StatusOK {
				t.Fatalf("%d, want 200", status)
			}
			if whole := <-got; whole != try.method+` {"lines":[]}` {
				t.Errorf("the gateway got %q", whole)
			}
		})
	}
}
