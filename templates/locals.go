package templates

import (
	"go/doc"
	"go/token"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"
)

// locals hands out the names of one function's receiver, parameters and
// variables, so that none hides another, nor what generated code can refer to: a
// type or a function of the package. The user's variables and constants, and
// whatever tests declare, may be hidden, so that to add one does not make the
// generated file stale.
type locals struct {
	file  *goFile
	taken map[string]bool
}

// locals begins the names of a function.
func (f *goFile) locals() *locals { return &locals{file: f, taken: map[string]bool{}} }

// nested begins the names of a block within the function: those around it stay
// taken, and what is taken in it is free again after it.
func (l *locals) nested() *locals { return &locals{file: l.file, taken: maps.Clone(l.taken)} }

// name gives the wanted name, or the wanted one with a number where that is taken.
func (l *locals) name(want string) string {
	name := distinct(want, func(name string) bool { return !l.free(name) })
	l.taken[name] = true
	return name
}

// free says whether a name hides nothing that is needed.
func (l *locals) free(name string) bool {
	if l.taken[name] {
		return false
	}
	if !l.file.scope[name] {
		return true
	}
	for _, o := range l.file.pkg.Objects {
		if o.Recv == "" && o.Name.Value == name && o.Kind != "import" {
			return o.Kind == "var" || o.Kind == "const" || strings.HasSuffix(o.Name.Span.File, "_test.go")
		}
	}
	return false // a generated name
}

// of gives the name of a variable that holds a value of a declared type: the
// first letter of the type's name; where that is taken the whole name; and only
// then a letter with a number. So names of a fixed meaning (s for what is stored,
// e for an event) are to be taken before. Underscores at the beginning are no
// letters: one alone cannot be used as a value.
func (l *locals) of(goName string) string {
	letters := strings.TrimLeftFunc(goName, func(r rune) bool { return !unicode.IsLetter(r) })
	if letters == "" {
		return l.name("v")
	}
	first, size := utf8.DecodeRuneInString(letters)
	letter := string(unicode.ToLower(first))
	whole := letter + letters[size:]
	if !l.free(letter) && l.free(whole) && whole != goName && !token.IsKeyword(whole) && !doc.IsPredeclared(whole) {
		l.taken[whole] = true
		return whole
	}
	return l.name(letter)
}
