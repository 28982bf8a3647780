package analytics_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"coffee/internal/day"
	"coffee/service/analytics"
)

func TestClockAt(t *testing.T) {
	for _, c := range []struct {
		zone   string
		cutoff int
		now    string
		want   analytics.Clock
	}{
		{"Africa/Casablanca", 240, "2026-05-20T12:30:00+01:00", analytics.Clock{Date: "2026-05-20", First: 4, Hour: 12, Begun: 9}},
		{"Africa/Casablanca", 240, "2026-05-20T04:00:00+01:00", analytics.Clock{Date: "2026-05-20", First: 4, Hour: 4, Begun: 1}},
		{"Africa/Casablanca", 240, "2026-05-21T01:10:00+01:00", analytics.Clock{Date: "2026-05-20", First: 4, Hour: 1, Begun: 22}},
		{"Africa/Casablanca", 240, "2026-05-21T03:59:00+01:00", analytics.Clock{Date: "2026-05-20", First: 4, Hour: 3, Begun: 24}},
		{"Africa/Casablanca", 0, "2026-05-20T00:00:00+01:00", analytics.Clock{Date: "2026-05-20", First: 0, Hour: 0, Begun: 1}},
		{"Africa/Casablanca", 0, "2026-05-20T23:59:00+01:00", analytics.Clock{Date: "2026-05-20", First: 0, Hour: 23, Begun: 24}},
		// A cut-off of 04:30: the hour of four is there twice, at either end of the date.
		{"Africa/Casablanca", 270, "2026-05-20T04:40:00+01:00", analytics.Clock{Date: "2026-05-20", First: 4, Hour: 4, Begun: 1}},
		{"Africa/Casablanca", 270, "2026-05-21T04:10:00+01:00", analytics.Clock{Date: "2026-05-20", First: 4, Hour: 4, Begun: 24}},
		{"Asia/Tokyo", 240, "2026-05-20T20:00:00Z", analytics.Clock{Date: "2026-05-21", First: 4, Hour: 5, Begun: 2}},
		// A day of 25 hours.
		{"America/New_York", 240, "2026-11-01T03:30:00-05:00", analytics.Clock{Date: "2026-10-31", First: 4, Hour: 3, Begun: 24}},
	} {
		calendar, err := day.Load(c.zone, c.cutoff)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := analytics.ClockAt(calendar, now); got != c.want {
			t.Errorf("%s, cut-off %d, %s: %+v, want %+v", c.zone, c.cutoff, c.now, got, c.want)
		}
	}
}

// hours makes a date of sales by hour: "9:100 12:50".
func hours(text string) (d analytics.DayHours) {
	for _, part := range strings.Fields(text) {
		var hour int
		var sales int64
		if _, err := fmt.Sscanf(part, "%d:%d", &hour, &sales); err != nil {
			panic(err)
		}
		d[hour] = analytics.HourFigures{Orders: 1, Units: 2, Sales: sales}
	}
	return d
}

var noon = analytics.Clock{Date: "2026-05-20", First: 4, Hour: 12, Begun: 9}

func TestUpToAndAfter(t *testing.T) {
	d := hours("4:1 11:10 12:100 13:1000 3:10000")
	if up, after := noon.UpTo(d), noon.After(d); up.Sales != 111 || after.Sales != 11000 || up.Orders != 3 || after.Units != 4 {
		t.Errorf("up to noon %+v, after %+v", up, after)
	}
	// Past midnight the small hours are the end of the date, not its beginning.
	late := analytics.Clock{Date: "2026-05-20", First: 4, Hour: 1, Begun: 22}
	if up, after := late.UpTo(d), late.After(d); up.Sales != 1111 || after.Sales != 10000 {
		t.Errorf("up to one at night %+v, after %+v", up, after)
	}
}

func TestClosingOf(t *testing.T) {
	for name, c := range map[string]struct {
		history map[string]string
		want    analytics.Closing
	}{
		"no past": {nil, analytics.Closing{}},
		"one week": {
			map[string]string{"2026-05-13": "9:500 15:200"}, analytics.Closing{Low: 1200, Likely: 1200, High: 1200, Dates: 1},
		},
		"four weeks": {
			map[string]string{"2026-05-13": "9:500 13:200", "2026-05-06": "12:1 13:100", "2026-04-29": "15:300 3:50", "2026-04-22": "9:7"},
			analytics.Closing{Low: 1000, Likely: 1163, High: 1350, Dates: 4}, // 200, 100, 350, 0: 162.5
		},
		"a fifth week does not count":       {map[string]string{"2026-04-15": "13:900"}, analytics.Closing{}},
		"another weekday does not count":    {map[string]string{"2026-05-19": "13:900", "2026-05-12": "13:900"}, analytics.Closing{}},
		"a closed date says nothing":        {map[string]string{"2026-05-13": "", "2026-05-06": "13:100"}, analytics.Closing{Low: 1100, Likely: 1100, High: 1100, Dates: 1}},
		"more given back than sold neither": {map[string]string{"2026-05-13": "9:100 13:-200", "2026-05-06": "13:100"}, analytics.Closing{Low: 1100, Likely: 1100, High: 1100, Dates: 1}},
		"a refund late in the day": {
			map[string]string{"2026-05-13": "9:500 13:-100", "2026-05-06": "9:500 13:100"}, analytics.Closing{Low: 900, Likely: 1000, High: 1100, Dates: 2},
		},
	} {
		history := map[string]analytics.DayHours{}
		for date, text := range c.history {
			history[date] = hours(text)
		}
		if got := noon.ClosingOf(noon.Date, 1000, history); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestPastErrors(t *testing.T) {
	history := map[string]analytics.DayHours{
		"2026-05-19": hours("9:100 13:100"), // Tuesdays
		"2026-05-12": hours("9:100 13:60"),
		"2026-04-21": hours("9:1 13:1"),     // 29 days ago: to go by, but not tried
		"2026-05-13": hours("12:200 13:50"), // Wednesdays
		"2026-05-06": hours("9:10 20:75"),
		"2026-04-29": hours("9:40"),  // nothing before it
		"2026-05-18": hours("9:300"), // a Monday, nothing before it
	}
	past, mean := noon.PastErrors(history)
	want := []analytics.PastError{
		{Date: "2026-05-19", Said: 100 + 31, Came: 200, BasisPoints: -3450}, // the mean of 60 and, four weeks ago, 1: 30.5
		{Date: "2026-05-13", Said: 200 + 38, Came: 250, BasisPoints: -480},  // 75 and 0: 37.5
		{Date: "2026-05-12", Said: 100 + 1, Came: 160, BasisPoints: -3688},  // three weeks ago 1
		{Date: "2026-05-06", Said: 10, Came: 85, BasisPoints: -8824},        // a week ago 0
	}
	if !reflect.DeepEqual(past, want) {
		t.Errorf("got  %+v\nwant %+v", past, want)
	}
	if mean != (3450+480+3688+8824+2)/4 {
		t.Errorf("in the mean %d", mean)
	}
	if past, mean := noon.PastErrors(nil); past != nil || mean != 0 {
		t.Errorf("without a past: %v, %d", past, mean)
	}
}

// What a day came to lies between low and high when it goes on as one of the compared ones did.
func TestClosingHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		history := map[string]analytics.DayHours{}
		date, _ := time.Parse(time.DateOnly, noon.Date)
		for n := range 60 {
			var d analytics.DayHours
			for h := range d {
				d[h].Sales = rapid.Int64Range(0, 1_000_000).Draw(t, "sales")
			}
			history[date.AddDate(0, 0, -n-1).Format(time.DateOnly)] = d
		}
		soFar := rapid.Int64Range(0, 1_000_000).Draw(t, "so far")
		c := noon.ClosingOf(noon.Date, soFar, history)
		if c.Dates != 4 || c.Low > c.Likely || c.Likely > c.High || c.Low < soFar {
			t.Fatalf("%+v of %d", c, soFar)
		}
		for week := 1; week <= 4; week++ {
			d := history[date.AddDate(0, 0, -7*week).Format(time.DateOnly)]
			if end := soFar + noon.After(d).Sales; end < c.Low || end > c.High {
				t.Fatalf("as %d weeks ago it comes to %d, not within %+v", week, end, c)
			}
		}
		past, _ := noon.PastErrors(history)
		if len(past) != 28 {
			t.Fatalf("%d past errors", len(past))
		}
	})
}

func TestTotalOf(t *testing.T) {
	cafe := func(k analytics.Clock, today, before string) analytics.CafeToday {
		history := map[string]analytics.DayHours{}
		if before != "" {
			history["2026-05-13"] = hours(before)
		}
		return analytics.TodayOf(k, hours(today), history)
	}
	a, b := cafe(noon, "9:100 12:20", "9:80 12:10 15:40"), cafe(noon, "10:7", "10:3 16:5")
	total := analytics.TotalOf([]analytics.CafeToday{a, b})
	if !total.Agree || total.SoFar.Sales != 127 || total.Then.Sales != 93 || total.Growth.BasisPoints != 3656 ||
		total.Closing != (analytics.Closing{Low: 172, Likely: 172, High: 172, Dates: 1}) || total.Today[9].Sales != 100 || total.BeforeDate != "2026-05-13" {
		t.Errorf("%+v", total)
	}
	east := noon
	east.Date, east.Hour, east.Begun = "2026-05-21", 5, 2
	c := cafe(east, "4:9", "")
	total = analytics.TotalOf([]analytics.CafeToday{a, b, c})
	if total.Agree || total.Clock != (analytics.Clock{}) || total.Today != (analytics.DayHours{}) || total.SoFar.Sales != 136 || total.Closing.Dates != 0 {
		t.Errorf("cafés whose dates differ, one of them new: %+v", total)
	}
	if total := analytics.TotalOf([]analytics.CafeToday{a, cafe(noon, "", "")}); total.Closing != a.Closing || !total.Agree {
		t.Errorf("a new café that has sold nothing takes the expectation of the others away: %+v", total.Closing)
	}
	if total := analytics.TotalOf(nil); total.Agree || total.Growth.Kind != analytics.GrowthNone {
		t.Errorf("no café: %+v", total)
	}
}

func TestBestSellersRule(t *testing.T) {
	offer := analytics.Offer{"latte": {"oat": true, "shot": true, "soy": true, "decaf": true}, "tea": {"mint": true}, "cake": {}}
	sold := []analytics.Sold{{"cake", 5}, {"tea", 9}, {"latte", 9}, {"gone", 100}, {"never", 0}, {"back", -3}, {analytics.NoID, 50}}
	asked := []analytics.Asked{
		{"latte", "whole", 8}, {"latte", "soy", 2}, {"latte", "decaf", 1}, {"latte", "shot", 3}, {"latte", "oat", 2}, {"tea", "mint", 0}, {"tea", "oat", 7},
	}
	show := func(best []analytics.BestSeller) string {
		out := make([]string, len(best))
		for i, b := range best {
			out[i] = fmt.Sprint(b)
		}
		return strings.Join(out, " ")
	}
	// Whole milk is the default, oat is not offered with tea.
	if got := show(analytics.BestSellers(sold, asked, offer)); got != "{latte [shot oat soy]} {tea []} {cake []}" {
		t.Error(got)
	}
	if got := show(analytics.BestSellers(sold, asked, nil)); got != "{gone []} {latte []} {tea []} {cake []}" {
		t.Errorf("without a menu: %s", got)
	}
	var many []analytics.Sold
	for n := range 30 {
		many = append(many, analytics.Sold{Item: fmt.Sprintf("%02d", n), Units: int64(n + 1)})
	}
	if best := analytics.BestSellers(many, nil, nil); len(best) != 24 || best[0].Item != "29" || best[23].Item != "06" {
		t.Errorf("%d, %v", len(best), best)
	}
	if best := analytics.BestSellers(nil, nil, offer); len(best) != 0 {
		t.Error(best)
	}
}
