package yaml

import "slices"

// Mapping is a mapping of the language, as a reference page lists it.
type Mapping struct {
	// What names it, "an event", and Doc says what it is.
	What, Doc string
	// OneOf are keys of which there is one; empty where there is no such choice.
	OneOf []string
	Keys  []Key
}

// Key is a key of a mapping.
type Key struct {
	Name, Doc string
	// Example is the key with a value, as it may stand in a file.
	Example string
	// Required says that it cannot be left out.
	Required bool
}

// Language lists the mappings of schema files, the file itself first, and what can stand in
// another one behind it. It is made of the table that drives the checks of Load. The caller
// may keep and change it.
func Language() []Mapping {
	var list []Mapping
	var listed []*keys
	var add func(k *keys)
	add = func(k *keys) {
		if slices.Contains(listed, k) {
			return
		}
		listed = append(listed, k)
		m := Mapping{What: k.what, Doc: k.doc, OneOf: slices.Clone(k.oneOf)}
		for i := range k.keys {
			m.Keys = append(m.Keys, Key{k.keys[i].name, k.keys[i].doc, k.keys[i].written(), k.keys[i].required})
		}
		list = append(list, m)
		for i := range k.keys {
			if inner := inlined(k.keys[i].shape); inner != nil && !slices.Contains(allKeys, inner) {
				add(inner)
			}
		}
	}
	for _, k := range mappings() {
		add(k)
	}
	return list
}

// inlined is the mapping that a key may have as its value; nil where it has none, or one
// of names that the user chooses.
func inlined(s shape) *keys {
	switch s := s.(type) {
	case *keys:
		return s
	case either:
		if s.mapping != nil {
			return inlined(s.mapping)
		}
	}
	return nil
}
