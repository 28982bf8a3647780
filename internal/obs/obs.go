// Package obs is how a process is watched: what its calls and requests cost and how they end, as Prometheus metrics in a
// registry of its own, and the way of a request through the parts as OpenTelemetry traces. It knows no part and no
// domain word. A nil *Observer observes nothing.
package obs

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Options say what is watched.
type Options struct {
	// TracesURL is an OTLP collector, as http://localhost:4318; empty: no traces.
	TracesURL string
	// Share of the requests that are traced, from 0 to 1.
	Share float64
	// Exporter replaces the one of TracesURL: tests read spans with it.
	Exporter sdktrace.SpanExporter
}

// Observer watches one process.
type Observer struct {
	Registry *prometheus.Registry
	calls    *prometheus.HistogramVec
	requests *prometheus.HistogramVec
	streams  prometheus.Gauge
	tracer   trace.Tracer
	shutdown func(context.Context) error
}

// buckets are seconds: from a read out of memory to a call that ran into its deadline.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// New makes an observer. Without a collector it traces nothing, and tracing costs nothing.
func New(ctx context.Context, o Options) (*Observer, error) {
	w := &Observer{
		Registry: prometheus.NewRegistry(),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "coffee_rpc_seconds", Help: "Calls that services here answered, by method and gRPC code; streams are not among them.", Buckets: buckets,
		}, []string{"method", "code"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "coffee_http_seconds", Help: "Requests that the gateway answered, by route and status; streams are not among them.", Buckets: buckets,
		}, []string{"method", "route", "status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "coffee_http_streams", Help: "Streams of events that are open at the gateway."}),
		tracer:  noop.NewTracerProvider().Tracer(""),
	}
	w.Registry.MustRegister(w.calls, w.requests, w.streams, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	var spans sdktrace.TracerProviderOption
	if o.Exporter != nil {
		spans = sdktrace.WithSyncer(o.Exporter)
	} else if o.TracesURL != "" {
		exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(o.TracesURL, "/")+"/v1/traces"))
		if err != nil {
			return nil, fmt.Errorf("COFFEE_TRACES_URL: %w", err)
		}
		spans = sdktrace.WithBatcher(exporter)
	}
	if spans != nil {
		provider := sdktrace.NewTracerProvider(
			spans, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(o.Share))),
			sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "coffee"))),
		)
		w.tracer, w.shutdown = provider.Tracer("coffee"), provider.Shutdown
	}
	return w, nil
}

// Close sends the spans that wait.
func (w *Observer) Close() error {
	if w == nil || w.shutdown == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return w.shutdown(ctx)
}

// Answer watches a call that a service here answers. end is told the gRPC code and, for the trace, the error.
func (w *Observer) Answer(ctx context.Context, method string, carrier propagation.TextMapCarrier) (_ context.Context, end func(code string, err error)) {
	if w == nil {
		return ctx, func(string, error) {}
	}
	ctx = traceContext.Extract(ctx, carrier)
	ctx, span := w.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer))
	began := time.Now()
	return ctx, func(code string, err error) {
		w.calls.WithLabelValues(method, code).Observe(time.Since(began).Seconds())
		finish(span, err)
	}
}

// Call traces a call to another part and tells that part of it through the carrier.
func (w *Observer) Call(ctx context.Context, method string, carrier propagation.TextMapCarrier) (_ context.Context, end func(error)) {
	if w == nil {
		return ctx, func(error) {}
	}
	ctx, span := w.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindClient))
	traceContext.Inject(ctx, carrier)
	return ctx, func(err error) { finish(span, err) }
}

// Request watches a request of a route. A trace begins here: what a stranger says of traces is not heard. end is told
// the status, and whether the answer was a stream, whose length says nothing.
func (w *Observer) Request(ctx context.Context, method, route, requestID string) (_ context.Context, end func(status int, stream bool)) {
	if w == nil {
		return ctx, func(int, bool) {}
	}
	ctx, span := w.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithNewRoot(),
		trace.WithAttributes(attribute.String("coffee.request_id", requestID)))
	began := time.Now()
	return ctx, func(status int, stream bool) {
		if !stream {
			w.requests.WithLabelValues(method, route, fmt.Sprint(status)).Observe(time.Since(began).Seconds())
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= 500 {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// StreamOpens counts a stream of events until end is called.
func (w *Observer) StreamOpens() (end func()) {
	if w == nil {
		return func() {}
	}
	w.streams.Inc()
	return w.streams.Dec
}

func finish(span trace.Span, err error) {
	if err != nil {
		// The error's text may quote what people typed: a trace says only that there was one. The log has it.
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

var traceContext = propagation.TraceContext{}
