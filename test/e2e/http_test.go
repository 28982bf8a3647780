package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"coffee/app"
	"coffee/internal/guess"
)

// startConfigured is one process whose configuration was changed after the addresses were found.
func startConfigured(t *testing.T, change func(*app.Config)) *chain {
	t.Helper()
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	config := configure(t, t.TempDir(), listeners)
	change(&config)
	return running(t, config, []app.Options{{Listeners: listeners, Log: testLog(t)}})
}

// TestEveryAnswerIsSecured: pages, data, problems, documents and streams, from the gateway and through the frontend.
func TestEveryAnswerIsSecured(t *testing.T) {
	for name, public := range map[string]string{"http on loopback": "", "https": "https://coffee.example"} {
		t.Run(name, func(t *testing.T) {
			c := startConfigured(t, func(config *app.Config) {
				if public != "" {
					config.PublicURL = public
				}
			})
			cafe := newID()
			board := object{"name": "Café Salam", "time_zone": "Africa/Casablanca", "currency": "MAD", "default_service": "eat_in", "hours": alwaysOpen()}
			board["tax"] = object{"mode": "inclusive", "rates": []object{{"code": "standard", "eat_in": 1000, "take_away": 2000}}}
			c.asOperator().ok("PUT", "/api/v1/cafes/"+cafe, board)
			for _, ask := range []struct {
				method, path, body string
				status             int
				page               bool
				frontend           bool // only there
			}{
				{"GET", "/", "", 200, true, true},
				{"GET", "/setup", "", 200, true, true},
				{"GET", "/no-such-page", "", 404, true, true},
				{"POST", "/", "", 405, true, true},
				{"GET", "/docs", "", 200, true, false},
				{"GET", "/docs/nothing.js", "", 404, false, false},
				{"GET", "/openapi.json", "", 200, false, false},
				{"GET", "/health/live", "", 200, false, false},
				{"GET", "/api/v1/cafes", "", 200, false, false},
				{"HEAD", "/api/v1/cafes", "", 200, false, false},
				{"OPTIONS", "/api/v1/cafes", "", 405, false, false},
				{"TRACE", "/api/v1/cafes", "", 405, false, false},
				{"PATCH", "/api/v1/cafes/" + cafe, "{}", 405, false, false},
				{"GET", "/api/v1/cafes/" + cafe + "/board/stream", "", 200, false, false},
				{"HEAD", "/api/v1/cafes/" + cafe + "/board/stream", "", 405, false, false},
				{"GET", "/api/v1/cafes?colour=red", "", 400, false, false},
				{"GET", "/api/v1/nothing", "", 404, false, false},
				{"GET", "/api/v1/cafes/", "", 404, false, false},
				{"PUT", "/api/v1/cafes/" + cafe, "{", 400, false, false},
				{"PUT", "/api/v1/cafes/" + cafe, `{"name":"` + strings.Repeat("x", 300<<10) + `"}`, 413, false, false},
			} {
				for where, base := range map[string]string{"gateway": c.gateway, "frontend": c.frontend} {
					if ask.frontend && where == "gateway" {
						continue
					}
					request, err := http.NewRequestWithContext(t.Context(), ask.method, base+ask.path, strings.NewReader(ask.body))
					if err != nil {
						t.Fatal(err)
					}
					request.Header.Set("Content-Type", "application/json")
					request.Header.Set("Authorization", "Bearer "+c.operator)
					response, err := http.DefaultClient.Do(request)
					if err != nil {
						t.Fatalf("%s %s: %v", ask.method, ask.path, err)
					}
					_ = response.Body.Close()
					what := fmt.Sprintf("%s %s %.60s", where, ask.method, ask.path)
					if response.StatusCode != ask.status {
						t.Errorf("%s: %d, want %d", what, response.StatusCode, ask.status)
					}
					secured(t, what, response.Header, ask.page, public != "")
				}
			}
		})
	}
}

func secured(t *testing.T, what string, h http.Header, page, https bool) {
	t.Helper()
	policy := h.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: Content-Security-Policy %q", what, policy)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"Access-Control-Allow-Origin": "", "Access-Control-Allow-Credentials": "", "Server": "", "X-Powered-By": "", "Set-Cookie": "",
	} {
		if got := h.Get(name); got != want || len(h.Values(name)) > 1 {
			t.Errorf("%s: %s is %q, want %q once", what, name, h.Values(name), want)
		}
	}
	if cache := h.Get("Cache-Control"); !page && !strings.HasPrefix(cache, "no-store") && !strings.HasPrefix(cache, "no-cache") {
		t.Errorf("%s: may be kept: %q", what, cache)
	}
	if got := h.Get("Strict-Transport-Security"); (got != "") != https {
		t.Errorf("%s: Strict-Transport-Security %q", what, got)
	}
}

// TestCookieAttributes: what a browser is told about the session's cookie.
func TestCookieAttributes(t *testing.T) {
	for _, address := range []struct {
		public, name string
		secure       bool
	}{{"", "coffee-customer", false}, {"http://localhost:1234", "coffee-customer", false}, {"https://coffee.example", "__Host-coffee-customer", true}} {
		c := startConfigured(t, func(config *app.Config) {
			if address.public != "" {
				config.PublicURL = address.public
			}
		})
		a := c.browser().ok("POST", "/api/v1/phones", object{})
		response := http.Response{Header: a.header}
		cookies := response.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%q: cookies %v", address.public, cookies)
		}
		k := cookies[0]
		if k.Name != address.name || k.Secure != address.secure || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || k.Domain != "" {
			t.Errorf("%q: %s", address.public, k)
		}
		if len(k.Value) != 43 || k.MaxAge <= 0 || strings.Contains(a.raw, k.Value) {
			t.Errorf("%q: token of %d characters for %d s, or in the body", address.public, len(k.Value), k.MaxAge)
		}
		out := c.browser().ok("POST", "/logout", object{}, "Cookie", k.Name+"="+k.Value)
		if gone := (&http.Response{Header: out.header}).Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Secure != address.secure || gone[0].Name != k.Name {
			t.Errorf("%q: signing out says %v", address.public, gone)
		}
		c.browser().refused(401, "session_ended", "GET", "/session", nil, "Cookie", k.Name+"="+k.Value)
		if address.secure { // a cookie planted from http is not one of ours
			c.browser().refused(401, "sign_in_required", "GET", "/session", nil, "Cookie", "coffee-customer="+k.Value)
		}
		c.stop()
	}
}

// TestCrossSiteMatrix: whatever a page from elsewhere makes a browser send, with and without fetch metadata.
func TestCrossSiteMatrix(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	token := sessionToken(t, s.counter("Nadia"))
	for _, origin := range []string{"", "null", "own", c.frontend, "https://evil.example", "http://127.0.0.1:1", strings.Replace(c.gateway, "http:", "https:", 1)} {
		for _, site := range []string{"", "same-origin", "same-site", "cross-site", "none", "nonsense"} {
			for _, by := range []string{"cookie", "bearer"} {
				trusted := origin == "own" || origin == c.frontend || origin == ""
				passes := site == "same-origin" || site == "none" || (site == "" && trusted)
				switch {
				case origin == c.frontend: // the public address: its pages may, whatever the browser calls it
					passes = true
				case strings.HasPrefix(origin, "https://127"):
					passes = passes || site == "" // the same host; browsers that send no metadata are not asked for the scheme
				}
				if by == "cookie" && origin == "" && site == "" {
					passes = false
				}
				headers := []string{"Origin", origin}
				switch origin {
				case "":
					headers = []string{"X-None", "1"}
				case "own":
					headers[1] = c.gateway
				}
				if site != "" {
					headers = append(headers, "Sec-Fetch-Site", site)
				}
				if by == "cookie" {
					headers = append(headers, "Cookie", "coffee-device="+token)
				} else {
					headers = append(headers, "Authorization", "Bearer "+token)
				}
				a := c.bare("PUT", "/api/v1/orders/"+newID(), `{"lines":[]}`, headers...)
				refused := a.status == 403 && a.text("code") == "cross_site"
				if refused == passes || (passes && a.status != 400) {
					t.Errorf("Origin %q, Sec-Fetch-Site %q by %s: %d %s, want it to pass: %v", origin, site, by, a.status, a.text("code"), passes)
				}
				if a := c.bare("GET", "/session", "", headers...); a.status != 200 {
					t.Errorf("reading with Origin %q, Sec-Fetch-Site %q by %s: %d", origin, site, by, a.status)
				}
			}
		}
	}
	// What a form can send without asking first is no JSON.
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
		if a := c.bare("POST", "/login", `{"person":"Nadia","pin":"1"}`, "Content-Type", kind); a.status != 415 {
			t.Errorf("a body as %q: %d %s", kind, a.status, a.raw)
		}
	}
}

// bare sends exactly these headers, beside a JSON content type.
func (c *chain) bare(method, path, body string, headers ...string) answer {
	c.t.Helper()
	b := c.browser()
	request, err := http.NewRequest(method, c.gateway+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	a, err := b.do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// TestForgedAddresses: who is not a proxy of ours does not choose the network that their guesses are counted by.
func TestForgedAddresses(t *testing.T) {
	// least is how many of them a pace refuses, when it lets the free ones through and one after each wait that passed.
	guesses := func(t *testing.T, proxies ...netip.Prefix) (refused, least int) {
		c := startConfigured(t, func(config *app.Config) { config.TrustedProxies = proxies })
		s := newShop(c, "Café Salam")
		began := time.Now()
		for i := range 12 {
			a := c.browser().send("POST", "/login", object{"cafe_id": s.id, "access_code": "AAAA-AAAA-AAAA"},
				"X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i), "X-Real-Ip", fmt.Sprintf("203.0.113.%d", i),
				"Forwarded", fmt.Sprintf("for=203.0.113.%d", i), "True-Client-Ip", fmt.Sprintf("203.0.113.%d", i))
			switch a.status {
			case 429:
				refused++
			case 401:
			default:
				t.Fatalf("a guess: %d %s", a.status, a.raw)
			}
		}
		least = 12 - guess.FreeTries
		for took, wait := time.Since(began), guess.FirstWait; took >= wait; took, wait = took-wait, 2*wait {
			least--
		}
		return refused, least
	}
	if n, least := guesses(t, netip.MustParsePrefix("192.0.2.0/24")); n < least {
		t.Errorf("%d of 12 guesses refused to somebody who names another network each time, want %d", n, least)
	}
	if n, least := guesses(t, []netip.Prefix{}...); n < least {
		t.Errorf("%d of 12 guesses refused where no proxy is trusted, want %d", n, least)
	}
	if n, _ := guesses(t, netip.MustParsePrefix("127.0.0.0/8")); n != 0 {
		t.Errorf("%d of 12 guests behind a proxy of ours refused for each other's guesses", n)
	}
}

// raw is a connection on which anything can be sent.
func (c *chain) raw(base string) net.Conn {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	return conn
}

// TestSlowLoris: a client that dribbles is cut by the server's own limits, before the headers and in the body.
func TestSlowLoris(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	for where, base := range map[string]string{"gateway": c.gateway, "frontend": c.frontend} {
		for what, start := range map[string]string{
			"headers": "GET /api/v1/cafes HTTP/1.1\r\nHost: x\r\nX-Slow: ",
			"a body":  "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n{\"person\":\"",
			"nothing": "",
		} {
			t.Run(where+" "+what, func(t *testing.T) {
				t.Parallel()
				conn := c.raw(base)
				if _, err := io.WriteString(conn, start); err != nil {
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() {
					_, err := io.Copy(io.Discard, conn) // until the server hangs up
					ended <- err
				}()
				for drip := time.NewTicker(100 * time.Millisecond); ; {
					select {
					case err := <-ended:
						drip.Stop()
						if e, ok := err.(net.Error); ok && e.Timeout() { //nolint:errorlint // the deadline of this very connection
							t.Error("the server held on for a minute")
						}
						return
					case <-drip.C:
						if start != "" {
							_, _ = io.WriteString(conn, "x") // the reader sees the end
						}
					}
				}
			})
		}
	}
}

// TestLyingFrames: requests whose frames lie are answered one by one or cut, never mixed up with another's.
func TestLyingFrames(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	secret := "GET /session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + c.operator + "\r\n\r\n"
	for name, try := range map[string]struct {
		send string
		want []int // the statuses, in order; then the connection ends or waits
	}{
		"two lengths":              {"POST /logout HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 50\r\n\r\n{}", []int{400}},
		"a negative length":        {"POST /logout HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}", []int{400}},
		"a length in words":        {"POST /logout HTTP/1.1\r\nHost: x\r\nContent-Length: two\r\n\r\n{}", []int{400}},
		"chunked twice":            {"POST /logout HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", []int{501}},
		"an odd transfer encoding": {"POST /logout HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", []int{501}},
		"a bad chunk":              {"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", []int{408}},
		"two hosts":                {"GET /session HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", []int{400}},
		"no host":                  {"GET /session HTTP/1.1\r\n\r\n", []int{400}},
		"a space before the colon": {"GET /session HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer " + c.operator + "\r\n\r\n", []int{400}},
		"a folded header":          {"GET /session HTTP/1.1\r\nHost: x\r\nX-A: b\r\n Authorization: Bearer " + c.operator + "\r\nConnection: close\r\n\r\n", []int{401}},
		"garbage behind a request": {"GET /session HTTP/1.1\r\nHost: x\r\n\r\n\x00\x01garbage\r\n\r\n", []int{401, 400}},
		"a second in the first's body": {
			"POST /logout HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + fmt.Sprint(len(secret)) + "\r\n\r\n" + secret +
				"GET /session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", []int{400, 401},
		},
		"a short length":    {"POST /logout HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", []int{204, 401}},
		"headers too large": {"GET /session HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", []int{431}},
		"another protocol":  {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", nil},
		"an absolute path elsewhere": {
			"GET http://evil.example/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", []int{401},
		},
		"a tunnel": {"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n", []int{404}},
	} {
		for where, base := range map[string]string{"gateway": c.gateway, "frontend": c.frontend} {
			t.Run(name+" at the "+where, func(t *testing.T) {
				t.Parallel()
				conn := c.raw(base)
				go func() { _, _ = io.WriteString(conn, try.send) }() // it may be cut while it writes
				reader := bufio.NewReader(conn)
				for i, want := range try.want {
					response, err := http.ReadResponse(reader, nil)
					if err != nil {
						t.Fatalf("answer %d: %v", i, err)
					}
					body, _ := io.ReadAll(response.Body)
					_ = response.Body.Close()
					if where == "frontend" && want == 408 && response.StatusCode >= 400 || where == "frontend" && name == "a tunnel" && response.StatusCode >= 400 {
						continue // it ends in a refusal of the frontend's own
					}
					if response.StatusCode != want {
						t.Errorf("answer %d: %d %s, want %d", i, response.StatusCode, clip(string(body)), want)
					}
					if strings.Contains(string(body), "operator") {
						t.Errorf("answer %d tells who somebody else is: %s", i, body)
					}
				}
			})
		}
	}
	if a := c.asOperator().ok("GET", "/session", nil); a.text("role") != "operator" {
		t.Errorf("the gateway does not answer rightly any more: %s", a.raw)
	}
}
