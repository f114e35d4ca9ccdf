// Package jsonl keeps events in one file of JSON lines: the store for programs whose
// events should be legible to people and to every tool that can read a line of JSON.
//
//	store, err := jsonl.Open(ctx, "events.jsonl")
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	profiles := profile.NewProfileRepository(store)
//
// # Model
//
// The file is the log: one line an event, in the order in which they were appended,
// and only ever added to at its end. The events stay on disk. What is in memory is an
// index, which [Open] makes by reading the file once: about 40 bytes an event and 5
// more for each of its tags; for each stream about 250 bytes and its name, category and
// key, for each distinct tag about 200 and its text, and for each command ID about 80. A file
// holds at most 4,294,967,294 events.
//
// One group of appends is written at a time: appends that wait while a group is written
// are taken together into the next one, each judged by itself, which is one write and one
// sync. Readers read the file beside it, and see what is synced only.
//
// One store writes to a file at a time: a lock keeps others out for as long as it is open,
// see [ErrLocked]. Any number may read beside it, see [ReadOnly]. Where several programs
// write to one file, use package sqlite.
//
// # The file
//
// A line is an object whose members always come in this order; those marked with an
// asterisk are left out where they are empty:
//
//	position     counts all events, from 1: it is the number of the line
//	stream       the stream's full name: "order-17"
//	version      counts the events of the stream, from 1
//	category *   the template of the stream's name: "order-{id}"
//	key *        what stands for {id}: "17"
//	id           the event's ID, a UUID
//	type         the event's type: "order.placed"
//	typeVersion  the version of the type, from 1
//	recordedAt   a time in RFC 3339, UTC, to the nanosecond
//	command *    the ID of the command that the append bore in this stream
//	tags *       an array of {"key":…,"value":…}
//	last *       true on the last event of each append
//	synced *     on the last event of each append: the position up to which the file
//	             was known to be on disk when the append was written
//	metadata *   a JSON object, or metadataText: see below
//	payload      a JSON value, or payloadText
//	crc          CRC-32C (Castagnoli) of all that stands in the line before `,"crc"`,
//	             as eight hexadecimal digits
//
// There is no space between members, and the line ends with a line feed. So
//
//	jq -r 'select(.type == "order.placed") | .payload.total' events.jsonl
//
// works, and so do grep, tail -f and wc -l. But lines are not to be edited: one that
// does not match its checksum is damage.
//
// Payload and metadata stand in the line byte by byte as they were appended. Where that
// cannot be, they are in payloadText and metadataText, as a string that holds those
// bytes: JSON with line breaks in it or with space around it, and what strict readers
// refuse, such as an object with a name twice. What generated code writes is never of
// that kind.
//
// # Durability
//
// An append is acknowledged when it has been written and synced (fdatasync), and so has
// the name of a new file in its folder. It survives a kill of the program and the loss
// of power, as far as the operating system and the disk tell the truth.
//
// A crash can leave part of an append at the end of the file, or an append of several
// lines with pieces missing from the middle. Open cuts it off, whole, and reports it
// with [OnTorn]; nothing that was acknowledged is among it. Damage is told from that by
// what the rest of the file says: it is a line that is complete and wrong, or one with a
// hole after which the file goes on with lines that knew it to be synced. Damage fails
// Open with a [DamageError], which names line and byte, and leaves the file as it is.
// Lines are verified again each time they are read: damage is an [es.EventError] that
// matches [es.ErrCorrupt], never wrong data.
//
// Where a sync fails, nobody knows what is on disk, and a sync that succeeds later says
// nothing about what the first has lost. Appends that meet this fail with
// [es.ErrOutcomeUnknown]. Before the store writes anything else it cuts the file back to
// what it knew to be synced. And Open takes nobody's word for the last lines of a file: it
// writes the same bytes once more, and syncs them, before it goes on.
package jsonl
