package webtest

// barScreens are those of the bar, and the board of what is ready.
func barScreens() []screen {
	return []screen{
		{name: "bar, nobody there", path: at("/bar"), busy: true, expects: asksWhoIsThere},
		{name: "bar", path: at("/bar"), who: barista, busy: true, pictures: map[string][]as{
			"bar": {tablet}, "bar-dark": {tablet, dark}, "bar-phone": {phone, sharp},
		}},
		{name: "ready board", path: func(w *world) string { return "/ready/" + w.cafe }, pictures: map[string][]as{"ready": {desk}}},
		{name: "ready board of no café", path: at("/ready/00000000-0000-4000-8000-000000000000"), expects: `404`},
	}
}
