package day

import "time"

// Span is a stretch of opening time in minutes after local midnight: opens 0 to 1439, closes later, up to 1800
// (06:00 of the next day).
type Span struct {
	Opens  int `json:"opens"`
	Closes int `json:"closes"`
}

// MaxCloses is the latest a span may end: 06:00 of the next day.
const MaxCloses = 1800

// Hours are opening hours in a zone: spans by weekday, replaced as a whole on the dates that have an exception.
type Hours struct {
	Zone *time.Location
	// Weekly holds the spans of Sunday (0) to Saturday (6).
	Weekly [7][]Span
	// Exceptions holds the spans of a date (Layout); a date with none is closed.
	Exceptions map[string][]Span
}

// Of is the spans that begin on a calendar date.
func (h Hours) Of(date time.Time) []Span {
	if spans, ok := h.Exceptions[date.Format(Layout)]; ok {
		return spans
	}
	return h.Weekly[date.Weekday()]
}

// OpenAt tells whether t is within opening hours. A span that passes midnight belongs to the date it began on, also
// where the next date is closed. Times are what the clock on the wall shows: on the night clocks are set back, a
// closing time that comes twice counts the first time; an opening time that is skipped counts right after the gap.
func (h Hours) OpenAt(t time.Time) bool {
	y, m, d := t.In(h.Zone).Date()
	for back := range 2 {
		date := time.Date(y, m, d-back, 12, 0, 0, 0, time.UTC)
		for _, s := range h.Of(date) {
			opens, closes := h.Moment(date, s.Opens), h.Moment(date, s.Closes)
			if !t.Before(opens) && t.Before(closes) {
				return true
			}
		}
	}
	return false
}

// Moment is when the wall clock shows a time of a date. time.Date leaves open which of two it means, or which side of
// a gap, and decides otherwise in Paris than in New York; so it is decided here.
func (h Hours) Moment(date time.Time, minutes int) time.Time {
	y, m, d := date.Date()
	t := time.Date(y, m, d, 0, minutes, 0, 0, h.Zone)
	start, end := t.ZoneBounds()
	wanted := time.Date(y, m, d, 0, minutes, 0, 0, time.UTC)
	_, offset := t.Zone()
	switch shown := t.Add(time.Duration(offset) * time.Second).UTC(); {
	case shown.Before(wanted): // skipped, answered with a time before the gap
		return end
	case shown.After(wanted): // skipped, answered with a time after it
		return start
	case start.IsZero():
		return t
	}
	_, before := start.Add(-time.Second).Zone()
	if first := t.Add(-time.Duration(before-offset) * time.Second); first.Before(start) && before > offset {
		return first
	}
	return t
}
