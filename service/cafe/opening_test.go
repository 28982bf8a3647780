package cafe

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/day"
)

func TestDoorsAt(t *testing.T) {
	always := make([]Opening, 7)
	for i := range always {
		always[i] = Opening{Weekday: i + 1, Span: day.Span{Opens: 0, Closes: 1440}}
	}
	for name, c := range map[string]struct {
		change func(*Cafe)
		at     string
		open   bool
		when   string // closes or opens; empty: nothing told
	}{
		"open":                         {nil, "2026-05-04T07:00:00+01:00", true, "2026-05-04T19:00:00+01:00"},
		"before opening":               {nil, "2026-05-04T06:59:00+01:00", false, "2026-05-04T07:00:00+01:00"},
		"at closing":                   {nil, "2026-05-04T19:00:00+01:00", false, "2026-05-09T08:00:00+01:00"},
		"Saturday's night":             {nil, "2026-05-10T01:30:00+01:00", true, "2026-05-10T02:00:00+01:00"},
		"between its night and Sunday": {nil, "2026-05-10T02:00:00+01:00", false, "2026-05-10T08:00:00+01:00"},
		"closed by exception":          {func(c *Cafe) { c.Exceptions[0].Date = "2026-05-04" }, "2026-05-04T10:00:00+01:00", false, "2026-05-09T08:00:00+01:00"},
		"a day behind an exception":    {func(c *Cafe) { c.Exceptions[0].Date = "2026-05-09" }, "2026-05-08T10:00:00+01:00", false, "2026-05-10T08:00:00+01:00"},
		"by exception for longer than ours": {func(c *Cafe) {
			c.Exceptions[0].Date, c.Exceptions[0].Spans = "2026-05-04", []day.Span{{Opens: 420, Closes: 1300}}
		}, "2026-05-04T20:00:00+01:00", true, "2026-05-04T21:40:00+01:00"},
		"spans that touch at midnight": {func(c *Cafe) {
			c.Hours = []Opening{{6, day.Span{Opens: 480, Closes: 1440}}, {7, day.Span{Opens: 0, Closes: 120}}}
		}, "2026-05-09T23:00:00+01:00", true, "2026-05-10T02:00:00+01:00"},
		"never closed":      {func(c *Cafe) { c.Hours, c.Exceptions = always, nil }, "2026-05-04T07:00:00+01:00", true, ""},
		"no hours told":     {func(c *Cafe) { c.Hours, c.Exceptions = nil, nil }, "2026-05-04T07:00:00+01:00", false, ""},
		"one day in a year": {func(c *Cafe) { c.Hours, c.Exceptions[0].Spans = nil, []day.Span{{Opens: 600, Closes: 660}} }, "2026-06-30T07:00:00+01:00", false, "2026-07-30T10:00:00+01:00"},
		"archived":          {func(c *Cafe) { c.ArchivedAt = time.Now() }, "2026-05-04T10:00:00+01:00", false, ""},
		// Casablanca leaves its summer hour on Sunday 15 February 2026 at 03:00: 08:00 is an hour later.
		"over a change of clocks": {nil, "2026-02-15T02:30:00+01:00", false, "2026-02-15T08:00:00+00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			cafe := sample()
			if c.change != nil {
				c.change(&cafe)
			}
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			doors, err := DoorsAt(cafe, at)
			if err != nil || doors.Open != c.open {
				t.Fatalf("open %v, %v", doors.Open, err)
			}
			when, other := doors.OpensAt, doors.ClosesAt
			if c.open {
				when, other = other, when
			}
			want, _ := time.Parse(time.RFC3339, c.when) // the zero time where nothing is told
			if !when.Equal(want) || !other.IsZero() {
				t.Errorf("it changes %v (and %v), want %v", when, other, want)
			}
		})
	}
	broken := sample()
	broken.TimeZone = "Mars/Olympus"
	if _, err := DoorsAt(broken, time.Now()); err == nil {
		t.Error("no error for an unknown zone")
	}
}

// Whatever the hours, doors and OpenAt agree, and just before the told moment nothing has changed yet.
func TestDoorsAgreeWithOpenAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := sample()
		c.TimeZone = rapid.SampledFrom([]string{"Africa/Casablanca", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"}).Draw(t, "zone")
		c.Hours = nil
		for weekday := 1; weekday <= 7; weekday++ {
			if opens := rapid.IntRange(0, 1439).Draw(t, "opens"); rapid.Bool().Draw(t, "opens at all") {
				c.Hours = append(c.Hours, Opening{weekday, day.Span{Opens: opens, Closes: rapid.IntRange(opens+1, day.MaxCloses).Draw(t, "closes")}})
			}
		}
		at := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 365*24*60).Draw(t, "minute"), 0, 0, time.UTC)
		doors, err := DoorsAt(c, at)
		if err != nil {
			t.Fatal(err)
		}
		open := func(at time.Time) bool {
			is, err := OpenAt(c, at)
			if err != nil {
				t.Fatal(err)
			}
			return is
		}
		if open(at) != doors.Open {
			t.Fatalf("%v: OpenAt says %v, the doors %+v", at, open(at), doors)
		}
		change := doors.OpensAt
		if doors.Open {
			change = doors.ClosesAt
		}
		if change.IsZero() {
			return
		}
		if !change.After(at) || open(change) == doors.Open || open(change.Add(-time.Second)) != doors.Open {
			t.Fatalf("%v: the doors do not change at %v", at, change)
		}
	})
}
