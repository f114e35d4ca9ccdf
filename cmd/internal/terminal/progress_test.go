package terminal

import (
	"io"
	"os"
	"strings"
	"testing"
)

func TestProgress(t *testing.T) {
	var screen strings.Builder
	p := newProgress(&screen)
	p.Step("reading packages")
	if screen.Len() > 0 {
		t.Errorf("a run that is still quick shows %q", screen.String())
	}
	p.turn()
	p.StepOf("checking events", 250, 1000)
	p.turn()
	for _, want := range []string{"reading packages", "checking events: 25 %"} {
		if !strings.Contains(screen.String(), want) {
			t.Errorf("a slow run shows %q, want %q", screen.String(), want)
		}
	}
	p.Hide()
	if !strings.HasSuffix(screen.String(), "\r") {
		t.Errorf("the line is not left empty: %q", screen.String())
	}
	p.turn()
	p.Stop()
	if !strings.HasSuffix(screen.String(), "\r") {
		t.Errorf("the line is not left empty in the end: %q", screen.String())
	}
	shown := screen.Len()
	p.Step("too late")
	p.turn()
	p.Stop()
	if screen.Len() > shown {
		t.Errorf("something is shown after the end: %q", screen.String()[shown:])
	}
}

func TestProgressIsSilentInAPipe(t *testing.T) {
	var log strings.Builder
	p := StartProgress(&log)
	p.Step("reading packages")
	p.turn()
	p.Hide()
	p.Stop()
	if log.Len() > 0 {
		t.Errorf("a log gets %q", log.String())
	}
}

func TestWhatIsNoTerminal(t *testing.T) {
	_, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	for _, w := range []io.Writer{io.Discard, pipe} {
		if Is(w) || Width(w) != 0 {
			t.Errorf("%T is taken for a terminal, %d columns wide", w, Width(w))
		}
	}
}
