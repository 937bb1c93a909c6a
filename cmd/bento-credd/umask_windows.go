package main

// restrictNewFiles has nothing to do: files inherit the access list of the user's
// profile.
func restrictNewFiles() {}
