package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"coffee/internal/rpc"
	inventorypb "coffee/proto/coffee/inventory/v1"
	typepb "coffee/proto/coffee/type/v1"
)

// thousandths are what quantities are counted in outside this package.
const thousandths = 1000

func lines(uses []use) []*inventorypb.RecipeLine {
	out := make([]*inventorypb.RecipeLine, len(uses))
	for i, u := range uses {
		out[i] = &inventorypb.RecipeLine{
			Slot: u.slot, IngredientId: ingredientID(u.ingredient), Quantity: u.quantity * thousandths, Only: u.only,
		}
	}
	return out
}

// goods writes ingredients and recipes and fills the shelves.
func (f *filler) goods(ctx context.Context) error {
	f.progress("writing down %d ingredients and %d recipes", len(ingredients), len(recipes))
	// What is made from others comes after them.
	for _, makes := range []bool{false, true} {
		for _, in := range ingredients {
			if (len(made[in.name]) > 0) != makes {
				continue
			}
			if _, err := f.Inventory.PutIngredient(ctx, in.request()); err != nil {
				return fmt.Errorf("ingredient %s: %w", in.name, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(recipes)) {
		_, err := f.Inventory.PutRecipe(ctx, &inventorypb.PutRecipeRequest{VariationId: ID("variation", name), Lines: lines(recipes[name])})
		if err != nil {
			return fmt.Errorf("recipe of %s: %w", name, err)
		}
	}
	for _, g := range modifierGroups {
		for _, m := range g.modifiers {
			if err := f.effect(ctx, g.name, m.name); err != nil {
				return fmt.Errorf("effect of %s: %w", m.name, err)
			}
		}
	}
	f.progress("filling the shelves")
	for _, c := range cafes {
		if err := f.shelves(ctx, c); err != nil {
			return fmt.Errorf("stock of %s: %w", c.name, err)
		}
	}
	return nil
}

func (in ingredient) request() *inventorypb.PutIngredientRequest {
	r := &inventorypb.PutIngredientRequest{
		Id: ingredientID(in.name), Name: in.name, Unit: in.unit, Counted: in.counted, PackQuantity: in.pack * thousandths,
		PackName: in.packName, Supplier: in.supplier, ShelfLifeDays: in.shelfLife, Allergens: in.allergens,
	}
	if uses := made[in.name]; len(uses) > 0 {
		r.MadeFrom, r.YieldQuantity = lines(uses), in.pack*thousandths
	}
	return r
}

func (f *filler) effect(ctx context.Context, group, name string) error {
	e, ok := effects[[2]string{group, name}]
	if !ok {
		return nil
	}
	out := &inventorypb.ModifierEffect{
		Kind: e.kind, Slot: e.slot, Quantity: e.quantity * thousandths, Numerator: e.numerator, Denominator: e.denominator,
	}
	if e.ingredient != "" {
		out.IngredientId = ingredientID(e.ingredient)
	}
	_, err := f.Inventory.PutModifierEffects(ctx, &inventorypb.PutModifierEffectsRequest{
		ModifierId: modifierID(group, name), Effects: []*inventorypb.ModifierEffect{out},
	})
	return err
}

// openingOf is what is on a café's shelf of an ingredient when it opens: whole packs, or the little that is left.
func (p place) openingOf(in ingredient) *inventorypb.ReceiveLine {
	cost := in.packCost.in(p.currency)
	line := &inventorypb.ReceiveLine{IngredientId: ingredientID(in.name)}
	if left, ok := p.short[in.name]; ok {
		line.Quantity, line.Cost = left*thousandths, &typepb.Money{Amount: max(1, cost*left/in.pack), Currency: p.currency}
		return line
	}
	line.Packs, line.Cost = in.opening, &typepb.Money{Amount: cost * int64(in.opening), Currency: p.currency}
	return line
}

// shelves sets a café's levels and books its opening stock, once: the key answers a repeated call.
func (f *filler) shelves(ctx context.Context, p place) error {
	receipt := &inventorypb.ReceiveRequest{CafeId: p.id(), Type: "opening", Note: "Opening stock"}
	// Several at a time, so that they share commits.
	levels, levelCtx := errgroup.WithContext(ctx)
	levels.SetLimit(8)
	for _, in := range ingredients {
		levels.Go(func() error {
			packs := in.par * in.pack * thousandths
			_, err := f.Inventory.PutPar(levelCtx, &inventorypb.PutParRequest{
				CafeId: p.id(), IngredientId: ingredientID(in.name), Par: packs, ReorderPoint: packs / 3,
			})
			if err != nil {
				return fmt.Errorf("%s: %w", in.name, err)
			}
			return nil
		})
		receipt.Lines = append(receipt.Lines, p.openingOf(in))
	}
	if err := levels.Wait(); err != nil {
		return err
	}
	// Keys are forgotten one day; stock that moved once is not filled again.
	stock, err := f.Inventory.ListStock(ctx, &inventorypb.ListStockRequest{CafeId: p.id(), Limit: 200})
	if err != nil {
		return err
	}
	for _, s := range stock.GetStock() {
		if s.GetMovedAt() != nil {
			return nil
		}
	}
	_, err = f.Inventory.Receive(rpc.WithIdempotencyKey(ctx, "opening-"+p.id()), receipt)
	return err
}
