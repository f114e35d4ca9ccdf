package jsonx

import (
	"fmt"
	"hash/maphash"
	"slices"
)

// Names that nobody reads must not come twice either. To find those that do, the
// hashes of an object's names are kept until it ends. There is a bound to how
// many are kept, so that no payload can make the reader take much memory: an
// object that has more is gone over again when it ends, a part of the names at a
// time.

// maxNames is how many hashes are kept, of all objects that are open together. An
// object that goes over its names again has room for as many more. From
// manyNames on there is room made for all of them: to grow by and by would cost more.
const (
	maxNames  = 1 << 15
	manyNames = 1 << 10
)

var hashSeed = maphash.MakeSeed()

// nameStack has hashes of the names of the objects that are open, those of an
// object within another above the other's.
type nameStack struct {
	// The first are in few, so that the names of small objects need no memory; those
	// after them are in many.
	few  [8]uint64
	many []uint64
	n    int
}

func (s *nameStack) push(h uint64) {
	if s.n < len(s.few) {
		s.few[s.n] = h
	} else {
		s.many = s.many[:s.n-len(s.few)]
		if len(s.many) == cap(s.many) && len(s.many) >= manyNames {
			s.many = append(make([]uint64, 0, 2*maxNames), s.many...)
		}
		s.many = append(s.many, h)
	}
	s.n++
}

// nameSet has the names of one object that have been met.
type nameSet struct {
	// count is how many there are, base where they begin on the stack. They are the
	// uppermost whenever the object is read.
	count, base int
	// lost says that there are too many to keep any.
	lost bool
}

// noteName adds the name of a member to those of its object.
func (r *Reader) noteName(s *nameSet, name []byte) {
	if s.count == 0 {
		s.base = r.names.n
	}
	s.count++
	if s.lost {
		return
	}
	if r.names.n == maxNames {
		r.names.n = s.base
		s.lost = true
		return
	}
	r.names.push(maphash.Bytes(hashSeed, name))
}

// closeNames looks for names that came twice in the object that begins at start
// and has just ended.
func (r *Reader) closeNames(s *nameSet, start int) {
	if r.err != nil || s.count == 0 {
		return
	}
	if !s.lost {
		r.checkNames(s.base, start)
		return
	}
	// In each pass there is a share of the names that leaves room for the uneven.
	base := r.names.n
	passes := uint64(s.count)/(maxNames/2) + 1
	for pass := range passes {
		r.eachName(start, func(h uint64, _ int, _ []byte) bool {
			if h%passes == pass {
				if r.names.n-base == maxNames {
					// So many of one share are the same, for the most part.
					r.checkNames(base, start)
				}
				r.names.push(h)
			}
			return r.err == nil
		})
		if r.checkNames(base, start); r.err != nil {
			return
		}
	}
}

// checkNames looks for equal hashes on the stack from base on, and drops them.
func (r *Reader) checkNames(base, start int) {
	s := &r.names
	n := s.n
	s.n = base
	if n <= len(s.few) {
		few := s.few[base:n]
		for i := range few {
			if r.err == nil && slices.Contains(few[:i], few[i]) {
				r.failDuplicate(start, few[i])
			}
		}
		return
	}
	// What few has of them is put with the others, so that they can be sorted.
	names := s.many[max(base-len(s.few), 0) : n-len(s.few)]
	if base < len(s.few) {
		names = append(names, s.few[base:]...)
		s.many = names[:0]
	}
	slices.Sort(names)
	for i := 1; i < len(names) && r.err == nil; i++ {
		if names[i-1] == names[i] {
			r.failDuplicate(start, names[i])
		}
	}
}

// failDuplicate fails at the name that comes twice in the object at start and has
// the hash h. Different names of one hash are no error.
func (r *Reader) failDuplicate(start int, h uint64) {
	end := r.pos
	var met [][]byte
	r.eachName(start, func(hash uint64, pos int, name []byte) bool {
		if hash != h || pos >= end {
			return pos < end
		}
		for _, other := range met {
			if string(other) == string(name) {
				r.fail(pos, duplicateName(name))
				return false
			}
		}
		met = append(met, name)
		return true
	})
}

// eachName calls visit with the names of the object that begins at start, which
// has been checked up to its end or to where the reader is, with the hashes of
// the names and where they stand, until visit returns false.
func (r *Reader) eachName(start int, visit func(hash uint64, pos int, name []byte) bool) {
	data := r.data
	depth, atName := 0, false
	for i := start; i < len(data); i++ {
		switch c := data[i]; c {
		case '{', '[':
			depth++
			atName = depth == 1
		case '}', ']':
			if depth--; depth == 0 {
				return
			}
		case ',':
			atName = depth == 1
		case '"':
			end, escaped := i+1, false
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					escaped = true
					end++
				}
				end++
			}
			if end >= len(data) {
				return
			}
			if atName {
				atName = false
				name := data[i+1 : end]
				if escaped {
					name = unescape(name)
				}
				if !visit(maphash.Bytes(hashSeed, name), i, name) {
					return
				}
			}
			i = end
		}
	}
}

// duplicateName wraps ErrDuplicate.
func duplicateName(name []byte) error {
	const enough = 64
	if len(name) > enough {
		return fmt.Errorf("%w: %q…", ErrDuplicate, name[:enough])
	}
	return fmt.Errorf("%w: %q", ErrDuplicate, name)
}
