package yaml

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	yaml "gopkg.in/yaml.v3"
)

// schemaFile is the JSON Schema as it is published.
const schemaFile = "../esgen.schema.json"

// The file is made of the table of the language.
func TestSchemaFile(t *testing.T) {
	if *update {
		if err := os.WriteFile(schemaFile, JSONSchema(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(JSONSchema()), string(text)); diff != "" {
		t.Errorf("%s is not what the table gives; run with -update:\n%s", schemaFile, diff)
	}
}

// definition is what these tests read of a JSON Schema.
type definition struct {
	Description                 string
	Properties                  map[string]definition
	Required                    []string
	Defs                        map[string]definition `json:"$defs"`
	AnyOf                       []definition
	AdditionalProperties, Items json.RawMessage
}

// The published file and the front end know the same keys, and each has a description.
func TestSchemaKeys(t *testing.T) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var root definition
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	check := func(name string, d definition, k *keys) {
		if diff := cmp.Diff(slices.Sorted(slices.Values(k.names())), slices.Sorted(maps.Keys(d.Properties))); diff != "" {
			t.Errorf("%s: keys of the front end (-) and of the JSON Schema (+):\n%s", name, diff)
		}
		if d.Description == "" {
			t.Errorf("%s has no description", name)
		}
		for key, property := range d.Properties {
			if !strings.HasSuffix(property.Description, ".") {
				t.Errorf("%s: the description of %s is no sentence: %q", name, key, property.Description)
			}
		}
		for i := range k.keys {
			if k.keys[i].required != slices.Contains(d.Required, k.keys[i].name) {
				t.Errorf("%s: %s is required for one of the two only", name, k.keys[i].name)
			}
		}
	}
	check("the file", root, fileShape)
	if len(root.Defs) != len(allKeys) {
		t.Errorf("%d definitions for %d mappings", len(root.Defs), len(allKeys))
	}
	for _, k := range allKeys {
		check(k.name, root.Defs[k.name], k)
	}
	// Mappings without a definition of their own stand where they are used.
	aggregate := root.Defs["aggregate"].Properties
	check("snapshot", aggregate["snapshot"], aggregateDecl.find("snapshot").shape.(*keys))
	stream := aggregate["stream"].AnyOf
	check("stream", stream[len(stream)-1], aggregateDecl.find("stream").shape.(either).mapping.(*keys))
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource("esgen.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("esgen.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate says what an editor would say.
func validate(schema *jsonschema.Schema, text []byte) error {
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		return err
	}
	asJSON, err := json.Marshal(value)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return schema.Validate(document)
}

// What the front end takes, the JSON Schema takes.
func TestSchemaTakesWhatIsRight(t *testing.T) {
	schema := compiled(t)
	for _, g := range goldens(t, "lowered") {
		for _, src := range g.sources() {
			if err := validate(schema, src.text); err != nil {
				t.Errorf("%s: %v", g.path, err)
			}
		}
	}
	var examples []string
	for _, pattern := range []string{"../../examples/*/*.yaml", "../../examples/*/*/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		examples = append(examples, paths...)
	}
	for _, path := range examples {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !isSchema(text) {
			continue
		}
		if err := validate(schema, text); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// unseen are the goldens with errors that a JSON Schema cannot see: they take more than
// one place, or the text itself.
var unseen = []string{
	"character_return", "collisions", "documents", "endless", "fields", "imports", "merge", "methods", "not_first", "packages", "rules",
	"sets", "tags",
}

// What the front end refuses, the JSON Schema refuses where it can.
func TestSchemaRefusesWhatIsWrong(t *testing.T) {
	schema := compiled(t)
	var taken []string
	for _, g := range goldens(t, "findings") {
		wrong := false
		for _, src := range g.sources() {
			wrong = wrong || validate(schema, src.text) != nil
		}
		if !wrong {
			taken = append(taken, g.name())
		}
	}
	if diff := cmp.Diff(unseen, taken); diff != "" {
		t.Errorf("goldens that the JSON Schema takes, expected (-) and found (+):\n%s", diff)
	}
}
