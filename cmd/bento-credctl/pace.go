package main

import (
	"runtime"
	"runtime/debug"
)

// proxyGrowth is how much garbage a proxy gathers before it is collected, in per cent of
// what it holds. It holds next to nothing, and would collect 50 times a second with 100;
// with this it stays below 20 MiB.
const proxyGrowth = 400

// pace sets the runtime up for a process that does nothing but pass requests on.
//
// Half of the processors are for it. The others are busy with its work as well: with the
// client, an upstream on this machine, and the kernel's part of both. A process that has
// all of them wakes a thread for nearly every part that arrives, which takes longer than
// passing it on. On two processors (2026-11-27) one connection was answered 1.3 to 1.7 times
// as often with half of them; with 64 there was no difference beyond the noise.
//
// What the person has set stays.
func (a *app) pace() {
	if a.getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(max(1, runtime.GOMAXPROCS(0)/2))
	}
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(proxyGrowth)
	}
}
