package main

// closeToOthers has nothing to do: files inherit the access list of the user's profile,
// and dumps are the administrator's.
func closeToOthers() error { return nil }
