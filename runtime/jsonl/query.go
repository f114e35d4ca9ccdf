package jsonl

import (
	"github.com/esgen/esgen/runtime/es"
)

// selection finds the events that a query selects by the lists of the index alone.
// Positions are to be asked for in rising order.
type selection struct {
	every bool
	items []selectedItem
}

// selectedItem has the lists of an item: an event must be on all of the tags', and on one
// of the types' if there are any.
type selectedItem struct {
	tags, types []positions
	typed       bool
}

func (x *index) selectBy(q es.Query) selection {
	if len(q.Items) == 0 {
		return selection{every: true}
	}
	sel := selection{items: make([]selectedItem, 0, len(q.Items))}
	for i := range q.Items {
		if item, some := x.selectItem(&q.Items[i]); some {
			sel.items = append(sel.items, item)
		}
		if len(q.Items[i].Tags) == 0 && len(q.Items[i].Types) == 0 {
			return selection{every: true}
		}
	}
	return sel
}

// selectItem returns the lists of an item, and whether an event can be on them.
func (x *index) selectItem(it *es.Item) (item selectedItem, some bool) {
	for _, tag := range it.Tags {
		t := x.tags[tag]
		if t == nil {
			return item, false
		}
		item.tags = append(item.tags, t.events)
	}
	item.typed = len(it.Types) > 0
	for _, name := range it.Types {
		if t := x.types[name]; t != nil {
			item.types = append(item.types, t.events)
		}
	}
	return item, !item.typed || len(item.types) > 0
}

// next is the first position from a given one on whose event is selected, and 0 where
// there is none.
func (sel *selection) next(from uint32) (found uint32) {
	if sel.every {
		return from
	}
	for i := range sel.items {
		if p := sel.items[i].next(from); p != 0 && (found == 0 || p < found) {
			found = p
		}
	}
	return found
}

func (it *selectedItem) next(from uint32) uint32 {
	for {
		candidate := from
		for i := range it.tags {
			if it.tags[i] = it.tags[i].from(candidate); len(it.tags[i]) == 0 {
				return 0
			}
			candidate = it.tags[i][0]
		}
		if it.typed {
			var first uint32
			for i := range it.types {
				it.types[i] = it.types[i].from(candidate)
				if list := it.types[i]; len(list) > 0 && (first == 0 || list[0] < first) {
					first = list[0]
				}
			}
			if first == 0 {
				return 0
			}
			candidate = first
		}
		if candidate == from {
			return candidate
		}
		// One list is ahead of the others: they have to follow.
		from = candidate
	}
}
