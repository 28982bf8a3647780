package webtest

// counterScreens are those of the counter.
func counterScreens() []screen {
	return []screen{
		{name: "counter, nobody there", path: at("/counter"), busy: true},
		{name: "counter", path: at("/counter"), who: barista, busy: true, picture: "counter", pictured: []as{tablet}},
	}
}
