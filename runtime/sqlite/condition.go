package sqlite

import (
	"cmp"
	"database/sql/driver"
	"math"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// nearHead is how many events before the head a condition may reach back to be
// judged by going through them, once for the whole group.
const nearHead = 128

// tailEvent is what a condition asks of an event.
type tailEvent struct {
	position int64
	typ      string
	tags     []es.Tag
}

// broken is the first event that breaks a condition, as an *es.ConditionError; nil
// if there is none.
func (g *group) broken(cond *es.Condition) (broken, err error) {
	if cond.After >= g.head {
		return nil, nil
	}
	if err := g.readTail(); err != nil {
		return nil, err
	}
	if cond.After < g.tailAfter {
		found, err := g.search(cond)
		if err != nil {
			return nil, err
		}
		if found != nil {
			return &es.ConditionError{Position: found.position, Type: found.typ, After: cond.After}, nil
		}
	}
	i, _ := slices.BinarySearchFunc(g.tail, cond.After, func(e tailEvent, after int64) int { return cmp.Compare(e.position, after+1) })
	for _, e := range g.tail[i:] {
		if cond.Query.Matches(e.typ, e.tags) {
			return &es.ConditionError{Position: e.position, Type: e.typ, After: cond.After}, nil
		}
	}
	return nil, nil
}

// reach sets how far back the tail begins: where the conditions of the group that
// are near the head do. It is called before any append is taken.
func (g *group) reach(requests []*request) {
	g.tailAfter = g.head
	for _, r := range requests {
		for i := range r.append.Conditions {
			if after := r.append.Conditions[i].After; after >= g.head-nearHead {
				g.tailAfter = min(g.tailAfter, after)
			}
		}
	}
	g.tailRead = g.tailAfter == g.head
}

// readTail reads the newest events of the file, when first they are asked for.
// Those that the group has taken already stay behind them.
func (g *group) readTail() error {
	if g.tailRead {
		return nil
	}
	own := g.tail
	g.tail, g.tailRead = nil, true
	err := g.conn.each(tailQuery+"e.position > ? ORDER BY e.position", func(row []driver.Value) (bool, error) {
		e, err := toTailEvent(row)
		g.tail = append(g.tail, e)
		return true, err
	}, g.tailAfter)
	g.tail = append(g.tail, own...)
	return err
}

const tailQuery = "SELECT e.position, t.name, e.tags FROM es_events e JOIN es_types t ON t.id = e.type WHERE "

func toTailEvent(row []driver.Value) (tailEvent, error) {
	s := scanner{row: row}
	e := tailEvent{position: s.int(0), typ: s.text(1)}
	tags := s.text(2)
	if s.err == nil && tags != "" {
		e.tags, s.err = parseTags(nil, tags)
	}
	return e, damaged("events", s.err)
}

// search finds the first event that the condition's query selects, after its
// position and before the tail; nil if there is none.
func (g *group) search(cond *es.Condition) (*tailEvent, error) {
	wanted, err := newSelection(g.conn, g.types, cond.Query)
	if err != nil {
		return nil, err
	}
	var found *tailEvent
	match := func(row []driver.Value) (bool, error) {
		e, err := toTailEvent(row)
		if err == nil && cond.Query.Matches(e.typ, e.tags) {
			found = &e
		}
		return found == nil, err
	}
	// The first of them matches, but for a query that is too large for one statement.
	after := cond.After
	for limit := 1; found == nil; limit = min(2*limit, math.MaxInt16) {
		positions, err := wanted.positions(g.conn, after, g.tailAfter, limit)
		if err != nil {
			return nil, err
		}
		for _, position := range positions {
			if err := g.conn.each(tailQuery+"e.position = ?", match, position); err != nil {
				return nil, err
			}
			if found != nil {
				break
			}
		}
		if len(positions) < limit {
			break
		}
		after = positions[len(positions)-1]
	}
	return found, nil
}
