package webtest

// officeScreens are head office's and the manager's.
func officeScreens() []screen {
	return []screen{
		{name: "head office, nobody there", path: at("/admin"), expects: asksWhoIsThere},
		{name: "today", path: at("/admin"), who: head, pictures: map[string][]as{
			"today": {desk}, "today-dark": {desk, dark}, "today-arabic": {desk, arabic}, "today-phone": {phone, sharp},
		}},
		{name: "today of a manager", path: at("/admin"), who: manager},
		{name: "stock", path: at("/admin/stock"), who: head, pictures: map[string][]as{"stock": {desk}, "stock-phone": {phone, sharp}}},
		{name: "stock of a café", path: func(w *world) string { return "/admin/stock?cafe=" + w.cafe }, who: head},
		{name: "stock, the sheet of paper", path: func(w *world) string { return "/admin/stock/sheet?cafe=" + w.cafe }, who: head},
		{name: "ingredients", path: at("/admin/stock/ingredients"), who: head},
		{name: "an ingredient", path: func(w *world) string {
			return "/admin/stock/ingredients/" + w.asOperator().ok("GET", "/api/v1/ingredients", nil).text("ingredients.0.id")
		}, who: head},
	}
}
