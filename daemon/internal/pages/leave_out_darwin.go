package pages

// leaveOut has nothing to do: core dumps are off.
func leaveOut([]byte) {}
