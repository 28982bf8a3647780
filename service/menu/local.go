package menu

import (
	"bytes"
	"context"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
)

// Overlay is what a café does differently in the draft; a café without exceptions has an empty one of version 0.
func (s *Service) Overlay(ctx context.Context, cafe string) (Overlay, error) {
	if err := s.knownCafe(ctx, cafe); err != nil {
		return Overlay{}, err
	}
	overlay := Overlay{}
	err := s.store.View(ctx, func(ctx context.Context, view View) error {
		version, content, err := view.Overlay(ctx, cafe)
		if err != nil {
			return err
		}
		overlay, err = ThawOverlay(cafe, version, content)
		return err
	})
	return overlay, err
}

// PutOverlay replaces a café's exceptions in the draft; they count from the next release on. The version is the one
// that was read. Errors: invalid_overlay with fields, version_conflict, cafe_archived.
func (s *Service) PutOverlay(ctx context.Context, actor audit.Actor, wanted Overlay) (Overlay, error) {
	cafe, err := s.openCafe(ctx, wanted.CafeID)
	if err != nil {
		return Overlay{}, err
	}
	now, content := s.moment(), wanted.Freeze()
	var answer Overlay
	err = s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		if err := tx.Lock(ctx); err != nil {
			return err
		}
		version, current, err := tx.Overlay(ctx, cafe.ID)
		if err != nil {
			return err
		}
		before, err := ThawOverlay(cafe.ID, version, current)
		if err != nil {
			return err
		}
		tried := wanted.Version == 0 || wanted.Version == version || wanted.Version+1 == version
		switch {
		case version > 0 && tried && bytes.Equal(current, content):
			answer = before
			return nil
		case version != wanted.Version:
			return versionConflict(KindOverlay, version)
		}
		entries, err := tx.Entries(ctx, "")
		if err != nil {
			return err
		}
		draft, err := CatalogueOf(entries, true)
		if err != nil {
			return err
		}
		err = invalid("invalid_overlay", "Some exceptions cannot be sold.", CheckOverlay(draft, wanted, cafe.Currency))
		if err != nil {
			return err
		}
		if err := tx.PutOverlay(ctx, cafe.ID, version+1, content); err != nil {
			return err
		}
		if answer, err = ThawOverlay(cafe.ID, version+1, content); err != nil {
			return err
		}
		return tx.Audit(ctx, audit.Entry{
			At: now, Actor: actor, Action: "put_overlay", Object: object(KindOverlay, cafe.ID),
			Before: before.Entries, After: answer.Entries,
		})
	})
	return answer, err
}

// SetSoldOut is the 86, until the café's next cut-off where until is zero. Said again it changes nothing; with another
// end the last word counts. Errors: not_found for what this café does not sell (an ingredient is inventory's noun and
// taken as given), until_in_past, cafe_archived.
func (s *Service) SetSoldOut(ctx context.Context, actor audit.Actor, cafeID string, kind Kind, id string, until time.Time) (SoldOut, error) {
	cafe, err := s.openCafe(ctx, cafeID)
	if err != nil {
		return SoldOut{}, err
	}
	now := s.moment()
	until = until.UTC().Truncate(time.Microsecond)
	if until.IsZero() {
		until = cafe.Calendar.NextCutoff(now).UTC()
	}
	if !until.After(now) {
		return SoldOut{}, errs.Invalid("until_in_past", "That time has passed. Leave it out to mean until closing.").
			Field("until", "must lie ahead")
	}
	if kind != KindIngredient {
		menu, err := s.Menu(ctx, Reader{}, cafe.ID, 0)
		if err != nil {
			return SoldOut{}, err
		}
		if !menu.Sells(kind, id) {
			return SoldOut{}, notFound(kind, id)
		}
	}
	var answer SoldOut
	err = s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		before, exists, err := tx.FindSoldOut(ctx, cafe.ID, kind, id)
		if err != nil {
			return err
		}
		if exists = exists && before.Until.After(now); !exists {
			before = SoldOut{CafeID: cafe.ID, Kind: kind, ID: id, Since: now}
		}
		answer = before.Said(until, actor.ID)
		if exists && answer == before {
			return nil
		}
		if err := tx.PutSoldOut(ctx, answer, now); err != nil {
			return err
		}
		var was any
		if exists {
			was = before
		}
		return tx.Audit(ctx, audit.Entry{
			At: now, Actor: actor, Action: "set_sold_out", Object: soldOutObject(cafe.ID, kind, id), Before: was, After: answer,
		})
	})
	return answer, err
}

func soldOutObject(cafe string, kind Kind, id string) string {
	return "sold_out/" + cafe + "/" + string(kind) + "/" + id
}

// ClearSoldOut puts something back on sale; what is not sold out stays so.
func (s *Service) ClearSoldOut(ctx context.Context, actor audit.Actor, cafe string, kind Kind, id string) error {
	if err := s.knownCafe(ctx, cafe); err != nil {
		return err
	}
	now := s.moment()
	return s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		before, exists, err := tx.FindSoldOut(ctx, cafe, kind, id)
		if err != nil || !exists {
			return err
		}
		if err := tx.DeleteSoldOut(ctx, cafe, kind, id); err != nil {
			return err
		}
		if !before.Until.After(now) {
			return nil // it was over: nothing changed for anybody
		}
		return tx.Audit(ctx, audit.Entry{
			At: now, Actor: actor, Action: "clear_sold_out", Object: soldOutObject(cafe, kind, id), Before: before,
		})
	})
}

// SoldOut lists what is sold out in a café now.
func (s *Service) SoldOut(ctx context.Context, cafe string) ([]SoldOut, error) {
	if err := s.knownCafe(ctx, cafe); err != nil {
		return nil, err
	}
	return s.store.SoldOutAt(ctx, cafe, s.moment())
}
