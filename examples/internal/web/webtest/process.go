// Package webtest runs a server of the examples as a process of its own, so that a test
// can end it by a signal.
package webtest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// asServer, in the environment, makes the test binary the server.
const asServer = "ESGEN_EXAMPLE_SERVER"

// Main is what a server's TestMain calls: it runs the tests, or main in a process that
// Start has started.
func Main(m *testing.M, main func()) {
	if os.Getenv(asServer) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// Process is a server that is running.
type Process struct {
	// URL is the server's, without a slash at the end.
	URL    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// Start starts the server with these flags, and waits until it listens.
func Start(t *testing.T, args ...string) *Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd: exec.CommandContext(t.Context(), self, append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
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
		_ = p.cmd.Wait() // so that all of what it said is there
		t.Fatalf("%v\n%s", err, p.stderr.String())
	}
	rest, _ := strings.CutPrefix(line, "listening on ")
	p.URL, _, _ = strings.Cut(rest, ",")
	return p
}

// Terminate sends SIGTERM and waits for the end, which must be an orderly one. It gives
// what the server has logged.
func (p *Process) Terminate(t *testing.T) string {
	t.Helper()
	p.signal(t)
	return p.wait(t)
}

// TerminateDuring sends SIGTERM while a request is under way whose body has not come.
// Nobody else is let in from then on, but this request must be answered. It gives the
// status of the answer, once the server has come to an orderly end.
func (p *Process) TerminateDuring(t *testing.T, method, path, body string) int {
	t.Helper()
	address := strings.TrimPrefix(p.URL, "http://")
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	fmt.Fprintf(connection, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		method, path, address, len(body))
	// The server says 100 when the handler asks for the body: it has begun then.
	if begun := p.answer(t, answers); begun != http.StatusContinue {
		t.Fatalf("%s %s was answered %d before its body was sent", method, path, begun)
	}

	p.signal(t)
	for { // until nobody is let in any more
		late, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		late.Close()
	}
	if _, err := io.WriteString(connection, body); err != nil {
		t.Fatal(err)
	}
	status := p.answer(t, answers)
	p.wait(t)
	return status
}

// answer reads an answer, and gives its status.
func (p *Process) answer(t *testing.T, from *bufio.Reader) int {
	t.Helper()
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // so that all of what it said is there
		t.Fatalf("no answer: %v\n%s", err, p.stderr.String())
	}
	response.Body.Close()
	return response.StatusCode
}

func (p *Process) signal(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func (p *Process) wait(t *testing.T) string {
	t.Helper()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, p.stderr.String())
	}
	return p.stderr.String()
}
