package terminal

import (
	"fmt"
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

// Progress tells a person who waits how far a command has come. In a pipe or a log it
// says nothing, and neither does a quick run. It is safe for use by several goroutines
// at once.
type Progress struct {
	w    io.Writer     // nil where there is nobody to tell
	done chan struct{} // closed by Stop

	mu      sync.Mutex
	at      step
	spinner *progressbar.ProgressBar // nil until something is shown
	stopped bool
}

// step is what is going on, and how much of it is done; total is 0 where that is not
// known.
type step struct {
	text        string
	done, total int64
}

func (s step) String() string {
	if s.total <= 0 {
		return s.text
	}
	return fmt.Sprintf("%s: %d %%", s.text, int64(100*(float64(s.done)/float64(s.total))))
}

// StartProgress shows the steps of a run on w, if that is a terminal, once the run has
// taken a while. It must be stopped.
func StartProgress(w io.Writer) *Progress {
	if !Is(w) {
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
func newProgress(w io.Writer) *Progress {
	return &Progress{w: w, done: make(chan struct{})}
}

// Step says what is going on.
func (p *Progress) Step(text string) { p.StepOf(text, 0, 0) }

// StepOf says what is going on, and how much of it is done; total is 0 where that is not
// known. It may be called for each of many things: it is shown now and then.
func (p *Progress) StepOf(text string, done, total int64) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = step{text, done, total}
}

// turn shows that something is still going on, and what.
func (p *Progress) turn() {
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
	p.spinner.Describe(p.at.String())
	_ = p.spinner.RenderBlank()
}

// Hide takes the progress off the screen until it is shown again, so that something can
// be printed.
func (p *Progress) Hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spinner != nil {
		_ = p.spinner.Clear()
	}
}

// Stop takes the progress off the screen for good, so that what follows has it to itself.
// Stopping twice is fine.
func (p *Progress) Stop() {
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
