package store

import (
	"context"
	"slices"

	"coffee/internal/db"
	"coffee/service/analytics"
	"coffee/service/analytics/store/sqlc"
)

// View runs fn over one snapshot.
func (s *Store) View(ctx context.Context, fn func(context.Context, analytics.Reader) error) error {
	return s.db.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		return fn(ctx, reader{sqlc.New(tx)})
	})
}

type reader struct{ q *sqlc.Queries }

func (r reader) Months(ctx context.Context, month analytics.Month) ([]analytics.CafeMonth, error) {
	rows, err := r.q.MonthCafes(ctx, string(month))
	if err != nil {
		return nil, err
	}
	out := make([]analytics.CafeMonth, 0, len(rows))
	for _, m := range rows {
		out = append(out, analytics.CafeMonth{
			Month: month, Currency: m.Currency, Cafe: string(m.CafeID), Stamp: analytics.Stamp{Generation: m.Generation, Seq: m.Seq},
			Figures: figures(m.Orders, m.Units, m.LineCount, m.Gross, m.Discount, m.Net, m.Tax, m.Sales),
		})
	}
	return out, nil
}

func (r reader) Past(ctx context.Context, last analytics.Month, currency, cafe string) ([]analytics.CafeMonth, error) {
	if cafe != "" {
		rows, err := r.q.OneCafesMonths(ctx, sqlc.OneCafesMonthsParams{Last: string(last), Currency: currency, CafeID: db.ID(cafe)})
		if err != nil {
			return nil, err
		}
		return pasts(currency, rows), nil
	}
	rows, err := r.q.SomeMonths(ctx, sqlc.SomeMonthsParams{Last: string(last), Currency: currency})
	if err != nil {
		return nil, err
	}
	return pasts(currency, rows), nil
}

func pasts[T sqlc.SomeMonthsRow | sqlc.OneCafesMonthsRow](currency string, rows []T) []analytics.CafeMonth {
	out := make([]analytics.CafeMonth, 0, len(rows))
	for _, row := range rows {
		m := sqlc.SomeMonthsRow(row)
		out = append(out, analytics.CafeMonth{
			Month: analytics.Month(m.Month), Currency: currency, Cafe: string(m.CafeID),
			Figures: figures(m.Orders, m.Units, 0, 0, 0, 0, 0, m.Sales),
		})
	}
	return out
}

func (r reader) Currencies(ctx context.Context, cafe string) ([]string, error) {
	var currencies []string
	if cafe != "" {
		rows, err := r.q.CafeCurrencies(ctx, db.ID(cafe))
		for _, c := range rows {
			currencies = append(currencies, c.Currency)
		}
		return currencies, err
	}
	rows, err := r.q.Currencies(ctx)
	for _, c := range rows {
		currencies = append(currencies, c.Currency)
	}
	return currencies, err
}

// detailsAtOnce is how many cafés one statement names: few texts, each prepared once.
const detailsAtOnce = 100

func (r reader) Details(ctx context.Context, month analytics.Month, currency string, cafes []string) (map[string]analytics.Details, error) {
	details := make(map[string]analytics.Details, len(cafes))
	for some := range slices.Chunk(cafes, detailsAtOnce) {
		ids := make([]db.ID, len(some))
		for i, cafe := range some {
			ids[i] = db.ID(cafe)
		}
		if len(cafes) > detailsAtOnce {
			for len(ids) < detailsAtOnce { // the same café again finds nothing more
				ids = append(ids, ids[0])
			}
		}
		if err := r.details(ctx, month, currency, ids, details); err != nil {
			return nil, err
		}
	}
	return details, nil
}

func (r reader) details(ctx context.Context, month analytics.Month, currency string, cafes []db.ID, details map[string]analytics.Details) error {
	days, err := r.q.DaysOf(ctx, sqlc.DaysOfParams{Currency: currency, First: month.Date(1), Last: month.Date(31), Cafes: cafes})
	if err != nil {
		return err
	}
	for _, d := range days {
		of := details[string(d.CafeID)]
		of.Days = append(of.Days, analytics.CafeDay{Cafe: string(d.CafeID), Date: d.BusinessDate, Orders: d.Orders, Sales: d.Sales})
		details[string(d.CafeID)] = of
	}
	items, err := r.q.ItemsOf(ctx, sqlc.ItemsOfParams{Month: string(month), Currency: currency, Cafes: cafes})
	if err != nil {
		return err
	}
	for _, i := range items {
		of := details[string(i.CafeID)]
		of.Items = append(of.Items, ranked(i.ItemID, i.Units, i.Sales))
		details[string(i.CafeID)] = of
	}
	categories, err := r.q.CategoriesOf(ctx, sqlc.CategoriesOfParams{Month: string(month), Currency: currency, Cafes: cafes})
	if err != nil {
		return err
	}
	for _, c := range categories {
		of := details[string(c.CafeID)]
		of.Categories = append(of.Categories, ranked(c.CategoryID, c.Units, c.Sales))
		details[string(c.CafeID)] = of
	}
	return nil
}

func ranked(id db.ID, units, sales int64) analytics.Ranked {
	return analytics.Ranked{ID: string(id), Figures: analytics.Figures{Units: units, Sales: sales}}
}

func (r reader) ItemNames(ctx context.Context, ids []string) (map[string]string, error) {
	return named(ids, func(some []db.ID, names map[string]string) error {
		rows, err := r.q.ItemNames(ctx, some)
		for _, n := range rows {
			names[string(n.ID)] = n.Name
		}
		return err
	})
}

func (r reader) CategoryNames(ctx context.Context, ids []string) (map[string]string, error) {
	return named(ids, func(some []db.ID, names map[string]string) error {
		rows, err := r.q.CategoryNames(ctx, some)
		for _, n := range rows {
			names[string(n.ID)] = n.Name
		}
		return err
	})
}

// named asks for the names of any number of ids, some at a time.
func named(ids []string, ask func([]db.ID, map[string]string) error) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), 500)
		some := make([]db.ID, n)
		for i, id := range ids[:n] {
			some[i] = db.ID(id)
		}
		if err := ask(some, names); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return names, nil
}
