package es

import (
	"errors"
	"fmt"
	"strings"
)

const idPlaceholder = "{id}"

// template is a parsed stream template.
type template struct{ text, prefix, suffix string }

func parseTemplate(s string) (template, error) {
	prefix, suffix, found := strings.Cut(s, idPlaceholder)
	if !found || strings.Contains(suffix, idPlaceholder) {
		return template{}, fmt.Errorf("stream template %q must hold %s once", s, idPlaceholder)
	}
	return template{text: s, prefix: prefix, suffix: suffix}, nil
}

// stream is the stream of the aggregate whose ID has that text.
func (t template) stream(key string) (Stream, error) {
	if key == "" {
		return Stream{}, ErrNoID
	}
	return Stream{Name: t.prefix + key + t.suffix, Category: t.text, Key: key}, nil
}

// overlaps says whether the two can spell one stream: some text has both
// prefixes and both suffixes.
func (t template) overlaps(u template) bool {
	return (strings.HasPrefix(t.prefix, u.prefix) || strings.HasPrefix(u.prefix, t.prefix)) &&
		(strings.HasSuffix(t.suffix, u.suffix) || strings.HasSuffix(u.suffix, t.suffix))
}

var errNilStore = errors.New("es: the store is nil")
