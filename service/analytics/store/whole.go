package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"coffee/internal/db"
	"coffee/service/analytics"
	"coffee/service/analytics/store/sqlc"
)

// heads are the first values of the tables' keys: with them a café's rows are found without reading everybody's.
type heads struct{ itemCurrencies, hourCurrencies, dayCurrencies, months, itemMonths, categoryMonths []string }

// distinct walks an index from one value to the next.
func distinct(ctx context.Context, next func(context.Context, string) (string, error)) ([]string, error) {
	var values []string
	for at := ""; ; {
		value, err := next(ctx, at)
		if errors.Is(err, sql.ErrNoRows) {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		values, at = append(values, value), value
	}
}

func readHeads(ctx context.Context, q *sqlc.Queries) (h heads, err error) {
	for _, part := range []struct {
		to   *[]string
		next func(context.Context, string) (string, error)
	}{
		{&h.itemCurrencies, q.NextCurrency},
		{&h.hourCurrencies, q.NextHourCurrency},
		{&h.dayCurrencies, q.NextDayCurrency},
		{&h.months, q.NextMonth},
		{&h.itemMonths, q.NextItemMonth},
		{&h.categoryMonths, q.NextCategoryMonth},
	} {
		if *part.to, err = distinct(ctx, part.next); err != nil {
			return h, err
		}
	}
	return h, nil
}

// Forget removes a café's figures and sets its cursor back, in one transaction: a follower that still adds to the old
// figures loses its compare-and-set.
func (s *Store) Forget(ctx context.Context, cafe string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		q, id := sqlc.New(tx), db.ID(cafe)
		if _, err := q.RestartFollow(ctx, sqlc.RestartFollowParams{Hash: noHash, CafeID: id}); err != nil {
			return err
		}
		h, err := readHeads(ctx, q)
		if err != nil {
			return err
		}
		drops := []error{q.DropModifiers(ctx, id)}
		for _, c := range h.itemCurrencies {
			drops = append(drops, q.DropItems(ctx, sqlc.DropItemsParams{Currency: c, CafeID: id}))
		}
		for _, c := range h.hourCurrencies {
			drops = append(drops, q.DropHours(ctx, sqlc.DropHoursParams{Currency: c, CafeID: id}))
		}
		for _, c := range h.dayCurrencies {
			drops = append(drops, q.DropDays(ctx, sqlc.DropDaysParams{Currency: c, CafeID: id}))
		}
		for _, m := range h.months {
			drops = append(drops, q.DropMonths(ctx, sqlc.DropMonthsParams{Month: m, CafeID: id}))
		}
		for _, m := range h.itemMonths {
			drops = append(drops, q.DropItemMonths(ctx, sqlc.DropItemMonthsParams{Month: m, CafeID: id}))
		}
		for _, m := range h.categoryMonths {
			drops = append(drops, q.DropCategoryMonths(ctx, sqlc.DropCategoryMonthsParams{Month: m, CafeID: id}))
		}
		return errors.Join(drops...)
	})
}

// Facts is all that is kept of a café, in the order of its keys, without names.
func (s *Store) Facts(ctx context.Context, cafe string) (analytics.Facts, error) {
	var f analytics.Facts
	err := s.db.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		f = analytics.Facts{}
		q := sqlc.New(tx)
		h, err := readHeads(ctx, q)
		if err != nil {
			return err
		}
		if err := daily(ctx, q, &f, h, db.ID(cafe)); err != nil {
			return err
		}
		if err := monthly(ctx, q, &f, h, db.ID(cafe)); err != nil {
			return err
		}
		rows, err := q.AllModifiers(ctx, db.ID(cafe))
		for _, r := range rows {
			f.Modifiers = append(f.Modifiers, analytics.Row{
				Key: analytics.Key{
					Cafe: string(r.CafeID), Period: r.BusinessDate, Hour: -1, Item: string(r.ItemID), Modifier: string(r.ModifierID),
				},
				Figures: analytics.Figures{Units: r.Units},
			})
		}
		return err
	})
	if err != nil {
		return analytics.Facts{}, err
	}
	for _, rows := range [][]analytics.Row{f.Months, f.ItemMonths, f.CategoryMonths} {
		slices.SortFunc(rows, analytics.CompareRows) // the tables go by month, then currency
	}
	return f, nil
}

func daily(ctx context.Context, q *sqlc.Queries, f *analytics.Facts, h heads, cafe db.ID) error {
	for _, currency := range h.itemCurrencies {
		rows, err := q.AllItems(ctx, sqlc.AllItemsParams{Currency: currency, CafeID: cafe})
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.Items = append(f.Items, analytics.Row{
				Key: analytics.Key{
					Currency: r.Currency, Cafe: string(r.CafeID), Period: r.BusinessDate, Hour: int(r.Hour),
					Item: string(r.ItemID), Category: string(r.CategoryID),
				},
				Figures: figures(0, r.Units, r.LineCount, r.Gross, r.Discount, r.Net, r.Tax, r.Sales),
			})
		}
	}
	for _, currency := range h.hourCurrencies {
		rows, err := q.AllHours(ctx, sqlc.AllHoursParams{Currency: currency, CafeID: cafe})
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.Hours = append(f.Hours, analytics.Row{
				Key:     analytics.Key{Currency: r.Currency, Cafe: string(r.CafeID), Period: r.BusinessDate, Hour: int(r.Hour)},
				Figures: figures(r.Orders, r.Units, r.LineCount, r.Gross, r.Discount, r.Net, r.Tax, r.Sales),
			})
		}
	}
	for _, currency := range h.dayCurrencies {
		rows, err := q.AllDays(ctx, sqlc.AllDaysParams{Currency: currency, CafeID: cafe})
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.Days = append(f.Days, analytics.Row{
				Key:     analytics.Key{Currency: r.Currency, Cafe: string(r.CafeID), Period: r.BusinessDate, Hour: -1},
				Figures: figures(r.Orders, r.Units, r.LineCount, r.Gross, r.Discount, r.Net, r.Tax, r.Sales),
			})
		}
	}
	return nil
}

func monthly(ctx context.Context, q *sqlc.Queries, f *analytics.Facts, h heads, cafe db.ID) error {
	for _, month := range h.months {
		rows, err := q.AllMonths(ctx, sqlc.AllMonthsParams{Month: month, CafeID: cafe})
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.Months = append(f.Months, analytics.Row{
				Key:     analytics.Key{Currency: r.Currency, Cafe: string(r.CafeID), Period: r.Month, Hour: -1},
				Figures: figures(r.Orders, r.Units, r.LineCount, r.Gross, r.Discount, r.Net, r.Tax, r.Sales),
			})
		}
	}
	for _, month := range h.itemMonths {
		rows, err := q.AllItemMonths(ctx, sqlc.AllItemMonthsParams{Month: month, CafeID: cafe})
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.ItemMonths = append(f.ItemMonths, analytics.Row{
				Key:     analytics.Key{Currency: r.Currency, Cafe: string(r.CafeID), Period: r.Month, Hour: -1, Item: string(r.ItemID)},
				Figures: figures(0, r.Units, r.LineCount, r.Gross, r.Discount, r.Net, r.Tax, r.Sales),
			})
		}
	}
	for _, month := range h.categoryMonths {
		rows, err := q.AllCategoryMonths(ctx, sqlc.AllCategoryMonthsParams{Month: month, CafeID: cafe})
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.CategoryMonths = append(f.CategoryMonths, analytics.Row{
				Key:     analytics.Key{Currency: r.Currency, Cafe: string(r.CafeID), Period: r.Month, Hour: -1, Category: string(r.CategoryID)},
				Figures: figures(0, r.Units, r.LineCount, r.Gross, r.Discount, r.Net, r.Tax, r.Sales),
			})
		}
	}
	return nil
}

func figures(orders, units, lines, gross, discount, net, tax, sales int64) analytics.Figures {
	return analytics.Figures{
		Orders: orders, Units: units, Lines: lines,
		Gross: gross, Discount: discount, Net: net, Tax: tax, Sales: sales,
	}
}
