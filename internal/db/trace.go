package db

import (
	"context"
	"database/sql"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// span begins a span below the one of the caller; without one it costs nothing. A statement is named by the comment
// that sqlc begins it with; its text and values stay out of traces.
func span(ctx context.Context, name string) (context.Context, func(error)) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, func(error) {}
	}
	if strings.HasPrefix(name, "-- name: ") {
		name, _, _ = strings.Cut(name[len("-- name: "):], " ")
	} else {
		name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	}
	ctx, s := parent.TracerProvider().Tracer("coffee/internal/db").Start(ctx, "sql "+name, trace.WithSpanKind(trace.SpanKindClient))
	return ctx, func(err error) {
		if err != nil {
			s.SetStatus(codes.Error, "")
		}
		s.End()
	}
}

// writeSpan is the span of a transaction, waiting for its turn and its commit included.
func (d *DB) writeSpan(ctx context.Context) (context.Context, func(error)) {
	ctx, end := span(ctx, "transaction")
	if s := trace.SpanFromContext(ctx); s.IsRecording() {
		s.SetAttributes(attribute.String("db.system", string(d.engine)))
	}
	return ctx, end
}

func tracedExec(ctx context.Context, under DBTX, query string, args []any) (sql.Result, error) {
	ctx, end := span(ctx, query)
	result, err := under.ExecContext(ctx, query, args...)
	end(err)
	return result, err
}

// A query's span ends with its first row, not with its last: reading on is the caller's time.
func tracedQuery(ctx context.Context, under DBTX, query string, args []any) (*sql.Rows, error) {
	ctx, end := span(ctx, query)
	rows, err := under.QueryContext(ctx, query, args...)
	end(err)
	return rows, err
}

func tracedRow(ctx context.Context, under DBTX, query string, args []any) *sql.Row {
	ctx, end := span(ctx, query)
	row := under.QueryRowContext(ctx, query, args...)
	end(row.Err())
	return row
}

// withSpanOf is another context with the span of this one.
func withSpanOf(ctx, other context.Context) context.Context {
	if s := trace.SpanFromContext(ctx); s.IsRecording() {
		return trace.ContextWithSpan(other, s)
	}
	return other
}
