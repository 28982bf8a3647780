package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"coffee/app"
	"coffee/gateway"
	"coffee/internal/db"
)

// auditRow is one row of a service's audit table.
type auditRow struct {
	At                          int64
	Kind, Actor, Device, Action string
	Object, Before, After       string
}

// audited reads a service's audit.
func (c *chain) audited(service string) []auditRow {
	c.t.Helper()
	var all []auditRow
	c.database(service, func(d *db.DB) {
		rows, err := d.Read().QueryContext(c.t.Context(),
			"SELECT at, actor_kind, actor, device, action, object, before_state, after_state FROM audit ORDER BY at, id")
		if err != nil {
			c.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var r auditRow
			if err := rows.Scan(&r.At, &r.Kind, &r.Actor, &r.Device, &r.Action, &r.Object, &r.Before, &r.After); err != nil {
				c.t.Fatal(err)
			}
			all = append(all, r)
		}
		if err := rows.Err(); err != nil {
			c.t.Fatal(err)
		}
	})
	return all
}

// TestChangesAreAudited: who changed what, when, before and after, in the database of what was changed.
func TestChangesAreAudited(t *testing.T) {
	began := time.Now().Add(-time.Second)
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	head := c.admin()
	boss := head.ok("GET", "/session", nil).text("admin.id")
	salma := s.counter("Salma")
	session := salma.ok("GET", "/session", nil)
	manager, till := session.text("person.id"), session.text("device.id")

	person, device := newID(), s.counter("Nadia").ok("GET", "/session", nil).text("device.id")
	const pin = "58204613"
	salma.ok("PUT", "/api/v1/cafes/"+s.id+"/people/"+person, object{"name": "Hind", "role": "barista", "pin": pin})
	salma.ok("PUT", "/api/v1/cafes/"+s.id+"/people/"+person, object{"name": "Hind", "role": "lead", "version": 1})
	fresh := salma.ok("POST", "/api/v1/cafes/"+s.id+"/people/"+person+"/pin", object{}).text("pin")
	head.ok("DELETE", "/api/v1/cafes/"+s.id+"/people/"+person, nil)
	head.ok("DELETE", "/api/v1/cafes/"+s.id+"/devices/"+device, nil)
	code := head.ok("POST", "/api/v1/cafes/"+s.id+"/access-code", object{}).text("access_code")

	item := head.ok("GET", "/api/v1/menu/items/"+s.latte, nil).body
	item["variations"].([]any)[0].(object)["prices"] = []object{mad(priceLatteM + 100)}
	for _, outside := range []string{"id", "archived_at"} {
		delete(item, outside)
	}
	head.ok("PUT", "/api/v1/menu/items/"+s.latte, item)
	head.keyed("POST", "/api/v1/menu/releases", object{"start": "now", "note": "dearer"})

	cafe := head.ok("GET", "/api/v1/cafes/"+s.id, nil)
	edited := cafeNamed("Café Salam Centre")
	edited["version"] = cafe.number("version")
	head.ok("PUT", "/api/v1/cafes/"+s.id, edited)
	head.ok("DELETE", "/api/v1/cafes/"+s.id, nil)

	colleague := newID()
	head.ok("PUT", "/api/v1/admins/"+colleague, object{"username": "colleague", "password": "third horse battery staple"})
	head.ok("DELETE", "/api/v1/admins/"+colleague, nil)
	head.ok("POST", "/api/v1/account/password", object{"old_password": "correct horse battery", "new_password": "second horse battery"})

	rows := map[string][]auditRow{}
	for _, service := range []string{"login", "menu", "cafe", "adminlogin"} {
		rows[service] = c.audited(service)
		for _, r := range rows[service] {
			if at := time.UnixMicro(r.At); at.Before(began) || at.After(time.Now().Add(time.Second)) {
				t.Errorf("%s: %s at %s", service, r.Action, at)
			}
			for name, state := range map[string]string{"before": r.Before, "after": r.After} {
				if !json.Valid([]byte(state)) {
					t.Errorf("%s: %s %s is no JSON: %s", service, r.Action, name, state)
				}
				for _, secret := range []string{code, s.code, `"` + pin + `"`, `"` + fresh + `"`, "argon2", "horse battery"} {
					if strings.Contains(state, secret) {
						t.Errorf("%s: %s %s holds a secret: %s", service, r.Action, name, state)
					}
				}
			}
		}
	}
	for _, want := range []struct{ service, kind, actor, device, action, object, before, after string }{
		{"login", "person", manager, till, "put_person", "person/" + person, "null", `"barista"`},
		{"login", "person", manager, till, "put_person", "person/" + person, `"barista"`, `"lead"`},
		{"login", "person", manager, till, "reset_pin", "person/" + person, `"Version":2`, `"Version":3`},
		{"login", "admin", boss, "", "archive_person", "person/" + person, "Hind", "Hind"},
		{"login", "admin", boss, "", "revoke_device", "device/" + device, "Till 1", "Till 1"},
		{"login", "admin", boss, "", "rotate_access_code", "cafe/" + s.id, "null", "null"},
		{"login", "service", "gateway", "", "enrol_device", "device/" + device, "null", "Till 1"},
		{"menu", "admin", boss, "", "put_item", "item/" + s.latte, "2500", "2600"},
		{"menu", "admin", boss, "", "publish", "release/2", "", "dearer"},
		{"cafe", "operator", gateway.OperatorSubject, "", "put_cafe", "cafe/" + s.id, "null", "Café Salam"},
		{"cafe", "admin", boss, "", "put_cafe", "cafe/" + s.id, "Café Salam", "Café Salam Centre"},
		{"cafe", "admin", boss, "", "archive_cafe", "cafe/" + s.id, "Café Salam Centre", "Café Salam Centre"},
		{"adminlogin", "operator", gateway.OperatorSubject, "", "create_admin", "admin/" + boss, "null", "admin-"},
		{"adminlogin", "admin", boss, "", "create_admin", "admin/" + colleague, "null", "colleague"},
		{"adminlogin", "admin", boss, "", "remove_admin", "admin/" + colleague, "colleague", "colleague"},
		{"adminlogin", "admin", boss, "", "change_password", "admin/" + boss, "null", "admin-"},
	} {
		found := false
		for _, r := range rows[want.service] {
			found = found || (r.Kind == want.kind && r.Actor == want.actor && r.Device == want.device && r.Action == want.action &&
				r.Object == want.object && strings.Contains(r.Before, want.before) && strings.Contains(r.After, want.after))
		}
		if !found {
			t.Errorf("%s has no row of %s %s by %s %s", want.service, want.action, want.object, want.kind, want.actor)
			for _, r := range rows[want.service] {
				if r.Action == want.action {
					t.Logf("  there is %+v", r)
				}
			}
		}
	}
	// What was refused left no trace of having happened.
	before := len(c.audited("cafe"))
	salma.send("DELETE", "/api/v1/cafes/"+s.id, nil)
	if after := len(c.audited("cafe")); after != before {
		t.Errorf("a refused change left %d rows", after-before)
	}
}
