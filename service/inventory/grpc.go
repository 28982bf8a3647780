package inventory

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/keyed"
	"coffee/internal/rpc"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

// Register serves the contract.
func Register(r grpc.ServiceRegistrar, s *Service) {
	inventorypb.RegisterInventoryServiceServer(r, &server{s: s})
}

type server struct {
	inventorypb.UnimplementedInventoryServiceServer
	s *Service
}

// author is who asks; a keyed call gives its method and request too.
func author(ctx context.Context, method string, req proto.Message) Author {
	c := rpc.CallerFrom(ctx)
	by := Author{Actor: c.Actor(), Manager: c.AtLeast("manager")}
	if method != "" {
		by.Key = keyed.Key{Method: method, Subject: c.Subject, Key: rpc.IdempotencyKey(ctx), Fingerprint: keyed.Fingerprint(req)}
	}
	return by
}

func (g *server) PutIngredient(ctx context.Context, r *inventorypb.PutIngredientRequest) (*inventorypb.Ingredient, error) {
	id, err := ParseID("id", r.GetId())
	if err != nil {
		return nil, err
	}
	madeFrom, err := linesFrom("made_from", r.GetMadeFrom())
	if err != nil {
		return nil, err
	}
	i, err := g.s.PutIngredient(ctx, author(ctx, "", nil), Ingredient{
		ID: id, Name: r.GetName(), Unit: r.GetUnit(), Counted: r.GetCounted(), PackQuantity: r.GetPackQuantity(),
		PackName: r.GetPackName(), Supplier: r.GetSupplier(), ShelfLifeDays: r.GetShelfLifeDays(), Allergens: r.GetAllergens(),
		MadeFrom: madeFrom, YieldQuantity: r.GetYieldQuantity(), Version: r.GetVersion(),
	})
	if err != nil {
		return nil, err
	}
	return ingredientTo(i), nil
}

func (g *server) ListIngredients(ctx context.Context, r *inventorypb.ListIngredientsRequest) (*inventorypb.ListIngredientsResponse, error) {
	rows, next, err := g.s.ListIngredients(ctx, r.GetQuery(), r.GetIncludeArchived(), r.GetLimit(), r.GetCursor())
	if err != nil {
		return nil, err
	}
	return &inventorypb.ListIngredientsResponse{Ingredients: each(rows, ingredientTo), NextCursor: next}, nil
}

func (g *server) ArchiveIngredient(ctx context.Context, r *inventorypb.ArchiveIngredientRequest) (*inventorypb.Ingredient, error) {
	id, err := ParseID("id", r.GetId())
	if err != nil {
		return nil, err
	}
	i, err := g.s.ArchiveIngredient(ctx, author(ctx, "", nil), id)
	if err != nil {
		return nil, err
	}
	return ingredientTo(i), nil
}

func (g *server) PutRecipe(ctx context.Context, r *inventorypb.PutRecipeRequest) (*inventorypb.Recipe, error) {
	id, err := ParseID("variation_id", r.GetVariationId())
	if err != nil {
		return nil, err
	}
	lines, err := linesFrom("lines", r.GetLines())
	if err != nil {
		return nil, err
	}
	out, err := g.s.PutRecipe(ctx, author(ctx, "", nil), Recipe{VariationID: id, Lines: lines, Version: r.GetVersion()})
	if err != nil {
		return nil, err
	}
	return recipeTo(out), nil
}

func (g *server) GetRecipe(ctx context.Context, r *inventorypb.GetRecipeRequest) (*inventorypb.Recipe, error) {
	id, err := ParseID("variation_id", r.GetVariationId())
	if err != nil {
		return nil, err
	}
	out, err := g.s.Recipe(ctx, id)
	if err != nil {
		return nil, err
	}
	return recipeTo(out), nil
}

func (g *server) ListRecipes(ctx context.Context, r *inventorypb.ListRecipesRequest) (*inventorypb.ListRecipesResponse, error) {
	rows, next, err := g.s.ListRecipes(ctx, r.GetLimit(), r.GetCursor())
	if err != nil {
		return nil, err
	}
	return &inventorypb.ListRecipesResponse{Recipes: each(rows, recipeTo), NextCursor: next}, nil
}

func (g *server) PutModifierEffects(ctx context.Context, r *inventorypb.PutModifierEffectsRequest) (*inventorypb.ModifierEffects, error) {
	id, err := ParseID("modifier_id", r.GetModifierId())
	if err != nil {
		return nil, err
	}
	effects, err := effectsFrom(r.GetEffects())
	if err != nil {
		return nil, err
	}
	out, err := g.s.PutEffects(ctx, author(ctx, "", nil), Effects{ModifierID: id, Effects: effects, Version: r.GetVersion()})
	if err != nil {
		return nil, err
	}
	return effectsTo(out), nil
}

func (g *server) GetModifierEffects(ctx context.Context, r *inventorypb.GetModifierEffectsRequest) (*inventorypb.ModifierEffects, error) {
	id, err := ParseID("modifier_id", r.GetModifierId())
	if err != nil {
		return nil, err
	}
	out, err := g.s.Effects(ctx, id)
	if err != nil {
		return nil, err
	}
	return effectsTo(out), nil
}

func (g *server) GetAllergens(ctx context.Context, r *inventorypb.GetAllergensRequest) (*inventorypb.Allergens, error) {
	if _, err := ParseID("cafe_id", r.GetCafeId()); err != nil {
		return nil, err
	}
	variations, modifiers, err := g.s.Allergens(ctx)
	if err != nil {
		return nil, err
	}
	slot := func(s SlotAllergens) *inventorypb.SlotAllergens {
		return &inventorypb.SlotAllergens{Slot: s.Slot, Only: s.Only, Allergens: s.Allergens}
	}
	return &inventorypb.Allergens{
		Variations: each(variations, func(v VariationAllergens) *inventorypb.VariationAllergens {
			return &inventorypb.VariationAllergens{VariationId: v.VariationID, Slots: each(v.Slots, slot)}
		}),
		Modifiers: each(modifiers, func(m ModifierAllergens) *inventorypb.ModifierAllergens {
			return &inventorypb.ModifierAllergens{ModifierId: m.ModifierID, ReplacesSlots: each(m.Replaces, slot), Adds: m.Adds}
		}),
	}, nil
}

func (g *server) PreviewExpansion(ctx context.Context, r *inventorypb.PreviewExpansionRequest) (*inventorypb.PreviewExpansionResponse, error) {
	line, err := orderLineFrom("line", r.GetLine())
	if err != nil {
		return nil, err
	}
	out, err := g.s.Preview(ctx, line, r.GetService())
	if err != nil {
		return nil, err
	}
	return &inventorypb.PreviewExpansionResponse{Line: expandedTo(out)}, nil
}

func (g *server) ExpandLines(ctx context.Context, r *inventorypb.ExpandLinesRequest) (*inventorypb.ExpandLinesResponse, error) {
	lines := make([]OrderLine, len(r.GetLines()))
	for i, l := range r.GetLines() {
		line, err := orderLineFrom(fmt.Sprintf("lines[%d]", i), l)
		if err != nil {
			return nil, err
		}
		lines[i] = line
	}
	out, err := g.s.ExpandLines(ctx, lines, r.GetService())
	if err != nil {
		return nil, err
	}
	return &inventorypb.ExpandLinesResponse{Lines: each(out, expandedTo)}, nil
}

func (g *server) Consume(ctx context.Context, r *inventorypb.ConsumeRequest) (*inventorypb.ConsumeResponse, error) {
	o, err := orderFrom(r)
	if err != nil {
		return nil, err
	}
	c, err := g.s.Consume(ctx, o)
	if err != nil {
		return nil, err
	}
	return &inventorypb.ConsumeResponse{
		Lines: each(c.Snapshot, expandedTo), RepeatedCall: c.Repeated,
		Shortages: each(c.Shortages, func(s Shortage) *inventorypb.Shortage {
			return &inventorypb.Shortage{IngredientId: s.IngredientID, IngredientName: s.Name, OnHand: s.OnHand}
		}),
	}, nil
}

func (g *server) Reverse(ctx context.Context, r *inventorypb.ReverseRequest) (*inventorypb.ReverseResponse, error) {
	reversal, err := reversalFrom(r)
	if err != nil {
		return nil, err
	}
	repeated, err := g.s.Reverse(ctx, reversal)
	if err != nil {
		return nil, err
	}
	return &inventorypb.ReverseResponse{RepeatedCall: repeated}, nil
}

// maxAge keeps a duration given in milliseconds within a duration's range.
const maxAge = 10 * 365 * 24 * time.Hour

func (g *server) ListOpenConsumption(ctx context.Context, r *inventorypb.ListOpenConsumptionRequest) (*inventorypb.ListOpenConsumptionResponse, error) {
	age := time.Duration(min(r.GetOlderThanMs(), maxAge.Milliseconds())) * time.Millisecond
	rows, err := g.s.ListOpen(ctx, age, r.GetLimit())
	if err != nil {
		return nil, err
	}
	return &inventorypb.ListOpenConsumptionResponse{Open: each(rows, openTo)}, nil
}

func (g *server) ConfirmConsumption(ctx context.Context, r *inventorypb.ConfirmConsumptionRequest) (*inventorypb.ConfirmConsumptionResponse, error) {
	orders := make([]Open, len(r.GetConfirmed()))
	for i, o := range r.GetConfirmed() {
		id, err := ParseID("confirmed.order_id", o.GetOrderId())
		if err != nil {
			return nil, err
		}
		orders[i] = Open{OrderID: id, Attempt: o.GetAttempt()}
	}
	if err := g.s.Confirm(ctx, orders); err != nil {
		return nil, err
	}
	return &inventorypb.ConfirmConsumptionResponse{}, nil
}

func (g *server) ListFewLeft(ctx context.Context, r *inventorypb.ListFewLeftRequest) (*inventorypb.ListFewLeftResponse, error) {
	cafe, err := ParseID("cafe_id", r.GetCafeId())
	if err != nil {
		return nil, err
	}
	few, err := g.s.FewLeft(ctx, cafe, r.GetFew())
	if err != nil {
		return nil, err
	}
	out := &inventorypb.ListFewLeftResponse{}
	for _, l := range few {
		out.FewLeft = append(out.FewLeft, &inventorypb.FewLeft{VariationId: l.VariationID, Left: l.Units})
	}
	return out, nil
}

func (g *server) ListIngredientUses(ctx context.Context, r *inventorypb.ListIngredientUsesRequest) (*inventorypb.ListIngredientUsesResponse, error) {
	ids, err := idsFrom("ingredient_ids", r.GetIngredientIds())
	if err != nil {
		return nil, err
	}
	modifiers, variations, err := g.s.Uses(ctx, ids)
	if err != nil {
		return nil, err
	}
	return &inventorypb.ListIngredientUsesResponse{ModifierIds: modifiers, VariationIds: variations}, nil
}
