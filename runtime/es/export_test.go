package es

import "context"

// EncodeMetadata is what is stored of md.
func EncodeMetadata(md Metadata) ([]byte, error) { return md.encode() }

// Unobserved goes through all that a load and a save report, to nobody.
func Unobserved(ctx context.Context, aggregate, stream string) {
	var o *Observer
	l := LoadReport{Aggregate: aggregate, Stream: stream}
	ctx = o.loadBegins(ctx, &l)
	o.loaded(ctx, &l, nil)
	s := SaveReport{Aggregate: aggregate, Stream: stream}
	ctx = o.saveBegins(ctx, &s)
	o.saved(ctx, &s, &Result{}, nil)
	o.retrying(ctx, aggregate, 1, nil)
	o.snapshot(ctx, &Snapshot{}, SnapshotWritten, nil)
}
