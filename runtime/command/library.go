package command

import (
	"encoding"
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
// a match, or a value of another type whose text is one. A comma in the expression is
// written 0x2C, a bar 0x7C.
func matchesPattern(field validator.FieldLevel) bool {
	source := field.Param()
	known, ok := patterns.Load(source)
	if !ok {
		known, _ = patterns.LoadOrStore(source, regexp.MustCompile(source))
	}
	return known.(*regexp.Regexp).MatchString(textOf(field.Field()))
}

// textOf is the text that stands for a value.
func textOf(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	marshaler, ok := v.Interface().(encoding.TextMarshaler)
	if !ok {
		panic(fmt.Sprintf("a %s has no text", v.Type()))
	}
	text, err := marshaler.MarshalText()
	if err != nil {
		return "" // which is no match for what asks for something
	}
	return string(text)
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
	tag := f.Tag.Get("json")
	name, _, _ := strings.Cut(tag, ",")
	switch {
	case name != "" && tag != "-":
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
