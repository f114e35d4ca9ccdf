package main

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/esgen/esgen/examples/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m, main) }

// A SIGTERM ends the server once the requests have ended that had begun; what they
// did is there when it starts again.
func TestSIGTERM(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hotels.db")
	server := webtest.Start(t, "-file", file)
	open(adlon).send(t, server.URL)
	begun := open(ritz)
	if status := server.TerminateDuring(t, begun.method, begun.path, begun.body); status != 200 {
		t.Errorf("a request that had begun before the SIGTERM was answered %d", status)
	}

	server = webtest.Start(t, "-file", file)
	for _, id := range []string{adlon, ritz} {
		if response, body := (request{method: "GET", path: "/hotels/" + id + "/events"}).send(t, server.URL); response.StatusCode != 200 {
			t.Errorf("hotel %s, after the server was started again: %s", id, body)
		}
	}
	server.Terminate(t)
}

func TestWhatKeepsTheServerFromStarting(t *testing.T) {
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := run(t.Context(), io.Discard, logger, taken.Addr().String(), ""); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("an address that is taken: %v", err)
	}
	if err := run(t.Context(), io.Discard, logger, "127.0.0.1:0", filepath.Join(t.TempDir(), "none", "hotels.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
