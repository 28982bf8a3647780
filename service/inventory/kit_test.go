package inventory_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	inventorypb "coffee/proto/coffee/inventory/v1"
	"coffee/service/inventory"
	"coffee/service/inventory/store"
)

// kit is the service on a fresh database behind the real guard, with a small shop's recipes once stocked is called.
type kit struct {
	t     testing.TB
	db    *db.DB
	store *store.Store
	s     *inventory.Service
	rpc   *rpctest.Server

	mu  sync.Mutex
	now time.Time

	admin, manager, barista, order inventorypb.InventoryServiceClient

	cafe                                           string
	beans, decaf, milk, oat, cupL, lid, croissant  string
	latte, espresso, croissantV, unknownV          string
	oatM, decafM, extraShot, lessMilk, doubleShotM string
}

func id() string { return uuid.Must(uuid.NewV7()).String() }

func (k *kit) clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *kit) pass(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = k.now.Add(d)
}

func newKit(t testing.TB, d *db.DB) *kit {
	t.Helper()
	return serve(&kit{t: t, db: d, store: store.New(d), cafe: id(), now: time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC)})
}

// secondProcess is the same database and café served by another process.
func (k *kit) secondProcess() *kit {
	k.t.Helper()
	return serve(&kit{t: k.t, db: k.db, store: k.store, cafe: k.cafe, now: k.clock()})
}

func serve(k *kit) *kit {
	t := k.t
	t.Helper()
	k.s = inventory.New(inventory.Deps{Store: k.store, Now: k.clock, NewID: id, Log: slog.New(slog.DiscardHandler)})
	k.rpc = rpctest.New(t, k.clock)
	k.rpc.Serve(func(r grpc.ServiceRegistrar) { inventory.Register(r, k.s) }, "coffee.inventory.v1.InventoryService")
	k.admin = k.as(rpctest.Admin(id()))
	k.manager = k.as(rpctest.Person(id(), "manager", k.cafe, id()))
	k.barista = k.as(rpctest.Person(id(), "barista", k.cafe, id()))
	k.order = inventorypb.NewInventoryServiceClient(k.rpc.Service("order"))
	return k
}

func (k *kit) as(c rpc.Caller) inventorypb.InventoryServiceClient {
	return inventorypb.NewInventoryServiceClient(k.rpc.As(c))
}

// keyCtx is a context with a fresh Idempotency-Key.
func keyCtx(t testing.TB) context.Context { return rpc.WithIdempotencyKey(t.Context(), id()) }

// each runs a test on every engine with a stocked shop.
func each(t *testing.T, fn func(t *testing.T, k *kit)) {
	dbtest.Each(t, "inventory", store.Migrations(), func(t *testing.T, d *db.DB) {
		k := newKit(t, d)
		k.recipes()
		fn(t, k)
	})
}

func ok[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCode fails unless err carries a code, and gives what a client sees of it.
func wantCode(t testing.TB, err error, code string) errs.Error {
	t.Helper()
	e, isOurs := errs.As(err)
	if !isOurs || e.Code != code {
		t.Fatalf("error = %v, want %s", err, code)
	}
	return *e
}

func (k *kit) ingredient(name, unit string, counted bool, more ...func(*inventorypb.PutIngredientRequest)) string {
	k.t.Helper()
	r := &inventorypb.PutIngredientRequest{Id: id(), Name: name, Unit: unit, Counted: counted}
	for _, fn := range more {
		fn(r)
	}
	return ok[*inventorypb.Ingredient](k.t)(k.admin.PutIngredient(k.t.Context(), r)).GetId()
}

func (k *kit) recipe(lines ...*inventorypb.RecipeLine) string {
	k.t.Helper()
	r := &inventorypb.PutRecipeRequest{VariationId: id(), Lines: lines}
	return ok[*inventorypb.Recipe](k.t)(k.admin.PutRecipe(k.t.Context(), r)).GetVariationId()
}

func (k *kit) modifier(effects ...*inventorypb.ModifierEffect) string {
	k.t.Helper()
	r := &inventorypb.PutModifierEffectsRequest{ModifierId: id(), Effects: effects}
	return ok[*inventorypb.ModifierEffects](k.t)(k.admin.PutModifierEffects(k.t.Context(), r)).GetModifierId()
}

func line(slot, ingredient string, quantity int64, only string) *inventorypb.RecipeLine {
	return &inventorypb.RecipeLine{Slot: slot, IngredientId: ingredient, Quantity: quantity, Only: only}
}

// recipes makes the shop of domain.md: a large latte is 18 g beans, 320 ml milk, and a cup with a lid to go.
func (k *kit) recipes() {
	k.t.Helper()
	k.beans = k.ingredient("House beans", "g", false, func(r *inventorypb.PutIngredientRequest) {
		r.PackQuantity, r.PackName = 1_000_000, "1 kg bag"
	})
	k.decaf = k.ingredient("Decaf beans", "g", false)
	k.milk = k.ingredient("Whole milk", "ml", false, func(r *inventorypb.PutIngredientRequest) { r.Allergens = []string{"Milk"} })
	k.oat = k.ingredient("Oat drink", "ml", false, func(r *inventorypb.PutIngredientRequest) { r.Allergens = []string{"oats", "gluten"} })
	k.cupL = k.ingredient("Cup L", "each", false)
	k.lid = k.ingredient("Lid", "each", false)
	k.croissant = k.ingredient("Croissant", "each", true)
	k.latte = k.recipe(line("beans", k.beans, 18_000, ""), line("milk", k.milk, 320_000, ""),
		line("cup", k.cupL, 1000, "take_away"), line("lid", k.lid, 1000, "take_away"))
	k.espresso = k.recipe(line("beans", k.beans, 9_000, ""))
	k.croissantV = k.recipe(line("piece", k.croissant, 1000, ""))
	k.unknownV = id()
	k.oatM = k.modifier(&inventorypb.ModifierEffect{Kind: "substitute", Slot: "milk", IngredientId: k.oat})
	k.decafM = k.modifier(&inventorypb.ModifierEffect{Kind: "substitute", Slot: "beans", IngredientId: k.decaf})
	k.extraShot = k.modifier(&inventorypb.ModifierEffect{Kind: "add", Slot: "beans", IngredientId: k.beans, Quantity: 9_000})
	k.lessMilk = k.modifier(&inventorypb.ModifierEffect{Kind: "scale", Slot: "milk", Numerator: 2, Denominator: 3})
	k.doubleShotM = k.modifier(&inventorypb.ModifierEffect{Kind: "scale", Slot: "beans", Numerator: 2, Denominator: 1})
}

// receive books goods in, quantity in thousandths.
func (k *kit) receive(ingredient string, quantity int64) {
	k.t.Helper()
	ok[*inventorypb.MovementsResponse](k.t)(k.barista.Receive(keyCtx(k.t), &inventorypb.ReceiveRequest{
		CafeId: k.cafe, Lines: []*inventorypb.ReceiveLine{{IngredientId: ingredient, Quantity: quantity}},
	}))
}

// onHand is the café's stock by ingredient, through the list.
func (k *kit) onHand() map[string]int64 {
	k.t.Helper()
	out := map[string]int64{}
	for _, l := range ok[*inventorypb.ListStockResponse](k.t)(k.barista.ListStock(k.t.Context(), &inventorypb.ListStockRequest{Limit: 200})).GetStock() {
		out[l.GetIngredientId()] = l.GetOnHand()
	}
	return out
}

// sale is a Consume of one order with lines.
func (k *kit) sale(lines ...*inventorypb.ConsumeLine) *inventorypb.ConsumeRequest {
	for i, l := range lines {
		l.Line = int32(i + 1)
	}
	return &inventorypb.ConsumeRequest{
		OrderId: id(), Attempt: 1, CafeId: k.cafe, BusinessDate: "2026-04-01", Service: "take_away", Lines: lines, Type: "sale",
	}
}

func sell(variation string, quantity int32, modifiers ...string) *inventorypb.ConsumeLine {
	l := &inventorypb.ConsumeLine{VariationId: variation, Quantity: quantity}
	for _, m := range modifiers {
		l.Modifiers = append(l.Modifiers, &inventorypb.ConsumeModifier{ModifierId: m, Quantity: 1})
	}
	return l
}

// undo is a Reverse of a sale.
func undo(r *inventorypb.ConsumeRequest, lines ...*inventorypb.ReverseLine) *inventorypb.ReverseRequest {
	return &inventorypb.ReverseRequest{
		OrderId: r.GetOrderId(), Attempt: r.GetAttempt(), ReversalId: id(), CafeId: r.GetCafeId(), BusinessDate: "2026-04-01", Lines: lines,
	}
}

// movements is the whole history of the café, newest first, through pages of seven.
func (k *kit) movements() []*inventorypb.Movement {
	k.t.Helper()
	var all []*inventorypb.Movement
	for cursor := ""; ; {
		page := ok[*inventorypb.ListMovementsResponse](k.t)(k.manager.ListMovements(k.t.Context(), &inventorypb.ListMovementsRequest{
			CafeId: k.cafe, Limit: 7, Cursor: cursor,
		}))
		all = append(all, page.GetMovements()...)
		if cursor = page.GetNextCursor(); cursor == "" {
			return all
		}
	}
}

// balanced fails unless on hand is the sum of the movements, for every ingredient.
func (k *kit) balanced() {
	k.t.Helper()
	sum := map[string]int64{}
	for _, m := range k.movements() {
		sum[m.GetIngredientId()] += m.GetQuantity()
	}
	for ingredient, onHand := range k.onHand() {
		if sum[ingredient] != onHand {
			k.t.Errorf("ingredient %s: on hand %d, movements add up to %d", ingredient, onHand, sum[ingredient])
		}
		delete(sum, ingredient)
	}
	for ingredient, n := range sum {
		if n != 0 {
			k.t.Errorf("ingredient %s has movements of %d and no stock", ingredient, n)
		}
	}
}
