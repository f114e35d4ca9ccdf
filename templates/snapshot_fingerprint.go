package templates

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/esgen/esgen/runtime/state"
	"github.com/esgen/esgen/schema"
)

// fingerprint is what tells snapshots of an aggregate from those of other code: a
// digest of all that the state which events make depends on, as far as it can be seen.
// That is the shape of the state, the shape of the events, the source of the apply
// methods and of what encodes and decodes value objects, with what these call and name in
// their package, the version that the directive gives, and how states are written. What
// is called in other packages is not seen, and neither are methods that marshal a type.
func fingerprint(a *schema.Aggregate) string {
	s := &shapes{path: a.Package.Path, inStates: make(map[*schema.Named]bool), inEvents: make(map[*schema.Named]bool)}
	fmt.Fprintf(&s.text, "generation %d, version %d\n", state.Generation, a.Snapshot.Version)
	s.text.WriteString("state {\n")
	s.stateFields(&schema.Struct{Fields: a.Fields})
	s.text.WriteString("}\n")
	for _, d := range a.Dispatch {
		if d.Apply == nil {
			continue
		}
		fmt.Fprintf(&s.text, "apply %q version %d", d.Event.WireName, d.Event.Version)
		for _, alias := range d.Event.Aliases {
			fmt.Fprintf(&s.text, " alias %q", alias.Value)
		}
		if d.Path != nil {
			for i, step := range d.Path.Steps {
				fmt.Fprintf(&s.text, " to %s", step.Field.Name.Value)
				if key := d.Keys[i]; key != nil {
					fmt.Fprintf(&s.text, "[%s]", key.Name.Value)
				}
			}
		}
		fmt.Fprintf(&s.text, " by %s.%s %s of ", d.Apply.Recv, d.Apply.Method.Value, d.Apply.Source)
		s.event(d.Event.Type)
		s.text.WriteString("\n")
	}
	s.declarations()
	return fmt.Sprintf("%x", sha256.Sum256([]byte(s.text.String())))[:16]
}

// shapes writes what types are made of, each declared one once.
type shapes struct {
	text strings.Builder
	path string
	// inStates and inEvents are those that were met as parts of the one or the other.
	inStates, inEvents map[*schema.Named]bool
	// states and events are declared types that are still to be written, as parts of
	// the one or the other: fields count by their own names in states, and by those in
	// JSON in events.
	states, events []*schema.Named
}

// in is where a declaration is, as seen from the package: one that is moved as a whole
// keeps its snapshots.
func (s *shapes) in(path string) string {
	if path == s.path {
		return ""
	}
	return path
}

// declarations writes what has been met, and what that leads to.
func (s *shapes) declarations() {
	for len(s.states)+len(s.events) > 0 {
		if n := len(s.states); n > 0 {
			t := s.states[0]
			s.states = s.states[1:]
			fmt.Fprintf(&s.text, "type %s.%s ", s.in(t.Path), t.Name)
			s.state(t.Under)
			s.text.WriteString("\n")
			continue
		}
		t := s.events[0]
		s.events = s.events[1:]
		fmt.Fprintf(&s.text, "json %s.%s ", s.in(t.Path), t.Name)
		s.event(t.Under)
		s.text.WriteString("\n")
	}
}

func (s *shapes) stateFields(t *schema.Struct) {
	for _, f := range schema.StateFields(t) {
		fmt.Fprintf(&s.text, "%s ", f.Name.Value)
		if f.Value != nil {
			s.value(f.Value, s.state)
		} else {
			s.state(f.Type)
		}
		s.text.WriteString("\n")
	}
}

// value writes how a value object is made plain.
func (s *shapes) value(v *schema.Value, base func(schema.Type)) {
	encode := v.Method.Value
	if v.Encode != nil {
		encode = s.in(v.Encode.Path) + "." + v.Encode.Name.Value
	}
	fmt.Fprintf(&s.text, "value %s %s.%s %s ", encode, s.in(v.Decode.Path), v.Decode.Name.Value, v.Source)
	base(v.Base)
}

// state writes a type as a part of the state.
func (s *shapes) state(t schema.Type) {
	s.composite(t, s.state, func(t *schema.Struct) {
		s.text.WriteString("struct {\n")
		s.stateFields(t)
		s.text.WriteString("}")
	}, func(n *schema.Named) {
		switch {
		case n.Encoding == schema.EncodeValue && n.Value != nil:
			s.value(n.Value, s.state)
		case n.StateByParts(s.path) && !s.inStates[n]:
			s.inStates[n] = true
			s.states = append(s.states, n)
		}
	})
}

// event writes a type as a part of an event.
func (s *shapes) event(t schema.Type) {
	s.composite(t, s.event, func(t *schema.Struct) {
		s.text.WriteString("struct {\n")
		for _, f := range schema.JSONFields(t) {
			fmt.Fprintf(&s.text, "%q", f.Name)
			for _, step := range f.Path {
				fmt.Fprintf(&s.text, " %s", step.Name.Value)
			}
			fmt.Fprintf(&s.text, " %s %t ", f.Field.Name.Value, f.String)
			if f.Field.Value != nil {
				s.value(f.Field.Value, s.event)
			} else {
				s.event(f.Field.Type)
			}
			s.text.WriteString("\n")
		}
		s.text.WriteString("}")
	}, func(n *schema.Named) {
		switch {
		case n.Encoding == schema.EncodeValue && n.Value != nil:
			s.value(n.Value, s.event)
		case n.Encoding == schema.EncodeUnder && !s.inEvents[n]:
			s.inEvents[n] = true
			s.events = append(s.events, n)
		}
	})
}

// composite writes a type. Parts are written by part, structs and what there is to say
// of declared types by the other two.
func (s *shapes) composite(t schema.Type, part func(schema.Type), strct func(*schema.Struct), named func(*schema.Named)) {
	switch t := schema.Resolve(t).(type) {
	case *schema.Basic:
		s.text.WriteString(string(t.Kind))
	case *schema.Any:
		s.text.WriteString("any")
	case *schema.Pointer:
		s.text.WriteString("*")
		part(t.Elem)
	case *schema.Slice:
		s.text.WriteString("[]")
		part(t.Elem)
	case *schema.Array:
		fmt.Fprintf(&s.text, "[%d]", t.Len)
		part(t.Elem)
	case *schema.Map:
		s.text.WriteString("map[")
		part(t.Key)
		s.text.WriteString("]")
		part(t.Elem)
	case *schema.Struct:
		strct(t)
	case *schema.Unsupported:
		s.text.WriteString(t.Spelling)
	case *schema.Named:
		fmt.Fprintf(&s.text, "%s.%s %d ", s.in(t.Path), t.Name, t.Encoding)
		for _, arg := range t.Args {
			part(arg)
		}
		named(t)
	}
}
