// Package store is inventory's SQL, for every engine. It decides nothing: rules come in as values and closures, and
// every transaction takes rows of stock in the order of their ingredients.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/errs"
	"coffee/service/inventory"
	"coffee/service/inventory/store/sqlc"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the schema, as internal/db wants it.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic("store: " + err.Error()) // the folder is embedded above
	}
	return sub
}

// Store keeps inventory's data.
type Store struct{ db *db.DB }

// New makes a store over a migrated database.
func New(d *db.DB) *Store { return &Store{d} }

func (s *Store) read() *sqlc.Queries { return sqlc.New(s.db.Read()) }

// BookVersion is the version of the recipes.
func (s *Store) BookVersion(ctx context.Context) (int64, error) { return s.read().BookVersion(ctx) }

// LoadBook reads all ingredients, recipes and effects as of one version.
func (s *Store) LoadBook(ctx context.Context) (*inventory.Book, error) {
	b := &inventory.Book{
		Ingredients: map[string]inventory.Ingredient{}, Recipes: map[string]inventory.Recipe{}, Effects: map[string]inventory.Effects{},
	}
	err := s.db.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		q := sqlc.New(tx)
		var err error
		if b.Version, err = q.BookVersion(ctx); err != nil {
			return err
		}
		ingredients, err := q.AllIngredients(ctx)
		if err != nil {
			return err
		}
		for _, row := range ingredients {
			i, err := ingredient(row)
			if err != nil {
				return err
			}
			b.Ingredients[i.ID] = i
		}
		recipes, err := q.AllRecipes(ctx)
		if err != nil {
			return err
		}
		for _, row := range recipes {
			r, err := recipe(row)
			if err != nil {
				return err
			}
			b.Recipes[r.VariationID] = r
		}
		effects, err := q.AllEffects(ctx)
		if err != nil {
			return err
		}
		for _, row := range effects {
			f := inventory.Effects{ModifierID: string(row.ModifierID), Version: row.Version}
			if err := decode(row.Effects, &f.Effects); err != nil {
				return err
			}
			b.Effects[f.ModifierID] = f
		}
		return nil
	})
	return b, err
}

// save runs a change of the book, whose version must still be the one it was decided on.
func (s *Store) save(ctx context.Context, book int64, e audit.Entry, fn func(ctx context.Context, q *sqlc.Queries) error) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q := sqlc.New(tx)
		turned, err := q.TurnBook(ctx, book)
		if err != nil {
			return err
		}
		if turned == 0 {
			return inventory.ErrStaleBook
		}
		if err := fn(ctx, q); err != nil {
			return err
		}
		return audit.Write(ctx, tx, e)
	})
}

// SaveIngredient writes an ingredient: version 1 is new. Error: stock_negative, for counted goods of which some café
// has less than none.
func (s *Store) SaveIngredient(ctx context.Context, book int64, i inventory.Ingredient, e audit.Entry) error {
	allergens, madeFrom := encode(i.Allergens), encode(i.MadeFrom)
	archived := int64(0)
	if !i.ArchivedAt.IsZero() {
		archived = i.ArchivedAt.UnixMicro()
	}
	return s.save(ctx, book, e, func(ctx context.Context, q *sqlc.Queries) error {
		if i.Version == 1 {
			return q.InsertIngredient(ctx, sqlc.InsertIngredientParams{
				ID: db.ID(i.ID), Name: i.Name, Search: inventory.Search(i.Name), Unit: i.Unit, Counted: i.Counted,
				PackQuantity: i.PackQuantity, PackName: i.PackName, Supplier: i.Supplier, ShelfLifeDays: i.ShelfLifeDays,
				Allergens: allergens, MadeFrom: madeFrom, YieldQuantity: i.YieldQuantity, Version: i.Version, ArchivedAt: archived,
			})
		}
		if i.Counted {
			negative, err := q.CountNegative(ctx, db.ID(i.ID))
			if err != nil {
				return err
			}
			if negative > 0 {
				return errs.Conflict("stock_negative", "%s is below zero in some cafés: count it there before it becomes a counted good.", i.Name)
			}
		}
		_, err := q.UpdateIngredient(ctx, sqlc.UpdateIngredientParams{
			ID: db.ID(i.ID), Name: i.Name, Search: inventory.Search(i.Name), Counted: i.Counted,
			PackQuantity: i.PackQuantity, PackName: i.PackName, Supplier: i.Supplier, ShelfLifeDays: i.ShelfLifeDays,
			Allergens: allergens, MadeFrom: madeFrom, YieldQuantity: i.YieldQuantity, Version: i.Version, ArchivedAt: archived,
		})
		return err
	})
}

// SaveRecipe writes a recipe: version 1 is new.
func (s *Store) SaveRecipe(ctx context.Context, book int64, r inventory.Recipe, e audit.Entry) error {
	lines := encode(r.Lines)
	return s.save(ctx, book, e, func(ctx context.Context, q *sqlc.Queries) error {
		if r.Version == 1 {
			return q.InsertRecipe(ctx, sqlc.InsertRecipeParams{VariationID: db.ID(r.VariationID), RecipeLines: lines, Version: r.Version})
		}
		_, err := q.UpdateRecipe(ctx, sqlc.UpdateRecipeParams{VariationID: db.ID(r.VariationID), RecipeLines: lines, Version: r.Version})
		return err
	})
}

// SaveEffects writes a modifier's effects: version 1 is new.
func (s *Store) SaveEffects(ctx context.Context, book int64, f inventory.Effects, e audit.Entry) error {
	effects := encode(f.Effects)
	return s.save(ctx, book, e, func(ctx context.Context, q *sqlc.Queries) error {
		if f.Version == 1 {
			return q.InsertEffects(ctx, sqlc.InsertEffectsParams{ModifierID: db.ID(f.ModifierID), Effects: effects, Version: f.Version})
		}
		_, err := q.UpdateEffects(ctx, sqlc.UpdateEffectsParams{ModifierID: db.ID(f.ModifierID), Effects: effects, Version: f.Version})
		return err
	})
}

// ListIngredients gives a page of ingredients by name.
func (s *Store) ListIngredients(ctx context.Context, f inventory.IngredientFilter) ([]inventory.Ingredient, error) {
	p := sqlc.ListIngredientsParams{
		AfterSearch: f.AfterSearch, AfterID: db.ID(f.AfterID), Pattern: pattern(f.Query), Limit: int32(f.Limit),
	}
	if f.IncludeArchived {
		p.ArchivedUntil = forever
	}
	rows, err := s.read().ListIngredients(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]inventory.Ingredient, len(rows))
	for i, row := range rows {
		if out[i], err = ingredient(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ListRecipes gives a page of recipes by variation.
func (s *Store) ListRecipes(ctx context.Context, after string, limit int) ([]inventory.Recipe, error) {
	rows, err := s.read().ListRecipes(ctx, sqlc.ListRecipesParams{VariationID: db.ID(after), Limit: int32(limit)})
	if err != nil {
		return nil, err
	}
	out := make([]inventory.Recipe, len(rows))
	for i, row := range rows {
		if out[i], err = recipe(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func ingredient(row sqlc.Ingredient) (inventory.Ingredient, error) {
	i := inventory.Ingredient{
		ID: string(row.ID), Name: row.Name, Unit: row.Unit, Counted: row.Counted, PackQuantity: row.PackQuantity,
		PackName: row.PackName, Supplier: row.Supplier, ShelfLifeDays: row.ShelfLifeDays, YieldQuantity: row.YieldQuantity,
		Version: row.Version, ArchivedAt: moment(row.ArchivedAt),
	}
	if err := decode(row.Allergens, &i.Allergens); err != nil {
		return i, err
	}
	return i, decode(row.MadeFrom, &i.MadeFrom)
}

func recipe(row sqlc.Recipe) (inventory.Recipe, error) {
	r := inventory.Recipe{VariationID: string(row.VariationID), Version: row.Version}
	return r, decode(row.RecipeLines, &r.Lines)
}

// forever is after every moment, in microseconds.
const forever = 1<<63 - 1

// moment is a stored time; 0 is none.
func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// pattern matches what holds the query; ! escapes, as in the statements.
func pattern(query string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(inventory.Search(query)) + "%"
}

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("store: a value that does not encode: " + err.Error()) // a programming fault
	}
	return body
}

func decode(body []byte, v any) error {
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("inventory store: %w", err)
	}
	return nil
}

func amount(n *int64) sql.NullInt64 {
	if n == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: *n, Valid: true}
}
