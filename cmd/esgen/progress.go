package main

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

const (
	// patience is how long a run may take before progress is shown: what is over in a
	// moment should not flicker.
	patience = 400 * time.Millisecond
	// beat is how often the spinner turns.
	beat = 100 * time.Millisecond
)

// progress tells a person who waits what the tool is at. In a pipe or a log it says
// nothing, and neither does a quick run.
type progress struct {
	w    io.Writer     // nil where there is nobody to tell
	done chan struct{} // closed by stop

	mu      sync.Mutex
	text    string
	spinner *progressbar.ProgressBar // nil until something is shown
	stopped bool
}

// startProgress shows the steps of a run on w, if that is a terminal, once the run has
// taken a while.
func startProgress(w io.Writer) *progress {
	if !isTerminal(w) {
		return newProgress(nil)
	}
	p := newProgress(w)
	go func() {
		for delay := patience; ; delay = beat {
			select {
			case <-time.After(delay):
				p.turn()
			case <-p.done:
				return
			}
		}
	}()
	return p
}

// newProgress is a progress that is shown when turn is called.
func newProgress(w io.Writer) *progress {
	return &progress{w: w, done: make(chan struct{})}
}

// step says what comes next.
func (p *progress) step(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
	if p.spinner != nil && !p.stopped {
		p.spinner.Describe(text)
	}
}

// turn shows that something is still going on.
func (p *progress) turn() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || p.stopped {
		return
	}
	if p.spinner == nil {
		p.spinner = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(p.text),
			progressbar.OptionSpinnerType(14),
			// It would turn by itself, but reads its own state unguarded then.
			progressbar.OptionSetSpinnerChangeInterval(0),
			progressbar.OptionSetElapsedTime(false),
		)
	}
	_ = p.spinner.RenderBlank()
}

// stop takes the progress off the screen, so that what follows has it to itself.
// Stopping twice is fine.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	p.stopped = true
	close(p.done)
	if p.spinner != nil {
		_ = p.spinner.Clear()
	}
}
