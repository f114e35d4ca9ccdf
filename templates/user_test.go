package templates

import (
	"strings"
	"testing"

	"github.com/esgen/esgen/templates/scaffold"
)

// TestUserModule does what a user does: packages of his own, generated, vetted
// and tested. They are the examples, and what esgen init writes. The tests of the
// profile example are left out here: they need SQLite, which would be compiled once
// more for a module of its own.
func TestUserModule(t *testing.T) {
	user := newUserModule(t, "example.com/user")
	user.adopt(t, "../examples/order", "github.com/esgen/esgen/examples/", "order", "example.com/user/", true)
	user.adopt(t, "../examples/profile", "github.com/esgen/esgen/examples/", "profile", "example.com/user/", false)
	for _, options := range []scaffold.Options{
		{Package: "invoice"},
		{Package: "exam"},
		{Package: "web_check", Aggregate: "HTTPCheck"},
		{Package: "testing", Aggregate: "T"},
		{Package: "errors", Aggregate: "Error"},
		{Package: "es"},
	} {
		files, err := scaffold.Files(options)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			user.write(t, "started/"+options.Package+"/"+f.Name, f.Content)
		}
	}
	user.generate(t, "./...")
	if output, err := user.command(t, "vet", "./..."); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	output, err := user.command(t, "test", "-v", "-vet=off", "-ldflags=-s -w", "./profile", "./order", "./started/invoice")
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, test := range []string{"TestSiblingsShareAVersion", "TestRename", "TestSaveAndLoad", "TestEsgenRoundTrip"} {
		if !strings.Contains(output, "--- PASS: "+test) {
			t.Errorf("%s did not run:\n%s", test, output)
		}
	}
}
