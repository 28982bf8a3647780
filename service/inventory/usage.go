package inventory

import (
	"time"

	"coffee/internal/day"
	"coffee/internal/money"
)

// UsageDates is over how many dates before today a café's use is averaged.
const UsageDates = 14

// runOutHorizon is how far ahead the end of a stock is told.
const runOutHorizon = 7 * 24

// todayReach is how far back the running business date is looked for.
const todayReach = 48 * time.Hour

// UsedLately is what went out of one ingredient on one business date of the last two days, sales and waste less what
// came back, in thousandths, and when it was sold first; zero when it was not.
type UsedLately struct {
	IngredientID string
	Date         string
	Used         int64
	FirstSale    time.Time
}

// UsedHour is what went out of one ingredient in one hour of the day (UTC, 0 to 23) over the compared dates together.
type UsedHour struct {
	IngredientID string
	Hour         int
	Used         int64
}

// Today is a café's running business date, empty when none is, and what it has used on it by ingredient. Inventory
// knows neither the café's zone nor its cut-off, only what was sold when: the running date is the latest that was sold
// on, until 24 hours after its first sale. So it turns with the first sale of the new date, or a day after that of the
// old one.
func Today(lately []UsedLately, now time.Time) (date string, used map[string]int64) {
	var first time.Time
	for _, l := range lately {
		switch {
		case l.FirstSale.IsZero() || l.Date < date:
		case l.Date > date || l.FirstSale.Before(first):
			date, first = l.Date, l.FirstSale
		}
	}
	used = map[string]int64{}
	if date == "" || now.Sub(first) >= 24*time.Hour {
		return "", used
	}
	for _, l := range lately {
		if l.Date == date {
			used[l.IngredientID] += l.Used
		}
	}
	return date, used
}

// ComparedDates is the dates whose use is averaged, from included and until excluded: the UsageDates before today, or
// up to the latest date that any café can be in while none is running.
func ComparedDates(today string, now time.Time) (from, until string) {
	if t, err := time.Parse(day.Layout, today); err == nil {
		return t.AddDate(0, 0, -UsageDates).Format(day.Layout), today
	}
	t := now.UTC()
	return t.AddDate(0, 0, 1-UsageDates).Format(day.Layout), t.AddDate(0, 0, 2).Format(day.Layout)
}

// Usage is what a café uses of one ingredient, in thousandths: by hour of the day (UTC) over so many business dates
// together, those on which the café used anything at all.
type Usage struct {
	Hours [24]int64
	Dates int64
}

// Usages puts a café's hours together, by ingredient. What came back counts against its hour, but no hour uses less
// than nothing.
func Usages(dates int64, hours []UsedHour) map[string]Usage {
	out := map[string]Usage{}
	for _, h := range hours {
		u := out[h.IngredientID]
		u.Dates = dates
		u.Hours[h.Hour] += max(0, h.Used)
		out[h.IngredientID] = u
	}
	return out
}

// PerDay is the mean use of a business day, in thousandths, rounded half up.
func (u Usage) PerDay() int64 {
	if u.Dates == 0 {
		return 0
	}
	total := int64(0)
	for _, h := range u.Hours {
		total += h
	}
	return money.MulDiv(total, 1, u.Dates)
}

// RunsOutAt is when a stock will be gone if every hour uses what that hour of the day used in the mean, to the minute,
// rounded down. It is now when nothing is on hand; zero when nothing is used, or it lasts seven days. A day on which
// the café is closed counts like any other: the stock then lasts longer than told.
func (u Usage) RunsOutAt(onHand int64, now time.Time) time.Time {
	now = now.UTC().Truncate(time.Minute)
	switch {
	case u.PerDay() == 0:
		return time.Time{}
	case onHand <= 0:
		return now
	}
	left := onHand * u.Dates // both sides times the number of dates: nothing is rounded on the way
	from := now
	for until := now.Add(runOutHorizon * time.Hour); from.Before(until); {
		to := from.Truncate(time.Hour).Add(time.Hour)
		if to.After(until) {
			to = until
		}
		span := int64(to.Sub(from))
		use := money.MulDiv(u.Hours[from.Hour()], span, int64(time.Hour))
		if use >= left {
			return from.Add(time.Duration(money.MulDiv(span, left, use))).Truncate(time.Minute)
		}
		left -= use
		from = to
	}
	return time.Time{}
}
