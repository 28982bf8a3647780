package cafe

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/day"
	"coffee/internal/rpc"
	cafepb "coffee/proto/coffee/cafe/v1"
)

// Register serves the contract coffee.cafe.v1.
func Register(r grpc.ServiceRegistrar, s *Service) {
	cafepb.RegisterCafeServiceServer(r, &server{service: s})
}

type server struct {
	cafepb.UnimplementedCafeServiceServer
	service *Service
}

func (g *server) PutCafe(ctx context.Context, r *cafepb.PutCafeRequest) (*cafepb.Cafe, error) {
	c, err := g.service.Put(ctx, fromPut(r), rpc.CallerFrom(ctx).Actor())
	return toProto(c), err
}

func (g *server) GetCafe(ctx context.Context, r *cafepb.GetCafeRequest) (*cafepb.Cafe, error) {
	c, err := g.service.Get(ctx, strings.ToLower(r.GetId()), seesArchived(rpc.CallerFrom(ctx)))
	return toProto(c), err
}

func (g *server) ListCafes(ctx context.Context, r *cafepb.ListCafesRequest) (*cafepb.ListCafesResponse, error) {
	f := Filter{Query: r.GetQuery(), IncludeArchived: r.GetIncludeArchived() && seesArchived(rpc.CallerFrom(ctx))}
	cafes, next, err := g.service.List(ctx, f, r.GetLimit(), r.GetCursor())
	answer := &cafepb.ListCafesResponse{NextCursor: next}
	for _, c := range cafes {
		answer.Cafes = append(answer.Cafes, toProto(c))
	}
	return answer, err
}

func (g *server) ArchiveCafe(ctx context.Context, r *cafepb.ArchiveCafeRequest) (*cafepb.Cafe, error) {
	c, err := g.service.Archive(ctx, strings.ToLower(r.GetId()), rpc.CallerFrom(ctx).Actor())
	return toProto(c), err
}

// seesArchived: head office, and services whoever stands behind them (a sale of last year needs its café).
func seesArchived(c rpc.Caller) bool {
	return c.HeadOffice() || c.Service != "gateway" && c.Service != ""
}

func fromPut(r *cafepb.PutCafeRequest) Cafe {
	c := Cafe{
		ID: strings.ToLower(r.GetId()), Name: r.GetName(), Address: r.GetAddress(), City: r.GetCity(),
		TimeZone: r.GetTimeZone(), Currency: r.GetCurrency(), CutoffMinutes: DefaultCutoffMinutes,
		DefaultService: r.GetDefaultService(), Tax: Tax{Mode: r.GetTax().GetMode()},
		Origin: r.GetOrigin(), Version: r.GetVersion(),
	}
	if r.CutoffMinutes != nil {
		c.CutoffMinutes = int(r.GetCutoffMinutes())
	}
	for _, t := range r.GetTax().GetRates() {
		c.Tax.Rates = append(c.Tax.Rates, Rate{Code: t.GetCode(), EatIn: t.GetEatIn(), TakeAway: t.GetTakeAway()})
	}
	for _, h := range r.GetHours() {
		c.Hours = append(c.Hours, Opening{int(h.GetWeekday()), day.Span{Opens: int(h.GetOpens()), Closes: int(h.GetCloses())}})
	}
	for _, e := range r.GetExceptions() {
		x := Exception{Date: e.GetDate(), Note: e.GetNote()}
		for _, s := range e.GetSpans() {
			x.Spans = append(x.Spans, day.Span{Opens: int(s.GetOpens()), Closes: int(s.GetCloses())})
		}
		c.Exceptions = append(c.Exceptions, x)
	}
	return c
}

func toProto(c Cafe) *cafepb.Cafe {
	if c.ID == "" {
		return nil
	}
	out := &cafepb.Cafe{
		Id: c.ID, Name: c.Name, Address: c.Address, City: c.City, TimeZone: c.TimeZone, Currency: c.Currency,
		CutoffMinutes: int32(c.CutoffMinutes), DefaultService: c.DefaultService, Tax: &cafepb.TaxProfile{Mode: c.Tax.Mode},
		Version: c.Version, Origin: c.Origin, UpdatedAt: stamp(c.UpdatedAt), ArchivedAt: stamp(c.ArchivedAt),
	}
	for _, t := range c.Tax.Rates {
		out.Tax.Rates = append(out.Tax.Rates, &cafepb.TaxRate{Code: t.Code, EatIn: t.EatIn, TakeAway: t.TakeAway})
	}
	for _, h := range c.Hours {
		out.Hours = append(out.Hours, &cafepb.OpeningHours{Weekday: int32(h.Weekday), Opens: int32(h.Opens), Closes: int32(h.Closes)})
	}
	for _, e := range c.Exceptions {
		x := &cafepb.HoursException{Date: e.Date, Note: e.Note}
		for _, s := range e.Spans {
			x.Spans = append(x.Spans, &cafepb.Span{Opens: int32(s.Opens), Closes: int32(s.Closes)})
		}
		out.Exceptions = append(out.Exceptions, x)
	}
	return out
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
