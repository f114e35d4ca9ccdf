package sqlite

import (
	"database/sql/driver"
	"math"

	"github.com/esgen/esgen/runtime/es"
)

// checkTagsOf checks that queries find an event by its tags.
func (k *checker) checkTagsOf(c *conn, w *eventWalk, r *eventRow, at Fault) error {
	if r.tags == "" {
		return nil
	}
	at.Kind = FaultTag
	tags, err := parseTags(nil, r.tags)
	if err != nil {
		k.fault(at, "%v", err)
		return nil
	}
	for _, tag := range distinct(tags) {
		_, found, err := c.lookup("SELECT 1 FROM es_tags WHERE key = ? AND value = ? AND position = ?", tag.Key, tag.Value, r.position)
		switch {
		case err != nil:
			return err
		case found:
			w.tags++
		default:
			k.fault(at, "queries do not find it by its tag %q, %q", tag.Key, tag.Value)
		}
	}
	return nil
}

// checkTags checks that queries find no event by a tag that it does not have. Where
// every event of the file was seen it is enough to count: if es_tags has as many
// rows as were looked for and found there, it has no others.
func (k *checker) checkTags(found int64, complete bool) error {
	if complete {
		var rows int64
		err := k.once(func(c *conn) (err error) {
			rows, err = k.countTags(c)
			return err
		})
		if err != nil || rows == found {
			return err
		}
	}
	var page []tagRow
	_, err := walk(k, tagWalk{position: math.MinInt64}, func(c *conn, w tagWalk) (tagWalk, bool, error) {
		page = page[:0]
		err := c.each(tagsQuery, func(row []driver.Value) (bool, error) {
			r, err := toTagRow(row)
			page = append(page, r)
			return true, err
		}, w.key, w.value, w.position, int64(fullPage))
		for i := range page {
			k.checkTag(&page[i])
			w = tagWalk{page[i].tag.Key, page[i].tag.Value, page[i].position, w.rows + 1}
		}
		return w, len(page) == fullPage, err
	}, func(w tagWalk) { k.progress("tags", w.rows, 0) })
	return err
}

func (k *checker) countTags(c *conn) (rows int64, err error) {
	err = c.onceUntil(k.ctx, "SELECT count(*) FROM es_tags WHERE position <= ?", func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		rows = s.int(0)
		return false, s.err
	}, k.head)
	return rows, err
}

// tagWalk is a walk through es_tags: it has reached the row that it names.
type tagWalk struct {
	key, value string
	position   int64
	rows       int64
}

const tagsQuery = `SELECT t.key, t.value, t.position, e.position, e.version, e.tags, s.name
	FROM (SELECT key, value, position FROM es_tags WHERE (key, value, position) > (?1, ?2, ?3) ORDER BY key, value, position LIMIT ?4) t
	LEFT JOIN es_events e ON e.position = t.position LEFT JOIN es_streams s ON s.id = e.stream
	ORDER BY t.key, t.value, t.position`

type tagRow struct {
	tag      es.Tag
	position int64
	event    bool // there is one at the position
	at       Fault
	tags     string // of the event
}

func toTagRow(row []driver.Value) (tagRow, error) {
	s := scanner{row: row}
	r := tagRow{tag: es.Tag{Key: s.text(0), Value: s.text(1)}, position: s.int(2), event: row[3] != nil}
	r.at = Fault{Kind: FaultTag, Position: r.position}
	if r.event && s.err == nil {
		r.at.Version, r.tags, r.at.Stream = s.int(4), s.text(5), s.text(6)
	}
	return r, damaged("es_tags", s.err)
}

func (k *checker) checkTag(r *tagRow) {
	switch {
	case r.position > k.head:
	case !r.event:
		k.fault(r.at, "there is no such event, but queries look for one there by the tag %q, %q", r.tag.Key, r.tag.Value)
	case !hasTag(r.tags, r.tag):
		k.fault(r.at, "queries find it by the tag %q, %q, which it does not have", r.tag.Key, r.tag.Value)
	}
}

// hasTag is true where tags are malformed: that is a fault of its own.
func hasTag(tags string, tag es.Tag) bool {
	if tags == "" {
		return false
	}
	parsed, err := parseTags(nil, tags)
	if err != nil {
		return true
	}
	for _, t := range parsed {
		if t == tag {
			return true
		}
	}
	return false
}
