// Package memory keeps events in the memory of the process: for tests, for
// programs that need not outlive themselves, and as the model that other stores
// are measured against.
//
// A [Store] is one log of events, in the order in which they were appended. An
// event's position is its place in that log. Beside the log there are lists of
// positions, one for each stream, type and tag, so that a stream is read, and a
// condition judged, by looking at the few events that can matter. Log and lists
// only ever grow at their ends. A reader takes a look at them under a lock, and
// then reads without one: however long it takes, it holds up nobody, and what is
// appended meanwhile is not in its sight.
//
//	store := memory.New()
//	profiles := profile.NewProfileRepository(store)
//
// It keeps state tables too, any that a repository has, so that tests of an aggregate
// with a table need no file.
//
// What the process holds is all that there is: nothing is written anywhere, and
// when the process ends the events are gone.
package memory
