package main

import "testing"

func TestSpelling(t *testing.T) {
	for executable, want := range map[string]bool{
		"/tmp/go-build4056444320/b001/exe/esgen":                                                                              true,
		"/root/.cache/go-build/68/68d9fd24f870361f6da0c46499bbcd4259554e3f31f4092d7dd29be151be132c-d/esgen":                   true,
		"C:/Users/ann/AppData/Local/go-build/68/68d9fd24f870361f6da0c46499bbcd4259554e3f31f4092d7dd29be151be132c-d/esgen.exe": true,
		"/home/ann/go/bin/esgen":     false,
		"/home/ann/go-build/esgen":   false,
		"/tmp/go-build12/b001/esgen": false,
		"/usr/local/bin/68/esgen":    false,
	} {
		if got := builtByGo(executable); got != want {
			t.Errorf("%s: %v, want %v", executable, got, want)
		}
	}
}
