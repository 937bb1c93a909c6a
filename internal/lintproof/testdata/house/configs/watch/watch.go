// Package watch is imported by others.
package watch

import _ "github.com/bento-cred/bento-cred/configs"
