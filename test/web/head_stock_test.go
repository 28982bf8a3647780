package webtest

import (
	"strings"
	"testing"
)

// movements are what was booked of an ingredient, newest first.
func (s *shop) movements(ingredient string) []any {
	s.c.t.Helper()
	return s.c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/movements?ingredient_id="+ingredient, nil).list("movements")
}

// onHand is what the books say, in thousandths.
func (s *shop) onHand(ingredient string) int64 {
	s.c.t.Helper()
	for _, line := range s.c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/stock?limit=200", nil).list("stock") {
		if l := line.(object); l["ingredient_id"] == ingredient {
			return int64(l["on_hand"].(float64))
		}
	}
	s.c.t.Fatalf("nothing is kept of %s", ingredient)
	return 0
}

// TestStockIsBooked: goods come in packs, are thrown away and counted, and the page says what the server booked.
func TestStockIsBooked(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/stock?cafe=" + s.id)
	p.tap("Beans")
	side := p.in("complementary")
	side.see("10 kg")
	side.tapRole("button", "Receive")
	side.fill("Packs that came", "2")
	side.fill("Cost of all of it", "360")
	side.tap("Receive 2 kg")
	p.see("Beans: +2 kg booked, 12 kg on hand")
	if got := s.onHand(s.beans); got != 12_000_000 {
		t.Errorf("the books say %d, want 12 kg", got)
	}

	side.tapRole("button", "Count")
	side.fill("On the shelf", "11.5")
	side.see("−500 g")
	side.tap("Book the count")
	p.see("Beans: −500 g booked, 11.5 kg on hand")

	side.tapRole("button", "Waste")
	side.fill("How much is thrown away", "500 g")
	side.tap("Dropped")
	p.reload()
	if got := p.in("complementary").value("How much is thrown away"); got != "500" && got != "500 g" {
		t.Errorf("after a reload the field holds %q: what was typed is gone", got)
	}
	p.in("complementary").tap("Waste 500 g")
	p.see("Beans: −500 g booked, 11 kg on hand")
	p.in("complementary").see("Dropped")
	p.press("Escape")
	p.notSeeRole("complementary", "Beans")
}

// TestBookingIsNotDoubled: when the answer is lost, the page says that nobody knows, and asking again books once.
func TestBookingIsNotDoubled(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/stock?cafe=" + s.id + "&ingredient=" + s.beans + "&act=waste")
	p.expects("ERR_")
	side := p.in("complementary")
	side.fill("How much is thrown away", "100")
	side.fill("Reason", "spilt")
	found := p.lose("*/waste")
	side.tap("Waste 100 g")
	side.see("Nobody knows yet whether this was booked")
	found()
	p.reload()
	p.in("complementary").tap("Ask again")
	p.see("Beans: −100 g booked")
	if got := len(s.movements(s.beans)); got != 2 {
		t.Errorf("%d movements, want the opening and one waste", got)
	}
}

// TestRefusedBookings: what the server refuses is said, and nothing that was typed is lost.
func TestRefusedBookings(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/stock?cafe=" + s.id)
	p.expects("409")
	p.in("table").tap("Croissant")
	side := p.in("complementary")
	side.tapRole("button", "Waste")
	side.fill("How much is thrown away", "5000")
	side.fill("Reason", "fire")
	side.tap("Waste 5,000")
	side.see("There is not that much on the books.")
	if got := side.value("How much is thrown away"); got != "5000" {
		t.Errorf("the field holds %q after a refusal", got)
	}
	side.tap("Cancel")
	side.tapRole("button", "Par")
	side.fill("Par", "10")
	side.fill("Reorder point", "12")
	side.see("The reorder point lies below par.")
	side.is("Save", "disabled")
}

// TestIngredientIsEdited: units, pack, allergens; one that is used cannot be archived.
func TestIngredientIsEdited(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/stock/ingredients")
	p.expects("409")
	p.see("Beans") // keys before the list is there are nobody's
	p.press("/")
	p.until("the search has the cursor", func() bool { return evaluate[bool](p, "document.activeElement?.type === 'search'") })
	p.fill("Find an ingredient", "beans") // in place of the slash, which the browser's protocol types all the same
	p.tap("Beans")
	p.fill("Supplier", "Atlas")
	p.tap("Sesame")
	p.tap("Save")
	p.see("Beans: saved")
	found := c.asOperator().ok("GET", "/api/v1/ingredients?query=Beans", nil)
	if found.text("ingredients.0.supplier") != "Atlas" || !strings.Contains(found.raw, "sesame") {
		t.Errorf("the server keeps %s", found.raw)
	}
	p.tap("Archive")
	p.see("still uses it")
	_ = s
}
