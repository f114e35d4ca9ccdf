package golang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"sync"
)

// The packages whose types are known by name.
const (
	runtimePath = "github.com/esgen/esgen/runtime/es"
	uuidPath    = "github.com/google/uuid"
)

// standIns are the declarations of the types that events are made of, without what
// does not matter here. Loading the packages themselves means to list, and in the
// worst case to compile, all that they import, and takes four times as long as all
// the rest of Load. A test compares them with the packages.
var standIns = map[string]string{
	"time": `package time
type Time struct{ wall uint64; ext int64; loc *location }
type location struct{}
type Duration int64
type Month int
type Weekday int
func (t Time) IsZero() bool
func (t Time) MarshalJSON() ([]byte, error)
func (t *Time) UnmarshalJSON([]byte) error
func (t Time) MarshalText() ([]byte, error)
func (t *Time) UnmarshalText([]byte) error`,

	"encoding/json": `package json
type RawMessage []byte
func (m RawMessage) MarshalJSON() ([]byte, error)
func (m *RawMessage) UnmarshalJSON([]byte) error
type Number string`,

	uuidPath: `package uuid
type UUID [16]byte
func (u UUID) MarshalText() ([]byte, error)
func (u *UUID) UnmarshalText([]byte) error`,

	runtimePath: `package es
type Root struct{ _ int }
type Child struct{ _ int }
type Decision struct{ _ int }`,
}

// standIn gives the stand-in of a package, nil where there is none. Each is made
// once in the life of the program; they may be shared, as they never change.
var standIn = func() func(path string) *types.Package {
	made := map[string]func() *types.Package{}
	for path, text := range standIns {
		made[path] = sync.OnceValue(func() *types.Package { return makeStandIn(path, text) })
	}
	return func(path string) *types.Package {
		if get := made[path]; get != nil {
			return get()
		}
		return nil
	}
}()

func makeStandIn(path, text string) *types.Package {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		panic(err) // the text is ours
	}
	config := types.Config{IgnoreFuncBodies: true}
	pkg, err := config.Check(path, fset, []*ast.File{file}, nil)
	if err != nil {
		panic(err)
	}
	return pkg
}

// standInsSuffice says whether stand-ins will do for the imports of all packages:
// if they have every name that is used, and nothing asks for their methods.
func standInsSuffice(pruners []*pruner, own map[string]*ownPackage) bool {
	for _, p := range pruners {
		if p.generic || p.promotesEncode() {
			return false // a constraint, or the directive, may ask for any method
		}
		for _, imp := range p.needed() {
			if own[imp.path] == nil && (imp.name == "." || standIns[imp.path] == "") {
				return false
			}
		}
		for _, s := range p.selected {
			for _, imp := range s.from {
				if imp.path != "C" && own[imp.path] == nil && standIn(imp.path).Scope().Lookup(s.sel.Sel.Name) == nil {
					return false
				}
			}
		}
	}
	return true
}

// promotesEncode says whether the method of a value object is none of the package's
// own, and so one of an embedded type of another package.
func (p *pruner) promotesEncode() bool {
	for _, m := range p.src.types {
		if d := m.directive("value"); d != nil {
			if encode := d.value("encode"); encode != nil && !p.hasMethod(encode.Value) {
				return true
			}
		}
	}
	return false
}

func (p *pruner) hasMethod(name string) bool {
	for _, methods := range p.methods {
		if slices.ContainsFunc(methods, func(m *declaration) bool { return m.name == name }) {
			return true
		}
	}
	return false
}
