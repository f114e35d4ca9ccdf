package es

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// attempt is an append of what aggregates have recorded. One whose outcome is
// unknown is kept by all of them: repeated as it was, it settles the matter.
type attempt struct {
	append Append
	// roots has the aggregate of each of the append's streams.
	roots []*Root
	// buffers hold the payloads.
	buffers []*[]byte
	// name is that of the first aggregate, observer the first that a repository has.
	name     string
	observer *Observer
	// saved are called when the events are stored, for the aggregates' snapshots.
	saved []func(context.Context)
}

// release gives the buffers to whoever needs some next. The append is of no use
// after that.
func (a *attempt) release() {
	for _, buffer := range a.buffers {
		if cap(*buffer) <= mostPooled {
			payloadBuffers.Put(buffer)
		}
	}
	a.buffers = nil
}

// send appends, and brings all the attempt's aggregates to where that leaves them.
// The outcomes are theirs.
func (a *attempt) send(ctx context.Context, store Store, o *saveOptions) ([]Outcome, error) {
	defer func() {
		if a.roots[0].doubt == nil {
			a.release() // an append in doubt is sent again, so it keeps its payloads
		}
	}()
	doubted := a.roots[0].doubt == a
	report := a.report()
	ctx = a.observer.saveBegins(ctx, &report)
	result, err := store.Append(ctx, a.append)
	a.observer.saved(ctx, &report, &result, err)
	switch {
	case err == nil:
	case errors.Is(err, ErrOutcomeUnknown):
		a.each(func(r *Root) { r.doubt = a })
		return nil, err
	case errors.Is(err, ErrConflict), errors.Is(err, ErrCondition), errors.Is(err, ErrUnique), errors.Is(err, ErrDuplicateEvent):
		a.each(func(r *Root) { r.mode, r.doubt = detached, nil })
		return nil, err
	case doubted:
		return nil, fmt.Errorf("%w: %w", errStillUnknown, err)
	default:
		return nil, err
	}
	a.each(func(r *Root) { r.doubt = nil })
	outcomes := make([]Outcome, len(a.roots))
	for i, last := range result.Streams {
		outcomes[i] = Outcome{
			Stream: a.append.Streams[i].Stream.Name, Version: last.LastVersion, Position: last.LastPosition, Repeated: result.Repeated,
		}
	}
	if result.SameCommand {
		return outcomes, a.carriedOut(o)
	}
	for i, root := range a.roots {
		sent := len(a.append.Streams[i].Events)
		for j := range root.pending[:sent] {
			outcomes[i].Events = append(outcomes[i].Events, root.pending[j].event)
		}
		root.forget(sent)
	}
	for _, saved := range a.saved {
		saved(ctx)
	}
	if doubted {
		o.settled(&a.append, result.Position)
	}
	return outcomes, nil
}

// report is what is known before the outcome is.
func (a *attempt) report() SaveReport {
	report := SaveReport{Aggregate: a.name, Stream: a.append.Streams[0].Stream.Name, Streams: len(a.append.Streams)}
	for i := range a.append.Streams {
		report.Events += len(a.append.Streams[i].Events)
	}
	return report
}

// carriedOut is for a command that an earlier append has carried out: the
// aggregates' states are not those of their streams. It is no harm only if all that
// was recorded is what the command was about.
func (a *attempt) carriedOut(o *saveOptions) error {
	command := a.append.Streams[0].CommandID
	more := o.once != command
	for i, root := range a.roots {
		root.mode = detached
		more = more || len(root.pending) > len(a.append.Streams[i].Events)
	}
	if more {
		return fmt.Errorf("%w: its command %q was carried out elsewhere, and more was recorded since", ErrDetached, command)
	}
	a.each(func(r *Root) { r.pending = nil })
	return nil
}

func (a *attempt) each(do func(*Root)) {
	for _, root := range a.roots {
		do(root)
	}
}

// forget drops the first n pending events.
func (r *Root) forget(n int) {
	rest := copy(r.pending, r.pending[n:])
	clear(r.pending[rest:])
	r.pending = r.pending[:rest]
}

// errStillUnknown says that the outcome of an earlier append is unknown, and that
// the one that was to settle it failed for another reason.
var errStillUnknown = fmt.Errorf("%w still", ErrOutcomeUnknown)

// settled prepares the append of what was recorded after the append a, which was
// in doubt and is stored now, up to position. Its streams have seen the command that a
// bore, and what a's conditions guard against had not come before a.
func (o *saveOptions) settled(a *Append, position int64) {
	for i := range a.Streams {
		if s := &a.Streams[i]; s.CommandID != "" && s.CommandID == o.once {
			if o.seen == nil {
				o.seen = make(map[string]bool, len(a.Streams))
			}
			o.seen[s.Stream.Name] = true
		}
	}
	conditions := slices.Clone(o.conditions)
	for i := range conditions {
		if slices.ContainsFunc(a.Conditions, func(c Condition) bool { return reflect.DeepEqual(c, conditions[i]) }) {
			conditions[i].After = max(conditions[i].After, position)
		}
	}
	o.conditions = conditions
}
