package yaml

import (
	"testing"
)

// Each key has an example, in which nothing is wrong.
func TestExamples(t *testing.T) {
	for _, k := range mappings() {
		for i := range k.keys {
			key := &k.keys[i]
			if key.example == "" {
				t.Errorf("%s of %s has no example", key.name, k.what)
				continue
			}
			f := &findings{}
			file := parse(newSource("/a.yaml", []byte(key.written()+"\n")), f)
			if file != nil {
				n := file.get(key.name)
				key.shape.check(f, n, place{span: n.span, what: "the key " + key.name})
			}
			for _, d := range f.list {
				t.Errorf("%s of %s: %s", key.name, k.what, d.Message)
			}
		}
	}
}
