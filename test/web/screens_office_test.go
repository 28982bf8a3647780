package webtest

// officeScreens are head office's and the manager's.
func officeScreens() []screen {
	return []screen{
		{name: "head office, nobody there", path: at("/admin"), expects: asksWhoIsThere},
		{name: "today", path: at("/admin"), who: head, pictures: map[string][]as{
			"today": {desk}, "today-dark": {desk, dark}, "today-arabic": {desk, arabic}, "today-phone": {phone, sharp},
		}},
		{name: "today of one café", path: func(w *world) string { return "/admin?cafe=" + w.cafe }, who: head},
		{name: "stock of a café", path: func(w *world) string { return "/admin/stock?cafe=" + w.cafe }, who: head},
		{name: "sales", path: at("/admin/sales"), who: head, pictures: map[string][]as{"sales": {desk}}},
		{name: "orders", path: at("/admin/orders"), who: head, pictures: map[string][]as{"all-orders": {desk}}},
		{name: "an order", path: func(w *world) string {
			return "/admin/orders?order=" + w.asOperator().ok("GET", "/api/v1/orders?limit=1&cafe_id="+w.cafe, nil).text("orders.0.id")
		}, who: head, pictures: map[string][]as{"order-journal": {desk}, "order-journal-phone": {phone, sharp}}},
		{name: "sales, row by row", path: at("/admin/sales/rows?by=cafe&by=date"), who: head},
		{name: "settings", path: at("/admin/settings"), who: head},
		{name: "set-up without its link", path: at("/setup")},
		{name: "set-up", path: at("/setup#0123456789abcdef0123456789abcdef")},
		{name: "people", path: at("/admin/people"), who: head},
	}
}
