package storetest

import (
	"fmt"
	"strings"

	"github.com/esgen/esgen/runtime/es"
)

// describe names an append in a failure.
func describe(a es.Append) string {
	var b strings.Builder
	for i, part := range a.Streams {
		switch {
		case i == 4:
			fmt.Fprintf(&b, " and %d more streams", len(a.Streams)-i)
		case i < 4:
			if i > 0 {
				b.WriteString(" and ")
			}
			fmt.Fprintf(&b, "%s to %q (%s)", counted(len(part.Events), "event"), brief(part.Stream.Name), describeExpected(part.Expected))
			if part.CommandID != "" {
				fmt.Fprintf(&b, " by command %q", brief(part.CommandID))
			}
		}
	}
	for i, c := range a.Conditions {
		if i == 2 {
			fmt.Fprintf(&b, " and %d more conditions", len(a.Conditions)-i)
			break
		}
		fmt.Fprintf(&b, " if after position %d there is no event %s", c.After, describeQuery(c.Query))
	}
	return b.String()
}

func describeExpected(e es.Expected) string {
	switch e {
	case es.ExpectNone:
		return "expecting none"
	case es.ExpectAny:
		return "expecting anything"
	case es.ExpectExists:
		return "expecting that it exists"
	}
	return fmt.Sprintf("expecting version %d", e)
}

// describeQuery reads as what is said of the events that it selects.
func describeQuery(q es.Query) string {
	if len(q.Items) == 0 {
		return "at all"
	}
	var items []string
	for _, it := range q.Items {
		var said []string
		if len(it.Types) > 0 {
			said = append(said, fmt.Sprintf("of type %+q", it.Types))
		}
		for _, tag := range it.Tags {
			said = append(said, fmt.Sprintf("tagged %+q:%+q", tag.Key, tag.Value))
		}
		if len(said) == 0 {
			said = []string{"at all"}
		}
		items = append(items, strings.Join(said, " and "))
	}
	return brief(strings.Join(items, ", or "))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// describeError names a sentinel as it is written in Go.
func describeError(sentinel error) string {
	switch sentinel {
	case es.ErrConflict:
		return "es.ErrConflict"
	case es.ErrExists:
		return "es.ErrExists"
	case es.ErrCondition:
		return "es.ErrCondition"
	case es.ErrDuplicateEvent:
		return "es.ErrDuplicateEvent"
	case es.ErrInvalidAppend:
		return "es.ErrInvalidAppend"
	case es.ErrOutcomeUnknown:
		return "es.ErrOutcomeUnknown"
	}
	return fmt.Sprintf("%q", sentinel)
}

func describeStored(e es.Stored) string {
	return fmt.Sprintf("%s, position %d, version %d of %q, ID %s, payload %s",
		e.Type, e.Position, e.Version, brief(e.Stream.Name), e.ID, brief(string(e.Payload)))
}

func describeRead(opts es.ReadAll) string {
	said := fmt.Sprintf("events %s; after position %d", describeQuery(opts.Query), opts.After)
	if opts.To != 0 {
		said += fmt.Sprintf(" to %d", opts.To)
	}
	if len(opts.Streams) > 0 {
		said += "; of streams " + brief(fmt.Sprintf("%+q", opts.Streams))
	}
	if opts.Limit != 0 {
		said += "; at most " + fmt.Sprint(opts.Limit)
	}
	if opts.Brief {
		said += "; in brief"
	}
	return said
}

// brief cuts what is too long for a message.
func brief(s string) string {
	if len(s) <= 200 {
		return s
	}
	return fmt.Sprintf("%s … (%d bytes)", strings.ToValidUTF8(s[:160], ""), len(s))
}
