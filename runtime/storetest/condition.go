package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

var conditionCases = []testCase{
	{"EmptyStore", "in an empty store every condition holds", conditionsOnEmpty},
	{"After", "a condition says that no event that its query selects has a position above After", conditionsAfter},
	{"BeyondHead", "a condition whose After lies beyond the head holds until an event lies beyond it", conditionsBeyond},
	{"EmptyQuery", "a query without items selects every event, and so does an item without types and tags", conditionsOnAnything},
	{"Types", "an item selects events that have any of its types, and of any type where it has none", conditionsOnTypes},
	{"Tags", "an item selects events that have all of its tags, in whatever order", conditionsOnTags},
	{"Items", "a query selects events that match any of its items", conditionsOnItems},
	{"OddTags", "tags are compared byte by byte, whatever they hold", conditionsOnOddTags},
	{"Wide", "queries may have many items, with many types and tags", conditionsWide},
	{"First", "ConditionError says which event broke a condition: the first after After that the query selects", conditionsFirst},
	{"AllMustHold", "all conditions of an append must hold", conditionsAllHold},
	{"Own", "an append's own events do not break its conditions", conditionsOwn},
	{"OneOfSeveral", "an append whose condition is broken is stored in none of its streams", conditionsAtomic},
}

// decide is an append that can be refused for its conditions only.
func (s *subject) decide(c ...es.Condition) es.Append {
	return provided(write(to("decisions", es.ExpectAny, event("decision.made"))), c...)
}

// holds appends on conditions that must hold.
func (s *subject) holds(c ...es.Condition) {
	s.Helper()
	s.append(s.decide(c...))
}

// broken appends on a condition that an event of the record must break.
func (s *subject) broken(by es.Stored, c es.Condition) {
	s.Helper()
	s.breaks(s.decide(c), es.ConditionError{Position: by.Position, Type: by.Type, After: c.After})
}

// put appends one event, and returns it as the store has it.
func (s *subject) put(typ string, tags ...es.Tag) es.Stored {
	s.Helper()
	r := s.append(write(to("facts", es.ExpectAny, event(typ, tags...))))
	got := s.all(es.ReadAll{After: r.Position - 1})
	if len(got) != 1 {
		s.Fatalf("All after position %d yields %d events, want the one at position %d", r.Position-1, len(got), r.Position)
	}
	return got[0]
}

func conditionsOnEmpty(s *subject) {
	s.append(provided(write(to("a", es.ExpectNone, event("room.booked", tag("room", "7")))),
		none(0),
		none(0, tagged(tag("room", "7"))),
		none(0, typed("room.booked")),
		none(12, typed("room.booked"), tagged(tag("room", "7"))),
	))
}

func conditionsAfter(s *subject) {
	room := tagged(tag("room", "7"))
	before := s.put("room.built", tag("room", "8"))
	match := s.put("room.booked", tag("room", "7"))
	s.put("room.booked", tag("room", "8"))

	s.broken(match, none(0, room))
	s.broken(match, none(before.Position-1, room))
	s.broken(match, none(before.Position, room))
	s.broken(match, none(match.Position-1, room))
	s.holds(none(match.Position, room))
	s.holds(none(match.Position+1, room))
	s.holds(none(s.head(), room))
	next := s.put("room.left", tag("room", "7"))
	s.broken(next, none(match.Position, room))
	s.broken(match, none(0, room))
}

func conditionsBeyond(s *subject) {
	s.put("room.booked", tag("room", "7"))
	room := tagged(tag("room", "7"))
	beyond := s.head() + 1_000_000
	s.holds(none(beyond, room))
	s.put("room.booked", tag("room", "7"))
	s.holds(none(beyond, room))
	s.holds(none(beyond))
	s.holds(none(math.MaxInt64, room))
	s.holds(none(math.MaxInt64))
}

func conditionsOnAnything(s *subject) {
	first := s.put("room.booked", tag("room", "7"))
	last := s.put("room.cleaned")
	for _, items := range [][]es.Item{nil, {}, {{}}, {tagged(tag("no", "such")), {}}, {{Types: []string{}, Tags: []es.Tag{}}}} {
		head := s.head()
		s.broken(first, none(0, items...))
		s.broken(last, none(first.Position, items...))
		s.holds(none(head, items...))
	}
}

func conditionsOnTypes(s *subject) {
	booked := s.put("room.booked", tag("room", "7"))
	left := s.put("room.left", tag("room", "7"))
	s.put("Room.Booked")
	s.broken(booked, none(0, typed("room.booked")))
	s.broken(left, none(0, typed("room.left")))
	s.broken(booked, none(0, typed("room.left", "room.booked")))
	s.broken(left, none(booked.Position, typed("room.left", "room.booked")))
	s.holds(none(left.Position, typed("room.left", "room.booked")))
	for _, unknown := range []string{"room.paid", "room", "room.booke", "room.bookedd", "room%", "ROOM.BOOKED", "", " room.booked"} {
		s.holds(none(0, typed(unknown)))
	}
	s.holds(none(0, typed("room.paid", "room.built", "no.such")))
	s.broken(left, none(0, es.Item{Types: []string{"room.left", "no.such"}, Tags: []es.Tag{tag("room", "7")}}))
	s.holds(none(0, es.Item{Types: []string{"room.left"}, Tags: []es.Tag{tag("room", "8")}}))
	s.holds(none(0, es.Item{Types: []string{"no.such"}, Tags: []es.Tag{tag("room", "7")}}))
}

func conditionsOnTags(s *subject) {
	room, person, day := tag("room", "7"), tag("person", "4"), tag("day", "monday")
	both := s.put("room.booked", room, person)
	three := s.put("room.booked", day, person, room)
	s.put("room.booked", room)
	s.put("room.booked")

	s.broken(both, none(0, tagged(room)))
	s.broken(both, none(0, tagged(room, person)))
	s.broken(both, none(0, tagged(person, room)))
	s.broken(both, none(0, tagged(person, person, room)))
	s.broken(three, none(0, tagged(room, person, day)))
	s.broken(three, none(0, tagged(day, room)))
	s.holds(none(three.Position, tagged(person)))
	s.holds(none(0, tagged(room, tag("person", "5"))))
	s.holds(none(0, tagged(tag("room", "8"), person)))
	s.holds(none(0, tagged(tag("room", "4"))))
	s.holds(none(0, tagged(tag("person", "7"))))
	s.holds(none(0, tagged(tag("7", "room"))))
	s.holds(none(0, tagged(tag("room", ""))))
	s.holds(none(0, tagged(tag("", "7"))))
	s.holds(none(0, tagged(tag("roo", "m7"))))
}

func conditionsOnItems(s *subject) {
	a := s.put("room.booked", tag("room", "1"))
	b := s.put("room.left", tag("room", "2"))
	c := s.put("room.cleaned", tag("room", "1"), tag("room", "2"))
	one, two, clean := tagged(tag("room", "1")), tagged(tag("room", "2")), typed("room.cleaned")
	s.broken(a, none(0, two, one))
	s.broken(b, none(0, two, clean))
	s.broken(b, none(a.Position, one, two))
	s.broken(c, none(b.Position, one, two, clean))
	s.broken(c, none(0, tagged(tag("room", "3")), tagged(tag("room", "1"), tag("room", "2"))))
	s.holds(none(c.Position, one, two, clean))
	// Types and tags of different items do not add up.
	s.holds(none(0,
		es.Item{Types: []string{"room.booked"}, Tags: []es.Tag{tag("room", "2")}},
		es.Item{Types: []string{"room.left"}, Tags: []es.Tag{tag("room", "1")}}))
}

func conditionsOnOddTags(s *subject) {
	texts := oddTexts()
	var stored []es.Stored
	for _, text := range texts {
		stored = append(stored, s.put("odd.tagged", tag("k", text), tag("k"+text, "v")))
	}
	head, whole := s.head(), s.all(es.ReadAll{})
	for i, text := range texts {
		s.reads(whole, es.ReadAll{To: head, Query: query(tagged(tag("k", text)))})
		s.reads(whole, es.ReadAll{To: head, Query: query(tagged(tag("k"+text, "v")), tagged(tag(text, "k")))})
		s.broken(stored[i], none(0, tagged(tag("k", text))))
		s.broken(stored[i], none(0, tagged(tag("k"+text, "v"))))
		s.holds(none(head, tagged(tag("k", text))))
		s.holds(none(0, tagged(tag("k", text), tag("k"+text+"x", "v"))))
	}
	long := strings.Repeat("v", 10<<10)
	s.put("odd.tagged", tag("long", long))
	s.holds(none(0, tagged(tag("long", long+"v"))))
	s.holds(none(0, tagged(tag("long", long[1:]))))
}

func conditionsWide(s *subject) {
	var many []es.Tag
	for i := range 60 {
		many = append(many, tag("n", fmt.Sprint(i)))
	}
	wide := s.put("wide.tagged", many...)
	s.broken(wide, none(0, tagged(many...)))
	slices.Reverse(many)
	s.broken(wide, none(0, tagged(many...)))
	s.holds(none(0, tagged(append(many, tag("n", "60"))...)))

	var items []es.Item
	var unknown []string
	for i := range 1200 {
		items = append(items, es.Item{Types: []string{"no.such", "nor.this"}, Tags: []es.Tag{tag("n", fmt.Sprint(i))}})
		unknown = append(unknown, fmt.Sprintf("no.such%d", i))
	}
	s.holds(none(0, items...))
	s.holds(none(0, typed(unknown...)))
	s.broken(wide, none(0, append(items, tagged(tag("n", "7")))...))
	s.broken(wide, none(0, typed(append(unknown, "wide.tagged")...)))

	var conditions []es.Condition
	for i := range 300 {
		conditions = append(conditions, none(0, es.Item{Types: []string{"no.such"}, Tags: []es.Tag{tag("n", fmt.Sprint(i))}}))
	}
	s.holds(conditions...)
	s.breaks(s.decide(append(conditions, none(0, tagged(tag("n", "59"))))...), es.ConditionError{Position: wide.Position, Type: wide.Type})
}

func conditionsFirst(s *subject) {
	var stored []es.Stored
	for i := range 6 {
		stored = append(stored, s.put(fmt.Sprintf("count.%d", i), tag("count", fmt.Sprint(i%2))))
	}
	even, odd := tagged(tag("count", "0")), tagged(tag("count", "1"))
	s.broken(stored[0], none(0, odd, even))
	s.broken(stored[1], none(stored[0].Position, even, odd))
	s.broken(stored[2], none(stored[0].Position, even))
	s.broken(stored[4], none(stored[2].Position, even))
	s.broken(stored[5], none(stored[4].Position, even, odd))
	s.broken(stored[3], none(stored[1].Position, typed("count.5", "count.3", "count.4")))
	s.holds(none(stored[5].Position, even, odd))
}

func conditionsAllHold(s *subject) {
	a := s.put("room.booked", tag("room", "1"))
	b := s.put("room.booked", tag("room", "2"))
	one, two, three := tagged(tag("room", "1")), tagged(tag("room", "2")), tagged(tag("room", "3"))
	s.holds(none(a.Position, one), none(b.Position, two), none(0, three))
	s.breaks(s.decide(none(a.Position, one), none(0, three), none(0, two)),
		es.ConditionError{Position: b.Position, Type: b.Type, After: 0})
	s.breaks(s.decide(none(0, one), none(b.Position, two)),
		es.ConditionError{Position: a.Position, Type: a.Type, After: 0})
	s.refused(s.decide(none(0, one), none(0, two)), es.ErrCondition)
}

func conditionsOwn(s *subject) {
	mine := tag("room", "7")
	s.append(provided(write(
		to("a", es.ExpectNone, events(3, "room.booked", mine)...),
		to("b", es.ExpectNone, events(3, "room.booked", mine)...),
	), none(0, tagged(mine)), none(0, typed("room.booked"))))
	s.append(provided(write(to("a", es.Exactly(3), event("room.booked", mine))), none(s.head())))
}

func conditionsAtomic(s *subject) {
	fact := s.put("room.booked", tag("room", "7"))
	a := provided(write(
		to("a", es.ExpectNone, events(2, "room.left")...),
		to("facts", es.Exactly(1), events(2, "room.left")...),
	), none(0, tagged(tag("room", "7"))))
	s.breaks(a, es.ConditionError{Position: fact.Position, Type: fact.Type, After: 0})
	a.Conditions[0].After = fact.Position
	s.append(a)
}
