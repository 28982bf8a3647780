package day

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests mean these rules, not the machine's

	"pgregory.net/rapid"
)

func load(t testing.TB, zone string, cutoff int) Calendar {
	t.Helper()
	c, err := Load(zone, cutoff)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestLoad(t *testing.T) {
	for _, bad := range []struct {
		zone   string
		cutoff int
	}{
		{"", 240}, {"Local", 240}, {"Africa/Nowhere", 240}, {"../etc/passwd", 240}, {"UTC", -1}, {"UTC", 1440},
	} {
		if _, err := Load(bad.zone, bad.cutoff); err == nil {
			t.Errorf("Load(%q, %d) is accepted", bad.zone, bad.cutoff)
		}
	}
}

func TestDate(t *testing.T) {
	tests := []struct {
		zone   string
		cutoff int
		at     string
		want   string
	}{
		// The evening belongs to the day that began in the morning.
		{"Africa/Casablanca", 240, "2026-05-02T23:30:00+01:00", "2026-05-02"},
		{"Africa/Casablanca", 240, "2026-05-03T03:59:59+01:00", "2026-05-02"},
		{"Africa/Casablanca", 240, "2026-05-03T04:00:00+01:00", "2026-05-03"},
		{"Africa/Casablanca", 0, "2026-05-02T23:59:59+01:00", "2026-05-02"},
		{"Africa/Casablanca", 0, "2026-05-03T00:00:00+01:00", "2026-05-03"},
		{"Africa/Casablanca", 1439, "2026-05-03T23:58:00+01:00", "2026-05-02"},
		{"America/New_York", 240, "2026-01-01T03:00:00-05:00", "2025-12-31"},
		{"Asia/Tokyo", 240, "2026-03-01T03:30:00+09:00", "2026-02-28"},
		// New York, 8 March 2026: 02:00 becomes 03:00. The day is an hour short.
		{"America/New_York", 240, "2026-03-08T03:59:59-04:00", "2026-03-07"},
		{"America/New_York", 240, "2026-03-08T04:00:00-04:00", "2026-03-08"},
		{"America/New_York", 240, "2026-03-09T03:59:59-04:00", "2026-03-08"},
		// A cut-off of 02:30 does not exist that night: the day begins as the clocks are set, not an hour before.
		{"America/New_York", 150, "2026-03-08T01:30:00-05:00", "2026-03-07"},
		{"America/New_York", 150, "2026-03-08T01:59:59-05:00", "2026-03-07"},
		{"America/New_York", 150, "2026-03-08T03:00:00-04:00", "2026-03-08"},
		{"America/New_York", 150, "2026-03-09T02:29:59-04:00", "2026-03-08"},
		// New York, 1 November 2026: 02:00 becomes 01:00. 01:30 is there twice; the day begins at the first.
		{"America/New_York", 90, "2026-11-01T01:29:59-04:00", "2026-10-31"},
		{"America/New_York", 90, "2026-11-01T01:30:00-04:00", "2026-11-01"},
		{"America/New_York", 90, "2026-11-01T01:00:00-05:00", "2026-11-01"},
		{"America/New_York", 90, "2026-11-01T01:30:00-05:00", "2026-11-01"},
		{"America/New_York", 240, "2026-11-01T03:59:59-05:00", "2026-10-31"},
		{"America/New_York", 240, "2026-11-01T04:00:00-05:00", "2026-11-01"},
		// Casablanca leaves its summer hour for Ramadan: back on 15 February 2026 at 03:00, on again on 22 March at 02:00.
		{"Africa/Casablanca", 240, "2026-02-15T02:59:59+01:00", "2026-02-14"},
		{"Africa/Casablanca", 240, "2026-02-15T03:59:59+00:00", "2026-02-14"},
		{"Africa/Casablanca", 240, "2026-02-15T04:00:00+00:00", "2026-02-15"},
		{"Africa/Casablanca", 150, "2026-02-15T02:29:59+01:00", "2026-02-14"},
		{"Africa/Casablanca", 150, "2026-02-15T02:30:00+01:00", "2026-02-15"},
		{"Africa/Casablanca", 150, "2026-02-15T02:00:00+00:00", "2026-02-15"},
		{"Africa/Casablanca", 150, "2026-03-22T01:59:59+00:00", "2026-03-21"},
		{"Africa/Casablanca", 150, "2026-03-22T03:00:00+01:00", "2026-03-22"},
		{"Africa/Casablanca", 240, "2026-03-22T03:59:59+01:00", "2026-03-21"},
		{"Africa/Casablanca", 240, "2026-03-22T04:00:00+01:00", "2026-03-22"},
		// Cairo sets its clocks at midnight: with a cut-off of 00:00 the day of 24 April begins at 01:00.
		{"Africa/Cairo", 0, "2026-04-23T23:59:59+02:00", "2026-04-23"},
		{"Africa/Cairo", 0, "2026-04-24T01:00:00+03:00", "2026-04-24"},
		{"Africa/Cairo", 1410, "2026-10-29T23:29:59+03:00", "2026-10-28"},
		{"Africa/Cairo", 1410, "2026-10-29T23:30:00+03:00", "2026-10-29"},
		{"Africa/Cairo", 1410, "2026-10-29T23:00:00+02:00", "2026-10-29"},
		// A shift of half an hour.
		{"Australia/Lord_Howe", 105, "2026-04-05T01:44:59+11:00", "2026-04-04"},
		{"Australia/Lord_Howe", 105, "2026-04-05T01:45:00+11:00", "2026-04-05"},
		{"Australia/Lord_Howe", 105, "2026-04-05T01:30:00+10:30", "2026-04-05"},
		// Samoa had no 30 December 2011.
		{"Pacific/Apia", 0, "2011-12-29T23:59:59-10:00", "2011-12-29"},
		{"Pacific/Apia", 0, "2011-12-31T00:00:00+14:00", "2011-12-31"},
	}
	for _, tt := range tests {
		c := load(t, tt.zone, tt.cutoff)
		if got := c.Date(moment(t, tt.at)); got != tt.want {
			t.Errorf("%s, cut-off %d: %s belongs to %s, want %s", tt.zone, tt.cutoff, tt.at, got, tt.want)
		}
	}
}

func TestLengthOfDays(t *testing.T) {
	tests := []struct {
		zone   string
		cutoff int
		date   string
		want   time.Duration
	}{
		{"America/New_York", 240, "2026-03-06", 24 * time.Hour},
		{"America/New_York", 240, "2026-03-07", 23 * time.Hour},
		{"America/New_York", 0, "2026-03-08", 23 * time.Hour},
		{"America/New_York", 150, "2026-03-07", 23*time.Hour + 30*time.Minute},
		{"America/New_York", 150, "2026-03-08", 23*time.Hour + 30*time.Minute},
		{"America/New_York", 240, "2026-10-31", 25 * time.Hour},
		{"America/New_York", 0, "2026-11-01", 25 * time.Hour},
		{"America/New_York", 90, "2026-11-01", 25 * time.Hour},
		{"Africa/Casablanca", 240, "2026-02-14", 25 * time.Hour},
		{"Africa/Casablanca", 150, "2026-02-15", 25 * time.Hour},
		{"Africa/Casablanca", 240, "2026-03-21", 23 * time.Hour},
		{"Africa/Casablanca", 150, "2026-03-21", 23*time.Hour + 30*time.Minute},
		{"Africa/Cairo", 0, "2026-04-24", 23 * time.Hour},
	}
	for _, tt := range tests {
		c := load(t, tt.zone, tt.cutoff)
		from, err := c.Begins(tt.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.NextCutoff(from).Sub(from); got != tt.want {
			t.Errorf("%s, cut-off %d: %s lasts %s, want %s", tt.zone, tt.cutoff, tt.date, got, tt.want)
		}
	}
}

func TestBegins(t *testing.T) {
	c := load(t, "Africa/Casablanca", 240)
	got, err := c.Begins("2026-05-02")
	if want := moment(t, "2026-05-02T04:00:00+01:00"); err != nil || !got.Equal(want) {
		t.Errorf("Begins = %s, %v; want %s", got, err, want)
	}
	for _, bad := range []string{"", "2026-5-2", "2026-02-30", "02.05.2026", "2026-05-02T04:00:00Z"} {
		if _, err := c.Begins(bad); err == nil {
			t.Errorf("Begins(%q) is accepted", bad)
		}
	}
}

func TestNextCutoff(t *testing.T) {
	c := load(t, "Africa/Casablanca", 240)
	for at, want := range map[string]string{
		"2026-05-02T03:59:59+01:00": "2026-05-02T04:00:00+01:00",
		"2026-05-02T04:00:00+01:00": "2026-05-03T04:00:00+01:00",
		"2026-05-02T23:00:00+01:00": "2026-05-03T04:00:00+01:00",
		"2026-02-14T12:00:00+01:00": "2026-02-15T04:00:00+00:00",
	} {
		if got := c.NextCutoff(moment(t, at)); !got.Equal(moment(t, want)) {
			t.Errorf("after %s: %s, want %s", at, got, want)
		}
	}
}

func TestHour(t *testing.T) {
	c := load(t, "America/New_York", 240)
	for at, want := range map[string]int{
		"2026-03-08T06:59:59Z": 1, "2026-03-08T07:00:00Z": 3, // no hour 2
		"2026-11-01T05:30:00Z": 1, "2026-11-01T06:30:00Z": 1, // hour 1 twice
		"2026-07-01T03:59:00Z": 23,
	} {
		if got := c.Hour(moment(t, at)); got != want {
			t.Errorf("%s is in hour %d, want %d", at, got, want)
		}
	}
}

var zones = []string{
	"Africa/Casablanca", "America/New_York", "Africa/Cairo", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo",
	"America/Santiago", "Pacific/Apia", "Asia/Kathmandu", "America/Havana", "Asia/Beirut", "America/St_Johns", "UTC",
}

// A moment lies within the day it belongs to, days follow each other, and time never leads to an earlier day.
func TestDaysTileTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := load(t, rapid.SampledFrom(zones).Draw(rt, "zone"), rapid.IntRange(0, 1439).Draw(rt, "cutoff"))
		at := time.Unix(rapid.Int64Range(1_262_304_000, 2_240_524_800).Draw(rt, "at"), 0) // 2010 to 2040
		checkDay(rt.Fatalf, c, at)
		later := at.Add(time.Duration(rapid.IntRange(0, 200_000).Draw(rt, "seconds")) * time.Second)
		if c.Date(later) < c.Date(at) {
			rt.Fatalf("%s belongs to %s, %s to %s", at, c.Date(at), later, c.Date(later))
		}
	})
}

// Around every change of the clocks in twenty years, for every quarter of an hour as cut-off.
func TestDaysTileTimeWhereClocksChange(t *testing.T) {
	for _, zone := range zones {
		location := load(t, zone, 0).Zone
		for at := time.Date(2010, 1, 1, 0, 0, 0, 0, location); at.Year() < 2030; {
			_, change := at.ZoneBounds()
			if change.IsZero() {
				break
			}
			for cutoff := 0; cutoff < 1440; cutoff += 15 {
				c := Calendar{Zone: location, CutoffMinutes: cutoff}
				for _, off := range []time.Duration{-time.Hour, -time.Second, 0, time.Second, time.Hour} {
					checkDay(t.Fatalf, c, change.Add(off))
				}
			}
			at = change
		}
	}
}

func checkDay(fatal func(string, ...any), c Calendar, at time.Time) {
	date := c.Date(at)
	from, err := c.Begins(date)
	if err != nil {
		fatal("%s: %v", date, err)
		return
	}
	end := c.NextCutoff(at)
	if from.After(at) || !end.After(at) {
		fatal("%s, cut-off %d: %s belongs to %s, which runs from %s to %s", c.Zone, c.CutoffMinutes, at, date, from, end)
	}
	if c.Date(from) != date || c.Date(end.Add(-1)) != date || c.Date(end) <= date {
		fatal("%s, cut-off %d: %s runs from %s (%s) to %s (%s)", c.Zone, c.CutoffMinutes, date, from, c.Date(from), end, c.Date(end))
	}
}
