package memory

import (
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// candidates returns lists that hold, between them, every event that q selects,
// and others too: all that an item asks for is on each of its tags' lists, so the
// shortest of those will do. It says whether the whole log is such a list.
func (s *Store) candidates(q es.Query) (lists []positions, every bool) {
	if len(q.Items) == 0 {
		return nil, true
	}
	for i := range q.Items {
		it := &q.Items[i]
		switch {
		case len(it.Tags) > 0:
			shortest := s.tags[it.Tags[0]]
			for _, tag := range it.Tags[1:] {
				if list := s.tags[tag]; len(list) < len(shortest) {
					shortest = list
				}
			}
			lists = append(lists, shortest)
		case len(it.Types) > 0:
			for _, typ := range it.Types {
				lists = append(lists, s.types[typ])
			}
		default:
			return nil, true
		}
	}
	return lists, false
}

// first is the position of the first event after the given position that q
// selects, and 0 where there is none.
func (s *Store) first(q es.Query, after int64) int64 {
	after = max(after, 0)
	if after >= s.head() {
		return 0
	}
	lists, every := s.candidates(q)
	if every {
		return after + 1
	}
	var found int64
	for _, list := range lists {
		i, _ := slices.BinarySearch(list, after+1)
		for _, position := range list[i:] {
			if found > 0 && position >= found {
				break
			}
			if e := s.at(position); q.Matches(e.Type, e.Tags) {
				found = position
				break
			}
		}
	}
	return found
}
