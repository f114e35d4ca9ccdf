package declared

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/es"
)

// ruleCase is a value that a constructor takes, or refuses by the rule that is said.
type ruleCase struct {
	what string
	err  error
	rule string
	// value is the value's text, which the error must not hold.
	value string
}

// try calls a constructor. What it takes must be the value itself, and what it refuses
// must give the zero value.
func try[B, T any](t *testing.T, construct func(B) (T, error), value B, rule string) ruleCase {
	t.Helper()
	var zero T
	got, err := construct(value)
	what := fmt.Sprintf("%T of %#v", got, value)
	text := fmt.Sprint(got)
	if err != nil && text != fmt.Sprint(zero) {
		t.Errorf("%s is refused, but given all the same: %s", what, text)
	}
	if want := fmt.Sprint(value); err == nil && text != want {
		t.Errorf("%s is %s", what, text)
	}
	return ruleCase{what, err, rule, fmt.Sprint(value)}
}

// Each rule at its bounds: one below, at, one above.
func TestConstructors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []ruleCase{
		try(t, NewName, "", "min_length=3"),
		try(t, NewName, "ab", "min_length=3"),
		try(t, NewName, "abc", ""),
		try(t, NewName, "abcde", ""),
		try(t, NewName, "abcdef", "max_length=5"),
		try(t, NewName, "äö", "min_length=3"),
		try(t, NewName, "äöü", ""),
		try(t, NewName, "日本語日本", ""),
		try(t, NewName, "日本語日本語", "max_length=5"),
		try(t, NewName, "👍👍👍👍👍", ""),
		try(t, NewName, "e\u0301e\u0301e\u0301", "max_length=5"), // combining marks are characters, too
		try(t, NewName, "\xff\xff\xff", ""),                      // no rule speaks of encodings

		try(t, NewCode, "AB-1", ""),
		try(t, NewCode, "AB-12345", ""),
		try(t, NewCode, "AB-123456", "max_length=8"),
		try(t, NewCode, "ab-1", `pattern=^[A-Z]{2}-\d+$`),
		try(t, NewCode, "AB-1\n", `pattern=^[A-Z]{2}-\d+$`),
		try(t, NewCode, "", `pattern=^[A-Z]{2}-\d+$`),
		try(t, NewQuoted, "\"`\\',|", ""),
		try(t, NewQuoted, "quoted", "pattern=^[\"`\\\\',|]+$"),

		try(t, NewSize, "small", ""),
		try(t, NewSize, `extra "large"`, ""),
		try(t, NewSize, "it's", ""),
		try(t, NewSize, "Small", `one_of=[small, extra "large", it's]`),
		try(t, NewSize, "", `one_of=[small, extra "large", it's]`),
		try(t, NewWord, 2, ""),
		try(t, NewWord, 3, "one_of=[1, 2, 4]"),

		try(t, NewCount, 0, "min=1"),
		try(t, NewCount, 1, ""),
		try(t, NewCount, 9, ""),
		try(t, NewCount, 10, "max=9"),
		try(t, NewTiny, math.MinInt8, ""),
		try(t, NewTiny, 126, ""),
		try(t, NewTiny, 127, "max=126"),
		try(t, NewShort, -6, "min=-5"),
		try(t, NewShort, -5, ""),
		try(t, NewMedium, 100_000, ""),
		try(t, NewMedium, 100_001, "max=100000"),
		try(t, NewLong, math.MinInt64, ""),
		try(t, NewLong, math.MaxInt64-1, ""),
		try(t, NewLong, math.MaxInt64, "max=9223372036854775806"),
		try(t, NewUnsigned, 0, ""),
		try(t, NewUnsigned, 10, ""),
		try(t, NewUnsigned, 11, "max=10"),
		try(t, NewOctet, 0, "min=1"),
		try(t, NewOctet, 1, ""),
		try(t, NewOctet, 255, ""),
		try(t, NewDoubleWord, 1, "min=2"),
		try(t, NewDoubleWord, 2, ""),
		try(t, NewHuge, math.MaxUint64-1, ""),
		try(t, NewHuge, math.MaxUint64, "max=18446744073709551614"),

		try(t, NewShare, math.Nextafter(0, -1), "min=0"),
		try(t, NewShare, 0, ""),
		try(t, NewShare, 1, ""),
		try(t, NewShare, math.Nextafter(1, 2), "max=1"),
		try(t, NewShare, nan, "min=0"),
		try(t, NewShare, inf, "max=1"),
		try(t, NewRatio, math.Nextafter32(0.5, 0), "min=0.5"),
		try(t, NewRatio, 0.5, ""),
		try(t, NewRatio, float32(nan), "min=0.5"),
		try(t, NewDiscount, -0.25, ""),
		try(t, NewDiscount, math.Nextafter(-0.25, 0), "max=-0.25"),
		try(t, NewDiscount, nan, "max=-0.25"),
		try(t, NewDiscount, -inf, ""),

		try(t, NewDigest, nil, "min_length=2"),
		try(t, NewDigest, []byte{77}, "min_length=2"),
		try(t, NewDigest, []byte{77, 78}, ""),
		try(t, NewDigest, []byte{77, 78, 79, 80}, ""),
		try(t, NewDigest, []byte{77, 78, 79, 80, 81}, "max_length=4"),
		try(t, NewPatience, 90*time.Second-1, "min=1m30s"),
		try(t, NewPatience, 90*time.Second, ""),
		try(t, NewPatience, 2*time.Hour, ""),
		try(t, NewPatience, 2*time.Hour+1, "max=2h"),

		try(t, ParseChannel, "web", ""),
		try(t, ParseChannel, "front-desk", ""),
		try(t, ParseChannel, "Web", "enum=[web, phone, front-desk]"),
		try(t, ParseChannel, "", "enum=[web, phone, front-desk]"),
		try(t, ParseWeekday, "sunday", ""),
		try(t, ParseWeekday, "someday", "enum=[monday, tuesday, wednesday, thursday, friday, saturday, sunday]"),
		try(t, ParseThingID, "018f8b3c-7a5d-7c3e-8f00-0123456789ab", ""),
		try(t, ParseThingID, "018f8b3c-7a5d-7c3e-8f00-0123456789", "uuid"),
		try(t, ParseThingID, "", "uuid"),
	} {
		if c.rule == "" {
			if c.err != nil {
				t.Errorf("%s is refused: %v", c.what, c.err)
			}
			continue
		}
		invalid, ok := errors.AsType[*es.InvalidError](c.err)
		if !ok || !errors.Is(c.err, es.ErrInvalid) {
			t.Errorf("%s: %v, want an *es.InvalidError", c.what, c.err)
			continue
		}
		typeName := strings.TrimPrefix(strings.Fields(c.what)[0], "declared.")
		if want := (es.InvalidError{Field: typeName, Rule: c.rule}); *invalid != want {
			t.Errorf("%s: %+v, want %+v", c.what, *invalid, want)
		}
		// A short value can be part of the rule by chance.
		if len(c.value) > 3 && strings.Contains(c.err.Error(), c.value) {
			t.Errorf("%s: the error holds the value: %v", c.what, c.err)
		}
	}
}

func TestEnum(t *testing.T) {
	values := ChannelValues()
	if want := []Channel{ChannelWeb, ChannelPhone, ChannelDesk}; !slices.Equal(values, want) {
		t.Errorf("the values are %v, want %v", values, want)
	}
	for _, c := range values {
		if !c.Valid() {
			t.Errorf("%v is not valid", c)
		}
		if parsed, err := ParseChannel(c.String()); parsed != c || err != nil {
			t.Errorf("%v is parsed as %v, %v", c, parsed, err)
		}
	}
	values[0] = "spoilt"
	if ChannelValues()[0] != ChannelWeb {
		t.Error("the list of values is not the caller's own")
	}
	if Channel("fax").Valid() || Channel("").Valid() || ChannelDesk.String() != "front-desk" {
		t.Error("values are told apart wrongly")
	}
}

func TestNewThingIDs(t *testing.T) {
	before := NewThingID()
	for range 1000 {
		id := NewThingID()
		if strings.Compare(before.String(), id.String()) >= 0 {
			t.Fatalf("%v comes after %v", id, before)
		}
		if parsed, err := ParseThingID(id.String()); parsed != id || err != nil {
			t.Fatalf("%v is parsed as %v, %v", id, parsed, err)
		}
		before = id
	}
}
