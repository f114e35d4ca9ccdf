package golang

import (
	"fmt"
	"go/build"
	"go/version"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/esgen/esgen/schema"
)

// dumper prints a model so that people can read it, and every span with what it
// covers.
type dumper struct {
	strings.Builder
	root  string
	named map[*schema.Named]bool
	queue []*schema.Named
	// objects has the names that the package declares printed too.
	objects bool
}

func (d *dumper) line(depth int, format string, args ...any) {
	d.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

// at prints a span. A span that does not cover what is in text shows both.
func (d *dumper) at(s schema.Span, text string) string {
	if s.Line == 0 {
		return ""
	}
	at := fmt.Sprintf(" @%s:%d:%d", d.path(s.File), s.Line, s.Column)
	if covered := d.covered(s); covered != text {
		at += fmt.Sprintf("=%q", covered)
	}
	return at
}

// covered is the source under a span.
func (d *dumper) covered(s schema.Span) string {
	text, err := os.ReadFile(s.File)
	if err != nil {
		return "NO FILE"
	}
	lines := strings.SplitAfter(string(text), "\n")
	if s.Line > len(lines) || s.Column < 1 || s.Column-1 > len(lines[s.Line-1]) {
		return "OUTSIDE"
	}
	rest := lines[s.Line-1][s.Column-1:]
	if s.Width > len(rest) {
		return "TOO WIDE: " + rest
	}
	return rest[:s.Width]
}

func (d *dumper) path(path string) string {
	if rel, err := filepath.Rel(d.root, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return path
}

func (d *dumper) text(t schema.Text) string { return t.Value + d.at(t.Span, t.Value) }

func (d *dumper) texts(list []schema.Text) string {
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = d.text(t)
	}
	return strings.Join(words, ", ")
}

func (d *dumper) optional(depth int, name string, t *schema.Text) {
	if t != nil {
		d.line(depth, "%s %s", name, d.text(*t))
	}
}

func (d *dumper) module(m *schema.Module) {
	for _, p := range m.Packages {
		generate := ""
		if !p.Generate {
			generate = " (not generated)"
		}
		d.line(0, "package %s %s in %s of %s%s", p.Path, p.Name, d.path(p.Dir), p.ModulePath, generate)
		for _, a := range p.Aggregates {
			d.line(1, "aggregate %s name %s root %d%s", d.text(a.GoName), d.text(a.Name), a.Root, mark("generic", a.TypeParams))
			d.doc(a.Doc)
			d.optional(2, "stream", a.Stream)
			d.optional(2, "of", a.Of)
			if len(a.Suppress) > 0 {
				d.line(2, "suppress %s", d.texts(a.Suppress))
			}
			d.optional(2, "suppress all", a.SuppressAll)
			if t := a.Table; t != nil {
				d.line(2, "table %s by %s", d.text(t.Name), d.text(t.Directive))
			}
			if s := a.Snapshot; s != nil {
				d.line(2, "snapshot %s every %d version %d", d.text(s.Directive), s.Every, s.Version)
			}
			d.fields(2, a.Fields)
			d.applies(a.Applies)
			d.handlers(a.Handlers)
		}
		for _, c := range p.Children {
			d.line(1, "child %s embeds %d%s", d.text(c.GoName), c.Embeds, mark("generic", c.TypeParams))
			d.doc(c.Doc)
			d.fields(2, c.Fields)
			d.applies(c.Applies)
		}
		for _, e := range p.Events {
			d.line(1, "event %s version %d%s", d.text(e.GoName), e.Version, mark("generic", e.TypeParams))
			d.doc(e.Doc)
			d.optional(2, "name", e.Name)
			d.optional(2, "of", e.Of)
			if len(e.Aliases) > 0 {
				d.line(2, "alias %s", d.texts(e.Aliases))
			}
			if s, ok := e.Type.(*schema.Struct); ok {
				d.fields(2, s.Fields)
			} else {
				d.line(2, "is %s", d.typ(e.Type))
			}
		}
		for _, m := range p.Decisions {
			d.line(1, "decision %s embeds %d%s", d.text(m.GoName), m.Embeds, mark("generic", m.TypeParams))
			d.doc(m.Doc)
			d.fields(2, m.Fields)
			d.applies(m.Applies)
		}
		for _, cmd := range p.Commands {
			d.line(1, "command %s by %s%s%s%s", d.text(cmd.GoName), d.text(cmd.Directive), mark("generic", cmd.TypeParams),
				mark("validates", cmd.Validates), mark("pointer validates", cmd.PointerValidates))
			d.doc(cmd.Doc)
			if cmd.Creates != schema.ForExisting {
				d.optional(2, fmt.Sprintf("creates %d", cmd.Creates), cmd.CreatesAt)
			}
			d.optional(2, "of", cmd.Of)
			if s, ok := cmd.Type.(*schema.Struct); ok {
				d.fields(2, s.Fields)
			} else {
				d.line(2, "is %s", d.typ(cmd.Type))
			}
		}
		if r := p.Registry; r != nil {
			d.line(1, "%s of %s", d.text(r.Directive), d.texts(r.Patterns))
			for _, member := range r.Packages {
				d.line(2, "%s", member.Path)
			}
			for _, again := range r.Again {
				d.line(2, "again %s", d.text(again))
			}
		}
		for _, decl := range p.Declared {
			is := decl.Is
			if is == nil {
				is = decl.Type
			}
			d.line(1, "declared %s as %s", d.text(decl.Name), d.typ(is))
		}
		for _, o := range p.Objects {
			if !d.objects {
				break
			}
			recv := ""
			if o.Recv != "" {
				recv = o.Recv + "."
			}
			d.line(1, "%s %s%s", o.Kind, recv, d.text(o.Name))
		}
	}
	for len(d.queue) > 0 {
		n := d.queue[0]
		d.queue = d.queue[1:]
		d.declared(n)
	}
}

func mark(name string, set bool) string {
	if set {
		return " " + name
	}
	return ""
}

func (d *dumper) doc(doc string) {
	if doc != "" {
		d.line(2, "doc %q", doc)
	}
}

func (d *dumper) fields(depth int, fields []*schema.Field) {
	for _, f := range fields {
		var spelt string
		if f.TypeSpan.Line > 0 {
			spelt = fmt.Sprintf(" @%d:%d=%q", f.TypeSpan.Line, f.TypeSpan.Column, d.covered(f.TypeSpan))
		}
		d.line(depth, "field %s %s%s%s", d.text(f.Name), d.typ(f.Type), spelt, mark("embedded", f.Embedded))
		if f.Exported != (f.Name.Value[0] >= 'A' && f.Name.Value[0] <= 'Z') {
			d.line(depth+1, "exported %t", f.Exported)
		}
		d.optional(depth+1, "tag", f.ID)
		d.optional(depth+1, "tag", f.Child)
		d.optional(depth+1, "tag", f.NoSnapshot)
		if j := f.JSON; j.Name.Value != "" || j.Skip || j.OmitEmpty || j.OmitZero || j.String || len(j.Unknown) > 0 {
			d.line(depth+1, "json %s%s%s%s%s %s", d.text(j.Name), mark("skip", j.Skip), mark("omitempty", j.OmitEmpty),
				mark("omitzero", j.OmitZero), mark("string", j.String), d.texts(j.Unknown))
		}
		if c := f.Column; c != nil {
			d.line(depth+1, "column %s", d.text(c.Tag))
			d.optional(depth+2, "name", c.Name)
			d.optional(depth+2, "index", c.Index)
			d.optional(depth+2, "unique", c.Unique)
			d.optional(depth+2, "soft delete", c.SoftDelete)
			d.optional(depth+2, "time", c.Time)
		}
		if len(f.Tags) > 0 {
			d.line(depth+1, "tags %s", d.texts(f.Tags))
		}
		if f.Validate.Value != "" {
			d.line(depth+1, "validate %s", d.text(f.Validate))
		}
		d.value(depth+1, f.Value)
	}
}

func (d *dumper) value(depth int, v *schema.Value) {
	if v == nil {
		return
	}
	encode := d.text(v.Method)
	if v.Encode != nil {
		encode = d.function(v.Encode)
	}
	d.line(depth, "value %s encode %s decode %s as %s%s", d.text(v.Directive), encode, d.function(v.Decode), d.typ(v.Base), mark("fails", v.Fails))
	if v.Sample != nil {
		d.line(depth+1, "sample %s", d.function(v.Sample))
	}
}

func (d *dumper) function(f *schema.Func) string {
	return f.Path + "(" + f.Package + ")." + d.text(f.Name)
}

func (d *dumper) applies(applies []*schema.Apply) {
	for _, a := range applies {
		pointer := ""
		if a.PointerRecv {
			pointer = "*"
		}
		d.line(2, "apply %s of %s%s: %s", d.text(a.Method), pointer, a.Recv, d.texts(a.Events))
		d.optional(3, "by", a.Directive)
		d.params("takes", a.Params)
		d.params("returns", a.Results)
	}
}

func (d *dumper) handlers(handlers []*schema.Handler) {
	for _, h := range handlers {
		pointer := ""
		if h.PointerRecv {
			pointer = "*"
		}
		d.line(2, "handler %s of %s%s for %s", d.text(h.Method), pointer, h.Recv, h.Command)
		d.params("takes", h.Params)
		d.params("returns", h.Results)
	}
}

func (d *dumper) params(what string, params []schema.Param) {
	for _, p := range params {
		event := p.Event
		if p.Pointer {
			event = "*" + event
		}
		if event != "" {
			event = " event " + event
		}
		methods := ""
		if len(p.Methods) > 0 {
			methods = " of " + strings.Join(p.Methods, ", ")
		}
		d.line(3, "%s %s%s%s%s%s", what, d.text(p.Type), event, mark("interface", p.Interface), methods, mark("undeclared", p.Undeclared))
	}
}

// typ spells a type, and has the named ones in it printed in full later.
func (d *dumper) typ(t schema.Type) string {
	switch t := t.(type) {
	case nil:
		return "UNREAD"
	case *schema.Basic:
		return string(t.Kind)
	case *schema.Slice:
		return "[]" + d.typ(t.Elem)
	case *schema.Array:
		return fmt.Sprintf("[%d]%s", t.Len, d.typ(t.Elem))
	case *schema.Map:
		return "map[" + d.typ(t.Key) + "]" + d.typ(t.Elem)
	case *schema.Pointer:
		return "*" + d.typ(t.Elem)
	case *schema.Any:
		return "any"
	case *schema.Struct:
		inner := dumper{root: d.root, named: d.named, queue: d.queue}
		inner.fields(0, t.Fields)
		d.queue = inner.queue
		return "struct{" + strings.ReplaceAll(strings.TrimSpace(inner.String()), "\n", "; ") + "}"
	case *schema.Named:
		if !d.named[t] {
			d.named[t] = true
			d.queue = append(d.queue, t)
		}
		return namedKey(d, t)
	case *schema.Unsupported:
		return fmt.Sprintf("UNSUPPORTED %s (%s)", t.Spelling, t.Reason)
	}
	return fmt.Sprintf("%T", t)
}

func namedKey(d *dumper, t *schema.Named) string {
	name := t.Name
	if t.Path != "" {
		name = t.Path + "." + name
	}
	if len(t.Args) > 0 {
		args := make([]string, len(t.Args))
		for i, arg := range t.Args {
			args[i] = d.typ(arg)
		}
		name += "[" + strings.Join(args, ",") + "]"
	}
	return name
}

var encodings = map[schema.Encoding]string{
	schema.EncodeUnder: "under", schema.EncodeValue: "value", schema.EncodeTime: "time", schema.EncodeUUID: "uuid",
	schema.EncodeRaw: "raw", schema.EncodeText: "text", schema.EncodeJSON: "json", schema.EncodeOpaque: "opaque",
}

func (d *dumper) declared(n *schema.Named) {
	d.line(0, "type %s (%s)%s encode %s%s%s%s%s%s%s", namedKey(d, n), n.Package, d.at(n.Span, n.Name), encodings[n.Encoding],
		mark("by pointer", n.PointerEncode), mark("alias", n.Alias), mark("iszero", n.IsZero), mark("pointer iszero", n.PointerIsZero),
		mark("comparable", n.Comparable), mark("module", n.Module))
	if s, ok := n.Under.(*schema.Struct); ok {
		d.fields(1, s.Fields)
	} else {
		d.line(1, "is %s", d.typ(n.Under))
	}
	d.value(1, n.Value)
}

// findings prints diagnostics, each with what it points at.
func (d *dumper) findings(list schema.Diagnostics) {
	for _, f := range list {
		where := "-"
		if f.Span.Line > 0 || f.Span.File != "" {
			where = fmt.Sprintf("%s:%d:%d", d.path(f.Span.File), f.Span.Line, f.Span.Column)
		}
		d.line(0, "%s: %s[%s]: %s", where, f.Severity, f.Code, d.plain(f.Message))
		if f.Span.Line > 0 {
			d.line(1, "| %s", d.covered(f.Span))
		}
		for _, n := range f.Notes {
			d.line(1, "note %s:%d:%d: %s | %s", d.path(n.Span.File), n.Span.Line, n.Span.Column, n.Message, d.covered(n.Span))
		}
		if f.Help != "" {
			d.line(1, "help: %s", d.plain(f.Help))
		}
	}
}

// plain replaces what differs from machine to machine.
func (d *dumper) plain(text string) string {
	return strings.NewReplacer(
		d.root, "ROOT", build.Default.GOROOT, "GOROOT", runtime.Version(), "GOVERSION", version.Lang(runtime.Version()), "GOLANG",
	).Replace(text)
}
