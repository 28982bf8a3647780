package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"coffee/internal/db"
	"coffee/internal/obs"
	"coffee/service/analytics"
	"coffee/service/inventory"
	"coffee/service/order"
)

// startWatching makes the observer of this process and shows its metrics at the door for whoever watches over it.
func (a *App) startWatching(ctx context.Context) (err error) {
	a.watch, err = obs.New(ctx, obs.Options{TracesURL: a.config.TracesURL, Share: a.config.TracesShare, Exporter: a.options.Traces})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.watch.Close)
	a.ops.mux.Handle("GET /metrics", promhttp.HandlerFor(a.watch.Registry, promhttp.HandlerOpts{}))
	return nil
}

// watchDatabase shows how much a part asks of its database.
func (a *App) watchDatabase(part string, d *db.DB) {
	a.watch.Measures(func(context.Context) ([]obs.Measure, error) {
		s := d.Stats()
		return []obs.Measure{
			{Name: "coffee_db_connections", Help: "Open connections; on SQLite those of the readers.", Part: part, Value: float64(s.Connections)},
			{Name: "coffee_db_connections_in_use", Help: "Connections that somebody works on.", Part: part, Value: float64(s.InUse)},
			{Name: "coffee_db_waits_total", Help: "Times that somebody had to wait for a connection, since the start.", Part: part, Value: float64(s.Waited), Total: true},
			{Name: "coffee_db_transactions_total", Help: "Transactions that were committed, since the start.", Part: part, Value: float64(s.Transactions), Total: true},
			{Name: "coffee_db_commits_total", Help: "Commits that they took: on SQLite several share one.", Part: part, Value: float64(s.Commits), Total: true},
			{Name: "coffee_db_queued", Help: "Transactions that wait for SQLite's writer.", Part: part, Value: float64(s.Queued)},
		}, nil
	})
}

func (a *App) watchOrder(s *order.Service) {
	a.watch.Measures(func(ctx context.Context) ([]obs.Measure, error) {
		o, err := s.Outstanding(ctx)
		return []obs.Measure{
			{Name: "coffee_order_stock_due", Help: "Reversals that inventory has not acknowledged.", Part: "order", Value: float64(o.StockDue)},
			{Name: "coffee_order_stock_due_seconds", Help: "How long the oldest of them waits; over 120 something is wrong.", Part: "order", Value: waiting(o.Oldest)},
			{Name: "coffee_reconciler_confirmed_total", Help: "Consumptions whose confirmation had been lost, mended since the start.", Part: "order", Value: float64(o.Confirmed), Total: true},
			{Name: "coffee_reconciler_given_back_total", Help: "Consumptions whose order never was, given back since the start.", Part: "order", Value: float64(o.GivenBack), Total: true},
		}, err
	})
}

func (a *App) watchInventory(s *inventory.Service) {
	a.watch.Measures(func(ctx context.Context) ([]obs.Measure, error) {
		count, oldest, err := s.Backlog(ctx)
		return []obs.Measure{
			{Name: "coffee_inventory_open_consumption", Help: "Consumptions that no order has confirmed yet.", Part: "inventory", Value: float64(count)},
			{Name: "coffee_inventory_open_consumption_seconds", Help: "How long the oldest of them waits; over 120 something is wrong.", Part: "inventory", Value: waiting(oldest)},
		}, err
	})
}

func (a *App) watchAnalytics(s *analytics.Service) {
	a.watch.Measures(func(ctx context.Context) ([]obs.Measure, error) {
		look, err := s.Freshness(ctx)
		if err != nil {
			return nil, err
		}
		stopped, err := s.Stopped(ctx)
		return []obs.Measure{
			{Name: "coffee_journal_lag_entries", Help: "Journal entries that analytics has not counted yet.", Part: "analytics", Value: float64(look.Behind)},
			{Name: "coffee_journal_lag_seconds", Help: "How long ago analytics last looked at the journals.", Part: "analytics", Value: waiting(look.At)},
			{Name: "coffee_journal_stopped", Help: "Cafés whose journal is not followed further, because it did not verify.", Part: "analytics", Value: float64(len(stopped))},
		}, err
	})
}

// waiting is how many seconds have passed since a moment; the zero moment is none.
func waiting(since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, now().Sub(since).Seconds())
}
