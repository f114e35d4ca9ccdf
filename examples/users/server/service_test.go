package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestService(t *testing.T) {
	s := serve(t)
	ann := s.create(t, "Ann", "ann@example.com")
	bob := s.create(t, "Bob", "bob@example.com")
	nobody := "/users/" + strings.Repeat("0", 8) + "-0000-7000-8000-000000000000"
	for _, step := range []struct {
		name, method, path, body string
		status                   int
		// want is part of the answer's body.
		want string
	}{
		{"an address that is taken", "POST", "/users", newUser("Another Ann", "ANN@Example.com", "correct horse"), 409, `"errors":[{"field":"email","rule":"unique"}]`},
		{"several rules", "POST", "/users", newUser("Al", "al", "short"), 422, `"errors":[{"field":"name","rule":"min=3"},{"field":"email","rule":"email"},{"field":"password","rule":"min=8"}]`},
		{"a long password", "POST", "/users", newUser("Long", "long@example.com", strings.Repeat("é", 37)), 422, `"errors":[{"field":"password","rule":"max_bytes=72"}]`},
		{"nothing in it", "POST", "/users", `{}`, 422, `{"field":"password","rule":"required"}`},
		{"an ID of one's own", "POST", "/users", `{"userId":"` + nobody[7:] + `","name":"Eve"}`, 400, `unknown field`},
		{"a time of one's own", "POST", "/users", `{"at":"2000-01-01T00:00:00Z","name":"Eve"}`, 400, `unknown field`},
		{"another type", "POST", "/users", `{"name":"Eve","password":12345678}`, 400, `field password is of another type`},
		{"a list", "POST", "/users", `["Eve"]`, 400, `"status":400`},
		{"too large", "POST", "/users", newUser(strings.Repeat("n", largestBody), "", ""), 413, `16384 bytes`},

		{"rename", "PATCH", ann, `{"name":"Anna"}`, 200, `"name":"Anna","email":"ann@example.com"`},
		{"rename to the same", "PATCH", ann, `{"name":"Anna"}`, 200, `"name":"Anna"`},
		{"rename to nothing", "PATCH", ann, `{}`, 422, `{"field":"name","rule":"required"}`},
		{"another address", "PATCH", ann, `{"email":"x@example.com"}`, 400, `unknown field`},
		{"rename nobody", "PATCH", nobody, `{"name":"Anna"}`, 404, `there is no such user`},
		{"rename what is no ID", "PATCH", "/users/7", `{"name":"Anna"}`, 404, `there is no such user`},
		{"an ID in another form", "PATCH", "/users/" + strings.ToUpper(ann[7:]), `{"name":"Anna"}`, 404, `there is no such user`},

		{"a wrong password", "PUT", ann + "/password", object("current", "incorrect horse", "new", "battery staple"), 403, `the current password is another one`},
		{"a short password", "PUT", ann + "/password", object("current", "correct horse", "new", "short"), 422, `{"field":"new","rule":"min=8"}`},
		{"another password", "PUT", ann + "/password", object("current", "correct horse", "new", "battery staple"), 204, ``},
		{"the old password", "PUT", ann + "/password", object("current", "correct horse", "new", "battery staple"), 403, ``},

		{"delete", "DELETE", bob, "", 204, ``},
		{"delete again", "DELETE", bob, "", 410, `the user is deleted`},
		{"delete nobody", "DELETE", nobody, "", 404, `there is no such user`},
		{"rename a deleted user", "PATCH", bob, `{"name":"Bobby"}`, 410, `the user is deleted`},
		{"the address of a deleted user", "POST", "/users", newUser("Bob", "bob@example.com", "correct horse"), 409, `"field":"email"`},

		{"list", "GET", "/users", "", 200, `{"users":[{"id":"` + ann[7:] + `","name":"Anna","email":"ann@example.com","createdAt":"`},
		{"events", "GET", ann + "/events", "", 200, `"event":{"name":"Anna"}},{"version":3,"type":"user.password_changed","recordedAt":"`},
		{"the last events", "GET", bob + "/events?after=1", "", 200, `{"events":[{"version":2,"type":"user.destroyed"`},
		{"no more events", "GET", bob + "/events?after=2", "", 200, `{"events":[]}`},
		{"events of nobody", "GET", nobody + "/events", "", 404, `there is no such user`},
		{"no limit", "GET", "/users?limit=0", "", 400, `limit must be 1 to 200`},
		{"a high limit", "GET", "/users?limit=201", "", 400, `limit must be 1 to 200`},
		{"a strange limit", "GET", ann + "/events?limit=x", "", 400, `limit must be 1 to 200`},
		{"after what is no ID", "GET", "/users?after=7", "", 400, `after must be the ID of a user`},
		{"after what is no version", "GET", ann + "/events?after=-1", "", 400, `after must be a version`},
		{"deleted by words", "GET", "/users?deleted=yes", "", 400, `deleted must be 0 or 1`},
		{"method", "PUT", "/users", "", 405, `{"title":"Method Not Allowed","status":405}`},
		{"path", "GET", "/user", "", 404, `{"title":"Not Found","status":404}`},
	} {
		a := s.send(t, step.method, step.path, step.body)
		if a.status != step.status || !strings.Contains(a.body, step.want) {
			t.Errorf("%s: %d, %s\nwant %d and %s", step.name, a.status, a.body, step.status, step.want)
		}
		want := "application/json"
		switch {
		case a.status >= 400:
			want = "application/problem+json"
		case a.status == 204:
			want = ""
		}
		if got := a.header.Get("Content-Type"); got != want {
			t.Errorf("%s: content type %q, want %q", step.name, got, want)
		}
		if a.status != 204 && !json.Valid([]byte(a.body)) {
			t.Errorf("%s: the body is %s", step.name, a.body)
		}
	}
	if names := userNames(t, s.get(t, "/users?deleted=1").body); !cmp.Equal(names, []string{"Anna", "Bob"}) {
		t.Errorf("with the deleted: %q", names)
	}
}

// Following a list's next pages shows everybody once, in the order in which they came.
func TestPaging(t *testing.T) {
	s := serve(t)
	var all, living []string
	for n := range 7 {
		name := fmt.Sprint("User ", n)
		path := s.create(t, name, email(n))
		if all = append(all, name); n == 2 || n == 6 {
			s.send(t, "DELETE", path, "")
			continue
		}
		living = append(living, name)
	}
	for _, first := range []struct {
		path  string
		want  []string
		pages int
	}{
		{"/users?limit=2", living, 3},
		{"/users?limit=5", living, 1},
		{"/users", living, 1},
		{"/users?limit=3&deleted=1", all, 3},
		{"/users?limit=7&deleted=1", all, 1},
	} {
		var got []string
		pages := 0
		for path := first.path; path != ""; pages++ {
			body := s.get(t, path).body
			got = append(got, userNames(t, body)...)
			var list userList
			if err := json.Unmarshal([]byte(body), &list); err != nil {
				t.Fatal(err)
			}
			path = list.Next
		}
		if diff := cmp.Diff(first.want, got); diff != "" || pages != first.pages {
			t.Errorf("%s: %d pages, want %d (-want +got):\n%s", first.path, pages, first.pages, diff)
		}
	}

	user := s.create(t, "Renamed 0", "renamed@example.com")
	for n := range 4 {
		s.send(t, "PATCH", user, object("name", fmt.Sprint("Renamed ", n+1)))
	}
	var versions []int64
	for path := user + "/events?limit=2"; path != ""; {
		var list struct {
			Events []struct{ Version int64 }
			Next   string
		}
		body := s.get(t, path).body
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		for _, e := range list.Events {
			versions = append(versions, e.Version)
		}
		path = list.Next
	}
	if !cmp.Equal(versions, []int64{1, 2, 3, 4, 5}) {
		t.Errorf("versions, two a page: %d", versions)
	}
}

// Of many who want one address at once one gets it; the others are told so.
func TestOneAddressForMany(t *testing.T) {
	s := serve(t)
	const clients = 8
	statuses := make([]int, clients)
	var group sync.WaitGroup
	for n := range clients {
		group.Go(func() {
			statuses[n] = s.send(t, "POST", "/users", newUser(fmt.Sprint("Ann ", n), "ann@example.com", "correct horse")).status
		})
	}
	group.Wait()
	made := 0
	for _, status := range statuses {
		switch status {
		case http.StatusCreated:
			made++
		case http.StatusConflict:
		default:
			t.Errorf("somebody was told %d", status)
		}
	}
	if names := userNames(t, s.get(t, "/users").body); made != 1 || len(names) != 1 {
		t.Errorf("%d were made, and %q are there; want one", made, names)
	}
}

// A page of another site cannot use the service, and browsers are told what no answer is.
func TestBrowsersAreKeptFromHarm(t *testing.T) {
	s := serve(t)
	port := s.url[strings.LastIndex(s.url, ":"):]
	body := newUser("Eve", "eve@example.com", "correct horse")
	for _, step := range []struct {
		name   string
		header []string
		status int
	}{
		{"a page of another site", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an old browser's page of another site", []string{"Origin", "https://evil.example"}, 403},
		{"a form", []string{"Content-Type", "text/plain"}, 415},
		{"another form", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"a name that points here", []string{"Host", "evil.example" + port, "Origin", "http://evil.example" + port, "Sec-Fetch-Site", "same-origin"}, 421},
		{"by name", []string{"Host", "localhost" + port}, 201},
	} {
		if a := s.send(t, "POST", "/users", body, step.header...); a.status != step.status {
			t.Errorf("%s: %d, %s; want %d", step.name, a.status, a.body, step.status)
		}
	}
	if a := s.send(t, "GET", "/users", "", "Host", "evil.example"); a.status != 421 {
		t.Errorf("reading under another name: %d", a.status)
	}
	user := s.create(t, "Ann", "ann@example.com")
	for _, path := range []string{"/", "/users", user, user + "/events", "/style.css", "/none", "/users/7"} {
		header := s.get(t, path).header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// What the pages link to is there.
func TestPages(t *testing.T) {
	s := serve(t)
	var paths []string
	for n := range 3 {
		paths = append(paths, s.create(t, fmt.Sprint("User ", n), email(n)))
	}
	s.send(t, "PATCH", paths[0], `{"name":"Ann"}`)
	s.send(t, "PUT", paths[0]+"/password", object("current", "correct horse", "new", "battery staple"))
	s.send(t, "DELETE", paths[0], "")
	for _, page := range []struct {
		path   string
		status int
		want   []string
		never  []string
	}{
		{"/", 200, []string{"User 1", "User 2", `href="` + paths[1] + `"`, `href="/?deleted=1"`}, []string{"Ann", "More"}},
		{"/?deleted=1", 200, []string{"Ann", "User 1", `class="deleted"`}, []string{"User 0"}},
		{"/?limit=1", 200, []string{"User 1", `href="/?after=` + paths[1][7:] + `&amp;limit=1"`}, []string{"User 2"}},
		{"/?limit=1&after=" + paths[1][7:], 200, []string{"User 2"}, []string{"User 1", "More"}},
		{paths[0], 200, []string{"created as “User 0”", "renamed “Ann”", "given another password", "deleted", "<td>no</td>", "<td>yes</td>"}, []string{"More"}},
		{paths[0] + "?limit=2", 200, []string{"renamed “Ann”", `href="` + paths[0] + `?after=2&amp;limit=2"`}, []string{"given another"}},
		{paths[0] + "?limit=2&after=2", 200, []string{"given another password", "<td>yes</td>"}, []string{"renamed", "More"}},
		{"/style.css", 200, []string{"body {"}, nil},
		{"/?limit=x", 400, []string{"<h1>Bad Request</h1>", "limit must be 1 to 200"}, nil},
		{"/users/7", 404, []string{"<h1>Not Found</h1>", "there is no such user"}, nil},
		{paths[0] + "?after=x", 400, []string{"after must be a version"}, nil},
	} {
		a := s.get(t, page.path)
		if a.status != page.status {
			t.Errorf("%s: %d, want %d", page.path, a.status, page.status)
		}
		for _, want := range page.want {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %s:\n%s", page.path, want, a.body)
			}
		}
		for _, never := range page.never {
			if strings.Contains(a.body, never) {
				t.Errorf("%s has %s:\n%s", page.path, never, a.body)
			}
		}
		kind := "text/html; charset=utf-8"
		if page.path == "/style.css" {
			kind = "text/css; charset=utf-8"
		}
		if got := a.header.Get("Content-Type"); got != kind {
			t.Errorf("%s: content type %q, want %q", page.path, got, kind)
		}
	}
	if body := serve(t).get(t, "/").body; !strings.Contains(body, "Nobody.") {
		t.Errorf("the page of no users:\n%s", body)
	}
}
