// Command bento-cred imports what the hot helper must not.
package main

import (
	_ "net/http" // want depguard: list 'helper'

	_ "github.com/bento-cred/bento-cred/helper"
)

func main() {}
