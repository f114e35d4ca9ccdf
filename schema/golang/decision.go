package golang

import (
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

func (c *converter) decision(u *unit, p *schema.Package, m *markedType, obj *types.TypeName, events map[string]bool) *schema.DecisionModel {
	return &schema.DecisionModel{
		Package: p, GoName: u.text(m.spec.Name), Doc: docText(m.doc),
		Embeds:     u.embedding(obj, "Decision"),
		TypeParams: m.spec.TypeParams != nil,
		Fields:     c.ownFields(u, m, obj),
		Applies:    c.applies(u, m, obj, events),
	}
}

// misappliedEvent is what a method of a decision model seems to apply though it is no event
// of the package; empty where it does not look like an apply method. A decision model reads
// what it is told to read, so an event of another package, say, must not be passed over.
func misappliedEvent(method *declaration) string {
	name, ok := strings.CutPrefix(method.name, "apply")
	first, _ := utf8.DecodeRuneInString(name)
	if !ok || name == "" || unicode.IsLower(first) || method.fn.Type.Params.NumFields() != 1 || method.fn.Type.Results.NumFields() > 0 {
		return ""
	}
	return name
}
