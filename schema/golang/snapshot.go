package golang

import (
	"crypto/sha256"
	"encoding/hex"
	"go/scanner"
	"go/token"
	"io"
	"strconv"

	"github.com/esgen/esgen/schema"
)

// snapshot reads //es:snapshot; nil where there is none.
func (m *markedType) snapshot() *schema.Snapshot {
	d := m.directive("snapshot")
	if d == nil {
		return nil
	}
	number := func(key string) int {
		if text := d.value(key); text != nil {
			n, _ := strconv.Atoi(text.Value)
			return n
		}
		return 0
	}
	s := &schema.Snapshot{Directive: d.name, Every: number("every"), Version: number("version")}
	if d.value("every") == nil {
		s.Every = 1 // it was reported; nothing else is wrong with it
	}
	return s
}

// digest is a fingerprint of the source of a method and, where it matters for snapshots,
// of all that it leads to within the package: functions and methods that it calls,
// constants and variables that it names. It is one of tokens, so that comments and the way
// in which the source is laid out do not matter, and neither does where it stands.
func (u *unit) digest(method *declaration) string {
	sum := sha256.New()
	if u.takesSnapshots() {
		for _, text := range u.reached(method) {
			sum.Write([]byte(text))
		}
	} else {
		writeTokens(sum, u.textOf(method.file, method.fn))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// valueSource is such a fingerprint of what encodes and decodes a value object: functions
// of the package, and a method of a type, which may be empty.
func (u *unit) valueSource(typ, method string, functions ...schema.Text) string {
	var from []*declaration
	for _, m := range u.methods[typ] {
		if m.name == method {
			from = append(from, m)
		}
	}
	for _, name := range functions {
		from = append(from, u.decls[name.Value]...) // none where it is of another package
	}
	sum := sha256.New()
	for _, text := range u.reached(from...) {
		sum.Write([]byte(text))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// writeTokens writes the tokens of a declaration.
func writeTokens(w io.Writer, text []byte) {
	fset := token.NewFileSet()
	var s scanner.Scanner
	s.Init(fset.AddFile("", fset.Base(), len(text)), text, nil, 0)
	write := func(word string) { _, _ = io.WriteString(w, word) }
	// A semicolon or a comma before a closing bracket is there or not as the line breaks are.
	held := ""
	for {
		_, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		word := tok.String()
		if tok.IsLiteral() || tok == token.ILLEGAL {
			word = literal
		}
		if tok != token.RBRACE && tok != token.RPAREN && tok != token.RBRACK {
			write(held)
		}
		held = ""
		if tok == token.SEMICOLON || tok == token.COMMA {
			held = word + "\x00"
			continue
		}
		write(word + "\x00")
	}
}
