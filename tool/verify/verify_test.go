package verify_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"coffee/internal/db/dbtest"
	orderpb "coffee/proto/coffee/order/v1"
	"coffee/tool/verify"
)

func run(t testing.TB, urls map[string]string, now time.Time, only ...int) verify.Report {
	t.Helper()
	report, err := verify.Run(t.Context(), verify.Options{Open: verify.Databases(urls), Now: func() time.Time { return now }, Only: only})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestGoodSystem finds nothing where everything happened as it should, on every engine.
func TestGoodSystem(t *testing.T) {
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			s := open(t, engine, 500)
			report := run(t, s.URLs, s.Now())
			for _, f := range report.Findings {
				t.Error(f)
			}
			t.Log(report.Checked, report.Took)
			for _, what := range []string{"orders", "lines", "tenders", "journal entries", "consumptions", "movements", "stock", "figures"} {
				if report.Checked[what] == 0 {
					t.Errorf("no %s were checked", what)
				}
			}
			// A sale that is half done is left alone while it is young, and named once it is not.
			s.consume("half done")
			if report := run(t, s.URLs, s.Now().Add(time.Minute)); report.Count() != 0 {
				t.Errorf("a sale of a minute ago: %v", report.Findings)
			}
			report = run(t, s.URLs, s.Now().Add(3*time.Minute))
			if len(report.Findings) != 1 || report.Findings[0].Invariant != 12 || report.Findings[0].Object != "order/"+s.order["half done"] {
				t.Errorf("a sale of three minutes ago: %v", report.Findings)
			}
		})
	}
}

// TestRunningSystem verifies while orders are placed, paid, voided and counted: what is half done is no finding.
func TestRunningSystem(t *testing.T) {
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			s := open(t, engine, 5)
			ctx, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			defer all.Wait()
			defer stop()
			for range 3 {
				all.Go(func() {
					for ctx.Err() == nil {
						trade(t, s)
					}
				})
			}
			all.Go(func() {
				for ctx.Err() == nil {
					if err := s.Work(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
			for range 4 {
				for _, f := range run(t, s.URLs, s.Now()).Findings {
					t.Error(f)
				}
			}
		})
	}
}

// trade sells, takes back and gives back once. It must not end the test: it runs beside it.
func trade(t *testing.T, s *shop) {
	ctx := context.Background()
	check := func(o *orderpb.Order, err error) *orderpb.Order {
		if err != nil {
			t.Error(err)
		}
		return o
	}
	o := check(s.barista.Order.PlaceOrder(ctx, &orderpb.PlaceOrderRequest{Id: newID(), Lines: []*orderpb.LineRequest{
		line("Latte/M", 2, choice("Milk", "Oat")), line("Msemen/Plain", 1), line("Sparkling water/Bottle", 1),
	}}))
	if o == nil {
		return
	}
	if _, err := s.barista.Order.Settle(key(ctx), &orderpb.SettleRequest{
		OrderIds: []string{o.GetId()}, Tenders: []*orderpb.TenderRequest{{Id: newID(), Kind: "card", Amount: o.GetDue()}},
	}); err != nil {
		t.Error(err)
	}
	check(s.barista.Order.VoidLines(key(ctx), &orderpb.VoidLinesRequest{Id: o.GetId(), Lines: []int32{2}}))
	check(s.barista.Order.AdvanceLines(ctx, &orderpb.AdvanceLinesRequest{Id: o.GetId(), To: "ready"}))
	check(s.lead.Order.RefundLines(key(ctx), &orderpb.RefundLinesRequest{
		Id: o.GetId(), Lines: []*orderpb.RefundLine{{Line: 3, Quantity: 1, To: "restock"}}, Reason: "warm",
	}))
}
