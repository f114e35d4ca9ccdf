package yaml

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// typeForm is how a type is made.
type typeForm int

const (
	namedType typeForm = iota
	listType
	mapType
	pointerType
)

// typeExpr is a type as a schema file spells it.
type typeExpr struct {
	form typeForm
	// name is that of a namedType: a built-in one, or a declaration.
	name string
	// span is where the name, or the piece before the element, stands.
	span      schema.Span
	key, elem *typeExpr
}

// String is the type without spaces, so that equal types have equal strings.
func (t *typeExpr) String() string {
	switch t.form {
	case listType:
		return "[]" + t.elem.String()
	case mapType:
		return "map[" + t.key.String() + "]" + t.elem.String()
	case pointerType:
		return "?" + t.elem.String()
	}
	return t.name
}

// maxTypeDepth bounds how deep types stand in one another. Who needs more gives the inner ones
// names.
const maxTypeDepth = 8

const tooDeep = "it is too deep"

// typeParser reads the text of a node as a type.
type typeParser struct {
	n   *node
	pos int
	err string
}

// parseType reads a type. It returns nil where there is an error, and has said so.
func parseType(f *findings, n *node) *typeExpr {
	p := &typeParser{n: n}
	t := p.parse(0)
	p.skip()
	if t != nil && p.pos < len(n.text) {
		p.fail("something follows the type %s", t)
	}
	if p.err == "" {
		return t
	}
	n.bad = true
	at := min(p.pos, max(0, len(n.text)-1))
	d := f.errorf(codeType, n.part(at, len(n.text)), "%s is no type: %s", quoted(n.text), p.err)
	switch bare := strings.Trim(n.text, "[]?* "); {
	case bare == "":
		d.help("types are written int, []int, map[string]int, ?int, or with a name declared under types")
	case strings.HasPrefix(p.err, tooDeep):
		d.help("declare a type for what is within, and use its name")
	case strings.HasPrefix(n.text, "*"):
		d.help("what may be null is written ?%s", strings.TrimPrefix(n.text, "*"))
	case strings.HasSuffix(n.text, "[]"):
		d.help("a list is written []%s", strings.TrimSuffix(n.text, "[]"))
	case strings.HasSuffix(n.text, "?"):
		d.help("what may be null is written ?%s", strings.TrimSuffix(n.text, "?"))
	case strings.Contains(n.text, "."):
		d.help("declare it under types, with go: {import: PATH, name: NAME}")
	default:
		d.help("types are written int, []int, map[string]int, ?int, or with a name declared under types")
	}
	return nil
}

func (p *typeParser) skip() {
	for p.pos < len(p.n.text) && p.n.text[p.pos] == ' ' {
		p.pos++
	}
}

func (p *typeParser) fail(format string, args ...any) *typeExpr {
	if p.err == "" {
		p.err = fmt.Sprintf(format, args...)
	}
	return nil
}

// take reads a piece of punctuation.
func (p *typeParser) take(piece string) bool {
	p.skip()
	if !strings.HasPrefix(p.n.text[p.pos:], piece) {
		return false
	}
	p.pos += len(piece)
	return true
}

func (p *typeParser) parse(depth int) *typeExpr {
	p.skip()
	start := p.pos
	if depth > maxTypeDepth {
		return p.fail(tooDeep)
	}
	switch {
	case p.take("?"):
		elem := p.parse(depth + 1)
		if elem == nil {
			return nil
		}
		if elem.form == pointerType {
			return p.fail("a ? stands before another one")
		}
		return &typeExpr{form: pointerType, span: p.n.part(start, p.pos), elem: elem}
	case p.take("[]"):
		elem := p.parse(depth + 1)
		if elem == nil {
			return nil
		}
		return &typeExpr{form: listType, span: p.n.part(start, p.pos), elem: elem}
	}
	name := p.name()
	if name == "" {
		return p.fail("a name is missing")
	}
	t := &typeExpr{name: name, span: p.n.part(p.pos-len(name), p.pos)}
	if name != "map" {
		return t
	}
	if !p.take("[") {
		return p.fail("a map is written map[KEY]VALUE")
	}
	t.form = mapType
	if t.key = p.parse(depth + 1); t.key == nil {
		return nil
	}
	if !p.take("]") {
		return p.fail("a ] is missing")
	}
	if t.elem = p.parse(depth + 1); t.elem == nil {
		return nil
	}
	t.span = p.n.part(start, p.pos)
	return t
}

func (p *typeParser) name() string {
	p.skip()
	rest := p.n.text[p.pos:]
	end := 0
	for end < len(rest) {
		r, size := utf8.DecodeRuneInString(rest[end:])
		if r != '_' && !unicode.IsLetter(r) && (end == 0 || !unicode.IsDigit(r)) {
			break
		}
		end += size
	}
	p.pos += end
	return rest[:end]
}
