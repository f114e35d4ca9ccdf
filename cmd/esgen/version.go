package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

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

// versionLine is the version that the go command recorded: a release, or the commit
// that a checkout was at, "(devel)" where it did not know.
func versionLine(info *debug.BuildInfo, ok bool) string {
	version := "(devel)"
	if ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("esgen %s (%s %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
