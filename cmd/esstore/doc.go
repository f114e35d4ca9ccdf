// Command esstore looks at a file of events, as packages sqlite and jsonl keep them: what
// is in it, and whether it is sound.
//
//	go install github.com/esgen/esgen/cmd/esstore@latest
//
// or, in a module that uses esgen, as a tool of it:
//
//	go mod edit -tool github.com/esgen/esgen/cmd/esstore && go mod tidy
//	go tool esstore version
//
//	esstore stats events.db           what there is, and how much of it
//	esstore tail -f events.db         the newest events, and those that come
//	esstore show events.db order-17   the events of a stream
//	esstore check events.db           is anything damaged?
//	esstore export events.db          all events as JSON lines
//	esstore import events.db FILE     append events that were exported
//
// Apart from import it never changes what a file holds, and apart from import and
// export -o it never makes one. A file that it looks at may be in use all the time. Like
// any reader of a SQLite file the tool may leave NAME-wal and NAME-shm beside it, which
// belong to it; check does so only where the file is in use anyhow. One of JSON lines is
// known by what is in it, whatever its name is, and each command reads it from its
// beginning.
//
// # For people and for programs
//
// Text is for people, and may change. On a terminal, lines are cut to its width
// unless --full is given; in a pipe they are not. Whatever could drive a terminal
// (control characters, invisible ones, those that turn the direction of text) is
// shown as an escape sequence, so that nobody who can have an event recorded can play
// tricks on whoever looks at it.
//
// With --json each command prints objects, one a line, to which fields may be added.
// An event is
//
//	{"position":17,"stream":"order-7","version":3,"category":"order-{id}","key":"7",
//	 "id":"0195…","type":"order.placed","typeVersion":1,"recordedAt":"2026-05-01T12:00:00Z",
//	 "tags":[{"key":"person","value":"7"}],"metadata":{…},"payload":{…}}
//
// without what is empty; a payload that is no JSON is in payloadText. A fault is
//
//	{"fault":"checksum","stream":"order-7","version":3,"position":17,"type":"order.placed","problem":"…"}
//
// and the last line of check is
//
//	{"file":"events.db","format":1,"streams":7,"events":56,"types":3,"tags":0,"commands":0,
//	 "tables":1,"rows":7,"snapshots":0,"faults":1}
//
// What export prints are the lines of a file of package jsonl, which documents them:
// the same as above with command, last, synced and a checksum.
//
// # Exit status
//
// It is 0 if all is well, 1 if check has found faults, 2 if the work could not be
// done.
//
// The tool stands apart from esgen because it contains SQLite, which takes a C
// compiler to build.
package main
