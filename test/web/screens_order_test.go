package webtest

// orderScreens are the customer's: order ahead and the status of an order.
func orderScreens() []screen {
	cafe := func(w *world) string { return "/order/" + w.cafe }
	return []screen{
		{name: "order ahead", path: at("/"), pictures: map[string][]as{"order": {phone, sharp}, "order-desk": {desk}}},
		{name: "menu", path: cafe, pictures: map[string][]as{
			"menu": {phone, sharp}, "menu-dark": {phone, sharp, dark}, "menu-arabic": {phone, sharp, arabic}, "menu-desk": {desk},
		}},
		{name: "menu from a table", path: func(w *world) string { return cafe(w) + "?table=7" }},
		{name: "empty cart", path: func(w *world) string { return cafe(w) + "/cart" }},
		{name: "order's status", path: func(w *world) string { return cafe(w) + "/" + w.ordered }, who: customer, pictures: map[string][]as{
			"status": {phone, sharp}, "status-dark": {phone, sharp, dark},
		}},
	}
}
