package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/bytedance/sonic"
	goccy "github.com/goccy/go-json"
	"github.com/google/uuid"
	segmentio "github.com/segmentio/encoding/json"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
)

// envelope is a line as a program without this store would read it.
type envelope struct {
	Position    int64     `json:"position"`
	Stream      string    `json:"stream"`
	Version     int64     `json:"version"`
	Category    string    `json:"category"`
	Key         string    `json:"key"`
	ID          uuid.UUID `json:"id"`
	Type        string    `json:"type"`
	TypeVersion int       `json:"typeVersion"`
	RecordedAt  time.Time `json:"recordedAt"`
	Command     string    `json:"command"`
	Tags        []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"tags"`
	Last     bool            `json:"last"`
	Synced   int64           `json:"synced"`
	Metadata json.RawMessage `json:"metadata"`
	Payload  json.RawMessage `json:"payload"`
	CRC      string          `json:"crc"`
}

type decoder struct {
	name   string
	decode func([]byte, *envelope) error
}

var decoders = []decoder{
	{"encoding/json", func(b []byte, e *envelope) error { return json.Unmarshal(b, e) }},
	{"goccy/go-json", func(b []byte, e *envelope) error { return goccy.Unmarshal(b, e) }},
	{"segmentio/encoding", func(b []byte, e *envelope) error { return segmentio.Unmarshal(b, e) }},
	{"bytedance/sonic", func(b []byte, e *envelope) error { return sonic.ConfigDefault.Unmarshal(b, e) }},
}

// newOpening opens a file of so many events in streams of 100.
func newOpening(dir string, events int) (contest, error) {
	path := filepath.Join(dir, "open.jsonl")
	if err := fill(path, events); err != nil {
		return contest{}, err
	}
	fastest, err := fastestDecoder(path)
	if err != nil {
		return contest{}, err
	}
	var size int64
	return contest{
		note: "beside " + fastest.name,
		store: func() (time.Duration, error) {
			start := time.Now()
			s, err := jsonl.Open(context.Background(), path, jsonl.ReadOnly())
			if err != nil {
				return 0, err
			}
			took := time.Since(start)
			head, err := s.Head(context.Background())
			if err == nil && head != int64(events) {
				err = fmt.Errorf("%d events, want %d", head, events)
			}
			if e := s.Close(); err == nil {
				err = e
			}
			return took, err
		},
		reference: func() (time.Duration, error) {
			start := time.Now()
			n, err := eachLine(path, func(b []byte) error {
				var e envelope
				err := fastest.decode(b, &e)
				size += e.Position
				return err
			})
			if err == nil && n != events {
				err = fmt.Errorf("%d lines, want %d", n, events)
			}
			return time.Since(start), err
		},
	}, nil
}

// fill makes a file of so many events.
func fill(path string, events int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := jsonl.NewWriter(f, 0)
	versions := make(map[int]int64)
	for i := range events {
		stream := i % (events/100 + 1)
		versions[stream]++
		e := newEvent(i)
		r := jsonl.Record{Stored: es.Stored{
			Stream:  es.Stream{Name: fmt.Sprintf("order-%d", stream), Category: "order-{id}", Key: fmt.Sprint(stream)},
			Version: versions[stream], ID: e.ID, Type: []string{"order.placed", "order.line_added", "order.paid"}[i%3], TypeVersion: 1,
			RecordedAt: e.RecordedAt, Payload: e.Payload, Metadata: e.Metadata,
		}, Last: true}
		if err := w.Write(&r); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// fastestDecoder is the one that reads the first lines of a file fastest.
func fastestDecoder(path string) (best decoder, err error) {
	var lines [][]byte
	enough := io.EOF
	_, err = eachLine(path, func(b []byte) error {
		lines = append(lines, bytes.Clone(b))
		if len(lines) == 20_000 {
			return enough
		}
		return nil
	})
	if err != nil && err != enough {
		return best, err
	}
	var least time.Duration
	for _, d := range decoders {
		for range 3 {
			start := time.Now()
			for _, b := range lines {
				var e envelope
				if err := d.decode(b, &e); err != nil {
					return best, fmt.Errorf("%s: %w", d.name, err)
				}
			}
			if took := time.Since(start); least == 0 || took < least {
				best, least = d, took
			}
		}
	}
	return best, nil
}

// eachLine reads a file and calls do with each line.
func eachLine(path string, do func([]byte) error) (n int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	buf, left := make([]byte, 1<<20), 0
	for {
		k, err := f.Read(buf[left:])
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		part := buf[:left+k]
		for {
			i := bytes.IndexByte(part, '\n')
			if i < 0 {
				break
			}
			if err := do(part[:i]); err != nil {
				return n, err
			}
			n++
			part = part[i+1:]
		}
		left = copy(buf, part)
	}
}
