package inventory_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"coffee/internal/errs"
	inventorypb "coffee/proto/coffee/inventory/v1"
)

func TestPutIngredient(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		r := &inventorypb.PutIngredientRequest{
			Id: id(), Name: "Crème brûlée ☕", Unit: "each", Counted: true, PackQuantity: 12_000, PackName: "tray", Supplier: "Pâtisserie",
			ShelfLifeDays: 3, Allergens: []string{"milk", "eggs"}, YieldQuantity: 12_000,
			MadeFrom: []*inventorypb.RecipeLine{line("base", k.milk, 1_000_000, "")},
		}
		made := ok[*inventorypb.Ingredient](t)(k.admin.PutIngredient(t.Context(), r))
		if made.GetVersion() != 1 || made.GetName() != r.GetName() || fmt.Sprint(made.GetAllergens()) != "[eggs milk]" || len(made.GetMadeFrom()) != 1 {
			t.Errorf("%v", made)
		}
		if again := ok[*inventorypb.Ingredient](t)(k.admin.PutIngredient(t.Context(), r)); !proto.Equal(again, made) {
			t.Errorf("a retry gives %v", again)
		}
		r.Supplier = "Bakery"
		wantCode(t, second(k.admin.PutIngredient(t.Context(), r)), "version_conflict")
		r.Version = 1
		if edited := ok[*inventorypb.Ingredient](t)(k.admin.PutIngredient(t.Context(), r)); edited.GetVersion() != 2 {
			t.Errorf("%v", edited)
		}
		wantCode(t, second(k.admin.PutIngredient(t.Context(), r)), "version_conflict")
		// Another process reads what this one wrote.
		list := ok[*inventorypb.ListIngredientsResponse](t)(k.secondProcess().admin.ListIngredients(t.Context(), &inventorypb.ListIngredientsRequest{Query: "BRÛL"}))
		if len(list.GetIngredients()) != 1 || list.GetIngredients()[0].GetSupplier() != "Bakery" || list.GetIngredients()[0].GetMadeFrom()[0].GetIngredientId() != k.milk {
			t.Errorf("%v", list)
		}

		// What became a counted good cannot be below zero.
		ok[*inventorypb.ConsumeResponse](t)(k.order.Consume(t.Context(), k.sale(sell(k.latte, 1))))
		wantCode(t, second(k.admin.PutIngredient(t.Context(), &inventorypb.PutIngredientRequest{Id: k.cupL, Name: "Cup L", Unit: "each", Counted: true, Version: 1})), "stock_negative")
		k.receive(k.cupL, 1_000)
		ok[*inventorypb.Ingredient](t)(k.admin.PutIngredient(t.Context(), &inventorypb.PutIngredientRequest{Id: k.cupL, Name: "Cup L", Unit: "each", Counted: true, Version: 1}))
		wantCode(t, second(k.order.Consume(t.Context(), k.sale(sell(k.latte, 1)))), "out_of_stock")
	})
}

func TestListIngredients(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		gone := k.ingredient("100% Arabica_old", "g", false)
		ok[*inventorypb.Ingredient](t)(k.admin.ArchiveIngredient(t.Context(), &inventorypb.ArchiveIngredientRequest{Id: gone}))
		archived := ok[*inventorypb.Ingredient](t)(k.admin.ArchiveIngredient(t.Context(), &inventorypb.ArchiveIngredientRequest{Id: gone}))
		if archived.GetArchivedAt() == nil {
			t.Errorf("%v", archived)
		}
		wantCode(t, second(k.admin.ArchiveIngredient(t.Context(), &inventorypb.ArchiveIngredientRequest{Id: k.milk})), "ingredient_in_use")
		wantCode(t, second(k.admin.ArchiveIngredient(t.Context(), &inventorypb.ArchiveIngredientRequest{Id: id()})), "not_found")
		for _, c := range []struct {
			r    *inventorypb.ListIngredientsRequest
			want string
		}{
			{&inventorypb.ListIngredientsRequest{}, "Croissant, Cup L, Decaf beans, House beans, Lid, Oat drink, Whole milk, "},
			{&inventorypb.ListIngredientsRequest{Query: " beans"}, "Decaf beans, House beans, "},
			{&inventorypb.ListIngredientsRequest{Query: "%"}, ""},
			{&inventorypb.ListIngredientsRequest{Query: "%", IncludeArchived: true}, "100% Arabica_old, "},
			{&inventorypb.ListIngredientsRequest{Query: "A_O", IncludeArchived: true}, "100% Arabica_old, "},
			{&inventorypb.ListIngredientsRequest{Query: "!"}, ""},
		} {
			names := ""
			for c.r.Limit = 2; ; {
				page := ok[*inventorypb.ListIngredientsResponse](t)(k.barista.ListIngredients(t.Context(), c.r))
				for _, i := range page.GetIngredients() {
					names += i.GetName() + ", "
				}
				if c.r.Cursor = page.GetNextCursor(); c.r.Cursor == "" {
					break
				}
			}
			if names != c.want {
				t.Errorf("%v: %s, want %s", c.r, names, c.want)
			}
		}
	})
}

func TestRecipes(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		got := ok[*inventorypb.Recipe](t)(k.manager.GetRecipe(t.Context(), &inventorypb.GetRecipeRequest{VariationId: k.latte}))
		if len(got.GetLines()) != 4 || got.GetLines()[2].GetOnly() != "take_away" || got.GetVersion() != 1 {
			t.Errorf("%v", got)
		}
		wantCode(t, second(k.manager.GetRecipe(t.Context(), &inventorypb.GetRecipeRequest{VariationId: id()})), "not_found")
		wantCode(t, second(k.manager.GetModifierEffects(t.Context(), &inventorypb.GetModifierEffectsRequest{ModifierId: id()})), "not_found")
		effects := ok[*inventorypb.ModifierEffects](t)(k.manager.GetModifierEffects(t.Context(), &inventorypb.GetModifierEffectsRequest{ModifierId: k.lessMilk}))
		if e := effects.GetEffects(); len(e) != 1 || e[0].GetNumerator() != 2 || e[0].GetDenominator() != 3 {
			t.Errorf("%v", effects)
		}
		edit := &inventorypb.PutModifierEffectsRequest{ModifierId: k.lessMilk, Version: 1}
		if e := ok[*inventorypb.ModifierEffects](t)(k.admin.PutModifierEffects(t.Context(), edit)); e.GetVersion() != 2 || len(e.GetEffects()) != 0 {
			t.Errorf("%v", e)
		}
		seen := map[string]bool{}
		for cursor := ""; ; {
			page := ok[*inventorypb.ListRecipesResponse](t)(k.manager.ListRecipes(t.Context(), &inventorypb.ListRecipesRequest{Limit: 2, Cursor: cursor}))
			for _, r := range page.GetRecipes() {
				seen[r.GetVariationId()] = len(r.GetLines()) > 0
			}
			if cursor = page.GetNextCursor(); cursor == "" {
				break
			}
		}
		if len(seen) != 3 || !seen[k.latte] || !seen[k.espresso] || !seen[k.croissantV] {
			t.Errorf("%v", seen)
		}
		preview := ok[*inventorypb.PreviewExpansionResponse](t)(k.manager.PreviewExpansion(t.Context(), &inventorypb.PreviewExpansionRequest{
			Line: sell(k.latte, 2, k.oatM), Service: "eat_in",
		}))
		if u := preview.GetLine().GetUses(); len(u) != 2 || u[1].GetIngredientName() != "Oat drink" || u[1].GetQuantity() != 640_000 {
			t.Errorf("%v", preview)
		}
		cart := ok[*inventorypb.ExpandLinesResponse](t)(k.order.ExpandLines(t.Context(), &inventorypb.ExpandLinesRequest{
			Service: "eat_in", Lines: []*inventorypb.ConsumeLine{sell(k.latte, 2, k.oatM), sell(id(), 1)},
		}))
		if l := cart.GetLines(); len(l) != 2 || len(l[0].GetUses()) != 2 || l[0].GetUses()[1].GetIngredientName() != "Oat drink" || l[1].GetHasRecipe() {
			t.Errorf("%v", cart)
		}
		if len(k.onHand()) != 0 {
			t.Error("a preview took stock")
		}
		few := func() string {
			answer := ok[*inventorypb.ListFewLeftResponse](t)(k.order.ListFewLeft(t.Context(), &inventorypb.ListFewLeftRequest{CafeId: k.cafe, Few: 5}))
			return fmt.Sprint(answer.GetFewLeft())
		}
		if got := few(); !strings.Contains(got, k.croissantV) || strings.Contains(got, "left") || strings.Contains(got, k.latte) {
			t.Errorf("of what never came there is %s", got)
		}
		uses := ok[*inventorypb.ListIngredientUsesResponse](t)(k.order.ListIngredientUses(t.Context(), &inventorypb.ListIngredientUsesRequest{
			IngredientIds: []string{k.oat, k.croissant},
		}))
		if fmt.Sprint(uses.GetModifierIds(), uses.GetVariationIds()) != fmt.Sprint([]string{k.oatM}, []string{k.croissantV}) {
			t.Errorf("%v", uses)
		}
	})
}

// Two processes edit at once: each change is decided on the book as it is, so that nothing is lost and no ingredient
// is archived under a recipe that takes it.
func TestEditorsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		other := k.secondProcess()
		var wg sync.WaitGroup
		for i := range 10 {
			syrup := k.ingredient(fmt.Sprint("Syrup ", i), "ml", false)
			variation := id()
			for n, p := range []*kit{k, other} {
				wg.Go(func() {
					var err error
					if (i+n)%2 == 0 {
						_, err = p.admin.ArchiveIngredient(t.Context(), &inventorypb.ArchiveIngredientRequest{Id: syrup})
					} else {
						_, err = p.admin.PutRecipe(t.Context(), &inventorypb.PutRecipeRequest{VariationId: variation, Lines: []*inventorypb.RecipeLine{line("syrup", syrup, 1, "")}})
					}
					if err != nil && !errs.HasCode(err, "ingredient_in_use") && !errs.HasCode(err, "ingredient_archived") && !errs.HasCode(err, "recipes_busy") {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		book, err := k.store.LoadBook(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range book.Recipes {
			for _, l := range r.Lines {
				if !book.Ingredients[l.IngredientID].ArchivedAt.IsZero() {
					t.Errorf("%s is archived and in a recipe", book.Ingredients[l.IngredientID].Name)
				}
			}
		}
	})
}
