package otel_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
	"github.com/esgen/esgen/runtime/otel"
	"github.com/esgen/esgen/runtime/sqlite"
)

// tally is an aggregate whose plumbing is written by hand.
type tally struct {
	es.Root

	id string
	n  int
}

type counted struct{ ID string }

func (counted) EventType() string { return "tally.counted" }

func (t *tally) count(id string) {
	es.Record(t, &t.Root, counted{ID: id}, func(t *tally, e counted) error {
		t.id = e.ID
		t.n++
		return nil
	})
}

func newTallies(store es.Store, fingerprint string, opts ...es.Option) *es.Repository[tally, string, counted] {
	return es.NewRepository(store, &es.Definition[tally, string, counted]{
		Name: "tally", Stream: "tally-{id}",
		Events:   []es.EventType{{Name: "tally.counted", Version: 1, Zero: counted{}}},
		ID:       func(t *tally) string { return t.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(s string) (string, error) { return s, nil },
		Load: func(t *tally, s *es.Stored) error {
			t.id = s.Stream.Key
			t.n++
			return nil
		},
		Encode: func(dst []byte, e counted) ([]byte, error) { return append(dst, "{}"...), nil },
		Decode: func(s *es.Stored) (counted, error) { return counted{ID: s.Stream.Key}, nil },
		Snapshots: &es.Snapshots[tally]{
			Every: 3, Fingerprint: fingerprint,
			Encode: func(dst []byte, t *tally) ([]byte, error) { return fmt.Appendf(dst, "%d", t.n), nil },
			Decode: func(b []byte, t *tally) error {
				t.id = "a"
				_, err := fmt.Sscan(string(b), &t.n)
				return err
			},
		},
	}, opts...)
}

// recorder holds what was told.
type recorder struct {
	*testing.T
	spans    *tracetest.InMemoryExporter
	tracers  *trace.TracerProvider
	reader   *metric.ManualReader
	observer es.Observer
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{T: t, spans: tracetest.NewInMemoryExporter(), reader: metric.NewManualReader()}
	r.tracers = trace.NewTracerProvider(trace.WithSyncer(r.spans))
	observer, err := otel.New(nil, otel.WithTracerProvider(r.tracers),
		otel.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(r.reader))), otel.WithSystem("memory"))
	if err != nil {
		t.Fatal(err)
	}
	r.observer = observer
	return r
}

// attributes are those of a span or an event, as text.
func attributes(list []attribute.KeyValue) map[string]string {
	m := map[string]string{}
	for _, kv := range list {
		m[string(kv.Key)] = kv.Value.String()
	}
	return m
}

func (r *recorder) wantSpan(span tracetest.SpanStub, name string, want map[string]string) {
	r.Helper()
	got := attributes(span.Attributes)
	if span.Name != name || !maps.Equal(got, want) {
		r.Errorf("span %q with %v, want %q with %v", span.Name, got, name, want)
	}
	if span.SpanKind != oteltrace.SpanKindClient || !span.EndTime.After(span.StartTime) {
		r.Errorf("span %q is of kind %s, from %s to %s", span.Name, span.SpanKind, span.StartTime, span.EndTime)
	}
}

func TestTraces(t *testing.T) {
	r := newRecorder(t)
	written := make(chan struct{}, 10)
	store := memory.New()
	done := es.WithObserver(es.Observer{Snapshot: func(context.Context, es.SnapshotReport) { written <- struct{}{} }})
	repo := newTallies(store, "f", es.WithObserver(r.observer), done)
	ctx, parent := r.tracers.Tracer("test").Start(t.Context(), "parent")
	a := new(tally)
	for range 3 {
		a.count("a")
	}
	if err := repo.Save(ctx, a); err != nil {
		t.Fatal(err)
	}
	<-written
	if _, err := repo.Load(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Load(ctx, "b"); !errors.Is(err, es.ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := newTallies(store, "g", es.WithObserver(r.observer)).Load(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	closed := memory.New()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := newTallies(closed, "f", es.WithObserver(r.observer)).Load(ctx, "a"); !errors.Is(err, es.ErrClosed) {
		t.Fatal(err)
	}
	parent.End()

	spans := r.spans.GetSpans()
	if len(spans) != 6 {
		t.Fatalf("%d spans: %+v", len(spans), spans)
	}
	common := func(operation, stream string, more map[string]string) map[string]string {
		m := map[string]string{"db.system.name": "memory", "db.operation.name": operation, "db.collection.name": "tally", "esgen.stream": stream}
		maps.Copy(m, more)
		return m
	}
	r.wantSpan(spans[0], "append tally", common("append", "tally-a", map[string]string{
		"esgen.events": "3", "db.operation.batch.size": "3", "esgen.version": "3", "esgen.position": "3"}))
	r.wantSpan(spans[1], "load tally", common("load", "tally-a", map[string]string{
		"db.response.returned_rows": "0", "esgen.version": "3", "esgen.snapshot.version": "3"}))
	r.wantSpan(spans[2], "load tally", common("load", "tally-b", map[string]string{"db.response.returned_rows": "0", "error.type": "not_found"}))
	r.wantSpan(spans[3], "load tally", common("load", "tally-a", map[string]string{"db.response.returned_rows": "3", "esgen.version": "3"}))
	r.wantSpan(spans[4], "load tally", common("load", "tally-a", map[string]string{"db.response.returned_rows": "0", "error.type": "closed"}))
	for _, span := range spans[:5] {
		if span.Parent.SpanID() != parent.SpanContext().SpanID() {
			t.Errorf("%s is no child of the span in the context", span.Name)
		}
	}
	for i, want := range []codes.Code{codes.Unset, codes.Unset, codes.Unset, codes.Unset, codes.Error} {
		if spans[i].Status.Code != want {
			t.Errorf("span %d has the status %v, want %v", i, spans[i].Status, want)
		}
	}
	if events := spans[3].Events; len(events) != 1 || attributes(events[0].Attributes)["esgen.snapshot.outcome"] != "ignored" {
		t.Errorf("%+v", events)
	}
}

// count is the sum of a counter, or how often a histogram was recorded in, by attributes.
func (r *recorder) counts(name string) map[string]int64 {
	r.Helper()
	var all metricdata.ResourceMetrics
	if err := r.reader.Collect(r.Context(), &all); err != nil {
		r.Fatal(err)
	}
	counts := map[string]int64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != name {
				continue
			}
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					counts[text(p.Attributes)] += p.Value
				}
			case metricdata.Histogram[int64]:
				for _, p := range data.DataPoints {
					counts[text(p.Attributes)] += int64(p.Count)
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					counts[text(p.Attributes)] += int64(p.Count)
				}
			}
		}
	}
	return counts
}

func text(set attribute.Set) string {
	var parts []string
	for _, kv := range set.ToSlice() {
		if kv.Key != "db.system.name" && kv.Key != "db.namespace" {
			parts = append(parts, kv.Value.String())
		}
	}
	slices.Sort(parts)
	return fmt.Sprint(parts)
}

func TestMetrics(t *testing.T) {
	r := newRecorder(t)
	written := make(chan struct{}, 10)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "events.db"), sqlite.WithObserver(r.observer))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	repo := newTallies(store, "f", es.WithObserver(r.observer),
		es.WithObserver(es.Observer{Snapshot: func(context.Context, es.SnapshotReport) { written <- struct{}{} }}))
	a := new(tally)
	a.count("a")
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	tries := 0
	err = repo.Update(t.Context(), "a", func(mine *tally) error {
		if tries++; tries == 1 {
			a.count("a")
			if err := repo.Save(t.Context(), a); err != nil {
				return err
			}
		}
		mine.count("a")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-written:
	case <-time.After(time.Minute):
		t.Fatal("no snapshot was written")
	}
	for name, want := range map[string]map[string]int64{
		"db.client.operation.duration":     {"[append tally]": 3, "[append conflict tally]": 1, "[load tally]": 2},
		"db.client.response.returned_rows": {"[load tally]": 2},
		"esgen.append.events":              {"[tally]": 4},
		"esgen.retries":                    {"[conflict tally]": 1},
		"esgen.snapshots":                  {"[tally written]": 1},
		"esgen.snapshot.size":              {"[tally]": 1},
		"esgen.commit.duration":            {"[]": 4},
		"esgen.commit.appends":             {"[]": 4},
	} {
		if got := r.counts(name); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// An observer ends the spans that it has begun itself, whoever else begins some in the same context.
func TestBesideAnotherTracer(t *testing.T) {
	first, second := newRecorder(t), newRecorder(t)
	repo := newTallies(memory.New(), "f", es.WithObserver(first.observer), es.WithObserver(second.observer))
	a := new(tally)
	a.count("a")
	if err := repo.Save(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Load(t.Context(), "b"); !errors.Is(err, es.ErrNotFound) {
		t.Fatal(err)
	}
	for i, r := range []*recorder{first, second} {
		var names []string
		for _, span := range r.spans.GetSpans() {
			names = append(names, span.Name+" "+attributes(span.Attributes)["error.type"])
		}
		if want := []string{"append tally ", "load tally not_found"}; !slices.Equal(names, want) {
			t.Errorf("observer %d: spans %q, want %q", i+1, names, want)
		}
	}
}
