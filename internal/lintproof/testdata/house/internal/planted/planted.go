// Package planted is a foundation that stands on the house.
package planted

import (
	_ "github.com/bento-cred/bento-cred/configs" // want depguard: list 'foundation' // want depguard: list 'configs'
	_ "github.com/bento-cred/bento-cred/daemon"  // want depguard: list 'foundation'
	_ "github.com/bento-cred/bento-cred/helper"  // want depguard: list 'foundation'
	_ "github.com/bento-cred/bento-cred/ipc"     // want depguard: list 'foundation'
)
