package cafe

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"coffee/internal/day"
	"coffee/internal/errs"
)

func sample() Cafe {
	return Cafe{
		ID: "0199a000-0000-7000-8000-000000000001", Name: "Medina", City: "Fès", TimeZone: "Africa/Casablanca",
		Currency: "MAD", CutoffMinutes: 240, DefaultService: TakeAway, Version: 1,
		Tax: Tax{Mode: Inclusive, Rates: []Rate{{Code: "standard", EatIn: 1000, TakeAway: 1000}}},
		Hours: []Opening{
			{1, day.Span{Opens: 420, Closes: 1140}},
			{6, day.Span{Opens: 480, Closes: 1560}},
			{7, day.Span{Opens: 480, Closes: 1140}},
		},
		Exceptions: []Exception{{Date: "2026-07-30", Note: "Throne Day"}},
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Cafe)
		code   string
	}{
		"as it should be":      {func(*Cafe) {}, ""},
		"no hours":             {func(c *Cafe) { c.Hours = nil }, ""},
		"blank name":           {func(c *Cafe) { c.Name = "  " }, "invalid_name"},
		"control character":    {func(c *Cafe) { c.Name = "Medi\x00na" }, "invalid_name"},
		"not a zone":           {func(c *Cafe) { c.TimeZone = "Africa/Casablanka" }, "invalid_time_zone"},
		"the server's zone":    {func(c *Cafe) { c.TimeZone = "Local" }, "invalid_time_zone"},
		"a path":               {func(c *Cafe) { c.TimeZone = "../etc/passwd" }, "invalid_time_zone"},
		"not a currency":       {func(c *Cafe) { c.Currency = "ZZZ" }, "unknown_currency"},
		"cut-off too late":     {func(c *Cafe) { c.CutoffMinutes = 1440 }, "invalid_cutoff"},
		"a place":              {func(c *Cafe) { c.Location = &Location{-90_000_000, 180_000_000} }, ""},
		"south of the pole":    {func(c *Cafe) { c.Location = &Location{-90_000_001, 0} }, "invalid_location"},
		"round the world":      {func(c *Cafe) { c.Location = &Location{0, 180_000_001} }, "invalid_location"},
		"unknown service":      {func(c *Cafe) { c.DefaultService = "drive_in" }, "invalid_service"},
		"unknown tax mode":     {func(c *Cafe) { c.Tax.Mode = "none" }, "invalid_tax"},
		"tax code twice":       {func(c *Cafe) { c.Tax.Rates = append(c.Tax.Rates, c.Tax.Rates[0]) }, "invalid_tax"},
		"tax above everything": {func(c *Cafe) { c.Tax.Rates[0].EatIn = 10001 }, "invalid_tax"},
		"backwards":            {func(c *Cafe) { c.Hours[0].Closes = 420 }, "invalid_hours"},
		"after six":            {func(c *Cafe) { c.Hours[0].Closes = 1801 }, "invalid_hours"},
		"eighth day":           {func(c *Cafe) { c.Hours[0].Weekday = 8 }, "invalid_hours"},
		"same day overlap": {func(c *Cafe) {
			c.Hours = append(c.Hours, Opening{1, day.Span{Opens: 1139, Closes: 1200}})
		}, "invalid_hours"},
		"night into the next day": {func(c *Cafe) { c.Hours[2].Opens = 100 }, "invalid_hours"},
		"Sunday night into Monday": {func(c *Cafe) {
			c.Hours[2].Closes = 1800
			c.Hours[0].Opens = 300
		}, "invalid_hours"},
		"touching is no overlap": {func(c *Cafe) { c.Hours[2].Opens = 120 }, ""},
		"no such date":           {func(c *Cafe) { c.Exceptions[0].Date = "2026-02-30" }, "invalid_hours"},
		"date twice":             {func(c *Cafe) { c.Exceptions = append(c.Exceptions, c.Exceptions[0]) }, "invalid_hours"},
		"exception overlaps": {func(c *Cafe) {
			c.Exceptions[0].Spans = []day.Span{{Opens: 0, Closes: 600}, {Opens: 599, Closes: 700}}
		}, "invalid_hours"},
	} {
		t.Run(name, func(t *testing.T) {
			cafe := sample()
			c.change(&cafe)
			err := cafe.Normal().Check()
			if c.code == "" && err != nil || c.code != "" && !errs.HasCode(err, c.code) {
				t.Errorf("got %v, want code %q", err, c.code)
			}
		})
	}
}

func TestNormalIsOneSpelling(t *testing.T) {
	a, b := sample(), sample()
	b.Name, b.DefaultService, b.Tax.Mode = "  Medina ", "", ""
	b.Hours[0], b.Hours[2] = b.Hours[2], b.Hours[0]
	if !a.Normal().Same(b.Normal()) {
		t.Errorf("%+v\nis not\n%+v", a.Normal(), b.Normal())
	}
	b.Location = &Location{33_573_100, -7_589_800}
	if a.Normal().Same(b.Normal()) {
		t.Error("another place is the same content")
	}
	b.Location = nil
	b.City = "Rabat"
	if a.Normal().Same(b.Normal()) {
		t.Error("another city is the same content")
	}
	empty := Cafe{Hours: []Opening{}, Exceptions: []Exception{}, Tax: Tax{Rates: []Rate{}}}
	if !empty.Normal().Same(Cafe{}.Normal()) {
		t.Error("no hours and an empty list of hours differ")
	}
}

func TestEdit(t *testing.T) {
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	was := sample()
	was.Origin = "demonstration"
	next := sample()
	next.TimeZone, next.CutoffMinutes = "Europe/Paris", 0
	edited, err := Edit(was, next, now)
	if err != nil || edited.Version != 2 || edited.Origin != "demonstration" || !edited.UpdatedAt.Equal(now) {
		t.Errorf("%+v, %v", edited, err)
	}
	for code, change := range map[string]func(was, next *Cafe){
		"version_conflict": func(was, _ *Cafe) { was.Version = 2 },
		"currency_fixed":   func(_, next *Cafe) { next.Currency = "EUR" },
		"cafe_archived":    func(was, _ *Cafe) { was.ArchivedAt = now },
	} {
		was, next := sample(), sample()
		change(&was, &next)
		if _, err := Edit(was, next, now); !errs.HasCode(err, code) {
			t.Errorf("got %v, want %s", err, code)
		}
	}
}

func TestOpenAt(t *testing.T) {
	c := sample()
	for at, want := range map[string]bool{
		"2026-05-04T07:00:00+01:00": true,  // Monday
		"2026-05-04T06:59:00+01:00": false, // before opening
		"2026-05-05T10:00:00+01:00": false, // Tuesday: none
		"2026-05-10T01:30:00+01:00": true,  // Saturday's night
		"2026-05-10T02:00:00+01:00": false, // it is over
		"2026-05-10T09:00:00+01:00": true,  // Sunday is 7
		"2026-02-23T07:00:00+00:00": true,  // Ramadan: Casablanca goes back to UTC
		"2026-02-23T06:30:00+00:00": false,
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := OpenAt(c, when); err != nil || got != want {
			t.Errorf("%s: open %v (%v), want %v", at, got, err, want)
		}
	}
	monday := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	c.Exceptions = []Exception{{Date: "2026-05-04"}}
	if open, _ := OpenAt(c, monday); open {
		t.Error("open on a day that is closed by exception")
	}
	c.Exceptions, c.ArchivedAt = nil, monday
	if open, _ := OpenAt(c, monday); open {
		t.Error("an archived café is open")
	}
	c = sample()
	c.TimeZone = strings.Repeat("x", 5)
	if _, err := OpenAt(c, monday); err == nil {
		t.Error("no error for an unknown zone")
	}
}
