package main

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/es"
)

// TestSecrets asks for everything that can be asked for, with success and without, and
// searches all that is said and kept for a password, and for a hash where none belongs.
func TestSecrets(t *testing.T) {
	s := serve(t)
	passwords := []string{"swordfish-one", "swordfish-two", "swordfish-three", "sword7!", "987654321123456789", strings.Repeat("swordfish", 9)}
	one, two, three, short, number, long := passwords[0], passwords[1], passwords[2], passwords[3], passwords[4], passwords[5]
	said := map[string]string{}
	ask := func(want int, method, path, body string, header ...string) answer {
		t.Helper()
		a := s.send(t, method, path, body, header...)
		said[fmt.Sprint(len(said), " ", method, " ", path)] = fmt.Sprint(a.header, a.body)
		if a.status != want {
			t.Errorf("%s %s: %d, %s; want %d", method, path, a.status, a.body, want)
		}
		return a
	}
	user := ask(201, "POST", "/users", newUser("Ann", email(1), one)).header.Get("Location")
	gone := ask(201, "POST", "/users", newUser("Bob", email(2), two)).header.Get("Location")
	ask(204, "PUT", user+"/password", object("current", one, "new", three))
	ask(200, "PATCH", user, object("name", "Anna"))
	ask(204, "DELETE", gone, "")

	ask(409, "POST", "/users", newUser("Another Ann", email(1), two))
	ask(422, "POST", "/users", newUser("Eve", email(3), short))
	ask(422, "POST", "/users", newUser("Eve", email(3), long))
	ask(422, "POST", "/users", newUser("", "", one))
	ask(403, "PUT", user+"/password", object("current", two, "new", one))
	ask(422, "PUT", user+"/password", object("current", three, "new", short))
	ask(422, "PUT", user+"/password", object("current", three, "new", long))
	ask(410, "PUT", gone+"/password", object("current", two, "new", one))
	ask(404, "PUT", "/users/"+short+"/password", object("current", two, "new", one))
	ask(400, "POST", "/users", `{"password":`+number+`}`)
	ask(400, "POST", "/users", `{"password":["`+one+`"]}`)
	ask(400, "POST", "/users", `{"`+one+`":"`+two+`"}`)
	ask(400, "POST", "/users", `{"password":"`+one)
	ask(400, "POST", "/users", `{"password":"`+one+`"} "`+two+`"`)
	ask(400, "POST", "/users", one)
	ask(415, "POST", "/users", one, "Content-Type", "text/plain")
	ask(413, "POST", "/users", newUser("Eve", email(3), strings.Repeat(one, 2000)))
	ask(403, "POST", "/users", newUser("Eve", email(3), one), "Sec-Fetch-Site", "cross-site")
	ask(400, "GET", "/users?after="+one, "")
	ask(400, "GET", user+"/events?limit="+one, "")
	for _, path := range []string{"/", "/?deleted=1", "/users", "/users?deleted=1", user, gone, user + "/events", gone + "/events", "/users/" + one, "/none"} {
		want := 200
		if path == "/none" || strings.HasSuffix(path, one) {
			want = 404
		}
		ask(want, "GET", path, "")
	}

	hashes := hashesOf(t, s.file)
	if len(hashes) != 3 {
		t.Fatalf("%d hashes are kept, want 3", len(hashes))
	}

	// What code gets that reads: printed, as somebody who looks for a mistake would.
	repository := users.NewUserRepository(s.store)
	for row, err := range users.UserTable().WithDeleted().All(t.Context(), s.store, es.Page[uuid.UUID]{}) {
		said["row "+row.Name] = fmt.Sprintf("%v %+v %#v %v", row, row, row, err)
		for e, err := range repository.History(t.Context(), row.ID) {
			said[fmt.Sprint("event ", e.Version, " of ", row.Name)] = fmt.Sprintf("%v %+v %#v %v", e, e, e.Event, err)
		}
	}
	commands := users.NewUserCommands(repository)
	for _, c := range []users.UserCommand{
		users.Create{UserID: [16]byte{1}, Name: "Eve", Email: email(1), Password: one, Cost: cheap},
		users.Create{UserID: [16]byte{1}, Name: "Eve", Email: email(3), Password: one, Cost: 99},
		users.Create{UserID: [16]byte{1}, Name: "Eve", Email: email(3), Password: long},
		users.ChangePassword{UserID: [16]byte{1}, Current: one, New: long},
	} {
		err := commands.Dispatch(t.Context(), c)
		for wrapped := err; wrapped != nil; wrapped = errors.Unwrap(wrapped) {
			said[fmt.Sprintf("error %d", len(said))] = fmt.Sprintf("%v %+v %#v", wrapped, wrapped, wrapped)
		}
		if err == nil {
			t.Errorf("a %T succeeds that cannot", c)
		}
	}

	// At last the file is closed, and the trouble of that is logged.
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	ask(500, "POST", "/users", newUser("Eve", email(3), one))
	ask(500, "GET", "/users", "")
	ask(500, "GET", user, "")
	said["the log"] = s.log.String()
	for _, want := range []string{"command=Create", "outcome=done", "not unique", "command=ChangePassword", "level=ERROR"} {
		if !strings.Contains(said["the log"], want) {
			t.Errorf("the log has nothing of %s, so it is not the log", want)
		}
	}

	for where, text := range said {
		for _, secret := range slices.Concat(passwords, hashes, []string{"$2a$"}) {
			if tells(text, secret) {
				t.Errorf("%s tells %s:\n%s", where, secret, text)
			}
		}
	}
	// The file has the hashes, and no password.
	kept, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(kept, []byte(hashes[0])) || !tells(string(kept), "Anna") {
		t.Error("the file lacks what it must have, so it is not the file")
	}
	for _, password := range passwords {
		if tells(string(kept), password) {
			t.Errorf("the file has the password %s", password)
		}
	}
}

// tells says whether a text has a secret in it, as it is or encoded.
func tells(text, secret string) bool {
	return strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), hex.EncodeToString([]byte(secret))) ||
		strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(secret))) ||
		strings.Contains(text, strings.Trim(fmt.Sprint([]byte(secret)), "[]"))
}

// hashesOf are the hashes in a file: in the table users and in the payloads of events,
// and nowhere else.
func hashesOf(t *testing.T, file string) []string {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	texts := func(query string, args ...any) (list []string) {
		rows, err := db.QueryContext(t.Context(), query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			list = append(list, text)
		}
		return list
	}
	hashes := texts(`SELECT password_digest FROM users UNION SELECT payload ->> '$.passwordHash' FROM user_events WHERE payload ->> '$.passwordHash' IS NOT NULL`)
	var places []string
	for _, column := range texts(`SELECT '"' || m.name || '"."' || c.name || '"' FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type IN ('table', 'view')`) {
		table, name, _ := strings.Cut(column, ".")
		if found := texts(`SELECT count(*) FROM ` + table + ` WHERE instr(CAST(` + name + ` AS TEXT), '$2a$') > 0`); found[0] != "0" {
			places = append(places, column)
		}
	}
	want := []string{`"es_events"."payload"`, `"es_log"."payload"`, `"user_events"."payload"`, `"users"."password_digest"`}
	if slices.Sort(places); !slices.Equal(places, want) {
		t.Errorf("hashes are in %s, want them in %s", places, want)
	}
	return hashes
}
