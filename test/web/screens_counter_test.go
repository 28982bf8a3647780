package webtest

// counterScreens are those of the counter.
func counterScreens() []screen {
	return []screen{
		{name: "counter, nobody there", path: at("/counter"), busy: true, expects: asksWhoIsThere},
		{name: "counter", path: at("/counter"), who: barista, busy: true, pictures: map[string][]as{"counter": {tablet}, "counter-dark": {tablet, dark}, "counter-arabic": {tablet, arabic}, "counter-phone": {phone}}},
	}
}
