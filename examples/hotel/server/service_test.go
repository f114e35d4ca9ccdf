package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/runtime/sqlite"
)

const (
	adlon = "01890a5d-ac96-774b-bcce-b302099a8057"
	ritz  = "01890a5d-ac96-774b-bcce-b302099a8058"
)

// serve starts the service on a listener and a file of its own.
func serve(t *testing.T) string {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "hotels.db"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newService(hotel.NewHotelRepository(store), slog.New(slog.NewTextHandler(t.Output(), nil))))
	t.Cleanup(func() {
		server.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

// request is one to the service; a key is that of idempotency.
type request struct {
	method, path, body, key string
	header                  http.Header
}

func (r request) send(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), r.method, url+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func post(command, body string) request {
	return request{method: "POST", path: "/commands/" + command, body: body}
}

func open(id string) request {
	return post("open-hotel", `{"hotelId":"`+id+`","name":"Adlon","at":"1907-10-23T00:00:00Z"}`)
}

func addRoom(id string, number int) request {
	return post("add-room", fmt.Sprintf(`{"hotelId":"%s","number":%d,"price":{"cents":9900,"currency":"EUR"}}`, id, number))
}

func book(id, guest string) request {
	return post("book-room", `{"hotelId":"`+id+`","guest":"`+guest+`","channel":"web","stay":{"from":"2026-05-01T14:00:00Z","to":"2026-05-02T10:00:00Z"}}`)
}

func (r request) withKey(key string) request {
	r.key = key
	return r
}

func (r request) with(name string, values ...string) request {
	r.header = http.Header{name: values}
	return r
}

func TestService(t *testing.T) {
	url := serve(t)
	for _, step := range []struct {
		name    string
		request request
		status  int
		// want is part of the body.
		want string
	}{
		{"open", open(adlon).withKey("o"), 200, `{"stream":"hotel-` + adlon + `","version":1,"position":1,"events":["hotel.opened"],"repeated":false}`},
		{"open under the same key", open(adlon).withKey("o"), 200, `"version":1,"position":1,"events":["hotel.opened"],"repeated":true}`},
		{"open again", open(adlon), 409, `"detail":"there is such a hotel already"`},
		{"no room", book(adlon, "Alice"), 409, `"detail":"hotel: every room is taken"`},
		{"add a room", addRoom(adlon, 7), 200, `"version":2`},
		{"nothing to do", addRoom(adlon, 7), 200, `"version":2,"events":[],"repeated":false`},
		{"book", book(adlon, "Alice").withKey("b"), 200, `"events":["hotel.room_booked","hotel.fully_booked"],"repeated":false`},
		{"book under the same key", book(adlon, "Alice").withKey("b"), 200, `"version":4,"position":4,"events":["hotel.room_booked","hotel.fully_booked"],"repeated":true`},
		{"book under another", book(adlon, "Alice").withKey("c"), 409, `every room is taken`},
		{"the key of another command", post("check-out", `{"hotelId":"`+adlon+`","number":7}`).withKey("b"), 200, `"events":["hotel.guest_left"],"repeated":false`},
		{"nobody there", post("check-out", `{"hotelId":"`+adlon+`","number":7}`), 409, `nobody has the room`},
		{"no such room", post("check-out", `{"hotelId":"`+adlon+`","number":8}`), 404, `there is no such room`},
		{"no such hotel", book(ritz, "Alice"), 404, `"title":"Not Found","status":404,"detail":"there is no such hotel"`},

		{"several rules", post("book-room", `{"hotelId":"`+adlon+`","guest":"Al","channel":"s3cret"}`), 422, `"errors":[{"field":"guest","rule":"min=3"},{"field":"channel","rule":"valid"}]`},
		{"no hotel", post("check-out", `{"number":1000}`), 422, `"errors":[{"field":"number","rule":"max=999"},{"field":"hotelId","rule":"required"}]`},
		{"null", post("check-out", `null`), 422, `{"field":"hotelId","rule":"required"}`},

		{"unknown field", post("check-out", `{"hotelId":"`+adlon+`","room":7}`), 400, `unknown field`},
		{"wrong type", post("check-out", `{"hotelId":"`+adlon+`","number":"7"}`), 400, `"status":400`},
		{"no ID", post("check-out", `{"hotelId":"7"}`), 400, `"status":400`},
		{"no JSON", post("check-out", `{"hotelId":`), 400, `it ends too early`},
		{"nothing", post("check-out", ``), 400, `it is empty`},
		{"more", post("check-out", `{"hotelId":"`+adlon+`","number":7} {}`), 400, `there is more after the value`},
		{"more, and no JSON", post("check-out", `{"hotelId":"`+adlon+`","number":7}]`), 400, `"status":400`},
		{"too large", post("check-out", `{"hotelId":"`+strings.Repeat(" ", largestBody)), 413, `the body may have 65536 bytes`},
		{"too large behind", post("check-out", `{"hotelId":"`+adlon+`","number":7}`+strings.Repeat(" ", largestBody)), 413, `"status":413`},
		{"no type", open(ritz).with("Content-Type", "text/plain"), 415, `send application/json`},
		{"a type with a charset", open(ritz).with("Content-Type", "application/json; charset=utf-8"), 200, `"version":1`},
		{"long key", open(ritz).withKey(strings.Repeat("k", longestKey+1)), 400, `Idempotency-Key`},
		{"empty key", open(ritz).with("Idempotency-Key", ""), 400, `Idempotency-Key`},
		{"key that is no text", open(ritz).with("Idempotency-Key", "k\xff"), 400, `Idempotency-Key`},
		{"two keys", open(ritz).with("Idempotency-Key", "a", "b"), 400, `Idempotency-Key`},

		{"method", request{method: "GET", path: "/commands/check-out"}, 405, `{"title":"Method Not Allowed","status":405}`},
		{"path", post("burn-down", `{}`), 404, `{"title":"Not Found","status":404}`},
		{"events", request{method: "GET", path: "/hotels/" + adlon + "/events"}, 200, `{"version":3,"type":"hotel.room_booked","recordedAt":"`},
		{"events of nothing", request{method: "GET", path: "/hotels/" + strings.ReplaceAll(adlon, "8057", "8059") + "/events"}, 404, `there is no such hotel`},
		{"events of what is no ID", request{method: "GET", path: "/hotels/7/events"}, 400, `no UUID`},
	} {
		response, body := step.request.send(t, url)
		if response.StatusCode != step.status || !strings.Contains(body, step.want) {
			t.Errorf("%s: %s, %s\nwant %d and %s", step.name, response.Status, body, step.status, step.want)
		}
		want := "application/json"
		if response.StatusCode >= 400 {
			want = "application/problem+json"
		}
		if got := response.Header.Get("Content-Type"); got != want {
			t.Errorf("%s: content type %q, want %q", step.name, got, want)
		}
		if allow := response.Header.Get("Allow"); response.StatusCode == 405 && allow != "POST" {
			t.Errorf("%s: Allow is %q", step.name, allow)
		}
		if !json.Valid([]byte(body)) || strings.Contains(body, "s3cret") {
			t.Errorf("%s: the body is %s", step.name, body)
		}
	}
}

// Clients that repeat their requests until they are answered book one room each.
func TestImpatientClients(t *testing.T) {
	url := serve(t)
	const guests = 12
	open(adlon).send(t, url)
	for n := range guests {
		addRoom(adlon, n+1).send(t, url)
	}
	bodies := make([][3]string, guests)
	var group sync.WaitGroup
	for g := range guests {
		for i := range bodies[g] {
			group.Go(func() {
				response, body := book(adlon, fmt.Sprint("Guest ", g)).withKey(fmt.Sprint("booking-", g)).send(t, url)
				if response.StatusCode != 200 {
					t.Errorf("guest %d: %s, %s", g, response.Status, body)
				}
				bodies[g][i] = strings.ReplaceAll(body, "true", "false")
			})
		}
	}
	group.Wait()
	for g, answers := range bodies {
		if slices.Sort(answers[:]); answers[0] != answers[2] {
			t.Errorf("guest %d was told %q", g, answers)
		}
	}
	_, body := request{method: "GET", path: "/hotels/" + adlon + "/events"}.send(t, url)
	if n := strings.Count(body, `"hotel.room_booked"`); n != guests {
		t.Errorf("%d rooms are booked, want %d: %s", n, guests, body)
	}
}
