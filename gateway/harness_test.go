package gateway

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"coffee/gateway/session"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/httpx"
	"coffee/internal/httpx/httpxtest"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	analyticspb "coffee/proto/coffee/analytics/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// The people and places of these tests.
const (
	cafeA    = "0199c0de-0000-7000-8000-00000000000a"
	cafeB    = "0199c0de-0000-7000-8000-00000000000b"
	deviceA  = "0199c0de-0000-7000-8000-0000000000da"
	boardA   = "0199c0de-0000-7000-8000-0000000000ba"
	deviceB  = "0199c0de-0000-7000-8000-0000000000db"
	nadia    = "0199c0de-0000-7000-8000-0000000000e1" // barista of A
	karim    = "0199c0de-0000-7000-8000-0000000000e2" // lead of A
	adminID  = "0199c0de-0000-7000-8000-0000000000ad"
	phoneID  = "0199c0de-0000-7000-8000-0000000000f0"
	orderID  = "0199c0de-0000-7000-8000-000000000001"
	anyID    = "0199c0de-0000-7000-8000-000000000002"
	operator = "operator-token-of-the-tests"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// backend is the seven services, faked where a test needs an answer, behind the real guard.
type backend struct {
	login      fakeLogin
	adminlogin fakeAdminLogin
	cafe       fakeCafe
	menu       fakeMenu
	order      fakeOrder
}

type fakeLogin struct {
	loginpb.UnimplementedLoginServiceServer
	enrolFn  func(context.Context, *loginpb.EnrolDeviceRequest) (*loginpb.Device, error)
	signInFn func(context.Context, *loginpb.SignInRequest) (*loginpb.Person, error)
}

func (f *fakeLogin) EnrolDevice(ctx context.Context, r *loginpb.EnrolDeviceRequest) (*loginpb.Device, error) {
	if f.enrolFn != nil {
		return f.enrolFn(ctx, r)
	}
	if r.GetAccessCode() != "right-code" {
		return nil, errs.Unauthenticated("wrong_access_code", "The access code is wrong.")
	}
	d := &loginpb.Device{Id: deviceA, CafeId: r.GetCafeId(), Name: r.GetName(), Letter: "A", Kind: "counter"}
	if r.GetKind() == "board" {
		d.Id, d.Kind = boardA, "board"
	}
	if r.GetCafeId() == cafeB {
		d.Id = deviceB
	}
	return d, nil
}

func (f *fakeLogin) person(name, pin string) (*loginpb.Person, error) {
	if pin != "1234" {
		return nil, errs.Unauthenticated("wrong_pin", "The PIN is wrong.")
	}
	if name == "Karim" {
		return &loginpb.Person{Id: karim, CafeId: cafeA, Name: "Karim", Role: "lead"}, nil
	}
	return &loginpb.Person{Id: nadia, CafeId: cafeA, Name: "Nadia", Role: "barista"}, nil
}

func (f *fakeLogin) SignIn(ctx context.Context, r *loginpb.SignInRequest) (*loginpb.Person, error) {
	if f.signInFn != nil {
		return f.signInFn(ctx, r)
	}
	return f.person(r.GetPerson(), r.GetPin())
}

func (f *fakeLogin) VerifyPin(_ context.Context, r *loginpb.VerifyPinRequest) (*loginpb.Person, error) {
	return f.person(r.GetPerson(), r.GetPin())
}

func (f *fakeLogin) RegisterPhone(context.Context, *loginpb.RegisterPhoneRequest) (*loginpb.Phone, error) {
	return &loginpb.Phone{Id: phoneID}, nil
}

func (f *fakeLogin) RevokeDevice(_ context.Context, r *loginpb.RevokeDeviceRequest) (*loginpb.Device, error) {
	return &loginpb.Device{Id: r.GetDeviceId(), CafeId: r.GetCafeId()}, nil
}

func (f *fakeLogin) ResetPin(_ context.Context, r *loginpb.ResetPinRequest) (*loginpb.PersonWithPin, error) {
	return &loginpb.PersonWithPin{Person: &loginpb.Person{Id: r.GetId()}, Pin: "9876"}, nil
}

type fakeAdminLogin struct {
	adminloginpb.UnimplementedAdminLoginServiceServer
}

func (f *fakeAdminLogin) Authenticate(_ context.Context, r *adminloginpb.AuthenticateRequest) (*adminloginpb.Admin, error) {
	if r.GetPassword() != "right-password" {
		return nil, errs.Unauthenticated("wrong_credentials", "User name or password is wrong.")
	}
	return &adminloginpb.Admin{Id: adminID, Username: r.GetUsername()}, nil
}

func (f *fakeAdminLogin) SetUp(_ context.Context, r *adminloginpb.SetUpRequest) (*adminloginpb.Admin, error) {
	return &adminloginpb.Admin{Id: adminID, Username: r.GetUsername()}, nil
}

func (f *fakeAdminLogin) ChangePassword(context.Context, *adminloginpb.ChangePasswordRequest) (*adminloginpb.Admin, error) {
	return &adminloginpb.Admin{Id: adminID}, nil
}

func (f *fakeAdminLogin) RemoveAdmin(_ context.Context, r *adminloginpb.RemoveAdminRequest) (*adminloginpb.Admin, error) {
	return &adminloginpb.Admin{Id: r.GetId()}, nil
}

type fakeCafe struct {
	cafepb.UnimplementedCafeServiceServer
	putFn  func(context.Context, *cafepb.PutCafeRequest) (*cafepb.Cafe, error)
	listFn func(context.Context, *cafepb.ListCafesRequest) (*cafepb.ListCafesResponse, error)
}

func (f *fakeCafe) PutCafe(ctx context.Context, r *cafepb.PutCafeRequest) (*cafepb.Cafe, error) {
	if f.putFn != nil {
		return f.putFn(ctx, r)
	}
	return &cafepb.Cafe{Id: r.GetId(), Name: r.GetName(), Currency: r.GetCurrency(), Version: r.GetVersion() + 1}, nil
}

func (f *fakeCafe) ListCafes(ctx context.Context, r *cafepb.ListCafesRequest) (*cafepb.ListCafesResponse, error) {
	if f.listFn != nil {
		return f.listFn(ctx, r)
	}
	return &cafepb.ListCafesResponse{Cafes: []*cafepb.Cafe{{Id: cafeA, Name: "Café Salam", Currency: "MAD", CutoffMinutes: 240}}}, nil
}

func (f *fakeCafe) ArchiveCafe(_ context.Context, r *cafepb.ArchiveCafeRequest) (*cafepb.Cafe, error) {
	return &cafepb.Cafe{Id: r.GetId()}, nil
}

type fakeMenu struct {
	menupb.UnimplementedMenuServiceServer
	menuFn func(context.Context, *menupb.GetMenuRequest) (*menupb.Menu, error)
}

func (f *fakeMenu) GetMenu(ctx context.Context, r *menupb.GetMenuRequest) (*menupb.Menu, error) {
	if f.menuFn != nil {
		return f.menuFn(ctx, r)
	}
	return &menupb.Menu{CafeId: r.GetCafeId(), Release: 1, Currency: "MAD"}, nil
}

type fakeOrder struct {
	orderpb.UnimplementedOrderServiceServer
	placeFn  func(context.Context, *orderpb.PlaceOrderRequest) (*orderpb.Order, error)
	getFn    func(context.Context, *orderpb.GetOrderRequest) (*orderpb.Order, error)
	settleFn func(context.Context, *orderpb.SettleRequest) (*orderpb.SettleResponse, error)
	streamFn func(*orderpb.StreamBoardRequest, grpc.ServerStreamingServer[orderpb.BoardEvent]) error
	followFn func(*orderpb.StreamOrderRequest, grpc.ServerStreamingServer[orderpb.OrderEvent]) error
}

func (f *fakeOrder) PlaceOrder(ctx context.Context, r *orderpb.PlaceOrderRequest) (*orderpb.Order, error) {
	if f.placeFn != nil {
		return f.placeFn(ctx, r)
	}
	return &orderpb.Order{Id: r.GetId(), CafeId: r.GetCafeId()}, nil
}

func (f *fakeOrder) GetOrder(ctx context.Context, r *orderpb.GetOrderRequest) (*orderpb.Order, error) {
	if f.getFn != nil {
		return f.getFn(ctx, r)
	}
	return nil, errs.NotFound("order %s", r.GetId())
}

func (f *fakeOrder) Settle(ctx context.Context, r *orderpb.SettleRequest) (*orderpb.SettleResponse, error) {
	if f.settleFn != nil {
		return f.settleFn(ctx, r)
	}
	return &orderpb.SettleResponse{}, nil
}

func (f *fakeOrder) ListOrders(context.Context, *orderpb.ListOrdersRequest) (*orderpb.ListOrdersResponse, error) {
	return &orderpb.ListOrdersResponse{}, nil
}

func (f *fakeOrder) StreamOrder(r *orderpb.StreamOrderRequest, s grpc.ServerStreamingServer[orderpb.OrderEvent]) error {
	return f.followFn(r, s)
}

func (f *fakeOrder) StreamBoard(r *orderpb.StreamBoardRequest, s grpc.ServerStreamingServer[orderpb.BoardEvent]) error {
	return f.streamFn(r, s)
}

// world is a gateway over HTTP with everything behind it.
type world struct {
	t        testing.TB
	clock    *clock
	back     *backend
	gateway  *Gateway
	server   *httptest.Server
	limits   *httpxtest.Limits // of the server
	sessions *session.Store
	db       *db.DB
}

// newWorld starts a gateway on SQLite; change may alter what it works with.
func newWorld(t testing.TB, change ...func(*Deps)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: time.Date(2026, 11, 20, 11, 42, 0, 0, time.UTC)}, back: &backend{}}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	rpcs := rpctest.New(t, w.clock.Now)
	var contracts []string
	for _, s := range services {
		contracts = append(contracts, s.contract)
	}
	rpcs.Serve(func(r grpc.ServiceRegistrar) {
		loginpb.RegisterLoginServiceServer(r, &w.back.login)
		adminloginpb.RegisterAdminLoginServiceServer(r, &w.back.adminlogin)
		cafepb.RegisterCafeServiceServer(r, &w.back.cafe)
		menupb.RegisterMenuServiceServer(r, &w.back.menu)
		orderpb.RegisterOrderServiceServer(r, &w.back.order)
		inventorypb.RegisterInventoryServiceServer(r, inventorypb.UnimplementedInventoryServiceServer{})
		analyticspb.RegisterAnalyticsServiceServer(r, analyticspb.UnimplementedAnalyticsServiceServer{})
	}, contracts...)
	w.db = dbtest.Open(t, dbtest.Config(t, db.SQLite, "session"), session.Migrations())
	w.sessions = session.New(w.db)
	deps := Deps{
		Conns:    func(string) grpc.ClientConnInterface { return rpcs.Service("gateway") },
		Sessions: w.sessions, Signer: rpcs.Signer("gateway"), Now: w.clock.Now, Log: log, OperatorToken: operator,
	}
	for _, c := range change {
		c(&deps)
	}
	var err error
	if w.gateway, err = New(deps); err != nil {
		t.Fatal(err)
	}
	w.serve(w.gateway, func(*http.Server) {})
	return w
}

// serve puts a server of its own in front of a handler; from here the clients talk to it.
func (w *world) serve(handler http.Handler, change func(*http.Server)) {
	server := httptest.NewUnstartedServer(nil)
	server.Config = httpx.Server(handler, w.gateway.Log)
	change(server.Config)
	w.limits = httpxtest.Of(server)
	server.Start()
	w.server = server
	w.t.Cleanup(func() {
		w.gateway.stop()
		server.Close()
	})
}

// client is one browser: it keeps the cookie and says where it comes from.
type client struct {
	w      *world
	cookie string
	kind   string // of the session in the cookie
	bearer string
	page   bool // of our own origin
	header http.Header
}

func (w *world) browser() *client { return &client{w: w, page: true, header: http.Header{}} }

func (w *world) operator() *client { return &client{w: w, bearer: operator, header: http.Header{}} }

// counter is a device of café A, signed in.
func (w *world) counter() *client {
	w.t.Helper()
	c := w.browser()
	c.want(200, "POST", "/login", `{"cafe_id":"`+cafeA+`","access_code":"right-code","device_name":"Counter 1"}`)
	return c
}

// barista is Nadia on a counter of café A.
func (w *world) barista() *client {
	w.t.Helper()
	c := w.counter()
	c.want(200, "POST", "/login", `{"person":"Nadia","pin":"1234"}`)
	return c
}

func (w *world) admin() *client {
	w.t.Helper()
	c := w.browser()
	c.want(200, "POST", "/adminlogin", `{"username":"head","password":"right-password"}`)
	return c
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t testing.TB) httpx.Problem {
	t.Helper()
	var p httpx.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("no problem: %v\n%s", err, a.body)
	}
	return p
}

func (c *client) request(method, path, body string) *http.Request {
	c.w.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = bytes.NewReader([]byte(body))
	}
	r, err := http.NewRequestWithContext(c.w.t.Context(), method, c.w.server.URL+path, reader)
	if err != nil {
		c.w.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.page {
		r.Header.Set("Origin", c.w.server.URL)
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	if c.cookie != "" {
		r.Header.Set("Cookie", "coffee-"+c.kind+"="+c.cookie)
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	return r
}

func (c *client) do(method, path, body string) answer {
	c.w.t.Helper()
	return c.send(c.request(method, path, body))
}

func (c *client) send(r *http.Request) answer {
	c.w.t.Helper()
	response, err := c.w.server.Client().Do(r)
	if err != nil {
		c.w.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		c.w.t.Fatal(err)
	}
	for _, k := range response.Cookies() {
		if kind, ours := strings.CutPrefix(k.Name, "coffee-"); ours && k.MaxAge >= 0 {
			c.cookie, c.kind = k.Value, kind
		}
	}
	return answer{response.StatusCode, response.Header, string(got)}
}

func (c *client) want(status int, method, path, body string) answer {
	c.w.t.Helper()
	a := c.do(method, path, body)
	if a.status != status {
		c.w.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.status, status, a.body)
	}
	return a
}

// refused wants a problem of that status and code, whole and in our words.
func (c *client) refused(status int, code, method, path, body string) httpx.Problem {
	c.w.t.Helper()
	a := c.want(status, method, path, body)
	return a.refused(c.w.t, status, code)
}

func (a answer) refused(t testing.TB, status int, code string) httpx.Problem {
	t.Helper()
	p := a.problem(t)
	if a.status != status || p.Code != code || p.Status != status || p.Title == "" || p.Detail == "" ||
		p.Type != "urn:coffee:problem:"+code || !strings.HasPrefix(p.Instance, "urn:uuid:") ||
		a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%d %s, want %d %s\n%s", a.status, p.Code, status, code, a.body)
	}
	for _, leak := range []string{"proto:", "protojson", "rpc error", "grpc", "invalid character", "json:", "sql", "goroutine", "coffee-carried"} {
		if strings.Contains(strings.ToLower(a.body), leak) {
			t.Errorf("the problem tells of our insides (%q): %s", leak, a.body)
		}
	}
	return p
}

func fieldsOf(p httpx.Problem) string {
	out := ""
	for _, f := range p.Errors {
		out += fmt.Sprintf("%s=%s;", f.Field, f.Detail)
	}
	return out
}

func publicKey(w *world) ed25519.PublicKey {
	return w.gateway.Signer.Key.Public().(ed25519.PublicKey)
}

func idempotencyKey(ctx context.Context) string { return rpc.IdempotencyKey(ctx) }
