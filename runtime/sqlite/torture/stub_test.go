//go:build cgo && linux

package torture

func childFault([]string) error  { return nil }
func childFull([]string) error   { return nil }
func childLinear([]string) error { return nil }
