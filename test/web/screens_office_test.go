package webtest

// officeScreens are head office's and the manager's.
func officeScreens() []screen {
	return []screen{}
}
