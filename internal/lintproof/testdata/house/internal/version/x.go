// Package version is imported by others.
package version
