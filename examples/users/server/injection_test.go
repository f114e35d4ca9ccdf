package main

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/mattn/go-sqlite3"
)

// hostile are names that would do harm where they were taken for SQL, HTML, a template
// or a format.
var hostile = []string{
	`'); DROP TABLE users; --`,
	`" OR ""="`,
	`'||(SELECT password_digest FROM users)||'`,
	"`; DELETE FROM es_events; --",
	`?1 :name @name $name`,
	`<script>document.title='pwned'</script>`,
	`</title><script>document.title='pwned'</script>`,
	`</bdi></td><img src=x onerror="document.title='pwned'">`,
	`" onmouseover="alert(1)" x="`,
	`javascript:alert(1)`,
	`{{.PasswordHash}} {{define "x"}}`,
	`]]><!-- <b> &lt;b&gt; &amp;amp;`,
	`%s %d %!v(MISSING) \u003c \\ "`,
	"\u202eright to left\u202c",
	`null`,
}

// contents are the names of all that is in the file, and how many events and users are.
func contents(t *testing.T, file string) (names []string, events, people int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var list string
	err = db.QueryRow(`SELECT (SELECT json_group_array(type || ' ' || name || ' ' || coalesce(sql, '')) FROM sqlite_schema),
		(SELECT count(*) FROM es_events), (SELECT count(*) FROM users)`).Scan(&list, &events, &people)
	if err == nil {
		err = json.Unmarshal([]byte(list), &names)
	}
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names, events, people
}

// Whatever a value says, it is stored and shown as it is.
func TestValuesAreValues(t *testing.T) {
	s := serve(t)
	before, _, _ := contents(t, s.file)
	user := s.create(t, "First", email(0))
	for _, name := range hostile {
		if a := s.send(t, "PATCH", user, object("name", name)); a.status != 200 {
			t.Fatalf("renaming to %q: %d, %s", name, a.status, a.body)
		}
		if names := userNames(t, s.get(t, "/users").body); !cmp.Equal(names, []string{name}) {
			t.Errorf("the list has %q, want %q", names, name)
		}
		list := parse(t, s.get(t, "/").body)
		list.judge(t, name)
		if got := list.texts["bdi"]; !cmp.Equal(got, []string{name, email(0)}) {
			t.Errorf("the page shows %q, want %q", got, name)
		}
		timeline := parse(t, s.get(t, user).body)
		timeline.judge(t, name)
		if h1, title := timeline.texts["h1"], timeline.texts["title"]; !cmp.Equal(h1, []string{name}) || !cmp.Equal(title, []string{name}) {
			t.Errorf("the timeline is called %q and %q, want %q", h1, title, name)
		}
	}
	for n, name := range hostile { // as a first name, and as a password
		if a := s.send(t, "POST", "/users", newUser(name, email(n+1), name+" password")); a.status != 201 {
			t.Errorf("creating %q: %d, %s", name, a.status, a.body)
		}
	}
	const allowed = `"<script>alert(1)</script>"@example.com` // an address, as RFC 5322 has it
	s.create(t, "Eve", allowed)
	if list := parse(t, s.get(t, "/").body); !slices.Contains(list.texts["bdi"], allowed) {
		t.Errorf("the page shows %q, which lacks %s", list.texts["bdi"], allowed)
	} else {
		list.judge(t, allowed)
	}
	for _, address := range []string{`'; DROP TABLE users; --@example.com`, `<b>eve</b>@example.com`, `x@example.com' OR '1'='1`} {
		if a := s.send(t, "POST", "/users", newUser("Eve", address, "correct horse")); a.status != 422 {
			t.Errorf("the address %q: %d, %s", address, a.status, a.body)
		}
	}
	_, events, people := contents(t, s.file)
	for _, text := range append(hostile, `1; DROP TABLE users`, `0 OR 1=1`, `' OR '1'='1`, `../../etc/passwd`) {
		for _, path := range []string{
			"/users/" + url.PathEscape(text) + "/events", "/users/" + url.PathEscape(text), "/users?after=" + url.QueryEscape(text),
			"/users?limit=" + url.QueryEscape(text), "/?deleted=" + url.QueryEscape(text), user + "?after=" + url.QueryEscape(text),
		} {
			if a := s.get(t, path); a.status != 400 && a.status != 404 {
				t.Errorf("GET %s: %d, %s", path, a.status, a.body)
			} else if strings.Contains(a.body, "pwned") || strings.Contains(a.body, "alert") {
				t.Errorf("GET %s says it again: %s", path, a.body)
			}
		}
		s.send(t, "DELETE", "/users/"+url.PathEscape(text), "")
		s.send(t, "PATCH", "/users/"+url.PathEscape(text), object("name", "Eve"))
	}
	after, eventsAfter, peopleAfter := contents(t, s.file)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the file has other tables (-before +after):\n%s", diff)
	}
	if people != len(hostile)+2 || events != 2*len(hostile)+2 || eventsAfter != events || peopleAfter != people {
		t.Errorf("%d users with %d events, and then %d with %d; want %d with %d", people, events, peopleAfter, eventsAfter, len(hostile)+2, 2*len(hostile)+2)
	}
	if got := parse(t, s.get(t, user).body).texts["td"]; len(got) != 6*(len(hostile)+1) {
		t.Errorf("the timeline has %d cells, want 6 for each of %d events", len(got), len(hostile)+1)
	}
}
