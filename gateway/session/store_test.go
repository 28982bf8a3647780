package session_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"coffee/gateway/session"
	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func id(n int) string { return fmt.Sprintf("0199c0de-0000-7000-8000-%012x", n) }

const (
	device = 0xd0
	cafe   = 0xca
	admin  = 0xad
)

func deviceSession(n int) session.Session {
	return session.Session{
		ID: id(n), Kind: session.KindDevice, Subject: id(device + n), Role: "counter", Cafe: id(cafe), Name: "Counter ☕",
		Letter: "A", Created: noon, Seen: noon,
	}
}

func adminSession(n int) session.Session {
	return session.Session{
		ID: id(n), Kind: session.KindAdmin, Subject: id(admin), Role: "admin", Name: "head", Created: noon, Seen: noon,
		Expires: noon.Add(8 * time.Hour),
	}
}

type store struct {
	*testing.T
	*session.Store
}

func each(t *testing.T, fn func(s store)) {
	dbtest.Each(t, "session", session.Migrations(), func(t *testing.T, d *db.DB) { fn(store{t, session.New(d)}) })
}

func (s store) create(one session.Session) session.Hash {
	s.Helper()
	token, err := s.Create(s.Context(), one, nil)
	if err != nil {
		s.Fatal(err)
	}
	hash, ok := session.HashOf(token)
	if !ok {
		s.Fatalf("token %q", token)
	}
	return hash
}

func (s store) find(hash session.Hash, now time.Time) (session.Session, bool) {
	s.Helper()
	found, alive, err := s.Find(s.Context(), hash, now)
	if err != nil {
		s.Fatal(err)
	}
	return found, alive
}

func (s store) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func TestCreateFindEnd(t *testing.T) {
	each(t, func(s store) {
		want := deviceSession(1)
		want.Person = &session.Person{ID: id(7), Name: "Nadia", Role: "barista", Since: noon, Seen: noon}
		hash := s.create(want)
		got, alive := s.find(hash, noon)
		if !alive || *got.Person != *want.Person {
			t.Fatalf("%+v", got)
		}
		got.Person, want.Person = nil, nil
		if got != want {
			t.Errorf("%+v\nwant\n%+v", got, want)
		}
		if _, alive := s.find(session.Hash{1}, noon); alive {
			t.Error("found what nobody made")
		}
		s.ok(s.End(t.Context(), hash))
		s.ok(s.End(t.Context(), hash)) // twice is no error
		if _, alive := s.find(hash, noon); alive {
			t.Error("ended, and found")
		}
	})
}

// TestNoTokenStored: what is in the database opens nothing.
func TestNoTokenStored(t *testing.T) {
	dbtest.Each(t, "session", session.Migrations(), func(t *testing.T, d *db.DB) {
		token, err := session.New(d).Create(t.Context(), adminSession(1), nil)
		if err != nil {
			t.Fatal(err)
		}
		var stored []byte
		if err := d.Read().QueryRowContext(t.Context(), "SELECT token_hash FROM sessions").Scan(&stored); err != nil {
			t.Fatal(err)
		}
		hash, _ := session.HashOf(token)
		if !bytes.Equal(stored, hash[:]) || bytes.Contains(stored, []byte(token)) {
			t.Errorf("stored %x", stored)
		}
	})
}

func TestCreateInstead(t *testing.T) {
	each(t, func(s store) {
		old := s.create(adminSession(1))
		token, err := s.Create(t.Context(), deviceSession(2), &old)
		s.ok(err)
		fresh, _ := session.HashOf(token)
		if _, alive := s.find(old, noon); alive {
			t.Error("the session before lives on")
		}
		if _, alive := s.find(fresh, noon); !alive {
			t.Error("the new one does not live")
		}
	})
}

// TestRenewOnce: of many that renew one session at the same time, one has its token; the session is never two.
func TestRenewOnce(t *testing.T) {
	each(t, func(s store) {
		one := deviceSession(1)
		hash := s.create(one)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var tokens []string
		for range 8 {
			wg.Go(func() {
				token, renewed, err := s.Renew(t.Context(), hash, one)
				if err != nil {
					t.Error(err)
				}
				if renewed {
					mu.Lock()
					defer mu.Unlock()
					tokens = append(tokens, token)
				}
			})
		}
		wg.Wait()
		if len(tokens) != 1 {
			t.Fatalf("renewed %d times", len(tokens))
		}
		if _, alive := s.find(hash, noon); alive {
			t.Error("the old token lives")
		}
		fresh, _ := session.HashOf(tokens[0])
		if got, alive := s.find(fresh, noon); !alive || got != one {
			t.Errorf("%+v", got)
		}
	})
}

func TestTouch(t *testing.T) {
	each(t, func(s store) {
		one := deviceSession(1)
		one.Person = &session.Person{ID: id(7), Name: "Nadia", Role: "barista", Since: noon, Seen: noon}
		hash := s.create(one)
		use := func(at time.Time) session.Session {
			found, alive := s.find(hash, at)
			if !alive {
				t.Fatal("dead")
			}
			told, err := s.Touch(t.Context(), hash, found, at)
			s.ok(err)
			found, _ = s.find(hash, at)
			if !told.Seen.Equal(found.Seen) || (told.Person != nil) != (found.Person != nil) ||
				(told.Person != nil && !told.Person.Seen.Equal(found.Person.Seen)) {
				t.Errorf("told %+v, is %+v", told, found)
			}
			return found
		}
		if got := use(noon.Add(59 * time.Second)); !got.Seen.Equal(noon) || !got.Person.Seen.Equal(noon) {
			t.Errorf("written within the minute: %+v", got)
		}
		if got := use(noon.Add(10 * time.Minute)); !got.Seen.Equal(noon.Add(10*time.Minute)) || !got.Person.Seen.Equal(got.Seen) {
			t.Errorf("not written: %+v", got)
		}
		if got := use(noon.Add(24 * time.Minute)); got.Person == nil {
			t.Error("the person idled out though in use")
		}
		if got := use(noon.Add(39 * time.Minute)); got.Person != nil {
			t.Error("the person never idles out")
		}
		// Who idled out does not come back by the device being used.
		if got := use(noon.Add(40 * time.Minute)); got.Person != nil {
			t.Error("the person came back")
		}
		// A late write does not turn time back.
		found, _ := s.find(hash, noon.Add(40*time.Minute))
		found.Seen = noon
		_, err := s.Touch(t.Context(), hash, found, noon.Add(2*time.Minute))
		s.ok(err)
		if got, _ := s.find(hash, noon.Add(40*time.Minute)); !got.Seen.Equal(noon.Add(40 * time.Minute)) {
			t.Errorf("seen %s", got.Seen)
		}
	})
}

func TestEnds(t *testing.T) {
	each(t, func(s store) {
		var hashes []session.Hash
		for n := range 3 {
			hashes = append(hashes, s.create(adminSession(n+1)))
		}
		till, other := s.create(deviceSession(10)), s.create(deviceSession(11))
		away := deviceSession(12)
		away.Cafe = id(cafe + 1)
		elsewhere := s.create(away)
		living := func(want ...bool) {
			t.Helper()
			for i, hash := range append(append([]session.Hash{}, hashes...), till, other, elsewhere) {
				if _, alive := s.find(hash, noon); alive != want[i] {
					t.Errorf("session %d: %v", i, alive)
				}
			}
		}
		s.ok(s.EndOthers(t.Context(), session.KindAdmin, id(admin), hashes[1]))
		living(false, true, false, true, true, true)
		s.ok(s.EndSubject(t.Context(), session.KindDevice, id(admin))) // another kind's subject
		living(false, true, false, true, true, true)
		s.ok(s.EndSubject(t.Context(), session.KindDevice, id(device+10)))
		living(false, true, false, false, true, true)
		s.ok(s.EndCafe(t.Context(), id(cafe)))
		living(false, true, false, false, false, true)
		for _, c := range []struct {
			id, kind, subject string
			ended             bool
		}{
			{id(2), session.KindAdmin, id(admin + 1), false},
			{id(2), session.KindDevice, id(admin), false},
			{id(99), session.KindAdmin, id(admin), false},
			{id(2), session.KindAdmin, id(admin), true},
			{id(2), session.KindAdmin, id(admin), false},
		} {
			ended, err := s.EndOwn(t.Context(), c.id, c.kind, c.subject)
			if err != nil || ended != c.ended {
				t.Errorf("%+v: %v %v", c, ended, err)
			}
		}
	})
}

func TestLeavePerson(t *testing.T) {
	each(t, func(s store) {
		var hashes []session.Hash
		for n, person := range []string{id(7), id(7), id(8)} {
			one := deviceSession(n)
			one.Person = &session.Person{ID: person, Name: "N", Role: "lead", Since: noon, Seen: noon}
			hashes = append(hashes, s.create(one))
		}
		s.ok(s.LeavePerson(t.Context(), id(7)))
		for i, want := range []string{"counter", "counter", "lead"} {
			if got, alive := s.find(hashes[i], noon); !alive || got.EffectiveRole() != want {
				t.Errorf("device %d: %v as %s", i, alive, got.EffectiveRole())
			}
		}
	})
}

func TestList(t *testing.T) {
	each(t, func(s store) {
		for n := range 5 {
			s.create(adminSession(n + 1))
		}
		other := adminSession(9)
		other.Subject = id(admin + 1)
		s.create(other)
		var got []string
		cursor := ""
		for pages := 0; ; pages++ {
			list, next, err := s.List(t.Context(), session.KindAdmin, id(admin), noon, cursor, 2)
			if err != nil || pages > 3 {
				t.Fatal(err, pages)
			}
			for _, one := range list {
				got = append(got, one.ID)
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if want := []string{id(1), id(2), id(3), id(4), id(5)}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v", got)
		}
		for _, bad := range []string{"!", "bm90IGpzb24", "eyJpIjoieCJ9"} {
			if _, _, err := s.List(t.Context(), session.KindAdmin, id(admin), noon, bad, 2); !errs.HasCode(err, "invalid_cursor") {
				t.Errorf("cursor %q: %v", bad, err)
			}
		}
		if list, _, err := s.List(t.Context(), session.KindAdmin, id(admin), noon.Add(time.Hour), "", 10); err != nil || len(list) != 0 {
			t.Errorf("%v sessions that are over are listed: %v", len(list), err)
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, func(s store) {
		till, desk := s.create(deviceSession(1)), s.create(adminSession(2))
		phone := s.create(session.Session{
			ID: id(3), Kind: session.KindCustomer, Subject: id(0xf), Role: "customer", Created: noon, Seen: noon,
			Expires: noon.Add(180 * 24 * time.Hour),
		})
		rows := func(now time.Time, want ...bool) {
			t.Helper()
			s.ok(s.Sweep(t.Context(), now))
			for i, hash := range []session.Hash{till, desk, phone} {
				if _, there := s.find(hash, noon); there != want[i] {
					t.Errorf("after %s: row %d: %v", now.Sub(noon), i, there)
				}
			}
		}
		rows(noon.Add(14*time.Minute), true, true, true)
		rows(noon.Add(15*time.Minute), true, false, true)
		rows(noon.Add(180*24*time.Hour), true, false, false)
	})
}

func TestUnavailable(t *testing.T) {
	cfg := dbtest.Config(t, db.SQLite, "session")
	d := dbtest.Open(t, cfg, session.Migrations())
	s := session.New(d)
	hash := store{t, s}.create(adminSession(1))
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, alive, err := s.Find(t.Context(), hash, noon); alive || err == nil {
		t.Errorf("alive %v, %v", alive, err)
	}
	if err := s.End(t.Context(), hash); !db.IsUnavailable(err) {
		t.Errorf("%v", err)
	}
}

func BenchmarkFind(b *testing.B) {
	d := dbtest.Open(b, dbtest.Config(b, db.SQLite, "session"), session.Migrations())
	s := session.New(d)
	token, err := s.Create(b.Context(), adminSession(1), nil)
	if err != nil {
		b.Fatal(err)
	}
	hash, _ := session.HashOf(token)
	b.ReportAllocs()
	for b.Loop() {
		if _, alive, err := s.Find(b.Context(), hash, noon); err != nil || !alive {
			b.Fatal(err)
		}
	}
}
