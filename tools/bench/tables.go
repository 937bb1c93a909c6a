package main

import (
	"context"

	"github.com/bento-cred/bento-cred/tools/bench/report"
)

// table is one theme of the report.
type table struct {
	name, title string
	// run measures it once. What it returns beside an error counts.
	run func(b *bench, ctx context.Context) (report.Result, error)
}

// tables returns all of them, in the order they are measured.
func tables() []table {
	return []table{
		{"processes", "1. Whole processes, the daemon warm", (*bench).processes},
		{"instructions", "2. Instructions of one hot call, in user space", (*bench).instructions},
		{"socket", "3. One request to the daemon", (*bench).socket},
		{"load", "4. Many requests to the daemon", (*bench).load},
		{"growth", "5. How cost grows", (*bench).growth},
		{"rest", "6. At rest", (*bench).rest},
		{"cold", "7. From a cold start", (*bench).cold},
		{"exec", "8. A command with a token", (*bench).exec},
		{"proxy", "9. The local proxy", (*bench).proxy},
		{"crowd", "10. A thousand at once", (*bench).crowd},
	}
}

func tableNames() []string {
	var names []string
	for _, t := range tables() {
		names = append(names, t.name)
	}
	return names
}
