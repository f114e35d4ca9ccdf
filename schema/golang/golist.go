package golang

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// listed is a package as `go list -json` prints it.
type listed struct {
	Dir        string
	ImportPath string
	Name       string
	GoFiles    []string
	CgoFiles   []string
	// IgnoredGoFiles are left out by build constraints.
	IgnoredGoFiles []string
	TestGoFiles    []string
	XTestGoFiles   []string
	// Match has the patterns that the package was found by, as they were given.
	Match    []string
	Standard bool
	Module   *listedModule
	Error    *listError
}

type listedModule struct {
	Path      string
	Main      bool
	Dir       string
	GoVersion string
	GoMod     string
}

type listError struct {
	Err string
}

// listFields are the fields that go list is asked for: what it need not print, it
// need not find out.
const listFields = "-json=Dir,ImportPath,Name,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Match,Standard,Module,Error"

// goList resolves patterns. It runs the go command itself and not through
// go/packages, which would start a second process to ask for the version, and
// would not say which pattern matched what. With -find the go command reads but
// the packages that match, not what they import.
func (c *Config) goList(ctx context.Context, patterns []string) ([]*listed, error) {
	args := append([]string{"list", "-e", "-find", listFields, "-buildvcs=false"}, c.buildFlags()...)
	args = append(append(args, "--"), patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = c.Dir
	cmd.Env = c.environ()
	// A child of the go command can hold the pipes open after it was killed.
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			return nil, &GoError{Args: args, Stderr: strings.TrimSpace(stderr.String())}
		}
		return nil, fmt.Errorf("cannot run the go command: %w", err)
	}
	var packages []*listed
	for dec := json.NewDecoder(&stdout); ; {
		p := new(listed)
		switch err := dec.Decode(p); {
		case err == io.EOF:
			return packages, nil
		case err != nil:
			return nil, fmt.Errorf("cannot read the output of go list: %w", err)
		}
		packages = append(packages, p)
	}
}

// GoError says that the go command failed, outside of any package: the go.mod file
// is missing or broken, say.
type GoError struct {
	// Args are the command's arguments, Stderr what it printed.
	Args   []string
	Stderr string
}

func (e *GoError) Error() string {
	return "go " + e.Args[0] + " failed: " + strings.TrimPrefix(e.Stderr, "go: ")
}

// environ is the environment of the go command. PWD tells it the folder's name as
// the user knows it, where that leads through a symbolic link.
func (c *Config) environ() []string {
	env := c.Env
	if env == nil {
		env = os.Environ()
	}
	env = append(env[:len(env):len(env)], "GOPACKAGESDRIVER=off")
	if filepath.IsAbs(c.Dir) {
		env = append(env, "PWD="+c.Dir)
	}
	return env
}

func (c *Config) buildFlags() []string {
	flags := c.BuildFlags[:len(c.BuildFlags):len(c.BuildFlags)]
	if len(c.Tags) > 0 {
		flags = append(flags, "-tags="+strings.Join(c.Tags, ","))
	}
	return flags
}
