package menu

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"coffee/internal/audit"
	"coffee/internal/errs"
	"coffee/internal/page"
)

// words of a kind, for sentences.
var kindWords = map[Kind]string{
	KindCategory: "category", KindItem: "item", KindModifierGroup: "modifier group", KindCombo: "combo",
	KindVariation: "variation", KindModifier: "modifier",
}

func notFound(kind Kind, id string) error { return errs.NotFound("%s %s", kindWords[kind], id) }

func versionConflict(kind Kind, version int64) error {
	return errs.Conflict("version_conflict",
		"Somebody changed this %s in between. Load it again and repeat your change.", kindWords[kind]).
		With("version", fmt.Sprint(version))
}

// invalid wraps what is wrong with a request's fields; nil when nothing is.
func invalid(code, detail string, fields []errs.Field) error {
	if len(fields) == 0 {
		return nil
	}
	e := errs.Invalid(code, "%s", detail)
	e.Fields = fields
	return e
}

// Put creates an object of the draft (version 0) or edits it (the version that was read). A repeated call that finds
// what it asks for answers it. Errors: invalid_<kind> with fields, version_conflict, archived, catalogue_full.
func Put[N Noun](ctx context.Context, s *Service, actor audit.Actor, noun N, version int64) (N, error) {
	wanted := entryOf(noun)
	if err := invalid("invalid_"+string(wanted.Kind), "Some fields do not fit together.", CheckNoun(noun)); err != nil {
		return noun, err
	}
	now := s.moment()
	var answer N
	err := s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		if err := tx.Lock(ctx); err != nil {
			return err
		}
		current, exists, err := tx.Entry(ctx, wanted.Kind, wanted.ID)
		if err != nil {
			return err
		}
		var before any
		if exists {
			stored, err := nounOf[N](current)
			if err != nil {
				return err
			}
			// A retry of the edit that made the present version finds its own words.
			tried := version == 0 || version == current.Version || version+1 == current.Version
			switch {
			case tried && bytes.Equal(current.Content, wanted.Content):
				answer = stored
				return nil
			case version != current.Version:
				return versionConflict(wanted.Kind, current.Version)
			case current.Archived():
				return errs.Conflict("archived", "This %s is archived and cannot be edited; make a new one.", kindWords[wanted.Kind])
			}
			before = stored
		} else if version != 0 {
			return notFound(wanted.Kind, wanted.ID)
		} else if err := room(ctx, tx, wanted.Kind); err != nil {
			return err
		}
		entry := wanted
		entry.Stored = Stored{Version: version + 1}
		if err := tx.PutEntry(ctx, entry, exists); err != nil {
			return err
		}
		if answer, err = nounOf[N](entry); err != nil {
			return err
		}
		return tx.Audit(ctx, audit.Entry{
			At: now, Actor: actor, Action: "put_" + string(entry.Kind), Object: object(entry.Kind, entry.ID),
			Before: before, After: answer,
		})
	})
	return answer, err
}

func object(kind Kind, id string) string { return string(kind) + "/" + id }

func room(ctx context.Context, tx Tx, kind Kind) error {
	count, err := tx.CountLive(ctx, kind)
	if err != nil {
		return err
	}
	if most := maxOf(kind); count >= most {
		return errs.Conflict("catalogue_full", "The menu holds %d entries of this kind (%s) at most. Archive one first.",
			most, kindWords[kind])
	}
	return nil
}

// Archive takes an object out of the draft; doing it again changes nothing. Errors: not_found; category_in_use and
// modifier_group_in_use while live objects need it.
func Archive[N Noun](ctx context.Context, s *Service, actor audit.Actor, kind Kind, id string) (N, error) {
	now := s.moment()
	var answer N
	err := s.store.Write(ctx, func(ctx context.Context, tx Tx) error {
		if err := tx.Lock(ctx); err != nil {
			return err
		}
		entry, exists, err := tx.Entry(ctx, kind, id)
		if err != nil {
			return err
		}
		if !exists {
			return notFound(kind, id)
		}
		if !entry.Archived() {
			if err := unused(ctx, tx, kind, id); err != nil {
				return err
			}
			entry.ArchivedAt = now
			entry.Version++
			if err := tx.PutEntry(ctx, entry, true); err != nil {
				return err
			}
			err = tx.Audit(ctx, audit.Entry{
				At: now, Actor: actor, Action: "archive_" + string(kind), Object: object(kind, id),
				Before: map[string]any{"archived": false}, After: map[string]any{"archived": true},
			})
			if err != nil {
				return err
			}
		}
		answer, err = nounOf[N](entry)
		return err
	})
	return answer, err
}

// unused refuses to archive what live objects need, and names one of them.
func unused(ctx context.Context, tx Tx, kind Kind, id string) error {
	if kind != KindCategory && kind != KindModifierGroup {
		return nil
	}
	entries, err := tx.Entries(ctx, "")
	if err != nil {
		return err
	}
	live, err := CatalogueOf(entries, false)
	if err != nil {
		return err
	}
	var users []string
	for _, item := range live.Items {
		if item.CategoryID == id || slices.Contains(item.ModifierGroupIDs, id) {
			users = append(users, item.Name)
		}
	}
	for _, combo := range live.Combos {
		if combo.CategoryID == id {
			users = append(users, combo.Name)
		}
	}
	if len(users) == 0 {
		return nil
	}
	slices.Sort(users)
	return errs.Conflict(string(kind)+"_in_use", "%d live entries need this %s, %s among them. Move or archive them first.",
		len(users), kindWords[kind], users[0])
}

// MaxList is the most categories, modifier groups or combos that one list holds: all live ones always fit.
const MaxList = 500

// List is the live objects of a kind by rank and name, and the latest archived ones if asked for, 500 at most.
func List[N Noun](ctx context.Context, s *Service, kind Kind, archived bool) ([]N, error) {
	var entries []Entry
	err := s.store.View(ctx, func(ctx context.Context, view View) (err error) {
		entries, err = view.Entries(ctx, kind)
		return err
	})
	if err != nil {
		return nil, err
	}
	return nounsOf[N](listed500(entries, archived))
}

func listed500(entries []Entry, archived bool) []Entry {
	kept := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Archived() && !archived })
	if len(kept) > MaxList {
		// Zero times (live) first, then the latest archived.
		slices.SortStableFunc(kept, func(a, b Entry) int {
			if a.Archived() != b.Archived() {
				return map[bool]int{true: 1, false: -1}[a.Archived()]
			}
			return b.ArchivedAt.Compare(a.ArchivedAt)
		})
		kept = kept[:MaxList]
	}
	slices.SortFunc(kept, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Search, b.Search), strings.Compare(a.ID, b.ID))
	})
	return kept
}

// isID tells whether an id is written as we write ids.
func isID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.String() == id
}

// Item is one item of the draft, archived or not. Errors: not_found.
func (s *Service) Item(ctx context.Context, id string) (Item, error) {
	var item Item
	err := s.store.View(ctx, func(ctx context.Context, view View) error {
		entry, exists, err := view.Entry(ctx, KindItem, id)
		if err != nil {
			return err
		}
		if !exists {
			return notFound(KindItem, id)
		}
		item, err = nounOf[Item](entry)
		return err
	})
	return item, err
}

// Items searches the draft by part of a name, in pages. Errors: invalid_cursor, invalid_request.
func (s *Service) Items(ctx context.Context, name, category string, archived bool, limit int32, cursor string) ([]Item, string, error) {
	q := ItemQuery{Name: strings.ToLower(strings.TrimSpace(name)), Category: category, Archived: archived}
	var after ItemKey
	continued, err := page.Decode(cursor, &after)
	if err != nil {
		return nil, "", err
	}
	if continued && !isID(after.ID) {
		return nil, "", errs.Invalid("invalid_cursor", "The cursor is not one of ours: start again from the first page.")
	}
	if category != "" && !isID(category) {
		return nil, "", errs.Invalid("invalid_request", "Some fields are not valid.").Field("category_id", "must be a category's id")
	}
	if continued {
		q.After = &after
	}
	size := page.Limit(limit)
	q.Limit = size + 1
	entries, err := s.store.Items(ctx, q)
	if err != nil {
		return nil, "", err
	}
	entries, next := page.Cut(entries, size, func(e Entry) any { return ItemKey{e.Rank, e.Search, e.ID} })
	items, err := nounsOf[Item](entries)
	return items, next, err
}
