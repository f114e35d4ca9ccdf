package sqlite

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The checksums are part of the file format. Numbers go in as 8 bytes, little
// endian, and each text as its length, a number, and its bytes; so that no two
// events that differ are the same bytes.

// checksum makes CRC-32C checksums. It keeps its memory between them.
type checksum struct{ buf []byte }

// event covers what an aggregate is loaded from: names and not their numbers in
// this file, so that a changed name is noticed as well as a changed payload.
func (s *checksum) event(position int64, stream string, version int64, typ string, typeVersion, recordedAt int64, payload []byte) uint32 {
	s.buf = s.buf[:0]
	s.number(position)
	s.number(recordedAt)
	s.text(stream)
	s.number(version)
	s.text(typ)
	s.number(typeVersion)
	s.number(int64(len(payload)))
	return crc32.Update(crc32.Checksum(s.buf, castagnoli), castagnoli, payload)
}

// rest covers what event does not. Tags are as they stand in the row of the event.
func (s *checksum) rest(id uuid.UUID, stream es.Stream, tags string, metadata []byte) uint32 {
	s.buf = s.buf[:0]
	s.buf = append(s.buf, id[:]...)
	s.text(stream.Category)
	s.text(stream.Key)
	s.text(tags)
	s.number(int64(len(metadata)))
	return crc32.Update(crc32.Checksum(s.buf, castagnoli), castagnoli, metadata)
}

// command covers a command that a stream has seen.
func (s *checksum) command(stream, id string, first, last int64) uint32 {
	s.buf = s.buf[:0]
	s.text(stream)
	s.text(id)
	s.number(first)
	s.number(last)
	return crc32.Checksum(s.buf, castagnoli)
}

func (s *checksum) number(n int64) {
	s.buf = binary.LittleEndian.AppendUint64(s.buf, uint64(n))
}

func (s *checksum) text(t string) {
	s.number(int64(len(t)))
	s.buf = append(s.buf, t...)
}
