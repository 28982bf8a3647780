package order

import (
	"time"

	"coffee/internal/day"
)

// closesAfter is how long a business day stays open behind its cut-off when no Z report closes it.
const closesAfter = 72 * time.Hour

// dayClosed tells whether a business date takes no more bookings.
func dayClosed(calendar day.Calendar, date string, now time.Time) bool {
	ends, err := dayEnds(calendar, date)
	return err == nil && !now.Before(ends.Add(closesAfter))
}

// dayEnds is the cut-off that ends a business date.
func dayEnds(calendar day.Calendar, date string) (time.Time, error) {
	t, err := time.Parse(day.Layout, date)
	if err != nil {
		return time.Time{}, err
	}
	return calendar.Begins(t.AddDate(0, 0, 1).Format(day.Layout))
}

// booking is the day a correction is booked to, and the closed day it mends, if any.
func booking(calendar day.Calendar, date string, now time.Time) (booked, mends string) {
	if dayClosed(calendar, date, now) {
		return calendar.Date(now), date
	}
	return date, ""
}

// Span is a stretch of opening, in minutes after local midnight; Closes may pass midnight.
type Span struct{ Opens, Closes int32 }

// Hours are a café's opening hours: by weekday (1 Monday to 7 Sunday), and the dates that differ.
type Hours struct {
	Week       map[int32][]Span
	Exceptions map[string][]Span
}

// OpenAt tells whether a moment, in the café's zone, is within its hours. A café that named no hours at all is
// always open.
func (h Hours) OpenAt(local time.Time) bool {
	if len(h.Week) == 0 && len(h.Exceptions) == 0 {
		return true
	}
	minute := int32(local.Hour()*60 + local.Minute())
	// By calendar date, not by 24 hours: the day before may have 23 or 25 of them.
	y, m, d := local.Date()
	return within(h.on(y, m, d), minute) || within(h.on(y, m, d-1), minute+1440)
}

func (h Hours) on(y int, m time.Month, d int) []Span {
	date := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	if spans, ok := h.Exceptions[date.Format(day.Layout)]; ok {
		return spans
	}
	weekday := int32(date.Weekday())
	if weekday == 0 {
		weekday = 7
	}
	return h.Week[weekday]
}

func within(spans []Span, minute int32) bool {
	for _, s := range spans {
		closes := s.Closes
		if closes <= s.Opens { // 22:00 to 02:00
			closes += 1440
		}
		if minute >= s.Opens && minute < closes {
			return true
		}
	}
	return false
}
