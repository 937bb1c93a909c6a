// Package configs is imported by others.
package configs
