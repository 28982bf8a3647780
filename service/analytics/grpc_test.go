package analytics_test

import (
	"fmt"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	"coffee/internal/db"
	"coffee/internal/db/dbtest"
	"coffee/internal/errs"
	"coffee/internal/rpc"
	"coffee/internal/rpc/rpctest"
	analyticspb "coffee/proto/coffee/analytics/v1"
	"coffee/service/analytics"
	"coffee/service/analytics/store"
)

func (c *chain) serve(t *testing.T) *rpctest.Server {
	t.Helper()
	server := rpctest.New(t, c.clock.now)
	server.Serve(func(r grpc.ServiceRegistrar) { analytics.Register(r, c.service) }, "coffee.analytics.v1.AnalyticsService")
	return server
}

// small is a chain whose figures are counted by hand: two cafés in MAD, one in EUR, over three months.
func small(t *testing.T, d *db.DB) (c *chain, oldTown, harbour, paris string) {
	t.Helper()
	c = newChain(t, d, "2026-05-10T10:00:00Z")
	oldTown, harbour, paris = c.cafes.put(1, "Old Town", "MAD"), c.cafes.put(2, "المرسى", "MAD"), c.cafes.put(3, "Paris ☕", "EUR")
	const latte, mocha, tea, cake = 1, 2, 3, 4
	// April, in which the latte is renamed.
	c.journal.add(
		sale(oldTown, "2026-04-01", 8, "MAD", line(latte, "Latte", 1, 2, 3000), line(tea, "Tea", 2, 1, 1500)),
		sale(oldTown, "2026-04-15", 9, "MAD", line(latte, "Caffè latte", 1, 1, 3200), line(cake, "Cake", 3, 1, 2500)),
		sale(harbour, "2026-04-15", 9, "MAD", line(mocha, "Mocha", 1, 3, 3500)),
		sale(paris, "2026-04-15", 9, "EUR", line(latte, "Caffè latte", 1, 9, 450)),
	)
	// May, of which ten days are over.
	sold := sale(oldTown, "2026-05-01", 8, "MAD", line(latte, "Caffè latte", 1, 1, 3200))
	c.journal.add(
		sold,
		sale(harbour, "2026-05-10", 23, "MAD", line(tea, "Tea", 2, 2, 1500), line(mocha, "Mocha", 1, 1, 3600)),
		back(sold, "voided", "2026-05-02"),
	)
	// A refund in May of what was sold in April.
	refund := back(sale(harbour, "2026-04-15", 9, "MAD", line(mocha, "Mocha", 1, 1, 3500)), "refunded", "2026-05-03")
	refund.Orders = 0
	c.journal.add(refund)
	c.follow(t)
	return c, oldTown, harbour, paris
}

func money(m interface {
	GetAmount() int64
	GetCurrency() string
},
) string {
	return fmt.Sprint(m.GetAmount(), " ", m.GetCurrency())
}

func TestMonthCards(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c, oldTown, harbour, _ := small(t, d)
		server := c.serve(t)
		admin := analyticspb.NewAnalyticsServiceClient(server.As(rpctest.Admin(id(1, 1))))

		april, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04"})
		if err != nil {
			t.Fatal(err)
		}
		// MAD: two cafés against one. Old Town 6000+1500+3200+2500, harbour 10500.
		if april.GetCurrency() != "MAD" || fmt.Sprint(april.GetOtherCurrencies()) != "[EUR]" || april.GetEmpty() || april.GetRunning() {
			t.Error(protojson.Format(april))
		}
		if got := money(april.GetTotalSales()); got != "23700 MAD" || april.GetOrders() != 3 || april.GetLines() != 5 || april.GetUnits() != 8 {
			t.Error(protojson.Format(april))
		}
		// Latte and mocha both sold three; mocha brought 10500, latte 9200.
		if p := april.GetTopProduct(); p.GetName() != "Mocha" || p.GetUnits() != 3 || money(p.GetSales()) != "10500 MAD" {
			t.Error(protojson.Format(p))
		}
		if p := april.GetTopCafe(); p.GetId() != oldTown || p.GetName() != "Old Town" || money(p.GetSales()) != "13200 MAD" || p.GetOrders() != 2 {
			t.Error(protojson.Format(p))
		}
		if g := april.GetGrowth(); g.GetKind() != "new" || g.GetBasisPoints() != 0 || money(g.GetBefore()) != "0 MAD" || g.GetSameDaysOnly() {
			t.Error(protojson.Format(g))
		}

		// May runs: 3200 − 3200 + 6600 − 3500 = 3100, against 7500 up to the tenth of April.
		may, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if may.GetMonth() != "2026-05" || !may.GetRunning() || money(may.GetTotalSales()) != "3100 MAD" || may.GetOrders() != 1 ||
			may.GetUnits() != 2 || may.GetTopProduct().GetName() != "Tea" || may.GetTopCafe().GetId() != harbour {
			t.Error(protojson.Format(may))
		}
		if g := may.GetGrowth(); g.GetKind() != "change" || g.GetBasisPoints() != -5867 || money(g.GetBefore()) != "7500 MAD" || !g.GetSameDaysOnly() {
			t.Error(protojson.Format(g))
		}

		// Without sales: empty, in the currency that is most common.
		for month, running := range map[string]bool{"2026-01": false, "2026-06": true} {
			m, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{Month: month})
			if err != nil {
				t.Fatal(err)
			}
			if !m.GetEmpty() || m.GetTopProduct() != nil || m.GetTopCafe() != nil || money(m.GetTotalSales()) != "0 MAD" || m.GetRunning() != running {
				t.Error(protojson.Format(m))
			}
		}
		euro, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04", Currency: "EUR"})
		if err != nil || money(euro.GetTotalSales()) != "4050 EUR" || fmt.Sprint(euro.GetOtherCurrencies()) != "[MAD]" {
			t.Error(protojson.Format(euro), err)
		}
		one, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04", CafeId: harbour})
		if err != nil || money(one.GetTotalSales()) != "10500 MAD" || one.GetTopCafe().GetId() != harbour || len(one.GetOtherCurrencies()) != 0 {
			t.Error(protojson.Format(one), err)
		}
		if one.GetFreshness().GetBehind() != 0 || !one.GetFreshness().GetAsOf().AsTime().Equal(c.clock.now()) {
			t.Error(protojson.Format(one.GetFreshness()))
		}
	})
}

func TestEmptyChain(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-10T10:00:00Z")
		admin := analyticspb.NewAnalyticsServiceClient(c.serve(t).As(rpctest.Admin(id(1, 1))))
		month, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{})
		if err != nil || !month.GetEmpty() || month.GetGrowth().GetKind() != "none" {
			t.Error(protojson.Format(month), err)
		}
		overview, err := admin.GetOverview(t.Context(), &analyticspb.GetMonthRequest{})
		if err != nil || !overview.GetEmpty() || len(overview.GetCafes()) != 0 {
			t.Error(protojson.Format(overview), err)
		}
		prediction, err := admin.GetPrediction(t.Context(), &analyticspb.GetMonthRequest{})
		if err != nil || len(prediction.GetCafes()) != 0 || prediction.GetMonth() != "2026-06" {
			t.Error(protojson.Format(prediction), err)
		}
		sales, err := admin.ListSales(t.Context(), &analyticspb.ListSalesRequest{From: "2026-01-01", To: "2026-12-31", By: []string{"item"}})
		if err != nil || len(sales.GetRows()) != 0 || sales.GetTotal().GetUnits() != 0 {
			t.Error(protojson.Format(sales), err)
		}
	})
}

func TestOverview(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c, oldTown, harbour, _ := small(t, d)
		admin := analyticspb.NewAnalyticsServiceClient(c.serve(t).As(rpctest.Admin(id(1, 1))))
		for range 2 { // read, and then from memory
			v, err := admin.GetOverview(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04"})
			if err != nil {
				t.Fatal(err)
			}
			if len(v.GetCafes()) != 2 || v.GetCafes()[0].GetCafeId() != oldTown || v.GetCafes()[1].GetCafeId() != harbour ||
				v.GetCafes()[1].GetCafeName() != "المرسى" || money(v.GetTotalSales()) != "23700 MAD" {
				t.Fatal(protojson.Format(v))
			}
			days := v.GetCafes()[0].GetDays()
			if len(days) != 30 || days[0].GetDate() != "2026-04-01" || money(days[0].GetSales()) != "7500 MAD" || days[0].GetOrders() != 1 ||
				money(days[1].GetSales()) != "0 MAD" || money(days[14].GetSales()) != "5700 MAD" || days[29].GetDate() != "2026-04-30" {
				t.Error(protojson.Format(v.GetCafes()[0]))
			}
			var top, bottom []string
			for _, p := range v.GetCafes()[0].GetTopProducts() {
				top = append(top, fmt.Sprint(p.GetName(), p.GetUnits()))
			}
			for _, p := range v.GetCafes()[0].GetBottomProducts() {
				bottom = append(bottom, fmt.Sprint(p.GetName(), p.GetUnits()))
			}
			if fmt.Sprint(top) != "[Caffè latte3 Cake1 Tea1]" || fmt.Sprint(bottom) != "[Cake1 Tea1 Caffè latte3]" {
				t.Error(top, bottom)
			}
			// 19700, 2500 and 1500 of 23700: 8312.2, 1054.9, 632.9.
			var shares []string
			for _, s := range v.GetCategories() {
				shares = append(shares, fmt.Sprint(s.GetCategoryName(), " ", s.GetShare(), " ", money(s.GetSales())))
			}
			if fmt.Sprint(shares) != "[Category 1 8312 19700 MAD Category 3 1055 2500 MAD Category 2 633 1500 MAD]" {
				t.Error(shares)
			}
		}
		// What is sold meanwhile is in the next answer, in every part of it, also after a rename.
		c.journal.add(
			sale(harbour, "2026-04-30", 9, "MAD", line(2, "An old name", 1, 2, 3500), line(4, "Cake", 3, 1, 2500)),
			sale(harbour, "2026-05-11", 9, "MAD", line(2, "Moccachino", 1, 1, 3500)),
		)
		c.follow(t)
		v, err := admin.GetOverview(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04"})
		if err != nil {
			t.Fatal(err)
		}
		first := v.GetCafes()[0]
		if first.GetCafeId() != harbour || money(first.GetSales()) != "20000 MAD" || first.GetOrders() != 2 || first.GetUnits() != 6 ||
			first.GetTopProducts()[0].GetName() != "Moccachino" || first.GetTopProducts()[0].GetUnits() != 5 ||
			money(first.GetDays()[29].GetSales()) != "9500 MAD" || money(v.GetCategories()[1].GetSales()) != "5000 MAD" {
			t.Error(protojson.Format(v))
		}
	})
}

// A category is what it was when it was sold, at the price of that sale: both are in the journal, nothing is looked up.
func TestCategoryAtTheTimeOfSale(t *testing.T) {
	c := newChain(t, sqlite(t), "2026-05-10T10:00:00Z")
	cafe := c.cafes.put(1, "Old Town", "MAD")
	c.journal.add(
		sale(cafe, "2026-04-01", 8, "MAD", line(1, "Iced tea", 1, 1, 1000)),
		sale(cafe, "2026-04-20", 8, "MAD", line(1, "Iced tea", 2, 1, 9000)),
	)
	c.follow(t)
	v, err := c.service.Overview(t.Context(), analytics.Query{Month: "2026-04"})
	if err != nil || len(v.Categories) != 2 || v.Categories[0].Sales != 9000 || v.Categories[1].Sales != 1000 || v.Categories[1].Share != 1000 {
		t.Fatalf("%+v, %v", v.Categories, err)
	}
}

func TestPrediction(t *testing.T) {
	dbtest.Each(t, "analytics", store.Migrations(), func(t *testing.T, d *db.DB) {
		c := newChain(t, d, "2026-05-10T10:00:00Z")
		rising, falling, young, closed := c.cafes.put(1, "Rising", "MAD"), c.cafes.put(2, "Falling", "MAD"), c.cafes.put(3, "Young", "MAD"), c.cafes.put(4, "Never", "MAD")
		for i, month := range []string{"2026-01", "2026-02", "2026-03", "2026-04"} {
			c.journal.add(sale(rising, month+"-03", 8, "MAD", line(1, "Latte", 1, 1, int64(100*(i+1)))))
			if i != 1 { // a month without any sale counts as zero
				c.journal.add(sale(falling, month+"-03", 8, "MAD", line(1, "Latte", 1, 1, int64(90-30*i))))
			}
			if i >= 2 {
				c.journal.add(sale(young, month+"-03", 8, "MAD", line(1, "Latte", 1, 1, 1000)))
			}
		}
		c.journal.add(sale(rising, "2026-05-03", 8, "MAD", line(1, "Latte", 1, 1, 70)))
		c.follow(t)
		server := c.serve(t)
		admin := analyticspb.NewAnalyticsServiceClient(server.As(rpctest.Admin(id(1, 1))))
		p, err := admin.GetPrediction(t.Context(), &analyticspb.GetMonthRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if p.GetMonth() != "2026-06" || p.GetMethod() == "" || p.GetCurrency() != "MAD" || len(p.GetCafes()) != 4 {
			t.Fatal(protojson.Format(p))
		}
		// The running month is not in the line: 100, 200, 300, 400, two months ahead.
		if x := p.GetCafes()[0]; x.GetCafeId() != rising || x.GetRank() != 1 || money(x.GetPredicted()) != "600 MAD" || money(x.GetThisMonth()) != "70 MAD" ||
			x.GetMonthsUsed() != 4 || x.GetGrowth().GetBasisPoints() != 5000 || money(x.GetGrowth().GetBefore()) != "400 MAD" ||
			x.GetMeanError() != 0 || x.GetErrorMonths() != 1 {
			t.Error(protojson.Format(x))
		}
		if x := p.GetCafes()[1]; x.GetCafeId() != falling || x.GetRank() != 2 || money(x.GetPredicted()) != "0 MAD" || x.GetMonthsUsed() != 4 {
			t.Error(protojson.Format(x))
		}
		if x := p.GetCafes()[2]; x.GetCafeId() != closed || x.GetRank() != 0 || x.GetPredicted() != nil || x.GetNote() != "0 full months of sales; a line needs at least 3." {
			t.Error(protojson.Format(x))
		}
		if x := p.GetCafes()[3]; x.GetCafeId() != young || x.GetRank() != 0 || x.GetPredicted() != nil || x.GetGrowth() != nil || x.GetNote() != "2 full months of sales; a line needs at least 3." {
			t.Error(protojson.Format(x))
		}
		// A month of the past is predicted from what was known before it.
		p, err = admin.GetPrediction(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04", CafeId: rising})
		if err != nil || len(p.GetCafes()) != 1 || money(p.GetCafes()[0].GetPredicted()) != "400 MAD" || p.GetCafes()[0].GetMonthsUsed() != 3 {
			t.Error(protojson.Format(p), err)
		}
		if _, err := admin.GetPrediction(t.Context(), &analyticspb.GetMonthRequest{Month: "2030-01"}); !errs.HasCode(err, "month_too_far") {
			t.Error(err)
		}
	})
}

func TestWhoMayAsk(t *testing.T) {
	c, oldTown, harbour, _ := small(t, sqlite(t))
	server := c.serve(t)
	month := func(caller rpc.Caller, cafe string) (*analyticspb.Month, error) {
		return analyticspb.NewAnalyticsServiceClient(server.As(caller)).GetMonth(t.Context(), &analyticspb.GetMonthRequest{Month: "2026-04", CafeId: cafe})
	}
	manager := rpctest.Person(id(1, 2), "manager", oldTown, id(1, 3))
	for _, cafe := range []string{"", oldTown} {
		m, err := month(manager, cafe)
		if err != nil || money(m.GetTotalSales()) != "13200 MAD" || m.GetTopCafe().GetId() != oldTown {
			t.Errorf("the manager's own café as %q: %s, %v", cafe, protojson.Format(m), err)
		}
	}
	if _, err := month(manager, harbour); !errs.IsKind(err, errs.KindNotFound) {
		t.Errorf("another café: %v", err)
	}
	for _, unknown := range []string{id(kindCafe, 99), "nonsense", "CA000000-0000-7000-8000-000000000001"} {
		if _, err := month(rpctest.Admin(id(1, 1)), unknown); !errs.IsKind(err, errs.KindNotFound) {
			t.Errorf("unknown café %q: %v", unknown, err)
		}
	}
	for _, role := range []string{"barista", "lead"} {
		if _, err := month(rpctest.Person(id(1, 2), role, oldTown, id(1, 3)), oldTown); !errs.IsKind(err, errs.KindForbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
	if _, err := month(rpctest.Customer(id(1, 4)), oldTown); !errs.IsKind(err, errs.KindForbidden) {
		t.Errorf("customer: %v", err)
	}
	if _, err := month(rpc.Caller{}, oldTown); !errs.IsKind(err, errs.KindUnauthenticated) {
		t.Errorf("anonymous: %v", err)
	}
	if _, err := analyticspb.NewAnalyticsServiceClient(server.Service("order")).GetMonth(t.Context(), &analyticspb.GetMonthRequest{}); !errs.IsKind(err, errs.KindForbidden) {
		t.Errorf("another service: %v", err)
	}
	// The café service is not needed for what is known, and an unknown café gets the benefit of the doubt.
	c.cafes.mu.Lock()
	c.cafes.down = errDown
	c.cafes.mu.Unlock()
	if m, err := month(rpctest.Admin(id(1, 1)), id(kindCafe, 99)); err != nil || !m.GetEmpty() {
		t.Errorf("without the café service: %v, %v", m, err)
	}
}

func TestBadInput(t *testing.T) {
	c, _, _, _ := small(t, sqlite(t))
	admin := analyticspb.NewAnalyticsServiceClient(c.serve(t).As(rpctest.Admin(id(1, 1))))
	for _, month := range []string{"2026-13", "2026-1", "April", "0000-01", "9999-12", "0001-01"} {
		if _, err := admin.GetMonth(t.Context(), &analyticspb.GetMonthRequest{Month: month}); !errs.IsKind(err, errs.KindInvalid) {
			t.Errorf("month %s: %v", month, err)
		}
	}
	for name, req := range map[string]*analyticspb.ListSalesRequest{
		"backwards":           {From: "2026-02-01", To: "2026-01-01"},
		"401 days":            {From: "2025-01-01", To: "2026-02-05"},
		"no such date":        {From: "2026-02-30", To: "2026-03-01"},
		"no dates":            {},
		"four dimensions":     {From: "2026-01-01", To: "2026-01-02", By: []string{"cafe", "date", "hour", "item"}},
		"unknown dimension":   {From: "2026-01-01", To: "2026-01-02", By: []string{"weather"}},
		"twice":               {From: "2026-01-01", To: "2026-01-02", By: []string{"cafe", "cafe"}},
		"a made-up cursor":    {From: "2026-01-01", To: "2026-01-02", By: []string{"cafe"}, Cursor: "hello"},
		"another's cursor":    {From: "2026-01-01", To: "2026-01-02", By: []string{"cafe"}, Cursor: "eyJCeSI6WyJpdGVtIl19"},
		"a cursor without id": {From: "2026-01-01", To: "2026-01-02", By: []string{"item"}, Cursor: "eyJCeSI6WyJpdGVtIl19"},
		"limit":               {From: "2026-01-01", To: "2026-01-02", Limit: 201},
	} {
		if _, err := admin.ListSales(t.Context(), req); !errs.IsKind(err, errs.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := admin.ListSales(t.Context(), &analyticspb.ListSalesRequest{From: "2025-01-01", To: "2026-02-04"}); err != nil {
		t.Errorf("400 days: %v", err)
	}
}
