package inventory

import (
	"context"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/page"
)

// IngredientFilter is a page of ingredients by name: those after (AfterSearch, AfterID).
type IngredientFilter struct {
	Query           string
	IncludeArchived bool
	AfterSearch     string
	AfterID         string
	Limit           int
}

func (s *Service) entry(by Author, action, object string, before, after any) audit.Entry {
	return audit.Entry{At: s.Now(), Actor: by.Actor, Action: action, Object: object, Before: before, After: after}
}

// PutIngredient creates (version 0) or edits an ingredient. Errors: those of Book.PutIngredient.
func (s *Service) PutIngredient(ctx context.Context, by Author, in Ingredient) (Ingredient, error) {
	var out Ingredient
	err := s.edit(ctx, func(b *Book) (*Book, func() error, error) {
		i, changed, err := b.PutIngredient(in)
		out = i
		if err != nil || !changed {
			return nil, nil, err
		}
		return b.WithIngredient(i), func() error {
			return s.Store.SaveIngredient(ctx, b.Version, i, s.entry(by, "put_ingredient", "ingredient/"+i.ID, existing(b.Ingredients, i.ID), i))
		}, nil
	})
	return out, err
}

// ArchiveIngredient takes an ingredient out of use; again is no error. Errors: not_found, ingredient_in_use.
func (s *Service) ArchiveIngredient(ctx context.Context, by Author, id string) (Ingredient, error) {
	var out Ingredient
	now := s.Now().UTC().Truncate(time.Microsecond)
	err := s.edit(ctx, func(b *Book) (*Book, func() error, error) {
		i, changed, err := b.ArchiveIngredient(id, now)
		out = i
		if err != nil || !changed {
			return nil, nil, err
		}
		return b.WithIngredient(i), func() error {
			return s.Store.SaveIngredient(ctx, b.Version, i, s.entry(by, "archive_ingredient", "ingredient/"+id, b.Ingredients[id], i))
		}, nil
	})
	return out, err
}

// PutRecipe replaces the recipe of a variation. Errors: those of Book.PutRecipe.
func (s *Service) PutRecipe(ctx context.Context, by Author, in Recipe) (Recipe, error) {
	var out Recipe
	err := s.edit(ctx, func(b *Book) (*Book, func() error, error) {
		r, changed, err := b.PutRecipe(in)
		out = r
		if err != nil || !changed {
			return nil, nil, err
		}
		return b.WithRecipe(r), func() error {
			return s.Store.SaveRecipe(ctx, b.Version, r, s.entry(by, "put_recipe", "recipe/"+r.VariationID, existing(b.Recipes, r.VariationID), r))
		}, nil
	})
	return out, err
}

// PutEffects replaces what a modifier does to a recipe. Errors: those of Book.PutEffects.
func (s *Service) PutEffects(ctx context.Context, by Author, in Effects) (Effects, error) {
	var out Effects
	err := s.edit(ctx, func(b *Book) (*Book, func() error, error) {
		f, changed, err := b.PutEffects(in)
		out = f
		if err != nil || !changed {
			return nil, nil, err
		}
		return b.WithEffects(f), func() error {
			return s.Store.SaveEffects(ctx, b.Version, f, s.entry(by, "put_modifier_effects", "modifier/"+f.ModifierID, existing(b.Effects, f.ModifierID), f))
		}, nil
	})
	return out, err
}

// existing is what an audit entry shows as before: nil for what was not there.
func existing[T any](m map[string]T, id string) any {
	if v, ok := m[id]; ok {
		return v
	}
	return nil
}

// Recipe gives the recipe of a variation. Error: not_found.
func (s *Service) Recipe(ctx context.Context, variation string) (Recipe, error) {
	b, err := s.current(ctx)
	if err != nil {
		return Recipe{}, err
	}
	r, ok := b.Recipes[variation]
	if !ok {
		return r, errs.NotFound("recipe of variation %s", variation)
	}
	return r, nil
}

// Effects gives what a modifier does to a recipe. Error: not_found.
func (s *Service) Effects(ctx context.Context, modifier string) (Effects, error) {
	b, err := s.current(ctx)
	if err != nil {
		return Effects{}, err
	}
	f, ok := b.Effects[modifier]
	if !ok {
		return f, errs.NotFound("effects of modifier %s", modifier)
	}
	return f, nil
}

// ListIngredients gives a page of ingredients whose name holds query, by name, and the next cursor.
func (s *Service) ListIngredients(ctx context.Context, query string, archived bool, limit int32, cursor string) ([]Ingredient, string, error) {
	f := IngredientFilter{Query: query, IncludeArchived: archived, Limit: page.Limit(limit) + 1}
	var after nameKey
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	if err := after.check(); err != nil {
		return nil, "", err
	}
	f.AfterSearch, f.AfterID = after.Name, after.ID
	rows, err := s.Store.ListIngredients(ctx, f)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, f.Limit-1, func(i Ingredient) any { return nameKey{Search(i.Name), i.ID} })
	return rows, next, nil
}

// ListRecipes gives a page of recipes by variation, and the next cursor.
func (s *Service) ListRecipes(ctx context.Context, limit int32, cursor string) ([]Recipe, string, error) {
	var after nameKey
	if _, err := page.Decode(cursor, &after); err != nil {
		return nil, "", err
	}
	if err := after.check(); err != nil {
		return nil, "", err
	}
	size := page.Limit(limit)
	rows, err := s.Store.ListRecipes(ctx, after.ID, size+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := page.Cut(rows, size, func(r Recipe) any { return nameKey{ID: r.VariationID} })
	return rows, next, nil
}

// Preview is what a line would take, without taking it. Error: quantity_too_large.
func (s *Service) Preview(ctx context.Context, line OrderLine, service string) (ExpandedLine, error) {
	b, err := s.current(ctx)
	if err != nil {
		return ExpandedLine{}, err
	}
	return b.Expand(line, service)
}

// ExpandLines is Preview for the lines of a cart. Error: quantity_too_large.
func (s *Service) ExpandLines(ctx context.Context, lines []OrderLine, service string) ([]ExpandedLine, error) {
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]ExpandedLine, len(lines))
	for i, l := range lines {
		if out[i], err = b.Expand(l, service); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// FewLeft tells of which variations the counted goods of a café are enough for few units at most.
func (s *Service) FewLeft(ctx context.Context, cafe string, few int32) ([]Left, error) {
	b, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	onHand, err := s.Store.CountedOnHand(ctx, cafe)
	if err != nil {
		return nil, err
	}
	return b.FewLeft(onHand, few), nil
}

// Uses tells what cannot be sold without these ingredients.
func (s *Service) Uses(ctx context.Context, ingredients []string) (modifiers, variations []string, err error) {
	b, err := s.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	modifiers, variations = b.Uses(ingredients)
	return modifiers, variations, nil
}
