package sqlite

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/esgen/esgen/runtime/es"
)

// selection finds the events that a query selects: by the index of tags where each
// item of the query names some, else by going through the events. It may find some
// that the query does not select, and never misses one: es.Query.Matches has the
// last word.
//
// There is no index of types. It would cost each append more than it would save a
// few queries: those by types alone that reach far back.
type selection struct {
	// scan says that the events are gone through one by one.
	scan bool
	// types are the only ones that are wanted of a scan; all where there are none.
	types    []int64
	branches []branch
}

// branch stands for an item of a query: events that have all of the tags, and one
// of the types, if there are any.
type branch struct {
	types []int64
	tags  []es.Tag
}

// Bounds of what is handed to SQLite in one statement. A query that is larger is
// answered by going through the events.
const (
	mostBranches = 100
	mostTags     = 8 // of a branch; Matches checks the others
	mostTypes    = 200
)

// newSelection looks the types of q up. A type that the file does not name selects
// nothing, as of the time of the call.
func newSelection(c *conn, types *typeNames, q es.Query) (*selection, error) {
	s := &selection{scan: len(q.Items) == 0}
	typed := !s.scan // each item names types
	for i := range q.Items {
		it := &q.Items[i]
		var b branch
		for _, name := range it.Types {
			number, ok, err := types.number(c, name)
			if err != nil {
				return nil, err
			}
			if ok && !slices.Contains(b.types, number) {
				b.types = append(b.types, number)
			}
		}
		if typed = typed && len(it.Types) > 0; typed {
			s.types = append(s.types, b.types...)
		}
		if len(it.Types) > 0 && len(b.types) == 0 {
			continue // selects nothing
		}
		if s.scan = s.scan || len(it.Tags) == 0 || len(b.types) > mostTypes || len(s.branches) == mostBranches; s.scan {
			continue
		}
		tags, err := byRarity(c, distinct(it.Tags))
		if err != nil {
			return nil, err
		}
		b.tags = tags[:min(len(tags), mostTags)]
		s.branches = append(s.branches, b)
	}
	if !s.scan {
		return s, nil
	}
	slices.Sort(s.types)
	s.types = slices.Compact(s.types)
	all, err := c.int("SELECT count(*) FROM es_types")
	if !typed || len(s.types) > mostTypes || int64(len(s.types)) == all {
		s.types = nil
	}
	return s, err
}

// byRarity orders tags so that the rarest comes first: it decides how many events
// are looked at. It counts in steps, each of them longer, and no further than to where
// one turns out to be rare; beyond the last all tags are equally common.
func byRarity(c *conn, tags []es.Tag) ([]es.Tag, error) {
	if len(tags) < 2 {
		return tags, nil
	}
	counts := make(map[es.Tag]int64, len(tags))
	for _, step := range []struct {
		limit int64
		query string
	}{{16, countTo + "16)"}, {128, countTo + "128)"}, {1024, countTo + "1024)"}} {
		rare := false
		for _, tag := range tags {
			n, err := c.int(step.query, tag.Key, tag.Value)
			if err != nil {
				return nil, err
			}
			counts[tag], rare = n, rare || n < step.limit
		}
		if rare {
			break
		}
	}
	return slices.SortedStableFunc(slices.Values(tags), func(a, b es.Tag) int { return cmp.Compare(counts[a], counts[b]) }), nil
}

const countTo = "SELECT count(*) FROM (SELECT 1 FROM es_tags WHERE key = ? AND value = ? LIMIT "

// positions are those of the first events, after one position and up to another,
// that may be selected: at most limit, rising. SQLite merges the branches, each of
// which an index yields in order, and stops at the limit.
func (s *selection) positions(c *conn, after, to int64, limit int) (found []int64, err error) {
	if after >= to {
		return nil, nil
	}
	add := func(row []driver.Value) (bool, error) {
		position, ok := row[0].(int64)
		if !ok {
			return false, fmt.Errorf("%w: an index holds a position that is %T", es.ErrCorrupt, row[0])
		}
		found = append(found, position)
		return len(found) < limit, nil
	}
	switch {
	case s.scan:
		err = s.each(c, "SELECT position FROM es_events", add, after, to)
	case len(s.branches) > 0:
		query, args := s.statement(after, to, limit)
		if len(s.branches) == 1 && s.usual() {
			err = c.each(query, add, args...)
		} else {
			err = c.once(query, add, args...)
		}
	}
	return found, err
}

// each calls fn with what a scan finds after one position and up to another, until
// it says that it wants no more.
func (s *selection) each(c *conn, query string, fn func([]driver.Value) (bool, error), after, to int64) error {
	query += " WHERE position > ?1 AND position <= ?2"
	args := []driver.Value{after, to}
	if len(s.types) > 0 {
		// A few lengths of lists, so that the statements stay prepared.
		n := 4
		for n < len(s.types) {
			n *= 4
		}
		query += " AND type IN (?3"
		for i := range n {
			if i > 0 {
				query += ",?" + strconv.Itoa(i+3)
			}
			args = append(args, s.types[min(i, len(s.types)-1)])
		}
		query += ")"
	}
	return c.each(query+" ORDER BY position", fn, args...)
}

// Bounds of what is usual: a query whose branches have statements that are among the
// few dozen that stay prepared.
const (
	usualBranches = 4
	usualTags     = 3
	usualTypes    = 8
)

func (s *selection) usual() bool {
	unusual := func(b branch) bool { return len(b.tags) > usualTags || len(b.types) > usualTypes }
	return !s.scan && len(s.branches) <= usualBranches && !slices.ContainsFunc(s.branches, unusual)
}

// joined calls fn with the events of a usual branch, after one position and up to
// another, until it says that it wants no more. A row has the position that the index of
// tags holds, and behind it columnsBehind or briefBehind, which are NULL where there is no
// such event.
func (b *branch) joined(c *conn, brief bool, fn func([]driver.Value) (bool, error), after, to int64) error {
	args := make([]driver.Value, 0, 2+2*usualTags+usualTypes)
	args = append(args, after, to)
	for _, tag := range b.tags {
		args = append(args, tag.Key, tag.Value)
	}
	for _, typ := range b.types {
		args = append(args, typ)
	}
	texts := joins()
	if brief {
		texts = briefJoins()
	}
	return c.each(texts[len(b.tags)][len(b.types)], fn, args...)
}

// joins and briefJoins are the statements of joined, by the number of tags and of types.
var (
	joins      = sync.OnceValue(func() *joinTexts { return joinsOf(columnsBehind) })
	briefJoins = sync.OnceValue(func() *joinTexts { return joinsOf(briefBehind) })
)

type joinTexts [usualTags + 1][usualTypes + 1]string

func joinsOf(behind string) *joinTexts {
	texts := new(joinTexts)
	for tags := 1; tags <= usualTags; tags++ {
		for types := range texts[tags] {
			texts[tags][types] = joinOf(behind, tags, types)
		}
	}
	return texts
}

// joinOf is the statement for so many tags and types. Where an event is missing that
// the index has, a LEFT JOIN yields a row all the same.
func joinOf(behind string, tags, types int) string {
	var w strings.Builder
	w.WriteString("SELECT t0.position, " + behind + " FROM es_tags t0")
	for i := 1; i < tags; i++ {
		fmt.Fprintf(&w, " CROSS JOIN es_tags t%d", i)
	}
	w.WriteString(" LEFT JOIN es_events e ON e.position = t0.position WHERE t0.position > ?1 AND t0.position <= ?2")
	n := 3
	for i := range tags {
		fmt.Fprintf(&w, " AND t%d.key = ?%d AND t%d.value = ?%d", i, n, i, n+1)
		n += 2
		if i > 0 {
			fmt.Fprintf(&w, " AND t%d.position = t0.position", i)
		}
	}
	if types > 0 {
		fmt.Fprintf(&w, " AND (e.position IS NULL OR type IN (?%d", n)
		for i := 1; i < types; i++ {
			fmt.Fprintf(&w, ",?%d", n+i)
		}
		w.WriteString("))")
	}
	w.WriteString(" ORDER BY t0.position")
	return w.String()
}

func (s *selection) statement(after, to int64, limit int) (string, []driver.Value) {
	args := []driver.Value{after, to, int64(limit)}
	bind := func(v driver.Value) string {
		args = append(args, v)
		return fmt.Sprintf("?%d", len(args))
	}
	var query strings.Builder
	for i, b := range s.branches {
		if i > 0 {
			query.WriteString(" UNION ")
		}
		b.write(&query, bind)
	}
	query.WriteString(" ORDER BY 1 LIMIT ?3")
	return query.String(), args
}

// write writes the statement that finds b's positions, after ?1 and up to ?2. The
// joins are CROSS JOINs because SQLite keeps the order of those.
func (b *branch) write(w *strings.Builder, bind func(driver.Value) string) {
	w.WriteString("SELECT t0.position FROM es_tags t0")
	for i := range b.tags[1:] {
		fmt.Fprintf(w, " CROSS JOIN es_tags t%d", i+1)
	}
	if len(b.types) > 0 {
		w.WriteString(" CROSS JOIN es_events e")
	}
	w.WriteString(" WHERE t0.position > ?1 AND t0.position <= ?2")
	for i, tag := range b.tags {
		fmt.Fprintf(w, " AND t%d.key = %s AND t%d.value = %s", i, bind(tag.Key), i, bind(tag.Value))
		if i > 0 {
			fmt.Fprintf(w, " AND t%d.position = t0.position", i)
		}
	}
	if len(b.types) > 0 {
		w.WriteString(" AND e.position = t0.position AND e.type IN (")
		for i, typ := range b.types {
			if i > 0 {
				w.WriteByte(',')
			}
			w.WriteString(bind(typ))
		}
		w.WriteByte(')')
	}
}
