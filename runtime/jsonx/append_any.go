package jsonx

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// The functions of this file append values whose depth the types do not tell.
// They take the number of containers that are open around the value, and return
// ErrDepth if the value goes deeper than MaxDepth with them.

// AppendRaw appends JSON without its whitespace, nil as null. It returns an error
// if raw is not JSON that a Reader accepts.
func AppendRaw[T ~[]byte](dst []byte, raw T, depth int) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	r := Reader{data: raw, depth: depth}
	r.Skip()
	r.end()
	if r.err != nil {
		return dst, r.err
	}
	return appendCompact(dst, raw), nil
}

// appendCompact appends valid JSON without its whitespace.
func appendCompact(dst, raw []byte) []byte {
	done, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && isSpace(c):
			dst = append(dst, raw[done:i]...)
			done = i + 1
		}
	}
	return append(dst, raw[done:]...)
}

// AppendJSON appends what a MarshalJSON method returns, as AppendRaw does.
func AppendJSON(dst []byte, marshal func() ([]byte, error), depth int) ([]byte, error) {
	raw, err := marshal()
	if err != nil {
		return dst, err
	}
	if raw == nil {
		raw = []byte{} // nothing, and not null
	}
	return AppendRaw(dst, raw, depth)
}

// AppendAny appends a value of any type. Values of the types that Reader.Any
// gives are written as generated code writes them; others are left to
// encoding/json.
func AppendAny(dst []byte, v any, depth int) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return AppendBool(dst, v), nil
	case string:
		return AppendString(dst, v)
	case float64:
		return AppendFloat64(dst, v)
	case int:
		return AppendInt(dst, v), nil
	case int64:
		return AppendInt(dst, v), nil
	case []any:
		if v != nil && depth >= MaxDepth {
			return dst, ErrDepth
		}
		for i := range v {
			if dst, err = AppendAny(Elem(dst, i), v[i], depth+1); err != nil {
				return dst, err
			}
		}
		return EndSlice(dst, v), nil
	case map[string]any:
		if v != nil && depth >= MaxDepth {
			return dst, ErrDepth
		}
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if dst, err = AppendName(dst, i, name); err != nil {
				return dst, err
			}
			if dst, err = AppendAny(dst, v[name], depth+1); err != nil {
				return dst, err
			}
		}
		return EndMap(dst, v), nil
	default:
		return AppendOpaque(dst, v, depth)
	}
}

// AppendOpaque leaves a value to encoding/json and its reflection. Give it a
// pointer, so that methods of the pointer are found.
func AppendOpaque(dst []byte, v any, depth int) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return dst, err
	}
	return AppendRaw(dst, b.Bytes(), depth)
}
