package yaml

import (
	"sort"
	"strconv"
	"strings"

	"github.com/esgen/esgen/schema"
)

// The packages that lowered sources import, under names that no declaration of a
// schema file and hardly one of the user's has.
var imports = []struct{ name, path string }{
	{"es_", "github.com/esgen/esgen/runtime/es"},
	{"json_", "encoding/json"},
	{"time_", "time"},
	{"uuid_", "github.com/google/uuid"},
}

// lowering writes the declarations of a program as Go.
type lowering struct {
	p   *program
	out []byte
	// marks say where in the schema files the bytes from an offset on stand.
	marks []mark
	// uses are the imports by their names; foreign are those of the user's types by path.
	uses    map[string]bool
	foreign map[string]string
}

type mark struct {
	offset int
	span   schema.Span
}

// write adds text that stands for a place in a schema file.
func (l *lowering) write(at schema.Span, texts ...string) {
	if len(l.marks) == 0 || l.marks[len(l.marks)-1].span != at {
		l.marks = append(l.marks, mark{len(l.out), at})
	}
	for _, text := range texts {
		l.out = append(l.out, text...)
	}
}

// at is the place in a schema file for an offset of the source.
func (l *lowering) at(offset int) schema.Span {
	i := sort.Search(len(l.marks), func(i int) bool { return l.marks[i].offset > offset })
	return l.marks[max(0, i-1)].span
}

// lower writes the whole program.
func (p *program) lower() *lowering {
	// The declarations are written first, to know what they import.
	body := &lowering{p: p, uses: map[string]bool{}, foreign: map[string]string{}}
	for _, d := range p.decls {
		if !d.foreign {
			body.decl(d)
		}
	}
	l := &lowering{p: p}
	l.write(p.pkg.Span, "package ", p.pkg.Value, "\n\n")
	for _, i := range imports {
		if body.uses[i.name] {
			l.write(p.pkg.Span, "import ", i.name, " ", strconv.Quote(i.path), "\n")
		}
	}
	for _, d := range p.decls {
		if name := body.foreign[d.path]; d.foreign && name != "" {
			l.write(d.pathAt, "import ", name, " ", strconv.Quote(d.path), "\n")
			delete(body.foreign, d.path)
		}
	}
	start := len(l.out)
	l.out = append(l.out, body.out...)
	for _, m := range body.marks {
		l.marks = append(l.marks, mark{start + m.offset, m.span})
	}
	return l
}

// goType writes a type.
func (l *lowering) goType(t *typeExpr) {
	switch t.form {
	case pointerType:
		l.write(t.span, "*")
		l.goType(t.elem)
	case listType:
		l.write(t.span, "[]")
		l.goType(t.elem)
	case mapType:
		l.write(t.span, "map[")
		l.goType(t.key)
		l.write(t.span, "]")
		l.goType(t.elem)
	default:
		l.write(t.span, l.typeName(t.name))
	}
}

func (l *lowering) typeName(name string) string {
	if spelt := builtins[name]; spelt != "" {
		if pkg, _, qualified := strings.Cut(spelt, "."); qualified {
			l.uses[pkg] = true
		}
		return spelt
	}
	d := l.p.byName[name]
	switch {
	case !d.foreign:
		return name
	case d.path == "":
		return d.goName
	}
	alias := l.foreign[d.path]
	if alias == "" {
		alias = l.importName(d.path)
		l.foreign[d.path] = alias
	}
	return alias + "." + d.goName
}

// importName is a name for a package: the last word of its path, an underscore, and a
// number where there is another one.
func (l *lowering) importName(path string) string {
	base := path[strings.LastIndexByte(path, '/')+1:]
	base = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(base))
	if base == "" || base[0] <= '9' {
		base = "p" + base
	}
	taken := func(name string) bool {
		for _, i := range imports {
			if i.name == name {
				return true
			}
		}
		for _, n := range l.foreign {
			if n == name {
				return true
			}
		}
		return false
	}
	name := base + "_"
	for i := 2; taken(name); i++ {
		name = base + strconv.Itoa(i) + "_"
	}
	return name
}

// doc writes a doc comment, and whether there was one.
func (l *lowering) doc(n *node, indent string) bool {
	doc := n.get("doc")
	if doc == nil || trimDoc(doc.text) == "" {
		return false
	}
	for line := range strings.SplitSeq(trimDoc(doc.text), "\n") {
		l.write(doc.span, indent, strings.TrimRight("// "+line, " \t"), "\n")
	}
	return true
}

// directive begins a directive of a declaration.
func (l *lowering) directive(d *decl, name string) {
	l.write(d.name.Span, "//es:", name)
}

func (l *lowering) decl(d *decl) {
	l.write(d.name.Span, "\n")
	if l.doc(d.n, "") && d.kind >= schema.DeclaredAggregate {
		l.write(d.name.Span, "//\n")
	}
	switch d.kind {
	case schema.DeclaredScalar:
		l.scalar(d)
	case schema.DeclaredEnum:
		name := d.name.Value
		l.write(d.name.Span, "type ", name, " string\n\n",
			"func (v ", name, ") String() string { return string(v) }\n\n",
			"func (v ", name, ") Valid() bool { return true }\n")
	case schema.DeclaredStruct:
		l.structType(d, "")
	case schema.DeclaredAggregate:
		l.aggregate(d)
	case schema.DeclaredChild:
		l.directive(d, "child\n")
		l.structType(d, "Child")
	case schema.DeclaredEvent:
		l.event(d)
	case schema.DeclaredCommand:
		l.command(d)
	case schema.DeclaredDecision:
		l.directive(d, "decision\n")
		l.structType(d, "Decision")
	}
}

// scalar writes a type over a built-in one, with the methods that keep its encoding.
func (l *lowering) scalar(d *decl) {
	name, at := d.name.Value, d.name.Span
	l.write(at, "type ", name, " ")
	l.goType(d.base)
	l.write(at, "\n")
	if d.base.form != namedType {
		return
	}
	switch d.base.name {
	case "uuid", "time":
		l.write(at, "\nfunc (v ", name, ") String() string { return \"\" }\n",
			"\nfunc (v ", name, ") MarshalText() ([]byte, error) { return nil, nil }\n",
			"\nfunc (v *", name, ") UnmarshalText(text []byte) error { return nil }\n")
	case "duration":
		l.write(at, "\nfunc (v ", name, ") String() string { return \"\" }\n")
	}
}

// structType writes a struct that embeds a type of the runtime, if any.
func (l *lowering) structType(d *decl, embeds string) {
	l.write(d.name.Span, "type ", d.name.Value, " struct {\n")
	if embeds != "" {
		l.uses["es_"] = true
		l.write(d.name.Span, "\tes_.", embeds, "\n\n")
	}
	for _, f := range d.fields {
		if f.typ == nil {
			continue
		}
		l.doc(f.n, "\t")
		l.write(f.name.Span, "\t", f.name.Value, " ")
		l.goType(f.typ)
		l.tag(l.p.tags(d, f))
		l.write(f.name.Span, "\n")
	}
	l.write(d.name.Span, "}\n")
}

func (l *lowering) aggregate(d *decl) {
	l.directive(d, "aggregate ")
	l.write(d.stable.Span, d.stable.Value, "\n")
	if stream := d.n.get("stream"); stream != nil {
		at := d.n.pair("stream").key.span
		if of := stream.get("of"); of != nil {
			l.write(at, "//es:stream of=")
			l.write(of.span, of.text)
		} else {
			l.write(at, "//es:stream ")
			l.write(stream.span, stream.text)
		}
		l.write(at, "\n")
	}
	l.suppress(d)
	if table := d.n.get("table"); table != nil {
		l.write(d.n.pair("table").key.span, "//es:table ")
		l.write(table.span, table.text, "\n")
	}
	if snapshot := d.n.get("snapshot"); snapshot != nil {
		at := d.n.pair("snapshot").key.span
		l.write(at, "//es:snapshot")
		for _, key := range []string{"every", "version"} {
			if n := snapshot.get(key); n != nil {
				l.write(n.span, " ", key, "=", n.text)
			}
		}
		l.write(at, "\n")
	}
	l.structType(d, "Root")
}

// suppress names the events that change no state, those that the aggregate lists and
// those that say so themselves.
func (l *lowering) suppress(d *decl) {
	var events []schema.Text
	for _, n := range d.n.get("suppress").elements() {
		events = append(events, n.value())
	}
	for _, e := range d.events {
		if e.n.get("suppress") != nil {
			events = append(events, schema.Text{Value: e.name.Value, Span: e.n.pair("suppress").key.span})
		}
	}
	if len(events) == 0 {
		return
	}
	l.write(events[0].Span, "//es:suppress")
	for _, e := range events {
		l.write(e.Span, " ")
		l.write(e.Span, e.Value)
	}
	l.write(d.name.Span, "\n")
}

func (l *lowering) event(d *decl) {
	l.directive(d, "event")
	name := d.n.get("name")
	if name != nil {
		l.write(name.span, " ", name.text)
	}
	if name == nil || !strings.HasPrefix(name.text, d.owner.stable.Value+".") {
		l.write(d.owner.name.Span, " of=", d.owner.name.Value)
	}
	for i, alias := range d.n.get("alias").elements() {
		if i == 0 {
			l.write(d.n.pair("alias").key.span, " alias=")
		} else {
			l.write(alias.span, ",")
		}
		l.write(alias.span, alias.text)
	}
	if version := d.n.get("version"); version != nil {
		l.write(version.span, " version=", version.text)
	}
	l.write(d.name.Span, "\n")
	l.structType(d, "")
	l.apply(d)
}

// apply writes the apply method of an event that only sets fields.
func (l *lowering) apply(d *decl) {
	if len(d.sets) == 0 {
		return
	}
	at := d.n.pair("sets").key.span
	receiver := strings.ToLower(d.owner.name.Value[:1])
	if receiver == "e" || receiver[0] >= 0x80 {
		receiver = "a"
	}
	l.write(at, "\nfunc (", receiver, " *", d.owner.name.Value, ") apply", d.name.Value, "(e ", d.name.Value, ") {\n\t")
	for i, s := range d.sets {
		if i > 0 {
			l.write(s.at, ", ")
		}
		l.write(s.at, receiver, ".", s.state.name.Value)
	}
	l.write(at, " = ")
	for i, s := range d.sets {
		if i > 0 {
			l.write(s.at, ", ")
		}
		l.write(s.at, "e.", s.event.name.Value)
	}
	l.write(at, "\n}\n")
}

func (l *lowering) command(d *decl) {
	l.directive(d, "command")
	if creates := d.n.get("creates"); creates != nil {
		switch {
		case creates.tag == "!!str":
			l.write(creates.span, " creates=", creates.text)
		case creates.isTrue():
			l.write(creates.span, " creates")
		}
	}
	l.write(d.owner.name.Span, " of=", d.owner.name.Value)
	l.write(d.name.Span, "\n")
	l.structType(d, "")
}
