package visible

import (
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

func TestText(t *testing.T) {
	for s, want := range map[string]string{
		"":                        "",
		"order-7":                 "order-7",
		`it's "7" \ Zoë\u00a0王 😀`: `it's "7" \ Zoë\u00a0王 😀`,
		"7\u00a0m":                "7\u00a0m",
		"\x1b[2J7":                `"\x1b[2J7"`,
		"7\nERROR all is lost":    `"7\nERROR all is lost"`,
		"\u009b2J":                `"\u009b2J"`,
		"a\u202eb":                `"a\u202eb"`,
		"a\u2028b":                `"a\u2028b"`,
		"\x00":                    `"\x00"`,
		"\xff":                    `"\xff"`,
	} {
		if got := Text(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
		if got := (&es.UniqueError{Aggregate: "a", Column: "b", Stream: s}).Error(); got != "a: its b is taken, by stream "+want {
			t.Errorf("%q: es says %q", s, got)
		}
	}
}
