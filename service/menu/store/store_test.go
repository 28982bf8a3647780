package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/menu"
	"coffee/service/menu/store"
)

func id(n int) string { return fmt.Sprintf("0199b000-0000-7000-8000-%012x", n) }

func each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	dbtest.Each(t, "menu", store.Migrations(), func(t *testing.T, d *db.DB) { fn(t, store.New(d)) })
}

func write(t testing.TB, s *store.Store, fn func(ctx context.Context, tx menu.Tx) error) {
	t.Helper()
	err := s.Write(t.Context(), func(ctx context.Context, tx menu.Tx) error {
		if err := tx.Lock(ctx); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *store.Store, fn func(ctx context.Context, view menu.View) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestEntries(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		at := time.Date(2026, 5, 4, 10, 0, 0, 123456000, time.UTC)
		coffee := menu.Entry{
			Stored: menu.Stored{Version: 1}, Kind: menu.KindItem, ID: id(1), Category: id(2), Search: "café ☕", Rank: 7,
			Content: []byte("{\"name\":\"Café ☕ \\\\ '\"}\x00\xff"),
		}
		group := menu.Entry{Stored: menu.Stored{Version: 1}, Kind: menu.KindModifierGroup, ID: id(1), Content: []byte("{}")}
		write(t, s, func(ctx context.Context, tx menu.Tx) error {
			return errors.Join(tx.PutEntry(ctx, coffee, false), tx.PutEntry(ctx, group, false))
		})
		check := func(want menu.Entry, live int) {
			t.Helper()
			view(t, s, func(ctx context.Context, v menu.View) error {
				got, found, err := v.Entry(ctx, want.Kind, want.ID)
				if err != nil || !found || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
					t.Errorf("got  %+v\nwant %+v (%v)", got, want, err)
				}
				if n, err := v.CountLive(ctx, want.Kind); n != live || err != nil {
					t.Errorf("%d live, want %d (%v)", n, live, err)
				}
				return nil
			})
		}
		check(coffee, 1)
		check(group, 1)
		coffee.Version, coffee.Rank, coffee.ArchivedAt, coffee.Category = 2, 1, at, id(3)
		write(t, s, func(ctx context.Context, tx menu.Tx) error { return tx.PutEntry(ctx, coffee, true) })
		check(coffee, 0)
		view(t, s, func(ctx context.Context, v menu.View) error {
			if _, found, err := v.Entry(ctx, menu.KindCombo, id(1)); found || err != nil {
				t.Errorf("a combo was found: %v", err)
			}
			all, err := v.Entries(ctx, "")
			if err != nil || len(all) != 2 {
				t.Errorf("%d entries (%v)", len(all), err)
			}
			items, err := v.Entries(ctx, menu.KindItem)
			if err != nil || len(items) != 1 {
				t.Errorf("%d items (%v)", len(items), err)
			}
			return nil
		})
		err := s.Write(t.Context(), func(ctx context.Context, tx menu.Tx) error { return tx.PutEntry(ctx, coffee, false) })
		if !db.IsDuplicate(err) {
			t.Errorf("the same id twice: %v", err)
		}
	})
}

// The very first writers, all at once: one of them makes the head row, none fails.
func TestFirstLock(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		if n, err := s.NewestRelease(t.Context()); n != 0 || err != nil {
			t.Errorf("release %d of an empty database (%v)", n, err)
		}
		var wait sync.WaitGroup
		for n := range 8 {
			wait.Go(func() {
				write(t, s, func(ctx context.Context, tx menu.Tx) error {
					count, err := tx.CountLive(ctx, menu.KindCategory)
					if err != nil || count >= 4 {
						return err
					}
					return tx.PutEntry(ctx, menu.Entry{Kind: menu.KindCategory, ID: id(n), Content: []byte("{}")}, false)
				})
			})
		}
		wait.Wait()
		view(t, s, func(ctx context.Context, v menu.View) error {
			if n, err := v.CountLive(ctx, menu.KindCategory); n != 4 || err != nil {
				t.Errorf("the lock let %d through, want 4 (%v)", n, err)
			}
			return nil
		})
	})
}

func TestReleasesAndOverlays(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
		overlay := func(cafe int, version int64, content string) {
			t.Helper()
			write(t, s, func(ctx context.Context, tx menu.Tx) error {
				return tx.PutOverlay(ctx, id(cafe), version, []byte(content))
			})
		}
		release := func(number int64, document []byte) error {
			return s.Write(ctx, func(ctx context.Context, tx menu.Tx) error {
				return tx.AddRelease(ctx, menu.Release{
					Number: number, Note: "été ☀", Start: menu.StartNow, PublishedAt: at, PublishedBy: id(9), ItemCount: 3,
				}, document)
			})
		}
		changed := func(against int64) string {
			t.Helper()
			var out string
			view(t, s, func(ctx context.Context, v menu.View) error {
				changes, err := v.ChangedOverlays(ctx, against)
				for _, c := range changes {
					out += fmt.Sprintf("%s:%s>%s ", c.CafeID[35:], c.Before, c.After)
				}
				return err
			})
			return out
		}
		write(t, s, func(context.Context, menu.Tx) error { return nil })
		overlay(1, 1, "a")
		overlay(2, 1, "") // a café that took its exceptions back
		if got := changed(0); got != "1:>a " {
			t.Errorf("against no release: %q", got)
		}
		big := bytes.Repeat([]byte("0123456789abcde'"), menu.MaxDocument/16)
		if err := release(1, big); err != nil {
			t.Fatal(err)
		}
		if got := changed(1); got != "" {
			t.Errorf("against itself: %q", got)
		}
		overlay(1, 2, "")
		overlay(2, 2, "b")
		overlay(3, 1, "c")
		if got := changed(1); got != "1:a> 2:>b 3:>c " {
			t.Errorf("after three edits: %q", got)
		}
		for _, number := range []int64{1, 3} { // neither again nor with a gap
			if err := release(number, []byte("x")); err == nil {
				t.Errorf("release %d was stored after release 1", number)
			}
		}
		if err := release(2, []byte("two")); err != nil {
			t.Fatal(err)
		}
		if n, err := s.NewestRelease(ctx); n != 2 || err != nil {
			t.Errorf("the newest is %d (%v)", n, err)
		}
		for _, test := range []struct {
			number int64
			cafe   int
			want   string
		}{{1, 1, "a"}, {1, 2, ""}, {1, 3, ""}, {2, 1, ""}, {2, 2, "b"}, {2, 3, "c"}} {
			got, err := s.ReleasedOverlay(ctx, test.number, id(test.cafe))
			if string(got) != test.want || err != nil {
				t.Errorf("release %d, café %d: %q (%v)", test.number, test.cafe, got, err)
			}
		}
		if got, err := s.Document(ctx, 1); !bytes.Equal(got, big) || err != nil {
			t.Errorf("%d bytes came back (%v)", len(got), err)
		}
		after, err := s.ReleasesAfter(ctx, 1)
		if err != nil || len(after) != 1 || after[0].Number != 2 || after[0].Note != "été ☀" || !after[0].PublishedAt.Equal(at) {
			t.Errorf("after 1: %v (%v)", after, err)
		}
		before, err := s.Releases(ctx, 3, 1)
		if err != nil || len(before) != 1 || before[0] != after[0] {
			t.Errorf("before 3: %v (%v)", before, err)
		}
		view(t, s, func(ctx context.Context, v menu.View) error {
			newest, document, err := v.Newest(ctx)
			if newest != after[0] || string(document) != "two" {
				t.Errorf("the newest is %v %q", newest, document)
			}
			return err
		})
	})
}

func TestSoldOut(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		at := func(minute int) time.Time { return time.Date(2026, 5, 4, 10, minute, 0, 0, time.UTC) }
		say := func(cafe, what, until, now int) {
			t.Helper()
			write(t, s, func(ctx context.Context, tx menu.Tx) error {
				return tx.PutSoldOut(ctx, menu.SoldOut{
					CafeID: id(cafe), Kind: menu.KindItem, ID: id(what), Since: at(0), Until: at(until), By: id(9),
				}, at(now))
			})
		}
		list := func(cafe, now int) int {
			t.Helper()
			found, err := s.SoldOutAt(t.Context(), id(cafe), at(now))
			if err != nil {
				t.Error(err)
			}
			return len(found)
		}
		say(1, 5, 10, 0)
		say(1, 6, 20, 0)
		say(2, 5, 10, 0)
		say(1, 5, 15, 0) // again
		if got := []int{list(1, 0), list(1, 14), list(1, 15), list(1, 20), list(2, 9), list(3, 0)}; fmt.Sprint(got) != "[2 2 1 0 1 0]" {
			t.Errorf("sold out: %v", got)
		}
		say(1, 7, 59, 16) // forgets 5 in its own café only
		write(t, s, func(ctx context.Context, tx menu.Tx) error {
			for cafe, want := range map[int]bool{1: false, 2: true} {
				if _, found, err := tx.FindSoldOut(ctx, id(cafe), menu.KindItem, id(5)); found != want || err != nil {
					t.Errorf("café %d: found %v (%v)", cafe, found, err)
				}
			}
			return errors.Join(tx.DeleteSoldOut(ctx, id(1), menu.KindItem, id(7)), tx.DeleteSoldOut(ctx, id(1), menu.KindItem, id(8)))
		})
		if got := list(1, 16); got != 1 {
			t.Errorf("%d after one is back", got)
		}
	})
}

// Said by two at the same moment, for the first time: both are right.
func TestSoldOutAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		now := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				err := s.Write(t.Context(), func(ctx context.Context, tx menu.Tx) error {
					return tx.PutSoldOut(ctx, menu.SoldOut{CafeID: id(1), Kind: menu.KindItem, ID: id(5), Since: now, Until: now.Add(time.Hour), By: id(9)}, now)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if found, err := s.SoldOutAt(t.Context(), id(1), now); len(found) != 1 || err != nil {
			t.Errorf("%v (%v)", found, err)
		}
	})
}

func TestNothingOfARefusedWrite(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		refusal := errors.New("refused")
		err := s.Write(t.Context(), func(ctx context.Context, tx menu.Tx) error {
			return errors.Join(tx.Lock(ctx), tx.PutOverlay(ctx, id(1), 1, []byte("a")),
				tx.AddRelease(ctx, menu.Release{Number: 1, Start: menu.StartNow}, []byte("x")), refusal)
		})
		if !errors.Is(err, refusal) {
			t.Fatal(err)
		}
		view(t, s, func(ctx context.Context, v menu.View) error {
			version, _, err := v.Overlay(ctx, id(1))
			newest, _, err2 := v.Newest(ctx)
			if version != 0 || newest.Number != 0 {
				t.Errorf("left over: overlay %d, release %d", version, newest.Number)
			}
			return errors.Join(err, err2)
		})
	})
}
