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
	// value is what stands there, parent the struct around the field that has the rules, or
	// the one around that which embeds it under an unexported name; within says that it is
	// not the command itself.
	value, parent reflect.Value
	within        bool
	field         reflect.StructField
	// rules are those of the field that are yet to be judged, depth is how many slices or maps
	// they have entered.
	rules []string
	depth int
	// keys are those of maps that the path tells; key is the one of the value, if it is an
	// element of a map.
	keys []string
	key  reflect.Value
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
		if v.CanInterface() {
			p.within = p.parent.IsValid()
			p.parent = v
		}
		p.value, p.field = v.Field(i), f
		p.rules, p.depth = strings.Split(f.Tag.Get("validate"), ","), 0
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
				entered := p.entered(i, p.shown(key), v.MapIndex(key.value))
				entered.key = key.value
				entered.keys = append(slices.Clip(p.keys), key.text)
				if found, ok := entered.inField(rest); ok {
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
	p.value, p.key = v, reflect.Value{}
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

// hidden stands for a map's key that is not told.
const hidden = "…"

// shown is what a path tells of a map's key. The key may be what was refused, and it is
// the sender's to choose: only short and plain ones are told, of maps whose keys have no
// rules.
func (p place) shown(key mapKey) string {
	if key.text == "" || len(key.text) > longestKey || strings.Contains(p.field.Tag.Get("validate"), "keys") {
		return hidden
	}
	for _, r := range key.text {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_') {
			return hidden
		}
	}
	return key.text
}

// withoutValue hides the keys in the path that tell of the value, for this is what was
// refused: the accounts of a map by name have that name too.
func (p place) withoutValue() place {
	v := behindPointers(p.value)
	if !v.IsValid() {
		return p
	}
	text := fmt.Sprintf("%v", v)
	for _, key := range p.keys {
		if key == text || v.Kind() == reflect.String && text != "" && strings.Contains(key, text) {
			p.path = strings.ReplaceAll(p.path, "["+key+"]", "["+hidden+"]")
		}
	}
	return p
}

func behindPointers(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}
