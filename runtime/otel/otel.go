package otel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/esgen/esgen/runtime/es"
)

// scope names the instrumentation.
const scope = "github.com/esgen/esgen/runtime/otel"

// Attributes that the conventions have no names for.
const (
	streamKey          = attribute.Key("esgen.stream")
	streamsKey         = attribute.Key("esgen.streams")
	versionKey         = attribute.Key("esgen.version")
	positionKey        = attribute.Key("esgen.position")
	eventsKey          = attribute.Key("esgen.events")
	repeatedKey        = attribute.Key("esgen.repeated")
	attemptKey         = attribute.Key("esgen.attempt")
	snapshotKey        = attribute.Key("esgen.snapshot.version")
	snapshotOutcomeKey = attribute.Key("esgen.snapshot.outcome")
)

// Option is an option of New. A nil one does nothing.
type Option func(*config)

type config struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	system  string
}

// WithTracerProvider sets where traces go to, instead of the global provider.
func WithTracerProvider(p trace.TracerProvider) Option { return func(c *config) { c.tracers = p } }

// WithMeterProvider sets where metrics go to, instead of the global provider.
func WithMeterProvider(p metric.MeterProvider) Option { return func(c *config) { c.meters = p } }

// WithSystem sets db.system.name, "esgen" if this option is not given: "sqlite", say.
func WithSystem(name string) Option { return func(c *config) { c.system = name } }

// New makes an observer that tells OpenTelemetry. It fails where the meter provider cannot
// make an instrument.
func New(opts ...Option) (es.Observer, error) {
	c := config{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider(), system: "esgen"}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	o := &observer{system: semconv.DBSystemNameKey.String(c.system), tracer: c.tracers.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL))}
	if err := o.instruments(c.meters.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL))); err != nil {
		return es.Observer{}, fmt.Errorf("otel: %w", err)
	}
	return es.Observer{
		LoadBegins: func(ctx context.Context, l es.LoadReport) context.Context {
			return o.begin(ctx, "load", l.Aggregate, l.Stream, l.Start)
		},
		Loaded: o.loaded,
		SaveBegins: func(ctx context.Context, s es.SaveReport) context.Context {
			return o.begin(ctx, "append", s.Aggregate, s.Stream, s.Start)
		},
		Saved:     o.saved,
		Retrying:  o.retrying,
		Snapshot:  o.snapshot,
		Committed: o.committed,
	}, nil
}

// observer holds what is told to.
type observer struct {
	system attribute.KeyValue
	tracer trace.Tracer

	duration      metric.Float64Histogram
	read          metric.Int64Histogram
	appended      metric.Int64Histogram
	retries       metric.Int64Counter
	snapshots     metric.Int64Counter
	snapshotSize  metric.Int64Histogram
	commits       metric.Float64Histogram
	commitAppends metric.Int64Histogram
}

// seconds are the bounds that the conventions advise for databases.
var seconds = metric.WithExplicitBucketBoundaries(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)

var counts = metric.WithExplicitBucketBoundaries(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)

func (o *observer) instruments(m metric.Meter) error {
	var errs [8]error
	o.duration, errs[0] = m.Float64Histogram("db.client.operation.duration", metric.WithUnit("s"), seconds,
		metric.WithDescription("Duration of loads and appends."))
	o.read, errs[1] = m.Int64Histogram("db.client.response.returned_rows", metric.WithUnit("{row}"), counts,
		metric.WithDescription("Events that a load has read."))
	o.appended, errs[2] = m.Int64Histogram("esgen.append.events", metric.WithUnit("{event}"), counts,
		metric.WithDescription("Events of an append."))
	o.retries, errs[3] = m.Int64Counter("esgen.retries", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts that failed and were followed by another."))
	o.snapshots, errs[4] = m.Int64Counter("esgen.snapshots", metric.WithUnit("{snapshot}"),
		metric.WithDescription("Snapshots that were written, not written, or ignored."))
	o.snapshotSize, errs[5] = m.Int64Histogram("esgen.snapshot.size", metric.WithUnit("By"),
		metric.WithDescription("Size of the states of snapshots that were written."))
	o.commits, errs[6] = m.Float64Histogram("esgen.commit.duration", metric.WithUnit("s"), seconds,
		metric.WithDescription("Duration of a store's transactions."))
	o.commitAppends, errs[7] = m.Int64Histogram("esgen.commit.appends", metric.WithUnit("{append}"), counts,
		metric.WithDescription("Appends that share a transaction."))
	return errors.Join(errs[:]...)
}

func (o *observer) begin(ctx context.Context, operation, aggregate, stream string, start time.Time) context.Context {
	ctx, span := o.tracer.Start(ctx, operation+" "+aggregate, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(start),
		trace.WithAttributes(o.system, semconv.DBOperationName(operation), semconv.DBCollectionName(aggregate), streamKey.String(stream)))
	return context.WithValue(ctx, begunBy{o}, span)
}

// begunBy is the key of the span that an observer has begun. The one that is current in
// the context when it ends may be that of another observer.
type begunBy struct{ *observer }

// end ends the span in the context, and measures the operation.
func (o *observer) end(ctx context.Context, operation, aggregate string, start time.Time, took time.Duration, err error, attrs ...attribute.KeyValue) {
	measured := []attribute.KeyValue{o.system, semconv.DBOperationName(operation), semconv.DBCollectionName(aggregate)}
	span, ok := ctx.Value(begunBy{o}).(trace.Span)
	if !ok {
		span = trace.SpanFromContext(context.Background()) // records nothing: what has not begun does not end
	}
	if err != nil {
		kind := semconv.ErrorTypeKey.String(errorType(err))
		measured, attrs = append(measured, kind), append(attrs, kind)
		if !es.IsExpected(err) {
			span.SetStatus(codes.Error, err.Error())
		}
	}
	span.SetAttributes(attrs...)
	span.End(trace.WithTimestamp(start.Add(took)))
	o.duration.Record(ctx, took.Seconds(), metric.WithAttributes(measured...))
}

func (o *observer) loaded(ctx context.Context, l es.LoadReport) {
	attrs := []attribute.KeyValue{semconv.DBResponseReturnedRows(l.Events)}
	if l.Err == nil {
		attrs = append(attrs, versionKey.Int64(l.Version))
	}
	if l.Snapshot > 0 {
		attrs = append(attrs, snapshotKey.Int64(l.Snapshot))
	}
	o.end(ctx, "load", l.Aggregate, l.Start, l.Duration, l.Err, attrs...)
	o.read.Record(ctx, int64(l.Events), metric.WithAttributes(o.system, semconv.DBOperationName("load"), semconv.DBCollectionName(l.Aggregate)))
}

func (o *observer) saved(ctx context.Context, s es.SaveReport) {
	attrs := []attribute.KeyValue{eventsKey.Int(s.Events)}
	if s.Events > 1 {
		attrs = append(attrs, semconv.DBOperationBatchSize(s.Events))
	}
	if s.Streams > 1 {
		attrs = append(attrs, streamsKey.Int(s.Streams))
	}
	if s.Repeated {
		attrs = append(attrs, repeatedKey.Bool(true))
	}
	if s.Err == nil {
		attrs = append(attrs, versionKey.Int64(s.Version), positionKey.Int64(s.Position))
	}
	o.end(ctx, "append", s.Aggregate, s.Start, s.Duration, s.Err, attrs...)
	o.appended.Record(ctx, int64(s.Events), metric.WithAttributes(o.system, semconv.DBCollectionName(s.Aggregate)))
}

func (o *observer) retrying(ctx context.Context, r es.RetryReport) {
	attrs := []attribute.KeyValue{semconv.DBCollectionName(r.Aggregate), semconv.ErrorTypeKey.String(errorType(r.Err))}
	o.retries.Add(ctx, 1, metric.WithAttributes(attrs...))
	trace.SpanFromContext(ctx).AddEvent("retry", trace.WithAttributes(append(attrs, attemptKey.Int(r.Attempt))...))
}

func (o *observer) snapshot(ctx context.Context, s es.SnapshotReport) {
	aggregate := semconv.DBCollectionName(s.Aggregate)
	outcome := snapshotOutcomeKey.String(s.Outcome.String())
	o.snapshots.Add(ctx, 1, metric.WithAttributes(aggregate, outcome))
	if s.Outcome == es.SnapshotWritten {
		o.snapshotSize.Record(ctx, int64(s.Size), metric.WithAttributes(aggregate))
	}
	attrs := []attribute.KeyValue{aggregate, outcome, streamKey.String(s.Stream), snapshotKey.Int64(s.Version)}
	if s.Err != nil {
		attrs = append(attrs, semconv.ExceptionMessage(s.Err.Error()))
	}
	// One that is written has outlived its span most of the time, and is then told to
	// nobody.
	trace.SpanFromContext(ctx).AddEvent("snapshot", trace.WithAttributes(attrs...))
}

func (o *observer) committed(ctx context.Context, c es.CommitReport) {
	attrs := []attribute.KeyValue{o.system, semconv.DBNamespace(c.Store)}
	if c.Err != nil {
		attrs = append(attrs, semconv.ErrorTypeKey.String(errorType(c.Err)))
	}
	o.commits.Record(ctx, c.Duration.Seconds(), metric.WithAttributes(attrs...))
	o.commitAppends.Record(ctx, int64(c.Appends), metric.WithAttributes(o.system, semconv.DBNamespace(c.Store)))
}

// errorTypes are the names of what an error can be about, the most particular first.
var errorTypes = []struct {
	err  error
	name string
}{
	{es.ErrExists, "exists"},
	{es.ErrConflict, "conflict"},
	{es.ErrUnique, "unique"},
	{es.ErrCondition, "condition"},
	{es.ErrNotFound, "not_found"},
	{es.ErrNoVersion, "no_version"},
	{es.ErrOutcomeUnknown, "outcome_unknown"},
	{es.ErrDuplicateEvent, "duplicate_event"},
	{es.ErrCorrupt, "corrupt"},
	{es.ErrUnknownType, "unknown_type"},
	{es.ErrClosed, "closed"},
	{es.ErrInvalidAppend, "invalid_append"},
	{context.Canceled, "canceled"},
	{context.DeadlineExceeded, "deadline_exceeded"},
}

// errorType is one of a few names, as the conventions want it.
func errorType(err error) string {
	for _, t := range errorTypes {
		if errors.Is(err, t.err) {
			return t.name
		}
	}
	return semconv.ErrorTypeOther.Value.AsString()
}
