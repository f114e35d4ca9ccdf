package golang

import (
	"reflect"

	"github.com/esgen/esgen/schema"
)

// relocation moves places in the file that schema files are lowered to, to those in the
// schema files that they stand for. It is done when everything has been read: until
// then the arithmetic of places, such as that of a word within a directive, is that of
// the file that has the directive.
type relocation struct {
	files map[string]*declaredLines
	seen  map[any]bool
}

// declaredLines are the offsets at which the lines of a file begin.
type declaredLines struct {
	*schema.Declared
	starts []int
}

// relocation is nil where no schema file was read.
func (l *loader) relocation() *relocation {
	r := &relocation{files: map[string]*declaredLines{}, seen: map[any]bool{}}
	for _, s := range l.schemas {
		if s.declared == nil {
			continue
		}
		lines := &declaredLines{Declared: s.declared, starts: []int{0}}
		for i, b := range s.declared.Source {
			if b == '\n' {
				lines.starts = append(lines.starts, i+1)
			}
		}
		r.files[declaredPath(s.declared)] = lines
	}
	if len(r.files) == 0 {
		return nil
	}
	return r
}

// span is where a place is in truth.
func (r *relocation) span(s schema.Span) schema.Span {
	if r == nil {
		return s
	}
	lines := r.files[s.File]
	if lines == nil {
		return s
	}
	if s.Line >= 1 && s.Line <= len(lines.starts) {
		if at := lines.At(lines.starts[s.Line-1] + s.Column - 1); at.Line > 0 {
			at.Width = max(at.Width, 1)
			return at
		}
	}
	return schema.Span{File: lines.File, Line: 1, Column: 1, Width: 1}
}

func (r *relocation) diagnostic(d *schema.Diagnostic) {
	if r == nil {
		return
	}
	d.Span = r.span(d.Span)
	for i := range d.Notes {
		d.Notes[i].Span = r.span(d.Notes[i].Span)
	}
}

// module moves every place in the model. What of the model has a place is not listed
// here: a place that was forgotten would lead nowhere.
func (r *relocation) module(m *schema.Module) {
	if r != nil {
		r.value(reflect.ValueOf(m))
	}
}

var spanType = reflect.TypeFor[schema.Span]()

func (r *relocation) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || r.seen[v.Interface()] {
			return
		}
		r.seen[v.Interface()] = true
		r.value(v.Elem())
	case reflect.Interface:
		r.value(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			r.value(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == spanType {
			v.Set(reflect.ValueOf(r.span(v.Interface().(schema.Span))))
			return
		}
		for i := range v.NumField() {
			r.value(v.Field(i))
		}
	}
}
