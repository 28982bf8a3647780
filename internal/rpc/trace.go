package rpc

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
)

// carrier takes what says which trace a call belongs to across, in the metadata.
type carrier metadata.MD

func incoming(ctx context.Context) carrier {
	md, _ := metadata.FromIncomingContext(ctx)
	return carrier(md)
}

func (c carrier) Get(key string) string { return first(metadata.MD(c), key) }
func (c carrier) Set(key, value string) { metadata.MD(c).Set(key, value) }
func (c carrier) Keys() []string        { return slices.Collect(maps.Keys(c)) }

// LogHandler adds to each record what its context knows of the request and the record does not say itself (a key twice
// is what many readers of JSON refuse): its id, who asks (an id, never a name), the café, and the trace.
func LogHandler(under slog.Handler) slog.Handler { return logHandler{under} }

type logHandler struct{ slog.Handler }

func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	said := map[string]bool{}
	r.Attrs(func(a slog.Attr) bool { said[a.Key] = true; return true })
	add := func(key, value string) {
		if !said[key] {
			r.AddAttrs(slog.String(key, value))
		}
	}
	if id := RequestID(ctx); id != "" {
		add("request_id", id)
	}
	if c := CallerFrom(ctx); c.Subject != "" {
		add("subject", c.Kind+"/"+c.Subject)
		if c.Cafe != "" {
			add("cafe", c.Cafe)
		}
	}
	if s := trace.SpanContextFromContext(ctx); s.IsSampled() {
		add("trace_id", s.TraceID().String())
	}
	return h.Handler.Handle(ctx, r)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
