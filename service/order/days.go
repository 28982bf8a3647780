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
