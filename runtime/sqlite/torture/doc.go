// Package torture holds no code to import: it holds the tests that take package
// sqlite to where disks, machines and processes fail.
//
// A store makes promises that ordinary tests cannot break: that an acknowledged
// append survives the loss of power, that a full disk loses nothing, that several
// processes see one order of events. Each test here does to a store what breaks such
// a promise in real life, counts what it has done, and reads the whole file back.
// Where it can, it also does the same to a store that is wrong on purpose, and must
// find it out; a test that cannot fail proves nothing.
//
//   - Kill: a process that appends is killed at random moments; one that writes rows of
//     a state table too, also while another makes the table anew and is killed as well.
//   - Claim: many want one value of a unique column at once, from several processes.
//   - Power: a library between SQLite and the disk (testdata/disk.c) writes down
//     every write and every sync, in one order with what the store acknowledged. The
//     test cuts that record at random points, and keeps of what was not synced
//     nothing, all, a beginning, or random pieces of 512 bytes.
//   - Fault: the same library makes writes and syncs fail.
//   - Full: a disk of one megabyte.
//   - Linear: several processes append to and read the same streams, and a checker of
//     linearizability (porcupine) looks for an order that explains what they saw.
//   - Decisions: processes append on conditions, together or until they are killed. Each
//     event tells what its author had read, so that the file alone shows whether every
//     condition held. Boundaries: all processes read one, and then append on it.
//   - Model: random operations, compared with package memory.
//   - Large: many streams, long ones, large events and large appends.
//
// Plain go test runs short forms of them. The full forms take minutes; their names
// begin with TestTorture, and they run if ESGEN_TORTURE=1 is set:
//
//	ESGEN_TORTURE=1 go test -run Torture -v ./runtime/sqlite/torture
//
// Both print what they counted. The tests need Linux, and cgo as SQLite does; those
// with the library need a C compiler, and the disk of one megabyte needs root. Where
// one of these is missing a test is skipped, and says why.
package torture
