package main

// again leaves it to whoever asks next to start the daemon: a process cannot be replaced here.
func again(string, []string) error { return nil }
