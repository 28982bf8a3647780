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

func (r reader) LastDate(ctx context.Context, currency, cafe string) (string, error) {
	date, err := r.q.LastDate(ctx, sqlc.LastDateParams{Currency: currency, CafeID: db.ID(cafe)})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return date, err
}

func (r reader) ItemsSold(ctx context.Context, currency, cafe, first, last string) ([]analytics.Sold, error) {
	rows, err := r.q.ItemsSold(ctx, sqlc.ItemsSoldParams{Currency: currency, CafeID: db.ID(cafe), First: first, Last: last})
	if err != nil {
		return nil, err
	}
	out := make([]analytics.Sold, len(rows))
	for i, row := range rows {
		out[i] = analytics.Sold{Item: string(row.ItemID), Units: row.Units}
	}
	return out, nil
}

func (r reader) ModifiersSold(ctx context.Context, cafe, first, last string) ([]analytics.Asked, error) {
	rows, err := r.q.ModifiersSold(ctx, sqlc.ModifiersSoldParams{CafeID: db.ID(cafe), First: first, Last: last})
	if err != nil {
		return nil, err
	}
	out := make([]analytics.Asked, len(rows))
	for i, row := range rows {
		out[i] = analytics.Asked{Item: string(row.ItemID), Modifier: string(row.ModifierID), Units: row.Units}
	}
	return out, nil
}

func (r reader) Hours(ctx context.Context, currency string, cafes []string, first, last string) ([]analytics.HourRow, error) {
	var out []analytics.HourRow
	for some := range slices.Chunk(cafes, detailsAtOnce) {
		ids := make([]db.ID, len(some))
		for i, cafe := range some {
			ids[i] = db.ID(cafe)
		}
		rows, err := r.q.HoursOf(ctx, sqlc.HoursOfParams{Currency: currency, Cafes: ids, First: first, Last: last})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			out = append(out, analytics.HourRow{
				Cafe: string(row.CafeID), Date: row.BusinessDate, Hour: int(row.Hour),
				HourFigures: analytics.HourFigures{Orders: row.Orders, Units: row.Units, Sales: row.Sales},
			})
		}
	}
	return out, nil
}
