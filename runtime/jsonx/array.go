package jsonx

// Array begins to read an array, whose elements a loop then reads:
//
//	for r.Array(); r.More(); {
//		sum += r.Int()
//	}
//
// It says whether there is an array: where there is null, or an error, the loop
// does nothing.
func (r *Reader) Array() bool {
	if r.peek() != '[' {
		r.mismatch("an array")
		r.state = absent
		return false
	}
	if !r.open() {
		return false
	}
	r.pos++
	r.state = opened
	return true
}

// More goes to the next element of the array that Array has begun, and says
// whether there is one.
func (r *Reader) More() bool {
	state := r.state
	r.state = inside
	if state == absent {
		return false
	}
	switch c := r.peek(); {
	case c == ']':
		r.pos++
		r.depth--
		r.null = false
		return false
	case state == opened:
	case c == ',':
		r.pos++
	default:
		r.unexpected(r.pos, "',' or ']'")
		return false
	}
	r.null = false
	return true
}

// firstRoom is how many elements a slice has room for at first. Most lists in
// events are short, and growing from one would copy them more than once.
const firstRoom = 4

// Slice begins to read an array as Array does, and returns the slice to append
// its elements to: nil for null, and an empty one for an empty array. Of its
// second argument it looks at the type only.
//
//	for e.Scores = jsonx.Slice(r, e.Scores); r.More(); {
//		e.Scores = append(e.Scores, r.Int())
//	}
func Slice[S ~[]E, E any](r *Reader, _ S) S {
	if !r.Array() {
		return nil
	}
	if r.peek() == ']' {
		return S{}
	}
	return make(S, 0, firstRoom)
}

// Extend appends a zero element, to be read in its place.
func Extend[S ~[]E, E any](s S) S {
	var zero E
	return append(s, zero)
}
