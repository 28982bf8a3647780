package store

import (
	"context"
	"strconv"

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
			Month: month, Currency: m.Currency, Cafe: string(m.CafeID),
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

func (r reader) Days(ctx context.Context, month analytics.Month, currency, cafe string) ([]analytics.CafeDay, error) {
	first, last := month.Date(1), month.Date(31)
	if cafe != "" {
		rows, err := r.q.DaysOfCafe(ctx, sqlc.DaysOfCafeParams{Currency: currency, First: first, Last: last, CafeID: db.ID(cafe)})
		if err != nil {
			return nil, err
		}
		return days(rows), nil
	}
	rows, err := r.q.DaysOf(ctx, sqlc.DaysOfParams{Month: string(month), Currency: currency, First: first, Last: last})
	if err != nil {
		return nil, err
	}
	return days(rows), nil
}

func days[T sqlc.DaysOfRow | sqlc.DaysOfCafeRow](rows []T) []analytics.CafeDay {
	out := make([]analytics.CafeDay, 0, len(rows))
	for _, row := range rows {
		d := sqlc.DaysOfRow(row)
		out = append(out, analytics.CafeDay{Cafe: string(d.CafeID), Date: d.BusinessDate, Orders: d.Orders, Sales: d.Sales})
	}
	return out
}

func (r reader) SalesUpTo(ctx context.Context, month analytics.Month, n int, currency, cafe string) (int64, error) {
	first, last := month.Date(1), month.Date(n)
	if cafe != "" {
		return r.q.CafeSalesUpTo(ctx, sqlc.CafeSalesUpToParams{Currency: currency, First: first, Last: last, CafeID: db.ID(cafe)})
	}
	return r.q.SalesUpTo(ctx, sqlc.SalesUpToParams{Month: string(month), Currency: currency, First: first, Last: last})
}

func (r reader) LastDay(ctx context.Context, month analytics.Month, currency, cafe string) (int, error) {
	first, last := month.Date(1), month.Date(31)
	var dates []string
	var err error
	if cafe != "" {
		dates, err = r.q.LastDayOfCafe(ctx, sqlc.LastDayOfCafeParams{Currency: currency, First: first, Last: last, CafeID: db.ID(cafe)})
	} else {
		dates, err = r.q.LastDay(ctx, sqlc.LastDayParams{Month: string(month), Currency: currency, First: first, Last: last})
	}
	if err != nil || len(dates) == 0 {
		return 0, err
	}
	return strconv.Atoi(dates[0][len(dates[0])-2:])
}

func (r reader) Items(ctx context.Context, month analytics.Month, currency, cafe string) ([]analytics.Ranked, error) {
	if cafe != "" {
		byCafe, err := r.CafeItems(ctx, month, currency, cafe)
		return byCafe[cafe], err
	}
	rows, err := r.q.ItemSums(ctx, sqlc.ItemSumsParams{Month: string(month), Currency: currency})
	if err != nil {
		return nil, err
	}
	out := make([]analytics.Ranked, 0, len(rows))
	for _, i := range rows {
		out = append(out, ranked(i.ItemID, i.Units, i.Sales))
	}
	return out, nil
}

func (r reader) CafeItems(ctx context.Context, month analytics.Month, currency, cafe string) (map[string][]analytics.Ranked, error) {
	out := map[string][]analytics.Ranked{}
	if cafe != "" {
		rows, err := r.q.CafeItems(ctx, sqlc.CafeItemsParams{Month: string(month), Currency: currency, CafeID: db.ID(cafe)})
		for _, i := range rows {
			out[cafe] = append(out[cafe], ranked(i.ItemID, i.Units, i.Sales))
		}
		return out, err
	}
	rows, err := r.q.AllCafeItems(ctx, sqlc.AllCafeItemsParams{Month: string(month), Currency: currency})
	for _, i := range rows {
		out[string(i.CafeID)] = append(out[string(i.CafeID)], ranked(i.ItemID, i.Units, i.Sales))
	}
	return out, err
}

func (r reader) Categories(ctx context.Context, month analytics.Month, currency, cafe string) ([]analytics.Ranked, error) {
	var out []analytics.Ranked
	if cafe != "" {
		rows, err := r.q.CafeCategories(ctx, sqlc.CafeCategoriesParams{Month: string(month), Currency: currency, CafeID: db.ID(cafe)})
		for _, c := range rows {
			out = append(out, ranked(c.CategoryID, c.Units, c.Sales))
		}
		return out, err
	}
	rows, err := r.q.CategorySums(ctx, sqlc.CategorySumsParams{Month: string(month), Currency: currency})
	for _, c := range rows {
		out = append(out, ranked(c.CategoryID, c.Units, c.Sales))
	}
	return out, err
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
