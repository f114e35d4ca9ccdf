package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"order-17":           `order-17`,
		"ü 日本 🎉 e\u0301":     "ü 日本 🎉 e\u0301",
		"\x1b[2J":            `\x1b[2J`,
		"\u009b2J":           `\u009b2J`,
		"a\r\nb\tc\x00\x7f":  `a\r\nb\tc\x00\x7f`,
		"\u202egpj.exe":      `\u202egpj.exe`,
		"a\u200bb\u2028c":    `a\u200bb\u2028c`,
		"\xff\xfe":           `\xff\xfe`,
		"\U000e0041\ufffd!":  `\U000e0041\ufffd!`,
		`it's "so" \ plain`:  `it's "so" \ plain`,
		"\ue000\U0010ffff/a": `\ue000\U0010ffff/a`,
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	for name, want := range map[string]string{
		"order-17": `order-17`, "a b": `a b`, "": `""`, " a": `" a"`, `a"b`: `"a\"b"`, `\x1b`: `"\\x1b"`, "\x1b": `"\x1b"`,
	} {
		if got := printableName(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

// Whatever a text holds, nothing of it drives a terminal, and JSON keeps its meaning.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b]0;x\a", "\u009b\u202e\xff", `"\`, "\U000e0041", "\u2028", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{printable(s), printableName(s)} {
			if !plain(got) {
				t.Errorf("%q became %q", s, got)
			}
		}
		if unquoted, err := strconv.Unquote(printableName(s)); err == nil && unquoted != s {
			t.Errorf("%q is shown as %s, which is %q", s, printableName(s), unquoted)
		}
		var b bytes.Buffer
		if err := printJSON(&b, s); err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(b.String(), "\n")
		if !plain(text) {
			t.Errorf("%q became %q", s, text)
		}
		var back string
		if err := json.Unmarshal([]byte(text), &back); err != nil || back != string([]rune(s)) {
			t.Errorf("%q became %s, which is %q, %v", s, text, back, err)
		}
	})
}
