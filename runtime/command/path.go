package command

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// place is where in a command a rule was broken.
type place struct {
	// path is by JSON names: lines[2].sku. order sorts places as the fields are
	// declared, elements by index, those of maps by the text of their keys.
	path  string
	order []int
	// value is what stands there, field the field that has the rules, and depth how
	// many slices or maps of that field have been entered.
	value reflect.Value
	field reflect.StructField
	depth int
}

// inStruct follows a path of Go names, as the library writes it, from a struct. It
// fails where the path does not lead anywhere.
func (p place) inStruct(path string) (place, bool) {
	v := behindPointers(p.value)
	if v.Kind() != reflect.Struct {
		return place{}, false
	}
	name := path
	if end := strings.IndexAny(path, ".["); end >= 0 {
		name = path[:end]
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name != name {
			continue
		}
		if own := jsonName(f); own != "" {
			if p.path != "" {
				own = "." + own
			}
			p.path += own
		}
		p.order = append(slices.Clip(p.order), i)
		p.value, p.field, p.depth = v.Field(i), f, 0
		return p.inField(path[len(name):])
	}
	return place{}, false
}

// inField follows the rest of a path, from the value of a field or of an element.
func (p place) inField(rest string) (place, bool) {
	if rest == "" {
		return p, true
	}
	if inner, ok := strings.CutPrefix(rest, "."); ok {
		return p.inStruct(inner)
	}
	switch v := behindPointers(p.value); v.Kind() {
	case reflect.Slice, reflect.Array:
		digits, rest, _ := strings.Cut(strings.TrimPrefix(rest, "["), "]")
		i, err := strconv.Atoi(digits)
		if err != nil || i < 0 || i >= v.Len() {
			return place{}, false
		}
		return p.entered(i, digits, v.Index(i)).inField(rest)
	case reflect.Map:
		// A key may hold any text, also some that looks like the path after it: the
		// first that leads somewhere is taken.
		keys := sortedKeys(v)
		for i, key := range keys {
			if rest, ok := strings.CutPrefix(rest, "["+key.text+"]"); ok {
				if found, ok := p.entered(i, p.shown(key), v.MapIndex(key.value)).inField(rest); ok {
					return found, true
				}
			}
		}
	}
	return place{}, false
}

// entered is the place of an element.
func (p place) entered(i int, key string, v reflect.Value) place {
	p.path += "[" + key + "]"
	p.order = append(slices.Clip(p.order), i)
	p.value = v
	p.depth++
	return p
}

type mapKey struct {
	text  string
	value reflect.Value
}

func sortedKeys(m reflect.Value) []mapKey {
	var keys []mapKey
	for _, key := range m.MapKeys() {
		keys = append(keys, mapKey{fmt.Sprintf("%v", key), key})
	}
	slices.SortFunc(keys, func(a, b mapKey) int { return cmp.Compare(a.text, b.text) })
	return keys
}

// longestKey is the most characters of a map's key that are shown.
const longestKey = 40

// shown is what a path tells of a map's key. The key may be what was refused, and it is
// the sender's to choose: only short and plain ones are told, of maps whose keys have no
// rules, and whose values are not the keys again.
func (p place) shown(key mapKey) string {
	const hidden = "…"
	if key.text == "" || len(key.text) > longestKey || strings.Contains(p.field.Tag.Get("validate"), "keys") {
		return hidden
	}
	for _, r := range key.text {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_') {
			return hidden
		}
	}
	if v := behindPointers(behindPointers(p.value).MapIndex(key.value)); v.IsValid() && fmt.Sprintf("%v", v) == key.text {
		return hidden
	}
	return key.text
}

func behindPointers(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}
