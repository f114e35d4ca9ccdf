package storetest

import (
	"fmt"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

var nameCases = []testCase{
	{"Odd", "a stream's name is any text in UTF-8 but the empty one", oddNames},
	{"Long", "a stream's name may be long", longNames},
	{"Distinct", "streams are the same only where their names are the same bytes", distinctNames},
	{"Many", "there may be many streams", manyNames},
}

// oddTexts are texts that stores tend to trip over: as names, tags, types and keys.
func oddTexts() []string {
	return []string{
		"", " ", "  ", "\t", "\n", "a b", " a", "a ", "a\n", "a\r\nb",
		"a:b", "a=b", "a,b", "a;b", "a|b", "a/b", `a\b`, `\`, "../a", "a.b", "a-b", "a_b", "#", "&", "?",
		"'", `"`, `""`, "`", "a'b", `a"b`, "';--", "%", "a%", "%27", "_", "*", "a*", "[a]", "{id}", "$1", "?1", ":a", "@a", "${a}", "%s",
		"\x00", "a\x00", "a\x00b", "\x01", "\x1f", "\x7f", "\u0080", "\u00a0", "\u200b", "\u2028", "\ufeff", "\ufffd",
		"ß", "é", "e\u0301", "İ", "ı", "世界", "😀", "👩‍👩‍👧", "עברית", "\U0010ffff",
		"null", "NULL", "true", "0", "00", "1", "1.0", "1e3", "-1", "0x1", "NaN", "rowid", "select", "9223372036854775808",
		strings.Repeat("long ", 2048),
	}
}

func oddNames(s *subject) {
	for i, name := range oddTexts() {
		if name == "" {
			continue
		}
		s.append(write(to(name, es.ExpectNone, events(2, "thing.done")...)))
		s.wantEvents("its stream", s.stream(name, es.ReadStream{}), s.record[len(s.record)-2:])
		if i%8 == 0 {
			s.conflicts(write(to(name, es.ExpectNone, event("thing.done"))),
				es.ConflictError{Stream: name, Expected: es.ExpectNone, Actual: 2})
		}
	}
	for _, name := range oddTexts() {
		if name != "" {
			s.append(write(to(name, es.Exactly(2), event("thing.done"))))
			s.wantSame("All of one stream", s.all(es.ReadAll{Streams: []string{name}}), s.stream(name, es.ReadStream{}))
		}
	}
}

func longNames(s *subject) {
	for _, n := range []int{255, 256, 1 << 10, 64 << 10} {
		a, b := strings.Repeat("n", n), strings.Repeat("n", n-1)+"m"
		s.append(write(to(a, es.ExpectNone, event("thing.done")), to(b, es.ExpectNone, event("thing.done"))))
		s.append(write(to(a, es.Exactly(1), event("thing.done"))))
	}
}

func distinctNames(s *subject) {
	for _, name := range []string{
		"order", "Order", "ORDER", "order ", " order", "order\x00", "order\x00x", "orde", "orders", "order%", "order_", "order*",
		"straße", "STRASSE", "strasse", "é", "e\u0301", "É", "ss", "ß", "ẞ", "ſs", "1", "01", "1.0", "+1",
		"Ａ", "A", "a", "а", "ﬁ", "fi", "K", "\u212a", "k",
	} {
		s.append(write(to(name, es.ExpectNone, events(2, "thing.done")...)))
		s.append(write(to(name, es.Exactly(2), event("thing.done"))))
	}
	if got := s.stream("oRDER", es.ReadStream{}); len(got) != 0 {
		s.Fatalf("stream %q has no events, and yields %d", "oRDER", len(got))
	}
}

func manyNames(s *subject) {
	n := scale(1000, 200)
	for i := range n {
		s.append(write(to(fmt.Sprintf("order-%d", i), es.ExpectNone, event("order.placed"))))
	}
	for i := 0; i < n; i += n / 20 {
		s.append(write(to(fmt.Sprintf("order-%d", i), es.Exactly(1), event("order.paid"))))
	}
	s.refused(write(to("order-7", es.ExpectNone, event("order.placed"))), es.ErrExists)
}
