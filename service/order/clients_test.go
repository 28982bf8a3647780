package order_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc/rpctest"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
	typepb "coffee/proto/coffee/type/v1"
	"coffee/service/order"
	"coffee/service/order/store"
)

// The neighbours as gRPC services behind the real guard: the adapters' requests must satisfy the contracts.
type cafeServer struct {
	cafepb.UnimplementedCafeServiceServer
}

func (cafeServer) GetCafe(_ context.Context, r *cafepb.GetCafeRequest) (*cafepb.Cafe, error) {
	return &cafepb.Cafe{
		Id: r.GetId(), TimeZone: "Africa/Casablanca", Currency: "MAD", CutoffMinutes: 240, Version: 3,
		Tax:   &cafepb.TaxProfile{Mode: "exclusive", Rates: []*cafepb.TaxRate{{Code: "standard", EatIn: 2000, TakeAway: 1000}}},
		Hours: []*cafepb.OpeningHours{{Weekday: 2, Opens: 600, Closes: 1200}}, Exceptions: []*cafepb.HoursException{{Date: "2026-12-25"}},
	}, nil
}

type menuServer struct {
	menupb.UnimplementedMenuServiceServer
}

func mad(amount int64) *typepb.Money { return &typepb.Money{Amount: amount, Currency: "MAD"} }

func (menuServer) GetMenu(_ context.Context, r *menupb.GetMenuRequest) (*menupb.Menu, error) {
	return &menupb.Menu{
		CafeId: r.GetCafeId(), Release: 4, Currency: "MAD", StartsAt: timestamppb.New(opening.Add(-time.Hour)),
		Categories: []*menupb.MenuCategory{{Id: named("coffee"), Name: "Coffee"}},
		Items: []*menupb.MenuItem{{
			Id: named("latte"), CategoryId: named("coffee"), Name: "Latte", TaxCode: "standard", Station: "bar",
			ModifierGroupIds: []string{named("milks")},
			Variations: []*menupb.MenuVariation{{
				Id: latteM, Name: "M", Price: mad(2800), BarSeconds: 60,
				PriceWindows: []*menupb.MenuPriceWindow{{Name: "morning", FromMinute: 540, ToMinute: 660, Price: mad(2500)}},
			}},
		}},
		ModifierGroups: []*menupb.MenuModifierGroup{{Id: named("milks"), Name: "Milk", Max: 1, Modifiers: []*menupb.MenuModifier{{Id: oat, Name: "Oat", PriceDelta: mad(400)}}}},
		Combos:         []*menupb.MenuCombo{{Id: lunch, Name: "Lunch", Price: mad(2000), Slots: []*menupb.ComboSlot{{Id: slotDrink, Name: "Drink", VariationIds: []string{latteM}}}}},
	}, nil
}

func (menuServer) ListSoldOut(context.Context, *menupb.ListSoldOutRequest) (*menupb.ListSoldOutResponse, error) {
	return &menupb.ListSoldOutResponse{SoldOut: []*menupb.SoldOut{
		{Kind: "ingredient", Id: named("soy")}, {Kind: "item", Id: named("tea")}, {Kind: "variation", Id: latteL}, {Kind: "modifier", Id: milk},
	}}, nil
}

type inventoryServer struct {
	inventorypb.UnimplementedInventoryServiceServer
	consumed  *inventorypb.ConsumeRequest
	reversed  []*inventorypb.ReverseRequest
	confirmed *inventorypb.ConfirmConsumptionRequest
}

func (i *inventoryServer) Consume(_ context.Context, r *inventorypb.ConsumeRequest) (*inventorypb.ConsumeResponse, error) {
	i.consumed = r
	return &inventorypb.ConsumeResponse{
		Lines: []*inventorypb.ExpandedLine{{Line: 1, HasRecipe: true, Uses: []*inventorypb.Use{{
			IngredientId: named("beans"), IngredientName: "Beans", Slot: "beans", Quantity: 18000, Unit: "g", Allergens: []string{"none"},
		}}}},
		Shortages: []*inventorypb.Shortage{{IngredientName: "Beans", OnHand: -1}},
	}, nil
}

func (i *inventoryServer) ListOpenConsumption(context.Context, *inventorypb.ListOpenConsumptionRequest) (*inventorypb.ListOpenConsumptionResponse, error) {
	return &inventorypb.ListOpenConsumptionResponse{Open: []*inventorypb.OpenConsumption{
		{OrderId: i.consumed.GetOrderId(), Attempt: 1, CafeId: cafeA, BusinessDate: "2026-06-09"},
		{OrderId: named("dead"), Attempt: 1, CafeId: cafeA, BusinessDate: "2026-06-09"},
	}}, nil
}

func (i *inventoryServer) ConfirmConsumption(_ context.Context, r *inventorypb.ConfirmConsumptionRequest) (*inventorypb.ConfirmConsumptionResponse, error) {
	i.confirmed = r
	return &inventorypb.ConfirmConsumptionResponse{}, nil
}

func (i *inventoryServer) Reverse(_ context.Context, r *inventorypb.ReverseRequest) (*inventorypb.ReverseResponse, error) {
	i.reversed = append(i.reversed, r)
	return &inventorypb.ReverseResponse{}, nil
}

func (i *inventoryServer) ListIngredientUses(context.Context, *inventorypb.ListIngredientUsesRequest) (*inventorypb.ListIngredientUsesResponse, error) {
	return &inventorypb.ListIngredientUsesResponse{ModifierIds: []string{named("soy milk")}, VariationIds: []string{named("soy latte")}}, nil
}

func (i *inventoryServer) ListFewLeft(_ context.Context, r *inventorypb.ListFewLeftRequest) (*inventorypb.ListFewLeftResponse, error) {
	if r.GetCafeId() != cafeA || r.GetFew() != 5 {
		return nil, errs.Invalid("asked_wrongly", "%v", r)
	}
	return &inventorypb.ListFewLeftResponse{FewLeft: []*inventorypb.FewLeft{{VariationId: latteM, Left: 2}}}, nil
}

func TestNeighbours(t *testing.T) {
	k := &clock{at: opening}
	server, goods := rpctest.New(t, k.Now), &inventoryServer{}
	conn := server.Service("order")
	service := order.New(order.Deps{
		Store:     store.New(dbtest.Open(t, dbtest.Config(t, db.SQLite, "order"), store.Migrations())),
		Menus:     order.FromMenu(menupb.NewMenuServiceClient(conn)),
		Inventory: order.FromInventory(inventorypb.NewInventoryServiceClient(conn)),
		Cafes:     order.FromCafe(cafepb.NewCafeServiceClient(conn)),
		Approvals: server.Verifier, Now: k.Now, NewID: newID,
	})
	server.Serve(func(r grpc.ServiceRegistrar) {
		order.Register(r, service)
		cafepb.RegisterCafeServiceServer(r, cafeServer{})
		menupb.RegisterMenuServiceServer(r, menuServer{})
		inventorypb.RegisterInventoryServiceServer(r, goods)
	}, "coffee.order.v1.OrderService", "coffee.cafe.v1.CafeService", "coffee.menu.v1.MenuService", "coffee.inventory.v1.InventoryService")
	client := orderpb.NewOrderServiceClient(server.As(lea))

	r := request(line(latteM, 2, oat))
	r.Lines[0].Present = true
	o := must[*orderpb.Order](t)(client.PlaceOrder(t.Context(), r))
	// The morning price, oat, ten percent on top for take-away.
	if o.GetTotal() != 2*(2500+400)*11/10 || o.GetRelease() != 4 || o.GetLines()[0].GetCategoryName() != "Coffee" || o.GetService() != "take_away" ||
		o.GetLines()[0].GetPriceWindow() != "morning" || o.GetTaxMode() != "exclusive" || len(o.GetShortages()) != 1 || o.GetLines()[0].GetUses()[0].GetQuantity() != 18000 {
		t.Errorf("placed %v", o)
	}
	c := goods.consumed
	if c.GetType() != "sale" || !c.GetLines()[0].GetPresent() || c.GetLines()[0].GetModifiers()[0].GetQuantity() != 1 || c.GetBy() != lea.Subject ||
		len(c.GetSoldOutIngredientIds()) != 1 || c.GetBusinessDate() != "2026-06-09" {
		t.Errorf("consumed %v", c)
	}
	_, err := client.PlaceOrder(t.Context(), request(line(latteM, 1, milk)))
	wantCode(t, err, "unknown_modifier")
	combo := request(&orderpb.LineRequest{Quantity: 1, Combo: &orderpb.ComboRequest{ComboId: lunch, Parts: []*orderpb.ComboPart{{SlotId: slotDrink, VariationId: latteM}}}})
	if quote := must[*orderpb.Order](t)(client.QuoteOrder(t.Context(), combo)); quote.GetTotal() != 2200 {
		t.Errorf("combo %v", quote)
	}
	a := must[*orderpb.Availability](t)(client.GetAvailability(t.Context(), &orderpb.GetAvailabilityRequest{CafeId: cafeA}))
	if len(a.GetItemIds()) != 1 || len(a.GetVariationIds()) != 2 || len(a.GetModifierIds()) != 2 || len(a.GetIngredientIds()) != 1 ||
		len(a.GetFewLeft()) != 1 || a.GetFewLeft()[0].GetLeft() != 2 {
		t.Errorf("availability %v", a)
	}
	must[*orderpb.Order](t)(client.VoidLines(keyCtx(t), &orderpb.VoidLinesRequest{Id: o.GetId(), Reason: "left"}))
	if n, err := service.DrainOnce(t.Context()); n != 1 || err != nil {
		t.Errorf("drained %d, %v", n, err)
	}
	if err := service.ReconcileOnce(t.Context()); err != nil {
		t.Error(err)
	}
	if len(goods.reversed) != 2 || goods.reversed[0].GetLines()[0].GetTo() != "restock" || goods.reversed[0].GetLines()[0].GetQuantity() != 2 ||
		goods.reversed[1].GetOrderId() != named("dead") || len(goods.reversed[1].GetLines()) != 0 {
		t.Errorf("reversed %v", goods.reversed)
	}
	if len(goods.confirmed.GetConfirmed()) != 1 || goods.confirmed.GetConfirmed()[0].GetOrderId() != o.GetId() {
		t.Errorf("confirmed %v", goods.confirmed)
	}
	// A phone outside the hours the café named (10:00 to 20:00 on Tuesdays).
	r = request(line(latteM, 1))
	r.CafeId = cafeA
	k.Add(-time.Hour)
	_, err = orderpb.NewOrderServiceClient(server.As(rpctest.Customer(newID()))).PlaceOrder(t.Context(), r)
	wantCode(t, err, "closed")
}
