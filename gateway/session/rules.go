// Package session is the gateway's only state: who signed in where, until when, and who is on a shared device now.
// Its rules are in this file, pure; its SQL is in store.go. It knows no HTTP and no gRPC, and it never holds a token:
// a session is found by the SHA-256 of one.
package session

import (
	"time"
)

// The kinds of session.
const (
	KindCustomer = "customer"
	KindDevice   = "device"
	KindAdmin    = "admin"
)

// Session is one sign-in. Times are UTC.
type Session struct {
	ID      string // its own, for lists; never the token's
	Kind    string
	Subject string // phone, device or admin
	Role    string // customer, counter, board, admin
	Cafe    string // of a device
	Name    string // of a device, or the admin's user name
	Letter  string // of a device
	Created time.Time
	Seen    time.Time
	Expires time.Time // zero: when it is revoked
	Person  *Person   // on a device, signed in by PIN
}

// Person is who stands at a device.
type Person struct {
	ID    string
	Name  string
	Role  string // barista, lead, manager
	Since time.Time
	Seen  time.Time
}

// Limits are how long something lasts: without use, and at most. Zero is no limit.
type Limits struct {
	Idle, Most time.Duration
}

// The limits by kind, and those of a person on a device.
var (
	ByKind = map[string]Limits{
		KindCustomer: {Most: 180 * 24 * time.Hour},
		KindDevice:   {},
		KindAdmin:    {Idle: 15 * time.Minute, Most: 8 * time.Hour},
	}
	OfPerson = Limits{Idle: 15 * time.Minute, Most: 12 * time.Hour}
)

// touchEvery is how often a session's use is written down; so idleness counts up to that much too early, never late.
const touchEvery = time.Minute

// over tells whether something that began and was last used then is over now.
func (l Limits) over(began, used, now time.Time) bool {
	return (l.Idle > 0 && !now.Before(used.Add(l.Idle))) || (l.Most > 0 && !now.Before(began.Add(l.Most)))
}

// At is the session as it stands at a moment, and whether it still lives. A person who was away too long has left;
// the device stays.
func (s Session) At(now time.Time) (Session, bool) {
	limits, known := ByKind[s.Kind]
	if !known || limits.over(s.Created, s.Seen, now) || (!s.Expires.IsZero() && !now.Before(s.Expires)) {
		return s, false
	}
	if s.Person != nil && OfPerson.over(s.Person.Since, s.Person.Seen, now) {
		s.Person = nil
	}
	return s, true
}

// EffectiveRole is what the session may do now: the person's role, or the session's own.
func (s Session) EffectiveRole() string {
	if s.Person != nil {
		return s.Person.Role
	}
	return s.Role
}

// Until is when the session, or the person on it, is over if nothing more happens; zero is never.
func (s Session) Until() time.Time {
	until := s.Expires
	earlier := func(t time.Time) {
		if until.IsZero() || t.Before(until) {
			until = t
		}
	}
	if idle := ByKind[s.Kind].Idle; idle > 0 {
		earlier(s.Seen.Add(idle))
	}
	if s.Person != nil {
		earlier(s.Person.Seen.Add(OfPerson.Idle))
		earlier(s.Person.Since.Add(OfPerson.Most))
	}
	return until
}

// needsTouch tells whether the use at now is to be written.
func (s Session) needsTouch(now time.Time) bool {
	last := s.Seen
	if s.Person != nil && s.Person.Seen.Before(last) {
		last = s.Person.Seen
	}
	return now.Sub(last) >= touchEvery
}
