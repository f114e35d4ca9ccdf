// Package state is what generated snapshot codecs call: a writer and a reader of the
// values that an aggregate's state is made of.
//
// # The problem
//
// A snapshot has to give back the very state that replaying the events gives, with
// all that JSON cannot tell apart or cannot hold: nil and empty slices, strings that
// are not UTF-8, NaN, maps with any keys, times with their zones, and two fields that
// point to the same child. On the other hand nobody else has to read it, and it need
// not outlive the code that wrote it: a fingerprint of the code says when a snapshot
// is of no use any more.
//
// # The model
//
// A state is written as its values one after another, without names, in the order in
// which the code declares them. Each value takes at least one byte, so that a length
// can be checked against what is left before anything is allocated for it. Pointers
// and maps keep their identity: one that has been written before is written as a
// reference to that, so that states may share and even contain themselves. Slices are
// values, each of its own. A pointer into the middle of a struct, a slice or an array
// that the state holds elsewhere by value is refused where the generated code can
// find it, for pointers to structs; a pointer to a number or a string is taken for one
// of its own.
//
// Errors stick: after the first one a Writer ignores what is written, and a Reader
// gives zero values. End returns it.
//
//	func writeCartState(w *state.Writer, c *Cart) {
//		state.WriteString(w, c.id)
//		if state.WritePointer(w, c.delivery) {
//			writeDeliveryState(w, c.delivery)
//		}
//	}
//
//	func readCartState(r *state.Reader, c *Cart) {
//		state.ReadString(r, &c.id)
//		if state.ReadPointer(r, &c.delivery) {
//			readDeliveryState(r, c.delivery)
//		}
//	}
//
// There is no promise about the bytes from one version of this package to the next;
// [Generation] is part of every fingerprint.
package state
