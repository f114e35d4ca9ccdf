// Package otel tells OpenTelemetry what repositories and stores do, as traces and
// metrics. It is a module of its own, so that nobody gets its dependencies who does not
// want them.
//
// # The model
//
// [New] makes an [es.Observer] of a tracer provider and a meter provider, the global ones
// by default. It goes to repositories and stores alike:
//
//	observer, err := otel.New()
//	if err != nil {
//		return err
//	}
//	store, err := sqlite.Open(ctx, "events.db", sqlite.WithObserver(observer))
//	orders := order.NewOrderRepository(store, es.WithObserver(observer))
//
// # Traces
//
// A load is a span "load AGGREGATE", and an append of what was recorded a span "append
// AGGREGATE", children of the span in the context and of kind client. They follow the
// conventions for database calls: db.operation.name is load or append,
// db.collection.name the aggregate's name, db.operation.batch.size the number of events
// where there are several, and error.type says what has failed. What those have no name
// for has attributes that begin with esgen: the stream, the version, the number of events,
// the version of the snapshot. A lost race, or an aggregate that is not there, is no error
// of the span: error.type says what it was, and the status stays unset. Attempts that are
// repeated and snapshots are events of the span in the context.
//
// # Metrics
//
//	db.client.operation.duration   histogram, s           by db.operation.name, db.collection.name, error.type
//	db.client.response.returned_rows histogram, {row}     events that a load has read, by the same
//	esgen.append.events            histogram, {event}     events of an append
//	esgen.retries                  counter, {attempt}     by db.collection.name, error.type
//	esgen.snapshots                counter, {snapshot}    by db.collection.name, esgen.snapshot.outcome
//	esgen.snapshot.size            histogram, By          state of snapshots that were written
//	esgen.commit.duration          histogram, s           transactions of a store
//	esgen.commit.appends           histogram, {append}    appends that share a transaction
//
// Streams and IDs are in traces only: as attributes of metrics they would be no end of
// series.
package otel
