package e2e

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"coffee/app"
)

// The benchmarks measure the whole path: HTTP over loopback, gateway, gRPC in process, services, SQLite with
// synchronous=FULL, and the client itself, all on the same machine.

// clients shares b.N calls over so many browsers.
func clients(b *testing.B, browsers []*browser, call func(who *browser, i int64) error) {
	b.Helper()
	var next, failed atomic.Int64
	done := make(chan struct{})
	b.ResetTimer()
	for _, who := range browsers {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := call(who, i); err != nil {
					failed.Add(1)
					b.Error(err)
					return
				}
			}
		}()
	}
	for range browsers {
		<-done
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// wide keeps as many connections as there are clients.
func wide(b *browser, connections int) *browser {
	b.client.Transport = &http.Transport{MaxIdleConnsPerHost: connections}
	return b
}

func BenchmarkPlaceOrder(b *testing.B) {
	for _, concurrent := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("clients=%d", concurrent), func(b *testing.B) {
			c := startOneProcess(b, app.Options{})
			s := newShop(c, "Café Salam")
			c.asOperator().keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{
				"lines": []object{{"ingredient_id": s.croissStk, "quantity": 900000000000}},
			})
			till := wide(s.counter("Nadia"), concurrent)
			browsers := make([]*browser, concurrent)
			for i := range browsers {
				browsers[i] = till
			}
			clients(b, browsers, func(who *browser, _ int64) error {
				a, err := who.try("PUT", "/api/v1/orders/"+newID(), s.threeLines())
				if err == nil && a.status != http.StatusOK {
					err = fmt.Errorf("%d %s", a.status, a.raw)
				}
				return err
			})
		})
	}
}

func BenchmarkReadMenu(b *testing.B) {
	c := startOneProcess(b, app.Options{})
	s := newShop(c, "Café Salam")
	benchmarkRead(b, c, "/api/v1/cafes/"+s.id+"/menu")
}

// BenchmarkMonthOverview reads the dashboard's heaviest page over the real month where it is there.
func BenchmarkMonthOverview(b *testing.B) {
	folder := april(b)
	c := startOneProcess(b, app.Options{})
	importTo(b, c, folder, folder+"/receipts.csv", b.TempDir()+"/rejects.csv")
	c.waitFor("the dashboard has followed", func() bool {
		return c.asOperator().ok("GET", "/api/v1/analytics/month?month=2019-04&currency=USD", nil).number("orders") >= 39271
	})
	for name, path := range map[string]string{"month": "month", "overview": "overview", "prediction": "prediction"} {
		b.Run(name, func(b *testing.B) { benchmarkRead(b, c, "/api/v1/analytics/"+path+"?month=2019-04&currency=USD") })
	}
}

func benchmarkRead(b *testing.B, c *chain, path string) {
	b.Helper()
	reader := wide(c.asOperator(), 16)
	browsers := make([]*browser, 16)
	for i := range browsers {
		browsers[i] = reader
	}
	clients(b, browsers, func(who *browser, _ int64) error {
		a, err := who.try("GET", path, nil)
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("%d %s", a.status, a.raw)
		}
		return err
	})
}
