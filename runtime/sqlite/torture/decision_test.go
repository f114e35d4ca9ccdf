//go:build cgo && linux

package torture

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// decision is a conditional append that tells of itself: each of its events holds
// what its author had read. So the file alone shows whether every condition held when
// its append was stored, whoever wrote it.
type decision struct {
	Author string
	Seq    int
	// Kind says what is asked for: see query.
	Kind, Room, Type int
	// After is the condition's, Read the positions of all that the author knew.
	After int64
	Read  []int64
}

const (
	rooms         = 12
	decisionTypes = 6
	queryKinds    = 4
)

func (d decision) name() string { return fmt.Sprintf("%s/%d", d.Author, d.Seq) }

func (d decision) typ() string { return fmt.Sprintf("room.taken_%d", d.Type) }

func (d decision) tag() es.Tag { return es.Tag{Key: "room", Value: fmt.Sprint(d.Room)} }

// query selects what the decision is built upon, among it its own first event.
func (d decision) query() es.Query {
	byTag, byType := es.Item{Tags: []es.Tag{d.tag()}}, es.Item{Types: []string{d.typ()}}
	switch d.Kind {
	case 0:
		return es.Query{Items: []es.Item{byTag}}
	case 1:
		return es.Query{Items: []es.Item{byType}}
	case 2:
		return es.Query{Items: []es.Item{byTag, byType}}
	}
	return es.Query{Items: []es.Item{{Types: byType.Types, Tags: byTag.Tags}}}
}

// append is the same to the byte for whoever knows the decision.
func (d decision) append() es.Append {
	payload, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	event := func(i int, typ string, tags ...es.Tag) es.NewEvent {
		return es.NewEvent{
			ID: uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%s/%d", d.name(), i)), Type: typ, TypeVersion: 1,
			RecordedAt: epoch.Add(time.Duration(d.Seq)), Payload: payload, Tags: tags,
		}
	}
	// The others cross the boundaries of other decisions.
	next := decision{Room: (d.Room + d.Seq) % rooms, Type: (d.Type + 1) % decisionTypes}
	return es.Append{
		Streams: []es.StreamAppend{
			{Stream: es.Stream{Name: "author-" + d.Author}, Expected: es.ExpectAny, Events: []es.NewEvent{event(0, d.typ(), d.tag()), event(1, next.typ())}},
			{Stream: es.Stream{Name: fmt.Sprintf("shared-%d", d.Seq%3)}, Expected: es.ExpectAny, Events: []es.NewEvent{event(2, "room.seen", next.tag())}},
		},
		Conditions: []es.Condition{{Query: d.query(), After: d.After}},
	}
}

// decideOn reads what a decision is built upon.
func decideOn(ctx context.Context, s es.Store, d decision) (decision, error) {
	var model struct{ es.Decision }
	err := es.ReadDecision(ctx, s, &model.Decision, d.query(), func(e *es.Stored) error {
		d.Read = append(d.Read, e.Position)
		return nil
	})
	if err != nil {
		return d, err
	}
	conditions, err := es.Conditions(&model)
	if err == nil {
		d.After = conditions[0].After
	}
	return d, err
}

// ruling is what a child tells of a decision.
type ruling struct {
	What     string // begin, stored or refused
	Decision decision
	Position int64 `json:",omitempty"` // of its last event
}

// rulings are what is known of a file's decisions.
type rulings struct {
	begun           map[string]decision
	stored, refused map[string]ruling
}

func newRulings() *rulings {
	return &rulings{begun: map[string]decision{}, stored: map[string]ruling{}, refused: map[string]ruling{}}
}

func (k *rulings) add(r ruling) {
	switch name := r.Decision.name(); r.What {
	case "begin":
		k.begun[name] = r.Decision
	case "stored":
		k.stored[name] = r
	case "refused":
		k.refused[name] = r
	}
}

// take adds what a child tells until it ends, and calls each for every decision that
// has come to something.
func (k *rulings) take(out io.Reader, each func()) error {
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil // what is told in part was not begun
		}
		var r ruling
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		if k.add(r); r.What != "begin" {
			each()
		}
	}
}

// settle sends again what has no outcome: it is repeated, stored, or refused for its
// condition.
func (k *rulings) settle(ctx context.Context, path string) (repeated, anew, refused int, err error) {
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, name := range slices.Sorted(maps.Keys(k.begun)) {
		_, stored := k.stored[name]
		if _, settled := k.refused[name]; settled || stored {
			continue
		}
		d := k.begun[name]
		r, err := s.Append(ctx, d.append())
		switch {
		case errors.Is(err, es.ErrCondition):
			refused++
			k.add(ruling{What: "refused", Decision: d})
			continue
		case err != nil:
			return repeated, anew, refused, fmt.Errorf("%s, sent again: %w", name, err)
		case r.Repeated:
			repeated++
		default:
			anew++
		}
		k.add(ruling{What: "stored", Decision: d, Position: r.Position})
	}
	return repeated, anew, refused, nil
}

// judge opens a file, reads everything in it, and compares it with what was told, and
// with what the events tell of themselves.
func (k *rulings) judge(ctx context.Context, path string) (f *findings, unfounded []string) {
	f = new(findings)
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		f.add(&f.wrong, "open: %v", err)
		return f, nil
	}
	stored := read(ctx, s, f)
	if err := s.Close(); err != nil {
		f.add(&f.wrong, "close: %v", err)
	}
	integrity(ctx, path, f)

	known := 0
	for _, name := range slices.Sorted(maps.Keys(k.begun)) {
		d := k.begun[name]
		var found, events int
		var last int64
		for _, part := range d.append().Streams {
			for _, e := range part.Events {
				events++
				if got, ok := stored[e.ID]; ok {
					found++
					last = got.Position
					if got.Stream != part.Stream || got.Type != e.Type || !bytes.Equal(got.Payload, e.Payload) || !slices.Equal(got.Tags, e.Tags) {
						f.add(&f.wrong, "%s: event %s is not what was appended: %+v", name, e.ID, got)
					}
				}
			}
		}
		known += found
		told, acknowledged := k.stored[name]
		_, refused := k.refused[name]
		switch {
		case found > 0 && found < events:
			f.add(&f.partial, "%s: %d of %d events", name, found, events)
		case acknowledged && (found == 0 || last != told.Position):
			f.add(&f.lost, "%s: %d events, the last at position %d, and it was acknowledged at %d", name, found, last, told.Position)
		case refused && found > 0:
			f.add(&f.wrong, "%s was refused, and is there", name)
		}
	}
	if known != len(stored) {
		f.add(&f.wrong, "%d events are there that nobody appended", len(stored)-known)
	}
	return f, unfoundedIn(slices.SortedFunc(maps.Values(stored), func(a, b es.Stored) int { return int(a.Position - b.Position) }))
}

// unfoundedIn lists the decisions of a history whose authors had not read all that was
// there when they were stored.
func unfoundedIn(history []es.Stored) (list []string) {
	seen := map[string]bool{}
	for i, e := range history {
		var d decision
		if err := json.Unmarshal(e.Payload, &d); err != nil {
			return append(list, fmt.Sprintf("position %d: %v", e.Position, err))
		}
		if seen[d.name()] {
			continue
		}
		seen[d.name()] = true
		var there []int64
		q := d.query()
		for _, before := range history[:i] {
			if q.Matches(before.Type, before.Tags) {
				there = append(there, before.Position)
			}
		}
		if !slices.Equal(there, d.Read) {
			list = append(list, fmt.Sprintf("%s stands at position %d: it was decided upon %d events, and there were %d", d.name(), e.Position, len(d.Read), len(there)))
		}
	}
	return list
}
