package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/sqlite"
)

// cheap is the least that bcrypt takes.
const cheap = 4

// site is the service on a listener and a file of its own.
type site struct {
	url, file string
	store     *sqlite.Store
	// log is all that was logged.
	log *lockedBuffer
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func serve(t *testing.T) *site {
	t.Helper()
	s := &site{file: filepath.Join(t.TempDir(), "users.db"), log: new(lockedBuffer)}
	var err error
	s.store, err = sqlite.Open(t.Context(), s.file, sqlite.WithTables(users.UserTable()))
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(io.MultiWriter(s.log, t.Output()), &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := httptest.NewUnstartedServer(newService(s.store, logger, cheap))
	server.Config.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	server.Start()
	s.url = server.URL
	t.Cleanup(func() {
		server.Close()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request; what has a body is JSON. Headers are pairs of name and value.
func (s *site) send(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if r.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(b)}
}

func (s *site) get(t *testing.T, path string) answer {
	t.Helper()
	return s.send(t, "GET", path, "")
}

// newUser is the body of a request that makes a user.
func newUser(name, email, password string) string {
	return object("name", name, "email", email, "password", password)
}

// object is a JSON object of texts.
func object(pairs ...string) string {
	fields := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	b, err := json.Marshal(fields)
	if err != nil {
		panic(err) // texts can be marshalled
	}
	return string(b)
}

// create makes a user, and gives the path.
func (s *site) create(t *testing.T, name, email string) string {
	t.Helper()
	a := s.send(t, "POST", "/users", newUser(name, email, "correct horse"))
	if a.status != 201 {
		t.Fatalf("making %q: %d, %s", name, a.status, a.body)
	}
	return a.header.Get("Location")
}

// userNames are the names in a list of users.
func userNames(t *testing.T, body string) []string {
	t.Helper()
	var list userList
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	names := []string{}
	for _, u := range list.Users {
		names = append(names, u.Name)
	}
	return names
}

func email(n int) string { return fmt.Sprintf("user%d@example.com", n) }
