// Package storetest holds the conformance suite of es.Store: what every store
// must do, as tests.
//
// A store that keeps events only almost as it should loses them years later, for
// somebody else. So there is one suite for all stores, written against the
// contract and nothing else: each case opens a store of its own, and stands for a
// sentence of the contract, which a failure prints. The suite covers what is kept
// and how exactly, versions and positions, expected versions, conditions, repeated
// appends, refused ones, reading in all its ways, contexts, ownership of memory,
// sizes, strange names, many goroutines at once, and long random histories that
// are compared with a model. After every case it reads the whole store back, and
// compares it with what was appended.
//
// A store's own test calls it:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) es.Store { return memory.New() })
//	}
//
// and, if the store can be closed and opened again:
//
//	storetest.Config{Open: open, Reopen: reopen}.Run(t)
//
// With go test -short the suite keeps every case, and makes the long ones shorter.
package storetest
