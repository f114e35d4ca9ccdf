package golang

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// lowered is what the name of a file ends in that holds the declarations of a schema
// file, so that the scenarios need no front end for those. A byte of it stands for the
// first place in the schema file with the word that the byte is in.
const lowered = ".lowered"

// declare is what a scenario has for Config.Declare. A schema file in which the word
// WRONG stands has an error there, and declares nothing.
func (s *scenario) declare(dirs []string) ([]*schema.Declared, schema.Diagnostics, error) {
	var list []*schema.Declared
	var found schema.Diagnostics
	for _, f := range s.Files {
		name, ok := strings.CutSuffix(f.Name, lowered)
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		if !ok || !slices.Contains(dirs, filepath.Dir(path)) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		if len(f.Data) == 0 {
			continue
		}
		if at := placeOfWord(path, text, "WRONG"); at.Line > 0 {
			found = append(found, schema.Diagnostic{Code: "ES0599", Severity: schema.Error, Span: at, Message: "something is wrong"})
			continue
		}
		list = append(list, lower(path, text, f.Data))
	}
	return list, found, nil
}

func lower(path string, text, source []byte) *schema.Declared {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		panic(err)
	}
	d := &schema.Declared{
		Dir: filepath.Dir(path), Package: parsed.Name.Name, File: path, Source: source,
		At: func(offset int) schema.Span { return placeOfWord(path, text, wordAt(source, offset)) },
	}
	file := &file{ast: parsed}
	for o := range file.objects() {
		if o.kind != "type" {
			continue
		}
		d.Declarations = append(d.Declarations, &schema.Declaration{
			Name: schema.Text{Value: o.id.Name, Span: placeOfWord(path, text, o.id.Name)},
			Kind: map[bool]schema.DeclarationKind{true: schema.DeclaredStruct}[bytes.Contains(source, []byte("type "+o.id.Name+" struct"))],
		})
	}
	return d
}

// wordAt is the identifier, or the rest of a name with dots in it, at an offset.
func wordAt(source []byte, offset int) string {
	end := offset
	for end < len(source) && (source[end] == '.' || source[end] == '_' || isLetter(source[end])) {
		end++
	}
	return string(source[offset:end])
}

func isLetter(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9'
}

func placeOfWord(path string, text []byte, word string) schema.Span {
	for at := 0; word != ""; {
		i := bytes.Index(text[at:], []byte(word))
		if i < 0 {
			break
		}
		at += i
		if (at == 0 || !isLetter(text[at-1])) && wordAt(text, at) == word {
			before := text[:at]
			return schema.Span{
				File: path, Line: 1 + bytes.Count(before, []byte("\n")), Column: at - bytes.LastIndexByte(before, '\n'), Width: len(word),
			}
		}
		at++
	}
	return schema.Span{}
}
