package analytics

import (
	"context"
	"strings"

	analyticspb "coffee/proto/coffee/analytics/v1"
)

func (s *server) GetToday(ctx context.Context, req *analyticspb.GetTodayRequest) (*analyticspb.Today, error) {
	fresh, err := s.freshness(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.service.Today(ctx, req.GetCurrency(), req.GetCafeId())
	if err != nil {
		return nil, err
	}
	t := v.Total
	answer := &analyticspb.Today{
		Currency:        v.Currency,
		Total:           dayPart(t.Clock, t.Clock.Date, t.SoFar, t.Today, v.Currency),
		TotalBefore:     dayPart(t.Clock, t.BeforeDate, t.Then, t.Before, v.Currency),
		Growth:          growth(t.Growth, v.Currency),
		ByClosing:       closing(t.Closing, v.Currency),
		Note:            TodayNote,
		OtherCurrencies: v.OtherCurrencies,
		Freshness:       fresh,
	}
	for _, c := range v.Cafes {
		cafe := &analyticspb.CafeToday{
			CafeId: c.ID, CafeName: c.Name, Date: c.Date, Hour: int32(c.Hour),
			Today:  dayPart(c.Clock, c.Date, c.SoFar, c.Today, v.Currency),
			Before: dayPart(c.Clock, c.BeforeDate, c.Then, c.Before, v.Currency),
			Growth: growth(c.Growth, v.Currency), ByClosing: closing(c.Closing, v.Currency), MeanError: c.MeanError,
		}
		for _, e := range c.Past {
			cafe.PastErrors = append(cafe.PastErrors, &analyticspb.PastError{
				Date: e.Date, Said: amount(e.Said, v.Currency), Came: amount(e.Came, v.Currency), BasisPoints: e.BasisPoints,
			})
		}
		answer.Cafes = append(answer.Cafes, cafe)
	}
	return answer, nil
}

// dayPart is a date's sums with its hours in the order of the business day; hours in which nothing happened are left out.
func dayPart(k Clock, date string, sum HourFigures, hours DayHours, currency string) *analyticspb.DayPart {
	p := &analyticspb.DayPart{Date: date, Sales: amount(sum.Sales, currency), Orders: sum.Orders, Units: sum.Units}
	for place := range hours {
		hour := (k.First + place) % 24
		if h := hours[hour]; h != (HourFigures{}) {
			p.Hours = append(p.Hours, &analyticspb.HourSales{Hour: int32(hour), Sales: amount(h.Sales, currency), Orders: h.Orders})
		}
	}
	return p
}

func closing(c Closing, currency string) *analyticspb.Closing {
	if c.Dates == 0 {
		return nil
	}
	return &analyticspb.Closing{
		Low: amount(c.Low, currency), Likely: amount(c.Likely, currency), High: amount(c.High, currency), DaysUsed: int32(c.Dates),
	}
}

func (s *server) ListBestSellers(ctx context.Context, req *analyticspb.ListBestSellersRequest) (*analyticspb.ListBestSellersResponse, error) {
	best, err := s.service.BestSellers(ctx, strings.ToLower(req.GetCafeId()))
	if err != nil {
		return nil, err
	}
	answer := &analyticspb.ListBestSellersResponse{}
	for i, b := range best {
		answer.Items = append(answer.Items, &analyticspb.BestSeller{Rank: int32(i + 1), ItemId: b.Item, ModifierIds: b.Modifiers})
	}
	return answer, nil
}
