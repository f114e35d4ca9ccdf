// Package sqlite keeps events in one SQLite file: the store for programs that
// need durable events and no server.
//
// # Model
//
// A [Store] is an [es.Store] over one file. All writing goes through one
// connection, owned by one goroutine: appends that wait while a transaction is
// written are taken together into the next one, each with an outcome of its own,
// so that many goroutines share the price of a sync. Reading goes through a few
// connections of its own that cannot write. They read a page at a time and hold no
// transaction in between, so that a slow reader holds up nobody. Several
// processes, and several stores of one process, may use a file at once; whoever
// has to wait for another waits, see [WithBusyTimeout].
//
//	store, err := sqlite.Open(ctx, "events.db")
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	profiles := profile.NewProfileRepository(store)
//
// # Durability
//
// The file is in WAL mode with synchronous=FULL, which Open sets and verifies: an
// append that was acknowledged is on disk as far as the operating system and the
// disk tell the truth, and survives the loss of power. [WithSynchronousNormal]
// gives that up for speed: after a loss of power, or a crash of the operating
// system, the appends since about the last checkpoint may be gone, though they
// were acknowledged. A crash or a kill of the program alone loses no acknowledged
// append in either mode. At no time is a part of an append there.
//
// What SQLite cannot do, this store cannot do either. The newest events are in
// the file's neighbour, NAME-wal, until a checkpoint moves them, which may happen at
// any time. So copying the two while something is appended makes copies that are
// damaged; SQLite itself makes a good one of a file in use, also while others append:
//
//	sqlite3 events.db "VACUUM INTO 'copy.db'"
//
// Where nothing has the file open, and there is no NAME-wal, it is all there is; where
// a NAME-wal was left by a crash, the two belong together. Where the WAL itself is damaged,
// SQLite silently drops everything from the damage on. Network file systems are not
// supported, for they do not lock reliably; nor is a file with two names (hard links),
// for each would have a WAL of its own.
//
// Every event bears two CRC-32C checksums. The first covers what an aggregate is
// loaded from (position, stream, version, type, type version, time and payload), the
// second everything else. Every event that is read is verified: damage is an error that
// matches [es.ErrCorrupt], an [es.EventError] where it is that of one event, and never
// wrong data. A stream's versions are verified too, from the first that is asked for to
// the newest that the stream has. What reading cannot notice is what damage hides from
// it: a stream whose name is not found, or, from a query across streams, an event whose
// type or whose entry in the index of tags is damaged. [Check] finds these as well.
//
// An append whose commit meets an I/O error may or may not have happened; it
// fails with [es.ErrOutcomeUnknown]. The store then opens the file anew and brings
// what it finds to disk before it goes on, and the same append, sent again, finds
// out whether it is there. If that fails with another error, [ErrBusy] say, it has
// found out nothing, and can be sent again.
//
// # State tables
//
// [WithTables] keeps beside the events a table with one row an aggregate, which plain
// SQL reads as any other. A row is written in the transaction of its events, so the two
// never disagree; a value of a unique column that is taken is an [es.UniqueError], and
// then neither is written. Several aggregates in one append are judged by what they are
// after it, so they can hand a value over. The text of a column that folds is folded in
// Go, into a column es_fold_NAME, and the unique index is on that.
//
// The file remembers its tables. A program that does not know one, or knows it with other
// columns, cannot append to its aggregates; Open says what differs, and [Store.Rebuild]
// makes the table anew from the events while others go on writing. Rows may be read by
// anybody, and are better not written: [Check] finds rows without an aggregate and
// aggregates without a row, but only a rebuild finds out what else is wrong with them.
//
// # The file
//
// The data is yours. Any SQLite client (3.38 or newer) may read the file while
// the store is open. One that leaves a transaction open keeps the WAL from being
// written back, and it grows meanwhile.
//
//	SELECT recorded_at, payload ->> '$.name' FROM es_log WHERE type = 'profile.name_changed';
//
// es_log is a view for people: one row an event, with names in place of numbers,
// the ID in its usual notation and the time in ISO 8601, UTC. Below it stand these
// tables, whose names begin with es_ so that an application can have tables of its
// own in the same file. It makes them after Open has made the file: a database that
// exists already, and is not empty, is refused with [ErrNotOurs].
//
//	es_streams   id, name, category, key
//	es_heads     stream, head
//	es_types     id, name
//	es_events    position, stream, version, type, type_version, recorded_at, id,
//	             crc, crc_rest, tags, metadata, payload
//	es_tags      key, value, position
//	es_commands  stream, id, first_version, last_version, crc
//	es_snapshots stream, aggregate, version, position, last_event, recorded_at,
//	             fingerprint, crc, state
//	es_tables    name, aggregate, category, definition
//	es_rebuilds  name, category
//
// es_events.stream and es_events.type refer to es_streams.id and es_types.id. A
// stream named profile-7 has the category profile-{id} and the key 7; es_heads has the
// version of its newest event. recorded_at counts nanoseconds since 1970, UTC; id
// is the UUID's 16 bytes. payload and metadata are JSON text as it was appended,
// and es_events.tags is a JSON array of [key, value] pairs, or NULL. es_tags holds
// the same once more, for queries by tag. es_commands remembers which command IDs
// a stream has seen, and which versions they came to. es_snapshots has the newest
// snapshot of each aggregate, and may be emptied at any time: loads take longer then.
// It is written without waiting for the disk. es_tables describes the state tables, each
// in JSON; es_rebuilds names the tables that are to take their places, es_new_ and a
// number. Those that a rebuild has left that was killed are removed by the next.
//
// Events, their tags, commands and types are only ever added: triggers refuse to
// change or delete them. The file says what it is: its application_id is
// 0x6573676E ("esgn") and its user_version is the version of this format.
package sqlite
