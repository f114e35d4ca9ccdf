package main

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/internal/web/webtest"
	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

func TestMain(m *testing.M) { webtest.Main(m, main) }

// A SIGTERM ends the server once the requests have ended that had begun; what they did is
// there when it starts again, also where the table is made anew.
func TestSIGTERM(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.db")
	server := webtest.Start(t, "-db", file)
	if status := server.TerminateDuring(t, "POST", "/users", newUser("Ann", "ann@example.com", "correct horse")); status != 201 {
		t.Errorf("a request that had begun before the SIGTERM was answered %d", status)
	}
	for _, flags := range [][]string{nil, {"-rebuild"}} {
		server = webtest.Start(t, append(flags, "-db", file)...)
		response, err := http.Get(server.URL + "/users")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if names := userNames(t, string(body)); !cmp.Equal(names, []string{"Ann"}) {
			t.Errorf("started again with %q: %s", flags, body)
		}
		if log := server.Terminate(t); strings.Contains(log, "horse") {
			t.Errorf("the log has a password: %s", log)
		}
	}
	if left, err := filepath.Glob(file + "-*"); err != nil || len(left) > 0 {
		t.Errorf("beside the file %q are left, %v", left, err)
	}
}

func TestWhatKeepsTheServerFromStarting(t *testing.T) {
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "users.db")
	if err := run(t.Context(), io.Discard, logger, settings{addr: taken.Addr().String(), db: file}); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("an address that is taken: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "none", "users.db")
	if err := run(t.Context(), io.Discard, logger, settings{addr: "127.0.0.1:0", db: missing}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// Users from before there was a table are found when the file is opened, and -rebuild
// gives them their rows.
func TestRebuild(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.db")
	old, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	_, err = old.Append(t.Context(), es.Append{Streams: []es.StreamAppend{{
		Stream: es.Stream{Name: "user-" + id.String(), Category: "user-{id}", Key: id.String()},
		Events: []es.NewEvent{{
			ID: uuid.Must(uuid.NewV7()), Type: "user.created", TypeVersion: 1, RecordedAt: time.Now(),
			Payload: []byte(object("userId", id.String(), "name", "Ann", "email", "ann@example.com", "createdAt", "2020-01-01T00:00:00Z")),
		}},
	}}})
	if err = errors.Join(err, old.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), settings{db: file}); !errors.Is(err, sqlite.ErrTableDrift) ||
		!strings.Contains(err.Error(), "the file has no such table yet, and events from before it: to make it from the events") ||
		!strings.HasSuffix(err.Error(), "the flag is -rebuild") {
		t.Fatalf("users without rows: %v", err)
	}
	store, err := open(t.Context(), settings{db: file, rebuild: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if row, err := users.UserTable().Get(t.Context(), store, id); err != nil || row.Name != "Ann" {
		t.Errorf("rebuilt row: %+v, %v", row, err)
	}
}
