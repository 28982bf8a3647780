package cafe

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"coffee/internal/day"
	"coffee/internal/errs"
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
	c, err := fromPut(r)
	if err != nil {
		return nil, err
	}
	c, err = g.service.Put(ctx, c, rpc.CallerFrom(ctx).Actor())
	return g.answer(c), err
}

func (g *server) GetCafe(ctx context.Context, r *cafepb.GetCafeRequest) (*cafepb.Cafe, error) {
	c, err := g.service.Get(ctx, strings.ToLower(r.GetId()), seesArchived(rpc.CallerFrom(ctx)))
	return g.answer(c), err
}

func (g *server) ListCafes(ctx context.Context, r *cafepb.ListCafesRequest) (*cafepb.ListCafesResponse, error) {
	f := Filter{Query: r.GetQuery(), IncludeArchived: r.GetIncludeArchived() && seesArchived(rpc.CallerFrom(ctx))}
	cafes, next, err := g.service.List(ctx, f, r.GetLimit(), r.GetCursor())
	answer := &cafepb.ListCafesResponse{NextCursor: next}
	for _, c := range cafes {
		answer.Cafes = append(answer.Cafes, g.answer(c))
	}
	return answer, err
}

func (g *server) ArchiveCafe(ctx context.Context, r *cafepb.ArchiveCafeRequest) (*cafepb.Cafe, error) {
	c, err := g.service.Archive(ctx, strings.ToLower(r.GetId()), rpc.CallerFrom(ctx).Actor())
	return g.answer(c), err
}

// answer is a café with its doors as they stand now and its zone's clocks. A zone that is gone from our tables leaves
// them out: the café is still to be read and mended.
func (g *server) answer(c Cafe) *cafepb.Cafe {
	out := toProto(c)
	if out == nil {
		return nil
	}
	if calendar, err := day.Load(c.TimeZone, c.CutoffMinutes); err == nil {
		for _, o := range ZoneOffsets(calendar.Zone, g.service.now()) {
			out.ZoneOffsets = append(out.ZoneOffsets, &cafepb.ZoneOffset{From: stamp(o.From), OffsetSeconds: int32(o.Seconds)})
		}
	}
	if c.Archived() {
		return out
	}
	if doors, err := DoorsAt(c, g.service.now()); err == nil {
		out.Opening = &cafepb.Opening{Open: doors.Open, ClosesAt: stamp(doors.ClosesAt), OpensAt: stamp(doors.OpensAt)}
	}
	return out
}

// seesArchived: head office, and services whoever stands behind them (a sale of last year needs its café).
func seesArchived(c rpc.Caller) bool {
	return c.HeadOffice() || c.Service != "gateway" && c.Service != ""
}

func fromPut(r *cafepb.PutCafeRequest) (Cafe, error) {
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
	if (r.LatitudeE6 == nil) != (r.LongitudeE6 == nil) {
		return Cafe{}, errs.Invalid("invalid_location", "A place has a latitude and a longitude: give both or neither.").
			Field("longitude_e6", "goes with latitude_e6")
	}
	if r.LatitudeE6 != nil {
		c.Location = &Location{LatitudeE6: r.GetLatitudeE6(), LongitudeE6: r.GetLongitudeE6()}
	}
	return c, nil
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
	if l := c.Location; l != nil {
		out.LatitudeE6, out.LongitudeE6 = &l.LatitudeE6, &l.LongitudeE6
	}
	return out
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
