// Package private is what every room may stand on.
package private

import _ "github.com/bento-cred/bento-cred/internal/version" // want depguard: list 'private'
