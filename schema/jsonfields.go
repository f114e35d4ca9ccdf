package schema

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// JSONField is one member of the JSON object that a struct is encoded as.
type JSONField struct {
	// Name is the member's name: the json tag's, or else the field's own.
	Name string
	// Path are the embedded structs that lead to the field, outermost first. Any of
	// them may be a pointer, and so nil. It is empty for a field of the struct itself.
	Path []*Field
	// Field is the field that holds the value.
	Field *Field
	// OmitEmpty and OmitZero are the tag's options. String is the tag's option too,
	// but false where it changes nothing: encoding/json quotes booleans, numbers and
	// strings, and pointers to them, and only where they have no encoding of their own.
	OmitEmpty, OmitZero, String bool
}

// JSONFields gives the members of the object that encoding/json makes of a
// struct, in its order: embedded structs are flattened; of several fields of one
// name the least nested wins, then the one whose tag spells the name; where that
// leaves two, encoding/json drops both without a word. Check refuses the last,
// so that what is generated never depends on it.
//
// Fields that encoding/json passes over are left out: those tagged json:"-", and
// unexported ones. In one thing the result differs, as encoding/json cannot know
// of it: an embedded value object is a member with the name of its type.
func JSONFields(s *Struct) []JSONField {
	fields, _ := flattenJSON(s)
	return fields
}

// jsonClash is a field that is not stored, as another has its name.
type jsonClash struct {
	// Winner is the field that is stored instead; where Tie is set it is the first
	// of the fields that take the name from each other, and not stored either.
	Winner, Loser JSONField
	// SameDepth says that both are as deeply nested, so that nobody can have meant
	// the one to hide the other. Tie says that both are dropped.
	SameDepth, Tie bool
}

// jsonCandidate is a field before it is known whether it wins its name.
type jsonCandidate struct {
	JSONField
	tagged bool
	// index is the field's place in each struct on the way.
	index []int
}

// jsonEmbedding is an embedded struct that is still to be flattened.
type jsonEmbedding struct {
	typ   Type
	strct *Struct
	path  []*Field
	index []int
}

// flattenJSON is JSONFields, and says what was lost.
func flattenJSON(s *Struct) ([]JSONField, []jsonClash) {
	var found []jsonCandidate
	visited := map[Type]bool{}
	level := []jsonEmbedding{{typ: s, strct: s}}
	for len(level) > 0 {
		var next []jsonEmbedding
		// Twice is enough to see that a type's fields meet themselves; without the
		// bound, types that embed each other crosswise take exponential time.
		instances := map[Type]int{}
		for _, e := range level {
			visited[e.typ] = true
		}
		for _, e := range level {
			for i, f := range e.strct.Fields {
				if f.JSON.Skip {
					continue
				}
				index := append(slices.Clip(e.index), i)
				name, tagged := f.jsonName()
				if typ, strct := f.embeddedStruct(); strct != nil && !tagged {
					instances[typ]++
					if !visited[typ] && instances[typ] <= 2 {
						next = append(next, jsonEmbedding{typ, strct, append(slices.Clip(e.path), f), index})
					}
					continue
				} else if !f.Exported && (strct == nil || !f.Embedded) {
					continue
				}
				found = append(found, jsonCandidate{
					JSONField: JSONField{
						Name: name, Path: e.path, Field: f,
						OmitEmpty: f.JSON.OmitEmpty, OmitZero: f.JSON.OmitZero,
						String: f.JSON.String && f.quotable(),
					},
					tagged: tagged,
					index:  index,
				})
			}
		}
		level = next
	}
	return dominantFields(found)
}

// dominantFields picks the field of each name that is stored.
func dominantFields(found []jsonCandidate) (fields []JSONField, clashes []jsonClash) {
	slices.SortStableFunc(found, func(a, b jsonCandidate) int {
		tagFirst := 0
		if a.tagged != b.tagged {
			tagFirst = 1
			if a.tagged {
				tagFirst = -1
			}
		}
		return cmp.Or(strings.Compare(a.Name, b.Name), len(a.index)-len(b.index), tagFirst,
			slices.Compare(a.index, b.index))
	})
	var winners []jsonCandidate
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].Name == found[0].Name {
			n++
		}
		first, rest := found[0], found[1:n]
		tie := false
		for i, other := range rest {
			same := len(other.index) == len(first.index)
			ties := same && other.tagged == first.tagged && (i == 0 || tie)
			tie = tie || ties
			clashes = append(clashes, jsonClash{Winner: first.JSONField, Loser: other.JSONField, SameDepth: same, Tie: ties})
		}
		if !tie {
			winners = append(winners, first)
		}
		found = found[n:]
	}
	slices.SortFunc(winners, func(a, b jsonCandidate) int { return slices.Compare(a.index, b.index) })
	for _, w := range winners {
		fields = append(fields, w.JSONField)
	}
	return fields, clashes
}

// jsonName is the member's name, and whether the tag gives it. A name that
// encoding/json does not take is as good as none.
func (f *Field) jsonName() (name string, tagged bool) {
	if validJSONName(f.JSON.Name.Value) {
		return f.JSON.Name.Value, true
	}
	return f.Name.Value, false
}

// validJSONName says whether encoding/json takes a name from a tag.
func validJSONName(name string) bool {
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) {
			return false
		}
	}
	return name != ""
}

// embeddedStruct is the struct that an embedded field stands for, by value or by
// pointer, with the type that it is known by; nil for a field that is encoded as
// a value of its own.
func (f *Field) embeddedStruct() (Type, *Struct) {
	if !f.Embedded || f.Value != nil {
		return nil, nil
	}
	t := Resolve(f.Type)
	if p, ok := t.(*Pointer); ok {
		t = Resolve(p.Elem)
	}
	switch t := t.(type) {
	case *Struct:
		return t, t
	case *Named:
		if t.Encoding == EncodeUnder || t.Encoding == EncodeOpaque {
			if s, ok := t.Under.(*Struct); ok {
				return t, s
			}
		}
	}
	return nil, nil
}

// quotable says whether encoding/json heeds the option string for the field.
func (f *Field) quotable() bool {
	if f.Value != nil {
		return false
	}
	t := Resolve(f.Type)
	if p, ok := t.(*Pointer); ok {
		t = Resolve(p.Elem)
	}
	if n, ok := t.(*Named); ok && n.Encoding == EncodeUnder {
		t = n.Under
	}
	_, ok := t.(*Basic)
	return ok
}
