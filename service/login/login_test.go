package login

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/errs"
)

func TestLetters(t *testing.T) {
	for n, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := letterOf(n); got != want {
			t.Errorf("letter %d is %s, want %s", n, got, want)
		}
	}
	if got := NextLetter(map[string]bool{"A": true, "C": true}); got != "B" {
		t.Errorf("the first free letter is %s", got)
	}
}

func TestNextLetterIsNeverTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		taken := map[string]bool{}
		for range rapid.IntRange(0, 100).Draw(t, "devices") {
			letter := NextLetter(taken)
			if letter == "" || taken[letter] {
				t.Fatalf("%q of %v", letter, taken)
			}
			taken[letter] = true
		}
	})
}

func TestLettered(t *testing.T) {
	for _, c := range []struct {
		in           Device
		letter, name string
	}{
		{Device{Kind: Counter}, "B", "Counter B"},
		{Device{Kind: Counter, Name: "Bar left"}, "B", "Bar left"},
		{Device{Kind: Board}, "", "Board"},
	} {
		if got := c.in.lettered(map[string]bool{"A": true}); got.Letter != c.letter || got.Name != c.name {
			t.Errorf("%+v became %+v", c.in, got)
		}
	}
}

func TestWeakPINs(t *testing.T) {
	for _, pin := range []string{
		"0000", "1111", "999999", "1212", "121212", "12121", "123123", "1234", "2345", "7890", "9012", "12345678", "4321",
		"0987", "2468", "1357", "8642", "1122", "112233", "1984", "2026", "2580", "0852",
	} {
		if !Weak(pin) {
			t.Errorf("%s counts as strong", pin)
		}
		if err := CheckPIN(pin); !errs.HasCode(err, "weak_pin") {
			t.Errorf("%s: %v", pin, err)
		}
	}
	for _, pin := range []string{"7294", "4071", "83625", "502938", "19470382", "3141"} {
		if err := CheckPIN(pin); err != nil {
			t.Errorf("%s: %v", pin, err)
		}
	}
	for _, pin := range []string{"", "123", "123456789", "12a4", "١٢٣٤", "73 51"} {
		if err := CheckPIN(pin); !errs.HasCode(err, "invalid_pin") {
			t.Errorf("%q: %v", pin, err)
		}
	}
	for _, pin := range []string{"", "7", "72", "729"} {
		if !Weak(pin) {
			t.Errorf("%q counts as strong", pin)
		}
	}
	weak := 0
	for n := range 10_000 {
		if Weak(string([]byte{byte('0' + n/1000), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})) {
			weak++
		}
	}
	if weak > 500 {
		t.Errorf("%d of 10000 PINs are refused: too many", weak)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{" Léa  M. ": "léa m.", "LÉA M.": "léa m.", "ياسمين": "ياسمين"} {
		if got := Fold(in); got != want {
			t.Errorf("%q folds to %q", in, got)
		}
	}
	for _, name := range []string{"", "  ", "a\x00b", "a\nb"} {
		if err := CheckName(name); !errs.HasCode(err, "invalid_name") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestEdit(t *testing.T) {
	manager, office := By{}, By{HeadOffice: true}
	for name, c := range map[string]struct {
		was  Role
		next Role
		by   By
		code string
	}{
		"manager raises a barista to lead":        {Barista, Lead, manager, ""},
		"manager lowers a lead":                   {Lead, Barista, manager, ""},
		"manager makes a manager":                 {Lead, Manager, manager, "role_too_high"},
		"manager lowers a manager":                {Manager, Barista, manager, "role_too_high"},
		"manager renames a manager":               {Manager, Manager, manager, "role_too_high"},
		"head office makes a manager":             {Barista, Manager, office, ""},
		"head office lowers a manager to barista": {Manager, Barista, office, ""},
	} {
		t.Run(name, func(t *testing.T) {
			next, err := Edit(Person{Role: c.was, Version: 3}, " New  name ", c.next, 3, c.by)
			if c.code != "" {
				if !errs.HasCode(err, c.code) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || next.Role != c.next || next.Version != 4 || next.Name != "New name" {
				t.Errorf("%+v, %v", next, err)
			}
		})
	}
	if _, err := Edit(Person{Version: 3}, "x", Barista, 2, office); !errs.HasCode(err, "version_conflict") {
		t.Error(err)
	}
	if _, err := Edit(Person{Version: 3, ArchivedAt: time.Unix(1, 0)}, "x", Barista, 3, office); !errs.HasCode(err, "person_archived") {
		t.Error(err)
	}
}
