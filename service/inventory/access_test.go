package inventory_test

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

// call is one RPC with a request that is valid for the kit's café.
type call struct {
	name string
	do   func(ctx context.Context, c inventorypb.InventoryServiceClient) error
}

func do[R, A proto.Message](fn func(inventorypb.InventoryServiceClient, context.Context, R, ...grpc.CallOption) (A, error), r R) func(context.Context, inventorypb.InventoryServiceClient) error {
	return func(ctx context.Context, c inventorypb.InventoryServiceClient) error {
		return second(fn(c, ctx, proto.Clone(r).(R)))
	}
}

type client = inventorypb.InventoryServiceClient

// calls are all RPCs by who may call them, with requests for a café.
func (k *kit) calls(cafe string) map[string][]call {
	sale := k.sale(sell(k.espresso, 1))
	sale.CafeId = cafe
	return map[string][]call{
		"anybody": {
			{"GetAllergens", do(client.GetAllergens, &inventorypb.GetAllergensRequest{CafeId: cafe})},
		},
		"order": {
			{"Consume", do(client.Consume, sale)},
			{"Reverse", do(client.Reverse, undo(sale))},
			{"ListOpenConsumption", do(client.ListOpenConsumption, &inventorypb.ListOpenConsumptionRequest{})},
			{"ConfirmConsumption", do(client.ConfirmConsumption, &inventorypb.ConfirmConsumptionRequest{Confirmed: []*inventorypb.OpenConsumption{{OrderId: id(), Attempt: 1}}})},
			{"ExpandLines", do(client.ExpandLines, &inventorypb.ExpandLinesRequest{Service: "eat_in", Lines: []*inventorypb.ConsumeLine{sell(k.latte, 1)}})},
			{"ListFewLeft", do(client.ListFewLeft, &inventorypb.ListFewLeftRequest{CafeId: cafe})},
			{"ListIngredientUses", do(client.ListIngredientUses, &inventorypb.ListIngredientUsesRequest{})},
		},
		"admin": {
			{"PutIngredient", do(client.PutIngredient, &inventorypb.PutIngredientRequest{Id: id(), Name: "Tea", Unit: "g"})},
			{"ArchiveIngredient", do(client.ArchiveIngredient, &inventorypb.ArchiveIngredientRequest{Id: k.cupL})},
			{"PutRecipe", do(client.PutRecipe, &inventorypb.PutRecipeRequest{VariationId: id()})},
			{"PutModifierEffects", do(client.PutModifierEffects, &inventorypb.PutModifierEffectsRequest{ModifierId: id()})},
		},
		"manager": {
			{"GetRecipe", do(client.GetRecipe, &inventorypb.GetRecipeRequest{VariationId: k.latte})},
			{"ListRecipes", do(client.ListRecipes, &inventorypb.ListRecipesRequest{})},
			{"GetModifierEffects", do(client.GetModifierEffects, &inventorypb.GetModifierEffectsRequest{ModifierId: k.oatM})},
			{"PreviewExpansion", do(client.PreviewExpansion, &inventorypb.PreviewExpansionRequest{Line: sell(k.latte, 1), Service: "eat_in"})},
		},
		"manager in the café": {
			{"PutPar", do(client.PutPar, &inventorypb.PutParRequest{CafeId: cafe, IngredientId: k.milk, Par: 1})},
			{"Count", do(client.Count, &inventorypb.CountRequest{CafeId: cafe, Lines: []*inventorypb.CountLine{{IngredientId: k.milk}}})},
		},
		"lead in the café": {
			{"ListMovements", do(client.ListMovements, &inventorypb.ListMovementsRequest{CafeId: cafe})},
		},
		"barista": {
			{"ListIngredients", do(client.ListIngredients, &inventorypb.ListIngredientsRequest{})},
		},
		"barista in the café": {
			{"ListStock", do(client.ListStock, &inventorypb.ListStockRequest{CafeId: cafe})},
			{"Receive", do(client.Receive, &inventorypb.ReceiveRequest{CafeId: cafe, Lines: []*inventorypb.ReceiveLine{{IngredientId: k.milk, Quantity: 1}}})},
			{"Waste", do(client.Waste, &inventorypb.WasteRequest{CafeId: cafe, Lines: []*inventorypb.WasteLine{{IngredientId: k.milk, Quantity: 1, Reason: "x"}}})},
		},
	}
}

func TestAccess(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		rank := map[string]int{"customer": 0, "counter": 0, "board": 0, "barista": 1, "lead": 2, "manager": 3, "admin": 4, "operator": 4}
		needs := map[string]int{
			"anybody": 0, "order": 9, "admin": 4, "manager": 3, "manager in the café": 3, "lead in the café": 2, "barista": 1, "barista in the café": 1,
		}
		callers := map[string]rpc.Caller{
			"customer": rpctest.Customer(id()), "counter": rpctest.Device(id(), "counter", k.cafe), "board": rpctest.Device(id(), "board", k.cafe),
			"admin": rpctest.Admin(id()), "operator": {Kind: rpc.KindOperator, Subject: "operator", Role: "operator"},
		}
		for _, role := range []string{"barista", "lead", "manager"} {
			callers[role] = rpctest.Person(id(), role, k.cafe, id())
		}
		n := 0
		for group, calls := range k.calls(k.cafe) {
			for _, c := range calls {
				n++
				if err := c.do(keyCtx(t), k.as(rpc.Caller{})); errs.HasCode(err, "sign_in_required") == (group == "anybody") {
					t.Errorf("%s without sign-in: %v", c.name, err)
				}
				for role, caller := range callers {
					err := c.do(keyCtx(t), k.as(caller))
					if refused := errs.HasCode(err, "forbidden"); refused == (rank[role] >= needs[group]) {
						t.Errorf("%s as %s: %v", c.name, role, err)
					}
				}
				// No other service may call what people call, and only order may call what is internal.
				for _, service := range []string{"menu", "login", "analytics"} {
					if err := c.do(keyCtx(t), inventorypb.NewInventoryServiceClient(k.rpc.Service(service))); !errs.IsKind(err, errs.KindForbidden) {
						t.Errorf("%s from %s: %v", c.name, service, err)
					}
				}
			}
		}
		if all := len(inventorypb.InventoryService_ServiceDesc.Methods); n != all {
			t.Errorf("%d of %d methods tested", n, all)
		}
	})
}

// Another café's stock answers like that of a café that does not exist.
func TestAnotherCafe(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		calls := k.calls(id())
		for _, group := range []string{"manager in the café", "lead in the café", "barista in the café"} {
			for _, c := range calls[group] {
				if err := c.do(keyCtx(t), k.manager); !errs.HasCode(err, "not_found") {
					t.Errorf("%s: %v", c.name, err)
				}
				if err := c.do(keyCtx(t), k.admin); err != nil {
					t.Errorf("%s for head office: %v", c.name, err)
				}
			}
		}
	})
}

// What the contract refuses never reaches the service: a stable code, and nothing stored.
func TestBadInput(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		sale := func(change func(*inventorypb.ConsumeRequest)) error {
			r := k.sale(sell(k.espresso, 1))
			change(r)
			return second(k.order.Consume(t.Context(), r))
		}
		for name, err := range map[string]error{
			"no lines":       sale(func(r *inventorypb.ConsumeRequest) { r.Lines = nil }),
			"quantity 0":     sale(func(r *inventorypb.ConsumeRequest) { r.Lines[0].Quantity = 0 }),
			"quantity -7":    sale(func(r *inventorypb.ConsumeRequest) { r.Lines[0].Quantity = -7 }),
			"quantity 1001":  sale(func(r *inventorypb.ConsumeRequest) { r.Lines[0].Quantity = 1001 }),
			"line 0":         sale(func(r *inventorypb.ConsumeRequest) { r.Lines[0].Line = 0 }),
			"a line twice":   sale(func(r *inventorypb.ConsumeRequest) { r.Lines = append(r.Lines, r.Lines[0]) }),
			"no such day":    sale(func(r *inventorypb.ConsumeRequest) { r.BusinessDate = "2026-02-31" }),
			"a drive-in":     sale(func(r *inventorypb.ConsumeRequest) { r.Service = "drive_in" }),
			"a strange type": sale(func(r *inventorypb.ConsumeRequest) { r.Type = "receipt" }),
			"an order's id":  sale(func(r *inventorypb.ConsumeRequest) { r.OrderId = "1" }),
			"attempt 0":      sale(func(r *inventorypb.ConsumeRequest) { r.Attempt = 0 }),
			"21 of a modifier": sale(func(r *inventorypb.ConsumeRequest) {
				r.Lines[0].Modifiers = []*inventorypb.ConsumeModifier{{ModifierId: k.oatM, Quantity: 21}}
			}),
			"a unit":            second(k.admin.PutIngredient(t.Context(), &inventorypb.PutIngredientRequest{Id: id(), Name: "x", Unit: "cups"})),
			"a slot":            second(k.admin.PutRecipe(t.Context(), &inventorypb.PutRecipeRequest{VariationId: id(), Lines: []*inventorypb.RecipeLine{line("Milk!", k.milk, 1, "")}})),
			"a recipe of less":  second(k.admin.PutRecipe(t.Context(), &inventorypb.PutRecipeRequest{VariationId: id(), Lines: []*inventorypb.RecipeLine{line("milk", k.milk, -1, "")}})),
			"an effect":         second(k.admin.PutModifierEffects(t.Context(), &inventorypb.PutModifierEffectsRequest{ModifierId: id(), Effects: []*inventorypb.ModifierEffect{{Kind: "vanish", Slot: "milk"}}})),
			"an effect's id":    second(k.admin.PutModifierEffects(t.Context(), &inventorypb.PutModifierEffectsRequest{ModifierId: id(), Effects: []*inventorypb.ModifierEffect{{Kind: "add", Slot: "milk", IngredientId: "milk", Quantity: 1}}})),
			"a page of 201":     second(k.admin.ListIngredients(t.Context(), &inventorypb.ListIngredientsRequest{Limit: 201})),
			"a café's id":       second(k.admin.ListStock(t.Context(), &inventorypb.ListStockRequest{CafeId: "mine"})),
			"reversal of less":  second(k.order.Reverse(t.Context(), undo(k.sale(sell(k.espresso, 1)), back(1, -1, "restock")))),
			"reversal to where": second(k.order.Reverse(t.Context(), undo(k.sale(sell(k.espresso, 1)), back(1, 1, "home")))),
		} {
			if !errs.HasCode(err, "invalid_request") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := len(k.movements()); n != 0 {
			t.Errorf("%d movements after nothing but refusals", n)
		}
	})
}
