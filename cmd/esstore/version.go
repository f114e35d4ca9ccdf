package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"
	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of esstore, of its SQLite, and of the Go that it was built with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			version := "(devel)"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			lib, _, _ := sqlite3.Version()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "esstore %s (SQLite %s, %s %s/%s)\n", version, lib, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
