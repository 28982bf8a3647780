package main

import (
	"fmt"
	"slices"
	"strings"

	"coffee/gateway"
)

const (
	schemaPrefix = "#/components/schemas/"
	problemRef   = "#/components/responses/Problem"
	// optional marks fields with presence until it is known which must be there.
	optional = "x-optional"
)

// build makes the document. Every route must be described, and nothing else may be.
func build(raw, ownRoutes []byte, routes []gateway.Route) ([]byte, error) {
	doc, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("raw.json: %w", err)
	}
	hand, err := parse(ownRoutes)
	if err != nil {
		return nil, fmt.Errorf("own.json: %w", err)
	}
	integers(doc)
	shortNames(doc)
	for _, path := range hand.at("paths").names {
		for _, method := range hand.at("paths", path).names {
			doc.need("paths").need(path).set(method, hand.at("paths", path, method))
		}
	}
	for _, name := range hand.at("components", "schemas").names {
		doc.at("components", "schemas").set(name, hand.at("components", "schemas", name))
	}
	if err := operations(doc, routes); err != nil {
		return nil, err
	}
	trim(doc)
	answersAreWhole(doc)

	out := newObject("openapi", "3.1.0", "info", hand.at("info"), "servers", hand.values["servers"], "tags", hand.values["tags"])
	out.set("paths", doc.at("paths"))
	components := newObject("securitySchemes", hand.at("components", "securitySchemes"))
	components.set("responses", hand.at("components", "responses"))
	components.set("schemas", doc.at("components", "schemas"))
	out.set("components", components)
	return encode(out)
}

// integers makes every integer a number, as our JSON has it, and nothing null, which it never writes; titles that
// only repeat a name go.
func integers(doc *object) {
	each(doc, func(o *object) {
		if types, ok := o.values["type"].([]any); ok {
			if slices.Contains(types, any("null")) {
				types = slices.DeleteFunc(types, func(t any) bool { return t == "null" })
				o.set(optional, true)
			}
			if slices.Contains(types, any("integer")) {
				types = []any{"integer"}
			}
			if len(types) == 1 {
				o.set("type", types[0])
			}
		}
		_, schema := o.values["type"]
		_, reference := o.values["$ref"]
		if schema || reference {
			o.drop("title")
		}
	})
	if t := doc.at("components", "schemas", "google.protobuf.Timestamp"); t != nil {
		t.set("description", "A moment in UTC, RFC 3339.")
		t.set("examples", []any{"2026-02-15T09:30:00Z"})
	}
}

// shortNames takes the package off a schema's name where no other schema has the same short one.
func shortNames(doc *object) {
	schemas := doc.at("components", "schemas")
	count := map[string]int{}
	short := func(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
	for _, name := range schemas.names {
		count[short(name)]++
	}
	renamed := newObject()
	for _, name := range schemas.names {
		to := name
		if count[short(name)] == 1 {
			to = short(name)
		}
		renamed.set(to, schemas.values[name])
	}
	doc.at("components").set("schemas", renamed)
	each(doc, func(o *object) {
		if name, ok := strings.CutPrefix(o.text("$ref"), schemaPrefix); ok && count[short(name)] == 1 {
			o.set("$ref", schemaPrefix+short(name))
		}
	})
}

// operations completes each route's description, and orders paths and methods as the routes are.
func operations(doc *object, routes []gateway.Route) error {
	described := doc.at("paths")
	paths := newObject()
	seen := map[string]int{}
	for _, route := range routes {
		method := strings.ToLower(route.Method)
		op := described.at(route.Path, method)
		if op == nil {
			return fmt.Errorf("%s %s is not described", route.Method, route.Path)
		}
		described.at(route.Path).drop(method)
		if route.RPC != "" {
			service, name, _ := strings.Cut(strings.TrimPrefix(route.RPC, "/coffee."), "/")
			service, _, _ = strings.Cut(service, ".")
			op.set("tags", []any{service})
			if seen[name]++; seen[name] > 1 { // a further binding of the same call
				op.set("operationId", fmt.Sprintf("%s_%d", name, seen[name]))
			} else {
				op.set("operationId", name)
			}
			op.set("summary", words(name))
		} else {
			op.set("summary", route.Summary)
		}
		if err := parameters(op, route); err != nil {
			return err
		}
		bodyWithoutPath(doc, op, route)
		access(op, route)
		answers(op, route)
		paths.need(route.Path).set(method, op)
	}
	for _, path := range described.names {
		if left := described.at(path).names; len(left) > 0 {
			return fmt.Errorf("%s %s is described and no route", left, path)
		}
	}
	doc.set("paths", paths)
	return nil
}

// words is Place order for PlaceOrder.
func words(name string) string {
	out := strings.Builder{}
	for i, c := range name {
		if i > 0 && 'A' <= c && c <= 'Z' {
			out.WriteByte(' ')
			c += 'a' - 'A'
		}
		out.WriteRune(c)
	}
	return out.String()
}

// parameters drops what is said twice, adds the headers, and holds the query against the route.
func parameters(op *object, route gateway.Route) error {
	list, _ := op.values["parameters"].([]any)
	var query []string
	for _, p := range list {
		p := p.(*object)
		if schema := p.at("schema"); schema != nil && p.text("description") != "" {
			schema.drop("description")
		}
		if p.text("in") == "query" {
			query = append(query, p.text("name"))
		}
	}
	slices.Sort(query)
	if want := slices.Sorted(slices.Values(route.Query)); !slices.Equal(query, want) {
		return fmt.Errorf("%s %s: described parameters %v, taken %v", route.Method, route.Path, query, want)
	}
	header := func(name, description string, required bool, schema *object) {
		list = append(list, newObject("name", name, "in", "header", "required", required, "description", description, "schema", schema))
	}
	if route.Keyed {
		header("Idempotency-Key", "Names this try: the same key with the same request gives the first answer again.", true,
			newObject("type", "string", "minLength", 1, "maxLength", 64))
	}
	if route.Stream {
		header("Last-Event-ID", "The id of the event seen last; browsers send it when they connect again.", false,
			newObject("type", "string"))
	}
	if len(list) > 0 {
		op.set("parameters", list)
	}
	return nil
}

// bodyWithoutPath takes out of a body what the path says already. The message itself stays whole: elsewhere it may be
// a part of another.
func bodyWithoutPath(doc, op *object, route gateway.Route) {
	content := op.at("requestBody", "content", "application/json")
	if content == nil {
		return
	}
	schema := content.at("schema")
	if name, ok := strings.CutPrefix(schema.text("$ref"), schemaPrefix); ok {
		schema = doc.at("components", "schemas", name)
	}
	without := newObject()
	inPath := func(name string) bool { return strings.Contains(route.Path, "{"+name+"}") }
	for _, name := range schema.names {
		without.set(name, schema.values[name])
	}
	properties := newObject()
	for _, name := range schema.at("properties").names {
		if !inPath(name) {
			properties.set(name, schema.values["properties"].(*object).values[name])
		}
	}
	if len(properties.names) == len(schema.at("properties").names) {
		return
	}
	without.set("properties", properties)
	if required, ok := schema.values["required"].([]any); ok {
		without.set("required", slices.DeleteFunc(slices.Clone(required), func(n any) bool { return inPath(n.(string)) }))
	}
	content.set("schema", without)
	if len(properties.names) == 0 {
		op.at("requestBody").set("required", false) // {} says nothing more
	}
}

// access writes who may call: the rule itself, and how to show who one is.
func access(op *object, route gateway.Route) {
	roles := []any{}
	for _, role := range route.Roles {
		roles = append(roles, role)
	}
	scope := strings.ToLower(strings.TrimPrefix(route.Scope.String(), "SCOPE_"))
	rule := newObject("roles", roles)
	if scope != "unspecified" {
		rule.set("scope", scope)
	}
	op.set("x-access", rule)
	ways := []any{newObject("session", []any{}), newObject("bearer", []any{})}
	if route.Admits("anonymous") {
		ways = append([]any{newObject()}, ways...)
	}
	op.set("security", ways)
}

// answers makes the default answer a problem, and a stream's a stream.
func answers(op *object, route gateway.Route) {
	if route.Stream {
		description, data := "Server-sent events: id is the position, event is placed, changed or reset, data is the ticket.", "Ticket"
		if strings.HasSuffix(route.RPC, "/StreamOrder") {
			description, data = "Server-sent events: id is the order's version, event is order, data is the order.", "Order"
		}
		op.at("responses").set("200", newObject(
			"description", description,
			"content", newObject("text/event-stream", newObject(
				"schema", newObject("type", "string"), "x-event-data", newObject("$ref", schemaPrefix+data)))))
	}
	op.at("responses").set("default", newObject("$ref", problemRef))
}

// reached are the schemas that can be come to from v.
func reached(schemas *object, v any, seen map[string]bool) {
	each(v, func(o *object) {
		if name, ok := strings.CutPrefix(o.text("$ref"), schemaPrefix); ok && !seen[name] {
			seen[name] = true
			reached(schemas, schemas.at(name), seen)
		}
	})
}

// trim drops the schemas of calls that have no route.
func trim(doc *object) {
	schemas := doc.at("components", "schemas")
	used := map[string]bool{"Problem": true}
	reached(schemas, doc.at("paths"), used)
	for _, name := range slices.Clone(schemas.names) {
		if !used[name] {
			schemas.drop(name)
		}
	}
}

// answersAreWhole: what is only ever answered always has its scalars and lists, and may gain fields later; what is
// sent must have no others.
func answersAreWhole(doc *object) {
	schemas := doc.at("components", "schemas")
	sent := map[string]bool{}
	each(doc.at("paths"), func(o *object) {
		if body := o.at("requestBody"); body != nil {
			reached(schemas, body, sent)
		}
	})
	for _, name := range schemas.names {
		schema := schemas.at(name)
		if sent[name] || schema.at("properties") == nil || schema.values["required"] != nil {
			continue
		}
		schema.drop("additionalProperties")
		required := []any{}
		for _, property := range schema.at("properties").names {
			// A message, and an optional field, only when it is set.
			if p := schema.at("properties", property); p.text("$ref") == "" && p.values[optional] == nil {
				required = append(required, property)
			}
		}
		if len(required) > 0 {
			schema.set("required", required)
		}
	}
	each(doc, func(o *object) { o.drop(optional) })
}
