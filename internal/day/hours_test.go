package day

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestHoursOpenAt(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	h := Hours{
		Zone: newYork,
		Exceptions: map[string][]Span{
			"2026-12-25": nil,
			"2026-12-31": {{Opens: 10 * 60, Closes: 26 * 60}},
			"2027-01-01": nil,
		},
	}
	for weekday := range 7 {
		h.Weekly[weekday] = []Span{{Opens: 7 * 60, Closes: 12 * 60}, {Opens: 13 * 60, Closes: 19 * 60}}
	}
	h.Weekly[time.Saturday] = []Span{{Opens: 8 * 60, Closes: 25*60 + 30}} // until 01:30 on Sunday
	h.Weekly[time.Monday] = nil

	at := func(text string) time.Time {
		t.Helper()
		at, err := time.Parse("2006-01-02 15:04 -0700", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		at   string
		open bool
		why  string
	}{
		{"2026-11-24 07:00 -0500", true, "the first minute counts"},
		{"2026-11-24 06:59 -0500", false, "a minute early"},
		{"2026-11-24 12:00 -0500", false, "the closing minute does not count"},
		{"2026-11-24 12:30 -0500", false, "between two spans"},
		{"2026-11-24 18:59 -0500", true, "the second span"},
		{"2026-11-24 12:00 +0000", true, "another zone's clock: 07:00 in New York"},
		{"2026-11-23 10:00 -0500", false, "Mondays closed"},
		{"2026-11-29 01:29 -0500", true, "Saturday's span past midnight"},
		{"2026-11-29 01:30 -0500", false, "Saturday's span is over"},
		{"2026-12-25 10:00 -0500", false, "closed by exception"},
		{"2026-12-31 08:00 -0500", false, "the exception replaces the weekly hours"},
		{"2027-01-01 01:59 -0500", true, "New Year's Eve goes on into a closed date"},
		{"2027-01-01 02:00 -0500", false, "and ends"},
		// Clocks go back on 1 November 2026 at 02:00: 01:30 comes twice, the night is an hour longer.
		{"2026-11-01 01:29 -0400", true, "before the first 01:30"},
		{"2026-11-01 01:45 -0400", false, "after the first 01:30"},
		{"2026-11-01 01:15 -0500", false, "01:15 for the second time: it stays closed"},
		{"2026-11-01 07:00 -0500", true, "the morning after, by the wall clock"},
		{"2026-11-01 06:30 -0500", false, "half an hour before opening by the wall clock"},
		// Clocks go forward on 8 March 2026 at 02:00.
		{"2026-03-08 07:00 -0400", true, "summer time from the first day"},
		{"2026-03-08 06:59 -0400", false, "not an hour early"},
	} {
		if got := h.OpenAt(at(c.at)); got != c.open {
			t.Errorf("%s: open %v, want %v (%s)", c.at, got, c.open, c.why)
		}
	}
}

// The two sides of the Atlantic: time.Date picks differently there.
func TestHoursOnTheNightsClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone           string
		spring         string // the moment the gap begins, in UTC
		autumn         string // the moment the hour is repeated
		skipped, twice int    // a wall-clock minute inside the gap, and one that comes twice
	}{
		{"America/New_York", "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z", 2*60 + 30, 60 + 30},
		{"Europe/Paris", "2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", 2*60 + 30, 2*60 + 30},
		{"Africa/Cairo", "2026-04-23T22:00:00Z", "2026-10-29T21:00:00Z", 30, 23*60 + 30}, // at midnight
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		when := func(text string) time.Time {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		opens := Hours{Zone: zone}
		for weekday := range 7 {
			opens.Weekly[weekday] = []Span{{Opens: c.skipped, Closes: c.skipped + 300}}
		}
		gap := when(c.spring)
		if opens.OpenAt(gap.Add(-time.Second)) || !opens.OpenAt(gap) {
			t.Errorf("%s: an opening time that is skipped does not count right after the gap", c.zone)
		}
		closes := Hours{Zone: zone}
		for weekday := range 7 {
			closes.Weekly[weekday] = []Span{{Opens: 0, Closes: c.twice}}
		}
		first := when(c.autumn).Add(-30 * time.Minute)
		if !closes.OpenAt(first.Add(-time.Second)) || closes.OpenAt(first) || closes.OpenAt(first.Add(59*time.Minute)) {
			t.Errorf("%s: a closing time that comes twice does not count the first time", c.zone)
		}
	}
}

func TestNoHoursIsClosed(t *testing.T) {
	if (Hours{Zone: time.UTC}).OpenAt(time.Date(2026, 5, 5, 12, 0, 0, 0, time.UTC)) {
		t.Error("open without any hours")
	}
}
