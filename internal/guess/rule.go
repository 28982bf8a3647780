// Package guess slows guessing down: it decides, before anything costly is evaluated, whether a further try may be
// made. It knows no account and no password, and it never locks for good.
//
// Two rules work together. A pace per (subject, place), a place being a network or a device: three tries are free,
// then each wait is twice the one before, to 15 minutes. And budgets over all places where the subject has never
// succeeded, so that a hundred addresses guess no faster than a few: whoever succeeded from a place before, and keeps
// to the pace there, is not touched by what strangers do.
package guess

import "time"

// The pace of one subject at one place.
const (
	FreeTries = 3
	FirstWait = time.Second
	LongWait  = 15 * time.Minute
	// Forgotten is how long without a try clears the count.
	Forgotten = 12 * time.Hour
	// Remembered is how long a success keeps a place known.
	Remembered = 90 * 24 * time.Hour
)

// Pace is what is remembered of a subject at a place.
type Pace struct {
	Tries   int       // without success in between
	Until   time.Time // no further try before
	KnownAt time.Time // the last success; zero: never
	LastAt  time.Time // the last try
}

// Known tells whether the subject succeeded here not too long ago.
func (p Pace) Known(now time.Time) bool {
	return !p.KnownAt.IsZero() && now.Sub(p.KnownAt) < Remembered
}

// Wait is how long a try must still wait; 0: it may be made.
func (p Pace) Wait(now time.Time) time.Duration {
	wait := p.Until.Sub(now)
	if wait <= 0 || wait > LongWait { // longer than we ever set: the clock was put back, which is no fault of theirs
		return 0
	}
	return wait
}

// Try counts a try that begins now. It counts as failed until Success says otherwise, so that tries at the same
// moment are not all free.
func (p Pace) Try(now time.Time) Pace {
	if now.Sub(p.LastAt) > Forgotten {
		p.Tries = 0
	}
	p.Tries++
	p.LastAt, p.Until = now, now
	if over := p.Tries - FreeTries; over >= 0 {
		wait := LongWait
		if over < 20 {
			wait = min(LongWait, FirstWait<<over)
		}
		p.Until = now.Add(wait)
	}
	return p
}

// Success clears the count and makes the place known.
func (p Pace) Success(now time.Time) Pace {
	return Pace{KnownAt: now, LastAt: now, Until: now}
}

// Limit is a budget: so many at once, and one more in every interval.
type Limit struct {
	Burst int
	Every time.Duration
}

// The budgets of tries from places where the subject has not succeeded yet.
var (
	// PerSubject is over all places of one subject: 90 in the first hour of an attack, 60 in each further one.
	PerSubject = Limit{Burst: 30, Every: time.Minute}
	// PerNetwork is over all subjects of one network: it bounds trying one password on many names. A café's whole
	// staff may sit behind one address, so it is wide.
	PerNetwork = Limit{Burst: 300, Every: 5 * time.Second}
)

// Take takes one from a budget whose mark is given (the zero time: never touched) and returns the new mark and no
// wait, or the wait until one is free. The mark is the moment at which the budget is full again.
func (l Limit) Take(mark, now time.Time) (time.Time, time.Duration) {
	full := time.Duration(l.Burst) * l.Every
	if mark.Before(now) || mark.Sub(now) > full { // further than we ever set: the clock was put back
		mark = now
	}
	mark = mark.Add(l.Every)
	if wait := mark.Sub(now) - full; wait > 0 {
		return mark, wait
	}
	return mark, 0
}

// Return puts one back after a success: only failures are to cost.
func (l Limit) Return(mark time.Time) time.Time { return mark.Add(-l.Every) }
