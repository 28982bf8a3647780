package gateway

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"coffee/internal/errs"
	"coffee/internal/httpx"
	cafepb "coffee/proto/coffee/cafe/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

func TestBodies(t *testing.T) {
	w := newWorld(t)
	c := w.operator()
	const put = "/api/v1/cafes/" + cafeA
	good := `{"name":"Café Salam","time_zone":"Africa/Casablanca","currency":"MAD"}`
	if a := c.want(200, "PUT", put, good); !strings.Contains(a.body, `"version":1`) {
		t.Error(a.body)
	}
	for _, b := range []struct{ name, body, code, field string }{
		{"malformed", `{"name":`, "malformed_json", ""},
		{"a list", `[]`, "invalid_request", ""},
		{"unknown field", `{"title":"x"}`, "unknown_field", "title"},
		{"wrong type", `{"version":"1"}`, "invalid_request", "version"},
		{"wrong type inside", `{"tax":{"rates":[{"eat_in":true}]}}`, "invalid_request", "tax.rates[0].eat_in"},
		{"against the contract", `{"name":"","time_zone":"UTC","currency":"mad"}`, "invalid_request", "currency"},
		{"empty", "", "invalid_request", "name"},
		{"another id than the path's", `{"id":"` + cafeB + `"}`, "invalid_request", "id"},
		{"deep", `{"tax":` + strings.Repeat(`{"rates":[`, 5000), "unknown_field", "tax.rates[0].rates"},
	} {
		t.Run(b.name, func(t *testing.T) {
			p := c.refused(400, b.code, "PUT", put, b.body)
			if b.field != "" && !strings.Contains(";"+fieldsOf(p), ";"+b.field+"=") {
				t.Errorf("%s: %v", b.field, p.Errors)
			}
		})
	}
	c.want(200, "PUT", put, strings.Replace(good, "{", `{"id":"`+cafeA+`",`, 1)) // the same id is no contradiction
	for kind, want := range map[string]int{
		"application/json": 200, "application/json; charset=UTF-8": 200, "application/json; charset=latin1": 415,
		"text/plain": 415, "application/x-www-form-urlencoded": 415, "multipart/form-data; boundary=x": 415, "": 415,
		"application/merge-patch+json": 415, ";": 415,
	} {
		r := c.request("PUT", put, good)
		r.Header["Content-Type"] = []string{kind}
		if a := c.send(r); a.status != want {
			t.Errorf("%q: %d, want %d\n%s", kind, a.status, want, a.body)
		} else if want == 415 {
			a.refused(t, 415, "unsupported_media_type")
		}
	}
	r := c.request("PUT", put, good)
	r.Header.Set("Content-Encoding", "gzip")
	c.send(r).refused(t, 415, "unsupported_media_type")
	c.refused(400, "unexpected_body", "DELETE", put, `{"name":"x"}`)
	c.refused(400, "unexpected_body", "GET", put, `{"name":"x"}`)
}

func TestBodySizes(t *testing.T) {
	w := newWorld(t)
	c := w.operator()
	of := func(size int) string { return `{"name":"` + strings.Repeat("x", size-11) + `"}` }
	c.refused(413, "body_too_large", "PUT", "/api/v1/cafes/"+cafeA, of(256<<10+1))
	c.refused(400, "invalid_request", "PUT", "/api/v1/cafes/"+cafeA, of(256<<10))
	c.refused(413, "body_too_large", "POST", "/login", of(1<<20))
	c.refused(413, "body_too_large", "POST", "/api/v1/imports/orders", of(1<<20+1))
	c.refused(400, "unknown_field", "POST", "/api/v1/imports/orders", of(1<<20))
	// A size that is not told beforehand is counted all the same.
	r := c.request("PUT", "/api/v1/cafes/"+cafeA, of(300<<10))
	r.ContentLength = -1
	c.send(r).refused(t, 413, "body_too_large")
}

func TestParameters(t *testing.T) {
	w := newWorld(t)
	var asked *cafepb.ListCafesRequest
	w.back.cafe.listFn = func(_ context.Context, r *cafepb.ListCafesRequest) (*cafepb.ListCafesResponse, error) {
		asked = r
		return &cafepb.ListCafesResponse{}, nil
	}
	c := w.operator()
	c.want(200, "GET", "/api/v1/cafes?query=sa%20l&include_archived=true&limit=200&cursor=abc", "")
	if asked.GetQuery() != "sa l" || !asked.GetIncludeArchived() || asked.GetLimit() != 200 || asked.GetCursor() != "abc" {
		t.Errorf("%v", asked)
	}
	for query, want := range map[string]struct{ code, field string }{
		"nope=1":                      {"unknown_parameter", "nope"},
		"Limit=1":                     {"unknown_parameter", "Limit"},
		"includeArchived=true":        {"unknown_parameter", "includeArchived"},
		"limit=201":                   {"invalid_request", "limit"},
		"limit=-1":                    {"invalid_request", "limit"},
		"limit=ten":                   {"invalid_request", "limit"},
		"limit=":                      {"invalid_request", "limit"},
		"limit=1&limit=2":             {"invalid_request", "limit"},
		"limit=99999999999":           {"invalid_request", "limit"},
		"include_archived=1":          {"invalid_request", "include_archived"},
		"query=%ff":                   {"malformed_query", ""},
		"query=%zz":                   {"malformed_query", ""},
		"a;b":                         {"malformed_query", ""},
		strings.Repeat("n", 70) + "=": {"unknown_parameter", "…"},
	} {
		p := c.refused(400, want.code, "GET", "/api/v1/cafes?"+query, "")
		if want.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != want.field) {
			t.Errorf("%s: %v", query, p.Errors)
		}
	}
	c.refused(400, "unknown_parameter", "GET", "/api/v1/cafes/"+cafeA+"?id="+cafeB, "")
	c.refused(400, "unknown_parameter", "PUT", "/api/v1/cafes/"+cafeA+"?name=x", `{}`)
	c.refused(400, "unknown_parameter", "GET", "/api/v1/cafes/"+cafeA+"/orders?cafe_id="+cafeB, "")
	c.refused(400, "unknown_parameter", "GET", "/openapi.json?x", "")
}

// TestHeadersStayOutside: nothing that a caller writes becomes metadata of a call, but the Idempotency-Key.
func TestHeadersStayOutside(t *testing.T) {
	w := newWorld(t)
	var key string
	w.back.order.settleFn = func(ctx context.Context, _ *orderpb.SettleRequest) (*orderpb.SettleResponse, error) {
		key = idempotencyKey(ctx)
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) < time.Second {
			t.Errorf("the caller set the deadline: %v", deadline)
		}
		return &orderpb.SettleResponse{}, nil
	}
	c := w.barista()
	body := `{"order_ids":["` + orderID + `"],"tenders":[{"id":"` + anyID + `","kind":"cash","amount":5}]}`
	c.refused(400, "idempotency_key_required", "POST", "/api/v1/settlements", body)
	c.header.Set("Idempotency-Key", "till-1/7")
	c.header.Set("Grpc-Timeout", "1n")
	c.header.Set("Grpc-Metadata-Coffee-Passport", "forged")
	c.header.Set("Coffee-Passport", "forged")
	c.header.Set("Te", "trailers")
	a := c.want(200, "POST", "/api/v1/settlements", body)
	if key != "till-1/7" || a.body != `{"orders":[],"change":0}` || a.header.Get("Content-Type") != "application/json" {
		t.Errorf("key %q, %v", key, a)
	}
	for name := range a.header {
		if strings.HasPrefix(name, "Grpc-") {
			t.Errorf("header %s", name)
		}
	}
	for _, bad := range []string{strings.Repeat("k", 65), "clé"} {
		c.header.Set("Idempotency-Key", bad)
		c.refused(400, "invalid_idempotency_key", "POST", "/api/v1/settlements", body)
	}
}

func TestKindsOfError(t *testing.T) {
	w := newWorld(t)
	c := w.operator()
	for _, e := range []struct {
		err    error
		status int
		code   string
		retry  string
	}{
		{errs.Invalid("bad_thing", "Bad.").Field("lines[0]", "Wrong."), 400, "bad_thing", ""},
		{errs.Unauthenticated("wrong_pin", "Wrong."), 401, "wrong_pin", ""},
		{errs.Forbidden("forbidden", "No."), 403, "forbidden", ""},
		{errs.NotFound("order %s", "x"), 404, "not_found", ""},
		{errs.Conflict("price_changed", "Now 28.50.").With("total", "2850"), 409, "price_changed", ""},
		{errs.TooMany("slow_down", 1500*time.Millisecond, "Wait."), 429, "slow_down", "2"},
		{errs.Unavailable("menu_down", "Down."), 503, "menu_down", "1"},
		{fmt.Errorf("dial tcp 10.0.0.1: password hunter2"), 500, "internal", ""},
	} {
		w.back.order.getFn = func(context.Context, *orderpb.GetOrderRequest) (*orderpb.Order, error) { return nil, e.err }
		a := c.do("GET", "/api/v1/orders/"+orderID, "")
		p := a.refused(t, e.status, e.code)
		if a.header.Get("Retry-After") != e.retry || strings.Contains(a.body, "hunter2") {
			t.Errorf("%v %s", a.header, a.body)
		}
		if (e.code == "price_changed" && p.Params["total"] != "2850") || (e.code == "bad_thing" && fieldsOf(p) != "lines[0]=Wrong.;") {
			t.Errorf("%+v", p)
		}
		if id := a.header.Get("X-Request-Id"); p.Instance != "urn:uuid:"+id {
			t.Errorf("instance %s, id %s", p.Instance, id)
		}
	}
	w.back.order.getFn = func(context.Context, *orderpb.GetOrderRequest) (*orderpb.Order, error) { panic("in a service") }
	c.refused(500, "internal", "GET", "/api/v1/orders/"+orderID, "")
}

// TestPanic: a fault of the gateway itself is a problem like any other, and the next request is answered.
func TestPanic(t *testing.T) {
	w := newWorld(t)
	w.gateway.router.add(Route{Method: "GET", Path: "/boom", Roles: everyone}, func(http.ResponseWriter, *http.Request, *call) error {
		panic("boom")
	})
	w.gateway.router.add(Route{Method: "GET", Path: "/late", Roles: everyone}, func(w http.ResponseWriter, _ *http.Request, _ *call) error {
		_, _ = w.Write([]byte(strings.Repeat("half an answer", 1000)))
		panic("late")
	})
	c := w.browser()
	c.refused(500, "internal", "GET", "/boom", "")
	if r, err := w.server.Client().Do(c.request("GET", "/late", "")); err == nil {
		_, err = bufio.NewReader(r.Body).ReadString(0)
		r.Body.Close()
		if err == nil || err.Error() == "EOF" {
			t.Error("half an answer looks whole")
		}
	}
	c.want(200, "GET", "/health/live", "")
}

// TestHungService: a service that never answers costs the caller the gateway's own deadline, and nobody else anything.
func TestHungService(t *testing.T) {
	w := newWorld(t, func(d *Deps) { d.Timeout = 150 * time.Millisecond })
	release := make(chan struct{})
	defer close(release)
	w.back.menu.menuFn = func(ctx context.Context, _ *menupb.GetMenuRequest) (*menupb.Menu, error) {
		<-release // deaf to its context
		return &menupb.Menu{}, nil
	}
	c := w.browser()
	began := time.Now()
	a := c.do("GET", "/api/v1/cafes/"+cafeA+"/menu", "")
	p := a.problem(t)
	if a.status != 503 || (p.Code != "deadline_exceeded" && p.Code != "unavailable") || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s %v", a.status, a.body, a.header)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("hung for %s", took)
	}
	// Somebody else's request has those 150 ms, too: one that this machine was too busy for is made again.
	until := time.Now().Add(30 * time.Second)
	for a = c.do("GET", "/api/v1/cafes", ""); a.status == 503 && time.Now().Before(until); {
		a = c.do("GET", "/api/v1/cafes", "")
	}
	if a.status != 200 {
		t.Errorf("nobody else is answered: %d %s", a.status, a.body)
	}
}

// TestSessionDatabaseDown: what is public goes on; nobody is taken for signed in, and nobody for signed out.
func TestSessionDatabaseDown(t *testing.T) {
	w := newWorld(t)
	c := w.admin()
	w.browser().want(200, "GET", "/health/ready", "")
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	c.want(200, "GET", "/api/v1/cafes", "")
	w.browser().want(200, "GET", "/api/v1/cafes/"+cafeA+"/menu", "")
	w.operator().want(200, "GET", "/session", "")
	c.refused(503, "sessions_unavailable", "GET", "/session", "")
	c.refused(503, "sessions_unavailable", "POST", "/logout", "")
	c.refused(503, "sessions_unavailable", "GET", "/health/ready", "")
	w.browser().want(200, "GET", "/health/live", "")
	bearer := &client{w: w, bearer: c.cookie, page: true, header: http.Header{}}
	bearer.refused(503, "sessions_unavailable", "GET", "/api/v1/cafes", "")
	if a := w.browser().do("POST", "/adminlogin", `{"username":"head","password":"right-password"}`); a.status < 500 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

// TestSlowClient: who sends a byte now and then is cut; here in short, on the server's real settings otherwise.
func TestSlowClient(t *testing.T) {
	if httpx.HeaderTimeout > 10*time.Second || httpx.ReadTimeout > 10*time.Second {
		t.Error("a slow client holds a connection for longer than 10 s")
	}
	w := newWorld(t)
	w.serve(w.gateway, func(s *http.Server) { s.ReadHeaderTimeout, s.ReadTimeout = 100*time.Millisecond, 300*time.Millisecond })
	for name, start := range map[string]string{
		"half a header": "GET /api/v1/cafes HTTP/1.1\r\nHost: x\r\n",
		"half a body":   "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
	} {
		conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(start)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		got, err := io.ReadAll(conn) // to the end: the server hangs up
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			t.Errorf("%s: still connected", name)
		}
		if len(got) > 0 && !strings.HasPrefix(string(got), "HTTP/1.1 408 ") {
			t.Errorf("%s: %s", name, got)
		}
		conn.Close()
	}
}

// TestSlowHandler: a request that is read keeps its connection for as long as its own deadline allows, not for the
// server's time to read.
func TestSlowHandler(t *testing.T) {
	w := newWorld(t)
	w.back.order.getFn = func(ctx context.Context, _ *orderpb.GetOrderRequest) (*orderpb.Order, error) {
		w.limits.Pass(httpx.ReadTimeout + time.Second)
		select { // time for the server to give up, if it does
		case <-time.After(100 * time.Millisecond):
			return &orderpb.Order{Id: orderID}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	w.operator().want(200, "GET", "/api/v1/orders/"+orderID, "")
}

// TestGatewaysStartSideBySide is for the race detector: what the router's library keeps for the whole process is set once.
func TestGatewaysStartSideBySide(t *testing.T) {
	deps := newWorld(t).gateway.Deps
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if _, err := New(deps); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}
