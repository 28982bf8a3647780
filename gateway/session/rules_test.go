package session

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestAt(t *testing.T) {
	person := func(since, seen time.Duration) *Person {
		return &Person{ID: "p", Role: "lead", Since: noon.Add(-since), Seen: noon.Add(-seen)}
	}
	for _, c := range []struct {
		name      string
		kind      string
		age, idle time.Duration
		expires   time.Duration // from now; 0: none
		person    *Person
		alive     bool
		role      string
	}{
		{"a fresh admin", KindAdmin, 0, 0, 0, nil, true, "own"},
		{"an admin at work", KindAdmin, 7 * time.Hour, 14 * time.Minute, 0, nil, true, "own"},
		{"an admin who went for lunch", KindAdmin, time.Hour, 15 * time.Minute, 0, nil, false, ""},
		{"an admin after a long day", KindAdmin, 8 * time.Hour, 0, 0, nil, false, ""},
		{"a phone from spring", KindCustomer, 179 * 24 * time.Hour, 100 * 24 * time.Hour, 0, nil, true, "own"},
		{"a phone from last year", KindCustomer, 180 * 24 * time.Hour, 0, 0, nil, false, ""},
		{"an old device", KindDevice, 5 * 365 * 24 * time.Hour, 300 * 24 * time.Hour, 0, nil, true, "own"},
		{"a device that has an end", KindDevice, 0, 0, time.Second, nil, true, "own"},
		{"a device at its end", KindDevice, 0, 0, -time.Nanosecond, nil, false, ""},
		{"a person at the till", KindDevice, time.Hour, 0, 0, person(time.Hour, 14*time.Minute), true, "lead"},
		{"a person who left", KindDevice, time.Hour, 0, 0, person(time.Hour, 15*time.Minute), true, "own"},
		{"a person at work for 12 hours", KindDevice, time.Hour, 0, 0, person(12*time.Hour, 0), true, "own"},
		{"a kind we do not know", "root", 0, 0, 0, nil, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Session{Kind: c.kind, Role: "own", Created: noon.Add(-c.age), Seen: noon.Add(-c.idle), Person: c.person}
			if c.expires != 0 {
				s.Expires = noon.Add(c.expires)
			}
			got, alive := s.At(noon)
			if alive != c.alive || (alive && got.EffectiveRole() != c.role) {
				t.Errorf("alive %v as %s", alive, got.EffectiveRole())
			}
			if until := s.Until(); alive && got.Person == s.Person && !until.IsZero() {
				if _, still := s.At(until.Add(-time.Nanosecond)); !still {
					t.Error("over before Until")
				}
				if later, still := s.At(until); still && later.Person == s.Person {
					t.Error("not over at Until")
				}
			}
		})
	}
}

func TestNeedsTouch(t *testing.T) {
	s := Session{Kind: KindDevice, Seen: noon}
	for after, want := range map[time.Duration]bool{0: false, 59 * time.Second: false, time.Minute: true} {
		if s.needsTouch(noon.Add(after)) != want {
			t.Errorf("after %s: %v", after, !want)
		}
	}
	s.Person = &Person{Seen: noon.Add(-time.Hour)}
	if !s.needsTouch(noon) {
		t.Error("a person's use is not written")
	}
}

func TestToken(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := NewToken()
		if _, ok := HashOf(token); !ok || seen[token] || len(token) != 43 {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
	}
	good := NewToken()
	for _, bad := range []string{"", "x", good + "=", good[:42], good + "a", good[:42] + "\n", "../../../../../../../../../../../../../../etc", good[:42] + "é"} {
		if _, ok := HashOf(bad); ok {
			t.Errorf("%q is taken for a token", bad)
		}
	}
}

func FuzzHashOf(f *testing.F) {
	f.Add(NewToken())
	f.Add("")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB") // the last bits are not zero
	f.Fuzz(func(t *testing.T, token string) {
		hash, ok := HashOf(token)
		if ok == (hash == Hash{}) || (ok && len(token) != 43) {
			t.Errorf("%q: %v", token, ok)
		}
	})
}
