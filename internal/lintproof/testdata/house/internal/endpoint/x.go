// Package endpoint is imported by others.
package endpoint
