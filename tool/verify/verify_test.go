package verify_test

import (
	"testing"
	"time"

	"coffee/internal/db/dbtest"
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
