// Package day is the business day: which day a moment belongs to in a café's zone with its cut-off.
// Pure arithmetic on times that are passed in; 23- and 25-hour days included.
package day

import (
	"fmt"
	"time"
)

// Layout is how a business date is written.
const Layout = "2006-01-02"

// Calendar is a café's zone and cut-off (minutes after local midnight at which the business day ends).
type Calendar struct {
	Zone          *time.Location
	CutoffMinutes int
}

// Load makes a calendar from a zone's IANA name.
func Load(zone string, cutoffMinutes int) (Calendar, error) {
	if zone == "" || zone == "Local" {
		return Calendar{}, fmt.Errorf("time zone %q is not an IANA name", zone)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Calendar{}, fmt.Errorf("time zone %q is not an IANA name", zone)
	}
	if cutoffMinutes < 0 || cutoffMinutes > 1439 {
		return Calendar{}, fmt.Errorf("cut-off %d is not within 0 to 1439 minutes", cutoffMinutes)
	}
	return Calendar{Zone: location, CutoffMinutes: cutoffMinutes}, nil
}

// begins is the first moment of the business day of a calendar date: the cut-off on the wall clock. Where clocks are
// set forward over it, the day begins as they are; where they are set back over it, at the first of the two.
func (c Calendar) begins(year int, month time.Month, day int) time.Time {
	t := time.Date(year, month, day, 0, c.CutoffMinutes, 0, 0, c.Zone)
	// time.Date does not say which of two moments it takes, nor on which side of a gap it lands.
	start, end := t.ZoneBounds()
	asked := time.Date(year, month, day, 0, c.CutoffMinutes, 0, 0, time.UTC)
	_, offset := t.Zone()
	switch shown := t.Add(time.Duration(offset) * time.Second); {
	case shown.Before(asked):
		return end
	case shown.After(asked):
		return start
	}
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-time.Second).Zone()
	if first := t.Add(time.Duration(offset-before) * time.Second); before > offset && first.Before(start) {
		return first
	}
	return t
}

// Date is the business date a moment belongs to. It never runs backwards, also not on the night clocks are set back.
func (c Calendar) Date(t time.Time) string {
	y, m, d := t.In(c.Zone).Date()
	for back := -1; ; back++ {
		if begin := c.begins(y, m, d-back); !begin.After(t) {
			// Named by noon: the cut-off's own hour may not exist on that date.
			return time.Date(y, m, d-back, 12, 0, 0, 0, time.UTC).Format(Layout)
		}
	}
}

// Begins is the first moment of a business date.
func (c Calendar) Begins(date string) (time.Time, error) {
	t, err := time.Parse(Layout, date)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a date", date)
	}
	y, m, d := t.Date()
	return c.begins(y, m, d), nil
}

// NextCutoff is the first end of a business day after t.
func (c Calendar) NextCutoff(t time.Time) time.Time {
	y, m, d := t.In(c.Zone).Date()
	for ahead := -1; ; ahead++ {
		if begin := c.begins(y, m, d+ahead); begin.After(t) {
			return begin
		}
	}
}

// Hour is the local hour of a moment, 0 to 23.
func (c Calendar) Hour(t time.Time) int { return t.In(c.Zone).Hour() }
