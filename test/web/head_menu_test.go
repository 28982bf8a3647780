package webtest

import "testing"

// TestMenuIsPublished: a price is typed, its margin is shown at once, the draft is saved, seen as a difference and sold.
func TestMenuIsPublished(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	head := c.asOperator()
	// 18 g of beans at 180.00 a kilogram and 240 ml of milk at 11.50 a litre: 3.24 + 2.76 = 6.00.
	head.keyed("POST", "/api/v1/cafes/"+s.id+"/receipts", object{"lines": []object{
		{"ingredient_id": s.beans, "quantity": 1_000_000, "cost": mad(18_000)},
		{"ingredient_id": s.cow, "quantity": 1_000_000, "cost": mad(1_150)},
	}})
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/menu")
	p.tap("Latte")
	p.see("Sizes")
	medium := p.in("Medium")
	medium.see("Cost 6.00 MAD")
	medium.fill("Price MAD", "30")
	// Taken away it is taxed at 20 %: 30.00 / 1.2 = 25.00, less 6.00.
	medium.see("Margin 19.00 MAD (76%)")
	medium.fill("Price MAD", "thirty")
	medium.see("Not an amount in MAD.")
	medium.fill("Price MAD", "30")
	p.tap("Save draft")
	p.see("Latte: saved in the draft")

	p.goTo("/admin/menu/publish")
	p.see("Latte", "MAD 25.00 → MAD 30.00")
	p.tap("Now")
	p.fill("Note", "spring")
	p.tap("Publish 1 change")
	p.see("Release 2 is published", "spring")
	menu := head.ok("GET", "/api/v1/cafes/"+s.id+"/menu", nil)
	if got := menu.number("release"); got != 2 {
		t.Errorf("the café sells release %d, want 2", got)
	}
}

// TestRecipeIsTyped: what goes in is entered as a shelf says it, and kept in thousandths.
func TestRecipeIsTyped(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/menu/items/" + s.latte)
	large := p.in("Large")
	large.in("Beans").fill("Quantity", "0.02 kg")
	p.tap("Save draft")
	p.see("Latte: saved in the draft")
	recipe := c.asOperator().ok("GET", "/api/v1/recipes/"+s.latteL, nil)
	if got := recipe.number("lines.0.quantity"); got != 20_000 {
		t.Errorf("the recipe takes %d thousandths of beans, want 20 g", got)
	}
}

// TestTwoEditors: whoever saves second sees both, chooses, and nothing that was typed is lost, even over a reload.
func TestTwoEditors(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/menu/items/" + s.latte)
	p.expects("409")
	p.fill("Description", "Double shot, steamed milk")
	p.in("Medium").fill("Price MAD", "26")

	head := c.asOperator()
	item := head.ok("GET", "/api/v1/menu/items/"+s.latte, nil)
	put := object{"version": item.number("version")}
	for _, field := range []string{"category_id", "name", "tax_code", "station", "rank", "modifier_group_ids", "price_windows", "drawing"} {
		put[field] = item.at(field)
	}
	put["name"] = "Caffè latte"
	put["variations"] = []object{
		{"id": s.latteM, "name": "Medium", "prices": []object{mad(2700)}, "bar_seconds": 60},
		{"id": s.latteL, "name": "Large", "prices": []object{mad(priceLatteL)}, "bar_seconds": 75},
	}
	head.ok("PUT", "/api/v1/menu/items/"+s.latte, put)

	p.tap("Save draft")
	p.see("Somebody else changed Latte meanwhile", "26.00 MAD", "27.00 MAD")
	p.is("Go on with these", "disabled")
	p.reload()
	p.see("Somebody else changed Latte meanwhile")
	p.in("Medium: Price (MAD)").tap("Theirs")
	p.tap("Go on with these")
	if got := p.value("Description"); got != "Double shot, steamed milk" {
		t.Errorf("the description typed before the conflict is %q now", got)
	}
	p.tap("Save draft")
	p.see("Caffè latte: saved in the draft")
	now := head.ok("GET", "/api/v1/menu/items/"+s.latte, nil)
	if now.text("name") != "Caffè latte" || now.text("description") != "Double shot, steamed milk" || now.number("variations.0.prices.0.amount") != 2700 {
		t.Errorf("after both edits the item is %s", now.raw)
	}
}

// TestDraftOutlivesLeaving: leaving with something unsaved asks nothing, keeps it, and marks it in the list.
func TestDraftOutlivesLeaving(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/menu")
	p.tap("Latte")
	p.fill("Description", "not yet")
	p.in("main").tap("Menu")
	p.see("Latte: not saved. What you typed is kept.", "unsaved")
	p.goTo("/admin/menu/items/" + s.latte)
	if got := p.value("Description"); got != "not yet" {
		t.Errorf("what was typed is %q now", got)
	}
	goOn := p.stopClock() // Undo is there for eight seconds
	p.tap("Discard")
	p.see("Latte: changes discarded")
	p.tap("Undo")
	goOn()
	if got := p.value("Description"); got != "not yet" {
		t.Errorf("after undo the description is %q", got)
	}
}

// TestCafeSellsDifferently: one café leaves an item out and has a price of its own.
func TestCafeSellsDifferently(t *testing.T) {
	t.Parallel()
	c := empty(t)
	s := newShop(c, plainNames)
	p := visitor(t, c.frontend, desk).with(c.admin()).open("/admin/menu/cafes?cafe=" + s.id)
	p.tap("Croissant")
	p.see("not sold here")
	p.fill("Own price: Latte, Large", "33.50")
	p.tap("Save draft")
	p.see("Café Salam: saved in the draft")
	overlay := c.asOperator().ok("GET", "/api/v1/cafes/"+s.id+"/overlay", nil)
	if got := len(overlay.list("entries")); got != 2 {
		t.Errorf("%d exceptions, want two: %s", got, overlay.raw)
	}
}
