//go:build cgo

package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Repositories do the appending, as a rule; this is what they do. Any SQL client
// can read the file beside them.
func Example() {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "events.db")

	ctx := context.Background()
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	_, err = store.Append(ctx, es.Append{Streams: []es.StreamAppend{{
		Stream:   es.Stream{Name: "profile-7", Category: "profile-{id}", Key: "7"},
		Expected: es.ExpectNone,
		Events: []es.NewEvent{{
			ID:          uuid.Must(uuid.NewV7()),
			Type:        "profile.registered",
			TypeVersion: 1,
			RecordedAt:  time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC),
			Payload:     []byte(`{"name":"Ann"}`),
		}},
	}}})
	if err != nil {
		log.Fatal(err)
	}

	db, err := sql.Open("sqlite3", path)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	var at, name string
	err = db.QueryRow(`SELECT recorded_at, payload ->> '$.name' FROM es_log WHERE stream = 'profile-7'`).Scan(&at, &name)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(at, name)
	// Output: 2026-05-01T12:00:00.000000000Z Ann
}
