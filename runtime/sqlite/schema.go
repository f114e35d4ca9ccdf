package sqlite

import "fmt"

// applicationID marks a file as ours: "esgn".
const applicationID = 0x6573676E

// migration brings a file to a format version from the one before. What has been
// released never changes: a new format is a new migration.
type migration struct {
	version int64
	name    string
	apply   func(*conn) error
}

// migrations are all there are, by rising version, from 1 and without gaps.
var migrations = []migration{
	{1, "streams, types, events, tags and commands", func(c *conn) error { return c.script(schema1 + snapshotsTable) }},
}

// formatVersion is the version that the last of ms leads to.
func formatVersion(ms []migration) int64 { return ms[len(ms)-1].version }

// migrate brings a file from a version to the last of ms. It runs in a
// transaction.
func migrate(c *conn, ms []migration, from int64) error {
	for _, m := range ms {
		if m.version <= from {
			continue
		}
		if err := m.apply(c); err != nil {
			return fmt.Errorf("bring the file to format %d (%s): %w", m.version, m.name, err)
		}
		if err := c.script(fmt.Sprintf("PRAGMA user_version = %d", m.version)); err != nil {
			return err
		}
	}
	return nil
}

// schema1 is format 1. Column types are INTEGER, TEXT and BLOB only: the driver
// rewrites values of columns that are declared as dates, times or booleans. In
// events the payload stands last, so that nothing else lies behind a long one.
const schema1 = `
CREATE TABLE es_streams (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE, -- profile-7
  category TEXT NOT NULL,        -- profile-{id}
  key      TEXT NOT NULL         -- 7
) STRICT;
CREATE INDEX es_streams_by_category ON es_streams (category, key);

CREATE TABLE es_heads (
  stream INTEGER PRIMARY KEY REFERENCES es_streams (id),
  head   INTEGER NOT NULL -- version of the newest event
) STRICT;

CREATE TABLE es_types (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE es_events (
  position     INTEGER PRIMARY KEY, -- order of all events
  stream       INTEGER NOT NULL REFERENCES es_streams (id),
  version      INTEGER NOT NULL,    -- place in the stream, from 1
  type         INTEGER NOT NULL REFERENCES es_types (id),
  type_version INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,    -- nanoseconds since 1970, UTC
  id           BLOB NOT NULL UNIQUE,
  crc          INTEGER NOT NULL,    -- of position, stream, version, type, type version, time, payload
  crc_rest     INTEGER NOT NULL,    -- of ID, category, key, tags, metadata
  tags         TEXT,                -- [["key","value"], ...]
  metadata     TEXT,
  payload      TEXT NOT NULL,
  UNIQUE (stream, version)
) STRICT;

CREATE TABLE es_tags (
  key      TEXT NOT NULL,
  value    TEXT NOT NULL,
  position INTEGER NOT NULL REFERENCES es_events (position),
  PRIMARY KEY (key, value, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE es_commands (
  stream        INTEGER NOT NULL REFERENCES es_streams (id),
  id            TEXT NOT NULL,
  first_version INTEGER NOT NULL,
  last_version  INTEGER NOT NULL,
  crc           INTEGER NOT NULL, -- of stream, ID, versions
  PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE es_tables (
  name       TEXT PRIMARY KEY,     -- users
  aggregate  TEXT NOT NULL,        -- user
  category   TEXT NOT NULL UNIQUE, -- user-{id}
  definition TEXT NOT NULL         -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE es_rebuilds (
  name     TEXT PRIMARY KEY, -- of a table that is to take the place of a state table
  category TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER es_events_keep_update BEFORE UPDATE ON es_events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER es_events_keep_delete BEFORE DELETE ON es_events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER es_tags_keep_update BEFORE UPDATE ON es_tags BEGIN SELECT RAISE(ABORT, 'tags are never changed'); END;
CREATE TRIGGER es_tags_keep_delete BEFORE DELETE ON es_tags BEGIN SELECT RAISE(ABORT, 'tags are never deleted'); END;
CREATE TRIGGER es_commands_keep_update BEFORE UPDATE ON es_commands BEGIN SELECT RAISE(ABORT, 'commands are never changed'); END;
CREATE TRIGGER es_commands_keep_delete BEFORE DELETE ON es_commands BEGIN SELECT RAISE(ABORT, 'commands are never deleted'); END;
CREATE TRIGGER es_types_keep_update BEFORE UPDATE ON es_types BEGIN SELECT RAISE(ABORT, 'types are never changed'); END;
CREATE TRIGGER es_types_keep_delete BEFORE DELETE ON es_types BEGIN SELECT RAISE(ABORT, 'types are never deleted'); END;
CREATE TRIGGER es_streams_keep_update BEFORE UPDATE ON es_streams BEGIN SELECT RAISE(ABORT, 'streams are never renamed'); END;
CREATE TRIGGER es_streams_keep_delete BEFORE DELETE ON es_streams BEGIN SELECT RAISE(ABORT, 'streams are never deleted'); END;
CREATE TRIGGER es_heads_keep_delete BEFORE DELETE ON es_heads BEGIN SELECT RAISE(ABORT, 'heads are never deleted'); END;

CREATE VIEW es_log AS
SELECT
  e.position,
  s.name AS stream,
  e.version,
  t.name AS type,
  e.type_version,
  strftime('%Y-%m-%dT%H:%M:%S', (e.recorded_at - (e.recorded_at % 1000000000 + 1000000000) % 1000000000) / 1000000000, 'unixepoch')
    || printf('.%09dZ', (e.recorded_at % 1000000000 + 1000000000) % 1000000000) AS recorded_at,
  lower(substr(hex(e.id), 1, 8) || '-' || substr(hex(e.id), 9, 4) || '-' || substr(hex(e.id), 13, 4)
    || '-' || substr(hex(e.id), 17, 4) || '-' || substr(hex(e.id), 21)) AS id,
  s.category,
  s.key,
  e.tags,
  e.metadata,
  e.payload
FROM es_events e JOIN es_streams s ON s.id = e.stream JOIN es_types t ON t.id = e.type;
`
