package webtest

// counterScreens are those of the counter.
func counterScreens() []screen {
	return []screen{
		{name: "counter, nobody there", path: at("/counter"), busy: true, expects: asksWhoIsThere},
		{name: "counter", path: at("/counter"), who: barista, busy: true, pictures: map[string][]as{"counter-empty": {tablet}}},
		{name: "counter, a drink", path: at("/counter"), who: barista, busy: true, reach: func(p *page, _ *world) { p.tap("Latte") }, pictures: map[string][]as{
			"counter": {tablet}, "counter-dark": {tablet, dark}, "counter-arabic": {tablet, arabic}, "counter-phone": {phone},
		}},
		{name: "counter, 86", path: at("/counter"), who: barista, busy: true, reach: func(p *page, _ *world) {
			p.hold("Latte", "the sheet is open", func() bool { return p.count("dialog", "") == 1 })
		}},
		{name: "counter, paying", path: at("/counter"), who: barista, busy: true, pictures: map[string][]as{"pay": {tablet}, "pay-phone": {phone}}, reach: func(p *page, _ *world) {
			p.tap("Latte")
			p.tap("Cappuccino")
			p.press("Enter")
			p.at("/counter?pay")
		}},
		{name: "counter, keys", path: at("/counter"), who: barista, busy: true, reach: func(p *page, _ *world) {
			p.see("Latte")
			p.press("?")
			p.until("the keys are shown", func() bool { return p.count("dialog", "") == 1 })
		}},
	}
}
