package main

import (
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	var screen strings.Builder
	p := newProgress(&screen)
	p.step("reading packages")
	if screen.Len() > 0 {
		t.Errorf("a run that is still quick shows %q", screen.String())
	}
	p.turn()
	if !strings.Contains(screen.String(), "reading packages") {
		t.Errorf("a slow run shows %q, want what it is at", screen.String())
	}
	p.step("writing 3 files")
	p.turn()
	if !strings.Contains(screen.String(), "writing 3 files") {
		t.Errorf("the next step is not shown: %q", screen.String())
	}
	p.stop()
	if cleared := screen.String(); !strings.HasSuffix(cleared, "\r") {
		t.Errorf("the line is not left empty: %q", cleared)
	}
	shown := screen.Len()
	p.step("too late")
	p.turn()
	p.stop()
	if screen.Len() > shown {
		t.Errorf("something is shown after the end: %q", screen.String()[shown:])
	}
}

func TestProgressIsSilentInAPipe(t *testing.T) {
	var log strings.Builder
	p := startProgress(&log)
	p.step("reading packages")
	p.turn()
	p.stop()
	if log.Len() > 0 {
		t.Errorf("a log gets %q", log.String())
	}
}
