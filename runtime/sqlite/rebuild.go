package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

const (
	// rebuildChunk is how many rows are written in one transaction, during which
	// nobody else writes.
	rebuildChunk = 256
	// mostLeft is how many aggregates may be left when the tables are swapped.
	mostLeft = 64
	// mostPasses bounds how often those that have changed are done again first.
	mostPasses = 8
)

// Rebuild makes the state table anew from the events, one of those that the store
// was opened with: after its columns have changed, or for events from before it.
// The new table grows beside the old one, while others go on writing. When it has
// caught up, the two are swapped in one transaction, together with what the file
// remembers of the table; programs that have the old one are refused from then on.
//
// Progress, unless nil, is told how many of the aggregates are done, now and then
// and at the end, from the goroutine that called Rebuild.
//
// A rebuild that ends early, or whose process is killed, leaves the old table as it
// was; the next one starts over. Of two rebuilds of one table the later one wins. A
// value of a unique column that two aggregates have is an *es.UniqueError. Indexes
// and triggers that others have put on the old table are gone with it; views are not.
func (s *Store) Rebuild(ctx context.Context, table es.StateTable, progress func(done, total int64)) error {
	if table == nil {
		return s.failed("rebuild a table", fmt.Errorf("%w: the table is nil", es.ErrNoTable))
	}
	err := s.rebuild(ctx, table, progress)
	if _, unique := errors.AsType[*es.UniqueError](err); unique {
		return err
	}
	return s.failed("rebuild a table", err)
}

func (s *Store) rebuild(ctx context.Context, source es.StateTable, progress func(done, total int64)) (err error) {
	s.rebuilds.RLock()
	defer s.rebuilds.RUnlock()
	if err := s.ready(ctx); err != nil {
		return err
	}
	if s.writer == nil {
		return ErrReadOnly
	}
	if err := s.HasTable(source.Table()); err != nil {
		return err
	}
	if err := s.inPlace(); err != nil {
		return err
	}
	c, err := openWriter(ctx, s.file, &s.cfg)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, c.close()) }()
	// Views of the application's own may speak of the old table. As SQLite renames a
	// table by default it would look into them, while there is none of that name.
	if err := c.script("PRAGMA legacy_alter_table = ON"); err != nil {
		return err
	}
	r := &rebuilding{
		store: s, conn: c, ctx: ctx, source: source, table: s.cfg.table(source.Table().Name), progress: progress,
		name: rebuildPrefix + strings.ReplaceAll(uuid.NewString(), "-", ""), done: make(map[int64]struct{}),
	}
	return r.run()
}

// rebuildPrefix begins the names of tables that are not swapped in yet.
const rebuildPrefix = "es_new_"

type rebuilding struct {
	store    *Store
	conn     *conn
	ctx      context.Context
	source   es.StateTable
	table    *stateTable
	progress func(done, total int64)

	name   string // of the new table
	upsert string
	head   int64 // the position up to which all is done
	done   map[int64]struct{}
	failed bool // and now removes what it has made
}

func (r *rebuilding) run() error {
	r.upsert = r.table.sql.upsertInto(r.name)
	if err := r.transact(r.start); err != nil {
		return err
	}
	err := r.build()
	if err != nil {
		// What is left would be removed by the next rebuild. The context, or Close, may be the
		// reason that this one has failed.
		r.ctx, r.failed = context.WithoutCancel(r.ctx), true
		_ = r.transact(func() error { return r.sweep("name", r.name) })
	}
	return err
}

func (r *rebuilding) build() error {
	for range mostPasses {
		head, err := readHead(r.conn)
		if err != nil {
			return err
		}
		streams, err := r.changed(head)
		if err != nil {
			return err
		}
		if r.head > 0 && len(streams) <= mostLeft {
			break
		}
		if err := r.pass(streams); err != nil {
			return err
		}
		r.head = head
		if len(streams) == 0 {
			break
		}
	}
	return r.transact(r.swap)
}

// transact runs fn in a transaction that nobody else can write beside.
func (r *rebuilding) transact(fn func() error) error {
	return patiently(r.ctx, r.store.cfg.busyTimeout, func() error {
		if err := r.store.ready(r.ctx); err != nil && !r.failed {
			return err
		}
		if err := r.store.inPlace(); err != nil {
			return err
		}
		if err := r.conn.exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		err := fn()
		if err == nil {
			err = r.conn.exec("COMMIT")
		}
		if err != nil {
			// What failed may have ended the transaction by itself.
			_ = r.conn.exec("ROLLBACK")
		}
		return err
	})
}

// start makes the new table, and removes what rebuilds that did not end have left.
func (r *rebuilding) start() error {
	if err := r.strangers(); err != nil {
		return err
	}
	if err := r.sweep("category", r.table.Category); err != nil {
		return err
	}
	if err := r.conn.script(r.table.sql.create(r.name)); err != nil {
		return err
	}
	// The file remembers for which table the new one is, for those who sweep.
	return r.conn.exec("INSERT INTO es_rebuilds (name, category) VALUES (?, ?)", r.name, r.table.Category)
}

// strangers says whether the file has something else under the table's names than
// what is to be replaced.
func (r *rebuilding) strangers() error {
	list, err := filedTables(r.conn)
	if err != nil {
		return err
	}
	replaced := slices.DeleteFunc(slices.Clone(list), func(f filed) bool { return f.category != r.table.Category })
	for _, f := range list {
		if f.category != r.table.Category && lower(f.name) == lower(r.table.Name) {
			return fmt.Errorf("the file's table %q is that of %s", f.name, f.aggregate)
		}
	}
	return r.table.taken(r.conn, replaced)
}

// sweep removes rebuilds that have not ended.
func (r *rebuilding) sweep(column, value string) error {
	var names []string
	err := r.conn.each("SELECT name FROM es_rebuilds WHERE "+column+" = ?", func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		names = append(names, s.text(0))
		return true, s.err
	}, value)
	for _, name := range names {
		if err == nil {
			err = r.conn.script("DROP TABLE IF EXISTS " + quote(name))
		}
		if err == nil {
			err = r.conn.exec("DELETE FROM es_rebuilds WHERE name = ?", name)
		}
	}
	return err
}

// keyed is a stream of the table's category.
type keyed struct {
	number int64
	key    string
}

// changed lists the streams with events after the position up to which all is done.
func (r *rebuilding) changed(head int64) ([]keyed, error) {
	const every = "SELECT id, key FROM es_streams WHERE category = ? ORDER BY id"
	const since = `SELECT id, key FROM es_streams WHERE category = ? AND id IN (SELECT stream FROM es_events WHERE position > ? AND position <= ?) ORDER BY id`
	var streams []keyed
	add := func(row []driver.Value) (bool, error) {
		s := scanner{row: row}
		streams = append(streams, keyed{s.int(0), s.text(1)})
		return true, damaged("streams", s.err)
	}
	if r.head == 0 {
		return streams, r.conn.each(every, add, r.table.Category)
	}
	return streams, r.conn.each(since, add, r.table.Category, r.head, head)
}

// pass writes the rows of streams.
func (r *rebuilding) pass(streams []keyed) error {
	for len(streams) > 0 {
		n := min(rebuildChunk, len(streams))
		rows, err := r.rows(streams[:n])
		if err != nil {
			return err
		}
		if err := r.transact(func() error { return r.write(rows) }); err != nil {
			return err
		}
		for _, s := range streams[:n] {
			r.done[s.number] = struct{}{}
		}
		streams = streams[n:]
		if r.progress != nil {
			r.progress(int64(len(r.done)), int64(len(r.done)+len(streams)))
		}
	}
	return nil
}

// rows makes the rows of streams, several at once.
func (r *rebuilding) rows(streams []keyed) ([][]any, error) {
	rows := make([][]any, len(streams))
	failures := make([]failure, len(streams))
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	var wg sync.WaitGroup
	workers := min(r.store.cfg.readers, 4)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(streams) && ctx.Err() == nil; i += workers {
				rows[i], failures[i] = r.row(ctx, streams[i].key)
				if failures[i].err != nil || failures[i].panicked != nil {
					cancel()
				}
			}
		})
	}
	wg.Wait()
	// The first that is not just the others' end.
	var first error
	for _, f := range failures {
		if f.panicked != nil {
			panic(f.panicked)
		}
		if f.err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = f.err
		}
	}
	return rows, cmp.Or(first, r.ctx.Err())
}

// failure is why there is no row. A panic is one of the aggregate's code: it is for
// whoever called Rebuild, and not for the end of the program.
type failure struct {
	err      error
	panicked any
}

func (r *rebuilding) row(ctx context.Context, key string) (values []any, why failure) {
	defer func() {
		if p := recover(); p != nil {
			why.panicked = p
		}
	}()
	values, err := r.source.RowOf(ctx, r.store, key)
	if err == nil {
		err = r.table.checkRow(&es.Row{Values: values}, &es.Stream{Name: r.table.streamOf(key), Category: r.table.Category, Key: key})
	}
	return values, failure{err: err}
}

func (r *rebuilding) write(rows [][]any) error {
	for _, values := range rows {
		if err := r.conn.exec(r.upsert, r.table.parameters(values)...); err != nil {
			return r.overtaken(err)
		}
	}
	return nil
}

// errOvertaken says why a rebuild has no table to write to any more.
var errOvertaken = errors.New("another rebuild of the table has begun since")

// overtaken finds out whether err is because another rebuild has swept this one away.
func (r *rebuilding) overtaken(err error) error {
	_, ours, lookErr := r.conn.lookup("SELECT 1 FROM es_rebuilds WHERE name = ?", r.name)
	if lookErr == nil && !ours {
		return errOvertaken
	}
	return err
}

// swap does what is left, and puts the new table in the place of the old one.
// Nobody else writes meanwhile.
func (r *rebuilding) swap() error {
	head, err := readHead(r.conn)
	if err != nil {
		return err
	}
	streams, err := r.changed(head)
	if err != nil {
		return err
	}
	rows, err := r.rows(streams)
	if err != nil {
		return err
	}
	if err := r.write(rows); err != nil {
		return err
	}
	if err := r.replace(); err != nil {
		return err
	}
	if r.progress != nil {
		r.progress(int64(len(r.done)), int64(len(r.done)))
	}
	return nil
}

func (r *rebuilding) replace() error {
	list, err := filedTables(r.conn)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.category != r.table.Category {
			continue
		}
		for _, text := range []string{"DROP VIEW IF EXISTS " + quote(viewOf(f.aggregate)), "DROP TABLE IF EXISTS " + quote(f.name)} {
			if err := r.conn.script(text); err != nil {
				return err
			}
		}
		if err := r.conn.exec("DELETE FROM es_tables WHERE name = ?", f.name); err != nil {
			return err
		}
	}
	if err := r.conn.script("ALTER TABLE " + quote(r.name) + " RENAME TO " + quote(r.table.Name)); err != nil {
		return r.overtaken(err)
	}
	if err := r.indexes(); err != nil {
		return err
	}
	if err := r.conn.script(r.table.sql.view()); err != nil {
		return err
	}
	if err := r.conn.exec("DELETE FROM es_rebuilds WHERE name = ?", r.name); err != nil {
		return err
	}
	return r.table.file(r.conn)
}

// indexes makes the indexes, and says which value two aggregates have where one
// cannot be made.
func (r *rebuilding) indexes() error {
	for _, index := range r.table.sql.indexes(r.table.Name) {
		err := r.conn.script(index.text)
		if kindOf(err) != kindConstraint {
			if err != nil {
				return err
			}
			continue
		}
		for i, c := range r.table.Columns {
			if !c.Unique || i == 0 {
				continue
			}
			if twice, lookErr := r.twice(c); twice != nil || lookErr != nil {
				return errors.Join(twice, lookErr)
			}
		}
		return err
	}
	return nil
}

// twice finds an aggregate whose value of a column another has too.
func (r *rebuilding) twice(c es.Column) (twice, err error) {
	key, col := quote(r.table.Columns[0].Name), quote(r.table.sql.uniqueColumn(c))
	query := fmt.Sprintf("SELECT min(%s), count(*) FROM %s WHERE %s IS NOT NULL%s GROUP BY %s HAVING count(*) > 1 LIMIT 1",
		key, quote(r.table.Name), col, r.table.sql.whereLive(" AND "), col)
	err = r.conn.once(query, func(row []driver.Value) (bool, error) {
		twice = &es.UniqueError{Aggregate: r.table.Aggregate, Column: c.Name, Stream: r.table.streamOf(row[0])}
		return false, nil
	})
	return twice, err
}
