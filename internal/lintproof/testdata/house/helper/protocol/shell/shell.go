// Package shell is a codec, two directories below the helper.
package shell

import (
	_ "net/http/httptest" // want depguard: list 'helper'
)
