package gateway

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"

	"coffee/internal/errs"
	"coffee/internal/rpc"
)

// recordingConn answers every call with not_found and remembers which it was.
type recordingConn struct {
	mu   sync.Mutex
	seen []string
}

func (c *recordingConn) note(method string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, method)
	return errs.NotFound("it")
}

func (c *recordingConn) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

func (c *recordingConn) Invoke(_ context.Context, method string, _, _ any, _ ...grpc.CallOption) error {
	return c.note(method)
}

func (c *recordingConn) NewStream(_ context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, c.note(method)
}

var parameterPattern = regexp.MustCompile(`\{[^}]*\}`)

// sample is a path of the route.
func (r Route) sample() string { return parameterPattern.ReplaceAllString(r.Path, anyID) }

func (r Route) sampleBody() string {
	if r.Body {
		return `{}`
	}
	return ""
}

// TestEveryRoute: each binding of each contract reaches its own RPC, for exactly the roles of its rule; others learn
// 401 or 403, before anything of the body is read.
func TestEveryRoute(t *testing.T) {
	conn := &recordingConn{}
	w := newWorld(t)
	callers := map[string]*client{
		"anonymous": w.browser(), "counter": w.counter(), "barista": w.barista(), "admin": w.admin(), "operator": w.operator(),
		"board": w.browser(), "customer": w.browser(), "lead": w.counter(),
	}
	callers["board"].want(200, "POST", "/login", `{"cafe_id":"`+cafeA+`","access_code":"right-code","kind":"board"}`)
	callers["customer"].want(200, "POST", "/api/v1/phones", "")
	callers["lead"].want(200, "POST", "/login", `{"person":"Karim","pin":"1234"}`)
	recording, err := New(Deps{
		Conns:    func(string) grpc.ClientConnInterface { return conn },
		Sessions: w.sessions, Signer: w.gateway.Signer, Now: w.clock.Now, OperatorToken: operator,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.serve(recording, func(*http.Server) {})
	routes, err := Routes()
	if err != nil {
		t.Fatal(err)
	}
	fromContracts := 0
	for _, route := range routes {
		if route.RPC == "" {
			continue
		}
		fromContracts++
		for role, caller := range callers {
			a := caller.do(route.Method, route.sample(), route.sampleBody())
			seen := conn.take()
			if route.Admits(role) {
				if a.status != http.StatusNotFound || len(seen) != 1 || seen[0] != route.RPC {
					t.Errorf("%s %s as %s: %d, reached %v\n%s", route.Method, route.Path, role, a.status, seen, a.body)
				}
				continue
			}
			want := http.StatusForbidden
			if role == "anonymous" {
				want = http.StatusUnauthorized
			}
			if a.status != want || len(seen) != 0 {
				t.Errorf("%s %s as %s: %d, want %d, reached %v", route.Method, route.Path, role, a.status, want, seen)
			}
		}
	}
	if fromContracts < 75 {
		t.Errorf("only %d routes from the contracts", fromContracts)
	}
}

// TestRoutes: nothing twice, every role is one of ours, every path under /api/v1 but sign-in and what describes us.
func TestRoutes(t *testing.T) {
	routes, err := Routes()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range routes {
		key := r.Method + " " + parameterPattern.ReplaceAllString(r.Path, "{}")
		if seen[key] {
			t.Errorf("%s twice", key)
		}
		seen[key] = true
		if len(r.Roles) == 0 && r.RPC != "" && !strings.Contains(r.RPC, "ListJournal") {
			t.Errorf("%s: nobody may call it", key)
		}
		for _, role := range r.Roles {
			if !slices.Contains(rpc.Roles, role) {
				t.Errorf("%s: role %q", key, role)
			}
		}
		if r.RPC != "" && !strings.HasPrefix(r.Path, "/api/v1/") {
			t.Errorf("%s is not under /api/v1", key)
		}
		if r.Body && len(r.Query) > 0 {
			t.Errorf("%s takes a body and parameters", key)
		}
	}
}

func TestRouter(t *testing.T) {
	w := newWorld(t)
	c := w.operator()
	c.refused(404, "route_not_found", "GET", "/", "")
	c.refused(404, "route_not_found", "GET", "/api/v1/nothing", "")
	c.refused(404, "route_not_found", "GET", "/api/v1/cafes/", "")
	c.refused(404, "route_not_found", "GET", "/api/v1//cafes", "")
	c.refused(404, "route_not_found", "GET", "/api/v1/cafes//menu", "")
	c.refused(404, "route_not_found", "GET", "/api/v1/cafes/../cafes", "")
	c.refused(404, "route_not_found", "GET", "/api/v1/cafes/%2e%2e/%2e%2e/cafes", "")
	c.refused(404, "route_not_found", "GET", "/API/v1/cafes", "")
	c.refused(404, "route_not_found", "GET", "/api/v1/cafes/%ff%fe", "")
	c.refused(404, "route_not_found", "GET", "/"+strings.Repeat("x", 5000), "")
	c.refused(404, "route_not_found", "GET", "/docs/../../go.mod", "")
	for method, allow := range map[string]string{"POST": "GET", "PATCH": "GET", "OPTIONS": "GET", "TRACE": "GET"} {
		a := c.do(method, "/api/v1/cafes", "")
		a.refused(t, 405, "method_not_allowed")
		if a.header.Get("Allow") != allow {
			t.Errorf("%s: Allow %q", method, a.header.Get("Allow"))
		}
	}
	if a := c.do("POST", "/api/v1/cafes/"+cafeA, ""); a.status != 405 || a.header.Get("Allow") != "DELETE, GET, PUT" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := c.want(200, "HEAD", "/api/v1/cafes", ""); a.body != "" || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %v", a)
	}
	// What the generated mux would take for another method, or for a form.
	r := c.request("POST", "/api/v1/cafes", "query=x")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-HTTP-Method-Override", "GET")
	c.send(r).refused(t, 405, "method_not_allowed")
}

func FuzzRouter(f *testing.F) {
	routes, err := Routes()
	if err != nil {
		f.Fatal(err)
	}
	rt := newRouter()
	for _, r := range routes {
		rt.add(r, nil)
		f.Add(r.Method, r.sample())
	}
	f.Add("GET", "")
	f.Add("", "//")
	f.Add("GET", "/docs/..%2f")
	f.Fuzz(func(t *testing.T, method, path string) {
		found, params, others := rt.match(method, path)
		if found == nil {
			return
		}
		if others != nil || (found.Method != method && method != http.MethodHead) {
			t.Errorf("%s %q: %s, others %v", method, path, found.Method, others)
		}
		back := parameterPattern.ReplaceAllStringFunc(found.Path, func(name string) string {
			value := params[name[1:len(name)-1]]
			if value == "" || strings.Contains(value, "/") {
				t.Errorf("%q: %s is %q", path, name, value)
			}
			return value
		})
		if back != path {
			t.Errorf("%q matched %s", path, found.Path)
		}
	})
}
