package command

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"
)

// library is the one instance of the validation library: it caches what it knows of
// each type.
var library = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	for name, rule := range ownRules {
		if err := v.RegisterValidation(name, rule); err != nil {
			panic(err) // it has no such name
		}
	}
	return v
})

// ownRules are those that the library does not bring along.
var ownRules = map[string]validator.Func{
	"pattern": matchesPattern,
	"valid":   isValid,
}

var patterns sync.Map // of *regexp.Regexp, by source

// matchesPattern is pattern=REGEXP: a string in which the regular expression finds
// a match. A comma in it is written 0x2C, a bar 0x7C.
func matchesPattern(field validator.FieldLevel) bool {
	if field.Field().Kind() != reflect.String {
		panic("pattern is for strings")
	}
	source := field.Param()
	known, ok := patterns.Load(source)
	if !ok {
		known, _ = patterns.LoadOrStore(source, regexp.MustCompile(source))
	}
	return known.(*regexp.Regexp).MatchString(field.Field().String())
}

type judgesItself interface{ Valid() bool }

// isValid is valid: a value whose method Valid() bool says so.
func isValid(field validator.FieldLevel) bool {
	v := field.Field()
	if one, ok := v.Interface().(judgesItself); ok {
		return one.Valid()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	one, ok := p.Interface().(judgesItself)
	if !ok {
		panic(fmt.Sprintf("%s has no method Valid() bool", v.Type()))
	}
	return one.Valid()
}

// jsonName is the name that encoding/json gives a field. It is empty for a struct that is embedded
// without a name, whose fields are those of the struct around it.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name != "" && name != "-":
		return name
	case f.Anonymous && name == "" && isStruct(f.Type):
		return ""
	}
	return f.Name
}

func isStruct(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}
