package declared

import (
	"errors"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// refused says which field of a command breaks a rule; nothing where none does.
func refused(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	invalid, ok := errors.AsType[*es.InvalidError](err)
	if !ok {
		t.Errorf("%v is no *es.InvalidError", err)
		return ""
	}
	return invalid.Field
}

// What a constructor refuses a command refuses too, and nothing else.
func TestCommandsAndConstructorsAgree(t *testing.T) {
	commands := NewThingCommands(NewThingRepository(memory.New()))
	agree := func(field string, err error, command ThingCommand) {
		t.Helper()
		want := ""
		if err != nil {
			want = field
		}
		if got := refused(t, commands.Dispatch(t.Context(), command)); got != want {
			t.Errorf("%#v is refused for %q, the constructor says: %v", command, got, err)
		}
	}

	for _, s := range []string{"ab", "abc", "abcde", "abcdef", "äö", "äöü", "日本語日本", "日本語日本語"} {
		name, err := NewName(s)
		if err != nil {
			name = Name(s)
		}
		agree("name", err, Create{ThingID: NewThingID(), Name: name, Count: 1, Channel: ChannelWeb})
	}
	for _, s := range []string{"web", "front-desk", "fax", "Web"} {
		_, err := ParseChannel(s)
		agree("channel", err, Create{ThingID: NewThingID(), Name: "Anna", Count: 1, Channel: Channel(s)})
	}
	for _, n := range []int{0, 1, 5} {
		_, err := NewCount(n)
		agree("count", err, Create{ThingID: NewThingID(), Name: "Anna", Count: Count(n), Channel: ChannelWeb})
	}

	thing := Create{ThingID: NewThingID(), Name: "Anna", Count: 1, Channel: ChannelWeb}
	if err := commands.Dispatch(t.Context(), thing); err != nil {
		t.Fatal(err)
	}
	right := Describe{ThingID: thing.ThingID, Code: "AB-1", Size: "small", Quoted: `"`, Tree: Tree{Label: "root"}, Patience: Patience(2 * time.Minute)}
	for _, s := range []string{"AB-1", "AB-12345", "AB-123456", "ab-1", "AB-1\n"} {
		_, err := NewCode(s)
		c := right
		c.Code = Code(s)
		agree("code", err, c)
	}
	for _, s := range []string{"small", `extra "large"`, "it's", "Small", "its"} {
		_, err := NewSize(s)
		c := right
		c.Size = Size(s)
		agree("size", err, c)
	}
	for _, s := range []string{`"`, "`", `\`, "'", ",", "|", "|,", "a", "x2C"} {
		_, err := NewQuoted(s)
		c := right
		c.Quoted = Quoted(s)
		agree("quoted", err, c)
	}
	for _, d := range []time.Duration{90*time.Second - 1, 90 * time.Second, 2 * time.Hour, 2*time.Hour + 1} {
		_, err := NewPatience(d)
		c := right
		c.Patience = Patience(d)
		agree("patience", err, c)
	}
}
