package schema

import (
	"strings"
	"testing"
)

// What was inferred once is in the store for ever, so these never change.
func TestInferredNames(t *testing.T) {
	for _, test := range []struct{ goName, want string }{
		{"Created", "order.created"},
		{"OrderCreated", "order.order_created"},
		{"NameChanged", "order.name_changed"},
		{"HTTPServerStarted", "order.http_server_started"},
		{"UserID", "order.user_id"},
		{"ID", "order.id"},
		{"A", "order.a"},
		{"ABTest", "order.ab_test"},
		{"V2Shipped", "order.v2_shipped"},
		{"Paid2Times", "order.paid2_times"},
		{"Sent_Twice", "order.sent_twice"},
		{"created", "order.created"},
		{"IPv4Changed", "order.i_pv4_changed"},
		{"ÜberWiesen", "order.über_wiesen"},
		{"", "order."},
	} {
		if got := inferWireName("order", test.goName); got != test.want {
			t.Errorf("%s: got %s, want %s", test.goName, got, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, test := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"Cancled", []string{"Cancelled"}, ""},
		{"Canceled", []string{"Cancelled"}, "Cancelled"},
		{"Cnacelled", []string{"Cancelled"}, "Cancelled"},
		{"Canellled", []string{"Cancelled"}, "Cancelled"},
		{"ORDER", []string{"Other", "Order"}, "Order"},
		{"Ordr", []string{"Orde", "Order"}, "Orde"},
		{"X", []string{"Y"}, ""},
		{"Placed", []string{"Shipped"}, ""},
		{"", []string{"A"}, ""},
		{"A", nil, ""},
		{"evnet", []string{"event", "apply"}, "event"},
		{"evt", []string{"event", "apply"}, ""},
		{"aggregattes", []string{"event", "aggregate"}, "aggregate"},
		{"agregat", []string{"aggregate"}, ""},
		{"idd", []string{"child", "id"}, "id"},
		{"x", []string{"id"}, ""},
		{"grösse", []string{"größe"}, ""},
		{"grösze", []string{"größe"}, ""},
		{"größ", []string{"größe"}, "größe"},
	} {
		if got := Nearest(test.name, test.candidates); got != test.want {
			t.Errorf("%q among %v: got %q, want %q", test.name, test.candidates, got, test.want)
		}
	}
}

func TestTemplatesOverlap(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want string
	}{
		{"order-{id}", "cart-{id}", ""},
		{"order-{id}", "order_line-{id}", ""},
		{"order-{id}", "order-{id}", "order-1"},
		{"order-{id}", "order-line-{id}", "order-line-1"},
		{"order-{id}-x", "order-{id}-y", ""},
		{"order-{id}-x", "order-{id}", "order-1-x"},
		{"{id}", "order-{id}", "order-1"},
		{"{id}-a", "b-{id}", "b-1-a"},
		{"a-{id}-ab", "a-b-{id}b", "a-b-1-ab"},
		{"no", "{id}", ""},
		{"{id}{id}", "{id}", ""},
	} {
		for range 2 {
			stream, idA, idB, overlap := templatesOverlap(test.a, test.b)
			if stream != test.want || overlap != (test.want != "") {
				t.Errorf("%s and %s: got %q, %v; want %q", test.a, test.b, stream, overlap, test.want)
			}
			if overlap {
				for template, id := range map[string]string{test.a: idA, test.b: idB} {
					if got := strings.Replace(template, idPlaceholder, id, 1); test.a != test.b && got != stream {
						t.Errorf("ID %s in %s gives %s, not %s", id, template, got, stream)
					}
				}
			}
			test.a, test.b = test.b, test.a
		}
	}
}

func TestMatchPath(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", false},
		{"a/...", "a/b/c", true},
		{"a/...", "a", true},
		{"a/...", "ab", false},
		{"...", "anything/at/all", true},
		{"a...c", "a/b/c", true},
		{"a...c", "a/b/d", false},
		{"a/.../d", "a/b/c/d", true},
		{"", "a", false},
	} {
		if got := matchPath(test.pattern, test.name); got != test.want {
			t.Errorf("%s, %s: got %v", test.pattern, test.name, got)
		}
	}
}

func TestMayImport(t *testing.T) {
	for _, test := range []struct {
		importer, path string
		want           bool
	}{
		{"example.com/a", "example.com/b", true},
		{"example.com/a", "example.com/a/internal/x", true},
		{"example.com/a/b", "example.com/a/internal/x", true},
		{"example.com/ab", "example.com/a/internal/x", false},
		{"example.com/a", "internal/poll", false},
		{"example.com/a/b", "example.com/a/internal/b/internal/c", false},
		{"example.com/a", "example.com/b/internalized", true},
		{"example.com/a", "example.com/b/internal", false},
	} {
		if got := mayImport(test.importer, test.path); got != test.want {
			t.Errorf("%s imports %s: got %v", test.importer, test.path, got)
		}
	}
}
