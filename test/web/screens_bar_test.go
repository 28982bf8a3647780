package webtest

// barScreens are those of the bar.
func barScreens() []screen {
	return []screen{
		{name: "bar", path: at("/bar"), who: barista, busy: true, picture: "bar", pictured: []as{tablet}},
	}
}
