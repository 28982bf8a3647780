package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestWhatScreensShow follows one order into everything the pages ask for besides it: drawings, doors, allergens, what
// runs out, best sellers and today.
func TestWhatScreensShow(t *testing.T) {
	everyTopology(t, func(t *testing.T, c *chain) {
		s := newShop(c, "Café Salam")
		head, anybody, till, salma := c.asOperator(), c.browser(), s.counter("Nadia"), s.counter("Salma")

		// A drawing is typed into the draft, seen in the difference, and on the menu once it is published.
		head.ok("PUT", "/api/v1/menu/categories/"+s.category, object{"name": "Coffee", "rank": 1, "version": 1, "drawing": "cup", "tint": "coffee"})
		diff := head.ok("GET", "/api/v1/menu/draft/diff", nil)
		if said := diff.raw; !strings.Contains(said, "Drawing: none → cup") || !strings.Contains(said, "Tint: none → coffee") {
			t.Errorf("the difference says %s", said)
		}
		head.refused(400, "invalid_request", "PUT", "/api/v1/menu/categories/"+s.category, object{"name": "Coffee", "version": 2, "drawing": "unicorn"})
		head.keyed("POST", "/api/v1/menu/releases", object{"start": "now"})
		c.waitFor("the menu is drawn", func() bool {
			return anybody.ok("GET", "/api/v1/cafes/"+s.id+"/menu", nil).at("items.0.drawing") == "cup"
		})

		// The café says that it is open, and where it is.
		cafe := head.ok("GET", "/api/v1/cafes/"+s.id, nil)
		if cafe.at("opening.open") != true || cafe.at("latitude_e6") != nil {
			t.Errorf("the café is %s", cafe.raw)
		}
		edited := cafe.body
		for _, outside := range []string{"id", "archived_at", "updated_at", "opening", "zone_offsets"} {
			delete(edited, outside)
		}
		edited["latitude_e6"], edited["longitude_e6"] = 33573400, -7636900
		head.ok("PUT", "/api/v1/cafes/"+s.id, edited)
		list := anybody.ok("GET", "/api/v1/cafes", nil)
		wantNumber(t, list, "cafes.0.latitude_e6", 33573400)
		if list.at("cafes.0.opening.open") != true {
			t.Errorf("the list says %s", list.raw)
		}

		// Everybody may know what is in a drink.
		allergens := anybody.ok("GET", "/api/v1/cafes/"+s.id+"/allergens", nil)
		if found := find(allergens.list("variations"), "variation_id", s.latteM); found == nil || !strings.Contains(text(found["slots"]), "map[allergens:[milk] only: slot:milk]") {
			t.Errorf("the latte's allergens: %v", found)
		}
		if found := find(allergens.list("modifiers"), "modifier_id", s.oat); found == nil || !strings.Contains(text(found["replaces_slots"]), "gluten") {
			t.Errorf("the oat drink's allergens: %v", found)
		}

		// A sale: stock tells what it used, movements what was left.
		till.ok("PUT", "/api/v1/orders/"+newID(), s.threeLines())
		stock := till.ok("GET", "/api/v1/cafes/"+s.id+"/stock?limit=200", nil)
		beans := find(stock.list("stock"), "ingredient_id", s.beans)
		if beans == nil || beans["used_today"] != float64(27000+2*18000) || beans["runs_out_at"] != nil {
			t.Errorf("the beans: %v", beans)
		}
		moves := salma.ok("GET", "/api/v1/cafes/"+s.id+"/movements?ingredient_id="+s.beans, nil)
		wantNumber(t, moves, "movements.0.on_hand_after", int64(beans["on_hand"].(float64)))
		wantNumber(t, moves, "movements.1.on_hand_after", 10000000)

		// Best sellers: the latte with what was asked for, without the default milk; the croissant behind it.
		c.waitFor("the order is counted", func() bool {
			return head.ok("GET", "/api/v1/analytics/today?cafe_id="+s.id, nil).number("total.orders") == 1
		})
		c.waitFor("the menu's best sellers are known", func() bool {
			best := anybody.ok("GET", "/api/v1/cafes/"+s.id+"/best-sellers", nil)
			return len(best.list("items")) == 2
		})
		best := anybody.ok("GET", "/api/v1/cafes/"+s.id+"/best-sellers", nil)
		wantText(t, best, "items.0.item_id", s.latte)
		if got := text(best.at("items.0.modifier_ids")); len(best.list("items.0.modifier_ids")) != 2 || !strings.Contains(got, s.oat) || !strings.Contains(got, s.shot) {
			t.Errorf("asked for with the latte: %s", got)
		}
		anybody.refused(404, "not_found", "GET", "/api/v1/cafes/"+newID()+"/best-sellers", nil)

		// Today, for who may see figures.
		total := int64(priceLatteL + priceOat + priceShot + 2*priceLatteM + priceCroissant)
		today := salma.ok("GET", "/api/v1/analytics/today", nil)
		wantNumber(t, today, "cafes.0.today.sales.amount", total)
		wantText(t, today, "cafes.0.growth.kind", "new")
		if zone, err := time.LoadLocation("Africa/Casablanca"); err != nil {
			t.Error(err)
		} else if hours := today.list("cafes.0.today.hours"); len(hours) != 1 || today.number("cafes.0.hour") != int64(time.Now().In(zone).Hour()) && time.Now().Minute() > 1 {
			t.Errorf("today's hours: %s", today.raw)
		}
		till.refused(403, "forbidden", "GET", "/api/v1/analytics/today", nil)
		anybody.refused(401, "sign_in_required", "GET", "/api/v1/analytics/today", nil)
	})
}

// find is the object of a list whose field has a value; nil when there is none.
func find(list []any, field, value string) object {
	for _, entry := range list {
		if o, ok := entry.(object); ok && o[field] == value {
			return o
		}
	}
	return nil
}

func text(v any) string { return fmt.Sprint(v) }
