package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coffee/internal/audit"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/service/adminlogin"
	"coffee/service/adminlogin/store"
)

var at = time.Date(2026, 5, 1, 9, 0, 0, 123456000, time.UTC)

func id(n int) string { return fmt.Sprintf("0199a000-0000-7000-8000-%012d", n) }

func admin(n int, username string) adminlogin.Admin {
	return adminlogin.Admin{ID: id(n), Username: username, Version: 1, CreatedAt: at, PasswordChangedAt: at}
}

func entry(action string) audit.Entry {
	return audit.Entry{At: at, Actor: audit.Actor{Kind: "admin", ID: id(900)}, Action: action, Object: "x"}
}

func each(t *testing.T, fn func(t *testing.T, d *db.DB, s *store.Store)) {
	dbtest.Each(t, "adminlogin", store.Migrations(), func(t *testing.T, d *db.DB) { fn(t, d, store.New(d)) })
}

func wantLive(t *testing.T, s *store.Store, want int64) {
	t.Helper()
	all, err := s.Admins(t.Context(), false, adminlogin.Place{}, 200)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Live(t.Context()); err != nil || n != want || int64(len(all)) != want {
		t.Errorf("the count says %d (%v), the rows %d, want %d", n, err, len(all), want)
	}
}

func TestAccounts(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *store.Store) {
		ctx := t.Context()
		amal := admin(1, "Amal")
		if err := s.Add(ctx, amal, "hash 1", entry("create")); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(ctx, admin(2, "AMAL"), "hash", entry("create")); !errors.Is(err, adminlogin.ErrUsernameTaken) {
			t.Error(err)
		}
		if err := s.Add(ctx, admin(1, "other"), "hash", entry("create")); !errors.Is(err, adminlogin.ErrIDTaken) {
			t.Error(err)
		}
		wantLive(t, s, 1)
		got, hash, ok, err := s.AdminNamed(ctx, "amal")
		if err != nil || !ok || hash != "hash 1" || !reflect.DeepEqual(got, amal) {
			t.Errorf("%+v, %q, %v, %v", got, hash, ok, err)
		}
		for _, name := range []string{"", "nobody"} {
			if _, _, ok, err := s.AdminNamed(ctx, name); ok || err != nil {
				t.Errorf("%q: %v, %v", name, ok, err)
			}
		}
		if err := s.Add(ctx, admin(3, "Zaki"), "hash 3", entry("create")); err != nil {
			t.Fatal(err)
		}
		amal.Username, amal.Version = "amal.b", 2
		if err := s.Update(ctx, amal, 1, "", entry("name")); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(ctx, amal, 1, "hash 2", entry("name")); !errors.Is(err, adminlogin.ErrStale) {
			t.Error(err)
		}
		amal.Version, amal.PasswordChangedAt = 3, at.Add(time.Hour)
		if err := s.Update(ctx, amal, 2, "hash 3", entry("password")); err != nil {
			t.Fatal(err)
		}
		if got, hash, _, _ := s.Admin(ctx, id(1)); hash != "hash 3" || !reflect.DeepEqual(got, amal) {
			t.Errorf("%+v, %q", got, hash)
		}
		zaki := admin(3, "AMAL.B")
		zaki.Version = 2
		if err := s.Update(ctx, zaki, 1, "", entry("name")); !errors.Is(err, adminlogin.ErrUsernameTaken) {
			t.Error(err)
		}

		amal.ArchivedAt, amal.Version = at, 4
		if err := s.Remove(ctx, amal, 3, entry("remove")); err != nil {
			t.Fatal(err)
		}
		if err := s.Remove(ctx, amal, 3, entry("remove")); !errors.Is(err, adminlogin.ErrStale) {
			t.Error(err)
		}
		zaki = admin(3, "Zaki")
		zaki.ArchivedAt, zaki.Version = at, 2
		if err := s.Remove(ctx, zaki, 1, entry("remove")); !errors.Is(err, adminlogin.ErrLastAdmin) {
			t.Error(err)
		}
		wantLive(t, s, 1)
		all, err := s.Admins(ctx, true, adminlogin.Place{}, 10)
		if err != nil || len(all) != 2 || all[0].ID != id(1) || !all[0].Archived() {
			t.Error(all, err)
		}
		if rest, err := s.Admins(ctx, true, adminlogin.Place{Username: "amal.b", ID: id(1)}, 10); err != nil || len(rest) != 1 {
			t.Error(rest, err)
		}
		if _, err := s.Admins(ctx, true, adminlogin.Place{ID: "x"}, 10); !errs.HasCode(err, "invalid_cursor") {
			t.Error(err)
		}
		if err := s.Add(ctx, admin(4, "amal.b"), "hash", entry("create")); err != nil {
			t.Errorf("the name of a removed account: %v", err)
		}
		var n int
		if err := d.Read().QueryRowContext(ctx, "SELECT COUNT(*) FROM audit").Scan(&n); err != nil || n != 6 {
			t.Errorf("%d audit entries (%v), want 6", n, err)
		}
	})
}

// However many removals meet, one account is left.
func TestRemovalsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *store.Store) {
		ctx := t.Context()
		const admins = 6
		for n := range admins {
			if err := s.Add(ctx, admin(n, fmt.Sprint("admin", n)), "hash", entry("create")); err != nil {
				t.Fatal(err)
			}
		}
		var removed, last, stale atomic.Int32
		var group sync.WaitGroup
		for i := range 2 * admins {
			group.Go(func() {
				a := admin(i%admins, fmt.Sprint("admin", i%admins))
				a.ArchivedAt, a.Version = at, 2
				switch err := s.Remove(ctx, a, 1, entry("remove")); {
				case err == nil:
					removed.Add(1)
				case errors.Is(err, adminlogin.ErrLastAdmin):
					last.Add(1)
				case errors.Is(err, adminlogin.ErrStale):
					stale.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if removed.Load() != admins-1 || last.Load() == 0 {
			t.Errorf("%d removed, %d refused as the last, %d gone already", removed.Load(), last.Load(), stale.Load())
		}
		wantLive(t, s, 1)
	})
}

func TestSetUp(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *store.Store) {
		ctx := t.Context()
		if token, err := s.SetUpToken(ctx); token != nil || err != nil {
			t.Fatal(token, err)
		}
		for _, token := range []string{"first", "second"} { // a new start replaces it
			if ok, err := s.OfferSetUp(ctx, []byte(token), at); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		if token, err := s.SetUpToken(ctx); string(token) != "second" || err != nil {
			t.Error(string(token), err)
		}
		if err := s.AddFirst(ctx, admin(1, "early"), "hash", []byte("first"), entry("set_up")); !errors.Is(err, adminlogin.ErrSetUpDone) {
			t.Error(err)
		}
		var made atomic.Int32
		var group sync.WaitGroup
		for n := range 6 {
			group.Go(func() {
				err := s.AddFirst(ctx, admin(n, fmt.Sprint("admin", n)), "hash", []byte("second"), entry("set_up"))
				if err == nil {
					made.Add(1)
				} else if !errors.Is(err, adminlogin.ErrSetUpDone) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if made.Load() != 1 {
			t.Errorf("%d first admins", made.Load())
		}
		wantLive(t, s, 1)
		if ok, err := s.OfferSetUp(ctx, []byte("third"), at); ok || err != nil {
			t.Error(ok, err)
		}
		if token, err := s.SetUpToken(ctx); token != nil || err != nil {
			t.Error(token, err)
		}
	})
}
