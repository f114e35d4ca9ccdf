package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	const limit = 64
	for _, c := range []struct {
		name, contentType, body string
		status                  int
		detail                  string
	}{
		{"an object", "application/json", `{"name":"Ann","age":7}`, 0, ""},
		{"with a charset", "application/json; charset=utf-8", ` {"name":"Ann"} `, 0, ""},
		{"no type", "", `{}`, 415, "application/json"},
		{"a form", "application/x-www-form-urlencoded", `{}`, 415, "application/json"},
		{"nothing", "application/json", ``, 400, "it is empty"},
		{"cut off", "application/json", `{"name":"s3cret`, 400, "it ends too early"},
		{"no JSON", "application/json", `{"name":s3cret}`, 400, "it is no JSON from byte 9 on"},
		{"a text", "application/json", `"s3cret"`, 400, "it must be an object"},
		{"another type", "application/json", `{"name":["s3cret"]}`, 400, "field name is of another type"},
		{"a large number", "application/json", `{"age":12345678901234567890}`, 400, "field age is of another type"},
		{"a number that is none", "application/json", `{"age":1.5}`, 400, "field age is of another type"},
		{"an unknown field", "application/json", `{"s3cret":1}`, 400, "it has an unknown field"},
		{"another value", "application/json", `{} "s3cret"`, 400, "there is more after the value"},
		{"rubbish after it", "application/json", `{} s3cret`, 400, "it is no JSON from byte 4 on"},
		{"a value that decodes itself", "application/json", `{"own":"s3cret"}`, 400, "a value of it has another form"},
		{"too large", "application/json", strings.Repeat(" ", limit+1), 413, "64 bytes"},
		{"too large after it", "application/json", `{}` + strings.Repeat(" ", limit), 413, "64 bytes"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.contentType)
		var into struct {
			Name string `json:"name"`
			Age  int    `json:"age"`
			Own  own    `json:"own"`
		}
		p := Decode(httptest.NewRecorder(), r, limit, &into)
		switch {
		case p == nil && (c.status != 0 || into.Name != "Ann"):
			t.Errorf("%s: decoded as %+v", c.name, into)
		case p != nil && (p.Status != c.status || !strings.Contains(p.Detail, c.detail)):
			t.Errorf("%s: %d, %s; want %d, %s", c.name, p.Status, p.Detail, c.status, c.detail)
		case p != nil && (strings.Contains(p.Detail, "s3cret") || strings.Contains(p.Detail, "123")):
			t.Errorf("%s: the problem holds the body: %s", c.name, p.Detail)
		}
	}
}

// own says what it was given when it cannot decode it.
type own struct{}

func (*own) UnmarshalText(text []byte) error { return &net.ParseError{Type: "own", Text: string(text)} }

func TestGuard(t *testing.T) {
	handler := Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") }))
	loopback := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	loopback6 := &net.TCPAddr{IP: net.IPv6loopback, Port: 8080}
	public := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8080}
	for _, c := range []struct {
		at     net.Addr
		method string
		host   string
		origin string
		status int
	}{
		{loopback, "GET", "127.0.0.1:8080", "", 200},
		{loopback, "GET", "127.9.9.9", "", 200},
		{loopback, "GET", "localhost", "", 200},
		{loopback, "GET", "localhost:8080", "", 200},
		{loopback6, "GET", "[::1]:8080", "", 200},
		{loopback6, "GET", "[::1]", "", 200},
		{loopback, "GET", "[::ffff:127.0.0.1]:8080", "", 200},
		{loopback, "GET", "evil.example:8080", "", 421},
		{loopback, "GET", "127.0.0.1.evil.example:8080", "", 421},
		{loopback, "GET", "localhost.evil.example", "", 421},
		{loopback, "GET", "192.0.2.1:8080", "", 421},
		{loopback, "GET", "", "", 421},
		{loopback6, "POST", "evil.example:8080", "http://evil.example:8080", 421},
		{public, "GET", "app.example", "", 200},
		{public, "POST", "app.example", "https://app.example", 200},
		{public, "POST", "app.example", "https://evil.example", 403},
		{loopback, "DELETE", "localhost:8080", "https://evil.example", 403},
		{loopback, "POST", "localhost:8080", "null", 403},
		{loopback, "GET", "localhost:8080", "https://evil.example", 200}, // which browsers do not let that site read
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r = r.WithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, c.at))
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s at %s to host %q from %q: %d, want %d", c.method, c.at, c.host, c.origin, w.Code, c.status)
		}
	}
}

// The mux's redirects are not problems, and what it says of methods is kept.
func TestWithProblems(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /a/{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })
	handler := WithProblems(mux)
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/a/", 200, "fine"},
		{"GET", "/b", 404, `{"title":"Not Found","status":404}`},
		{"PUT", "/a/", 405, `{"title":"Method Not Allowed","status":405}`},
		{"GET", "/x/../a/", 307, ""},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("%s %s: %d, %s; want %d, %s", c.method, c.path, w.Code, w.Body, c.status, c.body)
		}
		if allow := w.Header().Get("Allow"); c.status == 405 && allow != "GET, HEAD" {
			t.Errorf("Allow is %q", allow)
		}
	}
}
