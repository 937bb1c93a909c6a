// Command hello writes one line: what a process of Go costs that does nothing.
package main

import "os"

func main() {
	if _, err := os.Stdout.WriteString("made-up-line-of-no-use\n"); err != nil {
		os.Exit(1)
	}
}
