package es

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
)

// SaveOption is an option of one save. A nil one does nothing.
type SaveOption func(*saveOptions) error

type saveOptions struct {
	metadata   Metadata
	conditions []Condition
	once       string
	outcomes   []*Outcome
}

// WithMetadata adds metadata to the events of the save, over what the context
// bears.
func WithMetadata(md Metadata) SaveOption {
	return func(o *saveOptions) error {
		o.metadata = o.metadata.merge(md)
		return nil
	}
}

// Once makes a save idempotent: where the stream has seen that command ID,
// nothing is appended, and the save succeeds with the outcome of the first time.
// The events bear the command ID in their metadata. An aggregate whose save was
// such a repetition is detached, for its events are not those of the stream. A
// save that finds nothing pending remembers no command.
func Once(commandID string) SaveOption {
	return func(o *saveOptions) error {
		if commandID == "" {
			return errors.New("es.Once: the command ID is empty")
		}
		o.once = commandID
		return nil
	}
}

// If makes a save conditional on decision models: it is refused with a
// *ConditionError where an event has come that one of them would have read.
func If(models ...DecisionModel) SaveOption {
	return func(o *saveOptions) error {
		for _, m := range models {
			if v := reflect.ValueOf(m); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
				return errNotLoaded
			}
			c, err := m.decision().condition()
			if err != nil {
				return err
			}
			o.conditions = append(o.conditions, c)
		}
		return nil
	}
}

// Outcome is what a save came to.
type Outcome struct {
	// Stream, Version and Position are those of the last event saved. Position is 0
	// where there was nothing to save.
	Stream            string
	Version, Position int64
	// Events are those that were saved.
	Events []Event
	// Repeated says that an earlier attempt had stored them already.
	Repeated bool
}

// Into fills outcome when the save has succeeded.
func Into(outcome *Outcome) SaveOption {
	return func(o *saveOptions) error {
		if outcome == nil {
			return errors.New("es.Into: the outcome is nil")
		}
		o.outcomes = append(o.outcomes, outcome)
		return nil
	}
}

// Save appends what the aggregate has recorded since it was loaded or saved,
// provided that its stream is still at that version. Without pending events it
// does nothing.
//
// A *ConflictError says that somebody else was faster, a *ConditionError that a
// condition of If is broken; after these, ErrUnique and ErrDuplicateEvent the
// aggregate is detached, and saving it again is ErrDetached. After
// ErrOutcomeUnknown the aggregate keeps its events with their IDs, and saving it
// again settles the matter: what is in doubt is appended first, as it was, and
// the options of the new save hold for what was recorded since. After any other
// error that call has stored nothing, and the aggregate can be saved again.
func (r *Repository[A, ID, E]) Save(ctx context.Context, aggregate *A, opts ...SaveOption) error {
	if r.err != nil {
		return r.err
	}
	if aggregate == nil {
		return fmt.Errorf("save %s: the aggregate is nil", r.def.Name)
	}
	var o saveOptions
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&o); err != nil {
			return fmt.Errorf("save %s: %w", r.def.Name, err)
		}
	}
	if o.once != "" {
		o.metadata.CommandID = o.once
	}
	return r.save(ctx, aggregate, &o)
}

func (r *Repository[A, ID, E]) save(ctx context.Context, aggregate *A, o *saveOptions) error {
	root := rootOf(aggregate)
	switch root.mode {
	case detached:
		return fmt.Errorf("save %s %s: %w", r.def.Name, root.stream, ErrDetached)
	case readOnly:
		return fmt.Errorf("save %s %s: %w: it was loaded as of an earlier point", r.def.Name, root.stream, ErrReadOnly)
	}
	if len(root.pending) == 0 {
		for _, out := range o.outcomes {
			*out = Outcome{Stream: root.stream, Version: root.version}
		}
		return nil
	}
	stream, err := r.Stream(r.def.ID(aggregate))
	if err != nil {
		if errors.Is(err, ErrNoID) {
			err = fmt.Errorf("%w: %d events are pending, and none that was applied has set it", err, len(root.pending))
		}
		return fmt.Errorf("save %w", err)
	}
	if root.stream != "" && root.stream != stream.Name {
		return fmt.Errorf("save %s: its ID now spells stream %s, and it belongs to %s: an ID must not change", r.def.Name, stream.Name, root.stream)
	}
	root.stream = stream.Name

	var total Outcome
	for len(root.pending) > 0 {
		out, err := r.appendPending(ctx, root, stream, o)
		if err != nil {
			return fmt.Errorf("save %s %s: %w", r.def.Name, stream.Key, err)
		}
		out.Events = append(total.Events, out.Events...)
		total = out
	}
	for _, out := range o.outcomes {
		*out = total
	}
	return nil
}

// appendPending appends what is pending. Where a part of it is in doubt, that
// part is appended first and as it was, for together with newer events it would
// be another append.
func (r *Repository[A, ID, E]) appendPending(ctx context.Context, root *Root, stream Stream, o *saveOptions) (Outcome, error) {
	doubted := root.doubt
	attempt := doubted
	if attempt == nil {
		buffer := payloadBuffers.Get().(*[]byte)
		defer func() {
			// An append in doubt is sent again, so it keeps its payloads.
			if root.doubt == nil && cap(*buffer) <= mostPooled {
				payloadBuffers.Put(buffer)
			}
		}()
		events, err := r.newEvents(ctx, root.pending, o.metadata, buffer)
		if err != nil {
			return Outcome{}, err
		}
		attempt = &doubt{events: len(events), append: Append{
			Streams:    []StreamAppend{{Stream: stream, Expected: Exactly(root.base()), Events: events, CommandID: o.once}},
			Conditions: o.conditions,
		}}
	}
	result, err := r.store.Append(ctx, attempt.append)
	switch {
	case err == nil:
	case errors.Is(err, ErrOutcomeUnknown):
		root.doubt = attempt
		return Outcome{}, err
	case errors.Is(err, ErrConflict), errors.Is(err, ErrCondition), errors.Is(err, ErrUnique), errors.Is(err, ErrDuplicateEvent):
		root.mode, root.doubt = detached, nil
		return Outcome{}, err
	case doubted != nil:
		return Outcome{}, fmt.Errorf("%w: %w", errStillUnknown, err)
	default:
		return Outcome{}, err
	}
	root.doubt = nil
	last := result.Streams[0]
	out := Outcome{Stream: stream.Name, Version: last.LastVersion, Position: last.LastPosition, Repeated: result.Repeated}
	if result.SameCommand {
		// The state is not that of the stream. It is no harm only if all that was
		// recorded is what the command was about.
		root.mode = detached
		if len(root.pending) > attempt.events || o.once != attempt.append.Streams[0].CommandID {
			return Outcome{}, fmt.Errorf("%w: its command %q was carried out elsewhere, and more was recorded since",
				ErrDetached, attempt.append.Streams[0].CommandID)
		}
		root.pending = nil
		return out, nil
	}
	for i := range root.pending[:attempt.events] {
		out.Events = append(out.Events, root.pending[i].event)
	}
	rest := copy(root.pending, root.pending[attempt.events:])
	clear(root.pending[rest:])
	root.pending = root.pending[:rest]
	if doubted != nil {
		o.settled(&doubted.append, last.LastPosition)
	}
	return out, nil
}

// errStillUnknown says that the outcome of an earlier append is unknown, and that
// the one that was to settle it failed for another reason.
var errStillUnknown = fmt.Errorf("%w still", ErrOutcomeUnknown)

// settled prepares the append of what was recorded after the append a, which was
// in doubt and is stored now, up to position. The command has been carried out
// by a, and what a's conditions guard against had not come before a.
func (o *saveOptions) settled(a *Append, position int64) {
	if o.once == a.Streams[0].CommandID {
		o.once = ""
	}
	conditions := slices.Clone(o.conditions)
	for i := range conditions {
		if slices.ContainsFunc(a.Conditions, func(c Condition) bool { return reflect.DeepEqual(c, conditions[i]) }) {
			conditions[i].After = position
		}
	}
	o.conditions = conditions
}

// payloadBuffers hold the payloads of one append each: a store keeps nothing of an
// append, so they can be used again. Larger ones than mostPooled are left to the
// garbage collector.
var payloadBuffers = sync.Pool{New: func() any { return new([]byte) }}

const mostPooled = 64 << 10

// newEvents encodes events into one buffer, which their payloads are parts of.
func (r *Repository[A, ID, E]) newEvents(ctx context.Context, queue []pending, md Metadata, buffer *[]byte) ([]NewEvent, error) {
	md = MetadataFromContext(ctx).merge(md)
	shared, err := md.encode()
	if err != nil {
		return nil, err
	}
	events := make([]NewEvent, len(queue))
	ends := make([]int, len(queue))
	payloads := (*buffer)[:0]
	defer func() { *buffer = payloads }()
	for i := range queue {
		p := &queue[i]
		event, ok := p.event.(E)
		if !ok {
			return nil, UnexpectedEvent(r.def.Name, p.event)
		}
		if payloads, err = r.def.Encode(payloads, event); err != nil {
			return nil, fmt.Errorf("encode %s: %w", event.EventType(), err)
		}
		ends[i] = len(payloads)
		if p.at.IsZero() {
			now := r.opts.clock.Now().UTC().Round(0)
			if err := checkTime(now); err != nil {
				return nil, fmt.Errorf("event %s: %w", event.EventType(), err)
			}
			p.at = now // kept, so that a repeated append is the same append
		}
		version, err := r.typeVersion(event)
		if err != nil {
			return nil, err
		}
		metadata := shared
		if len(r.opts.decorators) > 0 {
			if metadata, err = r.decorate(ctx, event, md); err != nil {
				return nil, err
			}
		}
		events[i] = NewEvent{ID: p.id, Type: event.EventType(), TypeVersion: version, RecordedAt: p.at, Metadata: metadata}
		if r.def.Tags != nil {
			events[i].Tags = r.def.Tags(event)
		}
	}
	start := 0
	for i, end := range ends {
		events[i].Payload = payloads[start:end:end]
		start = end
	}
	return events, nil
}

// typeVersion looks the event up among the aggregate's own: an event of a
// sibling is recorded by the sibling.
func (r *Repository[A, ID, E]) typeVersion(event E) (int, error) {
	name := event.EventType()
	for i := range r.def.Events {
		if r.def.Events[i].Name == name {
			return r.def.Events[i].Version, nil
		}
	}
	return 0, fmt.Errorf("%w: %s does not record event %s", ErrUnknownType, r.def.Name, name)
}

func (r *Repository[A, ID, E]) decorate(ctx context.Context, event Event, md Metadata) ([]byte, error) {
	md.Headers = maps.Clone(md.Headers)
	if md.Headers == nil {
		md.Headers = map[string]string{}
	}
	for _, d := range r.opts.decorators {
		if err := d(ctx, event, &md); err != nil {
			return nil, fmt.Errorf("decorate event %s: %w", event.EventType(), err)
		}
	}
	return md.encode()
}
