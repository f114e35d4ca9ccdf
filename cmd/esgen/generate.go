package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/schema"
	"github.com/esgen/esgen/schema/golang"
	"github.com/esgen/esgen/templates"
)

// generateFlags are those of the commands that read packages.
type generateFlags struct {
	tags    []string
	format  formatFlag
	verbose bool
}

func (f *generateFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.tags, "tags", nil, "build `TAGS` to consider satisfied, separated by commas")
	f.format.Format = schema.FormatText
	cmd.Flags().Var(&f.format, "format", "how findings are printed: text or, for other programs, json or github")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formatNames(), cobra.ShellCompDirectiveNoFileComp))
}

// generate is esgen without a subcommand.
func generate(cmd *cobra.Command, flags *generateFlags, patterns []string) (err error) {
	defer func() {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted; nothing was written")
		}
	}()
	progress := terminal.StartProgress(cmd.ErrOrStderr())
	defer progress.Stop()
	p, found, err := makePlan(cmd.Context(), flags, patterns, progress)
	if err != nil {
		return err
	}
	progress.Stop()
	if err := report(cmd, flags.format, found); err != nil {
		return err
	}
	if err := p.write(cmd.Context()); err != nil {
		return err
	}
	if flags.verbose {
		p.list(cmd.ErrOrStderr())
	}
	p.sayIfNothing(cmd)
	return nil
}

// sayIfNothing tells a person who may have mistyped a folder, or has yet to write the
// first directive.
func (p *plan) sayIfNothing(cmd *cobra.Command) {
	if p.nothing {
		fmt.Fprintf(cmd.ErrOrStderr(), "esgen: nothing to generate: no directives and no schema files found; see %q\n", spelling()+" help directives")
	}
}

// makePlan reads the packages and says what there is to do. The plan is nil where
// the findings have errors.
func makePlan(ctx context.Context, flags *generateFlags, patterns []string, progress *terminal.Progress) (*plan, schema.Diagnostics, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	progress.Step("reading packages")
	module, found, err := golang.Load(ctx, golang.Config{
		Tags:    flags.tags,
		Declare: readSchemas(ctx),
		Progress: func(done, total int, _ string) {
			progress.Step(fmt.Sprintf("reading packages: %d of %d", done, total))
		},
	}, patterns...)
	if err != nil {
		return nil, nil, err
	}
	found = unmarked(append(found, schema.Check(module)...))
	if found.HasErrors() {
		return nil, found, nil
	}
	var files []templates.File
	for i, p := range module.Packages {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		progress.Step(fmt.Sprintf("generating packages: %d of %d", i, len(module.Packages)))
		generated, err := templates.Generate(&schema.Module{Packages: []*schema.Package{p}})
		if err != nil {
			return nil, nil, fmt.Errorf("nothing was written: %w", err)
		}
		files = append(files, generated...)
	}
	var folders []string
	for _, p := range module.Packages {
		if p.Generate {
			folders = append(folders, p.Dir)
		}
	}
	p, foreign, err := newPlan(files, folders)
	if err != nil {
		return nil, nil, err
	}
	return p, append(found, foreign...), nil
}
