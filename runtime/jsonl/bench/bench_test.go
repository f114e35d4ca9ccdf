package main

import "testing"

// Each row is run, with small numbers.
func TestRun(t *testing.T) {
	if err := run(t.TempDir(), "", 1, 2000, 5, 3); err != nil {
		t.Fatal(err)
	}
}
