package jsonx

import (
	"strconv"
	"strings"
)

// Paths are not kept while values are read or written. The text up to the place
// of an error holds all there is to know, so it is gone over again when there is
// an error to tell of.

// pathAt is the path of the value at the end of data, which is the beginning of
// a JSON value and may break off anywhere.
func pathAt(data []byte) string {
	type container struct {
		array bool
		index int
		// name is the member that the object is at, where named, as it stands in its
		// quotes.
		name  []byte
		named bool
	}
	var open []container
	for i := 0; i < len(data); i++ {
		top := len(open) - 1
		switch c := data[i]; c {
		case '{', '[':
			open = append(open, container{array: c == '['})
		case '}', ']':
			if top >= 0 {
				open = open[:top]
			}
		case ',':
			if top >= 0 {
				open[top].index++
				open[top].named = false
			}
		case '"':
			end := i + 1
			for end < len(data) && data[end] != '"' {
				if data[end] == '\\' {
					end++
				}
				end++
			}
			if end < len(data) && top >= 0 && !open[top].array && !open[top].named {
				open[top].name, open[top].named = data[i+1:end], true
			}
			i = end
		}
	}

	var path strings.Builder
	for _, c := range open {
		name := string(unescape(c.name))
		switch {
		case c.array:
			path.WriteString("[" + strconv.Itoa(c.index) + "]")
		case !c.named:
			return path.String()
		case name == "" || strings.ContainsAny(name, `.[]"`) || strings.ContainsFunc(name, isControl):
			path.WriteString("[" + strconv.Quote(name) + "]")
		default:
			if path.Len() > 0 {
				path.WriteByte('.')
			}
			path.WriteString(name)
		}
	}
	return path.String()
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
