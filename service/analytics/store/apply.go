package store

import (
	"context"
	"slices"

	"coffee/internal/db"
	"coffee/service/analytics"
	"coffee/service/analytics/store/sqlc"
)

// denseRows is from how many rows on it pays to ask which are there already, rather than to try to update each.
const denseRows = 24

// Apply moves the cursors and adds what lies between, in one transaction. The cursor's row is a café's lock: it is
// written first, so whoever won it is alone with the café's sums until the commit.
func (s *Store) Apply(ctx context.Context, steps []analytics.Step) ([]bool, error) {
	steps = slices.Clone(steps)
	var won []bool
	err := s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		a := adder{tx: tx, q: sqlc.New(tx)}
		won = make([]bool, len(steps))
		for i, step := range steps {
			var err error
			if won[i], err = move(ctx, a.q, step); err != nil {
				return err
			}
		}
		var items, categories []analytics.Name
		for i, step := range steps {
			if !won[i] {
				continue
			}
			if err := a.step(ctx, step); err != nil {
				return err
			}
			if err := a.stepModifiers(ctx, step); err != nil {
				return err
			}
			items = append(items, step.Facts.ItemNames...)
			categories = append(categories, step.Facts.CategoryNames...)
		}
		// All cafés share the names, so they come last: their rows are held the shortest.
		return a.names(ctx, analytics.LatestNames(items), analytics.LatestNames(categories))
	})
	if err != nil {
		return nil, err
	}
	return won, nil
}

// adder adds sums inside a transaction.
type adder struct {
	tx db.Tx
	q  *sqlc.Queries
}

func (a adder) step(ctx context.Context, step analytics.Step) error {
	f := &step.Facts
	if err := a.items(ctx, f.Items); err != nil {
		return err
	}
	for _, part := range []struct {
		table   string
		columns []string
		rows    []analytics.Row
		add     func(context.Context, analytics.Row) (int64, error)
		values  func(analytics.Row) []any
	}{
		{"hour_fact", hourColumns, f.Hours, a.addHour, hourValues},
		{"cafe_day", dayColumns, f.Days, a.addDay, dayValues},
		{"cafe_month", monthColumns, f.Months, a.addMonth(step), monthValues(step)},
		{"item_month", itemMonthColumns, f.ItemMonths, a.addItemMonth, itemMonthValues},
		{"category_month", categoryMonthColumns, f.CategoryMonths, a.addCategoryMonth, categoryMonthValues},
	} {
		var missing [][]any
		for _, r := range part.rows {
			n, err := part.add(ctx, r)
			if err != nil {
				return err
			}
			if n == 0 {
				missing = append(missing, part.values(r))
			}
		}
		if err := db.InsertRows(ctx, a.tx, part.table, part.columns, missing); err != nil {
			return err
		}
	}
	return nil
}

// items adds the finest rows. There are many of them, and in a fresh import most are new.
func (a adder) items(ctx context.Context, rows []analytics.Row) error {
	present, asked, err := a.present(ctx, rows)
	if err != nil {
		return err
	}
	var missing [][]any
	for _, r := range rows {
		if asked && !present[r.Key] {
			missing = append(missing, itemValues(r))
			continue
		}
		n, err := a.q.AddItem(ctx, sqlc.AddItemParams{
			Units: r.Units, LineCount: r.Lines, Gross: r.Gross, Discount: r.Discount, Net: r.Net, Tax: r.Tax, Sales: r.Sales,
			Currency: r.Currency, CafeID: db.ID(r.Cafe), BusinessDate: r.Period, Hour: int32(r.Hour),
			ItemID: db.ID(r.Item), CategoryID: db.ID(r.Category),
		})
		if err != nil {
			return err
		}
		if n == 0 {
			missing = append(missing, itemValues(r))
		}
	}
	return db.InsertRows(ctx, a.tx, "fact", itemColumns, missing)
}

// present tells which of many rows are there, where they lie close together: one café, one currency, few dates.
func (a adder) present(ctx context.Context, rows []analytics.Row) (keys map[analytics.Key]bool, asked bool, err error) {
	if len(rows) < denseRows {
		return nil, false, nil
	}
	var dates []string
	for _, r := range rows {
		if r.Currency != rows[0].Currency || r.Cafe != rows[0].Cafe {
			return nil, false, nil
		}
		if len(dates) == 0 || dates[len(dates)-1] != r.Period { // rows are sorted by date
			dates = append(dates, r.Period)
		}
	}
	if len(rows) < len(dates)*denseRows {
		return nil, false, nil
	}
	found, err := a.q.ItemKeys(ctx, sqlc.ItemKeysParams{Currency: rows[0].Currency, CafeID: db.ID(rows[0].Cafe), Dates: dates})
	if err != nil {
		return nil, false, err
	}
	keys = make(map[analytics.Key]bool, len(found))
	for _, k := range found {
		keys[analytics.Key{
			Currency: rows[0].Currency, Cafe: rows[0].Cafe, Period: k.BusinessDate, Hour: int(k.Hour),
			Item: string(k.ItemID), Category: string(k.CategoryID),
		}] = true
	}
	return keys, true, nil
}

func (a adder) addHour(ctx context.Context, r analytics.Row) (int64, error) {
	return a.q.AddHour(ctx, sqlc.AddHourParams{
		Orders: r.Orders, Units: r.Units, LineCount: r.Lines, Gross: r.Gross, Discount: r.Discount, Net: r.Net, Tax: r.Tax,
		Sales: r.Sales, Currency: r.Currency, CafeID: db.ID(r.Cafe), BusinessDate: r.Period, Hour: int32(r.Hour),
	})
}

func (a adder) addDay(ctx context.Context, r analytics.Row) (int64, error) {
	return a.q.AddDay(ctx, sqlc.AddDayParams{
		Orders: r.Orders, Units: r.Units, LineCount: r.Lines, Gross: r.Gross, Discount: r.Discount, Net: r.Net, Tax: r.Tax,
		Sales: r.Sales, Currency: r.Currency, CafeID: db.ID(r.Cafe), BusinessDate: r.Period,
	})
}

func (a adder) addMonth(step analytics.Step) func(context.Context, analytics.Row) (int64, error) {
	return func(ctx context.Context, r analytics.Row) (int64, error) {
		return a.q.AddMonth(ctx, sqlc.AddMonthParams{
			Generation: step.From.Generation, Seq: step.Seq, Orders: r.Orders, Units: r.Units, LineCount: r.Lines,
			Gross: r.Gross, Discount: r.Discount, Net: r.Net, Tax: r.Tax, Sales: r.Sales,
			Month: r.Period, Currency: r.Currency, CafeID: db.ID(r.Cafe),
		})
	}
}

func (a adder) addItemMonth(ctx context.Context, r analytics.Row) (int64, error) {
	return a.q.AddItemMonth(ctx, sqlc.AddItemMonthParams{
		Units: r.Units, LineCount: r.Lines, Gross: r.Gross, Discount: r.Discount, Net: r.Net, Tax: r.Tax, Sales: r.Sales,
		Month: r.Period, Currency: r.Currency, CafeID: db.ID(r.Cafe), ItemID: db.ID(r.Item),
	})
}

func (a adder) addCategoryMonth(ctx context.Context, r analytics.Row) (int64, error) {
	return a.q.AddCategoryMonth(ctx, sqlc.AddCategoryMonthParams{
		Units: r.Units, LineCount: r.Lines, Gross: r.Gross, Discount: r.Discount, Net: r.Net, Tax: r.Tax, Sales: r.Sales,
		Month: r.Period, Currency: r.Currency, CafeID: db.ID(r.Cafe), CategoryID: db.ID(r.Category),
	})
}

// names keeps the latest name of each id. Two writers of one new name: the second one's insert is a duplicate, and
// its name is then compared with the first one's.
func (a adder) names(ctx context.Context, items, categories []analytics.Name) error {
	for _, n := range items {
		p := sqlc.ItemNamedParams{ID: db.ID(n.ID), Name: n.Name, SoldAtUs: n.SoldAt}
		err := a.name(ctx,
			func() (int64, error) { return a.q.ItemNamed(ctx, p) },
			func() (int, error) { r, err := a.q.ItemNames(ctx, []db.ID{p.ID}); return len(r), err },
			func() error {
				return a.q.StartItemName(ctx, sqlc.StartItemNameParams{ID: p.ID, Name: p.Name, SoldAtUs: p.SoldAtUs})
			})
		if err != nil {
			return err
		}
	}
	for _, n := range categories {
		p := sqlc.CategoryNamedParams{ID: db.ID(n.ID), Name: n.Name, SoldAtUs: n.SoldAt}
		err := a.name(ctx,
			func() (int64, error) { return a.q.CategoryNamed(ctx, p) },
			func() (int, error) { r, err := a.q.CategoryNames(ctx, []db.ID{p.ID}); return len(r), err },
			func() error {
				return a.q.StartCategoryName(ctx, sqlc.StartCategoryNameParams{ID: p.ID, Name: p.Name, SoldAtUs: p.SoldAtUs})
			})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a adder) name(_ context.Context, update func() (int64, error), there func() (int, error), insert func() error) error {
	n, err := update()
	if err != nil || n == 1 {
		return err
	}
	if n, err := there(); err != nil || n > 0 {
		return err
	}
	if won, err := inserted(insert()); err != nil || won {
		return err
	}
	_, err = update()
	return err
}
