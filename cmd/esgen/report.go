package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/schema"
)

// report prints findings: for people to the standard error, for programs to the
// standard output. It returns errFindings where there are errors among them.
func report(cmd *cobra.Command, format formatFlag, found schema.Diagnostics) error {
	w := cmd.ErrOrStderr()
	if format.Format != schema.FormatText {
		w = cmd.OutOrStdout()
	}
	err := schema.Print(w, format.Format, found.Sorted(), schema.PrintOptions{
		Base:  currentFolder(),
		Tool:  spelling(),
		Color: terminal.Is(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	})
	if err != nil {
		return err
	}
	if found.HasErrors() {
		return errFindings
	}
	return nil
}

// formatFlag is the value of --format.
type formatFlag struct{ schema.Format }

func (f *formatFlag) String() string { return string(f.Format) }
func (f *formatFlag) Type() string   { return "FORMAT" }

func (f *formatFlag) Set(name string) error {
	if !slices.Contains(formatNames(), name) {
		return fmt.Errorf("it is one of %s", strings.Join(formatNames(), ", "))
	}
	f.Format = schema.Format(name)
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range schema.Formats() {
		names = append(names, string(f))
	}
	return names
}

// currentFolder is what paths are shown relative to; empty where it is not known.
func currentFolder() string {
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	return folder
}

// displayPath is a path as a person in the current folder would write it.
func displayPath(path string) string {
	if rel, err := filepath.Rel(currentFolder(), path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
