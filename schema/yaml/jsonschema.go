package yaml

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, part := range []any{m.name, m.value} {
			if j > 0 {
				b.WriteByte(':')
			}
			text, err := marshal(part)
			if err != nil {
				return nil, err
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal encodes a value without escaping what only matters in HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// JSONSchema is the JSON Schema (2020-12) of the language, by which editors complete
// and check schema files. It is made of the table that drives the checks of Load, so
// that it knows the same keys; what takes more than one place to see, only Load finds.
func JSONSchema() []byte {
	definitions := object{}
	for _, k := range allKeys {
		definitions = append(definitions, member{k.name, k.definition()})
	}
	schema := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "esgen schema file"},
	}
	schema = append(schema, fileShape.definition()...)
	schema = append(schema, member{"$defs", definitions})
	text, err := marshal(schema)
	if err != nil {
		panic("the JSON Schema is no JSON: " + err.Error()) // it is made of constants
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		panic("the JSON Schema is no JSON: " + err.Error())
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// described puts a description first, unless it is empty.
func described(doc string, o object) object {
	if doc == "" {
		return o
	}
	return append(object{{"description", doc}}, o...)
}

// The patterns of what is checked character by character.
const (
	wordPattern     = "^[^\\s\"'`\\\\,=]+$"
	goNamePattern   = "^\\p{Lu}[\\p{L}\\p{Nd}_]*$"
	typePattern     = "^ *((\\?|\\[\\]|map *\\[[^\\]]*\\]) *)*[\\p{L}_][\\p{L}\\p{Nd}_]* *$"
	durationPattern = "^-?([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"
)

func (t text) jsonSchema() object {
	o := object{{"type", "string"}}
	if t.word {
		o = append(o, member{"pattern", wordPattern})
	}
	return described(t.doc, o)
}

// jsonSchema names the built-in types, so that editors offer them.
func (t typeText) jsonSchema() object {
	return described(t.doc, object{{"anyOf", []object{
		{{"enum", slices.Sorted(maps.Keys(builtins))}},
		{{"type", "string"}, {"pattern", typePattern}},
	}}})
}

func (t truth) jsonSchema() object {
	if t.always != nil {
		return described(t.doc, object{{"const", *t.always}})
	}
	return described(t.doc, object{{"type", "boolean"}})
}

func (w whole) jsonSchema() object {
	if w.min == w.max {
		return described(w.doc, object{{"const", w.min}})
	}
	return described(w.doc, object{{"type", "integer"}, {"minimum", w.min}, {"maximum", w.max}})
}

func (n number) jsonSchema() object {
	return described(n.doc, object{{"anyOf", []object{
		{{"type", "number"}},
		{{"type", "string"}, {"pattern", durationPattern}},
	}}})
}

func (c choice) jsonSchema() object {
	return described(c.doc, object{{"enum", c.words}})
}

func (v value) jsonSchema() object {
	return described(v.doc, object{{"type", []string{"string", "number"}}})
}

func (l list) jsonSchema() object {
	of := l.of.jsonSchema()
	o := object{{"type", "array"}, {"items", of}}
	if l.filled {
		o = append(o, member{"minItems", 1})
	}
	if l.single {
		o = object{{"anyOf", []object{of, o}}}
	}
	return described(l.doc, o)
}

func (e either) jsonSchema() object {
	var any []object
	for _, s := range []shape{e.truth, e.text, e.list, e.mapping} {
		if s != nil {
			any = append(any, s.jsonSchema())
		}
	}
	return described(e.doc, object{{"anyOf", any}})
}

func (m names) jsonSchema() object {
	o := object{{"type", "object"}, {"additionalProperties", m.of.jsonSchema()}}
	if m.goName {
		o = append(o, member{"propertyNames", object{{"pattern", goNamePattern}}})
	}
	return described(m.doc, o)
}

func (k *keys) jsonSchema() object {
	for _, known := range allKeys {
		if known == k {
			return object{{"$ref", "#/$defs/" + k.name}}
		}
	}
	return k.definition()
}

// definition is the schema of the mapping itself.
func (k *keys) definition() object {
	properties, dependent := object{}, object{}
	var required []string
	for _, key := range k.keys {
		properties = append(properties, member{key.name, withDoc(key.doc, key.shape.jsonSchema())})
		if key.required {
			required = append(required, key.name)
		}
		if len(key.with) > 0 {
			var any []object
			for _, w := range key.with {
				any = append(any, object{{"required", []string{w}}})
			}
			dependent = append(dependent, member{key.name, object{{"anyOf", any}}})
		}
	}
	o := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}
	if len(required) > 0 {
		o = append(o, member{"required", required})
	}
	if len(dependent) > 0 {
		o = append(o, member{"dependentSchemas", dependent})
	}
	if len(k.oneOf) > 0 {
		var one []object
		for _, name := range k.oneOf {
			one = append(one, object{{"required", []string{name}}})
		}
		o = append(o, member{"oneOf", one})
	}
	return described(k.doc, o)
}

// withDoc gives a schema the description of a key, in place of its own.
func withDoc(doc string, o object) object {
	if len(o) > 0 && o[0].name == "description" {
		o = o[1:]
	}
	return described(doc, o)
}
