//go:build cgo && linux

package torture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

// step is a line of the record that testdata/disk.c makes.
type step struct {
	what   string // open, close, write, truncate, sync, unlink, mark
	fd     int
	offset int64 // of a write; the size of a truncate, the result of a sync
	name   string
	data   []byte // of a write or a mark
}

// readRecord reads a record. What is not recorded as it should be is an error.
func readRecord(path string) ([]step, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var steps []step
	for in := bufio.NewReader(bytes.NewReader(raw)); ; {
		line, err := in.ReadString('\n')
		if err == io.EOF && line == "" {
			return steps, nil
		}
		if err != nil {
			return nil, fmt.Errorf("step %d: %q: %w", len(steps), line, err)
		}
		s, length, err := parseStep(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("step %d: %q: %w", len(steps), line, err)
		}
		if length > 0 {
			s.data = make([]byte, length)
			if _, err := io.ReadFull(in, s.data); err != nil {
				return nil, fmt.Errorf("step %d: %w", len(steps), err)
			}
		}
		steps = append(steps, s)
	}
}

func parseStep(line string) (s step, length int, err error) {
	f := strings.SplitN(line, " ", 4)
	s.what = f[0]
	if want := map[string]int{"open": 3, "close": 2, "write": 4, "truncate": 3, "sync": 3, "unlink": 2, "mark": 2}[s.what]; want != len(f) {
		return s, 0, errors.New("not understood")
	}
	switch s.what {
	case "mark":
		length, err = strconv.Atoi(f[1])
		return s, length, err
	case "unlink":
		s.name = f[1]
		return s, 0, nil
	}
	if s.fd, err = strconv.Atoi(f[1]); err != nil || s.what == "close" {
		return s, 0, err
	}
	if s.what == "open" {
		s.name = f[2]
		return s, 0, nil
	}
	if s.offset, err = strconv.ParseInt(f[2], 10, 64); err == nil && s.what == "write" {
		length, err = strconv.Atoi(f[3])
	}
	return s, length, err
}

// disk is what a folder looks like to the programs that use it, and what of that must
// survive the loss of power. It takes fsync of a file to make durable what was written
// to it, its size, and that it exists; and fsync of the folder to make durable what
// exists in it. Nothing else is taken to be durable, and nothing to happen in order.
type disk struct {
	fds     map[int]*inode // nil for the folder
	names   map[string]*inode
	durable map[string]*inode
	moves   []move // of names, that are not yet durable
}

type inode struct {
	durable []byte
	changes []change // that are not yet durable
}

// change is a write, or a truncation where data is nil.
type change struct {
	offset int64
	data   []byte
}

// move is what happens to a name: to is nil where it is unlinked.
type move struct {
	name string
	to   *inode
}

func newDisk() *disk {
	return &disk{fds: make(map[int]*inode), names: make(map[string]*inode), durable: make(map[string]*inode)}
}

// do does a step.
func (d *disk) do(s step) error {
	switch s.what {
	case "open":
		if s.name == "." {
			d.fds[s.fd] = nil
			return nil
		}
		file := d.names[s.name]
		if file == nil {
			file = new(inode)
			d.names[s.name] = file
			d.moves = append(d.moves, move{s.name, file})
		}
		d.fds[s.fd] = file
		return nil
	case "unlink":
		delete(d.names, s.name)
		d.moves = append(d.moves, move{s.name, nil})
		return nil
	case "mark":
		return nil
	}
	file, ok := d.fds[s.fd]
	if !ok {
		return fmt.Errorf("%s of file %d, which is not open", s.what, s.fd)
	}
	switch s.what {
	case "close":
		delete(d.fds, s.fd)
	case "write":
		file.changes = append(file.changes, change{s.offset, s.data})
	case "truncate":
		file.changes = append(file.changes, change{s.offset, nil})
	case "sync":
		if s.offset != 0 { // it failed, and promises nothing
			return nil
		}
		if file == nil {
			d.settle(len(d.moves))
			return nil
		}
		for _, c := range file.changes {
			file.durable = c.apply(file.durable)
		}
		file.changes = nil
		if i := slices.IndexFunc(d.moves, func(m move) bool { return m.to == file }); i >= 0 {
			// The name is this file's, whatever it was before.
			name := d.moves[i].name
			d.durable[name] = file
			for j := i; j >= 0; j-- {
				if d.moves[j].name == name {
					d.moves = slices.Delete(d.moves, j, j+1)
				}
			}
		}
	}
	return nil
}

// settle makes the first n moves durable.
func (d *disk) settle(n int) {
	for _, m := range d.moves[:n] {
		m.apply(d.durable)
	}
	d.moves = slices.Clone(d.moves[n:])
}

func (m move) apply(names map[string]*inode) {
	if m.to == nil {
		delete(names, m.name)
	} else {
		names[m.name] = m.to
	}
}

func (c change) apply(data []byte) []byte {
	if c.data == nil {
		return resize(data, int(c.offset))
	}
	if end := int(c.offset) + len(c.data); end > len(data) {
		data = resize(data, end)
	}
	copy(data[c.offset:], c.data)
	return data
}

func resize(data []byte, size int) []byte {
	if size <= len(data) {
		return data[:size]
	}
	n := len(data)
	data = slices.Grow(data, size-n)[:size]
	clear(data[n:])
	return data
}

// sector is what a disk writes whole or not at all.
const sector = 512

// cut is what is in the folder when the power comes back. What was not synced is
// there in one of the ways that a disk may leave it, by chance.
func (d *disk) cut(rng *rand.Rand) (files map[string][]byte, pending int) {
	names := make(map[string]*inode, len(d.durable))
	for name, file := range d.durable {
		names[name] = file
	}
	// A folder's names are kept in order by a journal, or not at all.
	ordered, until := rng.IntN(2) == 0, rng.IntN(len(d.moves)+1)
	for i, m := range d.moves {
		if ordered && i < until || !ordered && rng.IntN(2) == 0 {
			m.apply(names)
		}
	}
	files = make(map[string][]byte)
	for name, file := range names {
		data := slices.Clone(file.durable)
		pending += len(file.changes)
		for _, c := range kept(file.changes, rng) {
			data = c.apply(data)
		}
		files[name] = data
	}
	return files, pending
}

// kept is what is left of changes.
func kept(changes []change, rng *rand.Rand) []change {
	switch rng.IntN(5) {
	case 0:
		return nil
	case 1:
		return changes
	case 2:
		return changes[:rng.IntN(len(changes)+1)]
	case 3:
		var some []change
		for _, c := range changes {
			if rng.IntN(2) == 0 {
				some = append(some, c)
			}
		}
		return some
	}
	var pieces []change
	likely := rng.Float64()
	for _, c := range changes {
		if c.data == nil {
			if rng.Float64() < likely {
				pieces = append(pieces, c)
			}
			continue
		}
		for at := int64(0); at < int64(len(c.data)); {
			end := min((c.offset+at)/sector*sector+sector-c.offset, int64(len(c.data)))
			if rng.Float64() < likely {
				pieces = append(pieces, change{c.offset + at, c.data[at:end]})
			}
			at = end
		}
	}
	return pieces
}
