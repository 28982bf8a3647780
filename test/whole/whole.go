// Package whole is the seven services in a test process: real stores, real guard, real clients, one clock that tests
// move. It is for tests of what works with several services at once; it knows no rule of any.
package whole

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/guess"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	"coffee/internal/secret"
	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	analyticspb "coffee/proto/coffee/analytics/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/adminlogin"
	adminloginstore "coffee/service/adminlogin/store"
	"coffee/service/analytics"
	analyticsstore "coffee/service/analytics/store"
	"coffee/service/cafe"
	cafestore "coffee/service/cafe/store"
	"coffee/service/inventory"
	inventorystore "coffee/service/inventory/store"
	"coffee/service/login"
	loginstore "coffee/service/login/store"
	"coffee/service/menu"
	menustore "coffee/service/menu/store"
	"coffee/service/order"
	orderstore "coffee/service/order/store"
)

// Migrations are the services' schemas, by name.
var Migrations = map[string]func() fs.FS{
	"cafe": cafestore.Migrations, "login": loginstore.Migrations, "adminlogin": adminloginstore.Migrations,
	"menu": menustore.Migrations, "inventory": inventorystore.Migrations, "order": orderstore.Migrations,
	"analytics": analyticsstore.Migrations,
}

// System is a running system. Background work is done when a test asks for it: Settle.
type System struct {
	Databases map[string]*db.DB
	URLs      map[string]string
	Orders    *order.Service
	Analytics *analytics.Service
	Server    *rpctest.Server

	mu  sync.Mutex
	now time.Time
}

// Clients are the services' clients of one caller.
type Clients struct {
	Cafe       cafepb.CafeServiceClient
	Login      loginpb.LoginServiceClient
	AdminLogin adminloginpb.AdminLoginServiceClient
	Menu       menupb.MenuServiceClient
	Inventory  inventorypb.InventoryServiceClient
	Order      orderpb.OrderServiceClient
	Analytics  analyticspb.AnalyticsServiceClient
}

// New starts a system on one engine at a moment.
func New(t testing.TB, engine db.Engine, at time.Time) *System {
	t.Helper()
	s := &System{Databases: map[string]*db.DB{}, URLs: map[string]string{}, now: at}
	for name, migrations := range Migrations {
		config := dbtest.Config(t, engine, name)
		s.URLs[name], s.Databases[name] = config.URL, dbtest.Open(t, config, migrations())
	}
	// The least that argon2id takes: what it costs is not tested here.
	hasher, err := secret.New(rand.Reader, secret.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	server := rpctest.New(t, s.Now)
	s.Server = server
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	newID := func() string { return uuid.Must(uuid.NewV7()).String() }
	d := s.Databases
	cafes := cafe.New(cafe.Deps{Store: cafestore.New(d["cafe"]), Now: s.Now})
	logins := login.New(login.Deps{
		Store: loginstore.New(d["login"]), Cafes: login.FromCafe(cafepb.NewCafeServiceClient(server.Service("login"))),
		Hasher: hasher, Guesses: guess.New(d["login"], s.Now), Random: rand.Reader, Now: s.Now, NewID: newID, Log: log,
	})
	admins := adminlogin.New(adminlogin.Deps{
		Store: adminloginstore.New(d["adminlogin"]), Hasher: hasher, Guesses: guess.New(d["adminlogin"], s.Now),
		Random: rand.Reader, Now: s.Now, NewID: newID, Log: log,
	})
	menus := menu.New(menu.Deps{
		Store: menustore.New(d["menu"]), Cafes: menu.FromCafe(cafepb.NewCafeServiceClient(server.Service("menu"))), Now: s.Now, Log: log,
	})
	stock := inventory.New(inventory.Deps{Store: inventorystore.New(d["inventory"]), Now: s.Now, NewID: newID, Log: log})
	asOrder := server.Service("order")
	s.Orders = order.New(order.Deps{
		Store: orderstore.New(d["order"]), Menus: order.FromMenu(menupb.NewMenuServiceClient(asOrder)),
		Inventory: order.FromInventory(inventorypb.NewInventoryServiceClient(asOrder)),
		Cafes:     order.FromCafe(cafepb.NewCafeServiceClient(asOrder)), Approvals: server.Verifier,
		Now: s.Now, NewID: newID, Log: log,
	})
	asAnalytics := server.Service("analytics")
	s.Analytics = analytics.New(analytics.Deps{
		Store: analyticsstore.New(d["analytics"]), Journals: analytics.FromOrder(orderpb.NewOrderServiceClient(asAnalytics)),
		Cafes: analytics.FromCafe(cafepb.NewCafeServiceClient(asAnalytics)),
		Menus: analytics.FromMenu(menupb.NewMenuServiceClient(asAnalytics)), Now: s.Now, Log: log,
	})
	server.Serve(
		func(r grpc.ServiceRegistrar) {
			cafe.Register(r, cafes)
			login.Register(r, logins)
			adminlogin.Register(r, admins)
			menu.Register(r, menus)
			inventory.Register(r, stock)
			order.Register(r, s.Orders)
			analytics.Register(r, s.Analytics)
		},
		"coffee.cafe.v1.CafeService", "coffee.login.v1.LoginService", "coffee.adminlogin.v1.AdminLoginService",
		"coffee.menu.v1.MenuService", "coffee.inventory.v1.InventoryService", "coffee.order.v1.OrderService",
		"coffee.analytics.v1.AnalyticsService",
	)
	return s
}

// Now is the system's clock.
func (s *System) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Pass moves the clock on.
func (s *System) Pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// As is the clients of a caller.
func (s *System) As(c rpc.Caller) Clients {
	conn := s.Server.As(c)
	return Clients{
		cafepb.NewCafeServiceClient(conn), loginpb.NewLoginServiceClient(conn), adminloginpb.NewAdminLoginServiceClient(conn),
		menupb.NewMenuServiceClient(conn), inventorypb.NewInventoryServiceClient(conn), orderpb.NewOrderServiceClient(conn),
		analyticspb.NewAnalyticsServiceClient(conn),
	}
}

// Operator is the clients of the operator's token.
func (s *System) Operator() Clients {
	return s.As(rpc.Caller{Kind: rpc.KindOperator, Subject: "operator", Role: "operator"})
}

// Settle does the background work that is due now.
func (s *System) Settle(t testing.TB) {
	t.Helper()
	if err := s.Work(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Work is one round of the background work: confirmations, stock owed, the reconciler, and the feed of analytics.
func (s *System) Work(ctx context.Context) error {
	confirmed := s.Orders.ConfirmOnce(ctx)
	_, drained := s.Orders.DrainOnce(ctx)
	reconciled := s.Orders.ReconcileOnce(ctx)
	_, followed := s.Analytics.FollowOnce(ctx)
	return errors.Join(confirmed, drained, reconciled, followed)
}
