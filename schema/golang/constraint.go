package golang

import (
	"bytes"
	"go/build/constraint"
	"strings"
)

// constraint says why the go command leaves a file out, for a sentence, "by
// //go:build never", and what to do about it.
func (f *file) constraint() (why, help string) {
	const move = "move what is annotated into a file without constraints"
	for line := range bytes.Lines(f.text) {
		text := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff"))
		if constraint.IsGoBuild(text) {
			return "by " + text, "pass the build tags to esgen, or " + move
		}
		if strings.HasPrefix(text, "package ") {
			break
		}
	}
	for _, imp := range f.ast.Imports {
		if imp.Path.Value == `"C"` {
			return `as it imports "C" and cgo is off`, "set CGO_ENABLED=1, or " + move
		}
	}
	return "by its name, " + f.name + ", which is made for another system", move
}
