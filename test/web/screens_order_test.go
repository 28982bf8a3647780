package webtest

// orderScreens are the customer's: order ahead, the status of an order, the ready board.
func orderScreens() []screen {
	return []screen{
		{name: "order ahead", path: at("/"), pictures: map[string][]as{"order": {phone}, "order-dark": {phone, dark}, "order-arabic": {phone, arabic}, "order-desk": {desk}}},
	}
}
