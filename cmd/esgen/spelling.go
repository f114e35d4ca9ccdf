package main

import (
	"os"
	"path/filepath"
	"regexp"
)

// spelling is how the tool is called: "go tool esgen" where the go command has built and
// started it, for no shell finds an "esgen" then. What is to be typed next is spelt so.
func spelling() string {
	executable, err := os.Executable()
	if err == nil && builtByGo(filepath.ToSlash(executable)) {
		return "go tool esgen"
	}
	return "esgen"
}

// goBuild are the folders that the go command runs programs from: where it has built one
// just now, and its cache.
var goBuild = regexp.MustCompile(`/go-build[0-9]+/b001/exe/[^/]+$|/[0-9a-f]{2}/[0-9a-f]{64}-d/[^/]+$`)

func builtByGo(executable string) bool { return goBuild.MatchString(executable) }
