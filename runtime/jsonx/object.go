package jsonx

import "slices"

// Object reads the members of a JSON object into the fields of a struct. Members
// are expected in the order of the fields, as codecs write them, which costs one
// comparison each; any other order is fine too. The zero Object is about to begin
// one object, and is of no use after it.
//
//	var fields = [...]string{"name", "age"}
//
//	var o jsonx.Object
//	for o.Next(r, fields[:]) {
//		switch o.Name {
//		case "name":
//			p.Name = r.String()
//		case "age":
//			p.Age = r.Int()
//		}
//	}
type Object struct {
	// Name is the member whose value is to be read, after Next has returned true.
	// It is one of the fields.
	Name string

	// next is the field after the one that was found last, where the search for the
	// next begins.
	next int
	// start is where the object begins.
	start int
	// before is what stands before the next member: the opening brace or a comma. It
	// is unbegun before the object is looked at, and ended after it.
	before byte
	// seen has a bit for each of the first fields, more those of the others.
	seen uint64
	more []uint64
	// unknown are the members that are no fields.
	unknown nameSet
}

// What stands before no member.
const (
	unbegun = byte(0)
	ended   = byte(1)
)

// seenBits is how many fields seen has bits for.
const seenBits = 64

// Next goes to the next member that is a field, and says whether there is one.
// Members that are no fields are skipped, and a name that comes twice is an error.
// Where there is null in the place of the object, or an error, there is no member.
//
// The fields are all of a struct's, in the order in which they are written, and
// must be the same each time. They are names without characters that JSON escapes.
func (o *Object) Next(r *Reader, fields []string) bool {
	// A reader that o kept would have to live on the heap, hence it is a parameter.
	if o.before == unbegun {
		o.begin(r)
	}
	return o.expected(r, fields) || o.search(r, fields)
}

// begin goes one level deeper, and leaves the opening brace to be read.
func (o *Object) begin(r *Reader) {
	o.before = ended
	if r.peek() != '{' {
		r.mismatch("an object")
	} else if r.open() {
		o.start, o.before = r.pos, '{'
	}
}

// expected goes to the field after the one before, if its member comes next as
// codecs write it, without a space.
func (o *Object) expected(r *Reader, fields []string) bool {
	i := o.next
	if uint(i) >= uint(len(fields)) {
		return false
	}
	b, name := r.data[r.pos:], fields[i]
	colon := len(name) + 3
	if colon >= len(b) || b[0] != o.before || b[1] != '"' || b[colon-1] != '"' || b[colon] != ':' ||
		string(b[2:colon-1]) != name || !o.mark(i, len(fields)) {
		return false
	}
	o.Name, o.before, o.next = name, ',', i+1
	r.pos += colon + 1
	r.null = false
	return true
}

// mark notes that field i of n is there, and says whether it is for the first time.
func (o *Object) mark(i, n int) bool {
	if i >= seenBits {
		return o.markMore(i, n)
	}
	bit := uint64(1) << i
	before := o.seen
	o.seen |= bit
	return before&bit == 0
}

func (o *Object) markMore(i, n int) bool {
	if o.more == nil {
		o.more = make([]uint64, (n-1)/seenBits)
	}
	bits := &o.more[i/seenBits-1]
	bit := uint64(1) << (i % seenBits)
	before := *bits
	*bits |= bit
	return before&bit == 0
}

// search goes to the next member that is a field, whatever comes before it.
func (o *Object) search(r *Reader, fields []string) bool {
	if o.before == ended {
		return false
	}
	for o.toName(r) {
		pos := r.pos
		i, name := o.field(r, fields)
		if r.err != nil {
			break
		}
		o.before = ','
		if i >= 0 {
			if !o.mark(i, len(fields)) {
				r.fail(pos, duplicateName([]byte(fields[i])))
				break
			}
			r.null = false
			o.Name, o.next = fields[i], i+1
			return true
		}
		r.noteName(&o.unknown, name)
		if r.Skip(); o.expected(r, fields) {
			return true
		}
	}
	if o.unknown.count > 0 {
		r.closeNames(&o.unknown, o.start)
	}
	o.before = ended
	return false
}

// toName goes to the name of the next member, and says whether there is one. It
// reads the closing brace where there is none.
func (o *Object) toName(r *Reader) bool {
	if i := r.pos; i+1 < len(r.data) && r.data[i] == o.before && r.data[i+1] == '"' {
		r.pos++
		return true
	}
	first := o.before == '{'
	if first {
		r.pos++
	}
	return r.nextMember(first)
}

// field reads the name of a member and the colon, and finds the field; it is -1
// for a member that is none, whose name is returned then.
func (o *Object) field(r *Reader, fields []string) (i int, name []byte) {
	if i = o.index(fields, r.data[r.pos+1:]); i >= 0 {
		r.pos += len(fields[i]) + len(`""`)
		r.colon()
		return i, nil
	}
	text, escaped, ok := r.text()
	if ok {
		r.colon()
	}
	if escaped {
		text = unescape(text)
		i = slices.Index(fields, string(text))
	}
	return i, text
}

// index finds the field whose name, and a quote, b starts with, beginning where it
// is most likely; -1 for none.
func (o *Object) index(fields []string, b []byte) int {
	first := min(o.next, len(fields))
	for i, name := range fields[first:] {
		if n := len(name); n < len(b) && b[n] == '"' && string(b[:n]) == name {
			return first + i
		}
	}
	for i, name := range fields[:first] {
		if n := len(name); n < len(b) && b[n] == '"' && string(b[:n]) == name {
			return i
		}
	}
	return -1
}
