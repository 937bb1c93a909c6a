//go:build darwin || windows

package away

import "context"

const supported = false

func watch(context.Context, Config, Wanted, func(Reason)) {}
