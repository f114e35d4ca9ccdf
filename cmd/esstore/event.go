package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"github.com/esgen/esgen/cmd/internal/terminal"
	"github.com/esgen/esgen/runtime/es"
)

// Times are shown with as many digits always, so that they stand below one another.
const (
	shortTime = "2006-01-02T15:04:05.000Z"
	fullTime  = "2006-01-02T15:04:05.000000000Z"
)

// eventFlags say how events are printed.
type eventFlags struct{ json, full bool }

// eventPrinter prints events, each on a line.
type eventPrinter struct {
	eventFlags
	w     *bufio.Writer
	width int // of the terminal, 0 where lines are not cut
	// streams says that the events are those of several streams.
	streams bool
	// Columns become wider as need be.
	number, where, typ int
}

func newEventPrinter(w io.Writer, flags eventFlags) *eventPrinter {
	p := &eventPrinter{eventFlags: flags, w: bufio.NewWriter(w), number: 6}
	if !flags.full {
		p.width = terminal.Width(w)
	}
	return p
}

func (p *eventPrinter) flush() error { return p.w.Flush() }

func (p *eventPrinter) print(e *es.Stored) error {
	if p.json {
		return printJSON(p.w, toEventJSON(e))
	}
	number, where := e.Version, ""
	if p.streams {
		number, where = e.Position, fmt.Sprintf("%s@%d", printableName(e.Stream.Name), e.Version)
		where = pad(where, &p.where) + "  "
	}
	typ := printableName(e.Type)
	if e.TypeVersion != 1 {
		typ = fmt.Sprintf("%s v%d", typ, e.TypeVersion)
	}
	layout := shortTime
	if p.full {
		layout = fullTime
	}
	p.number = max(p.number, len(fmt.Sprint(number)))
	line := fmt.Sprintf("%*d  %s  %s%s  %s", p.number, number, e.RecordedAt.Format(layout), where, pad(typ, &p.typ), payloadText(e.Payload))
	if _, err := fmt.Fprintln(p.w, cut(line, p.width)); err != nil || !p.full {
		return err
	}
	return p.printRest(e)
}

// printRest prints what is known of an event beside the event.
func (p *eventPrinter) printRest(e *es.Stored) error {
	var tags []string
	for _, tag := range e.Tags {
		tags = append(tags, printableName(tag.Key)+"="+printableName(tag.Value))
	}
	for _, field := range []struct{ name, text string }{
		{"position", fmt.Sprint(e.Position)},
		{"id", e.ID.String()},
		{"tags", strings.Join(tags, ", ")},
		{"metadata", payloadText(e.Metadata)},
	} {
		if field.text == "" || field.name == "position" && p.streams {
			continue
		}
		if _, err := fmt.Fprintf(p.w, "        %-8s  %s\n", field.name, field.text); err != nil {
			return err
		}
	}
	return nil
}

// pad fills text up to the width that its column has by now. Long texts do not widen
// it, for they are rare.
func pad(text string, column *int) string {
	const widest = 40
	n := uniseg.StringWidth(text)
	*column = max(*column, min(n, widest))
	return text + strings.Repeat(" ", max(0, *column-n))
}

// cut is as much of a line as has room on the screen; all of it where width is 0.
func cut(line string, width int) string {
	if width <= 0 || len(line) <= width {
		return line // no character is wider than its bytes are many
	}
	if uniseg.StringWidth(line) <= width {
		return line
	}
	used, end := 0, 0
	for rest, state := line, -1; rest != ""; {
		var cluster string
		var n int
		cluster, rest, n, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+n > width-1 {
			break
		}
		used += n
		end += len(cluster)
	}
	return line[:end] + "…"
}

// payloadText is a payload, or metadata, on one line.
func payloadText(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	var b bytes.Buffer
	if json.Compact(&b, text) != nil {
		return printableName(string(text))
	}
	return string(printableJSON(b.Bytes()))
}

// eventJSON is an event as programs get it.
type eventJSON struct {
	Position    int64           `json:"position"`
	Stream      string          `json:"stream"`
	Version     int64           `json:"version"`
	Category    string          `json:"category,omitempty"`
	Key         string          `json:"key,omitempty"`
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	TypeVersion int             `json:"typeVersion"`
	RecordedAt  time.Time       `json:"recordedAt"`
	Tags        []tagJSON       `json:"tags,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
	Payload     json.RawMessage `json:"payload,omitempty"`
	PayloadText string          `json:"payloadText,omitempty"`
}

type tagJSON struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func toEventJSON(e *es.Stored) eventJSON {
	j := eventJSON{
		Position: e.Position, Stream: e.Stream.Name, Version: e.Version, Category: e.Stream.Category, Key: e.Stream.Key,
		ID: e.ID.String(), Type: e.Type, TypeVersion: e.TypeVersion, RecordedAt: e.RecordedAt,
	}
	for _, tag := range e.Tags {
		j.Tags = append(j.Tags, tagJSON(tag))
	}
	if json.Valid(e.Metadata) {
		j.Metadata = e.Metadata
	}
	if json.Valid(e.Payload) {
		j.Payload = e.Payload
	} else {
		j.PayloadText = string(e.Payload)
	}
	return j
}

// printJSON prints a value on one line.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(append(printableJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), '\n'))
	return err
}
