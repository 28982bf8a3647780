package webtest

// barScreens are those of the bar, and the public board.
func barScreens() []screen {
	return []screen{
		{name: "bar, nobody there", path: at("/bar"), busy: true, expects: asksWhoIsThere},
		{name: "bar", path: at("/bar"), who: barista, busy: true, pictures: map[string][]as{"bar": {tablet}, "bar-dark": {tablet, dark}, "bar-arabic": {tablet, arabic}, "bar-phone": {phone}}},
		{name: "bar, a board", path: at("/bar"), who: wall, busy: true},
		{name: "ready board", path: func(w *world) string { return "/ready/" + w.cafe }, busy: true, pictures: map[string][]as{"ready": {desk}}},
		{name: "ready board, light", path: func(w *world) string { return "/ready/" + w.cafe + "?theme=light" }, busy: true},
		{name: "ready board of no café", path: func(*world) string { return "/ready/" + newID() }, busy: true, expects: `404`},
	}
}

// wall is a screen on which nobody signs in.
func wall(w *world) []*client {
	b := w.client()
	b.ok("POST", "/login", object{"cafe_id": w.cafe, "access_code": w.code, "device_name": "Bar", "kind": "board"})
	return []*client{b}
}
