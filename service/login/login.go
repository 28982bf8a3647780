// Package login owns who works where: devices and their enrolment, access codes, people with PINs and roles, and the
// subjects of customers' phones. It keeps no session and issues no passport (the gateway does), and of another
// service it knows only whether a café exists and is open for business.
package login

import (
	"strings"
	"time"
	"unicode"

	"coffee/internal/errs"
)

// Role is what a person may do in a café.
type Role string

// The roles of a café, each above the one before.
const (
	Barista Role = "barista"
	Lead    Role = "lead"
	Manager Role = "manager"
)

// Kind is what a device is for. A board (bar screen, ready board) never gets a person.
type Kind string

// The kinds of device.
const (
	Counter Kind = "counter"
	Board   Kind = "board"
)

// Device is an enrolled tablet or screen. It stays enrolled until it is revoked.
type Device struct {
	ID         string
	Cafe       string
	Name       string
	Letter     string // of its call numbers; boards give none and have none
	Kind       Kind
	EnrolledAt time.Time
	RevokedAt  time.Time // zero while enrolled
}

// Live tells whether the device is still enrolled.
func (d Device) Live() bool { return d.RevokedAt.IsZero() }

// Person is a staff member of one café.
type Person struct {
	ID         string
	Cafe       string
	Name       string
	Role       Role
	Version    int64 // counts from 1; an edit of name or role, a new PIN and archiving add one
	CreatedAt  time.Time
	ArchivedAt time.Time // zero while they work here
}

// Archived tells whether the person has left.
func (p Person) Archived() bool { return !p.ArchivedAt.IsZero() }

// Tidy is the one spelling of a name: no spaces around it, one between words.
func Tidy(name string) string { return strings.Join(strings.Fields(name), " ") }

// Fold makes names comparable: two people of a café whose names fold alike could not be told apart on a tile.
func Fold(name string) string {
	return strings.ToLower(Tidy(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1 // nobody sees it
		}
		return r
	}, name)))
}

// joiners shape letters in Persian and Indic names, and emoji; marks of direction belong to Arabic ones.
const joiners = "\u200c\u200d\u200e\u200f"

// fillers are letters to Unicode and nothing to the eye.
const fillers = "\u115f\u1160\u3164\uffa0\u2800"

// CheckName refuses a name in which there is nothing to see, or which holds what turns a screen's text around or
// makes two names look like one. Code: invalid_name.
func CheckName(name string) error {
	hidden := func(r rune) bool {
		return unicode.IsControl(r) || r == unicode.ReplacementChar || strings.ContainsRune(fillers, r) ||
			(unicode.Is(unicode.Cf, r) && !strings.ContainsRune(joiners, r))
	}
	if Fold(name) == "" || strings.ContainsFunc(name, hidden) {
		return errs.Invalid("invalid_name", "A name is needed, without characters that cannot be seen.").Field("name", "must be a name")
	}
	return nil
}

// By is who asks for a change of people or devices.
type By struct {
	HeadOffice bool // admin or operator; otherwise a manager of the café
}

// MayTouch refuses a manager who would make, change or remove a manager. Code: role_too_high.
func (b By) MayTouch(roles ...Role) error {
	for _, r := range roles {
		if r == Manager && !b.HeadOffice {
			return errs.Forbidden("role_too_high", "Only head office makes, changes or removes a manager. Ask them.")
		}
	}
	return nil
}

// Edit is a person after an edit. Codes: person_archived, version_conflict, role_too_high.
func Edit(was Person, name string, role Role, version int64, by By) (Person, error) {
	switch {
	case was.Archived():
		return Person{}, Left(was)
	case was.Version != version:
		return Person{}, VersionConflict()
	}
	if err := by.MayTouch(was.Role, role); err != nil {
		return Person{}, err
	}
	was.Name, was.Role, was.Version = Tidy(name), role, was.Version+1
	return was, nil
}

// Left is the answer to a change of somebody who is archived.
func Left(p Person) error {
	return errs.Conflict("person_archived", "%s no longer works here. Make a new person.", p.Name)
}

// VersionConflict is the answer to an edit of something that has changed meanwhile.
func VersionConflict() error {
	return errs.Conflict("version_conflict", "Somebody else changed this person meanwhile. Read them again and repeat your change.")
}

// lettered gives the device its letter, and a name where it has none. Boards call no numbers and take no letter.
func (d Device) lettered(taken map[string]bool) Device {
	if d.Kind == Counter {
		d.Letter = NextLetter(taken)
	}
	if d.Name == "" {
		d.Name = "Board"
		if d.Kind == Counter {
			d.Name = "Counter " + d.Letter
		}
	}
	return d
}

// LetterRest is how long the letter of a revoked device is left alone: the call numbers it gave out may still be
// waited for, and another device begins to count at one.
const LetterRest = 48 * time.Hour

// NextLetter is the first of A to Z, AA, AB … that is not taken.
func NextLetter(taken map[string]bool) string {
	for n := 0; ; n++ {
		if letter := letterOf(n); !taken[letter] {
			return letter
		}
	}
}

func letterOf(n int) string {
	letter := ""
	for n++; n > 0; n = (n - 1) / 26 {
		letter = string(rune('A'+(n-1)%26)) + letter
	}
	return letter
}
