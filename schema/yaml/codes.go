package yaml

import "github.com/esgen/esgen/schema"

// What the front end may find. All of its codes are ES05.
const (
	codeSyntax    schema.Code = "ES0501"
	codeTab       schema.Code = "ES0502"
	codeCharacter schema.Code = "ES0503"
	codeSize      schema.Code = "ES0504"
	codeNoSchema  schema.Code = "ES0505"
	codeDocuments schema.Code = "ES0506"
	codeMerge     schema.Code = "ES0507"
	codeAlias     schema.Code = "ES0508"
	codeTag       schema.Code = "ES0509"

	codeKind      schema.Code = "ES0511"
	codeNull      schema.Code = "ES0512"
	codeNotText   schema.Code = "ES0513"
	codeNumber    schema.Code = "ES0514"
	codeChoice    schema.Code = "ES0515"
	codeKey       schema.Code = "ES0516"
	codeDuplicate schema.Code = "ES0517"
	codeMissing   schema.Code = "ES0518"
	codeTogether  schema.Code = "ES0519"

	codeIdentifier schema.Code = "ES0521"
	codeCollision  schema.Code = "ES0522"
	codeBreaksOut  schema.Code = "ES0523"
	codePackage    schema.Code = "ES0524"

	codeType   schema.Code = "ES0531"
	codeRule   schema.Code = "ES0532"
	codeSets   schema.Code = "ES0533"
	codeField  schema.Code = "ES0534"
	codeImport schema.Code = "ES0535"
)

// CodeForm is the code for a file that Format would change. Who compares the two says
// so.
const CodeForm schema.Code = "ES0541"
