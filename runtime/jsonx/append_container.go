package jsonx

import (
	"slices"
	"strconv"
	"strings"
)

// Generated code writes a slice as a loop that begins each element with Elem and
// ends with EndSlice, and a map as one over its members with AppendName and
// EndMap: the brackets come with the first element and the end.

// Elem appends what stands before element i of an array.
func Elem(dst []byte, i int) []byte {
	if i == 0 {
		return append(dst, '[')
	}
	return append(dst, ',')
}

// EndSlice appends what stands after the elements of a slice: all of it where
// there are none, null for a nil slice.
func EndSlice[S ~[]E, E any](dst []byte, s S) []byte {
	switch {
	case s == nil:
		return append(dst, "null"...)
	case len(s) == 0:
		return append(dst, "[]"...)
	default:
		return append(dst, ']')
	}
}

// AppendName appends what stands before the value of member i of an object;
// ErrUTF8 if the name is not valid UTF-8.
func AppendName(dst []byte, i int, name string) ([]byte, error) {
	separator := byte('{')
	if i > 0 {
		separator = ','
	}
	dst, err := AppendString(append(dst, separator), name)
	return append(dst, ':'), err
}

// EndMap appends what stands after the members of a map: all of it where there
// are none, null for a nil map.
func EndMap[M ~map[K]V, K comparable, V any](dst []byte, m M) []byte {
	switch {
	case m == nil:
		return append(dst, "null"...)
	case len(m) == 0:
		return append(dst, "{}"...)
	default:
		return append(dst, '}')
	}
}

// Comma appends a comma unless the buffer ends with the beginning of an object.
// It stands before a member where all before it may have been left out.
func Comma(dst []byte) []byte {
	if dst[len(dst)-1] == '{' {
		return dst
	}
	return append(dst, ',')
}

// Member is a member of the object that a map is written as.
type Member[V any] struct {
	Name  string
	Value V
}

// Members lists the members of a map by their names, sorted.
func Members[M ~map[K]V, K ~string, V any](m M) []Member[V] {
	members := make([]Member[V], 0, len(m))
	for k, v := range m {
		members = append(members, Member[V]{string(k), v})
	}
	sortMembers(members)
	return members
}

// MembersByInt is Members for keys that are integers. They are sorted by their
// text, as encoding/json sorts them: 10 before 9.
func MembersByInt[M ~map[K]V, K Signed, V any](m M) []Member[V] {
	members := make([]Member[V], 0, len(m))
	for k, v := range m {
		members = append(members, Member[V]{strconv.FormatInt(int64(k), 10), v})
	}
	sortMembers(members)
	return members
}

// MembersByUint is MembersByInt for keys that are unsigned.
func MembersByUint[M ~map[K]V, K Unsigned, V any](m M) []Member[V] {
	members := make([]Member[V], 0, len(m))
	for k, v := range m {
		members = append(members, Member[V]{strconv.FormatUint(uint64(k), 10), v})
	}
	sortMembers(members)
	return members
}

// MembersBy is Members for keys whose text a function gives. It returns the
// function's error, and ErrDuplicate if two keys have one text, as the map could
// not be read again.
func MembersBy[M ~map[K]V, K comparable, V any, T ~string | ~[]byte](m M, text func(K) (T, error)) ([]Member[V], error) {
	members := make([]Member[V], 0, len(m))
	for k, v := range m {
		name, err := text(k)
		if err != nil {
			return nil, err
		}
		members = append(members, Member[V]{string(name), v})
	}
	sortMembers(members)
	for i := 1; i < len(members); i++ {
		if members[i-1].Name == members[i].Name {
			return nil, ErrDuplicate
		}
	}
	return members, nil
}

func sortMembers[V any](members []Member[V]) {
	slices.SortFunc(members, func(a, b Member[V]) int { return strings.Compare(a.Name, b.Name) })
}
