package schema_test

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/esgen/esgen/schema"
)

// FuzzCheck damages the models of the golden files in ways that no source could, and
// asks only that Check takes them, and that its findings can be printed.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "rules", "*.txtar"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no golden files: %v", err)
	}
	for i := range files {
		for seed := range uint64(3) {
			f.Add(uint8(i), seed, uint8(8*seed))
		}
	}
	known := map[schema.Code]bool{}
	for _, info := range schema.Codes() {
		known[info.Code] = true
	}
	f.Fuzz(func(t *testing.T, file uint8, seed uint64, damages uint8) {
		a, err := txtar.ParseFile(files[int(file)%len(files)])
		if err != nil {
			t.Fatal(err)
		}
		m, s := readSources(t, a)
		damage(m, rand.New(rand.NewPCG(seed, 3)), 1+int(damages)%32)
		d := schema.Check(m)
		for i := range d {
			if !known[d[i].Code] || d[i].Message == "" {
				t.Errorf("a finding without code or message: %+v", d[i])
			}
		}
		for _, format := range schema.Formats() {
			var b bytes.Buffer
			if err := schema.Print(&b, format, d, schema.PrintOptions{Base: sourceRoot, Source: s.source}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// damage changes a model in so many places.
func damage(m *schema.Module, r *rand.Rand, times int) {
	var parts parts
	parts.collect(reflect.ValueOf(m), map[uintptr]bool{})
	for range times {
		v := parts.values[r.IntN(len(parts.values))]
		switch v.Kind() {
		case reflect.String:
			v.SetString([]string{"", "all", "{id}", "\xff\x00", "Order", "order", parts.strings[r.IntN(len(parts.strings))]}[r.IntN(7)])
		case reflect.Int, reflect.Int64:
			v.SetInt(int64(r.IntN(8)) - 1)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Slice:
			damageSlice(v, r)
		case reflect.Interface:
			damageType(v, &parts, r)
		case reflect.Pointer:
			v.SetZero()
		}
	}
}

func damageSlice(v reflect.Value, r *rand.Rand) {
	switch n := v.Len(); {
	case n == 0:
	case r.IntN(3) == 0:
		v.SetLen(r.IntN(n))
	case r.IntN(2) == 0:
		v.Set(reflect.Append(v, v.Index(r.IntN(n))))
	default:
		i, j := r.IntN(n), r.IntN(n)
		reflect.Swapper(v.Interface())(i, j)
	}
}

// damageType puts another type in the place of one. Only declared types may lead
// back to where they stand, as in Go.
func damageType(v reflect.Value, parts *parts, r *rand.Rand) {
	var t schema.Type
	switch r.IntN(5) {
	case 0:
		v.SetZero()
		return
	case 1:
		t = &schema.Basic{Kind: []schema.BasicKind{schema.String, schema.Bool, schema.Uint8, "strange"}[r.IntN(4)]}
	case 2:
		t = &schema.Unsupported{Spelling: "chan int", Reason: "a channel has no JSON form"}
	case 3:
		t = &schema.Any{}
	case 4:
		if len(parts.named) == 0 {
			return
		}
		t = parts.named[r.IntN(len(parts.named))]
	}
	v.Set(reflect.ValueOf(t))
}

// parts are all places of a model that can be changed.
type parts struct {
	values  []reflect.Value
	strings []string
	named   []*schema.Named
}

func (p *parts) collect(v reflect.Value, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		if v.Elem().Type().Size() > 0 {
			seen[v.Pointer()] = true
		}
		if n, ok := v.Interface().(*schema.Named); ok && !n.Alias {
			p.named = append(p.named, n)
		}
		p.collect(v.Elem(), seen)
	case reflect.Interface:
		if v.CanSet() {
			p.values = append(p.values, v)
		}
		if !v.IsNil() {
			p.collect(v.Elem(), seen)
		}
	case reflect.Slice:
		if v.CanSet() {
			p.values = append(p.values, v)
		}
		for i := range v.Len() {
			p.collect(v.Index(i), seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			switch v.Type().Field(i).Name {
			case "Alias", "Args":
				continue // neither an alias of itself nor an argument of itself can be
			}
			// A list has no holes, but what a field points to may be missing.
			if f.Kind() == reflect.Pointer {
				p.values = append(p.values, f)
			}
			p.collect(f, seen)
		}
	case reflect.String:
		p.strings = append(p.strings, v.String())
		if v.CanSet() {
			p.values = append(p.values, v)
		}
	case reflect.Int, reflect.Int64, reflect.Bool:
		if v.CanSet() {
			p.values = append(p.values, v)
		}
	}
}
