package store_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

const (
	cafeA = "00000000-0000-7000-8000-00000000000a"
	cafeB = "00000000-0000-7000-8000-00000000000b"
	latte = "00000000-0000-7000-8000-000000000001"
	tea   = "00000000-0000-7000-8000-000000000002"
	hot   = "00000000-0000-7000-8000-0000000000c1"
)

func each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) { fn(t, store.New(d)) })
}

func sold(cafe, item, name, date string, units int64) analytics.Event {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return analytics.Event{
		Kind: "placed", Cafe: cafe, BusinessDate: date, Hour: 9, Currency: "JPY", SoldAt: at.UnixMicro(), Orders: 1,
		Lines: []analytics.Line{{
			Item: item, ItemName: name, Category: hot, CategoryName: "Hot",
			Units: units, Gross: 500 * units, Discount: 50 * units, Net: 410 * units, Tax: 40 * units, Sales: 450 * units,
		}},
	}
}

func step(from analytics.Cursor, events ...analytics.Event) analytics.Step {
	to := from.Seq + int64(len(events))
	return analytics.Step{From: from, Seq: to, Hash: []byte{byte(to), 7}, Facts: analytics.Derive(events)}
}

func apply(t *testing.T, s *store.Store, steps ...analytics.Step) []bool {
	t.Helper()
	won, err := s.Apply(t.Context(), steps)
	if err != nil {
		t.Fatal(err)
	}
	return won
}

func cursor(t *testing.T, s *store.Store, cafe string) analytics.Cursor {
	t.Helper()
	c, err := s.Cursor(t.Context(), cafe)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func holds(t *testing.T, s *store.Store, cafe string, events ...analytics.Event) {
	t.Helper()
	facts, err := s.Facts(t.Context(), cafe)
	if err != nil {
		t.Fatal(err)
	}
	if want := analytics.Derive(events).Canonical(); !bytes.Equal(facts.Canonical(), want) {
		t.Fatalf("stored:\n%s\nwant:\n%s", facts.Canonical(), want)
	}
}

func TestAStepIsTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		first, second := sold(cafeA, latte, "Latte", "2026-01-31", 2), sold(cafeA, latte, "Latte", "2026-02-01", 1)
		start := cursor(t, s, cafeA)
		if !start.New || start.Seq != 0 || start.Cafe != cafeA {
			t.Fatalf("%+v", start)
		}
		if won := apply(t, s, step(start, first)); !won[0] {
			t.Fatal("the first step was refused")
		}
		if won := apply(t, s, step(start, first)); won[0] {
			t.Fatal("the first step was taken twice")
		}
		at := cursor(t, s, cafeA)
		if at.New || at.Seq != 1 || !bytes.Equal(at.Hash, []byte{1, 7}) {
			t.Fatalf("%+v", at)
		}
		// One of two cafés is late: its step is left out, the other's is taken.
		other := sold(cafeB, tea, "Tea", "2026-01-31", 4)
		stale := at
		stale.Seq = 0
		if won := apply(t, s, step(stale, first), step(cursor(t, s, cafeB), other)); won[0] || !won[1] {
			t.Fatal(won)
		}
		if won := apply(t, s, step(at, second)); !won[0] {
			t.Fatal("the second step was refused")
		}
		holds(t, s, cafeA, first, second)
		holds(t, s, cafeB, other)
	})
}

func TestForgetSetsBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		a, b := sold(cafeA, latte, "Latte", "2026-01-31", 2), sold(cafeB, latte, "Latte", "2026-01-31", 3)
		apply(t, s, step(cursor(t, s, cafeA), a), step(cursor(t, s, cafeB), b))
		before := cursor(t, s, cafeA)
		if err := s.Forget(t.Context(), cafeA); err != nil {
			t.Fatal(err)
		}
		holds(t, s, cafeA)
		holds(t, s, cafeB, b)
		after := cursor(t, s, cafeA)
		if after.Seq != 0 || after.Generation != before.Generation+1 || len(after.Hash) != 0 {
			t.Fatalf("%+v", after)
		}
		if won := apply(t, s, step(before, a)); won[0] {
			t.Fatal("a step of the generation before was taken")
		}
		apply(t, s, step(after, a))
		holds(t, s, cafeA, a)
		if err := s.Forget(t.Context(), "00000000-0000-7000-8000-0000000000ff"); err != nil {
			t.Fatalf("a café nothing is known of: %v", err)
		}
	})
}

func TestStop(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		if err := s.Stop(t.Context(), cursor(t, s, cafeA), strings.Repeat("é", 500)); err != nil {
			t.Fatal(err)
		}
		at := cursor(t, s, cafeA)
		if at.New || at.Seq != 0 || !strings.HasPrefix(at.Stopped, "éé") {
			t.Fatalf("%+v", at)
		}
		e := sold(cafeA, latte, "Latte", "2026-01-31", 2)
		if won := apply(t, s, step(at, e)); !won[0] {
			t.Fatal("a café that stopped cannot go on")
		}
		if err := s.Stop(t.Context(), at, "too late"); err != nil {
			t.Fatal(err)
		}
		if now := cursor(t, s, cafeA); now.Stopped != "" {
			t.Fatalf("%+v", now)
		}
		all, err := s.Cursors(t.Context())
		if err != nil || len(all) != 1 || all[0].Cafe != cafeA {
			t.Fatalf("%+v, %v", all, err)
		}
	})
}

func TestTheLatestNameStays(t *testing.T) {
	names := []analytics.Event{
		sold(cafeA, latte, "Latte", "2026-01-01", 1), sold(cafeB, latte, "ラテ", "2026-01-03", 1),
		sold(cafeA, latte, "Caffè latte", "2026-01-02", 1), sold(cafeB, latte, "Ähnlich", "2026-01-03", 1),
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}} {
		each(t, func(t *testing.T, s *store.Store) {
			for _, i := range order {
				apply(t, s, step(cursor(t, s, names[i].Cafe), names[i]))
			}
			err := s.View(t.Context(), func(ctx context.Context, r analytics.Reader) error {
				found, err := r.ItemNames(ctx, []string{latte, tea})
				if err != nil || len(found) != 1 || found[latte] != "ラテ" { // the greater of two of one moment
					t.Errorf("%v: %v, %v", order, found, err)
				}
				categories, err := r.CategoryNames(ctx, []string{hot})
				if err != nil || categories[hot] != "Hot" {
					t.Errorf("%v, %v", categories, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestCafesAndLook(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		look, err := s.Look(t.Context())
		if err != nil || !look.At.IsZero() {
			t.Fatalf("%+v, %v", look, err)
		}
		noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
		for _, l := range []analytics.Look{{Behind: 5, At: noon}, {Behind: 2, At: noon.Add(time.Second)}, {Behind: 9, At: noon.Add(-time.Hour)}} {
			if err := s.PutLook(t.Context(), l); err != nil {
				t.Fatal(err)
			}
		}
		if look, err = s.Look(t.Context()); err != nil || look.Behind != 2 || !look.At.Equal(noon.Add(time.Second)) {
			t.Fatalf("%+v, %v", look, err)
		}
		a := analytics.Cafe{ID: cafeA, Name: "Old Town ☕", Currency: "MAD", Version: 2}
		b := analytics.Cafe{ID: cafeB, Name: "Harbour", Currency: "EUR", Version: 1}
		older := a
		older.Name, older.Version = "Older", 1
		archived := b
		archived.Archived, archived.Version = true, 2
		for _, cafes := range [][]analytics.Cafe{{b, a}, {older, archived}, {a}} {
			if err := s.PutCafes(t.Context(), cafes); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Cafes(t.Context()); err != nil || !slices.Equal(got, []analytics.Cafe{a, archived}) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}
