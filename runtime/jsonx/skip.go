package jsonx

import "bytes"

// Skip reads a value of any kind, as strictly as it would be read otherwise, and
// forgets it.
func (r *Reader) Skip() {
	switch c := r.peek(); {
	case c == '"':
		r.text()
	case c == '{':
		r.skipObject()
	case c == '[':
		for r.Array(); r.More(); {
			r.Skip()
		}
	case c == '-' || c-'0' <= 9:
		if end, ok := r.numberEnd(r.pos); ok {
			r.pos = end
		}
	case c == 't' && r.literal("true"), c == 'f' && r.literal("false"):
	case c == 'n' && r.literal("null"):
		r.null = true
	default:
		r.unexpected(r.pos, "a value")
	}
}

func (r *Reader) skipObject() {
	start := r.pos
	if !r.open() {
		return
	}
	r.pos++
	var names nameSet
	for first := true; r.nextMember(first); first = false {
		name, ok := r.name()
		if !ok {
			return
		}
		r.noteName(&names, name)
		r.Skip()
	}
	r.closeNames(&names, start)
}

// RawMessage reads a value of any kind as the JSON that it is, null included, and
// copies it.
func (r *Reader) RawMessage() []byte { return bytes.Clone(r.Raw()) }

// Raw is RawMessage without a copy, for an UnmarshalJSON method: the bytes are a
// part of the payload. Whoever keeps them must copy them, as that method must.
func (r *Reader) Raw() []byte {
	r.peek()
	start := r.pos
	if r.Skip(); r.err != nil {
		return nil
	}
	return r.data[start:r.pos:r.pos]
}

// Any reads a value of any kind as encoding/json does into an empty interface:
// a bool, a float64, a string, an []any, a map[string]any, or nil for null.
func (r *Reader) Any() any {
	var v any
	switch c := r.peek(); c {
	case '"':
		v = r.String()
	case '{':
		members := make(map[string]any)
		for members = Map(r, members); r.MoreKeys(); {
			Put(r, members, r.Key(), r.Any())
		}
		v = members
	case '[':
		elements := []any{}
		for r.Array(); r.More(); {
			elements = append(elements, r.Any())
		}
		v = elements
	case 't', 'f':
		v = r.Bool()
	case 'n':
		r.Null()
	default:
		if c != '-' && c-'0' > 9 {
			r.unexpected(r.pos, "a value")
			return nil
		}
		v = r.Float64()
	}
	if r.err != nil {
		return nil
	}
	return v
}
