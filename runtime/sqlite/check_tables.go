package sqlite

import (
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// checkTables checks the state tables: that each is what the file remembers of it, that
// each aggregate has its row and each row its aggregate, and that what texts are unique
// by is their fold. What a row says of its aggregate it cannot know. What rebuilds that
// did not end have left is no fault.
func (k *checker) checkTables() error {
	var list []filed
	err := k.once(func(c *conn) (err error) {
		list, err = filedTables(c)
		return err
	})
	for i := range list {
		if err == nil {
			err = k.checkTable(&list[i])
		}
	}
	return err
}

func (k *checker) checkTable(f *filed) error {
	whole := false
	var t *stateTable
	err := k.once(func(c *conn) (err error) {
		t, whole, err = k.checkDeclared(c, f)
		return err
	})
	if err != nil || !whole {
		return err
	}
	k.report.Tables++
	if err := k.checkRows(f, t); err != nil {
		return err
	}
	return k.checkRowless(f, t)
}

// checkDeclared compares what sqlite_schema has with what the file remembers. It says
// whether the rows can be gone through.
func (k *checker) checkDeclared(c *conn, f *filed) (t *stateTable, whole bool, err error) {
	description, err := f.table()
	if err == nil {
		t, err = newStateTable(description)
	}
	if err == nil && (t.Name != f.name || t.Aggregate != f.aggregate || t.Category != f.category) {
		err = fmt.Errorf("it is that of table %q of %s (%s)", t.Name, t.Aggregate, t.Category)
	}
	if err != nil {
		k.fault(Fault{Kind: FaultTable}, "es_tables: the description of table %q of %s cannot be: %v", f.name, f.aggregate, err)
		return nil, false, nil
	}
	want := []index{{t.Name, t.sql.create(t.Name)}, {t.viewName(), t.sql.view()}}
	for i, w := range slices.Concat(want, t.sql.indexes(t.Name)) {
		what, text, found := t.names[lower(w.name)], "", false
		err := c.once("SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?", func(row []driver.Value) (bool, error) {
			text, found = fmt.Sprint(row[0]), true
			return false, nil
		}, what, w.name)
		switch {
		case err != nil:
			return nil, false, err
		case !found:
			k.fault(Fault{Kind: FaultTable}, "%s %q is missing, and the file remembers state table %q of %s", what, w.name, f.name, f.aggregate)
		case text != w.text:
			k.fault(Fault{Kind: FaultTable}, "%s %q is not what the file remembers of state table %q of %s", what, w.name, f.name, f.aggregate)
		}
		if i == 0 {
			whole = found && text == w.text
		}
	}
	return t, whole, nil
}

// rowWalk is how far the rows of a table have been gone through.
type rowWalk struct {
	after any // the key of the last; nil at the beginning
	rows  int64
}

// still says whether the file has the table that is being gone through. A rebuild that
// has put another in its place has made that of the same events.
func still(c *conn, f *filed) (bool, error) {
	_, same, err := c.lookup("SELECT 1 FROM es_tables WHERE name = ? AND definition = ?", f.name, f.definition)
	return same, err
}

// checkRows looks for rows without a stream, and for texts that are unique by something
// else than their fold.
func (k *checker) checkRows(f *filed, t *stateTable) error {
	key := "r." + quote(t.Columns[0].Name) // es_streams may have a column of that name
	var folds []int
	columns := key + ", (SELECT 1 FROM es_streams s WHERE s.category = ?1 AND s.key = CAST(" + key + " AS TEXT) LIMIT 1)"
	for i, c := range t.Columns {
		if c.Fold {
			folds = append(folds, i)
			columns += ", r." + quote(c.Name) + ", r." + quote(foldColumn(c.Name))
		}
	}
	from := " FROM " + quote(t.Name) + " r"
	tail := " ORDER BY " + key + " LIMIT ?2"
	w, err := walk(k, rowWalk{}, func(c *conn, w rowWalk) (rowWalk, bool, error) {
		same, err := still(c, f)
		if err != nil || !same {
			return w, false, err
		}
		query, args := "SELECT "+columns+from+tail, []driver.Value{t.Category, int64(fullPage)}
		if w.after != nil {
			query, args = "SELECT "+columns+from+" WHERE "+key+" > ?3"+tail, append(args, w.after)
		}
		rows := 0
		err = c.once(query, func(row []driver.Value) (bool, error) {
			rows++
			w.after = row[0]
			at := Fault{Kind: FaultRow, Stream: t.streamOf(row[0])}
			if row[1] == nil {
				k.fault(at, "table %q has a row for it, and the file no such stream", t.Name)
			}
			for j, i := range folds {
				text, folded := row[2+2*j], row[3+2*j]
				if want := t.uniqueValue(i, text); want != folded {
					k.fault(at, "the row in table %q has a %s that is not unique by its fold: was it written by another program?", t.Name, t.Columns[i].Name)
				}
			}
			return true, nil
		}, args...)
		w.rows += int64(rows)
		return w, rows == fullPage, err
	}, func(w rowWalk) { k.progress("rows", k.report.Rows+w.rows, 0) })
	k.report.Rows += w.rows
	return err
}

// checkRowless looks for streams without a row.
func (k *checker) checkRowless(f *filed, t *stateTable) error {
	key := "r." + quote(t.Columns[0].Name)
	match := key + " = s.key"
	if t.Columns[0].Kind == es.ColumnInteger {
		match = key + " = CAST(s.key AS INTEGER) AND CAST(" + key + " AS TEXT) = s.key"
	}
	query := "SELECT s.id, s.name, (SELECT 1 FROM " + quote(t.Name) + " r WHERE " + match + ") FROM es_streams s WHERE s.category = ? AND s.id > ? ORDER BY s.id LIMIT ?"
	_, err := walk(k, numberWalk{}, func(c *conn, w numberWalk) (numberWalk, bool, error) {
		same, err := still(c, f)
		if err != nil || !same {
			return w, false, err
		}
		rows := 0
		err = c.once(query, func(row []driver.Value) (bool, error) {
			s := scanner{row: row}
			rows++
			w.after = s.int(0)
			if row[2] == nil {
				k.fault(Fault{Kind: FaultRow, Stream: s.text(1)}, "table %q has no row for it", t.Name)
			}
			return true, damaged("es_streams", s.err)
		}, t.Category, w.after, int64(fullPage))
		w.rows += int64(rows)
		return w, rows == fullPage, err
	}, func(numberWalk) {})
	return err
}
