package yaml

import (
	"strconv"
	"strings"

	"github.com/esgen/esgen/schema"
)

// tagPart is a piece of a struct tag, and where it comes from.
type tagPart struct {
	text string
	at   schema.Span
}

// tags are the pieces of a field's struct tag.
func (p *program) tags(d *decl, f *fieldDecl) []tagPart {
	var parts []tagPart
	// add writes one key:"value" pair.
	add := func(key string, at schema.Span, values []tagPart) {
		if len(values) == 0 {
			return
		}
		open := key + `:"`
		if len(parts) > 0 {
			open = " " + open
		}
		parts = append(parts, tagPart{open, at})
		for i, v := range values {
			if i > 0 {
				parts = append(parts, tagPart{",", v.at})
			}
			quoted := strconv.Quote(v.text)
			parts = append(parts, tagPart{quoted[1 : len(quoted)-1], v.at})
		}
		parts = append(parts, tagPart{`"`, at})
	}
	if !d.hasState() {
		add("json", f.json.Span, f.jsonTag())
	}
	add("es", f.name.Span, p.esTag(d, f))
	if d.kind == schema.DeclaredCommand || d.kind == schema.DeclaredStruct {
		if tag := p.validateTag(f); tag != "" {
			add("validate", f.name.Span, []tagPart{{tag, f.name.Span}})
		}
	}
	return parts
}

func (f *fieldDecl) jsonTag() []tagPart {
	parts := []tagPart{{f.json.Value, f.json.Span}}
	if optional := f.n.get("optional"); optional != nil && optional.isTrue() {
		return append(parts, tagPart{"omitzero", f.about("optional")})
	}
	if f.json.Value == "-" {
		parts = append(parts, tagPart{"", f.json.Span}) // a name, not the field's absence
	}
	return parts
}

func (p *program) esTag(d *decl, f *fieldDecl) []tagPart {
	var parts []tagPart
	switch {
	case d.id == f && (d.kind == schema.DeclaredCommand):
		at := f.key.span
		if target := d.n.get("target"); target != nil {
			at = target.span
		}
		parts = append(parts, tagPart{"id", at})
	case d.id == f:
		parts = append(parts, tagPart{"id", d.n.get("id").span})
	case f.holdsChild:
		parts = append(parts, tagPart{"child", f.typ.span})
	case f.n.get("child") != nil:
		parts = append(parts, tagPart{"child", f.about("child")})
	}
	for _, tag := range f.n.get("tag").elements() {
		parts = append(parts, tagPart{"tag=" + tag.text, tag.span})
	}
	parts = append(parts, f.columnTag()...)
	if f.n.get("snapshot") != nil {
		parts = append(parts, tagPart{"-", f.about("snapshot")})
	}
	return parts
}

func (f *fieldDecl) columnTag() []tagPart {
	n := f.n.get("column")
	if n == nil {
		return nil
	}
	at := f.about("column")
	parts := []tagPart{{"column", at}}
	switch {
	case n.kind == mapping:
		if name := n.get("name"); name != nil {
			parts[0] = tagPart{"column=" + name.text, name.span}
		}
		for _, key := range []string{"index", "unique", "softdelete", "time"} {
			switch v := n.get(key); {
			case v == nil:
			case v.tag == "!!str":
				parts = append(parts, tagPart{key + "=" + v.text, v.span})
			case v.isTrue():
				parts = append(parts, tagPart{key, n.pair(key).key.span})
			}
		}
	case n.tag == "!!str":
		parts[0] = tagPart{"column=" + n.text, n.span}
	}
	return parts
}

// tag writes a struct tag as Go spells it.
func (l *lowering) tag(parts []tagPart) {
	if len(parts) == 0 {
		return
	}
	if !strconv.CanBackquote(joinTag(parts)) {
		l.write(parts[0].at, " ", strconv.Quote(joinTag(parts)))
		return
	}
	l.write(parts[0].at, " `")
	for _, part := range parts {
		l.write(part.at, part.text)
	}
	l.write(parts[0].at, "`")
}

// joinTag is a tag without quotes around it.
func joinTag(parts []tagPart) string {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(part.text)
	}
	return b.String()
}
