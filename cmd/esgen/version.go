package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of esgen, and of the Go that it was built with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), versionLine(debug.ReadBuildInfo()))
			return err
		},
	}
}

// versionLine is the version as the go command recorded it: a release where the
// binary was built from one, else "devel" and the commit.
func versionLine(info *debug.BuildInfo, ok bool) string {
	version := "(unknown version)"
	if ok {
		version = info.Main.Version
		if version == "" || version == "(devel)" {
			version = develVersion(info.Settings)
		}
	}
	return fmt.Sprintf("esgen %s (%s %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// develVersion names the commit that a binary was built from, as far as that is
// known.
func develVersion(settings []debug.BuildSetting) string {
	var b strings.Builder
	b.WriteString("devel")
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			b.WriteString(" " + s.Value[:min(len(s.Value), 12)])
		case "vcs.modified":
			if s.Value == "true" {
				b.WriteString(" with changes")
			}
		}
	}
	return b.String()
}
