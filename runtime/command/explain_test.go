package command_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Rules after a broken one are judged too, also those about other fields, and a rule that is
// said twice.
type combined struct {
	ID     string   `json:"id" es:"id"`
	First  string   `json:"first"`
	Twice  string   `json:"twice" validate:"min=3,max=9,min=3"`
	Second string   `json:"second" validate:"min=3,eqfield=First,alpha"`
	List   []string `json:"list" validate:"len=2,dive,min=2,min=2,nefield=First"`
	Inner  struct {
		Password string `json:"password"`
		Again    string `json:"again" validate:"min=3,eqfield=Password,eqcsfield=First"`
	} `json:"inner"`
	//lint:ignore SA5008 encoding/json takes it for the name "-"
	Dash string `json:"-," validate:"max=1"`
}

func (combined) isItemCommand() {}

func TestRulesAfterABrokenOne(t *testing.T) {
	cmd := combined{ID: "nut", First: "x", Twice: "1", Second: "1", List: []string{"x"}, Dash: "long"}
	cmd.Inner.Password, cmd.Inner.Again = "one", "2"
	got := brokenRules(sent(cmd))
	want := []string{
		"twice min=3", "twice min=3",
		"second min=3", "second eqfield=First", "second alpha",
		"list len=2", "list[0] min=2", "list[0] min=2", "list[0] nefield=First",
		"inner.again min=3", "inner.again eqfield=Password",
		"- max=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The struct that is embedded under an unexported name is one that reflection cannot copy.
type hiddenPart struct {
	Other string `json:"other"`
	Name  string `json:"name" validate:"min=3,eqfield=Other,alpha"`
}

type embedding struct {
	ID string `json:"id" es:"id"`
	hiddenPart
	*shownPart
	Box[int] `json:"box"`
}

type shownPart struct {
	City string `json:"city" validate:"min=3,alpha"`
}

type Box[T any] struct {
	Value T   `json:"value" validate:"min=3,max=1"`
	List  []T `json:"list" validate:"len=1,dive,min=3,ne=0"`
}

func (embedding) isItemCommand() {}

func TestRulesOfEmbeddedStructs(t *testing.T) {
	cmd := embedding{ID: "nut", hiddenPart: hiddenPart{Name: "1"}, Box: Box[int]{Value: 2, List: []int{0, 4}}}
	got := brokenRules(sent(cmd))
	want := []string{"name min=3", "name eqfield=Other", "name alpha", "box.value min=3", "box.value max=1", "box.list len=1", "box.list[0] min=3", "box.list[0] ne=0"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	cmd.shownPart = &shownPart{City: "1"}
	if got := brokenRules(sent(cmd)); !slices.Contains(got, "city min=3") || !slices.Contains(got, "city alpha") {
		t.Errorf("%q", got)
	}
}

// keyed has maps whose values repeat their keys.
type keyed struct {
	ID     string `json:"id" es:"id"`
	Logins map[string]struct {
		Name string `json:"name" validate:"max=3"`
	} `json:"logins" validate:"dive"`
	Deep map[string]map[string][]string `json:"deep" validate:"dive,dive,dive,max=3"`
}

func (keyed) isItemCommand() {}

func TestARefusedValueThatIsAlsoAKey(t *testing.T) {
	const secret = "hunter2"
	cmd := keyed{ID: "nut", Deep: map[string]map[string][]string{"my-" + secret: {"fine": {secret}}}}
	cmd.Logins = map[string]struct {
		Name string `json:"name" validate:"max=3"`
	}{secret: {secret}, "alice": {"longer"}}
	err := sent(cmd)
	if got := fmt.Sprintf("%v %+v", err, brokenRules(err)); strings.Contains(got, secret) {
		t.Error(got)
	}
	if got, want := brokenRules(err), []string{"logins[alice].name max=3", "logins[…].name max=3", "deep[…][fine][0] max=3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// bounded has rules of keys and of values, some of them the same.
type bounded struct {
	ID    string                    `json:"id" es:"id"`
	Names map[string]string         `json:"names" validate:"dive,keys,min=3,alpha,endkeys,min=3,alpha"`
	Deep  map[string]map[string]int `json:"deep" validate:"len=2,dive,keys,min=2,endkeys,min=2,dive,keys,min=3,lowercase,endkeys,min=3,ne=1"`
}

func (bounded) isItemCommand() {}

func TestRulesOfKeysAndOfValues(t *testing.T) {
	cmd := bounded{ID: "nut", Names: map[string]string{"1": "2", "abc": "3", "4": "def"}, Deep: map[string]map[string]int{"x": {"Y": 1}}}
	got := brokenRules(sent(cmd))
	want := []string{
		"names[…] min=3", "names[…] alpha", "names[…] min=3", "names[…] alpha", // 1: both
		"names[…] min=3", "names[…] alpha", // 4: the key
		"names[…] min=3", "names[…] alpha", // abc: the value
		"deep len=2", "deep[…] min=2", "deep[…] min=2",
		"deep[…][…] min=3", "deep[…][…] lowercase", "deep[…][…] min=3", "deep[…][…] ne=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
