// Package arch holds the tests of what ARCHITECTURE.md says about the layers
// and about determinism, and keeps the list of RFC references up to date.
package arch

//go:generate go test -run TestRFCReferences -update .
