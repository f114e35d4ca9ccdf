package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asServer, in the environment, makes the test binary the server.
const asServer = "HOTEL_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a running server.
type process struct {
	cmd    *exec.Cmd
	url    string
	stderr bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.CommandContext(t.Context(), self, append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
	p.cmd.Env = append(os.Environ(), asServer+"=1")
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, p.stderr.String())
	}
	rest, _ := strings.CutPrefix(line, "listening on ")
	p.url, _, _ = strings.Cut(rest, ",")
	return p
}

// A SIGTERM ends the server once the requests have ended that had begun; what they
// did is there when it starts again.
func TestSIGTERM(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hotels.db")
	p := start(t, "-file", file)
	open(adlon).send(t, p.url)

	// A request whose body has not come yet. The server has it when it answers another that
	// came later, on a connection of its own.
	address := strings.TrimPrefix(p.url, "http://")
	first := open(ritz)
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		first.method, first.path, address, len(first.body), first.body[:10])
	http.DefaultClient.CloseIdleConnections()
	request{method: "GET", path: "/hotels/" + adlon + "/events"}.send(t, p.url)

	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for { // until nobody is let in any more
		late, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		late.Close()
	}
	if _, err := io.WriteString(connection, first.body[10:]); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("a request that had begun before the SIGTERM: %v", err)
	}
	if response.Body.Close(); response.StatusCode != 200 {
		t.Errorf("a request that had begun before the SIGTERM: %s", response.Status)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, p.stderr.String())
	}

	p = start(t, "-file", file)
	for _, id := range []string{adlon, ritz} {
		if response, body := (request{method: "GET", path: "/hotels/" + id + "/events"}).send(t, p.url); response.StatusCode != 200 {
			t.Errorf("hotel %s, after the server was started again: %s", id, body)
		}
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, p.stderr.String())
	}
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
