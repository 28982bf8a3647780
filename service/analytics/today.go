package analytics

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
	"time"

	"coffee/internal/day"
)

const (
	sameWeekdays = 4  // how many weeks back the same weekday is looked at
	errorDates   = 28 // on how many past dates the rule is tried
	// historyDates is how many dates before today are needed: those tried, and the weeks before the first of them.
	historyDates = errorDates + 7*sameWeekdays
)

// TodayNote says how the figures of today are made, for those who read them.
const TodayNote = "Sales are counted by local hour. “Before” is the same weekday a week ago, up to the end of the hour that runs now; today's running hour is not over yet, so early in an hour the comparison is a little too low. By closing: sales so far, plus what the last four same weekdays with sales still sold after this hour: the least, the mean and the most of them. Past errors: the same rule at the end of the same hour on each of the last 28 days, against what the day came to."

// HourFigures are the figures of one local hour.
type HourFigures struct {
	Orders, Units, Sales int64
}

// DayHours are a business date's figures by local hour, 0 to 23.
type DayHours [24]HourFigures

// Clock is where a café's business date stands: its first local hour, the running one, and how many hours have begun.
type Clock struct {
	Date  string
	First int // the hour the cut-off falls into
	Hour  int
	Begun int // 1 to 24
}

// ClockAt is a café's clock. The hour the cut-off falls into belongs to two dates where the cut-off is not on the full
// hour: what is sold in its early part counts at its date's end, whose whole is then over.
func ClockAt(c day.Calendar, now time.Time) Clock {
	k := Clock{Date: c.Date(now), First: c.CutoffMinutes / 60, Hour: c.Hour(now)}
	k.Begun = k.place(k.Hour) + 1
	if begins, err := c.Begins(k.Date); err == nil && k.Hour == k.First && now.Sub(begins) > 12*time.Hour {
		k.Begun = 24
	}
	return k
}

// place is where a local hour stands in the business date, from 0.
func (k Clock) place(hour int) int { return (hour - k.First + 24) % 24 }

// UpTo is the sum of the hours that have begun.
func (k Clock) UpTo(d DayHours) HourFigures { return k.sum(d, 0, k.Begun) }

// After is the sum of the hours after those.
func (k Clock) After(d DayHours) HourFigures { return k.sum(d, k.Begun, 24) }

func (k Clock) sum(d DayHours, from, to int) (sum HourFigures) {
	for place := from; place < to; place++ {
		h := d[(k.First+place)%24]
		sum.Orders, sum.Units, sum.Sales = sum.Orders+h.Orders, sum.Units+h.Units, sum.Sales+h.Sales
	}
	return sum
}

// Whole is the sum of a date.
func (d DayHours) Whole() HourFigures { return Clock{}.sum(d, 0, 24) }

// Closing is what to expect by the end of a date, in minor units; with no dates to go by, nothing.
type Closing struct {
	Low, Likely, High int64
	Dates             int
}

// ClosingOf expects what was sold so far, and the least, the mean (rounded half away from zero) and the most that the
// same weekday of the last four weeks still sold after this hour. Dates without sales say nothing.
func (k Clock) ClosingOf(date string, soFar int64, history map[string]DayHours) Closing {
	var c Closing
	var least, most, sum int64
	for week := 1; week <= sameWeekdays; week++ {
		d, ok := history[dateAdd(date, -7*week)]
		if !ok || d.Whole().Sales <= 0 {
			continue
		}
		rest := k.After(d).Sales
		if c.Dates == 0 {
			least, most = rest, rest
		}
		least, most, sum = min(least, rest), max(most, rest), sum+rest
		c.Dates++
	}
	if c.Dates == 0 {
		return Closing{}
	}
	mean := rounded(big.NewInt(sum), big.NewInt(int64(c.Dates)))
	c.Low, c.Likely, c.High = soFar+least, soFar+mean, soFar+most
	return c
}

// PastError is what the rule would have said of a past date at this hour.
type PastError struct {
	Date        string
	Said, Came  int64 // minor units
	BasisPoints int64 // (said − came) / came, half rounded away from zero
}

// PastErrors tries the rule on the dates before today, newest first, and gives the mean of their absolute errors.
// Dates on which nothing was sold, or that have nothing before them to go by, are left out.
func (k Clock) PastErrors(history map[string]DayHours) (past []PastError, mean int64) {
	sum := new(big.Int)
	for n := 1; n <= errorDates; n++ {
		date := dateAdd(k.Date, -n)
		d := history[date]
		came := d.Whole().Sales
		c := k.ClosingOf(date, k.UpTo(d).Sales, history)
		if came <= 0 || c.Dates == 0 {
			continue
		}
		off := new(big.Int).Sub(big.NewInt(c.Likely), big.NewInt(came))
		e := PastError{Date: date, Said: c.Likely, Came: came, BasisPoints: rounded(off.Mul(off, big.NewInt(10000)), big.NewInt(came))}
		past = append(past, e)
		sum.Add(sum, new(big.Int).Abs(big.NewInt(e.BasisPoints)))
	}
	if len(past) == 0 {
		return nil, 0
	}
	return past, rounded(sum, big.NewInt(int64(len(past))))
}

// CafeToday is a café's running business date.
type CafeToday struct {
	ID, Name string
	Clock
	Today, Before DayHours
	SoFar, Then   HourFigures // today's whole, and the compared date's up to this hour
	BeforeDate    string
	Growth        Growth
	Closing       Closing
	Past          []PastError
	MeanError     int64
}

// TodayOf is a café's view from its dates: today's figures, and those of the dates before.
func TodayOf(k Clock, today DayHours, history map[string]DayHours) CafeToday {
	c := CafeToday{Clock: k, Today: today, BeforeDate: dateAdd(k.Date, -7)}
	c.Before = history[c.BeforeDate]
	c.SoFar, c.Then = today.Whole(), k.UpTo(c.Before)
	c.Growth = GrowthOf(c.Then.Sales, c.SoFar.Sales)
	c.Closing = k.ClosingOf(k.Date, c.SoFar.Sales, history)
	c.Past, c.MeanError = k.PastErrors(history)
	return c
}

// TodayTotal is the sum over cafés. Clock and hours are the cafés' where they all agree, else empty.
type TodayTotal struct {
	Agree         bool
	Clock         Clock
	BeforeDate    string
	Today, Before DayHours
	SoFar, Then   HourFigures
	Growth        Growth
	Closing       Closing // nothing where a café that has sold today has none
}

// TotalOf adds cafés up.
func TotalOf(cafes []CafeToday) TodayTotal {
	t := TodayTotal{Agree: len(cafes) > 0}
	lacking := false
	for i := range cafes {
		c := &cafes[i]
		if i == 0 {
			t.Clock, t.BeforeDate = c.Clock, c.BeforeDate
		}
		t.Agree = t.Agree && c.Clock == t.Clock
		t.Today, t.Before = t.Today.plus(c.Today), t.Before.plus(c.Before)
		t.SoFar, t.Then = t.SoFar.plus(c.SoFar), t.Then.plus(c.Then)
		switch {
		case c.Closing.Dates > 0:
			if t.Closing.Dates == 0 || c.Closing.Dates < t.Closing.Dates {
				t.Closing.Dates = c.Closing.Dates
			}
			t.Closing.Low += c.Closing.Low
			t.Closing.Likely += c.Closing.Likely
			t.Closing.High += c.Closing.High
		case c.SoFar.Sales != 0:
			lacking = true
		}
	}
	if lacking {
		t.Closing = Closing{}
	}
	if !t.Agree {
		t.Clock, t.BeforeDate, t.Today, t.Before = Clock{}, "", DayHours{}, DayHours{}
	}
	t.Growth = GrowthOf(t.Then.Sales, t.SoFar.Sales)
	return t
}

func (f HourFigures) plus(g HourFigures) HourFigures {
	return HourFigures{f.Orders + g.Orders, f.Units + g.Units, f.Sales + g.Sales}
}

func (d DayHours) plus(e DayHours) DayHours {
	for h := range d {
		d[h] = d[h].plus(e[h])
	}
	return d
}

// byToday orders by most sales today, then orders, name and id.
func byToday(a, b CafeToday) int {
	return cmp.Or(cmp.Compare(b.SoFar.Sales, a.SoFar.Sales), cmp.Compare(b.SoFar.Orders, a.SoFar.Orders),
		strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
}

func sortToday(cafes []CafeToday) { slices.SortFunc(cafes, byToday) }
