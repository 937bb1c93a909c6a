package server

// mostPlaces returns how many conversations this process can hold at one time.
func mostPlaces() int { return maxConnections }
