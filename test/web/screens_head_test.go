package webtest

// managedScreens are head office’s pages of Menu, Stock, Cafés and People.

// firstOf is the id of the first thing of a list that head office reads.
func (w *world) firstOf(path, list string) string {
	w.t.Helper()
	return w.head().ok("GET", path, nil).text(list + ".0.id")
}

func managedScreens() []screen {
	return []screen{
		{name: "menu", who: head, path: at("/admin/menu"), pictures: map[string][]as{"menu": {desk}}},
		{name: "menu: nothing found", who: head, path: at("/admin/menu?q=zzzz")},
		{name: "menu: category", who: head, path: func(w *world) string {
			return "/admin/menu?category=" + w.firstOf("/api/v1/menu/categories", "categories")
		}},
		{name: "menu: item", who: head, path: func(w *world) string {
			return "/admin/menu/items/" + w.firstOf("/api/v1/menu/items?limit=1", "items")
		}, pictures: map[string][]as{"menu-item": {desk}}},
		{name: "menu: new item", who: head, path: func(*world) string { return "/admin/menu/items/" + newID() + "?new=1" }},
		{name: "menu: an item that is not there", who: head, path: func(*world) string { return "/admin/menu/items/" + newID() }, expects: "404"},
		{name: "menu: choices", who: head, path: at("/admin/menu/groups")},
		{name: "menu: group of choices", who: head, path: func(w *world) string {
			return "/admin/menu/groups/" + w.firstOf("/api/v1/menu/modifier-groups", "modifier_groups")
		}, expects: "404"},
		{name: "menu: combos", who: head, path: at("/admin/menu/combos")},
		{name: "menu: combo", who: head, path: func(w *world) string {
			return "/admin/menu/combos/" + w.firstOf("/api/v1/menu/combos", "combos")
		}},
		{name: "menu: by café", who: head, path: at("/admin/menu/cafes")},
		{name: "menu: publish", who: head, path: at("/admin/menu/publish")},

		{name: "stock", who: head, path: at("/admin/stock"), pictures: map[string][]as{"stock": {desk}, "stock-dark": {desk, dark}, "stock-phone": {phone}}},
		{name: "stock: an ingredient", who: head, path: func(w *world) string {
			return "/admin/stock?cafe=" + w.cafe + "&ingredient=" + w.firstOf("/api/v1/ingredients?limit=1", "ingredients")
		}},
		{name: "stock: receive", who: head, path: func(w *world) string {
			return "/admin/stock?cafe=" + w.cafe + "&act=receive&ingredient=" + w.firstOf("/api/v1/ingredients?limit=1", "ingredients")
		}},
		{name: "stock: nothing found", who: head, path: at("/admin/stock?q=zzzz")},
		{name: "stock: sheet", who: head, path: func(w *world) string { return "/admin/stock/sheet?cafe=" + w.cafe }},
		{name: "stock: ingredients", who: head, path: at("/admin/stock/ingredients")},
		{name: "stock: edit an ingredient", who: head, path: func(w *world) string {
			return "/admin/stock/ingredients/" + w.firstOf("/api/v1/ingredients?limit=1", "ingredients")
		}},

		{name: "cafés", who: head, path: at("/admin/cafes"), pictures: map[string][]as{"cafes": {desk}}},
		{name: "cafés: new", who: head, path: at("/admin/cafes/new")},
		{name: "cafés: like another", who: head, path: func(w *world) string { return "/admin/cafes/" + newID() + "?new=1&like=" + w.cafe }},
		{name: "cafés: settings", who: head, path: func(w *world) string { return "/admin/cafes/" + w.cafe }},
		{name: "cafés: access", who: head, path: func(w *world) string { return "/admin/cafes/" + w.cafe + "/access" }},
		{name: "cafés: codes", who: head, path: func(w *world) string { return "/admin/cafes/" + w.cafe + "/codes" }},
		{name: "cafés: before the first sale", who: head, path: func(w *world) string { return "/admin/cafes/" + w.cafe + "/start" }},
		{name: "people", who: head, path: func(w *world) string { return "/admin/people?cafe=" + w.cafe }},
		{name: "people: new", who: head, path: func(w *world) string { return "/admin/people?cafe=" + w.cafe + "&person=" + newID() }},
	}
}

// managedExposures are the pages of Menu, Stock, Cafés and People that show names.
func managedExposures(s *poisoned) []exposure {
	who := []*client{s.c.admin()}
	return []exposure{
		{name: "menu", path: "/admin/menu?q=script", who: who, shows: []string{payloads[0]}},
		{name: "menu: item", path: "/admin/menu/items/" + s.latte, who: who, shows: []string{s.names.item}},
		{name: "menu: choices", path: "/admin/menu/groups", who: who, shows: []string{s.names.group}},
		{name: "menu: by café", path: "/admin/menu/cafes?cafe=" + s.id, who: who, shows: []string{s.names.item}},
		{name: "menu: publish", path: "/admin/menu/publish", who: who, shows: []string{payloads[8]}},
		{name: "stock", path: "/admin/stock?cafe=" + s.id + "&ingredient=" + s.cow, who: who, shows: []string{s.names.ingredient}},
		{name: "stock: sheet", path: "/admin/stock/sheet?cafe=" + s.id, who: who, shows: []string{s.names.ingredient}},
		{name: "stock: ingredients", path: "/admin/stock/ingredients", who: who, shows: []string{payloads[2]}},
		{name: "cafés", path: "/admin/cafes", who: who, shows: []string{payloads[0], payloads[10]}},
		{name: "cafés: settings", path: "/admin/cafes/" + s.id, who: who, shows: []string{s.names.cafe}},
		{name: "cafés: codes", path: "/admin/cafes/" + s.id + "/codes", who: who, shows: []string{s.names.cafe}},
		{name: "people", path: "/admin/people?cafe=" + s.id, who: who, shows: []string{payloads[3]}},
	}
}
