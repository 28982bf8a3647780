package webtest

// officeScreens are head office's and the manager's.
func officeScreens() []screen {
	return []screen{
		{name: "head office, nobody there", path: at("/admin"), expects: asksWhoIsThere},
		{name: "today", path: at("/admin"), who: head, pictures: map[string][]as{
			"today": {desk}, "today-dark": {desk, dark}, "today-arabic": {desk, arabic}, "today-phone": {phone, sharp},
		}},
		{name: "today of one café", path: func(w *world) string { return "/admin?cafe=" + w.cafe }, who: head},
		{name: "stock", path: at("/admin/stock"), who: head, pictures: map[string][]as{"stock": {desk}, "stock-phone": {phone, sharp}}},
		{name: "stock of a café", path: func(w *world) string { return "/admin/stock?cafe=" + w.cafe }, who: head},
		{name: "stock, the sheet of paper", path: func(w *world) string { return "/admin/stock/sheet?cafe=" + w.cafe }, who: head},
		{name: "ingredients", path: at("/admin/stock/ingredients"), who: head},
		{name: "an ingredient", path: func(w *world) string {
			return "/admin/stock/ingredients/" + w.asOperator().ok("GET", "/api/v1/ingredients", nil).text("ingredients.0.id")
		}, who: head},
		{name: "sales", path: at("/admin/sales"), who: head, pictures: map[string][]as{"sales": {desk}}},
		{name: "orders", path: at("/admin/orders"), who: head, pictures: map[string][]as{"orders": {desk}}},
		{name: "an order", path: func(w *world) string {
			return "/admin/orders?order=" + w.asOperator().ok("GET", "/api/v1/orders?limit=1&cafe_id="+w.cafe, nil).text("orders.0.id")
		}, who: head, pictures: map[string][]as{"order-journal": {desk}, "order-journal-phone": {phone, sharp}}},
		{name: "sales, row by row", path: at("/admin/sales/rows?by=cafe&by=date"), who: head},
		{name: "settings", path: at("/admin/settings"), who: head},
		{name: "set-up without its link", path: at("/setup")},
		{name: "set-up", path: at("/setup#0123456789abcdef0123456789abcdef")},
		{name: "menu editor", path: at("/admin/menu"), who: head, pictures: map[string][]as{"menu-editor": {desk}}},
		{name: "an item", path: func(w *world) string { return "/admin/menu/items/" + w.item().text("id") }, who: head, pictures: map[string][]as{"item": {desk}}},
		{name: "modifier groups", path: at("/admin/menu/groups"), who: head},
		{name: "combos", path: at("/admin/menu/combos"), who: head},
		{name: "menus of the cafés", path: at("/admin/menu/cafes"), who: head},
		{name: "publish", path: at("/admin/menu/publish"), who: head},
		{name: "cafés", path: at("/admin/cafes"), who: head, pictures: map[string][]as{"cafes": {desk}}},
		{name: "new café", path: at("/admin/cafes/new"), who: head},
		{name: "a café", path: func(w *world) string { return "/admin/cafes/" + w.cafe }, who: head},
		{name: "a café's codes", path: func(w *world) string { return "/admin/cafes/" + w.cafe + "/codes" }, who: head},
		{name: "people", path: at("/admin/people"), who: head},
	}
}
