package jsonx

// Object reads the members of a JSON object into the fields of a struct. Members
// are expected in the order of the fields, as codecs write them, which costs one
// comparison each; any other order is fine too.
type Object struct {
	// Name is the member whose value is to be read, after Next has returned true.
	// It is one of the fields.
	Name string

	r      *Reader
	fields []string
	// next is the field after the one that was found last, where the search for the
	// next begins.
	next int
	// start is where the object begins.
	start int
	// before is what stands before the next member: the opening brace, a comma, or 0
	// where there is no object.
	before byte
	// seen has a bit for each of the first fields, more those of the others.
	seen [4]uint64
	more []uint64
	// unknown are the members that are no fields.
	unknown nameSet
}

// Object begins to read an object whose members are the given fields: all of a
// struct's, in the order in which they are written. They are names without
// characters that JSON escapes. A loop then reads what is there; where there is
// null, or an error, it does nothing.
//
//	for o := r.Object("name", "age"); o.Next(); {
//		switch o.Name {
//		case "name":
//			p.Name = r.String()
//		case "age":
//			p.Age = r.Int()
//		}
//	}
func (r *Reader) Object(fields ...string) Object {
	// This must be small enough to be inlined: a reader that leaked into what a
	// function returns would have to live on the heap.
	return Object{r: r, fields: fields, start: r.pos, before: r.openObject()}
}

// openObject goes one level deeper and returns the opening brace, which is still
// to be read, or returns 0.
func (r *Reader) openObject() byte {
	if r.peek() != '{' {
		r.mismatch("an object")
		return 0
	}
	if !r.open() {
		return 0
	}
	return '{'
}

// Next goes to the next member that is a field, and says whether there is one.
// Members that are no fields are skipped. A name that comes twice is an error.
func (o *Object) Next() bool {
	r := o.r
	if i := o.written(); i >= 0 && !o.mark(i) {
		o.Name = o.fields[i]
		r.pos += len(o.Name) + 4
		r.null = false
		o.before, o.next = ',', i+1
		return true
	}
	return o.search()
}

// written finds the field whose member comes next as codecs write it: after the
// separator the name in quotes and the colon, without a space. It is -1 for none.
func (o *Object) written() int {
	b := o.r.data[o.r.pos:]
	if len(b) < 4 || b[0] != o.before || b[1] != '"' || o.before == 0 {
		return -1
	}
	b = b[2:]
	for i := o.next; i < len(o.fields); i++ {
		if startsWith(b, o.fields[i]) {
			return i
		}
	}
	for i := range min(o.next, len(o.fields)) {
		if startsWith(b, o.fields[i]) {
			return i
		}
	}
	return -1
}

// startsWith says whether b starts with a name that ends there.
func startsWith(b []byte, name string) bool {
	n := len(name)
	return n+1 < len(b) && b[n] == '"' && b[n+1] == ':' && string(b[:n]) == name
}

// mark notes that field i is there, and says whether it had been.
func (o *Object) mark(i int) bool {
	var bits *uint64
	if word := i / 64; word < len(o.seen) {
		bits = &o.seen[word]
	} else {
		if o.more == nil {
			o.more = make([]uint64, (len(o.fields)+63)/64-len(o.seen))
		}
		bits = &o.more[word-len(o.seen)]
	}
	bit := uint64(1) << (i % 64)
	before := *bits&bit != 0
	*bits |= bit
	return before
}

// search goes to the next member that is a field, whatever comes before it.
func (o *Object) search() bool {
	r := o.r
	if o.before == 0 {
		return false
	}
	if o.before == '{' {
		r.pos++
	}
	for ; r.nextMember(o.before == '{'); o.before = ',' {
		pos := r.pos
		name, ok := r.name()
		if !ok {
			break
		}
		if i := o.index(name); i >= 0 {
			if o.mark(i) {
				r.fail(pos, duplicateName(name))
				break
			}
			r.null = false
			o.Name = o.fields[i]
			o.before, o.next = ',', i+1
			return true
		}
		r.noteName(&o.unknown, name)
		r.Skip()
	}
	r.closeNames(&o.unknown, o.start)
	o.before = 0
	return false
}

// index finds a field, beginning where it is most likely; -1 for none.
func (o *Object) index(name []byte) int {
	for i := o.next; i < len(o.fields); i++ {
		if o.fields[i] == string(name) {
			return i
		}
	}
	for i := range min(o.next, len(o.fields)) {
		if o.fields[i] == string(name) {
			return i
		}
	}
	return -1
}
