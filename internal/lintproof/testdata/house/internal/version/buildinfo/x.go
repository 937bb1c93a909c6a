// Package buildinfo is imported by others.
package buildinfo
