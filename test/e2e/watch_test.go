package e2e

import (
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"coffee/app"
)

// observed starts a chain whose every request is traced, with a door for whoever watches over its first process.
func observed(t *testing.T, split bool) (c *chain, spans *tracetest.InMemoryExporter, metrics func() string) {
	t.Helper()
	spans = tracetest.NewInMemoryExporter()
	options := app.Options{Traces: spans}
	listeners := map[string]net.Listener{"gateway": listenLocal(t), "frontend": listenLocal(t)}
	if split {
		for _, part := range app.All() {
			listeners[part] = listenLocal(t)
		}
	}
	config := configure(t, t.TempDir(), listeners)
	config.TracesShare = 1
	door := listenLocal(t)
	var parts []app.Options
	if split {
		for _, part := range app.All() {
			o := options
			o.Parts, o.Log, o.Listeners = []string{part}, testLog(t), map[string]net.Listener{part: listeners[part]}
			parts = append(parts, o)
		}
		parts[len(parts)-2].Listeners["ops"] = door // the gateway's process
	} else {
		options.Listeners, options.Log = listeners, testLog(t)
		listeners["ops"] = door
		parts = []app.Options{options}
	}
	c = running(t, config, parts)
	return c, spans, func() string {
		r, err := http.Get("http://" + door.Addr().String() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v", r.Status, err)
		}
		return string(body)
	}
}

// TestTraces: an order's way from the gateway to the last transaction is one trace, in one process and over TCP.
func TestTraces(t *testing.T) {
	for name, split := range map[string]bool{"one process": false, "split": true} {
		t.Run(name, func(t *testing.T) {
			c, spans, _ := observed(t, split)
			s := newShop(c, "Café Salam")
			till := s.counter("Nadia")
			spans.Reset()
			till.ok("PUT", "/api/v1/orders/"+newID(), object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}},
				"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
			var stubs tracetest.SpanStubs
			c.waitFor("the request's span has ended", func() bool {
				stubs = spans.GetSpans()
				for _, span := range stubs {
					if span.Name == "PUT /api/v1/orders/{id}" {
						return true
					}
				}
				return false
			})
			byID := map[string]tracetest.SpanStub{}
			var trace string
			for _, span := range stubs {
				byID[span.SpanContext.SpanID().String()] = span
				if span.Name == "PUT /api/v1/orders/{id}" {
					trace = span.SpanContext.TraceID().String()
				}
			}
			if trace == "0af7651916cd43dd8448eb211c80319c" {
				t.Error("a stranger's trace was joined")
			}
			way := func(span tracetest.SpanStub) string {
				var names []string
				for ok := true; ok; span, ok = byID[span.Parent.SpanID().String()] {
					names = append([]string{span.Name}, names...)
				}
				return strings.Join(names, " > ")
			}
			var ways []string
			for _, span := range stubs {
				if span.SpanContext.TraceID().String() == trace {
					ways = append(ways, way(span))
				}
			}
			for _, want := range []string{
				`^PUT /api/v1/orders/\{id\} > /coffee.order.v1.OrderService/PlaceOrder > /coffee.order.v1.OrderService/PlaceOrder > ` +
					`/coffee.inventory.v1.InventoryService/Consume > /coffee.inventory.v1.InventoryService/Consume > sql transaction > sql \w+$`,
				`^PUT /api/v1/orders/\{id\} > /coffee.order.v1.OrderService/PlaceOrder > /coffee.order.v1.OrderService/PlaceOrder > sql transaction$`,
			} {
				if !anyMatch(want, ways) {
					t.Errorf("no %s among\n%s", want, strings.Join(ways, "\n"))
				}
			}
		})
	}
}

func anyMatch(pattern string, of []string) bool {
	re := regexp.MustCompile(pattern)
	for _, s := range of {
		if re.MatchString(s) {
			return true
		}
	}
	return false
}

// TestMetrics: requests, calls and databases are counted by names of ours, and nothing of a person or an id is among
// the labels.
func TestMetrics(t *testing.T) {
	c, _, metrics := observed(t, false)
	s := newShop(c, "Café Salam")
	till := s.counter("Nadia")
	order := newID()
	till.ok("PUT", "/api/v1/orders/"+order, object{"customer_name": "Zineb", "lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	till.send("GET", "/no/such/path", nil)
	text := metrics()
	for line, least := range map[string]float64{
		`coffee_http_seconds_count{method="PUT",route="/api/v1/orders/{id}",status="200"}`:           1,
		`coffee_http_seconds_count{method="GET",route="none",status="404"}`:                          1,
		`coffee_rpc_seconds_count{code="OK",method="/coffee.inventory.v1.InventoryService/Consume"}`: 1,
		`coffee_rpc_seconds_count{code="OK",method="/coffee.order.v1.OrderService/PlaceOrder"}`:      1,
		`coffee_db_transactions_total{part="order"}`:                                                 1,
		`coffee_db_connections{part="gateway"}`:                                                      1,
		`coffee_order_stock_due{part="order"}`:                                                       0,
		`coffee_inventory_open_consumption_seconds{part="inventory"}`:                                0,
		`coffee_journal_lag_entries{part="analytics"}`:                                               0,
		`coffee_reconciler_given_back_total{part="order"}`:                                           0,
		`coffee_http_streams`: 0,
		`go_goroutines`:       1,
	} {
		if value, ok := sample(text, line); !ok || value < least {
			t.Errorf("%s is %v (there: %v), want at least %v", line, value, ok, least)
		}
	}
	for _, secret := range []string{"Zineb", "Nadia", order, s.id, c.operator} {
		if strings.Contains(text, secret) {
			t.Errorf("the metrics tell %q", secret)
		}
	}
}

func sample(text, name string) (float64, bool) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			value, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			return value, err == nil
		}
	}
	return 0, false
}
