//go:build cgo && linux

package torture

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// Random operations have the outcomes that package memory gives them, positions
// included; the file is closed and opened again in between.
func TestModel(t *testing.T) {
	t.Parallel()
	testModel(t, 500)
}

func TestTortureModel(t *testing.T) { full(t); testModel(t, 10_000) }

func testModel(t *testing.T, operations int) {
	m := modelTest{author: author{Rand: random(t)}, model: memory.New()}
	path := filepath.Join(memoryFolder(t), "events.db")
	file := open(t, path)
	count := make(map[string]int)
	for i := range operations {
		var what, diff string
		switch n := m.IntN(100); {
		case n < 2:
			closeStore(t, file)
			file = open(t, path)
			what = "reopened"
		case n < 55:
			what, diff = m.append(t, file)
		case n < 78:
			what = "loads"
			name, opts := m.stream().Name, m.readStream()
			diff = differ(file.Stream(t.Context(), name, opts), m.model.Stream(t.Context(), name, opts))
			diff = about(diff, "load %s %+v", name, opts)
		case n < 97:
			what = "replays"
			opts := m.readAll()
			diff = differ(file.All(t.Context(), opts), m.model.All(t.Context(), opts))
			diff = about(diff, "replay %+v", opts)
		default:
			what = "heads"
			got, err := file.Head(t.Context())
			want, wantErr := m.model.Head(t.Context())
			if got != want || err != nil || wantErr != nil {
				diff = fmt.Sprintf("head %d %v, want %d %v", got, err, want, wantErr)
			}
		}
		if diff != "" {
			t.Fatalf("operation %d: %s", i, diff)
		}
		count[what]++
	}
	if diff := differ(file.All(t.Context(), es.ReadAll{}), m.model.All(t.Context(), es.ReadAll{})); diff != "" {
		t.Error(diff)
	}
	closeStore(t, file)
	f := new(findings)
	integrity(t.Context(), path, f)
	if !f.none() {
		t.Error(f)
	}
	t.Logf("%d operations, %d events: %v", operations, m.head, count)
}

func about(diff, format string, args ...any) string {
	if diff == "" {
		return ""
	}
	return fmt.Sprintf(format, args...) + ":\n" + diff
}

type modelTest struct {
	author
	model *memory.Store
}

// append appends to both stores, and says what it came to.
func (m *modelTest) append(t *testing.T, file es.Store) (what, diff string) {
	a := m.author.append()
	want, wantErr := m.model.Append(t.Context(), a)
	got, err := file.Append(t.Context(), a)
	if diff := cmp.Diff(want, got); diff != "" {
		return "", about(diff, "append %+v: result", a)
	}
	if diff := differentErrors(wantErr, err); diff != "" {
		return "", about(diff, "append %+v", a)
	}
	m.learn(a, want, wantErr)
	switch {
	case wantErr == nil && want.SameCommand:
		return "repeated commands", ""
	case wantErr == nil && want.Repeated:
		return "repeated appends", ""
	case wantErr == nil:
		return "appends", ""
	}
	for _, kind := range contractErrors {
		if errors.Is(wantErr, kind) {
			return kind.Error(), ""
		}
	}
	return "", about(wantErr.Error(), "append %+v: an error that is none of the contract", a)
}

var contractErrors = []error{es.ErrConflict, es.ErrCondition, es.ErrDuplicateEvent, es.ErrInvalidAppend, es.ErrExists}

func differentErrors(want, got error) string {
	for _, kind := range contractErrors {
		if errors.Is(want, kind) != errors.Is(got, kind) {
			return fmt.Sprintf("error %v, want %v", got, want)
		}
	}
	wantConflict, _ := errors.AsType[*es.ConflictError](want)
	gotConflict, _ := errors.AsType[*es.ConflictError](got)
	wantCondition, _ := errors.AsType[*es.ConditionError](want)
	gotCondition, _ := errors.AsType[*es.ConditionError](got)
	if (want == nil) != (got == nil) || !reflect.DeepEqual(wantConflict, gotConflict) || !reflect.DeepEqual(wantCondition, gotCondition) {
		return fmt.Sprintf("error %v, want %v", got, want)
	}
	return ""
}

// differ compares what two stores read.
func differ(got, want iter.Seq2[*es.Stored, error]) string {
	gotEvents, err := collect(got)
	wantEvents, wantErr := collect(want)
	if err != nil || wantErr != nil {
		return fmt.Sprintf("error %v, want %v", err, wantErr)
	}
	if reflect.DeepEqual(gotEvents, wantEvents) { // much quicker with large payloads
		return ""
	}
	return cmp.Diff(wantEvents, gotEvents)
}

func collect(events iter.Seq2[*es.Stored, error]) (kept []es.Stored, err error) {
	for e, err := range events {
		if err != nil {
			return kept, err
		}
		k := *e
		k.Payload, k.Metadata, k.Tags = bytes.Clone(e.Payload), bytes.Clone(e.Metadata), slices.Clone(e.Tags)
		kept = append(kept, k)
	}
	return kept, nil
}

// author makes up operations: most of them sensible, many not quite.
type author struct {
	*rand.Rand
	past     []es.Append
	versions map[string]int64
	head     int64
	made     int
}

// learn takes note of an outcome.
func (w *author) learn(a es.Append, r es.Result, err error) {
	if err != nil {
		return
	}
	w.past = append(w.past, a)
	if w.versions == nil {
		w.versions = make(map[string]int64)
	}
	for i, at := range r.Streams {
		name := a.Streams[i].Stream.Name
		w.versions[name] = max(w.versions[name], at.LastVersion)
	}
	w.head = max(w.head, r.Position)
}

func (w *author) oneIn(n int) bool { return w.IntN(n) == 0 }

func (w *author) stream() es.Stream {
	n := w.IntN(12)
	if w.oneIn(20) {
		n = w.IntN(1000)
	}
	return es.Stream{Name: fmt.Sprintf("thing-%d", n), Category: "thing-{id}", Key: fmt.Sprint(n)}
}

func (w *author) typ() string { return fmt.Sprintf("thing.event_%d", w.IntN(6)) }

func (w *author) tags(most int) (tags []es.Tag) {
	for range w.IntN(most + 1) {
		tags = append(tags, es.Tag{Key: string('k' + rune(w.IntN(2))), Value: fmt.Sprint(w.IntN(5))})
	}
	return tags
}

func (w *author) query() (q es.Query) {
	for range w.IntN(3) {
		item := es.Item{Tags: w.tags(2)}
		for range w.IntN(3) {
			item.Types = append(item.Types, w.typ())
		}
		q.Items = append(q.Items, item)
	}
	return q
}

// position is mostly one near the head.
func (w *author) position() int64 {
	if w.oneIn(4) {
		return w.Int64N(w.head + 3)
	}
	return max(0, w.head+2-w.Int64N(20))
}

func (w *author) event() es.NewEvent {
	w.made++
	var id uuid.UUID
	for i := range id {
		id[i] = byte(w.IntN(256))
	}
	e := es.NewEvent{
		ID: id, Type: w.typ(), TypeVersion: 1 + w.IntN(3), RecordedAt: epoch.Add(time.Duration(w.Int64N(1e18))),
		Payload: fmt.Appendf(nil, `{"n":%d,"text":"%s"}`, w.made, bytes.Repeat([]byte("ä"), w.IntN(50))), Tags: w.tags(3),
	}
	if w.oneIn(3) {
		e.Metadata = fmt.Appendf(nil, `{"causation_id":"%d"}`, w.IntN(1000))
	}
	if w.oneIn(100) {
		e.Payload = fmt.Appendf(nil, `"%s"`, bytes.Repeat([]byte("x"), w.IntN(200_000)))
	}
	return e
}

func (w *author) expected(stream string) es.Expected {
	switch w.IntN(8) {
	case 0:
		return es.ExpectNone
	case 1:
		return es.ExpectExists
	case 2:
		return es.Exactly(max(0, w.versions[stream]+1-w.Int64N(3)))
	case 3:
		return es.ExpectAny
	}
	return es.Exactly(w.versions[stream])
}

func (w *author) append() (a es.Append) {
	if len(w.past) > 0 && w.oneIn(15) {
		return w.past[len(w.past)-1-w.IntN(min(100, len(w.past)))]
	}
	command := ""
	if w.oneIn(8) {
		command = fmt.Sprint("command-", w.IntN(4))
	}
	for range 1 + w.IntN(5)/3 {
		part := es.StreamAppend{Stream: w.stream(), CommandID: command}
		if slices.ContainsFunc(a.Streams, func(p es.StreamAppend) bool { return p.Stream.Name == part.Stream.Name }) {
			continue
		}
		part.Expected = w.expected(part.Stream.Name)
		for range 1 + w.IntN(4) {
			part.Events = append(part.Events, w.event())
		}
		a.Streams = append(a.Streams, part)
	}
	for w.oneIn(5) {
		a.Conditions = append(a.Conditions, es.Condition{Query: w.query(), After: w.position()})
	}
	e := &a.Streams[0].Events[0]
	switch w.IntN(60) {
	case 0:
		if len(w.past) > 0 {
			e.ID = w.past[w.IntN(len(w.past))].Streams[0].Events[0].ID
		}
	case 1:
		e.ID = uuid.Nil
	case 2:
		e.Type = ""
	case 3:
		a.Streams[0].Events = nil
	}
	return a
}

func (w *author) readStream() (opts es.ReadStream) {
	opts.Backwards = w.oneIn(2)
	if w.oneIn(2) {
		opts.From = w.Int64N(w.head/8 + 2)
	}
	if w.oneIn(2) {
		opts.To = w.Int64N(w.head/8 + 2)
	}
	if w.oneIn(2) {
		opts.Limit = w.IntN(20)
	}
	return opts
}

func (w *author) readAll() (opts es.ReadAll) {
	if !w.oneIn(10) {
		opts.After = w.position()
		if w.oneIn(2) {
			opts.After = max(0, opts.After-w.Int64N(400))
		}
	}
	if w.oneIn(3) {
		opts.To = w.position()
	}
	if w.oneIn(2) {
		opts.Query = w.query()
	}
	if w.oneIn(3) {
		for range 1 + w.IntN(4) {
			opts.Streams = append(opts.Streams, w.stream().Name)
		}
	}
	if w.oneIn(2) {
		opts.Limit = w.IntN(30)
	}
	return opts
}
