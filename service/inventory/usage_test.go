package inventory

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestToday(t *testing.T) {
	now := at("2026-04-15T10:00:00Z")
	sold := func(ingredient, date, first string, used int64) UsedLately {
		return UsedLately{ingredient, date, used, at(first)}
	}
	for name, c := range map[string]struct {
		lately []UsedLately
		date   string
		milk   int64
	}{
		"nothing ever": {nil, "", 0},
		"since seven": {
			[]UsedLately{sold("milk", "2026-04-14", "2026-04-14T06:00:00Z", 9), sold("cup", "2026-04-15", "2026-04-15T06:00:00Z", 2), sold("milk", "2026-04-15", "2026-04-15T07:00:00Z", 5)},
			"2026-04-15", 5,
		},
		"waste counts, and what came back": {
			[]UsedLately{sold("cup", "2026-04-15", "2026-04-15T06:00:00Z", 2), {"milk", "2026-04-15", -3, time.Time{}}}, "2026-04-15", -3,
		},
		"before today's first sale yesterday runs on": {
			[]UsedLately{sold("milk", "2026-04-14", "2026-04-14T12:00:00Z", 9), sold("cup", "2026-04-14", "2026-04-14T10:00:01Z", 2)}, "2026-04-14", 9,
		},
		"but not for longer than a day": {
			[]UsedLately{sold("milk", "2026-04-14", "2026-04-14T12:00:00Z", 9), sold("cup", "2026-04-14", "2026-04-14T10:00:00Z", 2)}, "", 0,
		},
		"waste alone begins no day": {
			[]UsedLately{sold("milk", "2026-04-14", "2026-04-14T12:00:00Z", 9), {"milk", "2026-04-15", 3, time.Time{}}}, "2026-04-14", 9,
		},
		"east of Greenwich it is tomorrow": {
			[]UsedLately{sold("milk", "2026-04-15", "2026-04-14T22:00:00Z", 9), sold("milk", "2026-04-16", "2026-04-15T09:30:00Z", 1)}, "2026-04-16", 1,
		},
	} {
		if date, used := Today(c.lately, now); date != c.date || used["milk"] != c.milk {
			t.Errorf("%s: %q with %d, want %q with %d", name, date, used["milk"], c.date, c.milk)
		}
	}
}

func TestComparedDates(t *testing.T) {
	now := at("2026-04-15T10:00:00Z")
	for today, want := range map[string][2]string{
		"2026-04-15": {"2026-04-01", "2026-04-15"}, "2026-04-16": {"2026-04-02", "2026-04-16"}, "2026-03-08": {"2026-02-22", "2026-03-08"},
		"": {"2026-04-02", "2026-04-17"},
	} {
		if from, until := ComparedDates(today, now); from != want[0] || until != want[1] {
			t.Errorf("%q: %s to %s, want %v", today, from, until, want)
		}
	}
}

// spread is a use of ten dates by hour.
func spread(hours map[int]int64) Usage {
	u := Usage{Dates: 10}
	for h, n := range hours {
		u.Hours[h] = 10 * n
	}
	return u
}

func TestRunsOutAt(t *testing.T) {
	now := at("2026-04-15T10:20:40Z")
	day := spread(map[int]int64{8: 100, 9: 200, 10: 300, 11: 200, 12: 100}) // 900 a day
	for name, c := range map[string]struct {
		usage  Usage
		onHand int64
		want   string // empty: never told
	}{
		"within the running hour":          {day, 100, "2026-04-15T10:40:00Z"},
		"at the end of the running hour":   {day, 200, "2026-04-15T11:00:00Z"},
		"in the next":                      {day, 300, "2026-04-15T11:30:00Z"},
		"after the night, not in it":       {day, 550, "2026-04-16T08:30:00Z"},
		"the day after tomorrow":           {day, 500 + 900 + 100, "2026-04-17T09:00:00Z"},
		"nothing left":                     {day, 0, "2026-04-15T10:20:00Z"},
		"less than nothing":                {day, -5000, "2026-04-15T10:20:00Z"},
		"on the seventh day":               {day, 6*900 + 600, "2026-04-22T08:59:00Z"},
		"lasts a week":                     {day, 10 * 900, ""},
		"nothing is used":                  {spread(nil), 500, ""},
		"nothing is used, nothing is left": {spread(nil), -500, ""},
		"no date to go by":                 {Usage{Hours: [24]int64{10: 7}}, 500, ""},
	} {
		got := c.usage.RunsOutAt(c.onHand, now)
		if c.want == "" && !got.IsZero() || c.want != "" && !got.Equal(at(c.want)) {
			// The seventh day is told to the minute: rounding may take one away.
			if d := at("2026-04-22T09:00:00Z").Sub(got); name != "on the seventh day" || d < 0 || d > time.Hour {
				t.Errorf("%s: %v, want %s", name, got, c.want)
			}
		}
	}
	if got := day.PerDay(); got != 900 {
		t.Errorf("%d a day", got)
	}
	if got := (Usage{Dates: 14, Hours: [24]int64{7: 20, 8: 1}}).PerDay(); got != 2 { // 1.5
		t.Errorf("%d a day, want 2: half up", got)
	}
}

// More on hand never runs out earlier, and what is told lies within the week.
func TestRunsOutLaterWithMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := Usage{Dates: rapid.Int64Range(1, 14).Draw(t, "dates")}
		for h := range u.Hours {
			u.Hours[h] = rapid.Int64Range(0, 1_000_000).Draw(t, "hour")
		}
		now := time.Date(2026, 4, 15, 0, rapid.IntRange(0, 1439).Draw(t, "minute"), 0, 0, time.UTC)
		less := rapid.Int64Range(-1000, 100_000_000).Draw(t, "less")
		more := less + rapid.Int64Range(0, 10_000_000).Draw(t, "more")
		a, b := u.RunsOutAt(less, now), u.RunsOutAt(more, now)
		if a.IsZero() && !b.IsZero() || !b.IsZero() && b.Before(a) {
			t.Fatalf("%d lasts until %v, %d until %v", less, a, more, b)
		}
		for _, end := range []time.Time{a, b} {
			if !end.IsZero() && (end.Before(now) || end.After(now.Add(7*24*time.Hour))) {
				t.Fatalf("%v is not within a week of %v", end, now)
			}
		}
	})
}

func TestUsages(t *testing.T) {
	got := Usages(2, []UsedHour{{"milk", 8, 100}, {"milk", 9, -40}, {"cup", 8, 7}})
	milk := got["milk"]
	if milk.Hours[8] != 100 || milk.Hours[9] != 0 || milk.PerDay() != 50 || got["cup"].PerDay() != 4 || len(got) != 2 {
		t.Errorf("%+v", got)
	}
}
