package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/service/login"
	"coffee/service/login/store"
)

var at = time.Date(2026, 5, 1, 9, 0, 0, 123456000, time.UTC)

func id(n int) string { return fmt.Sprintf("0199a000-0000-7000-8000-%012d", n) }

func entry(action string) audit.Entry {
	return audit.Entry{At: at, Actor: audit.Actor{Kind: "admin", ID: id(900)}, Action: action, Object: "x"}
}

func each(t *testing.T, fn func(t *testing.T, d *db.DB, s *store.Store)) {
	dbtest.Each(t, "login", store.Migrations(), func(t *testing.T, d *db.DB) { fn(t, d, store.New(d)) })
}

func audited(t *testing.T, d *db.DB, action string) (n int) {
	t.Helper()
	if err := d.Read().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM audit WHERE action = ?", action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCodes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *store.Store) {
		ctx := t.Context()
		if hash, err := s.CodeHash(ctx, id(1)); hash != "" || err != nil {
			t.Fatal(hash, err)
		}
		var group sync.WaitGroup
		for i := range 6 { // the first codes of a café, at once
			group.Go(func() {
				if err := s.SetCode(ctx, id(1), fmt.Sprint("hash ", i), at, entry("rotate")); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if err := s.SetCode(ctx, id(1), "the last", at, entry("rotate")); err != nil {
			t.Fatal(err)
		}
		if hash, err := s.CodeHash(ctx, id(1)); hash != "the last" || err != nil {
			t.Error(hash, err)
		}
		if n := audited(t, d, "rotate"); n != 7 {
			t.Errorf("%d audit entries for 7 codes", n)
		}
	})
}

// add enrols through the store as the service does, with the letter rule.
func add(t *testing.T, s *store.Store, n int, cafe string, revokedAfter time.Time) login.Device {
	t.Helper()
	d, err := s.AddDevice(t.Context(), cafe, revokedAfter, func(taken map[string]bool) (login.Device, audit.Entry) {
		return login.Device{
			ID: id(n), Cafe: cafe, Name: "Bar ☕", Kind: login.Counter, EnrolledAt: at, Letter: login.NextLetter(taken),
		}, entry("enrol")
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDevices(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *store.Store) {
		ctx := t.Context()
		cafe, other := id(1), id(2)
		var letters []string
		for n := range 28 {
			letters = append(letters, add(t, s, 10+n, cafe, at).Letter)
		}
		if letters[0] != "A" || letters[25] != "Z" || letters[27] != "AB" {
			t.Error(letters)
		}
		if d := add(t, s, 50, other, at); d.Letter != "A" {
			t.Errorf("another café begins with %s", d.Letter)
		}
		got, ok, err := s.Device(ctx, id(10))
		want := login.Device{ID: id(10), Cafe: cafe, Name: "Bar ☕", Letter: "A", Kind: login.Counter, EnrolledAt: at}
		if err != nil || !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, %v", got, ok, err)
		}
		if _, ok, err := s.Device(ctx, id(99)); ok || err != nil {
			t.Error(ok, err)
		}
		for _, want := range []bool{true, false} {
			if ok, err := s.RevokeDevice(ctx, id(11), at.Add(time.Hour), entry("revoke")); ok != want || err != nil {
				t.Errorf("revoked %v, want %v: %v", ok, want, err)
			}
		}
		if n := audited(t, d, "revoke"); n != 1 {
			t.Errorf("%d audit entries for one revocation", n)
		}
		if d := add(t, s, 60, cafe, at); d.Letter != "AC" {
			t.Errorf("a letter that was just revoked goes on as %s", d.Letter)
		}
		if d := add(t, s, 61, cafe, at.Add(2*time.Hour)); d.Letter != "B" {
			t.Errorf("later it is %s", d.Letter)
		}
		live, err1 := s.Devices(ctx, cafe, false, "", 100)
		all, err2 := s.Devices(ctx, cafe, true, "", 100)
		some, err3 := s.Devices(ctx, cafe, true, id(12), 2)
		if err := errors.Join(err1, err2, err3); err != nil || len(live) != 29 || len(all) != 30 || len(some) != 2 || some[0].ID != id(13) {
			t.Error(len(live), len(all), some, err)
		}
		if _, err := s.Devices(ctx, cafe, true, "x", 2); !errs.HasCode(err, "invalid_cursor") {
			t.Error(err)
		}
	})
}

func TestLettersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *store.Store) {
		var mu sync.Mutex
		seen := map[string]bool{}
		var group sync.WaitGroup
		for n := range 12 {
			group.Go(func() {
				d := add(t, s, n, id(900), at)
				mu.Lock()
				defer mu.Unlock()
				if seen[d.Letter] {
					t.Errorf("%s twice", d.Letter)
				}
				seen[d.Letter] = true
			})
		}
		group.Wait()
		if len(seen) != 12 || !seen["A"] || !seen["L"] {
			t.Error(seen)
		}
	})
}

func person(n int, cafe, name string) login.Person {
	return login.Person{ID: id(n), Cafe: cafe, Name: name, Role: login.Barista, Version: 1, CreatedAt: at}
}

func TestPeople(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *store.Store) {
		ctx, cafe := t.Context(), id(1)
		léa := person(10, cafe, "Léa M.")
		if err := s.AddPerson(ctx, léa, "pin 1", entry("put")); err != nil {
			t.Fatal(err)
		}
		if err := s.AddPerson(ctx, person(11, cafe, "LÉA m."), "pin", entry("put")); !errors.Is(err, login.ErrNameTaken) {
			t.Error(err)
		}
		if err := s.AddPerson(ctx, person(10, cafe, "Somebody else"), "pin", entry("put")); !errors.Is(err, login.ErrIDTaken) {
			t.Error(err)
		}
		if err := s.AddPerson(ctx, person(12, id(2), "Léa M."), "pin", entry("put")); err != nil {
			t.Errorf("the same name in another café: %v", err)
		}
		got, hash, ok, err := s.PersonNamed(ctx, cafe, "léa m.")
		if err != nil || !ok || hash != "pin 1" || !reflect.DeepEqual(got, léa) {
			t.Errorf("%+v, %q, %v, %v", got, hash, ok, err)
		}

		léa.Role, léa.Version = login.Lead, 2
		if err := s.UpdatePerson(ctx, léa, 1, "", entry("put")); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdatePerson(ctx, léa, 1, "pin 2", entry("put")); !errors.Is(err, login.ErrStale) {
			t.Error(err)
		}
		if got, hash, _, _ := s.Person(ctx, id(10)); hash != "pin 1" || !reflect.DeepEqual(got, léa) {
			t.Errorf("%+v, %q", got, hash)
		}
		léa.Version = 3
		if err := s.UpdatePerson(ctx, léa, 2, "pin 3", entry("put")); err != nil {
			t.Fatal(err)
		}
		if _, hash, _, _ := s.Person(ctx, id(10)); hash != "pin 3" {
			t.Errorf("the PIN is %q", hash)
		}

		// Archived: the name is free again, the person is found by id only.
		léa.Version, léa.ArchivedAt = 4, at
		if err := s.UpdatePerson(ctx, léa, 3, "", entry("archive")); err != nil {
			t.Fatal(err)
		}
		if _, _, ok, err := s.PersonNamed(ctx, cafe, "léa m."); ok || err != nil {
			t.Error(ok, err)
		}
		for n := 20; n < 22; n++ { // two more archived people of that name
			p := person(n, cafe, "Léa M.")
			if err := s.AddPerson(ctx, p, "pin", entry("put")); err != nil {
				t.Fatal(err)
			}
			p.Version, p.ArchivedAt = 2, at
			if err := s.UpdatePerson(ctx, p, 1, "", entry("archive")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddPerson(ctx, person(13, cafe, "adam"), "pin", entry("put")); err != nil {
			t.Fatal(err)
		}
		zoé := person(14, cafe, "Zoé")
		if err := s.AddPerson(ctx, zoé, "pin", entry("put")); err != nil {
			t.Fatal(err)
		}
		zoé.Name, zoé.Version = "ADAM", 2
		if err := s.UpdatePerson(ctx, zoé, 1, "", entry("put")); !errors.Is(err, login.ErrNameTaken) {
			t.Error(err)
		}

		live, err1 := s.People(ctx, cafe, false, login.Place{}, 10)
		all, err2 := s.People(ctx, cafe, true, login.Place{}, 10)
		rest, err3 := s.People(ctx, cafe, true, login.Place{Name: "léa m.", ID: id(10)}, 10)
		if err := errors.Join(err1, err2, err3); err != nil || len(live) != 2 || live[0].Name != "adam" || len(all) != 5 || len(rest) != 3 {
			t.Error(live, all, rest, err)
		}
		if _, err := s.People(ctx, cafe, true, login.Place{Name: "x"}, 10); !errs.HasCode(err, "invalid_cursor") {
			t.Error(err)
		}
		if n := audited(t, d, "archive"); n != 3 {
			t.Errorf("%d archived", n)
		}
	})
}

func TestPhone(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *store.Store) {
		if err := s.AddPhone(t.Context(), id(1), at); err != nil {
			t.Fatal(err)
		}
		if err := s.AddPhone(t.Context(), id(1), at); !db.IsDuplicate(err) {
			t.Error(err)
		}
	})
}
