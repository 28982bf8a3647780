package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"coffee/gateway"
)

func document(t *testing.T) ([]byte, []gateway.Route) {
	t.Helper()
	raw, err := os.ReadFile("../raw.json")
	if err != nil {
		t.Fatal(err)
	}
	routes, err := gateway.Routes()
	if err != nil {
		t.Fatal(err)
	}
	built, err := build(raw, own, routes)
	if err != nil {
		t.Fatal(err)
	}
	return built, routes
}

// TestCommitted: what is served is what the contracts say now.
func TestCommitted(t *testing.T) {
	built, _ := document(t)
	committed, err := os.ReadFile("../openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(built, committed) {
		t.Error("gateway/openapi/openapi.json is old: run proto/generate")
	}
}

func TestDocument(t *testing.T) {
	built, routes := document(t)
	doc, err := parse(built)
	if err != nil {
		t.Fatal(err)
	}
	schemas := doc.at("components", "schemas")
	ids := map[string]bool{}
	for _, route := range routes {
		op := doc.at("paths", route.Path, strings.ToLower(route.Method))
		if op == nil {
			t.Errorf("%s %s is missing", route.Method, route.Path)
			continue
		}
		id := op.text("operationId")
		if id == "" || ids[id] || op.text("summary") == "" {
			t.Errorf("%s %s: operation %q", route.Method, route.Path, id)
		}
		ids[id] = true
		var roles []string
		for _, role := range op.at("x-access").values["roles"].([]any) {
			roles = append(roles, role.(string))
		}
		if !slices.Equal(roles, route.Roles) {
			t.Errorf("%s: roles %v, by the rule %v", id, roles, route.Roles)
		}
		if (op.at("requestBody") != nil) != route.Body {
			t.Errorf("%s: its body", id)
		}
		if op.at("responses", "default").text("$ref") != problemRef {
			t.Errorf("%s: its problems", id)
		}
		if stream := op.at("responses", "200", "content", "text/event-stream") != nil; stream != route.Stream {
			t.Errorf("%s: a stream: %v", id, stream)
		}
		if keyed := strings.Contains(string(mustJSON(t, op)), `"Idempotency-Key"`); keyed != route.Keyed {
			t.Errorf("%s: keyed: %v", id, keyed)
		}
		for _, segment := range strings.Split(route.Path, "/") {
			name, ok := strings.CutPrefix(segment, "{")
			if !ok {
				continue
			}
			name = strings.TrimSuffix(name, "}")
			body := op.at("requestBody", "content", "application/json", "schema")
			if body != nil && body.at("properties", name) != nil {
				t.Errorf("%s: %s is in the path and in the body", id, name)
			}
		}
	}
	each(doc, func(o *object) {
		if ref := o.text("$ref"); strings.HasPrefix(ref, schemaPrefix) && schemas.at(strings.TrimPrefix(ref, schemaPrefix)) == nil {
			t.Errorf("%s leads nowhere", ref)
		}
		if types, ok := o.values["type"].([]any); ok {
			t.Errorf("more than one type: %v", types)
		}
		if f := o.text("format"); (f == "int64" || f == "int32") && o.text("type") != "integer" {
			t.Errorf("an integer that is a %s", o.text("type"))
		}
		if o.values[optional] != nil {
			t.Error("a mark of ours is left")
		}
	})
	if sales := schemas.at("SalesRow"); sales == nil || slices.Contains(sales.values["required"].([]any), any("hour")) {
		t.Error("an optional field is required")
	}
	if strings.Contains(string(built), "AuthenticateRequest") || strings.Contains(string(built), "ConsumeRequest") {
		t.Error("the inside is described")
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuildRefuses(t *testing.T) {
	raw, err := os.ReadFile("../raw.json")
	if err != nil {
		t.Fatal(err)
	}
	routes, err := gateway.Routes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build(raw, own, routes[1:]); err == nil || !strings.Contains(err.Error(), "no route") {
		t.Errorf("a description without a route: %v", err)
	}
	more := append(slices.Clone(routes), gateway.Route{Method: "GET", Path: "/secret"})
	if _, err := build(raw, own, more); err == nil || !strings.Contains(err.Error(), "not described") {
		t.Errorf("a route without a description: %v", err)
	}
	changed := slices.Clone(routes)
	for i := range changed {
		if changed[i].Path == "/logout" {
			changed[i].Query = []string{"person", "all"}
		}
	}
	if _, err := build(raw, own, changed); err == nil || !strings.Contains(err.Error(), "parameters") {
		t.Errorf("a parameter without a description: %v", err)
	}
	for _, bad := range []string{"", "[]", "{"} {
		if _, err := build([]byte(bad), own, routes); err == nil {
			t.Errorf("raw %q", bad)
		}
	}
}
