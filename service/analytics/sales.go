package analytics

import (
	"context"
	"slices"
	"time"

	"coffee/internal/errs"
	"coffee/internal/page"
)

// The dimensions sales can be summed by, in the order rows are sorted.
const (
	ByCafe     = "cafe"
	ByDate     = "date"
	ByHour     = "hour"
	ByCategory = "category"
	ByItem     = "item"
)

// maxSpan is how many days one question may cover.
const maxSpan = 400

// SalesQuery asks for sums over business dates, both included. Without a café it covers all cafés of the currency;
// without dimensions there is one row.
type SalesQuery struct {
	From, To string
	Currency string // unset: see Service.Sales
	Cafe     string
	By       []string
	Limit    int // rows; the store reads one more
	After    *SalesKey
}

// SalesKey is where a page ends. Fields that the query does not go by are zero.
type SalesKey struct {
	Cafe     string `json:",omitempty"`
	Date     string `json:",omitempty"`
	Hour     int    `json:",omitempty"`
	Category string `json:",omitempty"`
	Item     string `json:",omitempty"`
}

// SalesRow is one sum. Orders are 0 in rows by item or category: an order is of several.
type SalesRow struct {
	SalesKey
	Figures
	CafeName, CategoryName, ItemName string
}

// SalesPage is a page of rows, and the sum of the whole span.
type SalesPage struct {
	By       []string
	Currency string
	Rows     []SalesRow
	Next     string
	Total    SalesRow
}

// Sales sums over a span of business dates. Errors: invalid_span, invalid_cursor, not_found for a café nobody knows.
func (s *Service) Sales(ctx context.Context, q SalesQuery, cursor string) (SalesPage, error) {
	from, err1 := time.Parse(time.DateOnly, q.From)
	to, err2 := time.Parse(time.DateOnly, q.To)
	if err1 != nil || err2 != nil {
		return SalesPage{}, errs.Invalid("invalid_span", "Name two dates that exist, from and to.")
	}
	if to.Before(from) || to.Sub(from) >= maxSpan*24*time.Hour {
		return SalesPage{}, errs.Invalid("invalid_span", "Ask for 1 to %d days: from must not be after to.", maxSpan)
	}
	if err := s.checkCafe(ctx, q.Cafe); err != nil {
		return SalesPage{}, err
	}
	var after salesCursor
	paged, err := page.Decode(cursor, &after)
	if err != nil {
		return SalesPage{}, err
	}
	if paged {
		// A cursor goes with its question: in another order it would skip rows.
		if !slices.Equal(after.By, q.By) || !after.valid() {
			return SalesPage{}, errs.Invalid("invalid_cursor", "The cursor belongs to another question: start again from the first page.")
		}
		q.After = &after.SalesKey
	}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return SalesPage{}, err
	}
	if q.Currency == "" {
		if q.Currency, err = s.spanCurrency(ctx, MonthOf(q.To), known, q.Cafe); err != nil {
			return SalesPage{}, err
		}
	}
	rows, total, err := s.Store.Sales(ctx, q)
	if err != nil {
		return SalesPage{}, err
	}
	if len(q.By) == 0 && !total.Zero() {
		rows = []SalesRow{total}
	}
	p := SalesPage{By: q.By, Currency: q.Currency, Total: total}
	p.Rows, p.Next = page.Cut(rows, q.Limit, func(r SalesRow) any { return salesCursor{r.SalesKey, q.By} })
	return p, s.nameSales(ctx, p.Rows, known)
}

type salesCursor struct {
	SalesKey
	By []string
}

func (c salesCursor) valid() bool {
	for _, id := range []struct{ by, id string }{{ByCafe, c.Cafe}, {ByCategory, c.Category}, {ByItem, c.Item}} {
		if slices.Contains(c.By, id.by) != validID(id.id) {
			return false
		}
	}
	return true
}

// spanCurrency is the currency of a span that names none: that of its last month.
func (s *Service) spanCurrency(ctx context.Context, month Month, known map[string]Cafe, cafe string) (currency string, err error) {
	err = s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		months, err := r.Months(ctx, month)
		if err != nil {
			return err
		}
		currency, _, err = chooseCurrency(ctx, r, months, known, "", cafe)
		return err
	})
	return currency, err
}

func (s *Service) nameSales(ctx context.Context, rows []SalesRow, known map[string]Cafe) error {
	var items, categories []string
	for i := range rows {
		rows[i].CafeName = known[rows[i].Cafe].Name
		if rows[i].Item != "" {
			items = append(items, rows[i].Item)
		}
		if rows[i].Category != "" {
			categories = append(categories, rows[i].Category)
		}
	}
	if len(items)+len(categories) == 0 {
		return nil
	}
	return s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		itemNames, err := r.ItemNames(ctx, distinctIDs(items))
		if err != nil {
			return err
		}
		categoryNames, err := r.CategoryNames(ctx, distinctIDs(categories))
		if err != nil {
			return err
		}
		for i := range rows {
			rows[i].ItemName, rows[i].CategoryName = itemNames[rows[i].Item], categoryNames[rows[i].Category]
		}
		return nil
	})
}

func distinctIDs(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}
