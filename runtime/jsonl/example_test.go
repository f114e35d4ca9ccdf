package jsonl_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "jsonl")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "events.jsonl")

	store, err := jsonl.Open(ctx, path,
		jsonl.OnTorn(func(t jsonl.Torn) { log.Printf("%s: %d bytes of an append were cut off", t.Path, t.Size) }))
	if err != nil {
		log.Fatal(err)
	}
	// Repositories append; this is what they send.
	_, err = store.Append(ctx, es.Append{Streams: []es.StreamAppend{{
		Stream: es.Stream{Name: "order-7", Category: "order-{id}", Key: "7"}, Expected: es.ExpectNone,
		Events: []es.NewEvent{
			{ID: uuid.MustParse("0196b2c8-7c1e-7d3a-9b6f-000000000001"), Type: "order.placed", TypeVersion: 1,
				RecordedAt: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Payload: []byte(`{"person":"Ada"}`)},
			{ID: uuid.MustParse("0196b2c8-7c1e-7d3a-9b6f-000000000002"), Type: "order.paid", TypeVersion: 1,
				RecordedAt: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Payload: []byte(`{"total":"12.50"}`)},
		},
	}}})
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}

	// Any tool can read the file.
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Position int
			Stream   string
			Type     string
			Last     bool
			Payload  json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			log.Fatal(err)
		}
		fmt.Println(line.Position, line.Stream, line.Type, line.Last, string(line.Payload))
	}
	// Output:
	// 1 order-7 order.placed false {"person":"Ada"}
	// 2 order-7 order.paid true {"total":"12.50"}
}
