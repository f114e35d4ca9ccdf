package golang

import (
	"slices"
	"strings"

	"github.com/esgen/esgen/schema"
)

// What the front end may find: ES02 is about directives, tags and the declarations
// they stand on, ES04 about packages that cannot be read. ES0202 and ES0223 stood for
// what was reserved once, and are not used again.
const (
	codeUnknownDirective schema.Code = "ES0201"
	codeNoDirective      schema.Code = "ES0203"
	codeStray            schema.Code = "ES0204"
	codeMisplaced        schema.Code = "ES0205"
	codeRepeated         schema.Code = "ES0206"
	codeTwoRoles         schema.Code = "ES0207"
	codeAlone            schema.Code = "ES0208"
	codeMissingArg       schema.Code = "ES0209"
	codeTooManyArgs      schema.Code = "ES0210"
	codeForm             schema.Code = "ES0211"
	codeUnknownKey       schema.Code = "ES0212"
	codeEmptyValue       schema.Code = "ES0213"
	codeQuotes           schema.Code = "ES0214"
	codeVersion          schema.Code = "ES0215"
	codeTestFile         schema.Code = "ES0216"
	codeExcluded         schema.Code = "ES0217"

	codeMalformedTag schema.Code = "ES0221"
	codeUnknownTag   schema.Code = "ES0222"
	codeTagPlace     schema.Code = "ES0224"

	codeValueType    schema.Code = "ES0231"
	codeNoFunction   schema.Code = "ES0232"
	codeFunctionForm schema.Code = "ES0233"
	codeAlias        schema.Code = "ES0234"
	codeUndeclared   schema.Code = "ES0235"
	codeStrayApply   schema.Code = "ES0236"

	codeDeclaredTwice schema.Code = "ES0241"

	codeGoVersion schema.Code = "ES0401"
	codePattern   schema.Code = "ES0402"
	codeNoMatch   schema.Code = "ES0403"
	codeListing   schema.Code = "ES0405"
	codeSyntax    schema.Code = "ES0406"
	codeImport    schema.Code = "ES0407"
	codeCycle     schema.Code = "ES0408"
	codeType      schema.Code = "ES0409"
)

// CodeNoGoFiles is the code for a folder that holds no Go files. It has a name for
// those who know better: the folder may hold YAML.
const CodeNoGoFiles schema.Code = "ES0404"

// Codes lists what Load may find, sorted by code. The caller may keep and change
// the list.
func Codes() []schema.CodeInfo {
	infos := slices.Concat(directiveCodes, tagCodes, declarationCodes, loadCodes)
	for i := range infos {
		infos[i].Text = strings.ReplaceAll(strings.TrimSpace(infos[i].Text), "¦", "`") + "\n"
	}
	return infos
}
