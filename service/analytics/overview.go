package analytics

import (
	"context"
	"slices"
)

// best is how many products are listed from either end.
const best = 3

// OverviewView is the dashboard's comparison of a month.
type OverviewView struct {
	Month      Month
	Currency   string
	Empty      bool
	Cafes      []CafeView // most sales first
	Categories []CategoryView
	Total      Figures
}

// CafeView is one café's month.
type CafeView struct {
	Ranked
	Days        []CafeDay // every day of the month
	Top, Bottom []Ranked  // see TopBottom
}

// CategoryView is a category's part of the month, valued at the prices and in the category of each sale.
type CategoryView struct {
	Ranked
	Share int32 // basis points
}

// Overview is the comparison of a month. Errors as for Month.
func (s *Service) Overview(ctx context.Context, q Query) (OverviewView, error) {
	if err := s.checkQuery(ctx, &q, 0); err != nil {
		return OverviewView{}, err
	}
	v := OverviewView{Month: q.Month}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return v, err
	}
	err = s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		all, err := r.Months(ctx, q.Month)
		if err != nil {
			return err
		}
		if v.Currency, _, err = s.chooseCurrency(ctx, r, all, q.Currency, q.Cafe); err != nil {
			return err
		}
		cafes, total := cafesOf(all, v.Currency, q.Cafe, known)
		v.Total, v.Empty = total, total.Zero()
		if v.Cafes, err = cafeViews(ctx, r, q.Month, v.Currency, q.Cafe, cafes); err != nil {
			return err
		}
		v.Categories, err = categoryViews(ctx, r, q.Month, v.Currency, q.Cafe)
		return err
	})
	return v, err
}

func cafeViews(ctx context.Context, r Reader, month Month, currency, cafe string, cafes []Ranked) ([]CafeView, error) {
	days, err := r.Days(ctx, month, currency, cafe)
	if err != nil {
		return nil, err
	}
	products, err := r.CafeItems(ctx, month, currency, cafe)
	if err != nil {
		return nil, err
	}
	names, err := r.ItemNames(ctx, itemsOf(products))
	if err != nil {
		return nil, err
	}
	daysOf := make(map[string][]CafeDay, len(cafes))
	for _, d := range days {
		daysOf[d.Cafe] = append(daysOf[d.Cafe], d)
	}
	dates := month.dates()
	views := make([]CafeView, 0, len(cafes))
	for _, c := range cafes {
		own := products[c.ID]
		for i := range own {
			own[i].Name = names[own[i].ID]
		}
		v := CafeView{Ranked: c, Days: FillDays(dates, c.ID, daysOf[c.ID])}
		v.Top, v.Bottom = TopBottom(own, best)
		views = append(views, v)
	}
	return views, nil
}

func itemsOf(products map[string][]Ranked) []string {
	seen := map[string]bool{}
	for _, rows := range products {
		for _, p := range rows {
			seen[p.ID] = true
		}
	}
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	return distinctIDs(ids)
}

// dates are all dates of the month.
func (m Month) dates() []string {
	dates := make([]string, m.Days())
	for i := range dates {
		dates[i] = m.Date(i + 1)
	}
	return dates
}

// FillDays gives a café's days for every one of the dates; those without sales are zeros.
func FillDays(dates []string, cafe string, days []CafeDay) []CafeDay {
	filled := make([]CafeDay, len(dates))
	for i, date := range dates {
		filled[i] = CafeDay{Cafe: cafe, Date: date}
	}
	for _, d := range days {
		if i, ok := slices.BinarySearch(dates, d.Date); ok {
			filled[i] = d
		}
	}
	return filled
}

func categoryViews(ctx context.Context, r Reader, month Month, currency, cafe string) ([]CategoryView, error) {
	found, err := r.Categories(ctx, month, currency, cafe)
	if err != nil {
		return nil, err
	}
	var categories []Ranked
	for _, c := range found {
		if c.Units != 0 || c.Sales != 0 {
			categories = append(categories, c)
		}
	}
	if categories, err = withNames(ctx, categories, r.CategoryNames); err != nil {
		return nil, err
	}
	slices.SortFunc(categories, bySales)
	sales := make([]int64, len(categories))
	for i, c := range categories {
		sales[i] = c.Sales
	}
	views := make([]CategoryView, len(categories))
	for i, share := range Shares(sales) {
		views[i] = CategoryView{Ranked: categories[i], Share: share}
	}
	return views, nil
}
