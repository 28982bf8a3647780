package analytics

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/page"
	analyticspb "coffee/proto/coffee/analytics/v1"
	typepb "coffee/proto/coffee/type/v1"
)

// Register serves the service's contract.
func Register(r grpc.ServiceRegistrar, s *Service) {
	analyticspb.RegisterAnalyticsServiceServer(r, &server{service: s})
}

type server struct {
	analyticspb.UnimplementedAnalyticsServiceServer
	service *Service
}

func query(req *analyticspb.GetMonthRequest) Query {
	return Query{Month: Month(req.GetMonth()), Currency: req.GetCurrency(), Cafe: req.GetCafeId()}
}

func (s *server) freshness(ctx context.Context) (*analyticspb.Freshness, error) {
	look, err := s.service.Freshness(ctx)
	if err != nil {
		return nil, err
	}
	f := &analyticspb.Freshness{Behind: look.Behind}
	if !look.At.IsZero() {
		f.AsOf = timestamppb.New(look.At)
	}
	return f, nil
}

// The freshness is read first: figures may be younger than it says, never older.

func (s *server) GetMonth(ctx context.Context, req *analyticspb.GetMonthRequest) (*analyticspb.Month, error) {
	fresh, err := s.freshness(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.service.Month(ctx, query(req))
	if err != nil {
		return nil, err
	}
	return &analyticspb.Month{
		Month: string(v.Month), Currency: v.Currency, Empty: v.Empty,
		TopProduct: optionalFigure(v.TopProduct, v.Currency), TopCafe: optionalFigure(v.TopCafe, v.Currency),
		TotalSales: amount(v.Total.Sales, v.Currency), Orders: v.Total.Orders, Lines: v.Total.Lines, Units: v.Total.Units,
		Growth: growth(v.Growth, v.Currency), Running: v.Running, OtherCurrencies: v.OtherCurrencies, Freshness: fresh,
	}, nil
}

func (s *server) GetOverview(ctx context.Context, req *analyticspb.GetMonthRequest) (*analyticspb.Overview, error) {
	fresh, err := s.freshness(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.service.Overview(ctx, query(req))
	if err != nil {
		return nil, err
	}
	answer := &analyticspb.Overview{
		Month: string(v.Month), Currency: v.Currency, Empty: v.Empty,
		TotalSales: amount(v.Total.Sales, v.Currency), Freshness: fresh,
	}
	for _, c := range v.Cafes {
		cafe := &analyticspb.CafeOverview{
			CafeId: c.ID, CafeName: c.Name, Sales: amount(c.Sales, v.Currency), Orders: c.Orders, Units: c.Units,
			TopProducts: figuresOf(c.Top, v.Currency), BottomProducts: figuresOf(c.Bottom, v.Currency),
		}
		for _, d := range c.Days {
			cafe.Days = append(cafe.Days, &analyticspb.DaySales{Date: d.Date, Sales: amount(d.Sales, v.Currency), Orders: d.Orders})
		}
		answer.Cafes = append(answer.Cafes, cafe)
	}
	for _, c := range v.Categories {
		answer.Categories = append(answer.Categories, &analyticspb.CategoryShare{
			CategoryId: shown(c.ID), CategoryName: c.Name, Sales: amount(c.Sales, v.Currency), Units: c.Units, Share: c.Share,
		})
	}
	return answer, nil
}

func (s *server) GetPrediction(ctx context.Context, req *analyticspb.GetMonthRequest) (*analyticspb.Prediction, error) {
	fresh, err := s.freshness(ctx)
	if err != nil {
		return nil, err
	}
	v, err := s.service.Prediction(ctx, query(req))
	if err != nil {
		return nil, err
	}
	answer := &analyticspb.Prediction{Month: string(v.Month), Currency: v.Currency, Method: Method, Freshness: fresh}
	for _, c := range v.Cafes {
		p := &analyticspb.CafePrediction{
			CafeId: c.ID, CafeName: c.Name, Rank: int32(c.Rank), ThisMonth: amount(c.ThisMonth, v.Currency),
			MonthsUsed: int32(c.Forecast.MonthsUsed), MeanError: int32(c.Forecast.MeanError),
			ErrorMonths: int32(c.Forecast.ErrorMonths), Note: c.Forecast.Note,
		}
		if c.Forecast.Known {
			p.Predicted, p.Growth = amount(c.Forecast.Sales, v.Currency), growth(c.Growth, v.Currency)
		}
		answer.Cafes = append(answer.Cafes, p)
	}
	return answer, nil
}

func (s *server) ListSales(ctx context.Context, req *analyticspb.ListSalesRequest) (*analyticspb.ListSalesResponse, error) {
	fresh, err := s.freshness(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.service.Sales(ctx, SalesQuery{
		From: req.GetFrom(), To: req.GetTo(), Currency: req.GetCurrency(), Cafe: req.GetCafeId(),
		By: req.GetBy(), Limit: page.Limit(req.GetLimit()),
	}, req.GetCursor())
	if err != nil {
		return nil, err
	}
	answer := &analyticspb.ListSalesResponse{NextCursor: p.Next, Total: salesRow(p.Total, nil, p.Currency), Freshness: fresh}
	for _, r := range p.Rows {
		answer.Rows = append(answer.Rows, salesRow(r, p.By, p.Currency))
	}
	return answer, nil
}

func salesRow(r SalesRow, by []string, currency string) *analyticspb.SalesRow {
	row := &analyticspb.SalesRow{
		CafeId: r.Cafe, CafeName: r.CafeName, Date: r.Date,
		CategoryId: shown(r.Category), CategoryName: r.CategoryName, ItemId: shown(r.Item), ItemName: r.ItemName,
		Units: r.Units, Lines: r.Lines, Orders: r.Orders,
		Sales: amount(r.Sales, currency), Discount: amount(r.Discount, currency), Tax: amount(r.Tax, currency),
	}
	for _, d := range by {
		if d == ByHour {
			hour := int32(r.Hour)
			row.Hour = &hour
		}
	}
	return row
}

// amount is unset where no currency is known: nothing was ever sold.
func amount(minor int64, currency string) *typepb.Money {
	if currency == "" {
		return nil
	}
	return &typepb.Money{Amount: minor, Currency: currency}
}

// shown hides the id that stands for none.
func shown(id string) string {
	if id == NoID {
		return ""
	}
	return id
}

func figure(r Ranked, currency string) *analyticspb.Figure {
	return &analyticspb.Figure{Id: shown(r.ID), Name: r.Name, Units: r.Units, Orders: r.Orders, Sales: amount(r.Sales, currency)}
}

func optionalFigure(r *Ranked, currency string) *analyticspb.Figure {
	if r == nil {
		return nil
	}
	return figure(*r, currency)
}

func figuresOf(rows []Ranked, currency string) []*analyticspb.Figure {
	figures := make([]*analyticspb.Figure, 0, len(rows))
	for _, r := range rows {
		figures = append(figures, figure(r, currency))
	}
	return figures
}

func growth(g Growth, currency string) *analyticspb.Growth {
	return &analyticspb.Growth{
		Kind: g.Kind, BasisPoints: g.BasisPoints, Before: amount(g.Before, currency), SameDaysOnly: g.SameDaysOnly,
	}
}
