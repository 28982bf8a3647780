package analytics

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Key names one sum. What a kind of row does not go by is left at its zero value, but Hour, which is then −1.
type Key struct {
	Currency string
	Cafe     string
	Period   string // a business date, or a month in monthly rows
	Hour     int
	Item     string
	Category string
	Modifier string
}

func compareKeys(a, b Key) int {
	return cmp.Or(
		strings.Compare(a.Currency, b.Currency), strings.Compare(a.Cafe, b.Cafe), strings.Compare(a.Period, b.Period),
		cmp.Compare(a.Hour, b.Hour), strings.Compare(a.Item, b.Item), strings.Compare(a.Category, b.Category),
		strings.Compare(a.Modifier, b.Modifier),
	)
}

// Row is one sum.
type Row struct {
	Key
	Figures
}

// CompareRows orders rows by their keys.
func CompareRows(a, b Row) int { return compareKeys(a.Key, b.Key) }

// Name is the latest name that sales knew for an id.
type Name struct {
	ID     string
	Name   string
	SoldAt int64 // UTC microseconds
}

// later tells whether n takes the place of o: the later sale, and of two at one moment the greater name, so that the
// order in which journals are read makes no difference.
func (n Name) later(o Name) bool {
	return n.SoldAt > o.SoldAt || (n.SoldAt == o.SoldAt && n.Name > o.Name)
}

// Facts is everything that is kept about a set of events. Rows are sorted by key; a key is there as soon as an event
// touched it, also when its sum is zero.
type Facts struct {
	Items          []Row // currency, café, date, hour, item, category
	Hours          []Row // currency, café, date, hour; with orders
	Days           []Row // currency, café, date; with orders
	Months         []Row // currency, café, month; with orders
	ItemMonths     []Row // currency, café, month, item
	CategoryMonths []Row // currency, café, month, category
	Modifiers      []Row // café, date, item, modifier; with units only
	ItemNames      []Name
	CategoryNames  []Name
}

// Derive sums events. The follower uses it for each batch and adds the result to its tables; the verifier uses it for
// a café's whole journal and compares. Both ways give the same, because every figure is a sum.
func Derive(events []Event) Facts {
	items, hours, modifiers := map[Key]Figures{}, map[Key]Figures{}, map[Key]Figures{}
	itemNames, categoryNames := map[string]Name{}, map[string]Name{}
	for i := range events {
		e := &events[i]
		hour := Key{Currency: e.Currency, Cafe: e.Cafe, Period: e.BusinessDate, Hour: e.Hour}
		var sum Figures
		touched := e.Orders != 0
		for _, l := range e.Lines {
			f := l.of(e.Kind)
			if f.Zero() {
				continue // an advanced line adds nothing
			}
			touched = true
			key := hour
			key.Item, key.Category = orNoID(l.Item), orNoID(l.Category)
			items[key] = items[key].Plus(f)
			sum = sum.Plus(f)
			for _, id := range l.Modifiers {
				asked := Key{Cafe: e.Cafe, Period: e.BusinessDate, Hour: -1, Item: key.Item, Modifier: id}
				modifiers[asked] = modifiers[asked].Plus(Figures{Units: l.Units})
			}
			keep(itemNames, Name{key.Item, l.ItemName, e.SoldAt})
			keep(categoryNames, Name{key.Category, l.CategoryName, e.SoldAt})
		}
		if touched {
			sum.Orders = e.Orders
			hours[hour] = hours[hour].Plus(sum)
		}
	}
	facts := Facts{
		Items: sorted(items), Hours: sorted(hours), Modifiers: sorted(modifiers),
		ItemNames: sortedNames(itemNames), CategoryNames: sortedNames(categoryNames),
	}
	facts.rollUp()
	return facts
}

// rollUp fills the daily and monthly rows from the hourly and item rows.
func (f *Facts) rollUp() {
	f.Days = group(f.Hours, func(k Key) Key { k.Hour = -1; return k })
	f.Months = group(f.Days, func(k Key) Key { k.Period = k.Period[:7]; return k })
	f.ItemMonths = group(f.Items, func(k Key) Key {
		k.Period, k.Hour, k.Category = k.Period[:7], -1, ""
		return k
	})
	f.CategoryMonths = group(f.Items, func(k Key) Key {
		k.Period, k.Hour, k.Item = k.Period[:7], -1, ""
		return k
	})
}

func orNoID(id string) string {
	if id == "" {
		return NoID
	}
	return id
}

func keep(names map[string]Name, n Name) {
	if n.Name == "" {
		return
	}
	if known, ok := names[n.ID]; !ok || n.later(known) {
		names[n.ID] = n
	}
}

func group(rows []Row, to func(Key) Key) []Row {
	sums := make(map[Key]Figures, len(rows)/4)
	for _, r := range rows {
		k := to(r.Key)
		sums[k] = sums[k].Plus(r.Figures)
	}
	return sorted(sums)
}

func sorted(sums map[Key]Figures) []Row {
	rows := make([]Row, 0, len(sums))
	for k, f := range sums {
		rows = append(rows, Row{k, f})
	}
	slices.SortFunc(rows, CompareRows)
	return rows
}

func sortedNames(names map[string]Name) []Name {
	out := make([]Name, 0, len(names))
	for _, n := range names {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Name) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Canonical writes the sums (not the names, which all cafés share) as text, one row a line, in the order of their keys:
// two sets of facts are the same exactly when these bytes are.
func (f Facts) Canonical() []byte {
	var b []byte
	for _, part := range []struct {
		name string
		rows []Row
	}{
		{"item", f.Items},
		{"hour", f.Hours},
		{"day", f.Days},
		{"month", f.Months},
		{"item_month", f.ItemMonths},
		{"category_month", f.CategoryMonths},
	} {
		for _, r := range part.rows {
			b = fmt.Appendf(b, "%s %s %s %s %d %s %s: %d %d %d %d %d %d %d %d\n", part.name,
				r.Currency, r.Cafe, r.Period, r.Hour, r.Item, r.Category,
				r.Orders, r.Units, r.Lines, r.Gross, r.Discount, r.Net, r.Tax, r.Sales)
		}
	}
	for _, r := range f.Modifiers {
		b = fmt.Appendf(b, "modifier %s %s %s %s: %d\n", r.Cafe, r.Period, r.Item, r.Modifier, r.Units)
	}
	return b
}

// LatestNames keeps the latest name of each id, sorted by id.
func LatestNames(names []Name) []Name {
	latest := make(map[string]Name, len(names))
	for _, n := range names {
		keep(latest, n)
	}
	return sortedNames(latest)
}
