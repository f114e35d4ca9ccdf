package main

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionLine(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3": "esgen v1.2.3 (go",
		"v0.0.0-20260101000000-0123456789ab+dirty": "esgen v0.0.0-20260101000000-0123456789ab+dirty (go",
		"(devel)": "esgen (devel) (go",
		"":        "esgen (devel) (go",
	} {
		info := &debug.BuildInfo{Main: debug.Module{Path: ownModule, Version: version}}
		if got := versionLine(info, true); !strings.HasPrefix(got, want) {
			t.Errorf("version %q: %q, want %q", version, got, want)
		}
	}
	if got := versionLine(nil, false); !strings.HasPrefix(got, "esgen (devel) (go") {
		t.Errorf("without build information: %q", got)
	}
}

func TestFetchable(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3":                                   "v1.2.3",
		"v0.0.0-20260101000000-0123456789ab":       "v0.0.0-20260101000000-0123456789ab",
		"v0.0.0-20260101000000-0123456789ab+dirty": "latest",
		"(devel)": "latest",
		"":        "latest",
	} {
		info := &debug.BuildInfo{Main: debug.Module{Path: ownModule, Version: version}}
		if got := fetchable(info, true); got != want {
			t.Errorf("version %q: %q, want %q", version, got, want)
		}
	}
	replaced := debug.Module{Path: ownModule, Version: "v0.0.0-00010101000000-000000000000", Replace: &debug.Module{Path: "../esgen"}}
	if got := fetchable(&debug.BuildInfo{Main: replaced}, true); got != "latest" {
		t.Errorf("replaced by a checkout: %q", got)
	}
	if got := fetchable(nil, false); got != "latest" {
		t.Errorf("without build information: %q", got)
	}
}
