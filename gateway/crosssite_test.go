package gateway

import (
	"net/http"
	"strings"
	"testing"
)

// TestCrossSite: a page from elsewhere changes nothing, signed in or not.
func TestCrossSite(t *testing.T) {
	w := newWorld(t, func(d *Deps) { d.PublicURL = "http://localhost:8080" })
	c := w.admin()
	for _, h := range []struct {
		name            string
		origin, fetch   string
		host            string
		cookie, allowed bool
	}{
		{"our own page", "own", "same-origin", "", true, true},
		{"our own page in an old browser", "own", "", "", true, true},
		{"our page through a proxy that keeps the host", "http://coffee.test", "", "coffee.test", true, true},
		{"our public address", "http://localhost:8080", "", "", true, true},
		{"another site", "https://evil.example", "cross-site", "", true, false},
		{"another site in an old browser", "https://evil.example", "", "", true, false},
		{"another site, without a cookie", "https://evil.example", "cross-site", "", false, false},
		{"a sandboxed frame", "null", "", "", true, false},
		{"a sister site", "https://other.coffee.test", "same-site", "", true, false},
		{"a cookie from nowhere", "", "", "", true, false},
		{"a program without a cookie", "", "", "", false, true},
	} {
		t.Run(h.name, func(t *testing.T) {
			one := &client{w: w, header: http.Header{}}
			if h.cookie {
				one.cookie = c.cookie
			}
			switch h.origin {
			case "":
			case "own":
				one.header.Set("Origin", w.server.URL)
			default:
				one.header.Set("Origin", h.origin)
			}
			if h.fetch != "" {
				one.header.Set("Sec-Fetch-Site", h.fetch)
			}
			r := one.request("POST", "/login", `{}`)
			if h.host != "" {
				r.Host = h.host
			}
			a := one.send(r)
			if h.allowed {
				a.refused(t, 400, "invalid_request") // it came through, and is empty
			} else {
				a.refused(t, 403, "cross_site")
			}
			if !h.allowed {
				one.refused(403, "cross_site", "POST", "/logout", "")
				one.refused(403, "cross_site", "DELETE", "/api/v1/cafes/"+cafeA, "")
			}
		})
	}
	c.want(200, "GET", "/session", "") // nobody signed us out
}

func TestCookies(t *testing.T) {
	for address, want := range map[string]struct {
		name   string
		secure bool
	}{
		"": {"coffee-", false}, "http://localhost:8080": {"coffee-", false}, "http://127.0.0.1": {"coffee-", false},
		"http://[::1]:80": {"coffee-", false}, "https://coffee.example": {"__Host-coffee-", true}, "https://localhost": {"__Host-coffee-", true},
	} {
		k, _, err := origin(address)
		if err != nil || k.prefix != want.name || k.secure != want.secure {
			t.Errorf("%q: %+v %v", address, k, err)
		}
	}
	for _, bad := range []string{"http://coffee.example", "http://192.168.1.4:8080", "coffee.example", "ftp://x", "://", "http://localhost.evil.example", "http://127.0.0.1.evil.example"} {
		if _, err := New(Deps{Conns: newWorld(t).gateway.Conns, Sessions: newWorld(t).sessions, Signer: newWorld(t).gateway.Signer, PublicURL: bad}); err == nil || !strings.Contains(err.Error(), "COFFEE_PUBLIC_URL") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	w := newWorld(t, func(d *Deps) { d.PublicURL = "https://coffee.example" })
	a := w.browser().want(200, "POST", "/adminlogin", `{"username":"head","password":"right-password"}`)
	if cookie := a.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-coffee-admin=") || !strings.Contains(cookie, "; Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("%q", cookie)
	}
	// The name without __Host- is not ours there: a sister site could have set it.
	w.admin()
	plain := &client{w: w, kind: "admin", cookie: strings.TrimPrefix(strings.Split(a.header.Get("Set-Cookie"), ";")[0], "__Host-coffee-admin="), header: http.Header{}}
	plain.refused(401, "sign_in_required", "GET", "/session", "")
}

// TestTwoCookies: when two of our name arrive, one was planted, and neither counts.
func TestTwoCookies(t *testing.T) {
	w := newWorld(t)
	c := w.admin()
	r := c.request("GET", "/session", "")
	r.Header.Set("Cookie", "coffee-admin="+c.cookie+"; coffee-admin="+w.admin().cookie)
	c.send(r).refused(t, 401, "sign_in_required")
	r.Header.Set("Cookie", "other=1; coffee-admin="+c.cookie+"; coffee-admin2=x")
	if a := c.send(r); a.status != 200 {
		t.Error(a.body)
	}
}

func TestSecurityHeaders(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/v1/cafes", "/session", "/nothing", "/docs", "/openapi.json", "/health/live"} {
		h := w.browser().do("GET", path, "").header
		csp := h.Get("Content-Security-Policy")
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
			h.Get("Referrer-Policy") == "" || h.Get("Cache-Control") == "" {
			t.Errorf("%s: %v", path, h)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be read from elsewhere", path)
		}
	}
	for _, path := range []string{"/api/v1/cafes", "/session", "/nothing"} {
		if h := w.browser().do("GET", path, "").header; h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %v", path, h)
		}
	}
}

func FuzzIdentity(f *testing.F) {
	f.Add("Bearer x", "coffee=x")
	f.Add("", "coffee=\"x\"; coffee=y")
	f.Add("bearer  ", "=;=;")
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, authorization, cookies string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr = "127.0.0.1:1"
		r.Header["Authorization"], r.Header["Cookie"] = []string{authorization}, []string{cookies}
		out := &quietWriter{header: http.Header{}}
		w.gateway.ServeHTTP(out, r)
		if out.status != http.StatusUnauthorized {
			t.Errorf("%d for %q, %q", out.status, authorization, cookies)
		}
	})
}

// quietWriter takes an answer and keeps its status.
type quietWriter struct {
	header http.Header
	status int
}

func (q *quietWriter) Header() http.Header    { return q.header }
func (q *quietWriter) WriteHeader(status int) { q.status = status }

func (q *quietWriter) Write(b []byte) (int, error) {
	if q.status == 0 {
		q.status = http.StatusOK
	}
	return len(b), nil
}

// TestSideBySide: head office, a counter and a customer in one browser, each with a session of its own.
func TestSideBySide(t *testing.T) {
	w := newWorld(t)
	counter, admin := w.counter(), w.admin()
	both := "coffee-device=" + counter.cookie + "; coffee-admin=" + admin.cookie
	as := func(kind, method, path, body string) answer {
		r := counter.request(method, path, body)
		r.Header.Set("Cookie", both)
		if kind != "" {
			r.Header.Set(sessionHeader, kind)
		}
		return counter.send(r)
	}
	for kind, want := range map[string]string{"": "device", "device": "device", "admin": "admin"} {
		if a := as(kind, "GET", "/session", ""); a.status != 200 || !strings.Contains(a.body, `"kind":"`+want+`"`) {
			t.Errorf("as %q: %d %s", kind, a.status, a.body)
		}
	}
	as("customer", "GET", "/session", "").refused(t, 401, "sign_in_required")
	as("operator", "GET", "/session", "").refused(t, 400, "invalid_request")
	// A customer's session begins beside the others, and ends none of them.
	if a := as("", "POST", "/api/v1/phones", ""); a.status != 200 || !strings.HasPrefix(a.header.Get("Set-Cookie"), "coffee-customer=") {
		t.Errorf("%d %s %q", a.status, a.body, a.header.Get("Set-Cookie"))
	}
	if a := as("admin", "POST", "/logout", ""); a.status != 204 || !strings.HasPrefix(a.header.Get("Set-Cookie"), "coffee-admin=;") {
		t.Errorf("%d %s %q", a.status, a.body, a.header.Get("Set-Cookie"))
	}
	as("admin", "GET", "/session", "").refused(t, 401, "session_ended")
	counter.want(200, "GET", "/session", "")
	// A token is worth nothing in another kind's cookie.
	both = "coffee-admin=" + counter.cookie
	as("", "GET", "/session", "").refused(t, 401, "session_ended")
}
