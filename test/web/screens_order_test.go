package webtest

// orderScreens are the customer's: order ahead, the status of an order, the ready board.
func orderScreens() []screen {
	menu := func(w *world) string { return "/order/" + w.cafe }
	status := func(w *world) string { return "/order/" + w.cafe + "/" + w.ordered }
	return []screen{
		{name: "order ahead", path: at("/"), pictures: map[string][]as{"order": {phone}, "order-dark": {phone, dark}, "order-arabic": {phone, arabic}, "order-desk": {desk}}},
		{name: "menu", path: menu, pictures: map[string][]as{
			"order-menu": {phone}, "order-menu-dark": {phone, dark}, "order-menu-arabic": {phone, arabic}, "order-menu-desk": {desk},
		}},
		{name: "menu from a table", path: func(w *world) string { return menu(w) + "?table=7" }},
		{name: "drink", path: menu, reach: func(p *page, _ *world) { p.tap("Latte") }, pictures: map[string][]as{"order-drink": {phone}, "order-drink-arabic": {phone, arabic}}},
		{name: "checkout, empty", path: func(w *world) string { return "/order/" + w.cafe + "/cart" }},
		{name: "checkout", path: menu, reach: func(p *page, w *world) {
			fillCart(p)
			p.goTo("/order/" + w.cafe + "/cart")
		}, pictures: map[string][]as{"order-cart": {phone}}},
		{name: "order's status", path: status, who: customer, pictures: map[string][]as{"order-status": {phone}, "order-status-dark": {phone, dark}}},
		{name: "no such café", path: at("/order/00000000-0000-7000-8000-000000000000"), expects: "404"},
	}
}

// fillCart puts a latte as it comes into the cart, in any language.
func fillCart(p *page) {
	p.t.Helper()
	p.tap("Latte")
	p.until("the drink is in the cart", func() bool {
		return evaluate[bool](p, `(() => {
			const take = document.querySelector('[role=dialog] .take');
			if (take) take.click();
			return Object.keys(localStorage).some(key => key.startsWith('coffee.order.cart.') && JSON.parse(localStorage[key]).cart.lines.length > 0);
		})()`)
	})
}
