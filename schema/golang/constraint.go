package golang

import (
	"bytes"
	"go/build/constraint"
	"strings"
)

// constraint says why the go command leaves a file out, for a sentence: "by
// //go:build never".
func (f *file) constraint() string {
	for line := range bytes.Lines(f.text) {
		text := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff"))
		if constraint.IsGoBuild(text) {
			return "by " + text
		}
		if strings.HasPrefix(text, "package ") {
			break
		}
	}
	for _, imp := range f.ast.Imports {
		if imp.Path.Value == `"C"` {
			return `as it imports "C" and cgo is off`
		}
	}
	if stem := strings.TrimSuffix(f.name, ".go"); strings.Contains(stem, "_") {
		return "by its name, " + f.name + ", which is made for another system"
	}
	return "by a build constraint"
}
