package jsonx

import "strconv"

// nextMember goes to the name of the next member of an object, and says whether
// there is one. It reads the closing brace where there is none.
func (r *Reader) nextMember(first bool) bool {
	c := r.peek()
	switch {
	case c == '}':
		r.pos++
		r.depth--
		r.null = false
		return false
	case first:
	case c == ',':
		r.pos++
		c = r.peek()
	default:
		r.unexpected(r.pos, "',' or '}'")
		return false
	}
	if c != '"' {
		r.unexpected(r.pos, "the name of a member")
		return false
	}
	r.null = false
	return true
}

// name reads the name of a member and the colon. The bytes may be a part of the
// payload.
func (r *Reader) name() ([]byte, bool) {
	name, escaped, ok := r.text()
	if !ok {
		return nil, false
	}
	if escaped {
		name = unescape(name)
	}
	return name, r.colon()
}

// colon reads the colon after the name of a member.
func (r *Reader) colon() bool {
	if r.pos < len(r.data) && r.data[r.pos] == ':' || r.peek() == ':' {
		r.pos++
		return true
	}
	r.unexpected(r.pos, "':'")
	return false
}

// Map begins to read an object as a map, and returns the map to put its members
// into: nil for null. Of its second argument it looks at the type only.
//
//	for e.Prices = jsonx.Map(r, e.Prices); r.MoreKeys(); {
//		jsonx.Put(r, e.Prices, r.Key(), r.Int())
//	}
func Map[M ~map[K]V, K comparable, V any](r *Reader, _ M) M {
	if r.peek() != '{' {
		r.mismatch("an object")
		r.state = absent
		return nil
	}
	if !r.open() {
		return nil
	}
	r.pos++
	r.state = opened
	return make(M)
}

// MoreKeys goes to the next member of the object that Map has begun, and says
// whether there is one. Its key is to be read next, then its value.
func (r *Reader) MoreKeys() bool {
	state := r.state
	r.state = inside
	return state != absent && r.nextMember(state == opened)
}

// Key reads the key of a member.
func (r *Reader) Key() string {
	name, _ := r.name()
	return string(name)
}

// TextKey reads a key for an UnmarshalText method. The bytes may be a part of the
// payload: whoever keeps them must copy them, as that method must.
func (r *Reader) TextKey() []byte {
	name, _ := r.name()
	return name
}

// IntKey reads a key that is an integer.
func IntKey[K Signed](r *Reader) K {
	name, ok := r.name()
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(string(name), 10, 64)
	if k := K(n); err == nil && int64(k) == n && canonical(name) {
		return k
	}
	r.fail(r.pos, typeError("want a key that is an integer of its type"))
	return 0
}

// UintKey reads a key that is an unsigned integer.
func UintKey[K Unsigned](r *Reader) K {
	name, ok := r.name()
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(string(name), 10, 64)
	if k := K(n); err == nil && uint64(k) == n && canonical(name) {
		return k
	}
	r.fail(r.pos, typeError("want a key that is an unsigned integer of its type"))
	return 0
}

// canonical says whether text that strconv takes for an integer is one in JSON
// too, without a plus or leading zeros.
func canonical(text []byte) bool {
	if text[0] == '-' {
		text = text[1:]
	}
	return text[0] != '+' && (text[0] != '0' || len(text) == 1)
}

// Put puts a value into a map, unless there has been an error. A key that the map
// has already is one.
func Put[M ~map[K]V, K comparable, V any](r *Reader, m M, k K, v V) {
	if r.err != nil {
		return
	}
	if _, ok := m[k]; ok {
		r.fail(r.pos, ErrDuplicate)
		return
	}
	m[k] = v
}
