package webtest

// barScreens are those of the bar.
func barScreens() []screen {
	return []screen{
		{name: "bar", path: at("/bar"), who: barista, busy: true, pictures: map[string][]as{"bar": {tablet}, "bar-dark": {tablet, dark}, "bar-phone": {phone}}},
	}
}
