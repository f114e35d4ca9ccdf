package users_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/esgen/esgen/examples/users"
)

func TestPasswordHash(t *testing.T) {
	hash, err := users.HashPassword("correct horse", cheap)
	if err != nil {
		t.Fatal(err)
	}
	if !hash.Matches("correct horse") || hash.Matches("correct house") || (users.PasswordHash{}).Matches("") {
		t.Error("the hash matches another password, or not its own")
	}
	for _, wrong := range []struct {
		password string
		cost     int
	}{{strings.Repeat("p", 73), cheap}, {"correct horse", bcrypt.MaxCost + 1}} {
		if _, err := users.HashPassword(wrong.password, wrong.cost); err == nil || strings.Contains(err.Error(), wrong.password) {
			t.Errorf("hashing %q at a cost of %d: %v", wrong.password, wrong.cost, err)
		}
	}
}

// Nobody sees a hash by printing, logging or marshalling what has it.
func TestHashIsRedacted(t *testing.T) {
	hash, err := users.HashPassword("correct horse", cheap)
	if err != nil {
		t.Fatal(err)
	}
	const redacted = "[redacted]"
	values := map[string]any{
		"hash": hash, "pointer": &hash, "event": users.Created{PasswordHash: hash}, "event's pointer": &users.PasswordChanged{PasswordHash: hash},
		"row": users.UserRow{PasswordHash: hash}, "aggregate": &users.User{PasswordHash: hash}, "list": []users.PasswordHash{hash},
	}
	for name, value := range values {
		printed := map[string]string{}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%t", "%10.3s"} {
			printed[verb] = fmt.Sprintf(verb, value)
		}
		var text, lines bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("it", "value", value)
		slog.New(slog.NewJSONHandler(&lines, nil)).Info("it", "value", value)
		printed["slog as text"], printed["slog as JSON"] = text.String(), lines.String()
		for what, marshal := range map[string]func(any) ([]byte, error){"JSON": json.Marshal, "XML": xml.Marshal} {
			b, err := marshal(value)
			if err != nil && what != "XML" { // which knows no maps and the like
				t.Errorf("%s as %s: %v", name, what, err)
			}
			if err == nil {
				printed[what] = string(b)
			}
		}
		for how, got := range printed {
			// An aggregate or a pointer within may be printed as an address.
			if strings.Contains(got, "$2a$") || strings.Contains(got, fmt.Sprintf("%x", "$2a$")) || strings.Contains(got, "36 50 97 36") {
				t.Errorf("%s as %s tells the hash: %s", name, how, got)
			}
			if name == "hash" && !strings.Contains(got, redacted) {
				t.Errorf("%s as %s: %s, want %s", name, how, got, redacted)
			}
		}
	}
}
