package es

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	// seen are the streams that this save has brought the command of once to already.
	seen map[string]bool
}

// WithMetadata adds metadata to the events of the save, over what the context
// bears. A command ID in it is stored with them and does nothing else: Once makes a save
// idempotent.
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
// save that finds nothing pending remembers no command. Update, UpdateOrCreate and
// CreateWithID look for the command before they call their function, which might
// refuse what it has done already.
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
// *ConditionError where an event has come that one of them would have read. A model
// is good for one save: what that stores is, as a rule, something that the model would
// have read, so load it again before the next.
func If(models ...DecisionModel) SaveOption {
	return func(o *saveOptions) error {
		conditions, err := Conditions(models...)
		o.conditions = append(o.conditions, conditions...)
		return err
	}
}

// Outcome is what a save came to.
type Outcome struct {
	// Stream, Version and Position are those of the last event saved. Position is 0
	// where there was nothing to save.
	Stream            string
	Version, Position int64
	// Events are those that were saved; of a repeated command, those of the first time.
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
	o, err := newSaveOptions(opts)
	if err != nil {
		return fmt.Errorf("save %s: %w", r.def.Name, err)
	}
	return r.save(ctx, aggregate, o)
}

func newSaveOptions(opts []SaveOption) (*saveOptions, error) {
	var o saveOptions
	for _, opt := range opts {
		if opt == nil {
			continue
		}
		if err := opt(&o); err != nil {
			return nil, err
		}
	}
	if o.once != "" {
		o.metadata.CommandID = o.once
	}
	return &o, nil
}

func (r *Repository[A, ID, E]) save(ctx context.Context, aggregate *A, o *saveOptions) error {
	root := rootOf(aggregate)
	stream, err := r.toSave(aggregate)
	if err != nil {
		return err
	}
	var total Outcome
	for len(root.pending) > 0 {
		out, err := r.appendPending(ctx, aggregate, stream, o)
		if err != nil {
			return fmt.Errorf("save %s %s: %w", r.def.Name, visible(stream.Key), err)
		}
		out.Events = append(total.Events, out.Events...)
		total = out
	}
	if total.Stream == "" {
		total = Outcome{Stream: root.stream, Version: root.version}
	}
	if total.Repeated && total.Events == nil && len(o.outcomes) > 0 {
		// Another append has carried the command out: its events are the outcome.
		_, err := r.repeats(ctx, stream, o)
		return err
	}
	for _, out := range o.outcomes {
		*out = total
	}
	return nil
}

// toSave says whether the aggregate can be saved, and where its events go. Where
// none is pending it has no say on the latter.
func (r *Repository[A, ID, E]) toSave(aggregate *A) (Stream, error) {
	root := rootOf(aggregate)
	switch root.mode {
	case detached:
		return Stream{}, fmt.Errorf("save %s %s: %w, its state is not that of its stream any more: load it again", r.def.Name, visible(r.keyOf(aggregate)), ErrDetached)
	case readOnly:
		return Stream{}, fmt.Errorf("save %s %s: %w: it was loaded as of an earlier point", r.def.Name, visible(r.keyOf(aggregate)), ErrReadOnly)
	}
	if len(root.pending) == 0 {
		return Stream{}, nil
	}
	stream, err := r.Stream(r.def.ID(aggregate))
	if err != nil {
		if errors.Is(err, ErrNoID) {
			err = fmt.Errorf("%w: no apply method of what it has recorded has set it", err)
		}
		return Stream{}, fmt.Errorf("save %w", err)
	}
	if root.stream != "" && root.stream != stream.Name {
		if root.base() == 0 {
			return Stream{}, fmt.Errorf("save %s: what was recorded gives it stream %s, and it was to be that of %s", r.def.Name, visible(stream.Name), visible(root.stream))
		}
		return Stream{}, fmt.Errorf("save %s: its ID now spells stream %s, and it belongs to %s: an ID must not change", r.def.Name, visible(stream.Name), visible(root.stream))
	}
	root.stream = stream.Name
	return stream, nil
}

// keyOf is the text of an aggregate's ID, or the name of its stream where that has none.
func (r *Repository[A, ID, E]) keyOf(aggregate *A) string {
	stream, err := r.Stream(r.def.ID(aggregate))
	if err != nil {
		return rootOf(aggregate).stream
	}
	return stream.Key
}

// appendPending appends what is pending. Where a part of it is in doubt, that
// part is appended first and as it was, for together with newer events it would
// be another append.
func (r *Repository[A, ID, E]) appendPending(ctx context.Context, aggregate *A, stream Stream, o *saveOptions) (Outcome, error) {
	root := rootOf(aggregate)
	a := root.doubt
	if a == nil {
		buffer := payloadBuffers.Get().(*[]byte)
		a = &attempt{append: Append{Conditions: o.conditions}, buffers: []*[]byte{buffer}}
		if err := r.addTo(ctx, a, aggregate, stream, o, buffer); err != nil {
			a.release()
			return Outcome{}, err
		}
	}
	outcomes, err := a.send(ctx, r.store, o)
	if err != nil {
		return Outcome{}, err
	}
	return outcomes[slices.Index(a.roots, root)], nil
}

// addTo adds to an attempt all that is pending of an aggregate, and its row. Payloads
// are put into buffer.
func (r *Repository[A, ID, E]) addTo(ctx context.Context, a *attempt, aggregate *A, stream Stream, o *saveOptions, buffer *[]byte) error {
	root := rootOf(aggregate)
	events, err := r.newEvents(ctx, root.pending, o.metadata, buffer)
	if err != nil {
		return err
	}
	if len(a.roots) == 0 {
		a.name = r.def.Name
	}
	if a.observer == nil {
		a.observer = r.opts.observer
	}
	if r.snapshots != nil {
		a.saved = append(a.saved, func(ctx context.Context) { r.snapshotOfSave(ctx, aggregate) })
	}
	if t := r.def.Table; t != nil {
		values, err := r.row(aggregate)
		if err != nil {
			return fmt.Errorf("row of table %s: %w", t.Name, err)
		}
		a.append.Rows = append(a.append.Rows, Row{Table: t.Name, Stream: stream.Name, Values: values})
	}
	command := o.once
	if o.seen[stream.Name] {
		command = ""
	}
	a.append.Streams = append(a.append.Streams, StreamAppend{Stream: stream, Expected: Exactly(root.base()), Events: events, CommandID: command})
	a.roots = append(a.roots, root)
	return nil
}

// row is the aggregate's state as its table has it.
func (r *Repository[A, ID, E]) row(aggregate *A) ([]any, error) {
	store, ok := r.store.(TableStore)
	if !ok {
		return nil, fmt.Errorf("%w: %T keeps no state tables", ErrNoTable, r.store)
	}
	if err := store.HasTable(r.def.Table); err != nil {
		return nil, err
	}
	values, err := r.def.Row(aggregate)
	if err != nil {
		return nil, err
	}
	return values, r.def.Table.CheckRow(values)
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
			if events[i].Tags, err = r.def.Tags(event); err != nil {
				return nil, fmt.Errorf("tag %s: %w", event.EventType(), err)
			}
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
