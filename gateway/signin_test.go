package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	loginpb "coffee/proto/coffee/login/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

func (c *client) session() sessionView {
	c.w.t.Helper()
	var v sessionView
	if err := json.Unmarshal([]byte(c.want(200, "GET", "/session", "").body), &v); err != nil {
		c.w.t.Fatal(err)
	}
	return v
}

func TestSignInOnADevice(t *testing.T) {
	w := newWorld(t)
	c := w.browser()
	c.refused(401, "sign_in_required", "GET", "/session", "")
	c.refused(401, "device_required", "POST", "/login", `{"person":"Nadia","pin":"1234"}`)
	c.refused(401, "wrong_access_code", "POST", "/login", `{"cafe_id":"`+cafeA+`","access_code":"guess"}`)
	if c.cookie != "" {
		t.Fatal("a cookie for a wrong code")
	}
	a := c.want(200, "POST", "/login", `{"cafe_id":"`+cafeA+`","access_code":"right-code","device_name":"Counter 1"}`)
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"coffee-device=", "Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=34560000"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(a.body, c.cookie) {
		t.Error("the token is in the answer")
	}
	device := c.cookie
	if v := c.session(); v.Role != "counter" || v.Cafe != cafeA || v.Device.ID != deviceA || v.Device.Letter != "A" || v.Person != nil || v.Expires != nil {
		t.Errorf("%+v", v)
	}
	c.refused(401, "wrong_pin", "POST", "/login", `{"person":"Nadia","pin":"0000"}`)
	c.want(200, "POST", "/login", `{"person":"Nadia","pin":"1234"}`)
	if v := c.session(); v.Role != "barista" || v.Person.ID != nadia || !v.Expires.Equal(w.clock.Now().Add(15*time.Minute)) {
		t.Errorf("%+v", v)
	}
	// The role changed, so the token did: whoever planted or copied the old one has nothing.
	if c.cookie == device {
		t.Error("the token stayed at the change of role")
	}
	old := &client{w: w, kind: c.kind, cookie: device, page: true, header: http.Header{}}
	old.refused(401, "session_ended", "GET", "/session", "")
	// Another person takes over; the device stays the same.
	id := c.session().ID
	c.want(200, "POST", "/login", `{"person":"Karim","pin":"1234"}`)
	if v := c.session(); v.Role != "lead" || v.ID != id {
		t.Errorf("%+v", v)
	}
	c.want(200, "POST", "/logout?person=1", "")
	if v := c.session(); v.Role != "counter" || v.Person != nil || v.ID != id {
		t.Errorf("%+v", v)
	}
	c.want(200, "POST", "/logout?person=1", "")
	c.refused(400, "invalid_request", "POST", "/logout?person=yes", "")
	c.refused(400, "unknown_parameter", "POST", "/logout?everything=1", "")
}

func TestSignInAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.browser()
	all := `{"cafe_id":"` + cafeA + `","access_code":"right-code","person":"Nadia","pin":"`
	p := c.refused(401, "wrong_pin", "POST", "/login", all+`9999"}`)
	if p.Params["device_enrolled"] != "true" || c.session().Role != "counter" {
		t.Errorf("a device that is enrolled does not know it: %v", p)
	}
	c.want(200, "POST", "/login", all+`1234"}`)
	if c.session().Role != "barista" {
		t.Error(c.session())
	}
	c.refused(400, "invalid_request", "POST", "/login", `{}`)
	c.refused(400, "invalid_request", "POST", "/login", "")
	if got := fieldsOf(c.refused(400, "unknown_field", "POST", "/login", `{"role":"admin"}`)); !strings.HasPrefix(got, "role=") {
		t.Error(got)
	}
	p = c.refused(400, "invalid_request", "POST", "/login", `{"cafe_id":"x","access_code":"c","device_name":"`+strings.Repeat("n", 61)+`"}`)
	if got := fieldsOf(p); !strings.Contains(got, "cafe_id=") || !strings.Contains(got, "device_name=") {
		t.Error(got)
	}
}

// TestKnownDevice: a device that signed in before is vouched for, by its session and by nothing it says itself; login
// learns where a caller comes from, and only a proxy of ours may say so.
func TestKnownDevice(t *testing.T) {
	w := newWorld(t)
	var asked *loginpb.EnrolDeviceRequest
	w.back.login.enrolFn = func(_ context.Context, r *loginpb.EnrolDeviceRequest) (*loginpb.Device, error) {
		asked = r
		return nil, errs.Unauthenticated("wrong_access_code", "The access code is wrong.")
	}
	body := `{"cafe_id":"` + cafeA + `","access_code":"x"}`
	c := w.browser()
	c.header.Set("X-Forwarded-For", "6.6.6.6, 203.0.113.9")
	c.do("POST", "/login", body)
	if asked.GetKnownDeviceId() != "" || asked.GetNetwork() != "203.0.113.9" {
		t.Errorf("%v", asked)
	}
	w.back.login.enrolFn = nil
	c = w.counter()
	w.back.login.enrolFn = func(_ context.Context, r *loginpb.EnrolDeviceRequest) (*loginpb.Device, error) {
		asked = r
		return nil, errs.TooMany("too_many_tries", 90*time.Second, "Too many tries. Wait.")
	}
	a := c.do("POST", "/login", body)
	a.refused(t, 429, "too_many_tries")
	if asked.GetKnownDeviceId() != deviceA || asked.GetNetwork() != "127.0.0.1" || a.header.Get("Retry-After") != "90" {
		t.Errorf("%v, %v", asked, a.header)
	}
}

func TestAdmin(t *testing.T) {
	w := newWorld(t)
	c := w.browser()
	c.refused(401, "wrong_credentials", "POST", "/adminlogin", `{"username":"head","password":"guess"}`)
	c.want(200, "POST", "/adminlogin", `{"username":"head","password":"right-password"}`)
	if v := c.session(); v.Role != "admin" || v.Admin.Username != "head" || v.Kind != "admin" {
		t.Errorf("%+v", v)
	}
	// In use it lasts eight hours; a screen that refreshes itself keeps nobody signed in.
	for range 9 {
		w.clock.pass(10 * time.Minute)
		c.want(200, "GET", "/session", "")
	}
	c.header.Set("Coffee-Background", "1")
	w.clock.pass(10 * time.Minute)
	c.want(200, "GET", "/session", "")
	w.clock.pass(5 * time.Minute)
	a := c.want(401, "GET", "/session", "")
	a.refused(t, 401, "session_ended")
	if a.header.Get("Set-Cookie") != "" {
		t.Errorf("a late request takes a newer cookie away: %v", a.header)
	}
	setup := w.browser()
	setup.want(200, "POST", "/adminlogin/setup", `{"token":"one-time-token-of-16","username":"first","password":"long enough, really"}`)
	if v := setup.session(); v.Role != "admin" || v.Admin.Username != "first" {
		t.Errorf("%+v", v)
	}
	p := w.browser().refused(400, "invalid_request", "POST", "/adminlogin/setup", `{"token":"short","username":"!","password":"short"}`)
	if got := fieldsOf(p); !strings.Contains(got, "token=") || !strings.Contains(got, "username=") || !strings.Contains(got, "password=") {
		t.Error(got)
	}
}

// TestReplay: the cookie is dead after logout, for every gateway that shares the session database.
func TestReplay(t *testing.T) {
	w := newWorld(t)
	for _, c := range []*client{w.admin(), w.barista(), w.counter()} {
		stolen := &client{w: w, kind: c.kind, cookie: c.cookie, page: true, header: http.Header{}}
		bearer := &client{w: w, bearer: c.cookie, page: true, header: http.Header{}}
		stolen.want(200, "GET", "/session", "")
		bearer.want(200, "GET", "/session", "")
		a := c.want(204, "POST", "/logout", "")
		if !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("%v", a.header)
		}
		stolen.refused(401, "session_ended", "GET", "/session", "")
		bearer.refused(401, "session_ended", "GET", "/session", "")
		bearer.refused(401, "session_ended", "GET", "/api/v1/cafes", "")
		stolen.want(200, "GET", "/api/v1/cafes", "") // public for a stale cookie too
		c.want(204, "POST", "/logout", "")
	}
}

func TestPersonLeavesByTheClock(t *testing.T) {
	w := newWorld(t)
	c := w.barista()
	w.clock.pass(14 * time.Minute)
	c.want(200, "GET", "/api/v1/orders", "") // Nadia at work
	w.clock.pass(14 * time.Minute)
	if v := c.session(); v.Role != "barista" {
		t.Errorf("%+v", v)
	}
	w.clock.pass(15 * time.Minute)
	if v := c.session(); v.Role != "counter" || v.Person != nil {
		t.Errorf("%+v", v)
	}
	c.refused(403, "forbidden", "PUT", "/api/v1/orders/"+orderID, `{}`)
	// Twelve hours at most, however busy.
	c.want(200, "POST", "/login", `{"person":"Nadia","pin":"1234"}`)
	for range 6*12 - 1 {
		w.clock.pass(10 * time.Minute)
		c.want(200, "GET", "/session", "")
	}
	if c.session().Role != "barista" {
		t.Error("too early")
	}
	w.clock.pass(10 * time.Minute)
	if c.session().Role != "counter" {
		t.Error("never")
	}
	// A device's cookie is given again as days pass, or the browser forgets it.
	w.clock.pass(24 * time.Hour)
	if a := c.want(200, "GET", "/session", ""); !strings.Contains(a.header.Get("Set-Cookie"), "Max-Age=34560000") {
		t.Errorf("%v", a.header)
	}
}

func TestPhone(t *testing.T) {
	w := newWorld(t)
	c := w.browser()
	c.want(200, "POST", "/api/v1/phones", "")
	if v := c.session(); v.Role != "customer" || v.Phone.ID != phoneID || !v.Expires.Equal(w.clock.Now().Add(180*24*time.Hour)) {
		t.Errorf("%+v", v)
	}
	before := c.cookie
	c.want(200, "POST", "/api/v1/phones", "")
	if c.cookie != before {
		t.Error("a phone that has a session got another")
	}
	counter := w.counter()
	counter.kind, counter.bearer, counter.cookie = "", counter.cookie, ""
	counter.refused(409, "signed_in", "POST", "/api/v1/phones", "")
	c.refused(400, "unexpected_body", "POST", "/api/v1/phones", `{"id":"mine"}`)
}

func TestApproval(t *testing.T) {
	w := newWorld(t)
	c := w.barista()
	var got struct {
		Approval string    `json:"approval"`
		Expires  time.Time `json:"expires_at"`
		Person   personView
	}
	if err := json.Unmarshal([]byte(c.want(200, "POST", "/api/v1/approvals", `{"person":"Karim","pin":"1234"}`).body), &got); err != nil {
		t.Fatal(err)
	}
	v := &rpc.Verifier{Audience: rpctest.Audience, Keys: rpc.TrustedKeys{}, Now: w.clock.Now}
	v.Keys.Add("gateway", publicKey(w))
	who, err := v.VerifyApproval(got.Approval, cafeA)
	if err != nil || who.Subject != karim || who.Role != "lead" || who.Device != deviceA || !got.Expires.Equal(w.clock.Now().Add(2*time.Minute)) {
		t.Errorf("%+v %v", who, err)
	}
	if _, err := v.VerifyApproval(got.Approval, cafeB); err == nil {
		t.Error("good in another café")
	}
	c.refused(401, "wrong_pin", "POST", "/api/v1/approvals", `{"person":"Karim","pin":"0"}`)
	w.admin().refused(403, "forbidden", "POST", "/api/v1/approvals", `{"person":"Karim","pin":"1234"}`)
	w.browser().refused(401, "sign_in_required", "POST", "/api/v1/approvals", `{"person":"Karim","pin":"1234"}`)
}

// TestPassport: what the services learn of each caller.
func TestPassport(t *testing.T) {
	w := newWorld(t)
	var who rpc.Caller
	w.back.order.getFn = func(ctx context.Context, _ *orderpb.GetOrderRequest) (*orderpb.Order, error) {
		who = rpc.CallerFrom(ctx)
		return &orderpb.Order{}, nil
	}
	phone := w.browser()
	phone.want(200, "POST", "/api/v1/phones", "")
	for _, c := range []struct {
		client *client
		want   rpc.Caller
	}{
		{w.barista(), rpc.Caller{Kind: "person", Subject: nadia, Role: "barista", Cafe: cafeA, Device: deviceA}},
		{w.counter(), rpc.Caller{Kind: "device", Subject: deviceA, Role: "counter", Cafe: cafeA, Device: deviceA}},
		{w.admin(), rpc.Caller{Kind: "admin", Subject: adminID, Role: "admin"}},
		{phone, rpc.Caller{Kind: "customer", Subject: phoneID, Role: "customer"}},
		{w.operator(), rpc.Caller{Kind: "operator", Subject: OperatorSubject, Role: "operator"}},
	} {
		for range 5 { // the passport is signed once and shown again until it grows old
			c.client.want(200, "GET", "/api/v1/orders/"+orderID, "")
			got := who
			got.Session, got.Service = "", ""
			if got != c.want || who.Service != "gateway" {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			w.clock.pass(11 * time.Second)
		}
	}
	if n := len(w.gateway.passports.kept); n == 0 || n > 10 {
		t.Errorf("%d passports kept", n)
	}
}

func TestOperator(t *testing.T) {
	w := newWorld(t)
	c := w.operator()
	if v := c.session(); v.Role != "operator" || v.Kind != "operator" {
		t.Errorf("%+v", v)
	}
	c.want(204, "POST", "/logout", "")
	c.want(200, "GET", "/session", "")
	c.want(200, "GET", "/api/v1/sessions", "")
	c.refused(404, "not_found", "DELETE", "/api/v1/sessions/"+anyID, "")
	for _, bad := range []string{operator + "x", strings.ToUpper(operator)} {
		c.bearer = bad
		c.refused(401, "session_ended", "GET", "/session", "")
	}
	// As a cookie the token is nothing.
	w.browser().refused(401, "sign_in_required", "GET", "/session", "")
	asCookie := &client{w: w, kind: "admin", cookie: operator, page: true, header: http.Header{}}
	asCookie.refused(401, "session_ended", "GET", "/session", "")
	// Without a configured token nobody is the operator.
	none := newWorld(t, func(d *Deps) { d.OperatorToken = "" })
	for _, header := range []string{"Bearer", "Bearer ", "Bearer  ", "Basic " + operator, operator, "bearer\t" + operator} {
		r := none.browser().request("GET", "/session", "")
		r.Header.Set("Authorization", header)
		if a := none.browser().send(r); a.status != 401 {
			t.Errorf("%q: %d", header, a.status)
		}
	}
}

func TestOwnSessions(t *testing.T) {
	w := newWorld(t)
	one, two, till := w.admin(), w.admin(), w.counter()
	var list struct {
		Sessions []sessionView `json:"sessions"`
		Next     string        `json:"next_cursor"`
	}
	a := one.want(200, "GET", "/api/v1/sessions?limit=1", "")
	if err := json.Unmarshal([]byte(a.body), &list); err != nil || len(list.Sessions) != 1 || list.Next == "" {
		t.Fatal(err, a.body)
	}
	if err := json.Unmarshal([]byte(one.want(200, "GET", "/api/v1/sessions", "").body), &list); err != nil || len(list.Sessions) != 2 {
		t.Fatal(err, list)
	}
	other := two.session().ID
	for _, s := range list.Sessions {
		if s.Current == (s.ID == other) {
			t.Errorf("%+v", s)
		}
	}
	till.refused(404, "not_found", "DELETE", "/api/v1/sessions/"+other, "")
	one.refused(404, "not_found", "DELETE", "/api/v1/sessions/nonsense", "")
	one.want(204, "DELETE", "/api/v1/sessions/"+other, "")
	two.refused(401, "session_ended", "GET", "/session", "")
	one.want(204, "DELETE", "/api/v1/sessions/"+one.session().ID, "")
	one.refused(401, "session_ended", "GET", "/session", "")
	till.want(200, "GET", "/session", "")
	for _, bad := range []string{"limit=x", "limit=-1", "limit=201", "cursor=!"} {
		if a := till.do("GET", "/api/v1/sessions?"+bad, ""); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// TestEffects: what the services change takes its sessions along, before the caller has the answer.
func TestEffects(t *testing.T) {
	w := newWorld(t)
	admin := w.admin()

	till := w.barista()
	admin.want(200, "POST", "/api/v1/cafes/"+cafeA+"/people/"+nadia+"/pin", `{}`)
	if v := till.session(); v.Role != "counter" {
		t.Errorf("whose PIN was reset works on: %+v", v)
	}
	admin.want(200, "DELETE", "/api/v1/cafes/"+cafeA+"/devices/"+deviceA, "")
	till.refused(401, "session_ended", "GET", "/session", "")

	a, b := w.counter(), w.browser()
	b.want(200, "POST", "/login", `{"cafe_id":"`+cafeB+`","access_code":"right-code"}`)
	admin.want(200, "DELETE", "/api/v1/cafes/"+cafeA, "")
	a.refused(401, "session_ended", "GET", "/session", "")
	b.want(200, "GET", "/session", "")

	laptop := w.admin()
	before := &client{w: w, kind: admin.kind, cookie: admin.cookie, page: true, header: http.Header{}}
	admin.want(200, "POST", "/api/v1/account/password", `{"old_password":"right-password","new_password":"another long one"}`)
	laptop.refused(401, "session_ended", "GET", "/session", "")
	before.refused(401, "session_ended", "GET", "/session", "")
	admin.want(200, "GET", "/session", "")

	w.operator().want(200, "DELETE", "/api/v1/admins/"+adminID, "")
	admin.refused(401, "session_ended", "GET", "/session", "")

	// A call that fails has no effect.
	c := w.barista()
	w.operator().want(500, "DELETE", "/api/v1/cafes/"+cafeA+"/people/"+nadia, "") // the fake does not know it
	if c.session().Role != "barista" {
		t.Error("a call that failed signed somebody out")
	}
}
