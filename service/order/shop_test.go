package order_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"coffee/internal/day"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/service/order"
	"coffee/service/order/price"
	"coffee/service/order/store"
)

// newID is a UUIDv7, as clients make them.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// named is the same id for the same name in every test.
func named(name string) string { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String() }

var (
	cafeA, cafeB = named("café A"), named("café B")
	latteM       = named("latte M")
	latteL       = named("latte L")
	croissant    = named("croissant M")
	milk, oat    = named("milk"), named("oat")
	extraShot    = named("extra shot")
	lunch        = named("lunch combo")
	slotDrink    = named("slot drink")
	slotFood     = named("slot food")
	ana          = rpctest.Person(named("ana"), "barista", cafeA, named("till A"))
	lea          = rpctest.Person(named("lea"), "lead", cafeA, named("till A"))
	bob          = rpctest.Person(named("bob"), "barista", cafeB, named("till B"))
	boss         = rpctest.Admin(named("boss"))
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

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A Tuesday, 10:00 in Casablanca (UTC+1).
var opening = time.Date(2026, 6, 9, 9, 0, 0, 0, time.UTC)

type fakeMenus struct {
	mu        sync.Mutex
	MenuFn    func(cafe string, release int64) (order.Release, error)
	SoldOutFn func(cafe string) (order.SoldOut, error)
}

func (f *fakeMenus) Menu(_ context.Context, cafe string, release int64) (order.Release, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.MenuFn(cafe, release)
}

func (f *fakeMenus) SoldOut(_ context.Context, cafe string) (order.SoldOut, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.SoldOutFn == nil {
		return order.SoldOut{}, nil
	}
	return f.SoldOutFn(cafe)
}

// set changes what the menu answers.
func (f *fakeMenus) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

type fakeCafes struct {
	mu     sync.Mutex
	CafeFn func(id string) (order.Cafe, error)
}

func (f *fakeCafes) Cafe(_ context.Context, id string) (order.Cafe, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.CafeFn(id)
}

// fakeInventory keeps stock as the real one does: idempotent by (order, attempt) and by reversal.
type fakeInventory struct {
	mu        sync.Mutex
	clock     *clock
	onHand    map[string]int64 // units of a variation; others are without end
	taken     map[string]order.Consumption
	open      map[string]time.Time
	reversed  map[string]order.Reversal
	tombs     map[string]bool
	waste     int64
	ConsumeFn func(order.Consumption) error // before it happens
	ReverseFn func(order.Reversal) error
	UsesFn    func([]string) ([]string, []string, error)
	ExpandErr error
}

func attemptKey(id string, n int32) string { return fmt.Sprintf("%s/%d", id, n) }

func (f *fakeInventory) Consume(_ context.Context, c order.Consumption) (order.Expansion, error) {
	f.mu.Lock()
	before := f.ConsumeFn
	f.mu.Unlock()
	if before != nil {
		if err := before(c); err != nil {
			return order.Expansion{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := attemptKey(c.OrderID, c.Attempt)
	if f.tombs[key] {
		return order.Expansion{}, errs.Conflict("attempt_abandoned", "This attempt was given back.")
	}
	if was, again := f.taken[key]; again {
		if !reflect.DeepEqual(was.Lines, c.Lines) {
			return order.Expansion{}, errs.Conflict("attempt_differs", "This attempt was for other lines.")
		}
	} else {
		for _, l := range c.Lines {
			if n, counted := f.onHand[l.Variation]; counted && n < int64(l.Quantity) && !l.Present {
				return order.Expansion{}, errs.Conflict("out_of_stock", "Not enough of it is left.")
			}
		}
		for _, l := range c.Lines {
			if _, counted := f.onHand[l.Variation]; counted {
				f.onHand[l.Variation] -= int64(l.Quantity)
			}
		}
		f.taken[key], f.open[key] = c, f.clock.Now()
	}
	return order.Expansion{Lines: expanded(c.Lines)}, nil
}

func (f *fakeInventory) Expand(_ context.Context, _ string, lines []order.ConsumptionLine) ([]order.ExpandedLine, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return expanded(lines), f.ExpandErr
}

func expanded(lines []order.ConsumptionLine) []order.ExpandedLine {
	var out []order.ExpandedLine
	for _, l := range lines {
		out = append(out, order.ExpandedLine{Line: l.Line, HasRecipe: true, Uses: []order.Use{
			{IngredientID: named("beans"), Name: "Beans", Slot: "beans", Quantity: 18000 * int64(l.Quantity), Unit: "g"},
			{IngredientID: named("milk ingredient"), Name: "Milk", Slot: "milk", Quantity: 240000 * int64(l.Quantity), Unit: "ml", Allergens: []string{"milk"}},
		}})
	}
	return out
}

func (f *fakeInventory) OpenConsumptions(_ context.Context, olderThan time.Duration, limit int) ([]order.OpenConsumption, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []order.OpenConsumption
	for key, at := range f.open {
		if c := f.taken[key]; f.clock.Now().Sub(at) >= olderThan && len(out) < limit {
			out = append(out, order.OpenConsumption{OrderID: c.OrderID, Attempt: c.Attempt, Cafe: c.Cafe, BusinessDate: c.BusinessDate})
		}
	}
	return out, nil
}

func (f *fakeInventory) Confirm(_ context.Context, confirmed []order.OpenConsumption) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range confirmed {
		delete(f.open, attemptKey(c.OrderID, c.Attempt))
	}
	return nil
}

func (f *fakeInventory) Reverse(_ context.Context, r order.Reversal) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ReverseFn != nil {
		if err := f.ReverseFn(r); err != nil {
			return err
		}
	}
	if _, again := f.reversed[r.ID]; again {
		return nil
	}
	f.reversed[r.ID] = r
	key := attemptKey(r.OrderID, r.Attempt)
	c, ok := f.taken[key]
	if !ok {
		f.tombs[key] = true
		return nil
	}
	if len(r.Lines) == 0 {
		for _, l := range c.Lines {
			f.back(l.Variation, l.Quantity)
		}
		delete(f.open, key)
		f.tombs[key] = true
	}
	for _, b := range r.Lines {
		if b.To == "waste" {
			f.waste += int64(b.Quantity)
			continue
		}
		for _, l := range c.Lines {
			if l.Line == b.Line {
				f.back(l.Variation, b.Quantity)
			}
		}
	}
	return nil
}

func (f *fakeInventory) back(variation string, n int32) {
	if _, counted := f.onHand[variation]; counted {
		f.onHand[variation] += int64(n)
	}
}

func (f *fakeInventory) IngredientUses(_ context.Context, ingredients []string) ([]string, []string, error) {
	if f.UsesFn == nil {
		return nil, nil, nil
	}
	return f.UsesFn(ingredients)
}

func (f *fakeInventory) FewLeft(_ context.Context, _ string, few int32) ([]order.Left, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []order.Left
	for _, variation := range slices.Sorted(maps.Keys(f.onHand)) {
		if n := f.onHand[variation]; n <= int64(few) {
			out = append(out, order.Left{Variation: variation, Units: int32(max(0, n))})
		}
	}
	return out, nil
}

func (f *fakeInventory) left(variation string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.onHand[variation]
}

func (f *fakeInventory) openCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.open)
}

// theMenu sells lattes with a choice of milk and extra shots, croissants without a station, and a combo.
func theMenu(release, latte int64) price.Menu {
	item := func(id, item, name, size, station, code string, amount int64, groups ...string) price.Item {
		return price.Item{
			ItemID: named(item), VariationID: id, ItemName: name, VariationName: size, CategoryID: named("category " + station),
			CategoryName: "Category " + station, TaxCode: code, Station: station, BarSeconds: 60, Price: amount, GroupIDs: groups,
		}
	}
	groups := []string{named("milks"), named("shots")}
	return price.Menu{
		Release: release, Currency: "MAD",
		Items: map[string]price.Item{
			latteM:    item(latteM, "latte", "Latte", "M", "bar", "standard", latte, groups...),
			latteL:    item(latteL, "latte", "Latte", "L", "bar", "standard", latte+500, groups...),
			croissant: item(croissant, "croissant", "Croissant", "", "", "food", 1200),
		},
		Groups: map[string]price.Group{
			named("milks"): {ID: named("milks"), Name: "Milk", Min: 1, Max: 1, Modifiers: []price.Modifier{
				{ID: milk, Name: "Whole", Default: true}, {ID: oat, Name: "Oat", Delta: 400},
			}},
			named("shots"): {ID: named("shots"), Name: "Shots", Max: 3, Modifiers: []price.Modifier{{ID: extraShot, Name: "Extra shot", Delta: 600}}},
		},
		Combos: map[string]price.Combo{lunch: {ID: lunch, Name: "Lunch", Price: 3000, Slots: []price.Slot{
			{ID: slotDrink, Name: "Drink", VariationIDs: []string{latteM}}, {ID: slotFood, Name: "Food", VariationIDs: []string{croissant}},
		}}},
	}
}

// shop is a running order service with everything around it.
type shop struct {
	t         testing.TB
	clock     *clock
	menus     *fakeMenus
	cafes     *fakeCafes
	inventory *fakeInventory
	db        *db.DB
	service   *order.Service
	server    *rpctest.Server
	deps      order.Deps
}

func newShop(t testing.TB, d *db.DB) *shop {
	t.Helper()
	if d == nil {
		d = dbtest.Open(t, dbtest.Config(t, db.SQLite, "order"), store.Migrations())
	}
	k := &clock{at: opening}
	s := &shop{
		t: t, clock: k, db: d,
		menus: &fakeMenus{MenuFn: func(_ string, release int64) (order.Release, error) {
			if release > 1 {
				return order.Release{}, errs.NotFound("release %d", release)
			}
			return order.Release{Number: 1, StartsAt: opening.Add(-24 * time.Hour), Menu: theMenu(1, 2800)}, nil
		}},
		cafes: &fakeCafes{CafeFn: func(id string) (order.Cafe, error) {
			if id != cafeA && id != cafeB {
				return order.Cafe{}, errs.NotFound("café %s", id)
			}
			return order.Cafe{
				ID: id, Zone: "Africa/Casablanca", CutoffMinutes: 240, Currency: "MAD", DefaultService: "take_away", Version: 1,
				Tax:   price.Tax{Mode: "inclusive", Rates: map[string]price.TaxRate{"standard": {EatIn: 2000, TakeAway: 1000}, "food": {EatIn: 1000, TakeAway: 550}}},
				Hours: day.Hours{Weekly: [7][]day.Span{{}, {{Opens: 420, Closes: 1200}}, {{Opens: 420, Closes: 1200}}, {{Opens: 420, Closes: 1200}}}},
			}, nil
		}},
		inventory: &fakeInventory{
			clock: k, onHand: map[string]int64{croissant: 100}, taken: map[string]order.Consumption{}, open: map[string]time.Time{},
			reversed: map[string]order.Reversal{}, tombs: map[string]bool{},
		},
	}
	s.server = rpctest.New(t, k.Now)
	s.deps = order.Deps{
		Store: store.New(d), Menus: s.menus, Inventory: s.inventory, Cafes: s.cafes, Approvals: s.server.Verifier, Now: k.Now, NewID: newID,
	}
	s.service = order.New(s.deps)
	s.server.Serve(func(r grpc.ServiceRegistrar) { order.Register(r, s.service) }, "coffee.order.v1.OrderService")
	return s
}

// newShopOn is a second replica of the order service on the same database.
func newShopOn(s *shop) *shop {
	r := *s
	r.deps.Store = store.New(s.db)
	r.service = order.New(r.deps)
	r.server = rpctest.New(s.t, s.clock.Now)
	r.server.Serve(func(g grpc.ServiceRegistrar) { order.Register(g, r.service) }, "coffee.order.v1.OrderService")
	return &r
}

func (s *shop) as(c rpc.Caller) orderpb.OrderServiceClient {
	return orderpb.NewOrderServiceClient(s.server.As(c))
}

// keyCtx is a context with a fresh Idempotency-Key.
func keyCtx(t testing.TB) context.Context { return rpc.WithIdempotencyKey(t.Context(), newID()) }

func line(variation string, n int32, modifiers ...string) *orderpb.LineRequest {
	l := &orderpb.LineRequest{VariationId: variation, Quantity: n}
	for _, m := range modifiers {
		l.Modifiers = append(l.Modifiers, &orderpb.ModifierChoice{ModifierId: m})
	}
	return l
}

func cash(amount int64) *orderpb.TenderRequest {
	return &orderpb.TenderRequest{Id: newID(), Kind: "cash", Amount: amount}
}

func request(lines ...*orderpb.LineRequest) *orderpb.PlaceOrderRequest {
	return &orderpb.PlaceOrderRequest{Id: newID(), Lines: lines}
}

// place places an order as somebody, or fails the test.
func (s *shop) place(c rpc.Caller, r *orderpb.PlaceOrderRequest) *orderpb.Order {
	s.t.Helper()
	o, err := s.as(c).PlaceOrder(s.t.Context(), r)
	if err != nil {
		s.t.Fatalf("place: %v", rpc.FromStatus(err))
	}
	return o
}

func wantCode(t testing.TB, err error, code string) errs.Error {
	t.Helper()
	e, ok := errs.As(rpc.FromStatus(err))
	if !ok || e.Code != code {
		t.Fatalf("error %v, want code %s", rpc.FromStatus(err), code)
	}
	return *e
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(rpc.FromStatus(err))
		}
		return v
	}
}

// events reads a café's whole journal, checks its chain, and gives the events.
func (s *shop) events(cafe string) []*orderpb.Event {
	s.t.Helper()
	var out []*orderpb.Event
	for after := int64(0); ; {
		page, err := s.as(boss).ListJournal(s.t.Context(), &orderpb.ListJournalRequest{CafeId: cafe, AfterSeq: after})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, e := range page.GetEntries() {
			if e.GetSeq() != after+1 {
				s.t.Fatalf("journal: seq %d after %d", e.GetSeq(), after)
			}
			after = e.GetSeq()
			out = append(out, e.GetEvent())
		}
		if len(page.GetEntries()) == 0 {
			return out
		}
	}
}
