package e2e

import (
	"strings"
	"testing"

	"coffee/app"
)

// What an attacker, or an unlucky hand, does with sessions and approvals.

// TestRevokedUnderAnotherSpelling: an id in capitals is the same id, and what a change ends is ended.
func TestRevokedUnderAnotherSpelling(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	head := c.admin()

	lost := s.counter("Nadia")
	device := lost.ok("GET", "/session", nil).text("device.id")
	head.ok("DELETE", "/api/v1/cafes/"+s.id+"/devices/"+strings.ToUpper(device), nil)
	lost.refused(401, "session_ended", "GET", "/session", nil)

	left := s.counter("Salma")
	person := left.ok("GET", "/session", nil).text("person.id")
	head.ok("DELETE", "/api/v1/cafes/"+s.id+"/people/"+strings.ToUpper(person), nil)
	wantText(t, left.ok("GET", "/session", nil), "role", "counter")

	gone := c.admin()
	account := gone.ok("GET", "/session", nil).text("admin.id")
	head.ok("DELETE", "/api/v1/admins/"+strings.ToUpper(account), nil)
	gone.refused(401, "session_ended", "GET", "/session", nil)

	till := s.counter("Omar")
	head.ok("DELETE", "/api/v1/cafes/"+strings.ToUpper(s.id), nil)
	till.refused(401, "session_ended", "GET", "/session", nil)

	// A session's own id too; and what is no id is not found.
	second := c.admin()
	for _, odd := range []string{"1", "urn:uuid:" + newID(), strings.ReplaceAll(newID(), "-", ""), "%7B" + newID() + "%7D"} {
		second.refused(404, "not_found", "DELETE", "/api/v1/sessions/"+odd, nil)
	}
	id := second.ok("GET", "/session", nil).text("id")
	second.ok("DELETE", "/api/v1/sessions/"+strings.ToUpper(id), nil)
	second.refused(401, "sign_in_required", "GET", "/session", nil)
}

// TestSessionsOfOthers: nobody sees or ends a session that is not their own.
func TestSessionsOfOthers(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	callers := map[string]*browser{"admin": c.admin(), "another admin": c.admin(), "till": s.counter("Salma"), "phone": s.phone(), "another phone": s.phone()}
	for name, b := range callers {
		own := b.ok("GET", "/session", nil).text("id")
		list := b.ok("GET", "/api/v1/sessions", nil).list("sessions")
		if len(list) != 1 || list[0].(object)["id"] != own {
			t.Errorf("%s sees %v", name, list)
		}
		for other, thief := range callers {
			if other != name {
				thief.refused(404, "not_found", "DELETE", "/api/v1/sessions/"+own, nil)
			}
		}
		b.ok("GET", "/session", nil)
	}
	c.asOperator().refused(404, "not_found", "DELETE", "/api/v1/sessions/"+callers["till"].ok("GET", "/session", nil).text("id"), nil)
}

// TestFixation: a token from before a sign-in is worth nothing after it, and two cookies are none.
func TestFixation(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	b := c.browser()
	b.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code})
	planted := c.browser()
	planted.token = sessionToken(t, b)
	planted.ok("GET", "/session", nil)
	b.ok("POST", "/login", object{"person": "Salma", "pin": s.pins["Salma"]})
	planted.refused(401, "session_ended", "GET", "/session", nil)
	asSalma := c.browser()
	asSalma.token = sessionToken(t, b)
	wantText(t, asSalma.ok("GET", "/session", nil), "role", "manager")
	b.ok("POST", "/logout?person=1", object{})
	asSalma.refused(401, "session_ended", "GET", "/session", nil)

	token := sessionToken(t, b)
	two := c.browser()
	two.refused(401, "sign_in_required", "GET", "/session", nil, "Cookie", "coffee-device="+token+"; coffee-device="+token)
	// A token of the attacker's own making is never taken up.
	two.send("POST", "/login", object{"cafe_id": s.id, "access_code": s.code}, "Cookie", "coffee-device="+strings.Repeat("A", 43))
	if got := sessionToken(t, two); got == strings.Repeat("A", 43) {
		t.Error("a planted token became a session")
	}
	c.browser().refused(401, "session_ended", "GET", "/session", nil, "Cookie", "coffee-admin="+c.operator)
}

// TestRolesChangeAtOnce: who is demoted, gets another PIN or leaves does not go on with what was true.
func TestRolesChangeAtOnce(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	head := c.admin()
	salma := s.counter("Salma")
	person := salma.ok("GET", "/session", nil).text("person.id")
	head.ok("PUT", "/api/v1/cafes/"+s.id+"/people/"+person, object{"name": "Salma", "role": "barista", "version": 1})
	wantText(t, salma.ok("GET", "/session", nil), "role", "counter")
	salma.refused(403, "forbidden", "GET", "/api/v1/cafes/"+s.id+"/stock", nil)
	salma.ok("POST", "/login", object{"person": "Salma", "pin": s.pins["Salma"]})
	wantText(t, salma.ok("GET", "/session", nil), "role", "barista")

	omar := s.counter("Omar")
	person = omar.ok("GET", "/session", nil).text("person.id")
	fresh := head.ok("POST", "/api/v1/cafes/"+s.id+"/people/"+person+"/pin", object{}).text("pin")
	wantText(t, omar.ok("GET", "/session", nil), "role", "counter")
	omar.refused(401, "wrong_credentials", "POST", "/login", object{"person": "Omar", "pin": s.pins["Omar"]})
	omar.ok("POST", "/login", object{"person": "Omar", "pin": fresh})

	head.ok("DELETE", "/api/v1/cafes/"+s.id+"/people/"+person, nil)
	omar.refused(401, "wrong_credentials", "POST", "/login", object{"person": "Omar", "pin": fresh})
}

// TestPhonesSeeTheirOwn: another phone's order is like one that is not there, whatever is asked of it.
func TestPhonesSeeTheirOwn(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	mine, thief := s.phone(), s.phone()
	id, atTill := newID(), newID()
	content := object{"cafe_id": s.id, "customer_name": "Youssef Amrani", "lines": []object{{"variation_id": s.latteM, "quantity": 1}}}
	mine.ok("PUT", "/api/v1/orders/"+id, content)
	s.counter("Nadia").ok("PUT", "/api/v1/orders/"+atTill, s.croissantOrder())
	for _, order := range []string{id, atTill, strings.ToUpper(id)} {
		thief.refused(404, "not_found", "GET", "/api/v1/orders/"+order, nil)
		thief.refused(404, "not_found", "POST", "/api/v1/orders/"+order+"/cancel", object{"cafe_id": s.id, "reason": "mine now"})
	}
	// The same id and content from another phone is not the first answer again.
	if a := thief.refused(409, "order_exists", "PUT", "/api/v1/orders/"+id, content); strings.Contains(a.raw, "Amrani") {
		t.Errorf("the refusal tells: %s", a.raw)
	}
	if list := thief.ok("GET", "/api/v1/orders", nil).list("orders"); len(list) != 0 {
		t.Errorf("a phone without orders lists %d", len(list))
	}
	if list := thief.ok("GET", "/api/v1/cafes/"+s.id+"/orders", nil).list("orders"); len(list) != 0 {
		t.Errorf("a phone without orders lists %d of the café", len(list))
	}
	if list := mine.ok("GET", "/api/v1/orders", nil).list("orders"); len(list) != 1 {
		t.Errorf("the phone with one order lists %d", len(list))
	}
	for _, raw := range []string{
		c.browser().ok("GET", "/api/v1/cafes/"+s.id+"/ready", nil).raw,
		c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/journal", nil).raw,
	} {
		if strings.Contains(raw, "Amrani") {
			t.Errorf("a guest's surname is told: %s", clip(raw))
		}
	}
	wantText(t, mine.ok("GET", "/api/v1/orders/"+id, nil), "state", "placed")
}

// TestKeysOfOthers: an Idempotency-Key is its caller's own; another person with the same key is another call.
func TestKeysOfOthers(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s := newShop(c, "Café Salam")
	nadia, omar := s.counter("Nadia"), s.counter("Omar")
	key := newID()
	var ids []string
	for range 2 {
		id := newID()
		ids = append(ids, id)
		nadia.ok("PUT", "/api/v1/orders/"+id, object{"lines": []object{{"variation_id": s.latteM, "quantity": 1}}})
	}
	first := nadia.ok("POST", "/api/v1/orders/"+ids[0]+"/voids", object{"made": false, "reason": "left"}, "Idempotency-Key", key)
	wantText(t, first, "state", "voided")
	second := omar.ok("POST", "/api/v1/orders/"+ids[1]+"/voids", object{"made": false, "reason": "left"}, "Idempotency-Key", key)
	wantText(t, second, "id", ids[1])
	nadia.refused(409, "idempotency_key_reused", "POST", "/api/v1/orders/"+ids[1]+"/voids", object{"made": false, "reason": "left"}, "Idempotency-Key", key)
}

// TestApprovals: an approval is for one call, on the device it was given on, by somebody who may.
func TestApprovals(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s, other := newShop(c, "Café Salam"), newShop(c, "Café Atlas")
	till, elsewhere := s.counter("Nadia"), s.counter("Nadia")
	approval := func(b *browser, s *shop, person string) string {
		return b.ok("POST", "/api/v1/approvals", object{"person": person, "pin": s.pins[person]}).text("approval")
	}
	comp := func(approval string) object {
		return object{"lines": []object{{"variation_id": s.latteM, "quantity": 1, "comp": true}}, "approval": approval}
	}
	till.refused(403, "approval_refused", "PUT", "/api/v1/orders/"+newID(), comp(approval(till, s, "Nadia"))) // her own PIN
	till.refused(403, "approval_refused", "PUT", "/api/v1/orders/"+newID(), comp("AAAA.AAAA"))
	till.refused(403, "approval_refused", "PUT", "/api/v1/orders/"+newID(), comp(sessionToken(t, till)))
	foreign := other.counter("Nadia")
	till.refused(403, "approval_refused", "PUT", "/api/v1/orders/"+newID(), comp(approval(foreign, other, "Salma")))
	elsewhere.refused(403, "approval_refused", "PUT", "/api/v1/orders/"+newID(), comp(approval(till, s, "Omar")))
	c.browser().refused(401, "sign_in_required", "POST", "/api/v1/approvals", object{"person": "Omar", "pin": s.pins["Omar"]})
	s.phone().refused(403, "forbidden", "POST", "/api/v1/approvals", object{"person": "Omar", "pin": s.pins["Omar"]})
	c.asOperator().refused(403, "forbidden", "POST", "/api/v1/approvals", object{"person": "Omar", "pin": s.pins["Omar"]})
	// An approval is no way in.
	bearer := c.browser()
	bearer.token = approval(till, s, "Salma")
	bearer.refused(401, "session_ended", "GET", "/session", nil)

	given, id := approval(till, s, "Omar"), newID()
	order := till.ok("PUT", "/api/v1/orders/"+id, comp(given))
	till.ok("PUT", "/api/v1/orders/"+id, comp(given)) // a retry is the same call
	till.refused(403, "approval_refused", "PUT", "/api/v1/orders/"+newID(), comp(given))
	for _, to := range []string{"making", "ready"} {
		order = till.ok("POST", "/api/v1/orders/"+id+"/lines", object{"to": to})
	}
	wantText(t, order, "state", "ready")
	void := object{"made": true, "reason": "spilt", "approval": given}
	till.refused(403, "approval_refused", "POST", "/api/v1/orders/"+id+"/voids", void, "Idempotency-Key", newID())
	remake := object{"remake_id": newID(), "reason": "cold", "approval": given, "lines": []object{{"line": 1, "quantity": 1}}}
	till.refused(403, "approval_refused", "POST", "/api/v1/orders/"+id+"/remakes", remake, "Idempotency-Key", newID())
	key := newID()
	remake["approval"] = approval(till, s, "Omar")
	till.ok("POST", "/api/v1/orders/"+id+"/remakes", remake, "Idempotency-Key", key)
	till.ok("POST", "/api/v1/orders/"+id+"/remakes", remake, "Idempotency-Key", key)
	void["approval"] = remake["approval"]
	till.refused(403, "approval_refused", "POST", "/api/v1/orders/"+id+"/voids", void, "Idempotency-Key", newID())
	void["approval"] = approval(till, s, "Salma")
	key = newID()
	till.ok("POST", "/api/v1/orders/"+id+"/voids", void, "Idempotency-Key", key)
	till.ok("POST", "/api/v1/orders/"+id+"/voids", void, "Idempotency-Key", key)
}

// TestArchivedAndRevoked: a café that is closed for good, and a device that was lost, end everywhere at once: sign-in,
// session, open stream, and a guest's order.
func TestArchivedAndRevoked(t *testing.T) {
	c := startOneProcess(t, app.Options{})
	s, other := newShop(c, "Café Salam"), newShop(c, "Café Atlas")
	head := c.admin()
	board := c.browser()
	board.ok("POST", "/login", object{"cafe_id": s.id, "access_code": s.code, "kind": "board"})
	lost := board.ok("GET", "/session", nil).text("device.id")
	board.refused(403, "board_without_person", "POST", "/login", object{"person": "Salma", "pin": s.pins["Salma"]})
	head.ok("DELETE", "/api/v1/cafes/"+s.id+"/devices/"+lost, nil)
	board.refused(401, "session_ended", "GET", "/api/v1/cafes/"+s.id+"/board", nil)
	board.refused(401, "session_ended", "GET", "/api/v1/cafes/"+s.id+"/board/stream", nil)

	till, phone := s.counter("Salma"), s.phone()
	head.ok("DELETE", "/api/v1/cafes/"+s.id, nil)
	till.refused(401, "session_ended", "GET", "/session", nil)
	c.browser().refused(403, "cafe_archived", "POST", "/login", object{"cafe_id": s.id, "access_code": s.code})
	order := object{"cafe_id": s.id, "lines": []object{{"variation_id": s.latteM, "quantity": 1}}}
	c.waitFor("nobody orders at a café that is closed for good", func() bool {
		return phone.send("PUT", "/api/v1/orders/"+newID(), order).status >= 400
	})
	// Who was nobody before learns nothing new: a wrong code there is like a wrong code anywhere.
	c.browser().refused(401, "wrong_credentials", "POST", "/login", object{"cafe_id": s.id, "access_code": "AAAA-AAAA-AAAA"})
	c.browser().refused(401, "wrong_credentials", "POST", "/login", object{"cafe_id": newID(), "access_code": "AAAA-AAAA-AAAA"})
	// A manager of one café does nothing to another's people and devices.
	salma := other.counter("Salma")
	foreign := head.ok("GET", "/api/v1/cafes/"+other.id+"/people", nil).text("people.0.id")
	salma.refused(404, "not_found", "POST", "/api/v1/cafes/"+s.id+"/people/"+foreign+"/pin", object{})
	mine := newID()
	for _, role := range []string{"manager", "admin", "operator"} {
		if a := salma.send("PUT", "/api/v1/cafes/"+other.id+"/people/"+mine, object{"name": "Hind", "role": role}); a.status != 403 && a.status != 400 {
			t.Errorf("a manager made a %s: %d %s", role, a.status, a.raw)
		}
	}
	own := salma.ok("GET", "/session", nil).text("person.id")
	salma.refused(403, "role_too_high", "POST", "/api/v1/cafes/"+other.id+"/people/"+own+"/pin", object{"pin": "58204613"})
}
