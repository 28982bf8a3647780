package analytics

import (
	"context"
	"slices"
	"strings"

	"coffee/internal/errs"
)

// Query asks for a month's view.
type Query struct {
	Month    Month  // unset: the running month in UTC; of a prediction: the one after it
	Currency string // unset: the one most cafés sold in that month, else ever
	Cafe     string // unset: all cafés
}

// MonthView is the four cards.
type MonthView struct {
	Month           Month
	Currency        string
	Empty           bool
	TopProduct      *Ranked // most units; of equals the one with more money, then by name
	TopCafe         *Ranked // most money; of equals the one with more orders, then by name
	Total           Figures
	Growth          Growth
	Running         bool
	OtherCurrencies []string
}

// Month is the cards of a month. A month without sales is an empty view, not an error. Errors: invalid_month,
// not_found for a café nobody knows.
func (s *Service) Month(ctx context.Context, q Query) (MonthView, error) {
	if err := s.checkQuery(ctx, &q, 0); err != nil {
		return MonthView{}, err
	}
	v := MonthView{Month: q.Month, Running: q.Month >= MonthAt(s.Now())}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return v, err
	}
	err = s.Store.View(ctx, func(ctx context.Context, r Reader) error {
		all, err := r.Months(ctx, q.Month)
		if err != nil {
			return err
		}
		if v.Currency, v.OtherCurrencies, err = chooseCurrency(ctx, r, all, known, q.Currency, q.Cafe); err != nil {
			return err
		}
		cafes, total := cafesOf(all, v.Currency, q.Cafe, known)
		v.Total, v.Empty, v.TopCafe = total, total.Zero(), nil
		if len(cafes) > 0 && cafes[0].Sales > 0 {
			v.TopCafe = &cafes[0]
		}
		lastDay := 0
		err = s.withBook(ctx, r, q.Month, v.Currency, q.Cafe, all, func(b *book) error {
			lastDay = b.lastDay
			v.TopProduct, err = b.topProduct(ctx, r)
			return err
		})
		if err != nil {
			return err
		}
		v.Growth, err = s.growth(ctx, r, v, q.Cafe, lastDay)
		return err
	})
	return v, err
}

// cafesOf picks the cafés of one currency that have figures, most sales first, and their sum.
func cafesOf(all []CafeMonth, currency, cafe string, known map[string]Cafe) ([]Ranked, Figures) {
	var cafes []Ranked
	var total Figures
	for _, m := range all {
		if m.Currency != currency || (cafe != "" && m.Cafe != cafe) || m.Zero() {
			continue
		}
		cafes = append(cafes, Ranked{ID: m.Cafe, Name: known[m.Cafe].Name, Figures: m.Figures})
		total = total.Plus(m.Figures)
	}
	slices.SortFunc(cafes, bySales)
	return cafes, total
}

// topProduct is the product with the most units; nil when none was sold.
func (b *book) topProduct(ctx context.Context, r Reader) (*Ranked, error) {
	if err := b.named(ctx, r); err != nil {
		return nil, err
	}
	top, _ := TopBottom(ranked(b.items, b.names), 1)
	if len(top) == 0 {
		return nil, nil
	}
	return &top[0], nil
}

// growth compares with the month before. A month that is not over is compared over its days so far: up to today in UTC,
// or to the latest day somebody sold on, where cafés are ahead of UTC.
func (s *Service) growth(ctx context.Context, r Reader, v MonthView, cafe string, lastDay int) (Growth, error) {
	earlier := v.Month.Add(-1)
	rows, err := r.Months(ctx, earlier)
	if err != nil {
		return Growth{}, err
	}
	if !v.Running {
		_, before := cafesOf(rows, v.Currency, cafe, nil)
		return GrowthOf(before.Sales, v.Total.Sales), nil
	}
	days := max(lastDay, 1)
	if now := s.Now().UTC(); MonthAt(now) == v.Month {
		days = max(days, now.Day())
	}
	var g Growth
	err = s.withBook(ctx, r, earlier, v.Currency, cafe, rows, func(b *book) error {
		g = GrowthOf(b.salesUpTo(days), v.Total.Sales)
		g.SameDaysOnly = true
		return nil
	})
	return g, err
}

// chooseCurrency is the currency of a view, and the others that were sold in. Without a wish it is the one most cafés
// sold in that month, else the one most cafés ever sold in, else the one most cafés have.
func chooseCurrency(ctx context.Context, r Reader, months []CafeMonth, known map[string]Cafe, wish, cafe string) (currency string, others []string, err error) {
	cafes := map[string]int{}
	for _, m := range months {
		if !m.Zero() && (cafe == "" || m.Cafe == cafe) {
			cafes[m.Currency]++
		}
	}
	currency = wish
	if currency == "" {
		currency = mostCommon(cafes)
	}
	if currency == "" {
		ever, err := r.Currencies(ctx, cafe)
		if err != nil {
			return "", nil, err
		}
		if len(ever) > 0 {
			currency = ever[0]
		}
	}
	if currency == "" {
		have := map[string]int{}
		for id, c := range known {
			if cafe == "" || id == cafe {
				have[c.Currency]++
			}
		}
		currency = mostCommon(have)
	}
	for c := range cafes {
		if c != currency {
			others = append(others, c)
		}
	}
	slices.Sort(others)
	return currency, others, nil
}

// mostCommon is the key with the highest count; of equals the first by name.
func mostCommon(counts map[string]int) string {
	best := ""
	for c, n := range counts {
		if best == "" || n > counts[best] || (n == counts[best] && strings.Compare(c, best) < 0) {
			best = c
		}
	}
	return best
}

// checkQuery fills the month in (ahead months after the running one) and refuses what nobody can mean.
func (s *Service) checkQuery(ctx context.Context, q *Query, ahead int) error {
	if q.Month == "" {
		q.Month = MonthAt(s.Now()).Add(ahead)
	}
	if !q.Month.Valid() || q.Month == "0001-01" || q.Month == "9999-12" {
		return errs.Invalid("invalid_month", "%s is no month: write it as 2026-03.", q.Month)
	}
	return s.checkCafe(ctx, q.Cafe)
}

// checkCafe refuses a café that neither we nor the café service know. Without the café service it gets the benefit of
// the doubt: its figures are then simply empty.
func (s *Service) checkCafe(ctx context.Context, cafe string) error {
	if cafe == "" {
		return nil
	}
	if !validID(cafe) {
		return errs.NotFound("café %s", cafe)
	}
	known, err := s.knownCafes(ctx)
	if err != nil {
		return err
	}
	if _, ok := known[cafe]; ok {
		return nil
	}
	c, err := s.Deps.Cafes.One(ctx, cafe)
	if errs.IsKind(err, errs.KindNotFound) {
		return errs.NotFound("café %s", cafe)
	}
	if err == nil {
		return s.keepCafes(ctx, []Cafe{c})
	}
	return nil
}
