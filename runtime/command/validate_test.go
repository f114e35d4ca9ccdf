package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

type (
	guestName string
	orderID   uuid.UUID
	channel   string
	side      int // its Valid has a pointer receiver
	line      struct {
		SKU   string `json:"sku" validate:"required,min=3"`
		Count int    `json:"count" validate:"min=1"`
	}
	address struct {
		City string `json:"city" validate:"required"`
	}
	base struct {
		Note string `json:"note" validate:"max=5"`
	}
)

func (c channel) Valid() bool { return c == "web" || c == "desk" }
func (s *side) Valid() bool   { return *s == 0 || *s == 1 }

// order has a field for each way in which a rule can be met.
type order struct {
	ID       string               `json:"id" es:"id" validate:"required"`
	Order    orderID              `json:"orderId" validate:"required"`
	Text     uuid.UUID            `json:"text" validate:"pattern=^0"`
	Guest    guestName            `json:"guest" validate:"min=3,max=8,pattern=^[A-Z0x2C0x7C]"`
	Channel  channel              `json:"channel" validate:"valid"`
	Side     side                 `json:"side" validate:"valid"`
	Email    *string              `json:"email,omitempty" validate:"omitempty,email"`
	Password string               `json:"password" validate:"min=8,max=72"`
	At       time.Time            `json:"at" validate:"required"`
	For      time.Duration        `json:"for" validate:"min=1s"`
	Lines    []line               `json:"lines" validate:"min=2,dive"`
	Codes    []guestName          `json:"codes" validate:"dive,min=3,pattern=^[A-Z]"`
	Grid     [][]int              `json:"grid" validate:"dive,min=1,dive,max=9"`
	Prices   map[string]int       `json:"prices" validate:"dive,min=1"`
	Tokens   map[guestName]string `json:"tokens" validate:"dive,keys,min=3,endkeys,min=2"`
	Named    map[string]*line     `json:"named" validate:"dive"`
	Address  *address             `json:"address" validate:"required"`
	Unnamed  int                  `validate:"oneof=1 2"`
	Hidden   int                  `json:"-" validate:"max=1|eq=7"`
	Confirm  string               `json:"confirm" validate:"eqfield=Password"`
	base
	Do func() error `json:"-"`
}

func (order) isItemCommand() {}
func (o order) Validate() error {
	if o.Do != nil {
		return o.Do()
	}
	return nil
}

func sound() order {
	return order{
		ID: "nut", Order: orderID{1}, Guest: "Alice", Channel: "web", Password: "correct horse", Confirm: "correct horse",
		At: time.Unix(1, 0), For: time.Second, Lines: []line{{"abc", 1}, {"def", 1}}, Codes: []guestName{"ABC"}, Grid: [][]int{{1}},
		Prices: map[string]int{"a": 1}, Tokens: map[guestName]string{"abc": "de"}, Named: map[string]*line{"x": {"abc", 1}, "nil": nil},
		Address: &address{"Rome"}, Unnamed: 1, Hidden: 7,
	}
}

// sent dispatches a command that has no aggregate to go to.
func sent(cmd itemCommand) error {
	return command.NewDispatcher(newItems(memory.New()), func(cmd itemCommand) (command.Route[item, string], error) {
		id := "nut"
		if o, ok := cmd.(order); ok {
			id = o.ID
		}
		return command.Create(id, func(*item) error { return nil }), nil
	}).Dispatch(context.Background(), cmd)
}

func brokenRules(err error) []string {
	var rules []string
	for _, e := range command.Invalid(err) {
		rules = append(rules, e.Field+" "+e.Rule)
	}
	return rules
}

func TestRules(t *testing.T) {
	if err := sent(sound()); err != nil {
		t.Fatal(err)
	}
	email := "nobody"
	for _, c := range []struct {
		name  string
		spoil func(*order)
		want  []string
	}{
		{"a declared string", func(o *order) { o.Guest = "Al" }, []string{"guest min=3"}},
		{"characters and not bytes", func(o *order) { o.Guest = "Ärger" }, []string{"guest pattern=^[A-Z,|]"}},
		{"comma and bar in a pattern", func(o *order) { o.Guest = ",,|" }, nil},
		{"all rules of a field", func(o *order) { o.Guest = "al" }, []string{"guest min=3", "guest pattern=^[A-Z,|]"}},
		{"a declared array", func(o *order) { o.Order = orderID{} }, []string{"orderId required"}},
		{"a type with a text", func(o *order) { o.Text = uuid.UUID{0xff} }, []string{"text pattern=^0"}},
		{"an enum", func(o *order) { o.Channel = "smoke" }, []string{"channel valid"}},
		{"Valid of a pointer", func(o *order) { o.Side = 2 }, []string{"side valid"}},
		{"an optional pointer", func(o *order) { o.Email = &email }, []string{"email email"}},
		{"a required pointer", func(o *order) { o.Address = nil }, []string{"address required"}},
		{"behind a pointer", func(o *order) { o.Address = &address{} }, []string{"address.city required"}},
		{"a time", func(o *order) { o.At = time.Time{} }, []string{"at required"}},
		{"a duration", func(o *order) { o.For = time.Millisecond }, []string{"for min=1s"}},
		{"too few elements, and one of them", func(o *order) { o.Lines = []line{{"x", 0}} }, []string{"lines min=2", "lines[0].sku min=3", "lines[0].count min=1"}},
		{"elements", func(o *order) { o.Lines[1] = line{} }, []string{"lines[1].sku required", "lines[1].count min=1"}},
		{"all rules of an element", func(o *order) { o.Codes = []guestName{"ABC", "de"} }, []string{"codes[1] min=3", "codes[1] pattern=^[A-Z]"}},
		{"elements of elements", func(o *order) { o.Grid = [][]int{{1}, {}, {1, 10}} }, []string{"grid[1] min=1", "grid[2][1] max=9"}},
		{"values of a map", func(o *order) { o.Prices = map[string]int{"b-2": 0, "a_1": -1, "c": 1} }, []string{"prices[a_1] min=1", "prices[b-2] min=1"}},
		{"odd keys of a map", func(o *order) { o.Prices = map[string]int{"a].sku": 0, strings.Repeat("k", 41): 0, "\n": 0} },
			[]string{"prices[…] min=1", "prices[…] min=1", "prices[…] min=1"}},
		{"keys with rules", func(o *order) { o.Tokens = map[guestName]string{"ab": "c"} }, []string{"tokens[…] min=3", "tokens[…] min=2"}},
		{"structs in a map", func(o *order) { o.Named["x"].SKU = "ab" }, []string{"named[x].sku min=3"}},
		{"no JSON name", func(o *order) { o.Unnamed = 3 }, []string{"Unnamed oneof=1 2"}},
		{"not in JSON, alternatives", func(o *order) { o.Hidden = 8 }, []string{"Hidden max=1|eq=7"}},
		{"another field", func(o *order) { o.Confirm = "wrong" }, []string{"confirm eqfield=Password"}},
		{"an embedded struct", func(o *order) { o.Note = "much too long" }, []string{"note max=5"}},
		{"the aggregate", func(o *order) { o.ID = "" }, []string{"id required"}},
		{"many at once", func(o *order) { o.Note, o.ID, o.Guest, o.Hidden = "much too long", "", "x", 9 },
			[]string{"id required", "guest min=3", "guest pattern=^[A-Z,|]", "Hidden max=1|eq=7", "note max=5"}},
	} {
		cmd := sound()
		c.spoil(&cmd)
		err := sent(cmd)
		if got := brokenRules(err); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if len(c.want) == 0 {
			continue
		}
		for _, e := range command.Invalid(err) {
			if e.Command != "order" {
				t.Errorf("%s: %+v", c.name, e)
			}
		}
		if _, ok := errors.AsType[*es.InvalidError](err); !ok || !errors.Is(err, es.ErrInvalid) {
			t.Errorf("%s: %v does not match es.ErrInvalid", c.name, err)
		}
	}
}

type (
	deep struct {
		*base
		address `json:"place"`
		ID      string                    `json:"id" es:"id"`
		Any     any                       `json:"any"`
		Keys    map[int]map[string][]line `json:"keys" validate:"dive,dive,dive"`
		Times   []time.Time               `json:"times" validate:"min=2,dive,required"`
		Count   int                       `json:"count" validate:"min=2,max=0|eq=7,lte=0"`
	}
)

func (deep) isItemCommand() {}

func TestDeepPaths(t *testing.T) {
	cmd := deep{
		base: &base{"much too long"}, ID: "nut", Any: line{"ab", 1},
		Keys:  map[int]map[string][]line{7: {"x": {{"abc", 1}, {"abc", 0}}}, -1: {"y z": {{"", 1}}}},
		Times: []time.Time{{}},
		Count: 1,
	}
	want := []string{"note max=5", "place.city required", "any.sku min=3", "keys[-1][…][0].sku required", "keys[7][x][1].count min=1",
		"times min=2", "times[0] required", "count min=2", "count max=0|eq=7", "count lte=0"}
	if got := brokenRules(sent(cmd)); !slices.Equal(got, want) {
		t.Errorf("%q,\nwant %q", got, want)
	}
}

// The aggregate's ID may not be zero, whatever the tags say; that matches es.ErrNoID too.
func TestNoTarget(t *testing.T) {
	commands, _ := stocked100(t)
	err := commands.Dispatch(t.Context(), take{})
	if got := brokenRules(err); !slices.Equal(got, []string{"count min=1", "id required"}) || !errors.Is(err, es.ErrNoID) || !errors.Is(err, es.ErrInvalid) {
		t.Errorf("%v: %q", err, got)
	}
}

// What was refused may be a password: it is nowhere in the error, nor in what it wraps.
func TestTheRefusedValueIsNowhere(t *testing.T) {
	const secret = "s3cret"
	cmd := sound()
	cmd.Password, cmd.Confirm, cmd.Guest, cmd.Channel, cmd.Note = secret, secret+"!", secret, secret, secret
	cmd.Prices = map[string]int{secret + " ": 0}
	cmd.Tokens = map[guestName]string{secret: "x"}
	cmd.Named = map[string]*line{"x": {SKU: secret[:2]}}
	cmd.Codes = []guestName{secret}
	cmd.Lines = nil
	err := sent(cmd)
	if n := len(command.Invalid(err)); n < 8 {
		t.Fatalf("%d rules are broken: %v", n, err)
	}
	var all strings.Builder
	var show func(error)
	show = func(err error) {
		fmt.Fprintf(&all, "%v\n%+v\n%#v\n%s\n%q\n", err, err, err, err, err)
		b, jsonErr := json.Marshal(err)
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		all.Write(b)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Error("refused", "error", err)
		slog.New(slog.NewTextHandler(&log, nil)).Error("refused", "error", err)
		all.Write(log.Bytes())
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			for _, part := range e.Unwrap() {
				show(part)
			}
		case interface{ Unwrap() error }:
			show(e.Unwrap())
		}
	}
	show(err)
	if text := all.String(); strings.Contains(text, secret[:2]) {
		at := strings.Index(text, secret[:2])
		t.Errorf("it says %s", text[max(0, at-100):min(len(text), at+100)])
	}
}

type pointed struct {
	ID string `json:"id" es:"id"`
	N  int    `json:"n" validate:"min=1"`
}

func (pointed) isItemCommand() {}
func (p *pointed) Validate() error {
	if p.N == 0 {
		return &es.InvalidError{Field: "n", Rule: "not on Sundays"}
	}
	return nil
}

// A command's own rules come beside those of its tags.
func TestOwnRules(t *testing.T) {
	sentinel := errors.New("the moon is full")
	shared := &es.InvalidError{Field: "guest", Rule: "known"}
	for _, c := range []struct {
		name string
		err  error
		want []string
		text string
	}{
		{"any error", sentinel, nil, "invalid order: the moon is full"},
		{"an InvalidError", shared, []string{"guest known"}, "invalid order: field guest breaks the rule known"},
		{"several", errors.Join(shared, sentinel, &es.InvalidError{Command: "other", Rule: "odd"}), []string{"guest known", " odd"},
			"invalid order: field guest breaks the rule known; invalid order: the moon is full; invalid other: the command breaks the rule odd"},
		{"several, with a text", fmt.Errorf("both %w and %w", shared, sentinel), []string{"guest known"},
			"invalid order: both invalid guest: the value breaks the rule known and the moon is full"},
	} {
		cmd := sound()
		cmd.Do = func() error { return c.err }
		err := sent(cmd)
		if !errors.Is(err, es.ErrInvalid) || !errors.Is(err, sentinel) && !strings.Contains(c.name, "InvalidError") {
			t.Errorf("%s: %v matches too little", c.name, err)
		}
		if got := brokenRules(err); err.Error() != c.text || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %q", c.name, err, got)
		}
		cmd.Guest = "A"
		if got := brokenRules(sent(cmd)); len(got) != len(c.want)+1 || got[0] != "guest min=3" {
			t.Errorf("%s, beside a tag: %q", c.name, got)
		}
	}
	cmd := sound()
	cmd.Do = func() error { var none *es.InvalidError; return none }
	if err := sent(cmd); err != nil {
		t.Errorf("an InvalidError that was never set: %v", err)
	}
	if shared.Command != "" {
		t.Errorf("the command's own error was changed: %+v", shared)
	}
	if got := brokenRules(sent(pointed{ID: "nut"})); !slices.Equal(got, []string{"n min=1", "n not on Sundays"}) {
		t.Errorf("a method of the pointer: %q", got)
	}
}

type (
	unknownRule struct {
		ID   string `json:"id" es:"id"`
		Name string `json:"name" validate:"mni=3"`
	}
	badParameter struct {
		ID   string `json:"id" es:"id"`
		Good int    `json:"good" validate:"min=1"`
		Name string `json:"name" validate:"min=three"`
	}
	badKind struct {
		ID string   `json:"id" es:"id"`
		Is struct{} `json:"is" validate:"min=1"`
	}
	badPattern struct {
		ID   string `json:"id" es:"id"`
		Name string `json:"name" validate:"pattern=("`
	}
	patternOfNumber struct {
		ID string `json:"id" es:"id"`
		N  int    `json:"n" validate:"pattern=1"`
	}
	notValid struct {
		ID string `json:"id" es:"id"`
		N  int    `json:"n" validate:"valid"`
	}
	badDive struct {
		ID   string `json:"id" es:"id"`
		Name string `json:"name" validate:"dive,min=3"`
	}
	nestedBad struct {
		ID   string        `json:"id" es:"id"`
		List []unknownRule `json:"list" validate:"dive"`
	}
)

func (unknownRule) isItemCommand()     {}
func (badParameter) isItemCommand()    {}
func (badKind) isItemCommand()         {}
func (badPattern) isItemCommand()      {}
func (patternOfNumber) isItemCommand() {}
func (notValid) isItemCommand()        {}
func (badDive) isItemCommand()         {}
func (nestedBad) isItemCommand()       {}

// A rule that cannot be judged is an error that names the command and the field, and no
// panic, every time.
func TestTagsThatAreNoGood(t *testing.T) {
	for _, c := range []struct {
		cmd  itemCommand
		want string
	}{
		{unknownRule{Name: "s3cret"}, `command unknownRule: the rules of field name cannot be judged: its tag validate:"mni=3", or one within, is no good for a string`},
		{badParameter{Name: "s3cret", Good: 1}, `command badParameter: the rules of field name`},
		{badKind{}, `command badKind: the rules of field is`},
		{badPattern{Name: "s3cret"}, `command badPattern: the rules of field name`},
		{patternOfNumber{N: 1}, `command patternOfNumber: the rules of field n`},
		{notValid{N: 1}, `command notValid: the rules of field n`},
		{badDive{Name: "s3cret"}, `command badDive: the rules of field name`},
		{nestedBad{List: []unknownRule{{}}}, `command nestedBad: the rules of field list`},
	} {
		for range 2 {
			err := sent(c.cmd)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "s3cret") || errors.Is(err, es.ErrInvalid) {
				t.Errorf("%v, want %s", err, c.want)
			}
		}
	}
}
