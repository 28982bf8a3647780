package webtest

import (
	"strings"
	"testing"
)

// TestSecondCafe: a café like another takes its hours, tax, exceptions and pars, and is told what it still lacks.
func TestSecondCafe(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	head := c.asOperator()
	head.ok("PUT", "/api/v1/cafes/"+s.id+"/stock/"+s.beans+"/par", object{"par": 12_000_000, "reorder_point": 4_000_000})
	head.ok("PUT", "/api/v1/cafes/"+s.id+"/overlay", object{"entries": []object{{"kind": "item", "id": s.croissant, "unavailable": true}}})
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/cafes/new")
	p.tap("New café like Café Salam")
	p.fill("Name", "Agadir Bay")
	p.fill("City", "Agadir")
	p.tap("Create the café")
	p.see("From Café Salam: 1 par, 1 exception to the menu", "things are missing before the first sale")
	second := ""
	for _, cafe := range head.ok("GET", "/api/v1/cafes", nil).list("cafes") {
		if one := cafe.(object); one["name"] == "Agadir Bay" {
			second = one["id"].(string)
			if len(one["hours"].([]any)) != 7 {
				t.Errorf("the new café opens %v", one["hours"])
			}
		}
	}
	stock := head.ok("GET", "/api/v1/cafes/"+second+"/stock?limit=200", nil)
	if !strings.Contains(stock.raw, `"par":12000000`) || strings.Contains(stock.raw, `"on_hand":10000000`) {
		t.Errorf("the new café's stock: %s", stock.raw)
	}

	p.tap("Make a code")
	p.tap("Make a new code")
	p.see("The old code stops working at once.")
	p.tap("Make it, end the old one")
	p.see("It is shown only now")
	code := evaluate[string](p, `document.querySelector('.code').textContent.trim()`)
	b := c.client()
	b.ok("POST", "/login", object{"cafe_id": second, "access_code": code, "device_name": "Till 1"})
	p.reload()
	p.notSee(code)
	p.tap("Revoke: Till 1")
	p.tap("Yes, put it out")
	p.see("Till 1 is out")
	if got := b.send("GET", "/session", nil).status; got != 401 {
		t.Errorf("the device is answered %d after it was put out", got)
	}
}

// TestCafeIsEdited: percent, degrees and hours past midnight are typed as people write them.
func TestCafeIsEdited(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/cafes/" + s.id)
	p.fill("Latitude", "33,5731")
	p.see("Latitude and longitude go together.")
	p.fill("Longitude", "-7.5898")
	p.in("standard").fill("Eat in", "5.5")
	p.fill("Monday: opens", "18:00")
	p.fill("Monday: closes", "02:00")
	p.see("of the next day", "Opening hours overlap.")
	p.fill("Tuesday: opens", "10:00")
	p.fill("Time zone", "Mars/Base")
	p.see("Choose a time zone of the list.")
	p.fill("Time zone", "Europe/Paris")
	p.tap("Save")
	p.see("Café Salam: saved")
	cafe := c.asOperator().ok("GET", "/api/v1/cafes/"+s.id, nil)
	if cafe.number("latitude_e6") != 33_573_100 || cafe.number("longitude_e6") != -7_589_800 || cafe.number("tax.rates.0.eat_in") != 550 || cafe.text("time_zone") != "Europe/Paris" {
		t.Errorf("the café is %s", cafe.raw)
	}
	if !strings.Contains(cafe.raw, `"opens":1080,"closes":1560`) {
		t.Errorf("Monday: %v", cafe.at("hours"))
	}
}

// TestCodesForTables: a code for the café and one for each table, drawn in the page.
func TestCodesForTables(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/cafes/" + s.id + "/codes")
	p.see("Only this machine reaches this address")
	p.fill("Tables", "1-3, Terrace 1-2")
	p.see("5 tables", "Table Terrace 2")
	p.until("six codes are drawn", func() bool {
		return evaluate[int](p, `[...document.querySelectorAll('figure svg path')].filter(e => e.getAttribute('d').length > 1000).length`) == 6
	})
}

// TestPeopleAreHired: a PIN is shown once and lets its person in; a name that is taken is refused.
func TestPeopleAreHired(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/people?cafe=" + s.id)
	p.expects("409")
	p.tap("New person")
	p.in("dialog").fill("Name", "Nadia")
	p.in("dialog").tap("Save")
	p.in("dialog").see("works here already")
	p.in("dialog").fill("Name", "Zineb")
	p.in("dialog").choose("Role", "Lead")
	p.in("dialog").tap("Save")
	p.see("Zineb’s PIN.")
	signIn := func(pin string) int {
		b := s.device()
		return b.send("POST", "/login", object{"person": "Zineb", "pin": pin}).status
	}
	first := evaluate[string](p, `document.querySelector('.figures').textContent.trim()`)
	if got := signIn(first); got != 200 {
		t.Errorf("the PIN that was shown is answered %d", got)
	}
	p.tap("New PIN: Zineb")
	p.tap("Yes, end the old PIN")
	p.until("another PIN is shown", func() bool {
		now := evaluate[string](p, `document.querySelector('.figures')?.textContent.trim() ?? ''`)
		return now != "" && now != first
	})
	if got := signIn(first); got == 200 {
		t.Error("the old PIN still lets Zineb in")
	}
	p.reload()
	p.notSee(first, "PIN. It is shown only now")
	p.tap("Archive: Zineb")
	p.tap("Yes, leaves the team")
	p.see("Zineb: archived")
	p.notSee("Edit: Zineb")
}
