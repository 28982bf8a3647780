package rpc

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

// A record says whose request it belongs to, by ids; the context of nobody adds nothing.
func TestLogHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(LogHandler(slog.NewJSONHandler(&out, nil))).With("service", "order")
	log.InfoContext(context.Background(), "first")
	if text := out.String(); strings.Contains(text, "request_id") || strings.Contains(text, "subject") || !strings.Contains(text, `"service":"order"`) {
		t.Error(text)
	}
	out.Reset()
	ctx := WithRequestID(context.Background(), "r-1")
	ctx = WithCaller(ctx, Caller{Kind: KindPerson, Subject: "p-1", Cafe: "c-1", Device: "d-1"})
	log.InfoContext(ctx, "second")
	for _, want := range []string{`"request_id":"r-1"`, `"subject":"person/p-1"`, `"cafe":"c-1"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: no %s", out.String(), want)
		}
	}
	out.Reset()
	log.InfoContext(ctx, "third", "request_id", "r-1")
	if strings.Count(out.String(), "request_id") != 1 {
		t.Errorf("%s: a key twice", out.String())
	}
}
