package command_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/command"
)

// Whatever stands in a command: validation neither panics nor shows what it refuses, and
// finds each field that breaks a rule, also behind keys that look like paths.
func FuzzValidation(f *testing.F) {
	f.Add("key", "value")
	f.Add("a].sku", "b")
	f.Add("…", "")
	f.Add("[x][y]", "x].sku")
	f.Add("\x00\xff", "}")
	f.Fuzz(func(t *testing.T, key, value string) {
		const marker = "Q7s3cret" // not in the names of fields and rules
		cmd := sound()
		cmd.Guest, cmd.Note, cmd.Channel = guestName(marker+value+"x"), marker+value, channel(marker+value)
		cmd.Tokens = map[guestName]string{guestName(key): marker, guestName(marker + value): "x"}
		cmd.Prices = map[string]int{key: 0, key + "].sku": 0, value: -1}
		cmd.Named = map[string]*line{key: {SKU: "", Count: 1}, key + "].SKU": {SKU: "abc", Count: 0}}
		err := sent(cmd)
		fields := map[string]int{}
		for _, e := range command.Invalid(err) {
			if e.Field == "" {
				t.Errorf("a rule without a field: %+v", e)
			}
			field, _, _ := strings.Cut(e.Field, "[")
			fields[field]++
		}
		for field, least := range map[string]int{"guest": 1, "note": 1, "channel": 1, "tokens": 1, "prices": len(cmd.Prices), "named": len(cmd.Named)} {
			if fields[field] < least {
				t.Errorf("%d rules of %s are broken, want %d at least: %v", fields[field], field, least, err)
			}
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, marker) {
			t.Errorf("it says %s", text)
		}
	})
}
