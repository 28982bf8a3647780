package webtest

import "fmt"

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
		{name: "counter, orders", path: at("/counter"), who: barista, busy: true, reach: toOrders},
		{name: "counter, an order", path: at("/counter"), who: barista, busy: true, pictures: map[string][]as{"orders": {tablet}}, reach: toAnOrder},
		{name: "counter, void", path: at("/counter"), who: barista, busy: true, reach: func(p *page, w *world) {
			toAnOrder(p, w)
			p.tapIcon("bin")
		}},
		{name: "counter, change", path: at("/counter"), who: barista, busy: true, reach: func(p *page, w *world) {
			toAnOrder(p, w)
			p.tapIcon("edit")
		}},
		{name: "counter, paying an order", path: at("/counter"), who: barista, busy: true, reach: func(p *page, w *world) {
			toAnOrder(p, w)
			p.tapIcon("cash")
		}},
		{name: "counter, keys", path: at("/counter"), who: barista, busy: true, reach: func(p *page, _ *world) {
			p.see("Latte")
			p.press("?")
			p.until("the keys are shown", func() bool { return p.count("dialog", "") == 1 })
		}},
	}
}

// toOrders opens the day's orders, to pay.
func toOrders(p *page, _ *world) {
	p.see("Latte")
	p.tapIcon("list")
	p.in("dialog").see("Zineb")
}

// toAnOrder opens one of them that the bar has not begun.
func toAnOrder(p *page, w *world) {
	toOrders(p, w)
	p.tap("Zineb")
}

// tapIcon touches the last button with that drawing, whatever its words are.
func (p *page) tapIcon(name string) {
	p.t.Helper()
	p.until("there is a button with "+name+" on it", func() bool {
		return evaluate[bool](p, fmt.Sprintf(`(() => {
			const found = [...document.querySelectorAll('button:has(use[href$="#%s"])')].at(-1);
			found?.click();
			return !!found;
		})()`, name))
	})
}
