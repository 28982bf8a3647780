package cafe

import (
	"cmp"
	"slices"
	"time"

	"coffee/internal/day"
	"coffee/internal/errs"
)

// OpenAt tells whether t is within the café's opening hours. A café that has told no hours, or is archived, is not
// open: phones cannot order there; the counter always can.
func OpenAt(c Cafe, t time.Time) (bool, error) {
	if c.Archived() {
		return false, nil
	}
	h, err := c.hours()
	return err == nil && h.OpenAt(t), err
}

// hours is the café's opening hours as day knows them.
func (c Cafe) hours() (day.Hours, error) {
	calendar, err := day.Load(c.TimeZone, c.CutoffMinutes)
	if err != nil {
		return day.Hours{}, err
	}
	h := day.Hours{Zone: calendar.Zone, Exceptions: make(map[string][]day.Span, len(c.Exceptions))}
	for _, o := range c.Hours {
		h.Weekly[o.Weekday%7] = append(h.Weekly[o.Weekday%7], o.Span) // 7 is Sunday, which Go calls 0
	}
	for _, e := range c.Exceptions {
		h.Exceptions[e.Date] = e.Spans
	}
	return h, nil
}

const week = 7 * 24 * 60

// checkHours refuses spans that run backwards, too long, or into one another, a Sunday's night into Monday included.
func (c Cafe) checkHours() error {
	type stretch struct{ from, to int }
	var all []stretch
	for i, o := range c.Hours {
		if o.Weekday < 1 || o.Weekday > 7 || !sound(o.Span) {
			return errs.Invalid("invalid_hours", "Opening hours begin before they end, at the latest at 06:00 of the next day.").
				Field("hours", "span %d is not a span of a weekday", i)
		}
		start := (o.Weekday - 1) * 24 * 60
		all = append(all, stretch{start + o.Opens, start + o.Closes})
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	for i, s := range all {
		next := stretch{from: all[0].from + week}
		if i+1 < len(all) {
			next = all[i+1]
		}
		if s.to > next.from {
			return errs.Invalid("invalid_hours", "Two opening hours overlap.").Field("hours", "overlap")
		}
	}
	for i, e := range c.Exceptions {
		if d, err := time.Parse(day.Layout, e.Date); err != nil || d.Format(day.Layout) != e.Date {
			return errs.Invalid("invalid_hours", "%q is not a date.", e.Date).Field("exceptions", "%q is not a date", e.Date)
		}
		if i > 0 && c.Exceptions[i-1].Date == e.Date {
			return errs.Invalid("invalid_hours", "%s has two exceptions.", e.Date).Field("exceptions", "%s twice", e.Date)
		}
		for j, s := range e.Spans {
			if !sound(s) || j > 0 && e.Spans[j-1].Closes > s.Opens {
				return errs.Invalid("invalid_hours", "The hours of %s run backwards or into one another.", e.Date).
					Field("exceptions", "%s: span %d", e.Date, j)
			}
		}
	}
	return nil
}

func sound(s day.Span) bool {
	return s.Opens >= 0 && s.Opens <= 1439 && s.Closes > s.Opens && s.Closes <= day.MaxCloses
}

// The sorted forms are nil when empty, so that what comes back from the store compares equal.

func sortedRates(in []Rate) []Rate {
	return sorted(in, func(a, b Rate) int { return cmp.Compare(a.Code, b.Code) })
}

func sortedHours(in []Opening) []Opening {
	return sorted(in, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.Opens, b.Opens), cmp.Compare(a.Closes, b.Closes))
	})
}

func sortedExceptions(in []Exception) []Exception {
	out := sorted(in, func(a, b Exception) int { return cmp.Compare(a.Date, b.Date) })
	for i := range out {
		out[i].Note = tidy(out[i].Note)
		out[i].Spans = sorted(out[i].Spans, func(a, b day.Span) int {
			return cmp.Or(cmp.Compare(a.Opens, b.Opens), cmp.Compare(a.Closes, b.Closes))
		})
	}
	return out
}

func sorted[T any](in []T, compare func(a, b T) int) []T {
	if len(in) == 0 {
		return nil
	}
	out := slices.Clone(in)
	slices.SortFunc(out, compare)
	return out
}
