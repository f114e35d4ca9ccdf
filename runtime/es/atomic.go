package es

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Part is what one aggregate brings to an atomic save: see Repository.Part.
type Part interface {
	// prepare says what is to be saved, and where: nothing, where root has nothing
	// pending.
	prepare() (partToSave, error)
}

type partToSave struct {
	// name is that of the aggregate.
	name   string
	store  Store
	root   *Root
	stream Stream
	addTo  func(context.Context, *attempt, *saveOptions, *[]byte) error
	// recall reads the events back that a command led to.
	recall func(ctx context.Context, commandID string) ([]Event, error)
}

// Part makes the aggregate a part of an atomic save of several: see Atomic.
func (r *Repository[A, ID, E]) Part(aggregate *A) Part { return part[A, ID, E]{r, aggregate} }

type part[A any, ID comparable, E Event] struct {
	repository *Repository[A, ID, E]
	aggregate  *A
}

func (p part[A, ID, E]) prepare() (partToSave, error) {
	r := p.repository
	if r == nil {
		return partToSave{}, errors.New("the repository of a part is nil")
	}
	if r.err != nil {
		return partToSave{}, r.err
	}
	if p.aggregate == nil {
		return partToSave{}, fmt.Errorf("save %s: the aggregate is nil", r.def.Name)
	}
	root := rootOf(p.aggregate)
	stream, err := r.toSave(p.aggregate)
	return partToSave{
		name: r.def.Name, store: r.store, root: root, stream: stream,
		addTo: func(ctx context.Context, a *attempt, o *saveOptions, buffer *[]byte) error {
			return r.addTo(ctx, a, p.aggregate, stream, o, buffer)
		},
		recall: func(ctx context.Context, commandID string) ([]Event, error) {
			var first Outcome
			_, err := r.repeats(ctx, stream, &saveOptions{once: commandID, outcomes: []*Outcome{&first}})
			return first.Events, err
		},
	}, err
}

// Batch is a save of several aggregates at once: see Atomic.
type Batch struct {
	store Store
	parts []Part
}

// Atomic joins aggregates of any repositories over one store, to be saved in one
// append: all or none.
//
//	err := es.Atomic(store, orders.Part(order), stock.Part(item)).Save(ctx)
func Atomic(store Store, parts ...Part) *Batch {
	return &Batch{store: store, parts: slices.Clone(parts)}
}

// Save appends what the aggregates have recorded since they were loaded or saved,
// provided that all their streams are still at those versions and all conditions
// hold. Events take positions in the order of the parts. Aggregates without
// pending events are passed over, and their versions are not checked.
//
// Errors leave all the aggregates as they leave the one of Repository.Save: after
// ErrOutcomeUnknown the batch, or any of its aggregates, saved again settles it for
// all; they must not be used by several goroutines then. Two aggregates of one
// stream are refused, for the one's events are not known to the other. The outcome
// of Into has the stream and the version of the last part that was saved, and the
// events of all. A command ID of Once counts for every stream; where only some of them
// have seen it the error is ErrDuplicateEvent. The observer is that of the first part
// that is saved and has one.
func (b *Batch) Save(ctx context.Context, opts ...SaveOption) error {
	o, err := newSaveOptions(opts)
	if err != nil {
		return fmt.Errorf("atomic save: %w", err)
	}
	parts, err := b.prepare()
	if err != nil {
		return fmt.Errorf("atomic save: %w", err)
	}
	var total Outcome
	for {
		parts = slices.DeleteFunc(parts, func(p partToSave) bool { return len(p.root.pending) == 0 })
		if len(parts) == 0 {
			break
		}
		a, err := b.attempt(ctx, parts, o)
		if err != nil {
			return fmt.Errorf("atomic save: %w", err)
		}
		doubted := a.roots[0].doubt == a
		outcomes, err := a.send(ctx, b.store, o)
		if a.roots[0].mode == detached {
			left := detachOthers(parts, a)
			if err == nil && (left || doubted && total.Stream != "") {
				err = fmt.Errorf("%w: the command %q of %s was carried out elsewhere, and not that of others that were to be saved with it",
					ErrDetached, a.append.Streams[0].CommandID, a.append.Streams[0].Stream.Name)
			}
		}
		if err != nil {
			return fmt.Errorf("atomic save: %w", err)
		}
		if len(o.outcomes) > 0 {
			if err := recall(ctx, parts, a, outcomes); err != nil {
				return fmt.Errorf("atomic save: %w", err)
			}
		}
		for _, out := range outcomes {
			out.Events = append(total.Events, out.Events...)
			total = out
		}
	}
	for _, out := range o.outcomes {
		*out = total
	}
	return nil
}

// recall is for an attempt whose commands another append has carried out: its events
// are the outcomes.
func recall(ctx context.Context, parts []partToSave, a *attempt, outcomes []Outcome) error {
	var partOf map[*Root]*partToSave
	for i := range outcomes {
		out := &outcomes[i]
		if !out.Repeated || out.Events != nil {
			continue
		}
		if partOf == nil {
			partOf = make(map[*Root]*partToSave, len(parts))
			for i := range parts {
				partOf[parts[i].root] = &parts[i]
			}
		}
		// The attempt may be one in doubt, of others as well.
		if p := partOf[a.roots[i]]; p != nil {
			var err error
			if out.Events, err = p.recall(ctx, a.append.Streams[i].CommandID); err != nil {
				return err
			}
		}
	}
	return nil
}

// detachOthers is for an attempt that has detached its aggregates: what the other parts
// recorded goes with events that are not stored. Those in doubt for themselves can be
// settled still. It says whether there are others.
func detachOthers(parts []partToSave, a *attempt) (others bool) {
	own := make(map[*Root]bool, len(a.roots))
	for _, root := range a.roots {
		own[root] = true
	}
	for _, p := range parts {
		if own[p.root] {
			continue
		}
		if others = true; p.root.doubt == nil {
			p.root.mode = detached
		}
	}
	return others
}

// prepare finds what there is to save.
func (b *Batch) prepare() ([]partToSave, error) {
	if b.store == nil {
		return nil, errNilStore
	}
	if !reflect.ValueOf(b.store).Comparable() {
		return nil, fmt.Errorf("whether the parts are over one store cannot be told of values of %T: make it a pointer", b.store)
	}
	var parts []partToSave
	owners := make(map[string]int, len(b.parts)) // of streams, among the parts
	for _, p := range b.parts {
		if p == nil {
			return nil, errors.New("a part is nil")
		}
		part, err := p.prepare()
		switch {
		case err != nil:
			return nil, err
		case part.store != b.store:
			return nil, fmt.Errorf("the repository of %s is over another store", part.name)
		case part.stream.Name == "":
			continue
		}
		if i, taken := owners[part.stream.Name]; taken {
			if parts[i].root == part.root {
				return nil, fmt.Errorf("%s %s is given twice", part.name, visible(part.stream.Key))
			}
			return nil, fmt.Errorf("%s and %s both record into stream %s: save one of them, then load and save the other",
				parts[i].name, part.name, visible(part.stream.Name))
		}
		owners[part.stream.Name] = len(parts)
		parts = append(parts, part)
	}
	return parts, nil
}

// attempt is what is to be sent next: an append in doubt as it was, else the append
// of all that is pending.
func (b *Batch) attempt(ctx context.Context, parts []partToSave, o *saveOptions) (*attempt, error) {
	for _, p := range parts {
		if p.root.doubt != nil {
			return p.root.doubt, nil
		}
	}
	a := &attempt{append: Append{Conditions: o.conditions}}
	for _, p := range parts {
		buffer := payloadBuffers.Get().(*[]byte)
		a.buffers = append(a.buffers, buffer)
		if err := p.addTo(ctx, a, o, buffer); err != nil {
			a.release()
			return nil, fmt.Errorf("%s %s: %w", p.name, visible(p.stream.Key), err)
		}
	}
	return a, nil
}
