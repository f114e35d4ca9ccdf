//go:build cgo

package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/esgen/esgen/runtime/sqlite"
)

// A check before a file is copied somewhere safe.
func ExampleCheck() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "events.db")
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	report, err := sqlite.Check(ctx, path, sqlite.OnFault(func(f sqlite.Fault) { fmt.Println(f.Kind, f) }))
	if err != nil {
		log.Fatal(err) // the file could not be checked
	}
	if err := report.Err(); err != nil {
		log.Fatal(err) // the file is damaged
	}
	fmt.Println("sound, with", report.Events, "events")
	// Output: sound, with 0 events
}
