package sqlite

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/internal/appends"
)

// distinct returns tags in their order, each once.
func distinct(tags []es.Tag) []es.Tag { return appends.DistinctTags(tags) }

// appendTags appends tags as they stand in the row of an event: a JSON array of
// pairs, in which only quotes, backslashes and control characters are escaped.
// Keys and values are valid UTF-8.
func appendTags(dst []byte, tags []es.Tag) []byte {
	for i, tag := range tags {
		dst = append(dst, "[,"[min(i, 1)], '[')
		dst = appendText(dst, tag.Key)
		dst = append(dst, ',')
		dst = appendText(dst, tag.Value)
		dst = append(dst, ']')
	}
	return append(dst, ']')
}

func appendText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// parseTags appends to dst what appendTags wrote. The texts share s's memory where
// they can.
func parseTags(dst []es.Tag, s string) ([]es.Tag, error) {
	if strings.ContainsRune(s, '\\') {
		return parseEscapedTags(dst, s)
	}
	malformed := func() ([]es.Tag, error) { return nil, fmt.Errorf("tags are malformed: %q", s) }
	rest, ok := strings.CutPrefix(s, "[")
	if !ok {
		return malformed()
	}
	for {
		var key, value string
		if rest, ok = strings.CutPrefix(rest, `["`); !ok {
			return malformed()
		}
		if key, rest, ok = strings.Cut(rest, `"`); !ok {
			return malformed()
		}
		if rest, ok = strings.CutPrefix(rest, `,"`); !ok {
			return malformed()
		}
		if value, rest, ok = strings.Cut(rest, `"`); !ok {
			return malformed()
		}
		dst = append(dst, es.Tag{Key: key, Value: value})
		switch {
		case rest == "]]":
			return dst, nil
		case strings.HasPrefix(rest, "],"):
			rest = rest[2:]
		default:
			return malformed()
		}
	}
}

func parseEscapedTags(dst []es.Tag, s string) ([]es.Tag, error) {
	var pairs [][]string
	if err := json.Unmarshal([]byte(s), &pairs); err != nil {
		return nil, fmt.Errorf("tags are malformed: %w", err)
	}
	for _, pair := range pairs {
		if len(pair) != 2 {
			return nil, fmt.Errorf("tags are malformed: %q", s)
		}
		dst = append(dst, es.Tag{Key: pair[0], Value: pair[1]})
	}
	return dst, nil
}
