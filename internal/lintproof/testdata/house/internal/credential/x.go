// Package credential is imported by others.
package credential
