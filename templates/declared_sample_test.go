package templates

import (
	"math/big"
	"regexp"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/esgen/esgen/schema"
)

// Samples keep to the rules of their types, and differ where the rules let them.
func TestTextSamples(t *testing.T) {
	for _, test := range []struct {
		pattern     string
		least, most int
		// few says that there are not many texts to choose from.
		few bool
	}{
		{"", 0, 80, false},
		{"", 30, 80, false},
		{"", 3, 5, false},
		{"", 1, 1, true},
		{"", 0, 0, true},
		{"", 200, 200, false},
		{`^[A-Z]{2}-\d+$`, 0, 8, false},
		{`^[a-z]+@[a-z]+\.(com|org)$`, 0, 80, false},
		{`^(a|bc)*$`, 10, 20, true},
		{`^.{3,7}$`, 3, 7, false},
		{`^\S+( \S+)?$`, 0, 80, false},
		{`^[äöü]{4}$`, 4, 4, true},
		{`(?i)^yes$`, 3, 3, true},
		{`^[^a-z]+$`, 12, 90, false},
		{`x`, 5, 9, true},
	} {
		d := scalar("Name", schema.String, ruleOf("min_length", strconv.Itoa(test.least)), ruleOf("max_length", strconv.Itoa(test.most)))
		if test.pattern != "" {
			d.Rules = append(d.Rules, ruleOf("pattern", test.pattern))
		}
		seen := make(map[string]bool)
		for n := 1; n <= 300; n++ {
			text := textSample(d, "guest name", n)
			seen[text] = true
			if length := utf8.RuneCountInString(text); length < test.least || length > test.most {
				t.Errorf("%+v: %q has %d characters", test, text, length)
			}
			if test.pattern != "" && test.pattern != "x" && !regexp.MustCompile(test.pattern).MatchString(text) {
				t.Errorf("%+v: %q does not match", test, text)
			}
		}
		if !test.few && len(seen) < 10 {
			t.Errorf("%+v: only %d texts", test, len(seen))
		}
	}
}

func TestNumberSamples(t *testing.T) {
	for _, test := range []struct {
		kind        schema.BasicKind
		least, most string
	}{
		{schema.Int8, "", ""},
		{schema.Int8, "100", ""},
		{schema.Int8, "", "-100"},
		{schema.Int8, "-128", "127"},
		{schema.Uint8, "", "5"},
		{schema.Uint8, "200", ""},
		{schema.Uint8, "255", "255"},
		{schema.Uint64, "18446744073709551610", ""},
		{schema.Int64, "", "-9223372036854775808"},
		{schema.Int64, "-9223372036854775808", "-9223372036854775807"},
		{schema.Int, "1000000", "1000003"},
		{schema.Int, "", "0"},
	} {
		d := scalar("Count", test.kind)
		least, most, _ := bounds(test.kind)
		if test.least != "" {
			d.Rules = append(d.Rules, ruleOf("min", test.least))
			least.SetString(test.least, 10)
		}
		if test.most != "" {
			d.Rules = append(d.Rules, ruleOf("max", test.most))
			most.SetString(test.most, 10)
		}
		for n := 1; n <= 300; n++ {
			if v := intSample(d, n); v.Cmp(least) < 0 || v.Cmp(most) > 0 {
				t.Errorf("%+v: the sample %d is %v", test, n, v)
			}
		}
	}
	for _, test := range []struct{ least, most string }{{"", ""}, {"0", "1"}, {"1e6", ""}, {"", "-0.25"}, {"0.1", "0.1"}} {
		d := scalar("Share", schema.Float64)
		least, most := -1e9, 1e9
		if test.least != "" {
			d.Rules = append(d.Rules, ruleOf("min", test.least))
			least, _ = strconv.ParseFloat(test.least, 64)
		}
		if test.most != "" {
			d.Rules = append(d.Rules, ruleOf("max", test.most))
			most, _ = strconv.ParseFloat(test.most, 64)
		}
		for n := 1; n <= 300; n++ {
			v, err := strconv.ParseFloat(floatSample(d, n), 64)
			if err != nil || v < least || v > most {
				t.Errorf("%+v: the sample %d is %v, %v", test, n, v, err)
			}
		}
	}
	if least, most, ok := bounds(schema.Uint16); !ok || least.Sign() != 0 || most.Cmp(big.NewInt(65535)) != 0 {
		t.Errorf("the bounds of uint16 are %v and %v", least, most)
	}
}
