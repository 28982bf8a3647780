package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coffee/app"
	"coffee/gateway"
)

var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

// TestAccessMatrix asks every route of the router as every kind of caller and holds the answer against the contract's
// table: nobody gets in whom the rule does not name, and whoever it names is not turned away for who they are.
func TestAccessMatrix(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s, other := newShop(c, "Café Salam"), newShop(c, "Café Atlas")

	device := c.browser()
	device.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code})
	board := c.browser()
	board.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code, "kind": "board"})
	admin := c.admin()
	ended := s.counter("Salma")
	ended.token = sessionToken(t, ended)
	s.counter("Salma").ok("GET", "/session", nil)
	logout := c.browser()
	logout.token = ended.token
	logout.ok("POST", "/logout", object{})
	forged := c.browser()
	forged.token = strings.Repeat("A", 43)

	callers := map[string]struct {
		b    *browser
		role string // empty: whoever this is, it is nobody
	}{
		"anonymous": {c.browser(), "anonymous"},
		"forged":    {forged, ""},
		"ended":     {ended, ""},
		"customer":  {s.phone(), "customer"},
		"device":    {device, "counter"},
		"board":     {board, "board"},
		"barista":   {s.counter("Nadia"), "barista"},
		"lead":      {s.counter("Omar"), "lead"},
		"manager":   {s.counter("Salma"), "manager"},
		"admin":     {admin, "admin"},
		"operator":  {c.asOperator(), "operator"},
	}
	routes, err := gateway.Routes()
	if err != nil {
		t.Fatal(err)
	}
	if len(routes) < 60 {
		t.Fatalf("the router names only %d routes", len(routes))
	}
	for _, route := range routes {
		if route.RPC == "" {
			continue // written by hand; their own tests say who may
		}
		path := parameter.ReplaceAllStringFunc(route.Path, func(name string) string {
			switch name {
			case "{cafe_id}":
				return s.id
			case "{kind}":
				return "item"
			}
			return newID()
		})
		for name, caller := range callers {
			// An empty body passes no validation that needs a field; it is enough to see who gets through the door.
			var body any
			if route.Method != http.MethodGet && route.Method != http.MethodDelete {
				body = object{}
			}
			if strings.HasSuffix(route.Path, "/stream") {
				continue // TestStream…: an answer that never ends
			}
			a := caller.b.send(route.Method, path, body, "Idempotency-Key", newID())
			admitted := caller.role != "" && (slices.Contains(route.Roles, caller.role) || slices.Contains(route.Roles, "anonymous"))
			turnedAway := a.status == http.StatusUnauthorized || (a.status == http.StatusForbidden && a.text("code") == "forbidden")
			switch {
			case caller.role == "" && a.status != http.StatusUnauthorized:
				t.Errorf("%s %s as %s: %d %s, want 401", route.Method, route.Path, name, a.status, clip(a.raw))
			case caller.role != "" && admitted && turnedAway:
				t.Errorf("%s %s as %s: %d %s, but the rule admits %v", route.Method, route.Path, name, a.status, clip(a.raw), route.Roles)
			case caller.role != "" && !admitted && !turnedAway:
				t.Errorf("%s %s as %s: %d %s, but the rule admits only %v", route.Method, route.Path, name, a.status, clip(a.raw), route.Roles)
			}
		}
		// Another café's path answers staff like an unknown café.
		if strings.Contains(route.Path, "{cafe_id}") && !slices.Contains(route.Roles, "anonymous") && slices.Contains(route.Roles, "manager") && !strings.HasSuffix(route.Path, "/stream") {
			foreign := strings.Replace(path, s.id, other.id, 1)
			var body any
			if route.Method != http.MethodGet && route.Method != http.MethodDelete {
				body = object{}
			}
			if a := callers["manager"].b.send(route.Method, foreign, body, "Idempotency-Key", newID()); a.status != http.StatusNotFound {
				t.Errorf("%s %s of another café as manager: %d %s, want 404", route.Method, route.Path, a.status, clip(a.raw))
			}
		}
	}
}

// sessionToken is the token in a browser's cookie, for showing it another way.
func sessionToken(t *testing.T, b *browser) string {
	t.Helper()
	for _, cookie := range b.client.Jar.Cookies(mustURL(t, b.c.gateway)) {
		if strings.HasPrefix(cookie.Name, "coffee-") {
			return cookie.Value
		}
	}
	t.Fatal("no session cookie")
	return ""
}

// password is that of every account that admin makes.
const password = "correct horse battery"

// admin makes an account of head office and signs in.
func (c *chain) admin() *browser {
	c.t.Helper()
	name := "admin-" + newID()[24:]
	c.asOperator().ok("PUT", "/api/v1/admins/"+newID(), object{"username": name, "password": password})
	b := c.browser()
	b.ok("POST", "/adminlogin", object{"username": name, "password": password})
	return b
}
