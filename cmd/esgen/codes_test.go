package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/esgen/esgen/schema"
)

// Every code that anything finds is explained, and means one thing.
func TestCodes(t *testing.T) {
	form := regexp.MustCompile(`^ES\d{4}$`)
	seen := map[schema.Code]bool{}
	for _, c := range allCodes() {
		switch {
		case !form.MatchString(string(c.Code)):
			t.Errorf("code %q is not of the form ES0000", c.Code)
		case seen[c.Code]:
			t.Errorf("code %s stands for two things", c.Code)
		case c.Title == "" || strings.TrimSpace(c.Text) == "":
			t.Errorf("code %s is not explained", c.Code)
		case strings.Contains(c.Title, "\n"):
			t.Errorf("code %s has a title of several lines", c.Code)
		}
		seen[c.Code] = true
	}
	for _, code := range []schema.Code{codeStale, codeMissing, codeOrphaned, codeForeign} {
		if !seen[code] {
			t.Errorf("code %s is not listed", code)
		}
	}
}

func TestFindCode(t *testing.T) {
	for _, name := range []string{"ES0901", "es0901", "ES901", "0901", "901"} {
		if c, ok := findCode(name); !ok || c.Code != codeStale {
			t.Errorf("findCode(%q): %v, %v", name, c.Code, ok)
		}
	}
	for _, name := range []string{"", "ES", "ES9999", "ES00901", "order.placed"} {
		if c, ok := findCode(name); ok {
			t.Errorf("findCode(%q): %v, want none", name, c.Code)
		}
	}
}

func TestSimilarCodes(t *testing.T) {
	for name, want := range map[string]bool{
		"ES0911": true,  // another digit
		"ES9001": true,  // two that changed places
		"ES0109": false, // both, or more
		"ES901":  false,
		"":       false,
	} {
		if got := slices.Contains(similarCodes(name), string(codeStale)); got != want {
			t.Errorf("%s is similar to %q: %v, want %v", codeStale, name, got, want)
		}
	}
}
