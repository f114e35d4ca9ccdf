package main

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// markup is what a reader of a page gets.
type markup struct {
	// elements are the kinds of elements that are in it, in order.
	elements []string
	// texts are the texts of the elements of each kind.
	texts map[string][]string
	// attributes are all that there are, as name=value.
	attributes []string
}

// parse reads a page as a browser does, as far as our pages go.
func parse(t *testing.T, page string) markup {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	m := markup{texts: map[string][]string{}}
	var open []*strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			slices.Sort(m.elements)
			m.elements = slices.Compact(m.elements)
			return m
		}
		if err != nil {
			t.Fatalf("a page cannot be read: %v\n%s", err, page)
		}
		switch token := token.(type) {
		case xml.StartElement:
			m.elements = append(m.elements, token.Name.Local)
			for _, a := range token.Attr {
				m.attributes = append(m.attributes, a.Name.Local+"="+a.Value)
			}
			open = append(open, new(strings.Builder))
		case xml.CharData:
			for _, text := range open {
				text.Write(token)
			}
		case xml.EndElement:
			last := len(open) - 1
			m.texts[token.Name.Local] = append(m.texts[token.Name.Local], open[last].String())
			open = open[:last]
		}
	}
}

// ourElements are the kinds of elements in our pages.
var ourElements = []string{"a", "bdi", "body", "h1", "head", "html", "link", "meta", "p", "table", "tbody", "td", "th", "thead", "time", "title", "tr"}

// judge says what in a page is not ours.
func (m markup) judge(t *testing.T, name string) {
	t.Helper()
	for _, element := range m.elements {
		if !slices.Contains(ourElements, element) {
			t.Errorf("%s has an element %q", name, element)
		}
	}
	for _, attribute := range m.attributes {
		if strings.HasPrefix(attribute, "on") || strings.Contains(attribute, "javascript:") || strings.Contains(attribute, "alert") {
			t.Errorf("%s has the attribute %s", name, attribute)
		}
	}
}
