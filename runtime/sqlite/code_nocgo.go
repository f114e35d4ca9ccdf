//go:build !cgo

package sqlite

// resultCode knows no codes: without cgo the driver is a stub that fails to open
// anything, and says why.
func resultCode(error) (int, bool) { return 0, false }
