package menu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/keyed"
	"coffee/internal/page"
)

// Publish freezes the draft and all overlays as the next release, in one transaction with the audit entry and the
// keyed answer. The chain's first release starts at once (StartFor). Errors: draft_invalid with every reason as a
// field, nothing_to_publish, catalogue_full, and those of a used Idempotency-Key.
func (s *Service) Publish(ctx context.Context, actor audit.Actor, key keyed.Key, start Start, note string) (Release, error) {
	now := s.moment()
	var answer Release
	err := s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		if err := tx.Lock(ctx); err != nil {
			return err
		}
		var err error
		answer, err = tx.Publish(ctx, key, now, func() (Release, error) {
			return publish(ctx, tx, actor, start, note, now)
		})
		return err
	})
	return answer, err
}

func publish(ctx context.Context, tx Tx, actor audit.Actor, start Start, note string, now time.Time) (Release, error) {
	draft, newest, released, err := readDraft(ctx, tx)
	if err != nil {
		return Release{}, err
	}
	overlays, err := tx.ChangedOverlays(ctx, newest.Number)
	if err != nil {
		return Release{}, err
	}
	live := draft.live()
	document := live.Freeze()
	if len(overlays) == 0 && bytes.Equal(document, released.Freeze()) {
		return Release{}, errs.Conflict("nothing_to_publish", "The draft is the same as release %d; there is nothing to publish.",
			newest.Number)
	}
	err = invalid("draft_invalid", "The draft cannot be sold as it is. Mend the named places and publish again.", CheckDraft(draft))
	if err != nil {
		return Release{}, err
	}
	if len(document) > MaxDocument {
		return Release{}, errs.Conflict("catalogue_full", "The menu has grown too large to publish. Archive what is not sold.")
	}
	release := Release{
		Number: newest.Number + 1, Note: note, PublishedAt: now, PublishedBy: actor.ID, ItemCount: int32(len(live.Items)),
	}
	if now.Before(newest.PublishedAt) {
		release.PublishedAt = newest.PublishedAt // a clock set back must not turn the order of releases round
	}
	release.Start = StartFor(release.Number, start)
	if err := tx.AddRelease(ctx, release, document); err != nil {
		return Release{}, err
	}
	return release, tx.Audit(ctx, audit.Entry{
		At: now, Actor: actor, Action: "publish", Object: fmt.Sprintf("release/%d", release.Number),
		Before: map[string]any{"release": newest.Number},
		After: map[string]any{
			"release": release.Number, "start": release.Start, "note": note, "items": release.ItemCount, "overlays": len(overlays),
		},
	})
}

// live is the catalogue without what is archived.
func (c Catalogue) live() Catalogue {
	return Catalogue{liveOf(c.Categories), liveOf(c.Items), liveOf(c.ModifierGroups), liveOf(c.Combos)}
}

func liveOf[N interface{ Archived() bool }](all []N) []N {
	out := make([]N, 0, len(all))
	for _, n := range all {
		if !n.Archived() {
			out = append(out, n)
		}
	}
	return out
}

// readDraft is the whole draft, archived objects too, and what the newest release froze.
func readDraft(ctx context.Context, view View) (draft Catalogue, newest Release, released Catalogue, err error) {
	entries, err := view.Entries(ctx, "")
	if err != nil {
		return
	}
	if draft, err = CatalogueOf(entries, true); err != nil {
		return
	}
	newest, document, err := view.Newest(ctx)
	if err != nil || newest.Number == 0 {
		return
	}
	released, err = Thaw(document)
	return
}

// DiffDraft lists what publishing would change against the newest release, and that release's number.
func (s *Service) DiffDraft(ctx context.Context) (int64, []Change, error) {
	var (
		draft, released Catalogue
		newest          Release
		overlays        []OverlayChange
	)
	err := s.store.View(ctx, func(ctx context.Context, view View) (err error) {
		if draft, newest, released, err = readDraft(ctx, view); err != nil {
			return err
		}
		overlays, err = view.ChangedOverlays(ctx, newest.Number)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	changes := Diff(released, draft.live())
	known := names(draft)
	var cafes []Change
	for _, o := range overlays {
		before, err := ThawOverlay(o.CafeID, 0, o.Before)
		after, err2 := ThawOverlay(o.CafeID, 0, o.After)
		if err := errors.Join(err, err2); err != nil {
			return 0, nil, err
		}
		if change := diffOverlay(known, before, after); change != nil {
			if cafe, err := s.cafes.Cafe(ctx, o.CafeID); err == nil {
				change.Name = cafe.Name
			}
			cafes = append(cafes, *change)
		}
	}
	sortChanges(cafes)
	return newest.Number, append(changes, cafes...), nil
}

type releaseKey struct{ Number int64 }

// Releases lists releases, newest first, in pages. Errors: invalid_cursor.
func (s *Service) Releases(ctx context.Context, limit int32, cursor string) ([]Release, string, error) {
	before := releaseKey{math.MaxInt64}
	if _, err := page.Decode(cursor, &before); err != nil {
		return nil, "", err
	}
	size := page.Limit(limit)
	releases, err := s.store.Releases(ctx, before.Number, size+1)
	if err != nil {
		return nil, "", err
	}
	releases, next := page.Cut(releases, size, func(r Release) any { return releaseKey{r.Number} })
	return releases, next, nil
}
