package golang

import (
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// parseES reads an es tag.
func parseES(t tagText, tag *fieldTag, f *findings) {
	tag.es = t.text(0, len(t.value))
	for _, part := range t.parts() {
		tag.part(t, part, f)
	}
	tag.judge(t, f)
}

// part reads one of the parts of an es tag that commas separate.
func (tag *fieldTag) part(t, part tagText, f *findings) {
	name, _, hasValue := strings.Cut(part.value, "=")
	at := part.text(0, len(name))
	d := find(tags, name)
	switch {
	case strings.TrimSpace(part.value) == "":
		f.errorf(codeEmptyValue, part.span(0, len(part.value)), `an empty part of the tag es:"%s"`, t.value).
			Help = didYouMean("", tags)
		return
	case d == nil:
		f.errorf(codeUnknownTag, at.Span, `unknown struct tag es:"%s"`, name).
			Help = didYouMean(strings.TrimSpace(name), tags)
		return
	case hasValue && d.Args == "":
		f.errorf(codeTooManyArgs, part.span(0, len(part.value)), `the struct tag es:"%s" has no value`, name).Help = "it is written " + d.Usage()
		return
	}
	var value *schema.Text
	if d.Args != "" && (hasValue || !strings.HasPrefix(d.Args, "[")) {
		if !hasValue || len(name)+1 == len(part.value) {
			f.errorf(codeEmptyValue, part.span(0, len(part.value)), `the struct tag es:"%s" lacks its value`, name).Help = "it is written " + d.Usage()
			return
		}
		text := part.text(len(name)+1, len(part.value))
		if why := d.form.wrong(text.Value); why != "" {
			f.errorf(codeForm, text.Span, "%s %q in a struct tag: %s", name, text.Value, why).Help = "it is written " + d.Usage()
			return
		}
		value = &text
	}
	if name == "tag" {
		if slices.ContainsFunc(tag.tags, func(other schema.Text) bool { return other.Value == value.Value }) {
			f.errorf(codeRepeated, value.Span, `the key %s stands twice in the tag es:"%s"`, value.Value, t.value).Help = "leave one of the two out"
			return
		}
		tag.tags = append(tag.tags, *value)
		return
	}
	slot, text := tag.slot(name), &at
	if *slot != nil {
		f.errorf(codeRepeated, at.Span, `%s stands twice in the tag es:"%s"`, name, t.value).Help = "leave one of the two out"
		return
	}
	switch {
	case name == "column":
		tag.column.name = value
	case value != nil:
		text = value
	case d.Args != "":
		text = &schema.Text{Span: at.Span} // without the value that it can have
	}
	*slot = text
}

// slot is where a part of the tag is kept.
func (tag *fieldTag) slot(part string) **schema.Text {
	switch part {
	case "id":
		return &tag.id
	case "child":
		return &tag.child
	case "-":
		return &tag.noSnapshot
	case "encode":
		return &tag.encode
	case "decode":
		return &tag.decode
	}
	return tag.column.slot(part)
}

// judge reports parts that do not go together, and drops them.
func (tag *fieldTag) judge(t tagText, f *findings) {
	tag.column.judge(f)
	switch {
	case tag.child != nil && (tag.id != nil || tag.encode != nil || tag.decode != nil):
		f.errorf(codeTagPlace, tag.child.Span, `es:"child" goes with nothing else in one tag`).
			Help = "a child is neither an ID nor is it encoded"
		tag.id, tag.encode, tag.decode = nil, nil, nil
	case (tag.encode == nil) != (tag.decode == nil):
		missing := "decode"
		if tag.encode == nil {
			missing = "encode"
		}
		if !strings.Contains(t.value, missing) { // else it is there, and wrong
			f.errorf(codeMissingArg, tag.es.Span, `the tag es:"%s" lacks %s=FUNC`, t.value, missing).
				Help = `it is written es:"encode=FUNC,decode=FUNC"`
		}
		tag.encode, tag.decode = nil, nil
	}
}
