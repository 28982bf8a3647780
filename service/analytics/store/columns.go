package store

import (
	"coffee/internal/db"
	"coffee/service/analytics"
)

// The columns of the tables of sums, in the order of their values.
var (
	itemColumns = []string{
		"currency", "cafe_id", "business_date", "hour", "item_id", "category_id",
		"units", "line_count", "gross", "discount", "net", "tax", "sales",
	}
	hourColumns = []string{
		"currency", "cafe_id", "business_date", "hour",
		"orders", "units", "line_count", "gross", "discount", "net", "tax", "sales",
	}
	dayColumns = []string{
		"currency", "cafe_id", "business_date",
		"orders", "units", "line_count", "gross", "discount", "net", "tax", "sales",
	}
	monthColumns = []string{
		"month", "currency", "cafe_id", "generation", "seq",
		"orders", "units", "line_count", "gross", "discount", "net", "tax", "sales",
	}
	itemMonthColumns = []string{
		"month", "currency", "cafe_id", "item_id",
		"units", "line_count", "gross", "discount", "net", "tax", "sales",
	}
	categoryMonthColumns = []string{
		"month", "currency", "cafe_id", "category_id",
		"units", "line_count", "gross", "discount", "net", "tax", "sales",
	}
)

// sums are a row's figures without orders, as every table has them.
func sums(r analytics.Row) []any {
	return []any{r.Units, r.Lines, r.Gross, r.Discount, r.Net, r.Tax, r.Sales}
}

func itemValues(r analytics.Row) []any {
	return append([]any{r.Currency, db.ID(r.Cafe), r.Period, r.Hour, db.ID(r.Item), db.ID(r.Category)}, sums(r)...)
}

func hourValues(r analytics.Row) []any {
	return append([]any{r.Currency, db.ID(r.Cafe), r.Period, r.Hour, r.Orders}, sums(r)...)
}

func dayValues(r analytics.Row) []any {
	return append([]any{r.Currency, db.ID(r.Cafe), r.Period, r.Orders}, sums(r)...)
}

func monthValues(step analytics.Step) func(analytics.Row) []any {
	return func(r analytics.Row) []any {
		return append([]any{r.Period, r.Currency, db.ID(r.Cafe), step.From.Generation, step.Seq, r.Orders}, sums(r)...)
	}
}

func itemMonthValues(r analytics.Row) []any {
	return append([]any{r.Period, r.Currency, db.ID(r.Cafe), db.ID(r.Item)}, sums(r)...)
}

func categoryMonthValues(r analytics.Row) []any {
	return append([]any{r.Period, r.Currency, db.ID(r.Cafe), db.ID(r.Category)}, sums(r)...)
}
