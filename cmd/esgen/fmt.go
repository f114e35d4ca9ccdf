package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/schema/yaml"
)

const fmtHelp = `fmt brings schema files into one form: keys in the order of the language, two spaces a level,
at most one empty line in a row. Comments stay with what they stand above or behind. Types,
events and fields stay in the order in which you have put them.

Each argument is a file, or a folder, which means the schema files in it, or a folder and
/..., which means those in all folders of the module below it; without one it is the current
folder. Nothing is written where any of the files is no YAML.

With --check nothing is written at all: fmt says which files would change, and prints how as
a unified diff, in the form that "git apply" and "patch -p1" take.`

// fmtFlags are those of esgen fmt.
type fmtFlags struct {
	check  bool
	format formatFlag
}

func newFmtCommand() *cobra.Command {
	var flags fmtFlags
	cmd := &cobra.Command{
		Use:   "fmt [FILE.yaml... | DIR...]",
		Short: "Bring schema files into one form",
		Long:  fmtHelp + "\n" + exitHelp,
		Example: `  esgen fmt order/order.yaml
  esgen fmt --check ./...`,
		Args: cobra.ArbitraryArgs,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return formatSchemas(cmd, &flags, args)
		},
	}
	cmd.Flags().BoolVar(&flags.check, "check", false, "write nothing, and say which files would change")
	flags.format.Format = schema.FormatText
	cmd.Flags().Var(&flags.format, "format", "how findings are printed: text or, for other programs, json or github")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formatNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// formatSchemas formats the files, or says what that would change.
func formatSchemas(cmd *cobra.Command, flags *fmtFlags, args []string) error {
	files, err := schemaFiles(args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "esgen: nothing to format: no schema files found; one begins with \"esgen: 1\"")
	}
	p := &plan{}
	var found schema.Diagnostics
	for _, file := range files {
		c, wrong, err := formatted(file)
		if err != nil {
			return err
		}
		found = append(found, wrong...)
		if c != nil {
			p.changes = append(p.changes, *c)
		}
	}
	if found.HasErrors() {
		return report(cmd, flags.format, found)
	}
	if !flags.check {
		return p.write(cmd.Context())
	}
	diffs := cmd.OutOrStdout()
	if flags.format.Format != schema.FormatText {
		diffs = io.Discard
	}
	for _, c := range p.changes {
		found = append(found, schema.Diagnostic{
			Code: yaml.CodeForm, Severity: schema.Error,
			Span:    schema.Span{File: c.path, Line: c.firstDifference(), Column: 1, Width: 1},
			Message: filepath.Base(c.path) + " is not in canonical form",
			Help:    "run " + spelling() + " fmt " + filepath.ToSlash(displayPath(c.path)),
		})
		if _, err := diffs.Write(c.diff()); err != nil {
			return err
		}
	}
	return report(cmd, flags.format, found)
}

// schemaFiles are the absolute paths of the files that arguments mean, each once and
// sorted.
func schemaFiles(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	var files []string
	for _, arg := range args {
		name, below := arg, false
		if slash := filepath.ToSlash(arg); slash == "..." || strings.HasSuffix(slash, "/...") {
			name, below = cmp.Or(filepath.FromSlash(strings.TrimSuffix(slash, "...")), "."), true
		}
		absolute, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(absolute)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("there is no file %s", name)
		case err != nil:
			return nil, err
		case !info.IsDir():
			files = append(files, absolute)
			continue
		}
		folders := []string{absolute}
		if below {
			if folders, err = foldersBelow(absolute); err != nil {
				return nil, err
			}
		}
		for _, folder := range folders {
			within, err := yaml.Files(folder)
			if err != nil {
				return nil, err
			}
			files = append(files, within...)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// foldersBelow are a folder and those below it that can be packages of its module, as the
// go command sees it.
func foldersBelow(root string) ([]string, error) {
	// A link to a folder is not gone into but where it is the root, and that is followed
	// because of the separator behind it: the shell may stand in one.
	root += string(filepath.Separator)
	var folders []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			return nil
		case path != root && (d.Name()[0] == '.' || d.Name()[0] == '_' || d.Name() == "testdata" || d.Name() == "vendor"):
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != root {
			return fs.SkipDir // a module of its own
		}
		folders = append(folders, filepath.Clean(path))
		return nil
	})
	return folders, err
}

// formatted says what formatting does to a file; nil if nothing.
func formatted(path string) (*change, schema.Diagnostics, error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := os.Stat(target)
	if err != nil {
		return nil, nil, err
	}
	old, err := os.ReadFile(target)
	if err != nil {
		return nil, nil, err
	}
	text, found := yaml.Format(path, old)
	if found.HasErrors() || bytes.Equal(unixLines(old), text) {
		return nil, found, nil
	}
	return &change{action: updated, path: path, target: target, old: old, new: text, mode: info.Mode().Perm()}, found, nil
}
