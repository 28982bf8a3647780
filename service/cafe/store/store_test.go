package store_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"coffee/internal/audit"
	"coffee/internal/day"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/service/cafe"
	"coffee/service/cafe/store"
)

var at = time.Date(2026, 5, 1, 9, 0, 0, 123456000, time.UTC)

func id(n int) string { return fmt.Sprintf("0199a000-0000-7000-8000-%012d", n) }

func named(n int, name, city string) cafe.Cafe {
	return cafe.Cafe{
		ID: id(n), Name: name, City: city, TimeZone: "Africa/Casablanca", Currency: "MAD", CutoffMinutes: 240,
		Hours:      []cafe.Opening{{Weekday: 1, Span: day.Span{Opens: 420, Closes: 1500}}},
		Exceptions: []cafe.Exception{{Date: "2026-07-30", Note: "fête"}, {Date: "2026-08-20", Spans: []day.Span{{Opens: 1, Closes: 2}}}},
		Tax:        cafe.Tax{Rates: []cafe.Rate{{Code: "food", EatIn: 1000, TakeAway: 550}}},
		Version:    1, UpdatedAt: at, Origin: "demonstration",
	}.Normal()
}

func entry(object string) audit.Entry {
	return audit.Entry{At: at, Actor: audit.Actor{Kind: "admin", ID: id(900)}, Action: "put_cafe", Object: object}
}

func TestStore(t *testing.T) {
	dbtest.Each(t, "cafe", store.Migrations(), func(t *testing.T, d *db.DB) {
		s, ctx := store.New(d), t.Context()
		first := named(1, "Médina ☕", "Fès")
		if ok, err := s.Create(ctx, first, entry("cafe/1")); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if ok, err := s.Create(ctx, first, entry("cafe/1")); err != nil || ok {
			t.Fatalf("the same id twice: %v, %v", ok, err)
		}
		got, ok, err := s.Cafe(ctx, first.ID)
		if err != nil || !ok || !reflect.DeepEqual(got, first) {
			t.Fatalf("read back %+v, %v, %v; want %+v", got, ok, err, first)
		}
		if _, ok, err := s.Cafe(ctx, id(99)); ok || err != nil {
			t.Fatalf("an unknown id: %v, %v", ok, err)
		}

		next := first
		next.Name, next.Version, next.ArchivedAt = "Zaouia", 2, at.Add(time.Hour)
		next.Location = &cafe.Location{LatitudeE6: 34_066_100, LongitudeE6: -4_973_500}
		if ok, err := s.Update(ctx, next, 1, entry("cafe/1")); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if ok, err := s.Update(ctx, next, 1, entry("cafe/1")); err != nil || ok {
			t.Fatalf("an update of a version that is gone: %v, %v", ok, err)
		}
		if got, _, _ := s.Cafe(ctx, first.ID); !reflect.DeepEqual(got, next) {
			t.Errorf("read back %+v, want %+v", got, next)
		}
		moved := next
		moved.Version, moved.Location = 3, &cafe.Location{} // on the equator, which is a place and not "none"
		if ok, err := s.Update(ctx, moved, 2, entry("cafe/1")); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if got, _, _ := s.Cafe(ctx, first.ID); !reflect.DeepEqual(got, moved) {
			t.Errorf("read back %+v, want %+v", got.Location, moved.Location)
		}
		var entries int
		if err := d.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM audit").Scan(&entries); err != nil || entries != 3 {
			t.Errorf("%d audit entries (%v), want 3: one per change that happened", entries, err)
		}
	})
}

func TestList(t *testing.T) {
	dbtest.Each(t, "cafe", store.Migrations(), func(t *testing.T, d *db.DB) {
		s, ctx := store.New(d), t.Context()
		for _, c := range []cafe.Cafe{
			named(1, "beta", "Rabat"), named(2, "Alpha", "Fès"), named(3, "ALPHA", "Salé"),
			named(4, "100% Arabica", "Fès"), named(5, "snake_case!", "Fès"), named(6, "Été", "Agadir"),
		} {
			if c.ID == id(3) {
				c.ArchivedAt = at
			}
			if ok, err := s.Create(ctx, c, entry("cafe")); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		list := func(f cafe.Filter, after cafe.Place, limit int) (ids []int) {
			t.Helper()
			rows, err := s.Cafes(ctx, f, after, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range rows {
				var n int
				_, _ = fmt.Sscanf(c.ID[24:], "%d", &n)
				ids = append(ids, n)
			}
			return ids
		}
		for _, c := range []struct {
			filter cafe.Filter
			want   []int
		}{
			{cafe.Filter{}, []int{4, 2, 1, 5, 6}},
			{cafe.Filter{IncludeArchived: true}, []int{4, 2, 3, 1, 5, 6}},
			{cafe.Filter{Query: "fès"}, []int{4, 2, 5}},
			{cafe.Filter{Query: "alp"}, []int{2}},
			{cafe.Filter{Query: "%"}, []int{4}},
			{cafe.Filter{Query: "_"}, []int{5}},
			{cafe.Filter{Query: "e!"}, []int{5}},
			{cafe.Filter{Query: "été"}, []int{6}},
			{cafe.Filter{Query: "nowhere"}, nil},
		} {
			if got := list(c.filter, cafe.Place{}, 50); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.filter, got, c.want)
			}
		}
		if got := list(cafe.Filter{IncludeArchived: true}, cafe.Place{Name: "alpha", ID: id(2)}, 2); !reflect.DeepEqual(got, []int{3, 1}) {
			t.Errorf("the page after 2: %v", got)
		}
		if _, err := s.Cafes(ctx, cafe.Filter{}, cafe.Place{Name: "a", ID: "1 OR 1=1"}, 5); !errs.HasCode(err, "invalid_cursor") {
			t.Errorf("a cursor with a bad id: %v", err)
		}
	})
}

func TestOneOfManyEditsWins(t *testing.T) {
	dbtest.Each(t, "cafe", store.Migrations(), func(t *testing.T, d *db.DB) {
		s, ctx := store.New(d), t.Context()
		c := named(1, "Medina", "Fès")
		if ok, err := s.Create(ctx, c, entry("cafe/1")); err != nil || !ok {
			t.Fatal(ok, err)
		}
		won := make([]bool, 8)
		var group sync.WaitGroup
		for i := range won {
			group.Go(func() {
				next := c
				next.Version, next.Name = 2, fmt.Sprint("editor ", i)
				ok, err := s.Update(ctx, next, 1, entry("cafe/1"))
				if err != nil {
					t.Error(err)
				}
				won[i] = ok
			})
		}
		group.Wait()
		winners := 0
		for _, ok := range won {
			if ok {
				winners++
			}
		}
		if winners != 1 {
			t.Errorf("%d edits of one version won", winners)
		}
	})
}
