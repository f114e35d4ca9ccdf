//go:build cgo

package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func TestStreamNamesAreBounded(t *testing.T) {
	t.Parallel()
	s := newStreamNames()
	add := func(number int, name string) {
		s.add(&numberedStream{es.Stream{Name: name, Category: "thing-{id}", Key: name}, int64(number)})
	}
	remembered := func(number int) bool {
		n := int64(number)
		return s.recent.byNumber[n] != nil || s.former.byNumber[n] != nil
	}
	bounds := func() {
		t.Helper()
		for _, g := range []*generation{&s.recent, &s.former} {
			if len(g.byNumber) > mostStreams || len(g.byName) > mostStreams || g.bytes > mostStreamBytes {
				t.Fatalf("a generation has %d streams by their numbers, %d by their names, of %d bytes", len(g.byNumber), len(g.byName), g.bytes)
			}
		}
	}
	for i := range 4*mostStreams + 7 {
		add(i, fmt.Sprint(i))
		if i%1000 == 999 {
			bounds()
			if !remembered(3) {
				t.Fatalf("stream 3, which is asked for all the time, is forgotten after %d", i)
			}
			records := []record{{stream: 3}}
			if err := s.find(nil, records); err != nil || records[0].of.Name != "3" {
				t.Fatalf("stream 3 is %v, %v", records[0].of, err)
			}
		}
	}
	if remembered(1) || !remembered(4*mostStreams+6) || !remembered(3*mostStreams) {
		t.Error("it is not the first streams that are forgotten")
	}
	add(-1, strings.Repeat("x", mostStreamBytes))
	long := strings.Repeat("x", mostStreamBytes/16)
	for i := range 64 {
		add(i, long)
		bounds()
	}
	if remembered(-1) || !remembered(63) || remembered(0) {
		t.Error("a stream with a name that is too long is remembered, or one with a long name is not")
	}
	s.forget()
	if remembered(63) {
		t.Error("what was to be forgotten is remembered")
	}
}

// Who reads the same streams again does not look up their names again.
func TestStreamNamesAreRemembered(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t), WithReaders(1))
	fill(t, s, 3, "a", "b")
	byTag := es.ReadAll{Query: es.Query{Items: []es.Item{{Tags: []es.Tag{{Key: "tenth", Value: "0"}}}}}}
	for _, opts := range []es.ReadAll{{}, byTag} {
		positions(t, s, opts)
		asked := statementsOf(t, s, func() { positions(t, s, opts) })
		if text := strings.Join(asked, "\n"); strings.Contains(text, "es_streams") || text == "" {
			t.Errorf("%+v: the statements of the second time are %s", opts, text)
		}
	}
}

// statementsOf is the statements that fn runs on the one reader of s.
func statementsOf(t *testing.T, s *Store, fn func()) (queries []string) {
	t.Helper()
	err := s.readers.with(t.Context(), func(c *conn) error {
		for query, statement := range c.statements {
			delete(c.statements, query)
			if err := statement.(driver.Stmt).Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fn()
	err = s.readers.with(t.Context(), func(c *conn) error {
		for query := range c.statements {
			queries = append(queries, query)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return queries
}

// A name that was wrong when it was read is not held against its stream for good.
func TestWrongNamesAreForgotten(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := openAt(t, path)
	fill(t, s, 3, "a", "b")
	closeStore(t, s)
	tamper(t, path, "UPDATE es_streams SET name = 'x' WHERE name = 'a'")
	s = openAt(t, path)
	last := func() (last error) {
		for _, err := range s.All(t.Context(), es.ReadAll{}) {
			last = err
		}
		return last
	}
	if err := last(); !errors.Is(err, es.ErrCorrupt) {
		t.Fatalf("read with a wrong name: %v, want es.ErrCorrupt", err)
	}
	run(t, path, "UPDATE es_streams SET name = 'a' WHERE name = 'x'")
	if err := last(); err != nil {
		t.Errorf("read when the name was right again: %v", err)
	}
}

// Streams are read, remembered and forgotten by several goroutines at once.
func TestStreamNamesAtOnce(t *testing.T) {
	t.Parallel()
	s := openAt(t, newPath(t))
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprint("stream-", i))
	}
	fill(t, s, 5, names...)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50 {
				read := make(map[string]int)
				for e, err := range s.All(t.Context(), es.ReadAll{}) {
					if err != nil {
						t.Error(err)
						return
					}
					read[e.Stream.Name]++
				}
				for _, name := range names {
					if read[name] != 5 {
						t.Errorf("%d events of %s, want 5", read[name], name)
					}
				}
				if i%7 == 0 {
					s.streams.forget()
				}
			}
		})
	}
	wg.Wait()
}
