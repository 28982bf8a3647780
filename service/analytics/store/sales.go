package store

import (
	"context"
	"slices"
	"strings"

	"coffee/internal/db"
	"coffee/service/analytics"
)

// dimensions are the columns that sums can be grouped by, in the order of their rows. The statement is put together
// from these constants, because sqlc writes no variable GROUP BY; values are always arguments.
var dimensions = []struct {
	name, column string
	key          func(analytics.SalesKey) any
}{
	{analytics.ByCafe, "cafe_id", func(k analytics.SalesKey) any { return db.ID(k.Cafe) }},
	{analytics.ByDate, "business_date", func(k analytics.SalesKey) any { return k.Date }},
	{analytics.ByHour, "hour", func(k analytics.SalesKey) any { return k.Hour }},
	{analytics.ByCategory, "category_id", func(k analytics.SalesKey) any { return db.ID(k.Category) }},
	{analytics.ByItem, "item_id", func(k analytics.SalesKey) any { return db.ID(k.Item) }},
}

const (
	sumsOnly   = "CAST(COALESCE(SUM(units), 0) AS SIGNED), CAST(COALESCE(SUM(line_count), 0) AS SIGNED), CAST(COALESCE(SUM(gross), 0) AS SIGNED), CAST(COALESCE(SUM(discount), 0) AS SIGNED), CAST(COALESCE(SUM(net), 0) AS SIGNED), CAST(COALESCE(SUM(tax), 0) AS SIGNED), CAST(COALESCE(SUM(sales), 0) AS SIGNED)"
	sumsOrders = "CAST(COALESCE(SUM(orders), 0) AS SIGNED), "
)

// Sales sums over a span. One row more than the query's limit is read, so that the caller knows of a next page.
func (s *Store) Sales(ctx context.Context, q analytics.SalesQuery) (rows []analytics.SalesRow, total analytics.SalesRow, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context, tx db.DBTX) error {
		if len(q.By) > 0 {
			if rows, err = salesBy(ctx, tx, q, q.By); err != nil {
				return err
			}
		}
		whole := q
		whole.After, whole.Limit = nil, 0
		totals, err := salesBy(ctx, tx, whole, nil)
		if err != nil {
			return err
		}
		total = totals[0] // sums without groups are one row, also over nothing
		return nil
	})
	return rows, total, err
}

func salesBy(ctx context.Context, tx db.DBTX, q analytics.SalesQuery, by []string) ([]analytics.SalesRow, error) {
	// The smallest table that knows the dimensions.
	table, orders := "cafe_day", true
	switch {
	case slices.Contains(by, analytics.ByItem), slices.Contains(by, analytics.ByCategory):
		table, orders = "fact", false
	case slices.Contains(by, analytics.ByHour):
		table = "hour_fact"
	}
	where := " WHERE currency = ? AND business_date >= ? AND business_date <= ?"
	args := []any{q.Currency, q.From, q.To}
	if monthly := monthTable(q, by); monthly != "" {
		table = monthly
		months := wholeMonths(q)
		where = " WHERE month IN (" + db.In(len(months)) + ") AND currency = ?"
		args = append(slices.Clone(months), q.Currency)
	}
	if q.Cafe != "" {
		where, args = where+" AND cafe_id = ?", append(args, db.ID(q.Cafe))
	} else {
		where += " AND cafe_id IN (SELECT cafe_id FROM follow)" // so that dates are sought within each café
	}
	var columns []string
	after, equal := "", ""
	var afterArgs, equalArgs []any
	for _, d := range dimensions {
		if !slices.Contains(by, d.name) {
			continue
		}
		columns = append(columns, d.column)
		if q.After == nil {
			continue
		}
		// (a > ?) OR (a = ? AND b > ?) OR …: a row value makes MariaDB scan.
		if after != "" {
			after += " OR "
		}
		after += "(" + equal + d.column + " > ?)"
		afterArgs = append(append(afterArgs, equalArgs...), d.key(*q.After))
		equal += d.column + " = ? AND "
		equalArgs = append(equalArgs, d.key(*q.After))
	}
	if after != "" {
		where, args = where+" AND ("+after+")", append(args, afterArgs...)
	}
	list := strings.Join(columns, ", ")
	statement := "SELECT "
	if list != "" {
		statement += list + ", "
	}
	if orders {
		statement += sumsOrders
	}
	statement += sumsOnly + " FROM " + table + where
	if list != "" {
		statement += " GROUP BY " + list + " ORDER BY " + list
	}
	if q.Limit > 0 {
		statement, args = statement+" LIMIT ?", append(args, q.Limit+1)
	}
	return scanSales(ctx, tx, statement, args, by, orders)
}

// monthTable is the roll-up that answers a question by item or by category over whole months; empty for any other.
func monthTable(q analytics.SalesQuery, by []string) string {
	item, category := slices.Contains(by, analytics.ByItem), slices.Contains(by, analytics.ByCategory)
	switch {
	case slices.Contains(by, analytics.ByDate), slices.Contains(by, analytics.ByHour), wholeMonths(q) == nil:
		return ""
	case item && !category:
		return "item_month"
	case category && !item:
		return "category_month"
	}
	return ""
}

// wholeMonths lists the months of a span that starts with a first and ends with a last day of a month; else nothing.
func wholeMonths(q analytics.SalesQuery) []any {
	first, last := analytics.MonthOf(q.From), analytics.MonthOf(q.To)
	if q.From != first.Date(1) || q.To != last.Date(31) {
		return nil
	}
	var months []any
	for m := first; m <= last; m = m.Add(1) {
		months = append(months, string(m))
	}
	return months
}

func scanSales(ctx context.Context, tx db.DBTX, statement string, args []any, by []string, orders bool) ([]analytics.SalesRow, error) {
	found, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var rows []analytics.SalesRow
	for found.Next() {
		var r analytics.SalesRow
		var cafe, category, item db.ID
		targets := map[string]any{
			analytics.ByCafe: &cafe, analytics.ByDate: &r.Date, analytics.ByHour: &r.Hour,
			analytics.ByCategory: &category, analytics.ByItem: &item,
		}
		var into []any
		for _, d := range dimensions {
			if slices.Contains(by, d.name) {
				into = append(into, targets[d.name])
			}
		}
		if orders {
			into = append(into, &r.Orders)
		}
		into = append(into, &r.Units, &r.Lines, &r.Gross, &r.Discount, &r.Net, &r.Tax, &r.Sales)
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		r.Cafe, r.Category, r.Item = string(cafe), string(category), string(item)
		rows = append(rows, r)
	}
	return rows, found.Err()
}
