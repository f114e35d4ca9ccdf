package jsonl

import (
	"hash/maphash"

	"github.com/google/uuid"
)

// idTable finds the positions that an event ID may have. It keeps 32 bits of a hash in
// place of the ID, so that an event takes 11 to 21 bytes: who asks has to look whether the
// event at a position that is found has that ID. For an ID that is not in the table, some
// other position is found once in four billion looks and events.
//
// The zero table is empty.
type idTable struct {
	seed maphash.Seed
	// slots holds a hash above a position; 0 is free. A hash's own slot is given by its
	// highest bits, and where that is taken the next free one is used.
	slots []uint64
	shift uint // from a hash to its slot
	used  int
}

func (t *idTable) hash(id *uuid.UUID) uint32 { return uint32(maphash.Bytes(t.seed, id[:])) }

// each calls yield with each position that id may have, until yield returns false.
func (t *idTable) each(id *uuid.UUID, yield func(position uint32) bool) {
	if t.used == 0 {
		return
	}
	hash := t.hash(id)
	for i := t.home(hash); t.slots[i] != 0; i = t.after(i) {
		if uint32(t.slots[i]>>32) == hash && !yield(uint32(t.slots[i])) {
			return
		}
	}
}

// add says that the event with an ID is at a position, which is not 0.
func (t *idTable) add(id *uuid.UUID, position uint32) {
	if t.slots == nil {
		t.seed = maphash.MakeSeed()
	}
	if 4*(t.used+1) > 3*len(t.slots) {
		t.grow()
	}
	t.put(uint64(t.hash(id))<<32 | uint64(position))
	t.used++
}

func (t *idTable) put(slot uint64) {
	i := t.home(uint32(slot >> 32))
	for t.slots[i] != 0 {
		i = t.after(i)
	}
	t.slots[i] = slot
}

func (t *idTable) home(hash uint32) int { return int(hash >> t.shift) }

func (t *idTable) after(i int) int { return (i + 1) & (len(t.slots) - 1) }

func (t *idTable) grow() {
	old := t.slots
	n := max(64, 2*len(old))
	t.slots = make([]uint64, n)
	for t.shift = 32; n > 1; n >>= 1 {
		t.shift--
	}
	for _, slot := range old {
		if slot != 0 {
			t.put(slot)
		}
	}
}
