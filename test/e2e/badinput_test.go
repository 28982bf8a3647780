package e2e

import (
	"fmt"
	"strings"
	"testing"

	"coffee/app"
)

// TestBadInput: each of these is refused with the right problem, and nothing changes.
func TestBadInput(t *testing.T) {
	s := newShop(startOneProcess(t, app.Options{}), "Café Salam")
	till := s.counter("Nadia")
	line := fmt.Sprintf(`{"variation_id":%q,"quantity":1}`, s.croissantOne)
	hundredAndOne := strings.Repeat(line+",", 100) + line
	placed := newID()
	till.ok("PUT", "/api/v1/orders/"+placed, object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	before := s.onHand()

	order := "/api/v1/orders/" + newID()
	for name, bad := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		"no JSON":                {"PUT", order, `{"lines":[`, nil, 400, "malformed_json"},
		"two documents":          {"PUT", order, `{"lines":[` + line + `]} {}`, nil, 400, "malformed_json"},
		"empty body":             {"PUT", order, ``, nil, 400, "invalid_request"},
		"an array":               {"PUT", order, `[1]`, nil, 400, "invalid_request"},
		"unknown field":          {"PUT", order, `{"lines":[` + line + `],"colour":"red"}`, nil, 400, "unknown_field"},
		"wrong type":             {"PUT", order, `{"lines":"all"}`, nil, 400, "invalid_request"},
		"number too large":       {"PUT", order, `{"lines":[{"variation_id":"` + s.latteM + `","quantity":99999999999999999999}]}`, nil, 400, "invalid_request"},
		"no lines":               {"PUT", order, `{"lines":[]}`, nil, 400, "invalid_request"},
		"101 lines":              {"PUT", order, `{"lines":[` + hundredAndOne + `]}`, nil, 400, "invalid_request"},
		"too deep":               {"PUT", order, `{"lines":` + strings.Repeat(`[`, 200) + strings.Repeat(`]`, 200) + `}`, nil, 400, "invalid_request"},
		"1 MiB":                  {"PUT", order, `{"note":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, "body_too_large"},
		"not JSON by its type":   {"PUT", order, `lines=1`, []string{"Content-Type", "text/plain"}, 415, "unsupported_media_type"},
		"a form":                 {"POST", "/login", `person=Nadia`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		"bad id":                 {"PUT", "/api/v1/orders/1", `{"lines":[` + line + `]}`, nil, 400, "invalid_request"},
		"unknown item":           {"PUT", order, `{"lines":[{"variation_id":"` + newID() + `","quantity":1}]}`, nil, 400, "unknown_item"},
		"unknown modifier":       {"PUT", order, `{"lines":[{"variation_id":"` + s.latteM + `","quantity":1,"modifiers":[{"modifier_id":"` + newID() + `"}]}]}`, nil, 400, "unknown_modifier"},
		"two milks":              {"PUT", order, `{"lines":[{"variation_id":"` + s.latteM + `","quantity":1,"modifiers":[{"modifier_id":"` + s.oat + `"},{"modifier_id":"` + s.whole + `"}]}]}`, nil, 400, "too_many_modifiers"},
		"unknown order":          {"GET", "/api/v1/orders/" + newID(), ``, nil, 404, "not_found"},
		"unknown route":          {"GET", "/api/v1/coffee", ``, nil, 404, "route_not_found"},
		"wrong method":           {"PATCH", "/api/v1/orders/" + placed, `{}`, nil, 405, "method_not_allowed"},
		"unknown parameter":      {"GET", "/api/v1/orders?colour=red", ``, nil, 400, "unknown_parameter"},
		"page too large":         {"GET", "/api/v1/orders?limit=1000000", ``, nil, 400, "invalid_request"},
		"no key":                 {"POST", "/api/v1/settlements", `{"order_ids":["` + placed + `"],"tenders":[{"id":"` + newID() + `","kind":"cash","amount":1}]}`, nil, 400, "idempotency_key_required"},
		"too much money":         {"POST", "/api/v1/settlements", `{"order_ids":["` + placed + `"],"tenders":[{"id":"` + newID() + `","kind":"card","amount":999999}]}`, []string{"Idempotency-Key", newID()}, 409, "overpaid"},
		"a jump to nowhere":      {"POST", "/api/v1/orders/" + placed + "/lines", `{"to":"drunk"}`, nil, 400, "invalid_request"},
		"an illegal jump":        {"POST", "/api/v1/orders/" + placed + "/lines", `{"to":"handed_over"}`, nil, 409, "illegal_transition"},
		"an unknown line":        {"POST", "/api/v1/orders/" + placed + "/lines", `{"lines":[9],"to":"making"}`, nil, 404, "not_found"},
		"a month that is none":   {"GET", "/api/v1/analytics/month?month=2026-13", ``, nil, 403, "forbidden"},
		"a date that is none":    {"GET", "/api/v1/orders?business_date=yesterday", ``, nil, 400, "invalid_request"},
		"a cross-site write":     {"POST", "/logout", `{}`, []string{"Origin", "https://evil.example"}, 403, "cross_site"},
		"a forged cursor":        {"GET", "/api/v1/orders?cursor=AAAA", ``, nil, 400, "invalid_cursor"},
		"a refund before a sale": {"POST", "/api/v1/orders/" + placed + "/refunds", `{"lines":[{"line":1,"quantity":1,"to":"restock"}],"reason":"cold"}`, []string{"Idempotency-Key", newID()}, 403, "forbidden"},
	} {
		var body any
		if bad.body != "" || name == "empty body" {
			body = bad.body
		}
		a := till.send(bad.method, bad.path, body, bad.headers...)
		if a.status != bad.status || a.text("code") != bad.code {
			t.Errorf("%s: %d %s %s, want %d %s", name, a.status, a.text("code"), clip(a.raw), bad.status, bad.code)
		}
		if got := a.header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: answered as %q, not problem+json", name, got)
		}
	}
	s.moved(before, nil)
	if got := len(till.ok("GET", "/api/v1/orders", nil).list("orders")); got != 1 {
		t.Errorf("%d orders after all that, want the 1 placed before", got)
	}
}

// clip keeps a message readable.
func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "…"
	}
	return s
}
