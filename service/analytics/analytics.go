// Package analytics owns the figures of the chain: sums over the cafés' journals by café, business date, hour, item and
// category, and the views head office and managers read from them. It must not write to any other service, price
// anything, or add two currencies; whatever it says can be derived again from the journals.
package analytics

import (
	"strings"
	"time"
)

// NoID stands for an item or category that a line did not name: a key needs a value. It is shown as an empty id.
const NoID = "00000000-0000-0000-0000-000000000000"

// Event is what a journal entry tells these figures. Business dates and hours are the order service's: they were
// computed once, from the café's zone and cut-off.
type Event struct {
	Kind         string // placed, imported, settled, relabelled, advanced, voided, refunded, cancelled, collected, problem or acknowledged
	Cafe         string
	BusinessDate string // YYYY-MM-DD: the day it is booked to
	Hour         int    // local hour of the sale, 0 to 23
	Currency     string // ISO 4217
	SoldAt       int64  // UTC microseconds: names are as of this moment
	Orders       int64  // +1 adds an order, −1 takes the last of one away
	Lines        []Line
}

// Line is one line of an event, signed: what is taken back is negative. Money in minor units.
type Line struct {
	Item, ItemName         string
	Category, CategoryName string   // as of the sale
	Modifiers              []string // what was chosen with it, each once, also what is chosen by default
	Units                  int64
	Gross, Discount        int64
	Net, Tax               int64
	Sales                  int64 // what the customer pays: discount taken off, tax inside or on top as the café does it
}

// Figures are sums of signed lines. Money in minor units of one currency.
type Figures struct {
	Orders, Units, Lines int64
	Gross, Discount      int64
	Net, Tax, Sales      int64
}

// Plus is the sum of two figures of the same currency.
func (f Figures) Plus(g Figures) Figures {
	f.Orders, f.Units, f.Lines = f.Orders+g.Orders, f.Units+g.Units, f.Lines+g.Lines
	f.Gross, f.Discount = f.Gross+g.Gross, f.Discount+g.Discount
	f.Net, f.Tax, f.Sales = f.Net+g.Net, f.Tax+g.Tax, f.Sales+g.Sales
	return f
}

// Minus is the difference of two figures of the same currency.
func (f Figures) Minus(g Figures) Figures {
	f.Orders, f.Units, f.Lines = f.Orders-g.Orders, f.Units-g.Units, f.Lines-g.Lines
	f.Gross, f.Discount = f.Gross-g.Gross, f.Discount-g.Discount
	f.Net, f.Tax, f.Sales = f.Net-g.Net, f.Tax-g.Tax, f.Sales-g.Sales
	return f
}

// Zero tells whether nothing is left.
func (f Figures) Zero() bool { return f == Figures{} }

// of is what a line adds. A line counts as one when it is sold and is taken away when it is voided as a whole; a
// refund may be of a part, so it takes units and money back and leaves the line.
func (l Line) of(kind string) Figures {
	f := Figures{Units: l.Units, Gross: l.Gross, Discount: l.Discount, Net: l.Net, Tax: l.Tax, Sales: l.Sales}
	switch {
	case l.Units > 0:
		f.Lines = 1
	case l.Units < 0 && kind != "refunded":
		f.Lines = -1
	}
	return f
}

// Month is a calendar month of business dates, written YYYY-MM.
type Month string

const monthLayout = "2006-01"

// MonthOf is the month of a business date.
func MonthOf(date string) Month { return Month(date[:7]) }

// MonthAt is the month of a moment in UTC.
func MonthAt(t time.Time) Month { return Month(t.UTC().Format(monthLayout)) }

// Valid tells whether it is a month that exists.
func (m Month) Valid() bool {
	_, err := time.Parse(monthLayout, string(m))
	return err == nil && len(m) == len(monthLayout) && !strings.HasPrefix(string(m), "0000")
}

func (m Month) first() time.Time {
	t, _ := time.Parse(monthLayout, string(m))
	return t
}

// Add is the month n months later.
func (m Month) Add(n int) Month { return Month(m.first().AddDate(0, n, 0).Format(monthLayout)) }

// Since is how many months m is after other.
func (m Month) Since(other Month) int {
	a, b := m.first(), other.first()
	return (a.Year()-b.Year())*12 + int(a.Month()) - int(b.Month())
}

// Days is how many days it has.
func (m Month) Days() int { return m.first().AddDate(0, 1, -1).Day() }

// Date is the n-th of the month, from 1; past its end, its last day.
func (m Month) Date(n int) string {
	n = max(1, min(n, m.Days()))
	return m.first().AddDate(0, 0, n-1).Format(time.DateOnly)
}
