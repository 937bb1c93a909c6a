// Command bento-credd may know the service manager and the settings.
package main

import (
	_ "github.com/kardianos/service"
	_ "github.com/spf13/cobra" // want depguard: list 'cobra'

	_ "github.com/bento-cred/bento-cred/configs/watch"
	_ "github.com/bento-cred/bento-cred/daemon"
)

func main() {}
