package app

import (
	"context"
	"crypto/rand"

	"google.golang.org/grpc"

	"coffee/internal/guess"
	"coffee/internal/secret"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
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

func buildCafe(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "cafe")
	if err != nil {
		return err
	}
	s := cafe.New(cafe.Deps{Store: cafestore.New(d), Now: now})
	return a.serve("cafe", func(r grpc.ServiceRegistrar) { cafe.Register(r, s) })
}

func buildLogin(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "login")
	if err != nil {
		return err
	}
	cafes, err := a.conn("login", "cafe")
	if err != nil {
		return err
	}
	s := login.New(login.Deps{
		Store: loginstore.New(d), Cafes: login.FromCafe(cafepb.NewCafeServiceClient(cafes)),
		Hasher: a.hasher, Guesses: guess.New(d, now), Random: rand.Reader, Now: now, NewID: newID, Log: a.log,
	})
	a.background("login", s.Run)
	return a.serve("login", func(r grpc.ServiceRegistrar) { login.Register(r, s) })
}

func buildAdminLogin(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "adminlogin")
	if err != nil {
		return err
	}
	key, err := sealKey(a.config)
	if err != nil {
		return err
	}
	seal, err := secret.NewSeal(rand.Reader, key)
	if err != nil {
		return err
	}
	s := adminlogin.New(adminlogin.Deps{
		Store: adminloginstore.New(d), Hasher: a.hasher, Guesses: guess.New(d, now), Seal: seal, Chain: a.config.Chain, Random: rand.Reader,
		Now: now, NewID: newID, Log: a.log,
	})
	a.set.prepare = s.PrepareSetUp
	a.background("adminlogin", s.Run)
	return a.serve("adminlogin", func(r grpc.ServiceRegistrar) { adminlogin.Register(r, s) })
}

func buildMenu(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "menu")
	if err != nil {
		return err
	}
	cafes, err := a.conn("menu", "cafe")
	if err != nil {
		return err
	}
	s := menu.New(menu.Deps{
		Store: menustore.New(d), Cafes: menu.FromCafe(cafepb.NewCafeServiceClient(cafes)), Now: now, Log: a.log,
	})
	return a.serve("menu", func(r grpc.ServiceRegistrar) { menu.Register(r, s) })
}

func buildInventory(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "inventory")
	if err != nil {
		return err
	}
	s := inventory.New(inventory.Deps{Store: inventorystore.New(d), Now: now, NewID: newID, Log: a.log})
	a.watchInventory(s)
	return a.serve("inventory", func(r grpc.ServiceRegistrar) { inventory.Register(r, s) })
}

func buildOrder(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "order")
	if err != nil {
		return err
	}
	menus, err := a.conn("order", "menu")
	if err != nil {
		return err
	}
	stock, err := a.conn("order", "inventory")
	if err != nil {
		return err
	}
	cafes, err := a.conn("order", "cafe")
	if err != nil {
		return err
	}
	s := order.New(order.Deps{
		Store: orderstore.New(d), Menus: order.FromMenu(menupb.NewMenuServiceClient(menus)),
		Inventory: order.FromInventory(inventorypb.NewInventoryServiceClient(stock)),
		Cafes:     order.FromCafe(cafepb.NewCafeServiceClient(cafes)), Approvals: a.keys.verifier,
		Now: now, NewID: newID, Log: a.log, Step: a.options.Step, After: a.options.ReconcileAfter,
	})
	a.watchOrder(s)
	a.background("order", s.Run)
	return a.serve("order", func(r grpc.ServiceRegistrar) { order.Register(r, s) })
}

func buildAnalytics(ctx context.Context, a *App) error {
	d, err := a.open(ctx, "analytics")
	if err != nil {
		return err
	}
	orders, err := a.conn("analytics", "order")
	if err != nil {
		return err
	}
	cafes, err := a.conn("analytics", "cafe")
	if err != nil {
		return err
	}
	menus, err := a.conn("analytics", "menu")
	if err != nil {
		return err
	}
	s := analytics.New(analytics.Deps{
		Store: analyticsstore.New(d), Journals: analytics.FromOrder(orderpb.NewOrderServiceClient(orders)),
		Cafes: analytics.FromCafe(cafepb.NewCafeServiceClient(cafes)), Menus: analytics.FromMenu(menupb.NewMenuServiceClient(menus)),
		Now: now, Log: a.log,
	})
	a.watchAnalytics(s)
	a.background("analytics", s.Run)
	return a.serve("analytics", func(r grpc.ServiceRegistrar) { analytics.Register(r, s) })
}
