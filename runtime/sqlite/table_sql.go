package sqlite

import (
	"fmt"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// tableSQL spells the statements about a state table. All names in it are quoted,
// and all values are parameters.
type tableSQL struct {
	table *stateTable
	// names are all columns, those for case folding included, as placeholders stand
	// for them in upsert.
	names []string
	// upsert and remove are ready for the table under its own name, as is holder for
	// each column.
	upsert, remove string
	holder         []string
	// indexed are the columns that indexes depend on, others those that none does, without
	// the key. update sets the others; it is empty where there are none.
	indexed, others []int
	update          string
	// byKeys reads the rows of a list of keys.
	byKeys string
}

func newTableSQL(t *stateTable) tableSQL {
	s := tableSQL{table: t}
	for _, c := range t.Columns {
		s.names = append(s.names, c.Name)
	}
	for _, c := range t.Columns {
		if c.Fold {
			s.names = append(s.names, foldColumn(c.Name))
		}
	}
	s.upsert = s.upsertInto(t.Name)
	s.remove = fmt.Sprintf("DELETE FROM %s WHERE %s = ?", quote(t.Name), quote(t.Columns[0].Name))
	var sets, columns []string
	for i, c := range t.Columns {
		s.holder = append(s.holder, s.holderOf(c))
		columns = append(columns, quote(c.Name))
		switch {
		case i == 0:
		case c.Index || c.Unique || c.Frees:
			s.indexed = append(s.indexed, i)
		default:
			s.others = append(s.others, i)
			sets = append(sets, quote(c.Name)+" = ?")
		}
	}
	if len(sets) > 0 {
		s.update = fmt.Sprintf("UPDATE %s SET %s WHERE %s = ?", quote(t.Name), strings.Join(sets, ", "), columns[0])
	}
	s.byKeys = fmt.Sprintf("SELECT %s FROM %s WHERE %s IN (?)", strings.Join(columns, ", "), quote(t.Name), columns[0])
	return s
}

// foldColumn is the column that has a text with its case folded.
func foldColumn(name string) string { return "es_fold_" + name }

// quote makes a name of any text.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal makes a text of any text.
func literal(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }

// create declares the table under a name. STRICT keeps other programs from writing
// what the code could not read; BOOLEAN and dates are no types there.
func (s tableSQL) create(name string) string {
	var lines []string
	for i, c := range s.table.Columns {
		col := quote(c.Name)
		line := col + " " + [...]string{"INTEGER", "REAL", "TEXT", "BLOB", "INTEGER", "INTEGER", "TEXT"}[c.Kind]
		if !c.Null {
			line += " NOT NULL"
		}
		if i == 0 {
			line += " PRIMARY KEY"
		}
		switch {
		case c.Kind == es.ColumnBool:
			line += " CHECK (" + col + " IN (0, 1))"
		case len(c.OneOf) > 0:
			texts := make([]string, len(c.OneOf))
			for j, text := range c.OneOf {
				texts[j] = literal(text)
			}
			line += " CHECK (" + col + " IN (" + strings.Join(texts, ", ") + "))"
		}
		lines = append(lines, line)
	}
	for _, c := range s.table.Columns {
		if c.Fold {
			lines = append(lines, quote(foldColumn(c.Name))+" TEXT")
		}
	}
	return "CREATE TABLE " + quote(name) + " (\n  " + strings.Join(lines, ",\n  ") + "\n) STRICT"
}

// index is an index with the statement that makes it.
type index struct{ name, text string }

// indexes declares the indexes of the table, which stands under a name now.
func (s tableSQL) indexes(name string) []index {
	var list []index
	key := quote(s.table.Columns[0].Name)
	for i, c := range s.table.Columns {
		if i == 0 {
			continue // the primary key
		}
		if c.Index {
			by := s.table.Name + "_by_" + c.Name
			list = append(list, index{by, fmt.Sprintf("CREATE INDEX %s ON %s (%s, %s)", quote(by), quote(name), quote(c.Name), key)})
		}
		if c.Unique {
			by := s.table.Name + "_unique_" + c.Name
			list = append(list, index{by, fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s (%s)%s", quote(by), quote(name), quote(s.uniqueColumn(c)), s.whereLive(" WHERE "))})
		}
	}
	return list
}

// uniqueColumn is the column by which a value is unique.
func (s tableSQL) uniqueColumn(c es.Column) string {
	if c.Fold {
		return foldColumn(c.Name)
	}
	return c.Name
}

// whereLive leaves out rows whose unique values can be taken.
func (s tableSQL) whereLive(prefix string) string {
	if i := s.table.deleted; i >= 0 && s.table.Columns[i].Frees {
		return prefix + quote(s.table.Columns[i].Name) + " IS NOT 1"
	}
	return ""
}

// view declares the view of the aggregate's events.
func (s tableSQL) view() string {
	return fmt.Sprintf(`CREATE VIEW %s AS
SELECT id, key AS %s, version, type AS event_type, payload, metadata, recorded_at AS created_at, position, tags
FROM es_log WHERE category = %s`, quote(s.table.viewName()), quote(s.table.Aggregate+"_id"), literal(s.table.Category))
}

// upsertInto writes a row under a name of the table. It speaks of parameters twice,
// and not of "excluded", for a table can have that name.
func (s tableSQL) upsertInto(name string) string {
	quoted, values := make([]string, len(s.names)), make([]string, len(s.names))
	var sets []string
	for i, n := range s.names {
		quoted[i], values[i] = quote(n), fmt.Sprint("?", i+1)
		if i > 0 {
			sets = append(sets, quoted[i]+" = "+values[i])
		}
	}
	do := "NOTHING"
	if len(sets) > 0 {
		do = "UPDATE SET " + strings.Join(sets, ", ")
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO %s",
		quote(name), strings.Join(quoted, ", "), strings.Join(values, ", "), quoted[0], do)
}

// holderOf finds the keys of other rows that have a unique value: parameters are the
// value and the own key.
func (s tableSQL) holderOf(c es.Column) string {
	key := quote(s.table.Columns[0].Name)
	return fmt.Sprintf("SELECT %s FROM %s WHERE %s = ? AND %s <> ?%s", key, quote(s.table.Name), quote(s.uniqueColumn(c)), key, s.whereLive(" AND "))
}

// read selects rows by q, in the order of their keys: parameters are the value, the
// key after which to begin, and the limit, each only where q has it. after says
// that it has the second.
func (s tableSQL) read(q *es.RowQuery, after bool) (string, error) {
	var columns, where []string
	for _, c := range s.table.Columns {
		col := quote(c.Name)
		columns = append(columns, col)
		if c.Name == q.Column {
			if c.Unique {
				col = quote(s.uniqueColumn(c))
			}
			where = append(where, col+" = ?")
		}
	}
	if q.Column != "" && len(where) == 0 {
		return "", fmt.Errorf("table %q has no column %q", s.table.Name, q.Column)
	}
	if after {
		where = append(where, columns[0]+" > ?")
	}
	if i := s.table.deleted; i >= 0 && !q.Deleted {
		where = append(where, quote(s.table.Columns[i].Name)+" IS NOT 1")
	}
	text := "SELECT " + strings.Join(columns, ", ") + " FROM " + quote(s.table.Name)
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + " ORDER BY " + columns[0] + " LIMIT ?", nil
}
