package schema

import "strings"

// codePredeclared is reported for a package that gives a new meaning to a name
// that Go declares itself.
const codePredeclared Code = "ES0126"

// predeclared are the names that generated code uses in their usual meaning.
var predeclared = map[string]bool{
	"any": true, "append": true, "bool": true, "byte": true, "copy": true, "error": true, "false": true,
	"float32": true, "float64": true, "int": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"len": true, "make": true, "new": true, "nil": true, "rune": true, "string": true, "true": true,
	"uint": true, "uint8": true, "uint16": true, "uint32": true, "uint64": true, "uintptr": true,
}

var predeclaredRules = []rule{
	{CodeInfo{codePredeclared, "a name that Go declares itself is declared anew", `
Generated code is part of your package and uses string, error, append and other
names that Go declares for every package. A package that gives one of them another
meaning would change what generated code means, so the name has to be another.

Wrong:

	type error struct{ Code int }

Right:

	type failure struct{ Code int }
`}, checkPredeclared},
}

func checkPredeclared(c *checker) {
	for _, p := range c.packages() {
		for _, o := range p.Objects {
			if o.Recv != "" || o.Kind == "import" || !predeclared[o.Name.Value] || strings.HasSuffix(o.Name.Span.File, "_test.go") {
				continue
			}
			c.errorf(codePredeclared, o.Name.Span, "the %s %s hides Go's own, which generated code needs", o.Kind, o.Name.Value).
				help("give your %s another name", o.Kind)
		}
	}
}
