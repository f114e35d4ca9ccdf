package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/esgen/esgen/runtime/internal/visible"
)

// flush writes what the group has taken on.
func (g *group) flush() error {
	for i := range g.writes {
		if err := g.flushStream(g.writes[i].stream); err != nil {
			return err
		}
	}
	for i := range g.writes {
		if err := g.flushEvents(&g.writes[i]); err != nil {
			return err
		}
	}
	return g.flushRows()
}

// flushStream writes a stream's new head, and the stream itself if it is new. That
// is done once for the group.
func (g *group) flushStream(st *streamState) (err error) {
	switch {
	case st.inFile == st.version:
		return nil
	case st.number == 0:
		if err := g.checkNew(st); err != nil {
			return err
		}
		if st.number, err = g.conn.int("INSERT INTO es_streams (name, category, key) VALUES (?, ?, ?) RETURNING id", st.Name, st.Category, st.Key); err == nil {
			err = g.conn.exec("INSERT INTO es_heads (stream, head) VALUES (?, ?)", st.number, st.version)
		}
	default:
		err = g.conn.exec("UPDATE es_heads SET head = ? WHERE stream = ?", st.version, st.number)
	}
	st.inFile = st.version
	return err
}

// checkNew makes sure that a stream is not there yet. It was looked for by its name;
// where the index of names is damaged, that of categories still has it, and a second
// stream of its name would hide what the first holds.
func (g *group) checkNew(st *streamState) error {
	if st.Category == "" {
		return nil // all these would have to be gone through
	}
	const query = "SELECT 1 FROM es_streams INDEXED BY es_streams_by_category WHERE category = ? AND key = ? AND name = ?"
	_, exists, err := g.conn.lookup(query, st.Category, st.Key, st.Name)
	if err == nil && exists {
		err = fmt.Errorf("%w: there is a stream %s that is not found by its name", errDamaged, visible.Text(st.Name))
	}
	return err
}

func (g *group) flushEvents(w *write) error {
	for i := range w.part.Events {
		if err := g.flushEvent(w, i); err != nil {
			return fmt.Errorf("event %d of %d for stream %s: %w", i+1, len(w.part.Events), visible.Text(w.stream.Name), err)
		}
	}
	if w.part.CommandID == "" {
		return nil
	}
	crc := g.sum.command(w.stream.Name, w.part.CommandID, w.place.FirstVersion, w.place.LastVersion)
	return g.conn.exec("INSERT INTO es_commands (stream, id, first_version, last_version, crc) VALUES (?, ?, ?, ?, ?)",
		w.stream.number, w.part.CommandID, w.place.FirstVersion, w.place.LastVersion, int64(crc))
}

func (g *group) flushEvent(w *write, i int) error {
	e := &w.part.Events[i]
	typ, err := g.typeNumber(e.Type)
	if err != nil {
		return err
	}
	position, version := w.place.FirstPosition+int64(i), w.place.FirstVersion+int64(i)
	recordedAt := e.RecordedAt.UnixNano()
	tags := distinct(e.Tags)
	var tagText, metadata driver.Value // NULL where there are none
	var text string
	if len(tags) > 0 {
		text = string(appendTags(nil, tags))
		tagText = text
	}
	if len(e.Metadata) > 0 {
		metadata = e.Metadata
	}
	crc := g.sum.event(position, w.stream.Name, version, e.Type, int64(e.TypeVersion), recordedAt, e.Payload)
	rest := g.sum.rest(e.ID, w.stream.Stream, text, e.Metadata)
	g.crc = int64(crc)
	// Bytes become text without a copy in Go.
	err = g.conn.exec(`INSERT INTO es_events (position, stream, version, type, type_version, recorded_at, id, crc, crc_rest, tags, metadata, payload)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))`,
		position, w.stream.number, version, typ, int64(e.TypeVersion), recordedAt, e.ID[:], int64(crc), int64(rest), tagText, metadata, e.Payload)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if err := g.conn.exec("INSERT INTO es_tags (key, value, position) VALUES (?, ?, ?)", tag.Key, tag.Value, position); err != nil {
			return err
		}
	}
	return nil
}

// typeNumber is the number of a type, which is made where there is none.
func (g *group) typeNumber(name string) (int64, error) {
	if number, ok := g.made[name]; ok {
		return number, nil
	}
	number, ok, err := g.types.number(g.conn, name)
	if ok || err != nil {
		return number, err
	}
	number, err = g.conn.int("INSERT INTO es_types (name) VALUES (?) RETURNING id", name)
	if err == nil {
		g.made[name] = number
	}
	return number, err
}
