package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/esgen/esgen/schema/yaml"
	"github.com/esgen/esgen/templates/scaffold"
)

const (
	ownModule = "github.com/esgen/esgen"
	ownTool   = ownModule + "/cmd/esgen"

	// schemaName is what the first line of a schema file calls its JSON Schema.
	schemaName = "esgen.schema.json"
)

const initHelp = `init starts a package: an aggregate with two events, and a test. DIR is its folder, which is
made if need be and must not have Go files yet; without DIR it is the current one. With --yaml
the events and commands are declared in a schema file, and its JSON Schema is written beside
it, for editors. After

	go generate ./DIR
	go test ./DIR

the test passes, and everything is yours to change.

If there is no go.mod yet, init makes one. It then has the go command add what the package
needs: esgen as a tool, and the modules that the package imports. Each command is printed
before it runs.`

// initFlags are those of esgen init.
type initFlags struct {
	pkg, aggregate, module string
	yaml                   bool
}

func newInitCommand() *cobra.Command {
	var flags initFlags
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Start a package with an aggregate, two events and a test",
		Long:  initHelp,
		Example: `  esgen init order
  esgen init --yaml order
  esgen init --aggregate Basket shop`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError(cmd, fmt.Errorf("one folder at a time, but there are %d", len(args)))
			}
			return nil
		},
		ValidArgsFunction: completeFolder,
		RunE: func(cmd *cobra.Command, args []string) error {
			folder := "."
			if len(args) > 0 {
				folder = args[0]
			}
			return initialize(cmd, &flags, folder)
		},
	}
	cmd.Flags().StringVar(&flags.pkg, "package", "", "`NAME` of the package, by default that of the folder")
	cmd.Flags().StringVar(&flags.aggregate, "aggregate", "", "Go `NAME` of the aggregate, by default made from the package's")
	cmd.Flags().StringVar(&flags.module, "module", "", "`PATH` of the module, where there is no go.mod yet")
	cmd.Flags().BoolVar(&flags.yaml, "yaml", false, "declare events and commands in a schema file instead of annotated Go")
	return cmd
}

// initialize writes the files of a package, and makes its module ready for it.
func initialize(cmd *cobra.Command, flags *initFlags, folder string) error {
	ctx := cmd.Context()
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	pattern, err := filepath.Rel(currentFolder(), absolute)
	if err != nil || !filepath.IsLocal(pattern) {
		return fmt.Errorf("folder %s is not below the current one; to start a package elsewhere, say where with -C", folder)
	}
	if pattern != "." {
		pattern = "./" + filepath.ToSlash(pattern)
	}
	if err := module.CheckImportPath("example.com/" + filepath.ToSlash(filepath.Clean(pattern))); pattern != "." && err != nil {
		return fmt.Errorf("folder %s can be no package: no import path leads there; call it otherwise", folder)
	}
	existing, err := goFiles(absolute)
	if err != nil {
		return err
	}
	if len(existing) > 0 {
		return fmt.Errorf("folder %s has Go files already (%s); init starts a package in a folder of its own", folder, existing[0])
	}
	name := flags.pkg
	if name == "" {
		name = packageName(filepath.Base(absolute))
	}
	files, err := scaffold.Files(scaffold.Options{Package: name, Aggregate: flags.aggregate, YAML: flags.yaml})
	if err != nil {
		return err
	}
	if flags.yaml {
		files = append(files, scaffold.File{Name: schemaName, Content: yaml.JSONSchema()})
	}
	mod, err := findModule(ctx)
	if err != nil {
		return err
	}

	p := &plan{}
	for _, f := range files {
		target := filepath.Join(absolute, f.Name)
		if _, err := os.Lstat(target); err == nil && f.Name != schemaName {
			return fmt.Errorf("there is a file %s already; init overwrites nothing", displayPath(target))
		}
		p.changes = append(p.changes, change{action: created, path: target, target: target, new: f.Content})
	}
	if err := os.MkdirAll(absolute, 0o777); err != nil {
		return err
	}
	if err := p.write(ctx); err != nil {
		return err
	}
	p.list(cmd.OutOrStdout())

	commands := append(mod.prepare(flags.module, pattern, flags.yaml), []string{"generate", pattern}, []string{"test", pattern})
	for len(commands) > 2 {
		if err := runGo(ctx, cmd.ErrOrStderr(), commands[0]); err != nil {
			advice := ""
			if slices.Contains(commands[0], ownTool+"@latest") {
				advice = "\nUntil esgen is released it is used from a checkout. With one beside the module, run" + listGo([][]string{
					{"mod", "edit", "-replace", ownModule + "=../esgen", "-tool", ownTool}, {"mod", "tidy"}, {"generate", pattern}, {"test", pattern},
				})
			}
			return fmt.Errorf("%w\nThe package is written, but its module is not ready for it. When that is mended, run%s%s",
				err, listGo(commands), advice)
		}
		commands = commands[1:]
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nNow run%s\n", listGo(commands))
	return err
}

// listGo spells commands, one a line.
func listGo(commands [][]string) string {
	var b strings.Builder
	for _, args := range commands {
		b.WriteString("\n\tgo " + strings.Join(args, " "))
	}
	return b.String()
}

// packageName makes a package's name of a folder's: my-shop is myshop.
func packageName(folder string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, folder)
}

// userModule is what is known of the module that a new package is to be part of. The
// zero value is one that does not exist yet.
type userModule struct {
	path string
	// esgen is the version of esgen that go.mod requires, empty for none.
	esgen string
	// tool says that "go tool esgen" works.
	tool bool
}

// findModule reads the go.mod of the current folder or of one above.
func findModule(ctx context.Context) (userModule, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return userModule{}, fmt.Errorf("cannot run the go command: %w", err)
	}
	name := string(bytes.TrimSpace(out))
	if name == "" || name == os.DevNull {
		return userModule{}, nil
	}
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return userModule{}, nil
	}
	if err != nil {
		return userModule{}, err
	}
	parsed, err := modfile.Parse(name, content, nil)
	if err != nil {
		return userModule{}, err
	}
	if parsed.Module == nil {
		return userModule{}, fmt.Errorf("%s has no module line", displayPath(name))
	}
	m := userModule{path: parsed.Module.Mod.Path}
	m.tool = m.path == ownModule
	for _, r := range parsed.Require {
		if r.Mod.Path == ownModule {
			m.esgen = r.Mod.Version
		}
	}
	for _, t := range parsed.Tool {
		m.tool = m.tool || t.Path == ownTool
	}
	return m, nil
}

// prepare lists the go commands that make go.mod and go.sum fit for a new package.
// Path names the module if it does not exist yet; empty, it is made from the current
// folder. Where the package has commands, what dispatches them is needed once it has been
// generated.
func (m userModule) prepare(modulePath, pattern string, hasCommands bool) [][]string {
	var commands [][]string
	if m.path == "" {
		if modulePath == "" {
			modulePath = path.Join("example.com", packageName(filepath.Base(currentFolder())))
		}
		commands = append(commands, []string{"mod", "init", modulePath})
	}
	if !m.tool {
		version := m.esgen
		if version == "" {
			version = fetchable(debug.ReadBuildInfo())
		}
		commands = append(commands, []string{"get", "-tool", ownTool + "@" + version})
	}
	commands = append(commands, []string{"get", "-t", pattern})
	if hasCommands && m.path != ownModule {
		// Named to "go get", it would be looked for in modules of longer paths too, which takes a
		// network that knows them.
		commands = append(commands, []string{"build", "-mod=mod", ownModule + "/runtime/command"})
	}
	return commands
}

// fetchable is the version of esgen to put into go.mod: that of this binary if others
// can have it too.
func fetchable(info *debug.BuildInfo, ok bool) string {
	if !ok || info.Main.Path != ownModule || info.Main.Replace != nil {
		return "latest" // one that is replaced has a version that stands for none
	}
	if semver.IsValid(info.Main.Version) && semver.Build(info.Main.Version) == "" {
		return info.Main.Version
	}
	return "latest"
}

// runGo runs the go command and tells so.
func runGo(ctx context.Context, log io.Writer, args []string) error {
	fmt.Fprintf(log, "go %s\n", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return nil
}
