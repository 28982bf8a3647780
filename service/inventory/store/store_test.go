package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/inventory"
	"coffee/service/inventory/store"
)

func id() string { return uuid.Must(uuid.NewV7()).String() }

var start = time.Date(2026, 4, 1, 10, 0, 0, 0, time.UTC)

func each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	dbtest.Each(t, "inventory", store.Migrations(), func(t *testing.T, d *db.DB) { fn(t, store.New(d)) })
}

// A change that was decided on an older book is refused and leaves nothing.
func TestSaveIsCompareAndSet(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		version, err := s.BookVersion(t.Context())
		if err != nil || version != 1 {
			t.Fatal(version, err)
		}
		milk := inventory.Ingredient{ID: id(), Name: "Milk", Unit: inventory.UnitMillilitre, Allergens: []string{"milk"}, Version: 1}
		if err := s.SaveIngredient(t.Context(), 1, milk, audit.Entry{}); err != nil {
			t.Fatal(err)
		}
		recipe := inventory.Recipe{VariationID: id(), Version: 1}
		if err := s.SaveRecipe(t.Context(), 1, recipe, audit.Entry{}); !errors.Is(err, inventory.ErrStaleBook) {
			t.Errorf("an edit of an old book: %v", err)
		}
		effects := inventory.Effects{ModifierID: id(), Version: 1, Effects: []inventory.Effect{{Kind: inventory.Scale, Slot: "milk", Numerator: 1, Denominator: 2}}}
		if err := s.SaveEffects(t.Context(), 2, effects, audit.Entry{}); err != nil {
			t.Fatal(err)
		}
		milk.Name, milk.Version, milk.ArchivedAt = "Whole milk", 2, start
		if err := s.SaveIngredient(t.Context(), 3, milk, audit.Entry{}); err != nil {
			t.Fatal(err)
		}
		book, err := s.LoadBook(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := book.Ingredients[milk.ID]
		if book.Version != 4 || len(book.Recipes) != 0 || len(book.Effects[effects.ModifierID].Effects) != 1 ||
			got.Name != "Whole milk" || !got.ArchivedAt.Equal(start) || len(got.Allergens) != 1 {
			t.Errorf("%+v", book)
		}
	})
}

func plan(cafe, ingredient string, counted bool, quantity int64, at time.Time) inventory.Plan {
	return inventory.Plan{
		Order: inventory.Order{OrderID: id(), Attempt: 1, CafeID: cafe, BusinessDate: "2026-04-01", Type: inventory.TypeSale},
		Book:  1, Fingerprint: []byte("x"), At: at,
		Snapshot: []inventory.ExpandedLine{{Line: 1, Units: 1, HasRecipe: true, Uses: []inventory.Use{{IngredientID: ingredient, Quantity: quantity}}}},
		Needs:    []inventory.Need{{IngredientID: ingredient, Counted: counted, Quantity: quantity, MovementID: id()}},
	}
}

func TestConsumeStoresAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		cafe, cake := id(), id()
		p := plan(cafe, cake, true, 1, start)
		var short *inventory.ShortError
		if _, err := s.Consume(t.Context(), p); !errors.As(err, &short) || len(short.Short) != 1 || short.Short[0].OnHand != 0 {
			t.Errorf("short: %v", err)
		}
		stale := plan(cafe, cake, false, 1, start)
		stale.Book = 7
		if _, err := s.Consume(t.Context(), stale); !errors.Is(err, inventory.ErrStaleBook) {
			t.Errorf("an old book: %v", err)
		}
		for _, order := range []string{p.OrderID, stale.OrderID} {
			if c, err := s.FindConsumption(t.Context(), order, 1); c != nil || err != nil {
				t.Errorf("a refusal was stored: %v, %v", c, err)
			}
		}
		stale.Book = 1
		c, err := s.Consume(t.Context(), stale)
		if err != nil || c.Repeated || len(c.Shortages) != 1 || c.Shortages[0].OnHand != -1 {
			t.Errorf("%+v, %v", c, err)
		}
		stale.Book = 7 // a repeat needs no book
		if c, err = s.Consume(t.Context(), stale); err != nil || !c.Repeated || len(c.Snapshot) != 1 || len(c.Shortages) != 1 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func TestListOpenIsBoundedAndOldestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		var orders []inventory.Open
		for i := range 5 {
			p := plan(id(), id(), false, 1, start.Add(time.Duration(i)*time.Second))
			if _, err := s.Consume(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			orders = append(orders, inventory.Open{OrderID: p.OrderID, Attempt: 1, CafeID: p.CafeID, BusinessDate: "2026-04-01", At: p.At})
		}
		open, err := s.ListOpen(t.Context(), start.Add(3*time.Second), 2)
		if err != nil || len(open) != 2 || open[0] != orders[0] || open[1] != orders[1] {
			t.Fatal(open, err)
		}
		if err := s.Confirm(t.Context(), append(open, inventory.Open{OrderID: id(), Attempt: 1})); err != nil {
			t.Fatal(err)
		}
		open, err = s.ListOpen(t.Context(), start.Add(3*time.Second), 10)
		if err != nil || len(open) != 2 || open[0] != orders[2] {
			t.Error(open, err)
		}
		if waiting, oldest, err := s.Backlog(t.Context()); err != nil || waiting != 3 || !oldest.Equal(start.Add(2*time.Second)) {
			t.Error(waiting, oldest, err)
		}
		if err := s.Confirm(t.Context(), orders); err != nil {
			t.Fatal(err)
		}
		if waiting, oldest, err := s.Backlog(t.Context()); err != nil || waiting != 0 || !oldest.IsZero() {
			t.Error(waiting, oldest, err)
		}
	})
}
