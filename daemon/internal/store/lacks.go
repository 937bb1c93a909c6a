package store

import "runtime"

// Lacks returns the keychains that people on the system goos may have and this program cannot
// use, with the reason. Nobody should have to guess why theirs was not even tried.
func Lacks() []Refusal { return lacks(runtime.GOOS) }

func lacks(goos string) []Refusal {
	const noBus = "this program speaks to it on Linux alone"
	switch goos {
	case "linux":
		return []Refusal{{KWallet, "that of KDE Plasma 6 is not known to this program; turn on its Secret Service"}}
	case "darwin", "windows": // their own is all there is
		return nil
	}
	return []Refusal{{SecretService, noBus}, {KWallet, noBus}}
}
