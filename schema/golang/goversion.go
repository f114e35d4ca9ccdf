package golang

import (
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/esgen/esgen/schema"
)

// tooNew reports a module, or a workspace, that needs a newer Go than esgen was
// built with. It looks before anything else is done: what fails because of that
// fails in confusing ways.
func (l *loader) tooNew() bool {
	names := []string{"go.mod", "go.work"}
	if slices.Contains(l.environ(), "GOWORK=off") {
		names = names[:1]
	}
	for _, name := range names {
		for dir := l.Dir; ; dir = filepath.Dir(dir) {
			path := filepath.Join(dir, name)
			if exists(path) {
				if need := l.goLine(path); l.reportTooNew(need) {
					return true
				}
				break
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return false
}

// goLine finds the Go version in a go.mod or a go.work file. The go command says
// what is wrong with the file itself.
func (l *loader) goLine(path string) schema.Text {
	text, err := os.ReadFile(path)
	if err != nil {
		return schema.Text{}
	}
	var line *modfile.Go
	if filepath.Base(path) == "go.work" {
		if work, err := modfile.ParseWork(path, text, nil); err == nil {
			line = work.Go
		}
	} else if mod, err := modfile.ParseLax(path, text, nil); err == nil {
		line = mod.Go
	}
	if line == nil {
		return schema.Text{}
	}
	start := line.Syntax.Start.Byte
	at := start + max(0, strings.Index(string(text[start:]), line.Version))
	return schema.Text{Value: line.Version, Span: (&file{path: path, text: text}).spanAt(at, len(line.Version))}
}

func (l *loader) reportTooNew(need schema.Text) bool {
	wanted, have := version.Lang("go"+need.Value), version.Lang(l.goVersion)
	if wanted == "" || have == "" || version.Compare(wanted, have) <= 0 {
		return false // a development version of Go reads everything
	}
	l.errorf(codeGoVersion, need.Span, "this module needs %s, but esgen was built with %s", wanted, have).
		Help = "build esgen with " + wanted + " or newer: go get -tool github.com/esgen/esgen/cmd/esgen@latest"
	return true
}

// tooNewFiles does the same for the modules of the packages that were found, and
// for files that ask for a newer Go than their module.
func (l *loader) tooNewFiles() bool {
	found := false
	for _, s := range l.sources {
		if s.Module != nil && s.Module.GoMod != "" && l.reportTooNew(schema.Text{
			Value: s.Module.GoVersion, Span: l.goLine(s.Module.GoMod).Span,
		}) {
			found = true
		}
		for _, f := range s.files {
			if f.ast != nil && f.ast.GoVersion != "" && l.reportTooNew(schema.Text{
				Value: strings.TrimPrefix(f.ast.GoVersion, "go"), Span: f.spanAt(strings.Index(string(f.text), "//go:build"), len("//go:build")),
			}) {
				found = true
			}
		}
	}
	return found
}

var (
	needsGo   = regexp.MustCompile(`requires go >= (\S+)`)
	runningGo = regexp.MustCompile(`running go (\S+?)[;)]`)
)

// tooOldCommand reports that the go command is older than the module needs, or one
// of its dependencies.
func (l *loader) tooOldCommand(failed *GoError) bool {
	needs := needsGo.FindStringSubmatch(failed.Stderr)
	if needs == nil {
		return false
	}
	running := runningGo.FindStringSubmatch(failed.Stderr)
	have := "older"
	if running != nil {
		have = "go" + running[1]
	}
	l.errorf(codeGoVersion, schema.Span{}, "this module needs go%s, but the go command is %s", needs[1], have).
		Help = "install go" + needs[1] + " or newer, or let GOTOOLCHAIN=auto fetch it"
	return true
}
