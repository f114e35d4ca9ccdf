package golang

import (
	"crypto/sha256"
	"encoding/hex"
	"go/scanner"
	"go/token"
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

// digest is a fingerprint of the source of a method: of its tokens, so that comments and
// the way in which it is laid out do not matter, and neither does where it stands.
func (u *unit) digest(method *declaration) string {
	from, to := method.file.offset(u.fset, method.fn.Pos()), method.file.offset(u.fset, method.fn.End())
	text := method.file.text[from:to]
	fset := token.NewFileSet()
	var s scanner.Scanner
	s.Init(fset.AddFile("", fset.Base(), len(text)), text, nil, 0)
	sum := sha256.New()
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
			sum.Write([]byte(held))
		}
		held = ""
		if tok == token.SEMICOLON || tok == token.COMMA {
			held = word + "\x00"
			continue
		}
		sum.Write([]byte(word + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
