package webtest

// orderScreens are the customer's: order ahead, the status of an order, the ready board.
func orderScreens() []screen {
	return []screen{
		{name: "order ahead", path: at("/"), picture: "order", pictured: []as{phone}},
	}
}
