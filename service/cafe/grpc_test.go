package cafe_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	cafepb "coffee/proto/coffee/cafe/v1"
	"coffee/service/cafe"
	"coffee/service/cafe/store"
)

func id(n int) string { return fmt.Sprintf("0199a000-0000-7000-8000-%012d", n) }

type world struct {
	*rpctest.Server
	now time.Time
}

func start(t *testing.T) *world {
	t.Helper()
	d := dbtest.Open(t, dbtest.Config(t, db.SQLite, "cafe"), store.Migrations())
	w := &world{now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.Server = rpctest.New(t, clock)
	s := cafe.New(cafe.Deps{Store: store.New(d), Now: clock})
	w.Serve(func(r grpc.ServiceRegistrar) { cafe.Register(r, s) }, "coffee.cafe.v1.CafeService")
	return w
}

func (w *world) as(c rpc.Caller) cafepb.CafeServiceClient {
	return cafepb.NewCafeServiceClient(w.As(c))
}

func (w *world) admin() cafepb.CafeServiceClient { return w.as(rpctest.Admin(id(900))) }

func put(n int, name string) *cafepb.PutCafeRequest {
	return &cafepb.PutCafeRequest{Id: id(n), Name: name, City: "Fès", TimeZone: "Africa/Casablanca", Currency: "MAD"}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !errs.HasCode(err, code) {
		t.Helper()
		t.Errorf("got %v, want code %s", err, code)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestPut(t *testing.T) {
	w, ctx := start(t), context.Background()
	created := must(w.admin().PutCafe(ctx, put(1, " Medina ")))(t)
	if created.GetName() != "Medina" || created.GetVersion() != 1 || created.GetCutoffMinutes() != 240 ||
		created.GetDefaultService() != "take_away" || created.GetTax().GetMode() != "inclusive" || created.GetArchivedAt() != nil {
		t.Errorf("created %v", created)
	}
	w.now = w.now.Add(time.Hour)
	if again := must(w.admin().PutCafe(ctx, put(1, "Medina")))(t); !proto.Equal(again, created) {
		t.Errorf("a retry answers %v, the first try %v", again, created)
	}
	_, err := w.admin().PutCafe(ctx, put(1, "Other"))
	wantCode(t, err, "version_conflict")

	edit := put(1, "Medina")
	edit.Version, edit.TimeZone, edit.CutoffMinutes = 1, "Europe/Paris", proto.Int32(0)
	edited := must(w.admin().PutCafe(ctx, edit))(t)
	if edited.GetVersion() != 2 || edited.GetTimeZone() != "Europe/Paris" || edited.GetCutoffMinutes() != 0 {
		t.Errorf("edited %v", edited)
	}
	_, err = w.admin().PutCafe(ctx, edit)
	wantCode(t, err, "version_conflict")
	edit.Version, edit.Currency = 2, "EUR"
	_, err = w.admin().PutCafe(ctx, edit)
	wantCode(t, err, "currency_fixed")
	missing := put(2, "Nobody")
	missing.Version = 1
	_, err = w.admin().PutCafe(ctx, missing)
	wantCode(t, err, "not_found")

	for code, change := range map[string]func(*cafepb.PutCafeRequest){
		"invalid_request":   func(r *cafepb.PutCafeRequest) { r.Id = "1" },
		"invalid_time_zone": func(r *cafepb.PutCafeRequest) { r.TimeZone = "Mars/Olympus" },
		"unknown_currency":  func(r *cafepb.PutCafeRequest) { r.Currency = "QQQ" },
		"invalid_name":      func(r *cafepb.PutCafeRequest) { r.Name = "   " },
		"invalid_hours": func(r *cafepb.PutCafeRequest) {
			r.Hours = []*cafepb.OpeningHours{{Weekday: 1, Opens: 600, Closes: 500}}
		},
	} {
		bad := put(3, "Bad")
		change(bad)
		_, err := w.admin().PutCafe(ctx, bad)
		wantCode(t, err, code)
	}
	_, err = w.admin().GetCafe(ctx, &cafepb.GetCafeRequest{Id: id(3)})
	wantCode(t, err, "not_found")
}

func TestRoundTrip(t *testing.T) {
	w, ctx := start(t), context.Background()
	r := put(1, "Medina")
	r.Id = "0199A000-0000-7000-8000-000000000001" // another spelling of the id
	r.Tax = &cafepb.TaxProfile{Mode: "exclusive", Rates: []*cafepb.TaxRate{{Code: "food", EatIn: 1000, TakeAway: 550}}}
	r.Hours = []*cafepb.OpeningHours{{Weekday: 5, Opens: 600, Closes: 1560}}
	r.Exceptions = []*cafepb.HoursException{{Date: "2026-07-30", Note: "Throne Day", Spans: []*cafepb.Span{{Opens: 1, Closes: 2}}}}
	r.DefaultService, r.Address, r.Origin = "eat_in", "1, rue", "coffee-chain-2019-04"
	created := must(w.admin().PutCafe(ctx, r))(t)
	read := must(w.as(rpc.Caller{}).GetCafe(ctx, &cafepb.GetCafeRequest{Id: r.GetId()}))(t)
	if !proto.Equal(created, read) || read.GetId() != id(1) {
		t.Errorf("read %v, created %v", read, created)
	}
	if !proto.Equal(read.GetTax(), r.GetTax()) || !proto.Equal(read.GetHours()[0], r.GetHours()[0]) ||
		!proto.Equal(read.GetExceptions()[0], r.GetExceptions()[0]) || read.GetOrigin() != r.GetOrigin() {
		t.Errorf("read %v, put %v", read, r)
	}
}

func TestArchivedIsSeenByHeadOfficeAndServices(t *testing.T) {
	w, ctx := start(t), context.Background()
	for n, name := range []string{"Zero", "One", "Two"} {
		must(w.admin().PutCafe(ctx, put(n, name)))(t)
	}
	archived := must(w.admin().ArchiveCafe(ctx, &cafepb.ArchiveCafeRequest{Id: id(1)}))(t)
	w.now = w.now.Add(time.Hour)
	if again := must(w.admin().ArchiveCafe(ctx, &cafepb.ArchiveCafeRequest{Id: id(1)}))(t); !proto.Equal(again, archived) {
		t.Errorf("a second time answers %v, the first %v", again, archived)
	}
	edit := put(1, "One")
	edit.Version = archived.GetVersion()
	_, err := w.admin().PutCafe(ctx, edit)
	wantCode(t, err, "cafe_archived")
	_, err = w.admin().ArchiveCafe(ctx, &cafepb.ArchiveCafeRequest{Id: id(77)})
	wantCode(t, err, "not_found")

	for name, c := range map[string]struct {
		client cafepb.CafeServiceClient
		sees   bool
	}{
		"admin":     {w.admin(), true},
		"operator":  {w.as(rpc.Caller{Kind: rpc.KindOperator, Role: "operator", Subject: "operator"}), true},
		"order":     {cafepb.NewCafeServiceClient(w.Service("order")), true},
		"anonymous": {w.as(rpc.Caller{}), false},
		"customer":  {w.as(rpctest.Customer(id(5))), false},
		"manager":   {w.as(rpctest.Person(id(6), "manager", id(0), id(7))), false},
		"its own":   {w.as(rpctest.Person(id(6), "manager", id(1), id(7))), false},
	} {
		_, err := c.client.GetCafe(ctx, &cafepb.GetCafeRequest{Id: id(1)})
		if c.sees && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !c.sees {
			wantCode(t, err, "not_found")
		}
		list := must(c.client.ListCafes(ctx, &cafepb.ListCafesRequest{IncludeArchived: true}))(t)
		if got := len(list.GetCafes()) == 3; got != c.sees {
			t.Errorf("%s: %d cafés with archived ones asked for", name, len(list.GetCafes()))
		}
		if list = must(c.client.ListCafes(ctx, &cafepb.ListCafesRequest{}))(t); len(list.GetCafes()) != 2 {
			t.Errorf("%s: %d cafés, want 2", name, len(list.GetCafes()))
		}
	}
}

func TestListPages(t *testing.T) {
	w, ctx := start(t), context.Background()
	for n := range 7 {
		must(w.admin().PutCafe(ctx, put(n, fmt.Sprint("Café ", n%3))))(t)
	}
	var seen []string
	for cursor, pages := "", 0; ; pages++ {
		answer := must(w.as(rpc.Caller{}).ListCafes(ctx, &cafepb.ListCafesRequest{Limit: 2, Cursor: cursor, Query: "fÈS"}))(t)
		for _, c := range answer.GetCafes() {
			seen = append(seen, c.GetName()+c.GetId()[35:])
		}
		if cursor = answer.GetNextCursor(); cursor == "" {
			if pages != 3 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if got := fmt.Sprint(seen); got != "[Café 00 Café 03 Café 06 Café 11 Café 14 Café 22 Café 25]" {
		t.Error(got)
	}
	_, err := w.admin().ListCafes(ctx, &cafepb.ListCafesRequest{Cursor: "e30x"})
	wantCode(t, err, "invalid_cursor")
	_, err = w.admin().ListCafes(ctx, &cafepb.ListCafesRequest{Limit: 201})
	wantCode(t, err, "invalid_request")
}

func TestOnlyHeadOfficeWrites(t *testing.T) {
	w, ctx := start(t), context.Background()
	must(w.admin().PutCafe(ctx, put(1, "Medina")))(t)
	for name, c := range map[string]rpc.Caller{
		"anonymous": {},
		"customer":  rpctest.Customer(id(5)),
		"counter":   rpctest.Device(id(6), "counter", id(1)),
		"barista":   rpctest.Person(id(6), "barista", id(1), id(7)),
		"manager":   rpctest.Person(id(6), "manager", id(1), id(7)),
	} {
		code := "forbidden"
		if name == "anonymous" {
			code = "sign_in_required"
		}
		_, err := w.as(c).PutCafe(ctx, put(2, "Mine"))
		wantCode(t, err, code)
		_, err = w.as(c).ArchiveCafe(ctx, &cafepb.ArchiveCafeRequest{Id: id(1)})
		wantCode(t, err, code)
	}
	_, err := cafepb.NewCafeServiceClient(w.Service("inventory")).GetCafe(ctx, &cafepb.GetCafeRequest{Id: id(1)})
	wantCode(t, err, "forbidden")
	if c := must(w.admin().GetCafe(ctx, &cafepb.GetCafeRequest{Id: id(1)}))(t); c.GetArchivedAt() != nil {
		t.Error("a refused call archived the café")
	}
}

func TestOpening(t *testing.T) {
	w, ctx := start(t), context.Background() // Friday 1 May 2026, 10:00 in Fès
	r := put(1, "Medina")
	r.Hours = []*cafepb.OpeningHours{{Weekday: 5, Opens: 480, Closes: 1560}}
	created := must(w.admin().PutCafe(ctx, r))(t)
	if o := created.GetOpening(); !o.GetOpen() || !o.GetClosesAt().AsTime().Equal(time.Date(2026, 5, 2, 1, 0, 0, 0, time.UTC)) || o.GetOpensAt() != nil {
		t.Errorf("on Friday morning: %v", o)
	}
	w.now = w.now.Add(20 * time.Hour)
	read := must(w.as(rpc.Caller{}).GetCafe(ctx, &cafepb.GetCafeRequest{Id: id(1)}))(t)
	if o := read.GetOpening(); o.GetOpen() || o.GetClosesAt() != nil || !o.GetOpensAt().AsTime().Equal(time.Date(2026, 5, 8, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("on Saturday: %v", o)
	}
	list := must(w.as(rpc.Caller{}).ListCafes(ctx, &cafepb.ListCafesRequest{}))(t)
	if o := list.GetCafes()[0].GetOpening(); !proto.Equal(o, read.GetOpening()) {
		t.Errorf("the list says %v, the café %v", o, read.GetOpening())
	}
	if archived := must(w.admin().ArchiveCafe(ctx, &cafepb.ArchiveCafeRequest{Id: id(1)}))(t); archived.GetOpening() != nil {
		t.Errorf("an archived café has doors: %v", archived.GetOpening())
	}
}

func TestLocation(t *testing.T) {
	w, ctx := start(t), context.Background()
	r := put(1, "Medina")
	if c := must(w.admin().PutCafe(ctx, r))(t); c.LatitudeE6 != nil || c.LongitudeE6 != nil {
		t.Errorf("a café that told no place is at %v", c)
	}
	r.Version, r.LatitudeE6, r.LongitudeE6 = 1, proto.Int32(0), proto.Int32(-7_589_800)
	must(w.admin().PutCafe(ctx, r))(t)
	read := must(w.as(rpc.Caller{}).GetCafe(ctx, &cafepb.GetCafeRequest{Id: id(1)}))(t)
	if read.LatitudeE6 == nil || read.GetLatitudeE6() != 0 || read.GetLongitudeE6() != -7_589_800 {
		t.Errorf("read back %v, %v", read.LatitudeE6, read.LongitudeE6)
	}
	r.Version, r.LongitudeE6 = 2, nil
	_, err := w.admin().PutCafe(ctx, r)
	wantCode(t, err, "invalid_location")
	r.LatitudeE6, r.LongitudeE6 = proto.Int32(90_000_001), proto.Int32(0)
	_, err = w.admin().PutCafe(ctx, r)
	wantCode(t, err, "invalid_request")
	r.LatitudeE6, r.LongitudeE6 = nil, nil
	if c := must(w.admin().PutCafe(ctx, r))(t); c.LatitudeE6 != nil {
		t.Errorf("a place that was taken out stays: %v", c)
	}
}
