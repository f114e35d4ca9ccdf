package command

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"github.com/esgen/esgen/runtime/es"
)

// validate says which rules a command breaks: violations, or nil. Anything else says
// that a rule cannot be judged. noTarget says that its aggregate's ID is zero.
func validate(cmd any, noTarget bool) error {
	k := kindOf(reflect.TypeOf(cmd))
	broken, err := k.brokenTags(cmd)
	if err != nil {
		return err
	}
	if noTarget {
		broken = k.withNoTarget(broken)
	}
	if k.validates != nil {
		broken = append(broken, k.own(k.validates(cmd))...)
	}
	if len(broken) == 0 {
		return nil
	}
	return broken
}

// kind is what is known of a type of command.
type kind struct {
	name string
	// target is the index of the field with the aggregate's ID, nil where there is
	// none; targetName is its JSON name.
	target     []int
	targetName string
	isStruct   bool
	// validates calls the command's own method; nil where it has none.
	validates func(cmd any) error
}

var kinds sync.Map // of *kind, by reflect.Type

func kindOf(t reflect.Type) *kind {
	if k, ok := kinds.Load(t); ok {
		return k.(*kind)
	}
	k, _ := kinds.LoadOrStore(t, newKind(t))
	return k.(*kind)
}

// ownValidator is a command with rules of its own.
type ownValidator interface{ Validate() error }

var ownValidatorType = reflect.TypeFor[ownValidator]()

func newKind(t reflect.Type) *kind {
	k := new(kind)
	if t == nil {
		return k
	}
	k.name = t.Name()
	switch {
	case t.Implements(ownValidatorType):
		k.validates = func(cmd any) error { return cmd.(ownValidator).Validate() }
	case reflect.PointerTo(t).Implements(ownValidatorType):
		k.validates = func(cmd any) error {
			p := reflect.New(t)
			p.Elem().Set(reflect.ValueOf(cmd))
			return p.Interface().(ownValidator).Validate()
		}
	}
	if t.Kind() != reflect.Struct {
		return k
	}
	k.isStruct = true
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && f.Tag.Get("es") == "id" {
			k.target, k.targetName = f.Index, fieldName(f)
			break
		}
	}
	return k
}

// fieldName is a field's JSON name, or the Go name of one that JSON gives none.
func fieldName(f reflect.StructField) string {
	if name := jsonName(f); name != "" {
		return name
	}
	return f.Name
}

// nameOf is the Go name of a command's type.
func nameOf(cmd any) string {
	t := reflect.TypeOf(cmd)
	if t == nil {
		return "nil"
	}
	if k := kindOf(t); k.name != "" {
		return k.name
	}
	return t.String()
}

// targetOf is the text of the ID of the aggregate that a command is for.
func targetOf(cmd any) (id string, ok bool) {
	t := reflect.TypeOf(cmd)
	if t == nil {
		return "", false
	}
	k := kindOf(t)
	if k.target == nil {
		return "", false
	}
	f, err := reflect.ValueOf(cmd).FieldByIndexErr(k.target)
	if err != nil {
		return "", false
	}
	return fmt.Sprint(f.Interface()), true
}

// brokenTags are the rules in validate tags that cmd breaks.
func (k *kind) brokenTags(cmd any) (violations, error) {
	if !k.isStruct {
		return nil, nil
	}
	err := judge(func(v *validator.Validate) error { return v.Struct(cmd) })
	if err == nil {
		return nil, nil
	}
	broken, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return nil, k.unusable(cmd)
	}
	return k.explain(cmd, broken), nil
}

// judge calls the library. It panics where a tag is no good, and that is then an error.
func judge(fn func(*validator.Validate) error) (err error) {
	defer func() {
		if recover() != nil {
			// What it says may hold the value, and it is known from the tag anyway.
			err = errUnusable
		}
	}()
	return fn(library())
}

var errUnusable = errors.New("a rule of a validate tag cannot be judged")

// unusable finds the field whose rules made the library panic.
func (k *kind) unusable(cmd any) error {
	v := reflect.ValueOf(cmd)
	for f, value := range v.Fields() {
		if !f.IsExported() {
			continue
		}
		alone := reflect.StructOf([]reflect.StructField{{Name: f.Name, Type: f.Type, Tag: f.Tag}})
		one := reflect.New(alone).Elem()
		one.Field(0).Set(value)
		err := judge(func(v *validator.Validate) error { return v.Struct(one.Interface()) })
		if errors.Is(err, errUnusable) {
			return fmt.Errorf("command %s: the rules of field %s cannot be judged: its tag validate:%q, or one within, is no good for a %s",
				k.name, fieldName(f), f.Tag.Get("validate"), f.Type)
		}
	}
	return fmt.Errorf("command %s: %w", k.name, errUnusable)
}

// withNoTarget adds that the command says no aggregate, unless a rule has said so.
func (k *kind) withNoTarget(broken violations) violations {
	for _, err := range broken {
		if e, ok := err.(*es.InvalidError); ok && e.Field == k.targetName {
			return broken
		}
	}
	return append(broken, &noTargetError{es.InvalidError{Command: k.name, Field: k.targetName, Rule: "required"}})
}

// noTargetError says that the field with the aggregate's ID is zero. It matches
// es.ErrNoID too.
type noTargetError struct{ invalid es.InvalidError }

func (e *noTargetError) Error() string        { return e.invalid.Error() }
func (e *noTargetError) Is(target error) bool { return target == es.ErrNoID }
func (e *noTargetError) Unwrap() error        { return &e.invalid }

// own are the errors of the command's own method.
func (k *kind) own(err error) violations {
	switch e := err.(type) {
	case nil:
		return nil
	case *es.InvalidError:
		if e == nil {
			return nil // declared, and never set
		}
		filled := *e // it may be shared
		if filled.Command == "" {
			filled.Command = k.name
		}
		return violations{&filled}
	case interface{ Unwrap() []error }:
		// As errors.Join makes them. One that has a text of its own stays whole.
		if parts := e.Unwrap(); joined(err, parts) {
			var all violations
			for _, part := range parts {
				all = append(all, k.own(part)...)
			}
			return all
		}
	}
	return violations{&ownError{k.name, err}}
}

func joined(err error, parts []error) bool {
	texts := make([]string, len(parts))
	for i, part := range parts {
		if part == nil {
			return false
		}
		texts[i] = part.Error()
	}
	return err.Error() == strings.Join(texts, "\n")
}

// ownError is an error of a command's method Validate. It matches es.ErrInvalid.
type ownError struct {
	command string
	err     error
}

func (e *ownError) Error() string        { return fmt.Sprintf("invalid %s: %v", e.command, e.err) }
func (e *ownError) Is(target error) bool { return target == es.ErrInvalid }
func (e *ownError) Unwrap() error        { return e.err }
