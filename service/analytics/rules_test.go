package analytics

import (
	"bytes"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMonthArithmetic(t *testing.T) {
	for _, c := range []struct {
		month Month
		add   int
		want  Month
		days  int
	}{
		{"2026-01", -1, "2025-12", 31},
		{"2024-02", 12, "2025-02", 29},
		{"2025-02", 1, "2025-03", 28},
		{"2025-12", 1, "2026-01", 31},
		{"2026-04", 0, "2026-04", 30},
	} {
		if got := c.month.Add(c.add); got != c.want || c.want.Since(c.month) != c.add || c.month.Days() != c.days {
			t.Errorf("%s + %d = %s, %d apart, %d days", c.month, c.add, got, c.want.Since(c.month), c.month.Days())
		}
	}
	for _, bad := range []Month{"", "2026", "2026-13", "2026-00", "0000-01", "2026-1", "26-01", "2026-01-01"} {
		if bad.Valid() {
			t.Errorf("%q is a month", bad)
		}
	}
	if got := Month("2026-02").Date(31); got != "2026-02-28" {
		t.Errorf("the 31st of February is %s", got)
	}
}

func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		before, now int64
		kind        string
		points      int64
	}{
		{100, 150, GrowthChange, 5000},
		{200, 100, GrowthChange, -5000},
		{100, 0, GrowthChange, -10000},
		{300, 301, GrowthChange, 33},
		{300, 302, GrowthChange, 67},
		{20000, 20001, GrowthChange, 1},       // half a point, away from zero
		{20000, 19999, GrowthChange, -1},      // and on the other side
		{40001, 40002, GrowthChange, 0},       // less than half
		{7, 7, GrowthChange, 0},               // no change is a change of nothing
		{100, -50, GrowthChange, -15000},      // more given back than sold
		{1, 1 << 62, GrowthChange, 1<<63 - 1}, // absurd, but no overflow
		{0, 5, GrowthNew, 0},
		{0, 0, GrowthNone, 0},
		{-5, 5, GrowthNew, 0},
		{-5, 0, GrowthNone, 0},
	} {
		if g := GrowthOf(c.before, c.now); g.Kind != c.kind || g.BasisPoints != c.points || g.Before != c.before {
			t.Errorf("%d → %d: %+v", c.before, c.now, g)
		}
	}
}

func TestGrowthIsRoundedHalfAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "before")
		now := rapid.Int64Range(-1_000_000_000_000, 1_000_000_000_000).Draw(t, "now")
		got := GrowthOf(before, now)
		// |2·(points·before − 10000·(now−before))| ≤ before: within half a point.
		off := new(big.Int).Mul(big.NewInt(got.BasisPoints), big.NewInt(before))
		off.Sub(off, new(big.Int).Mul(big.NewInt(10000), big.NewInt(now-before)))
		if off.Abs(off).Lsh(off, 1).Cmp(big.NewInt(before)) > 0 {
			t.Fatalf("%d → %d: %d", before, now, got.BasisPoints)
		}
	})
}

func TestShares(t *testing.T) {
	for _, c := range []struct{ sales, want string }{
		{"", ""},
		{"0 0", "0 0"},
		{"5", "10000"},
		{"1 1 1", "3334 3333 3333"},
		{"200 -50 100", "6667 0 3333"},
		{"-1 -1", "0 0"},
	} {
		var sales []int64
		for _, f := range strings.Fields(c.sales) {
			n, _ := new(big.Int).SetString(f, 10)
			sales = append(sales, n.Int64())
		}
		var got []string
		for _, s := range Shares(sales) {
			got = append(got, big.NewInt(int64(s)).String())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.sales, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		sales := rapid.SliceOf(rapid.Int64Range(-1000, 1_000_000_000_000)).Draw(t, "sales")
		var sum int32
		some := false
		for i, s := range Shares(sales) {
			sum += s
			some = some || sales[i] > 0
			if s < 0 || (sales[i] <= 0 && s != 0) {
				t.Fatalf("%d has the share %d", sales[i], s)
			}
		}
		if (some && sum != 10000) || (!some && sum != 0) {
			t.Fatalf("the shares sum to %d", sum)
		}
	})
}

func TestTopBottom(t *testing.T) {
	p := func(name string, units, sales int64) Ranked {
		return Ranked{ID: "id of " + name, Name: name, Figures: Figures{Units: units, Sales: sales}}
	}
	names := func(rows []Ranked) string {
		var s []string
		for _, r := range rows {
			s = append(s, r.Name)
		}
		return strings.Join(s, " ")
	}
	for _, c := range []struct {
		name        string
		products    []Ranked
		top, bottom string
	}{
		{"none", nil, "", ""},
		{"one", []Ranked{p("a", 1, 1)}, "a", "a"},
		{"few overlap", []Ranked{p("a", 1, 1), p("b", 2, 1), p("c", 3, 1), p("d", 4, 1)}, "d c b", "a b c"},
		{"many do not", []Ranked{p("a", 1, 1), p("b", 2, 1), p("c", 3, 1), p("d", 4, 1), p("e", 5, 1), p("f", 6, 1)}, "f e d", "a b c"},
		{"more money, then the name", []Ranked{p("c", 5, 10), p("b", 5, 10), p("a", 5, 9), p("d", 5, 11)}, "d b c", "a b c"},
		{"taken back does not count", []Ranked{p("a", 0, 0), p("b", -2, -5), p("c", 1, 3)}, "c", "c"},
	} {
		top, bottom := TopBottom(c.products, 3)
		if names(top) != c.top || names(bottom) != c.bottom {
			t.Errorf("%s: top %s, bottom %s", c.name, names(top), names(bottom))
		}
	}
}

func TestLine(t *testing.T) {
	for _, c := range []struct {
		months []int64
		ahead  int
		want   int64
	}{
		{[]int64{100, 200, 300}, 1, 400},
		{[]int64{100, 200, 300}, 3, 600},
		{[]int64{300, 200, 100}, 1, 0},
		{[]int64{300, 200, 100}, 2, 0}, // never below zero
		{[]int64{100, 100, 100, 100}, 1, 100},
		{[]int64{0, 0, 0}, 1, 0},
		{[]int64{1, 2, 2}, 1, 3},         // 8/3
		{[]int64{1, 1, 2}, 1, 2},         // 7/3
		{[]int64{10, 20, 25, 45}, 1, 53}, // 52.5, away from zero
		{[]int64{1e15, 2e15, 3e15}, 1, 4e15},
	} {
		if got := line(c.months, c.ahead); got != c.want {
			t.Errorf("%v, %d ahead: %d, want %d", c.months, c.ahead, got, c.want)
		}
	}
}

func TestLineProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Int64Range(0, 1e12).Draw(t, "start")
		slope := rapid.Int64Range(-1e9, 1e9).Draw(t, "slope")
		n := rapid.IntRange(MinMonths, 60).Draw(t, "months")
		months := make([]int64, n)
		for i := range months {
			months[i] = start + slope*int64(i)
		}
		// Points on a line lead to the line's next point; or to zero, where it falls below.
		if got, want := line(months, 1), max(0, start+slope*int64(n)); got != want {
			t.Fatalf("%d, want %d", got, want)
		}
		// Such a line has never been wrong.
		if slices.Min(months) > 0 && start+slope*int64(n) >= 0 {
			if wrong, _ := backTest(months); wrong != 0 {
				t.Fatalf("%d basis points wrong", wrong)
			}
		}
		// The same months in a currency of ten times smaller units: ten times the amount, but for the rounding.
		noisy := make([]int64, n)
		for i := range noisy {
			noisy[i] = rapid.Int64Range(0, 1e9).Draw(t, "sales")
		}
		one := line(noisy, 1)
		for i := range noisy {
			noisy[i] *= 10
		}
		if ten := line(noisy, 1); one < 0 || ten-10*one > 5 || ten-10*one < -5 {
			t.Fatalf("%d, and ten times that %d", one, ten)
		}
	})
}

func TestPredict(t *testing.T) {
	for _, c := range []struct {
		months []int64
		want   Forecast
	}{
		{nil, Forecast{Note: "0 full months of sales; a line needs at least 3."}},
		{[]int64{5}, Forecast{Note: "1 full month of sales; a line needs at least 3."}},
		{[]int64{5, 6}, Forecast{Note: "2 full months of sales; a line needs at least 3."}},
		{[]int64{5, 6, 7}, Forecast{
			Known: true, Sales: 8, MonthsUsed: 3,
			Note: "A straight line through 3 full months of sales. Too few months to say how wrong such a line has been.",
		}},
		// Predicted 400 when 500 came: 20 % off.
		{[]int64{100, 200, 300, 500}, Forecast{
			Known: true, Sales: 600, MonthsUsed: 4, MeanError: 2000, ErrorMonths: 1,
			Note: "A straight line through 4 full months of sales.",
		}},
		// Then 600 when nothing came: no percentage of nothing.
		{[]int64{100, 200, 300, 500, 0}, Forecast{
			Known: true, Sales: 250, MonthsUsed: 5, MeanError: 2000, ErrorMonths: 1,
			Note: "A straight line through 5 full months of sales.",
		}},
	} {
		if got := Predict(c.months, 1); got != c.want {
			t.Errorf("%v:\n%+v, want\n%+v", c.months, got, c.want)
		}
	}
}

func TestDeriveSplitsAnywhere(t *testing.T) {
	event := rapid.Custom(func(t *rapid.T) Event {
		e := Event{
			Kind: rapid.SampledFrom([]string{"placed", "imported", "voided", "refunded", "cancelled", "advanced", "settled"}).Draw(t, "kind"),
			Cafe: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "café"), Currency: rapid.SampledFrom([]string{"EUR", "JPY"}).Draw(t, "currency"),
			BusinessDate: rapid.SampledFrom([]string{"2026-01-31", "2026-02-01", "2026-02-02"}).Draw(t, "date"),
			Hour:         rapid.IntRange(0, 23).Draw(t, "hour"), Orders: rapid.Int64Range(-1, 1).Draw(t, "orders"),
			SoldAt: rapid.Int64Range(1, 5).Draw(t, "sold at"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			e.Lines = append(e.Lines, Line{
				Item: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "item"), ItemName: rapid.SampledFrom([]string{"", "ä", "ż"}).Draw(t, "name"),
				Category: rapid.SampledFrom([]string{"c", "d"}).Draw(t, "category"), CategoryName: rapid.SampledFrom([]string{"C", "D"}).Draw(t, "name"),
				Units: rapid.Int64Range(-2, 2).Draw(t, "units"), Sales: rapid.Int64Range(-500, 500).Draw(t, "sales"),
			})
		}
		return e
	})
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(event, 0, 30).Draw(t, "events")
		cut := rapid.IntRange(0, len(events)).Draw(t, "cut")
		whole, a, b := Derive(events), Derive(events[:cut]), Derive(events[cut:])
		joined := Facts{
			Items: join(a.Items, b.Items), Hours: join(a.Hours, b.Hours), Days: join(a.Days, b.Days), Months: join(a.Months, b.Months),
			ItemMonths: join(a.ItemMonths, b.ItemMonths), CategoryMonths: join(a.CategoryMonths, b.CategoryMonths),
		}
		if !bytes.Equal(joined.Canonical(), whole.Canonical()) {
			t.Fatalf("in two parts:\n%s\nat once:\n%s", joined.Canonical(), whole.Canonical())
		}
		if got := LatestNames(append(a.ItemNames, b.ItemNames...)); !slices.Equal(got, whole.ItemNames) {
			t.Fatalf("names %v, at once %v", got, whole.ItemNames)
		}
		// Every way of summing gives the same total.
		var items, days Figures
		for _, r := range whole.Items {
			items = items.Plus(r.Figures)
		}
		for _, r := range whole.Days {
			days = days.Plus(r.Figures)
		}
		if days.Orders = 0; items != days {
			t.Fatalf("items sum to %+v, days to %+v", items, days)
		}
	})
}

func join(a, b []Row) []Row { return group(slices.Concat(a, b), func(k Key) Key { return k }) }

func TestLinesAreCountedOnce(t *testing.T) {
	e := Event{Kind: "placed", Cafe: "a", Currency: "EUR", BusinessDate: "2026-01-05", Hour: 9, Orders: 1, Lines: []Line{
		{Item: "x", Units: 3, Sales: 900}, {Item: "y", Units: 1}, // the second is on the house: free, still sold
	}}
	refund := Event{Kind: "refunded", Cafe: "a", Currency: "EUR", BusinessDate: "2026-02-01", Hour: 9, Lines: []Line{{Item: "x", Units: -1, Sales: -300}}}
	void := Event{Kind: "voided", Cafe: "a", Currency: "EUR", BusinessDate: "2026-01-05", Hour: 9, Lines: []Line{{Item: "y", Units: -1}}}
	moved := Event{Kind: "advanced", Cafe: "a", Currency: "EUR", BusinessDate: "2026-03-05", Hour: 9, Lines: []Line{{Item: "x"}}}
	f := Derive([]Event{e, refund, refund, void, moved})
	want := []Row{
		{Key{Currency: "EUR", Cafe: "a", Period: "2026-01", Hour: -1}, Figures{Orders: 1, Units: 3, Lines: 1, Sales: 900}},
		{Key{Currency: "EUR", Cafe: "a", Period: "2026-02", Hour: -1}, Figures{Units: -2, Sales: -600}},
	}
	if !slices.Equal(f.Months, want) {
		t.Fatalf("%+v", f.Months)
	}
}
