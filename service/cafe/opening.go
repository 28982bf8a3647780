package cafe

import (
	"cmp"
	"slices"
	"time"

	"coffee/internal/day"
)

// openingHorizon is how many days ahead an opening is looked for, in both directions: an end further away than that
// is "never" for whoever stands at the door.
const openingHorizon = 60

// Doors is whether a café is open, and when that changes.
type Doors struct {
	Open     bool
	ClosesAt time.Time // while open; zero: it never closes
	OpensAt  time.Time // while closed; zero: not within the horizon
}

// stretch is a stretch of opening time, its end excluded.
type stretch struct{ from, to time.Time }

// DoorsAt is a café's doors at t. Spans that touch or overlap (one until midnight, the next from midnight) are one
// opening, and its end the end of the last. An archived café, and one that has told no hours, never opens.
func DoorsAt(c Cafe, t time.Time) (Doors, error) {
	if c.Archived() {
		return Doors{}, nil
	}
	h, err := c.hours()
	if err != nil {
		return Doors{}, err
	}
	// Nearly always the next few days tell; a list of cafés should not work out two months of each.
	for _, days := range []int{3, openingHorizon} {
		for _, s := range stretches(h, t, days) {
			switch {
			case !t.Before(s.to):
			case t.Before(s.from):
				return Doors{OpensAt: s.from.UTC()}, nil
			case s.to.Sub(t) < time.Duration(days)*24*time.Hour:
				return Doors{Open: true, ClosesAt: s.to.UTC()}, nil
			case days == openingHorizon:
				return Doors{Open: true}, nil
			}
		}
	}
	return Doors{}, nil
}

// stretches is the opening times from two days before t to two days behind the last, in order and joined where they touch.
func stretches(h day.Hours, t time.Time, days int) []stretch {
	var all []stretch
	y, m, d := t.In(h.Zone).Date()
	for ahead := -2; ahead <= days+2; ahead++ {
		date := time.Date(y, m, d+ahead, 12, 0, 0, 0, time.UTC)
		for _, s := range h.Of(date) {
			if one := (stretch{h.Moment(date, s.Opens), h.Moment(date, s.Closes)}); one.from.Before(one.to) {
				all = append(all, one)
			}
		}
	}
	slices.SortFunc(all, func(a, b stretch) int {
		return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to))
	})
	var joined []stretch
	for _, s := range all {
		if last := len(joined) - 1; last >= 0 && !s.from.After(joined[last].to) {
			if s.to.After(joined[last].to) {
				joined[last].to = s.to
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}
