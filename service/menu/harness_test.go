package menu_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"coffee/internal/day"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	menupb "coffee/proto/coffee/menu/v1"
	typepb "coffee/proto/coffee/type/v1"
	"coffee/service/menu"
	"coffee/service/menu/store"
)

// The cafés of the tests: two zones, two currencies.
const (
	casa    = "0199a000-0000-7000-8000-00000000000a" // Casablanca, MAD, cut-off 04:00
	paris   = "0199a000-0000-7000-8000-00000000000b" // Paris, EUR, cut-off 00:00
	closed  = "0199a000-0000-7000-8000-00000000000c" // archived
	nowhere = "0199a000-0000-7000-8000-0000000000ff"
	adminID = "0199a000-0000-7000-8000-0000000000ad"
)

// id makes an id of the tests: the kind of thing and a number.
func id(kind, n int) string { return fmt.Sprintf("0199%04x-0000-7000-8000-%012x", kind, n) }

// fakeCafes is the cafe service.
type fakeCafes struct {
	CafeFn func(ctx context.Context, id string) (menu.Cafe, error)
}

func (f *fakeCafes) Cafe(ctx context.Context, id string) (menu.Cafe, error) { return f.CafeFn(ctx, id) }

func cafes(t testing.TB) *fakeCafes {
	t.Helper()
	calendar := func(zone string, cutoff int) day.Calendar {
		c, err := day.Load(zone, cutoff)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	known := map[string]menu.Cafe{
		casa:   {ID: casa, Name: "Casa Port", Currency: "MAD", Calendar: calendar("Africa/Casablanca", 240), Version: 1},
		paris:  {ID: paris, Name: "Paris Nord", Currency: "EUR", Calendar: calendar("Europe/Paris", 0), Version: 1},
		closed: {ID: closed, Name: "Closed", Currency: "MAD", Calendar: calendar("Africa/Casablanca", 240), Archived: true, Version: 2},
	}
	return &fakeCafes{CafeFn: func(_ context.Context, id string) (menu.Cafe, error) {
		cafe, ok := known[id]
		if !ok {
			return cafe, errs.NotFound("café %s", id)
		}
		return cafe, nil
	}}
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) add(d time.Duration) { c.set(c.now().Add(d)) }

// chain is the menu service behind the guard, on a fresh database.
type chain struct {
	t      testing.TB
	clock  *clock
	cafes  *fakeCafes
	db     *db.DB
	server *rpctest.Server
	admin  menupb.MenuServiceClient
	keys   int
}

func newChain(t testing.TB, engine db.Engine) *chain {
	t.Helper()
	d := dbtest.Open(t, dbtest.Config(t, engine, "menu"), store.Migrations())
	c := &chain{t: t, cafes: cafes(t), db: d, clock: &clock{at: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)}}
	service := menu.New(menu.Deps{Store: store.New(d), Cafes: c.cafes, Now: c.clock.now})
	c.server = rpctest.New(t, c.clock.now)
	c.server.Serve(func(r grpc.ServiceRegistrar) { menu.Register(r, service) }, "coffee.menu.v1.MenuService")
	c.admin = c.as(rpctest.Admin(adminID))
	return c
}

func (c *chain) as(caller rpc.Caller) menupb.MenuServiceClient {
	return menupb.NewMenuServiceClient(c.server.As(caller))
}

func (c *chain) asService(name string) menupb.MenuServiceClient {
	return menupb.NewMenuServiceClient(c.server.Service(name))
}

// keyed is a context with a fresh Idempotency-Key.
func (c *chain) keyed() context.Context {
	c.keys++
	return rpc.WithIdempotencyKey(c.t.Context(), fmt.Sprintf("key-%d", c.keys))
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails unless err is ours with that code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	_ = refusal(t, err, code)
}

// refusal is refused, and gives what was said.
func refusal(t testing.TB, err error, code string) *errs.Error {
	t.Helper()
	e, ok := errs.As(err)
	if !ok || e.Code != code {
		t.Fatalf("got %v, want the code %s", err, code)
	}
	return e
}

func amounts(pairs ...any) []*typepb.Money {
	var out []*typepb.Money
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, &typepb.Money{Currency: pairs[i].(string), Amount: int64(pairs[i+1].(int))})
	}
	return out
}

// The draft of the tests.
var (
	hot, cold         = id(1, 1), id(1, 2)
	latte, croissant  = id(2, 1), id(2, 2)
	small, large      = id(3, 1), id(3, 2)
	oneCroissant      = id(3, 3)
	milk              = id(4, 1)
	dairy, oat        = id(5, 1), id(5, 2)
	breakfast         = id(6, 1)
	slotCup, slotBake = id(7, 1), id(7, 2)
)

func latteItem() *menupb.PutItemRequest {
	return &menupb.PutItemRequest{
		Id: latte, CategoryId: hot, Name: "Latte", Description: "Two shots", Station: "bar", Rank: 1,
		Variations: []*menupb.Variation{
			{Id: small, Name: "Small", Prices: amounts("MAD", 2200, "EUR", 380), BarSeconds: 45},
			{Id: large, Name: "Large", Prices: amounts("MAD", 2500), BarSeconds: 55},
		},
		ModifierGroupIds: []string{milk},
		PriceWindows: []*menupb.PriceWindow{{
			Name: "Happy hour", VariationId: large, Weekdays: []int32{5, 1}, FromMinute: 840, ToMinute: 960, Prices: amounts("MAD", 2000),
		}},
	}
}

func croissantItem() *menupb.PutItemRequest {
	return &menupb.PutItemRequest{
		Id: croissant, CategoryId: cold, Name: "Croissant", Rank: 2,
		Variations: []*menupb.Variation{{Id: oneCroissant, Name: "One", Prices: amounts("MAD", 1200, "EUR", 180)}},
	}
}

func milkGroup() *menupb.PutModifierGroupRequest {
	return &menupb.PutModifierGroupRequest{
		Id: milk, Name: "Milk", Min: 1, Max: 1,
		Modifiers: []*menupb.Modifier{
			{Id: dairy, Name: "Whole", IsDefault: true},
			{Id: oat, Name: "Oat", PriceDeltas: amounts("MAD", 500, "EUR", 60)},
		},
	}
}

func breakfastCombo() *menupb.PutComboRequest {
	return &menupb.PutComboRequest{
		Id: breakfast, Name: "Breakfast", CategoryId: cold, Prices: amounts("MAD", 3000, "EUR", 500), Rank: 3,
		Slots: []*menupb.ComboSlot{
			{Id: slotCup, Name: "Cup", VariationIds: []string{small, large}},
			{Id: slotBake, Name: "Bake", VariationIds: []string{oneCroissant}},
		},
	}
}

// draft puts the draft of the tests.
func (c *chain) draft() {
	c.t.Helper()
	ctx := c.t.Context()
	must[*menupb.Category](c.t)(c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: hot, Name: "Hot", Rank: 1}))
	must[*menupb.Category](c.t)(c.admin.PutCategory(ctx, &menupb.PutCategoryRequest{Id: cold, Name: "Bakery", Rank: 2}))
	must[*menupb.ModifierGroup](c.t)(c.admin.PutModifierGroup(ctx, milkGroup()))
	must[*menupb.Item](c.t)(c.admin.PutItem(ctx, latteItem()))
	must[*menupb.Item](c.t)(c.admin.PutItem(ctx, croissantItem()))
	must[*menupb.Combo](c.t)(c.admin.PutCombo(ctx, breakfastCombo()))
}

func (c *chain) publish(start string) *menupb.Release {
	c.t.Helper()
	return must[*menupb.Release](c.t)(c.admin.Publish(c.keyed(), &menupb.PublishRequest{Start: start}))
}

// reprice gives the large latte another price in the draft.
func (c *chain) reprice(version int64, amount int) *menupb.Item {
	c.t.Helper()
	item := latteItem()
	item.Version = version
	item.Variations[1].Prices = amounts("MAD", amount)
	return must[*menupb.Item](c.t)(c.admin.PutItem(c.t.Context(), item))
}

func (c *chain) menu(cafe string, release int64) *menupb.Menu {
	c.t.Helper()
	return must[*menupb.Menu](c.t)(c.as(rpc.Caller{}).GetMenu(c.t.Context(), &menupb.GetMenuRequest{CafeId: cafe, Release: release}))
}

// price is what a variation costs on a menu, -1 where it is not sold.
func price(m *menupb.Menu, variation string) int64 {
	for _, item := range m.GetItems() {
		for _, v := range item.GetVariations() {
			if v.GetId() == variation {
				return v.GetPrice().GetAmount()
			}
		}
	}
	return -1
}
