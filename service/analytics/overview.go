package analytics

import (
	"context"
	"maps"
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
		if v.Currency, _, err = chooseCurrency(ctx, r, all, known, q.Currency, q.Cafe); err != nil {
			return err
		}
		cafes, total := cafesOf(all, v.Currency, q.Cafe, known)
		v.Total, v.Empty = total, total.Zero()
		return s.withBook(ctx, r, q.Month, v.Currency, q.Cafe, all, func(b *book) error {
			if err := b.named(ctx, r); err != nil {
				return err
			}
			dates := q.Month.dates()
			v.Cafes = make([]CafeView, len(cafes))
			for i, c := range cafes {
				v.Cafes[i] = b.cafeView(c, dates)
			}
			v.Categories, err = b.categoryViews(ctx, r)
			return err
		})
	})
	return v, err
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

func (b *book) categoryViews(ctx context.Context, r Reader) ([]CategoryView, error) {
	names, err := r.CategoryNames(ctx, slices.Sorted(maps.Keys(b.categories)))
	if err != nil {
		return nil, err
	}
	categories := ranked(b.categories, names)
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
