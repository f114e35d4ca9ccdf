package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	// patience is how long a run may take before progress is shown: what is over in a
	// moment should not flicker.
	patience = 400 * time.Millisecond
	// beat is how often the spinner turns.
	beat = 100 * time.Millisecond
)

// progress tells a person who waits how far the tool has come. In a pipe or a log it
// says nothing, and neither does a quick run.
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
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
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

// step says what is going on, and how much of it is done; total is 0 where that is not
// known.
func (p *progress) step(text string, done, total int64) {
	if p.w == nil {
		return
	}
	if total > 0 {
		text = fmt.Sprintf("%s: %d %%", text, int64(100*(float64(done)/float64(total))))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
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
			progressbar.OptionSpinnerType(14),
			// It would turn by itself, but reads its own state unguarded then.
			progressbar.OptionSetSpinnerChangeInterval(0),
			progressbar.OptionSetElapsedTime(false),
		)
	}
	p.spinner.Describe(p.text)
	_ = p.spinner.RenderBlank()
}

// hide takes the progress off the screen until it turns again, so that something can
// be printed.
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spinner != nil {
		_ = p.spinner.Clear()
	}
}

// stop takes the progress off the screen for good. Stopping twice is fine.
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
