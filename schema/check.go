package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Check resolves m, that is, fills what its types call resolved, and applies
// every rule of meaning to the packages that are to be generated. It returns all
// findings, sorted by position.
//
// A part that cannot be resolved is reported once and left as it is: an event of
// an unknown aggregate has no Owner, and nobody complains that it is not applied.
// So what Check has filled is whole only where it found no error.
//
// The lists that m documents as sorted are sorted in place, and the findings are
// the same in whatever order they came. Types may be nil where a front end could
// not read them and said so; nothing is said about them here.
func Check(m *Module) Diagnostics {
	m.sort()
	c := &checker{module: m, scopes: map[*Package]*scope{}, byPath: map[string]*scope{}}
	for _, p := range m.Packages {
		c.scopes[p] = newScope(p)
		if p.Path != "" {
			putFirst(c.byPath, p.Path, c.scopes[p])
		}
	}
	for _, p := range m.Packages {
		c.resolve(p)
	}
	for _, r := range rules {
		if r.check != nil {
			r.check(c)
		}
	}
	found := make(Diagnostics, 0, len(c.found))
	for _, d := range c.found {
		found = append(found, *d)
	}
	return found.Sorted()
}

// checker is one run of the rules.
type checker struct {
	module *Module
	scopes map[*Package]*scope
	// byPath has the same scopes by import path.
	byPath map[string]*scope
	found  []*Diagnostic
	// stored is what walk has found, nil before.
	stored *stored
}

// packages are those to be judged: others were read for what these use of them,
// and are judged when they are generated.
func (c *checker) packages() []*Package {
	var judged []*Package
	for _, p := range c.module.Packages {
		if p.Generate {
			judged = append(judged, p)
		}
	}
	return judged
}

// errorf reports an error.
func (c *checker) errorf(code Code, at Span, format string, args ...any) *Diagnostic {
	d := &Diagnostic{Code: code, Severity: Error, Span: at, Message: fmt.Sprintf(format, args...)}
	c.found = append(c.found, d)
	return d
}

// warnf reports a warning.
func (c *checker) warnf(code Code, at Span, format string, args ...any) *Diagnostic {
	d := c.errorf(code, at, format, args...)
	d.Severity = Warning
	return d
}

// note adds a related place, unless there is none to point at.
func (d *Diagnostic) note(at Span, format string, args ...any) *Diagnostic {
	if at.Line > 0 {
		d.Notes = append(d.Notes, Note{Span: at, Message: fmt.Sprintf(format, args...)})
	}
	return d
}

// help says what to do, instead of what was said before, unless the text is empty.
func (d *Diagnostic) help(format string, args ...any) *Diagnostic {
	if text := fmt.Sprintf(format, args...); text != "" {
		d.Help = text
	}
	return d
}

// helpInSchema says what to do instead of what was said before, where the finding is in
// a schema file: directives and tags mean nothing to who writes those.
func (d *Diagnostic) helpInSchema(format string, args ...any) *Diagnostic {
	if IsSchemaFile(d.Span.File) {
		d.help(format, args...)
	}
	return d
}

// Sorted gives the findings by file, line, column and code, each once. It is how
// findings of several sources, a front end and Check say, become one list.
func (d Diagnostics) Sorted() Diagnostics {
	sorted := slices.Clone(d)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(compareSpans(a.Span, b.Span), strings.Compare(string(a.Code), string(b.Code)),
			strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(sorted, func(a, b Diagnostic) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Message == b.Message
	})
}

func compareSpans(a, b Span) int {
	return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column, a.Width-b.Width)
}

// sort puts the lists into the order that the model documents, so that whatever
// follows may lean on it.
func (m *Module) sort() {
	byPath := func(a, b *Package) int { return strings.Compare(a.Path, b.Path) }
	slices.SortStableFunc(m.Packages, byPath)
	for _, p := range m.Packages {
		slices.SortStableFunc(p.Aggregates, func(a, b *Aggregate) int {
			return cmp.Or(compareSpans(a.GoName.Span, b.GoName.Span), strings.Compare(a.GoName.Value, b.GoName.Value))
		})
		slices.SortStableFunc(p.Events, func(a, b *Event) int {
			return cmp.Or(compareSpans(a.GoName.Span, b.GoName.Span), strings.Compare(a.GoName.Value, b.GoName.Value))
		})
		slices.SortStableFunc(p.Children, func(a, b *Child) int {
			return cmp.Or(compareSpans(a.GoName.Span, b.GoName.Span), strings.Compare(a.GoName.Value, b.GoName.Value))
		})
		slices.SortStableFunc(p.Commands, func(a, b *Command) int {
			return cmp.Or(compareSpans(a.GoName.Span, b.GoName.Span), strings.Compare(a.GoName.Value, b.GoName.Value))
		})
		slices.SortStableFunc(p.Decisions, func(a, b *DecisionModel) int {
			return cmp.Or(compareSpans(a.GoName.Span, b.GoName.Span), strings.Compare(a.GoName.Value, b.GoName.Value))
		})
		for _, m := range p.Decisions {
			sortApplies(m.Applies)
		}
		slices.SortStableFunc(p.Objects, func(a, b Object) int {
			return cmp.Or(compareSpans(a.Name.Span, b.Name.Span), strings.Compare(a.Recv, b.Recv),
				strings.Compare(a.Name.Value, b.Name.Value))
		})
		for _, a := range p.Aggregates {
			sortApplies(a.Applies)
			slices.SortStableFunc(a.Handlers, func(a, b *Handler) int {
				return cmp.Or(compareSpans(a.Method.Span, b.Method.Span), strings.Compare(a.Method.Value, b.Method.Value))
			})
		}
		for _, child := range p.Children {
			sortApplies(child.Applies)
		}
		if p.Registry != nil {
			slices.SortStableFunc(p.Registry.Packages, byPath)
		}
	}
}

func sortApplies(applies []*Apply) {
	slices.SortStableFunc(applies, func(a, b *Apply) int {
		return cmp.Or(compareSpans(a.Method.Span, b.Method.Span), strings.Compare(a.Method.Value, b.Method.Value))
	})
}
