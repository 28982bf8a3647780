package demo_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/db"
	"coffee/internal/rpc"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	typepb "coffee/proto/coffee/type/v1"
	"coffee/test/whole"
	"coffee/tool/demo"
)

var (
	start   = time.Date(2026, 3, 26, 9, 0, 0, 0, time.UTC)
	options = demo.Options{Now: start, Seed: 1, AdminPassword: "correct horse battery"}
)

// failing is the operator's connection, which breaks after some calls.
type failing struct {
	grpc.ClientConnInterface
	left atomic.Int64
}

var errKilled = errors.New("killed")

func (f *failing) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if f.left.Add(-1) < 0 {
		return errKilled
	}
	return f.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

func services(conn grpc.ClientConnInterface) demo.Services {
	return demo.Services{
		Cafe: cafepb.NewCafeServiceClient(conn), Login: loginpb.NewLoginServiceClient(conn),
		AdminLogin: adminloginpb.NewAdminLoginServiceClient(conn), Menu: menupb.NewMenuServiceClient(conn),
		Inventory: inventorypb.NewInventoryServiceClient(conn), Order: orderpb.NewOrderServiceClient(conn),
	}
}

func operator(s *whole.System) grpc.ClientConnInterface {
	return s.Server.As(rpc.Caller{Kind: rpc.KindOperator, Subject: "operator", Role: "operator"})
}

// tally is what must not double.
func tally(t *testing.T, s *whole.System) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for service, tables := range map[string][]string{
		"cafe": {"cafe"}, "login": {"person"}, "adminlogin": {"admin"}, "menu": {"menu_release", "draft"},
		"inventory": {"ingredient", "recipe", "modifier_effects", "stock", "movement"}, "order": {"orders", "order_line", "tender", "journal"},
	} {
		for _, table := range tables {
			var n int64
			if err := s.Databases[service].Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
				t.Fatalf("%s.%s: %v", service, table, err)
			}
			out[service+"."+table] = n
		}
	}
	return out
}

func same(a, b map[string]int64) string {
	for k, n := range a {
		if b[k] != n {
			return k
		}
	}
	return ""
}

func TestFill(t *testing.T) {
	s := whole.New(t, db.SQLite, start)
	began := time.Now()
	var told []string
	o := options
	o.Progress = func(text string) { told = append(told, text) }
	run, err := demo.Fill(t.Context(), services(operator(s)), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("filled in %s: %v", time.Since(began), told)
	count := tally(t, s)
	t.Log(count)
	if count["cafe.cafe"] != 3 || count["login.person"] != 13 || count["adminlogin.admin"] != 1 ||
		count["inventory.movement"] != 3*count["inventory.ingredient"] || count["order.orders"] < 14*3*60 {
		t.Errorf("%v", count)
	}
	body, err := json.Marshal(run)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"url":"","gateway":"","admin":{"username":"owner","password":"correct horse battery"},"cafes":[{"id":"`,
		`"name":"Maârif","access_code":"`, `"people":[{"name":"Salma","role":"manager","pin":"`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	signIn(t, s, run)

	// Again: nothing doubles, and the new sign-ins work.
	again, err := demo.Fill(t.Context(), services(operator(s)), options)
	if err != nil {
		t.Fatal(err)
	}
	if differs := same(count, tally(t, s)); differs != "" {
		t.Errorf("a second Fill changed %s", differs)
	}
	signIn(t, s, again)
	if _, err := demo.Fill(t.Context(), services(operator(s)), options); err != nil {
		t.Errorf("a third Fill: %v", err)
	}

	s.Settle(t)
	menu, err := s.Operator().Menu.GetMenu(t.Context(), &menupb.GetMenuRequest{CafeId: run.Cafes[2].ID})
	if err != nil || len(menu.GetItems()) != 25 || menu.GetCurrency() != "EUR" {
		t.Errorf("%d items in %s: %v", len(menu.GetItems()), menu.GetCurrency(), err)
	}
}

// signIn uses every sign-in that Fill answered.
func signIn(t *testing.T, s *whole.System, run demo.FirstRun) {
	t.Helper()
	login := loginpb.NewLoginServiceClient(s.Server.Service("gateway"))
	for _, c := range run.Cafes {
		device, err := login.EnrolDevice(t.Context(), &loginpb.EnrolDeviceRequest{CafeId: c.ID, AccessCode: c.AccessCode, Network: "127.0.0.1"})
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		for _, p := range c.People {
			who, err := login.SignIn(t.Context(), &loginpb.SignInRequest{DeviceId: device.GetId(), Person: p.Name, Pin: p.PIN, Network: "127.0.0.1"})
			if err != nil || who.GetRole() != p.Role {
				t.Errorf("%s, %s: %v", c.Name, p.Name, err)
			}
		}
	}
	admin := adminloginpb.NewAdminLoginServiceClient(s.Server.Service("gateway"))
	if _, err := admin.Authenticate(t.Context(), &adminloginpb.AuthenticateRequest{
		Username: run.Admin.Username, Password: run.Admin.Password, Network: "127.0.0.1",
	}); err != nil {
		t.Errorf("admin: %v", err)
	}
}

// TestFillIsCompleted kills a Fill after every few calls; the next one makes the whole, and nothing twice.
func TestFillIsCompleted(t *testing.T) {
	whole1 := whole.New(t, db.SQLite, start)
	if _, err := demo.Fill(t.Context(), services(operator(whole1)), options); err != nil {
		t.Fatal(err)
	}
	want := tally(t, whole1)

	s := whole.New(t, db.SQLite, start)
	killed := 0
	for calls := int64(2); ; calls += 45 {
		conn := &failing{ClientConnInterface: operator(s)}
		conn.left.Store(calls)
		run, err := demo.Fill(t.Context(), services(conn), options)
		if err == nil {
			signIn(t, s, run)
			break
		}
		if !errors.Is(err, errKilled) && !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d calls: %v", calls, err)
		}
		killed++
	}
	if killed < 3 {
		t.Errorf("killed %d times only", killed)
	}
	if differs := same(want, tally(t, s)); differs != "" {
		t.Errorf("after %d kills %s differs: %v, want %v", killed, differs, tally(t, s), want)
	}
}

// TestFillCompletesAnotherVersions: what a killed Fill of a version without drawings and places wrote stays as it is.
func TestFillCompletesAnotherVersions(t *testing.T) {
	s := whole.New(t, db.SQLite, start)
	ctx, made := t.Context(), services(operator(s))
	for _, name := range []string{"Coffee", "Pastry"} {
		if _, err := made.Menu.PutCategory(ctx, &menupb.PutCategoryRequest{Id: demo.ID("category", name), Name: name, Rank: 7}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := made.Menu.PutItem(ctx, &menupb.PutItemRequest{
		Id: demo.ID("item", "Croissant"), CategoryId: demo.ID("category", "Pastry"), Name: "Croissant", Description: "As it was",
		Variations: []*menupb.Variation{{Id: demo.ID("variation", "Croissant/Piece"), Name: "Piece", Prices: []*typepb.Money{{Amount: 1200, Currency: "MAD"}, {Amount: 170, Currency: "EUR"}}}},
	}); err != nil {
		t.Fatal(err)
	}
	cafe, err := made.Cafe.PutCafe(ctx, &cafepb.PutCafeRequest{
		Id: demo.ID("cafe", "Agdal"), Name: "Agdal", City: "Rabat", TimeZone: "Africa/Casablanca", Currency: "MAD", Origin: demo.Origin,
		Tax: &cafepb.TaxProfile{Mode: "inclusive", Rates: []*cafepb.TaxRate{{Code: "standard", EatIn: 1000, TakeAway: 1000}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Fill(ctx, made, options); err != nil {
		t.Fatal(err)
	}
	kept, err := made.Menu.GetItem(ctx, &menupb.GetItemRequest{Id: demo.ID("item", "Croissant")})
	if err != nil || kept.GetDescription() != "As it was" || kept.GetVersion() != 1 {
		t.Errorf("the item of the Fill before: %v, %v", kept, err)
	}
	if now, err := made.Cafe.GetCafe(ctx, &cafepb.GetCafeRequest{Id: cafe.GetId()}); err != nil || now.GetVersion() != 1 || now.LatitudeE6 != nil {
		t.Errorf("the café of the Fill before: %v, %v", now, err)
	}
}
