package menu

import (
	"time"

	"coffee/internal/day"
)

// Start is when a release takes over.
type Start string

// The starts a publisher can ask for.
const (
	StartNow        Start = "now"
	StartNextCutoff Start = "next_cutoff"
)

// Release is one frozen catalogue. Its number is 1, 2, 3 … without gaps.
type Release struct {
	Number      int64
	Note        string
	Start       Start
	PublishedAt time.Time
	PublishedBy string // the admin's id
	ItemCount   int32
}

// StartFor is the start that a release really gets. The chain's very first release starts at once, whatever was asked:
// before it there is nothing to sell, and a new chain should not wait until four in the morning.
func StartFor(number int64, asked Start) Start {
	if number == 1 {
		return StartNow
	}
	if asked == "" {
		return StartNextCutoff
	}
	return asked
}

// StartsAt is when a release starts in a café: at once, or at the café's first cut-off after it was published.
func (r Release) StartsAt(c day.Calendar) time.Time {
	if r.Start == StartNow {
		return r.PublishedAt
	}
	return c.NextCutoff(r.PublishedAt).UTC()
}

// Started tells whether a release has started in a café. One that starts at once has, by any clock that reads it.
func (r Release) Started(c day.Calendar, now time.Time) bool {
	return r.Start == StartNow || !r.StartsAt(c).After(now)
}

// InForce is the highest release that has started in a café, and false before any has. The releases are 1, 2, 3 … in
// order. A release that starts now overtakes an earlier one that still waits for its cut-off: that one never comes.
func InForce(releases []Release, c day.Calendar, now time.Time) (Release, bool) {
	for i := len(releases) - 1; i >= 0; i-- {
		if releases[i].Started(c, now) {
			return releases[i], true
		}
	}
	return Release{}, false
}

// SupersededAt is when the first of the later releases starts in a café; it may lie ahead, and is zero when there is
// no later one.
func SupersededAt(releases []Release, number int64, c day.Calendar) time.Time {
	var first time.Time
	for _, later := range releases[min(number, int64(len(releases))):] {
		if !first.IsZero() && !later.PublishedAt.Before(first) {
			break // no release starts before it is published
		}
		if at := later.StartsAt(c); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// SoldOut is one 86: what cannot be had in a café, since and until when, and who said so.
type SoldOut struct {
	CafeID string
	Kind   Kind
	ID     string
	Since  time.Time
	Until  time.Time
	By     string
}

// Said is the 86 after somebody says it again: it has been sold out since the first time; the last word counts for
// how long. The same words again change nothing.
func (s SoldOut) Said(until time.Time, by string) SoldOut {
	if !s.Until.Equal(until) {
		s.Until, s.By = until, by
	}
	return s
}
