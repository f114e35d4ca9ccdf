//go:build cgo && linux

package torture

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// deed is an append that can be told from its name: two processes that know the deed
// know the append to the byte. Each writer has a stream of its own, where it knows the
// version, and shares some with all others.
type deed struct {
	writer string
	seq    int
	own    int64 // version of the writer's own stream before it
	fill   int   // at most as many bytes are added to a payload
}

func (d deed) String() string { return fmt.Sprintf("%s %d %d %d", d.writer, d.seq, d.own, d.fill) }

// name is the deed's, unique in a file.
func (d deed) name() string { return fmt.Sprintf("%s/%d", d.writer, d.seq) }

const sharedStreams = 4

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func (d deed) append() es.Append {
	rng := rand.New(rand.NewPCG(hashed(d.writer), uint64(d.seq)))
	command := ""
	if rng.IntN(3) == 0 {
		command = d.name()
	}
	part := func(stream, category, key string, expected es.Expected) es.StreamAppend {
		p := es.StreamAppend{
			Stream: es.Stream{Name: stream, Category: category, Key: key}, Expected: expected, CommandID: command,
		}
		for i := range 1 + rng.IntN(4) {
			fill := 0
			if d.fill > 0 {
				fill = rng.IntN(d.fill)
			}
			e := es.NewEvent{
				ID:          uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "%s/%s/%d", d.name(), stream, i)),
				Type:        fmt.Sprintf("thing.event_%d", rng.IntN(7)),
				TypeVersion: 1,
				RecordedAt:  epoch.Add(time.Duration(rng.Int64N(1e15))),
				Payload:     fmt.Appendf(nil, `{"deed":%q,"event":%d,"fill":%q}`, d.name(), i, strings.Repeat(string('a'+rune(rng.IntN(26))), fill)),
			}
			if rng.IntN(2) == 0 {
				e.Tags = []es.Tag{{Key: "writer", Value: d.writer}, {Key: "parity", Value: fmt.Sprint(d.seq % 2)}}
				e.Metadata = fmt.Appendf(nil, `{"correlation_id":%q}`, d.name())
			}
			p.Events = append(p.Events, e)
		}
		return p
	}
	a := es.Append{Streams: []es.StreamAppend{part("own-"+d.writer, "own-{id}", d.writer, es.Exactly(d.own))}}
	if rng.IntN(3) > 0 {
		key := fmt.Sprint(rng.IntN(sharedStreams))
		a.Streams = append(a.Streams, part("shared-"+key, "shared-{id}", key, es.ExpectAny))
	}
	return a
}

// news is what a child tells of a deed.
type news struct {
	what string // begin, ack or refused; unknown and stored are counted only
	deed deed
	// places are those where the events of an acknowledged deed stand: for each
	// stream the last version and the last position.
	places [][2]int64
}

func (n news) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", n.what, n.deed)
	for _, p := range n.places {
		fmt.Fprintf(&b, " %d:%d", p[0], p[1])
	}
	return b.String()
}

func parseNews(line string) (news, error) {
	var n news
	f := strings.Fields(line)
	if len(f) < 5 {
		return n, fmt.Errorf("%q is no news", line)
	}
	n.what, n.deed.writer = f[0], f[1]
	if _, err := fmt.Sscan(strings.Join(f[2:5], " "), &n.deed.seq, &n.deed.own, &n.deed.fill); err != nil {
		return n, fmt.Errorf("%q: %w", line, err)
	}
	for _, place := range f[5:] {
		var p [2]int64
		if _, err := fmt.Sscanf(place, "%d:%d", &p[0], &p[1]); err != nil {
			return n, fmt.Errorf("%q: %w", line, err)
		}
		n.places = append(n.places, p)
	}
	return n, nil
}

// acknowledged is the news of a deed that a store has answered with success.
func acknowledged(d deed, r es.Result) news {
	n := news{what: "ack", deed: d}
	for _, s := range r.Streams {
		n.places = append(n.places, [2]int64{s.LastVersion, s.LastPosition})
	}
	return n
}

// tale is what is known of the deeds done to a file.
type tale struct {
	begun   map[string]deed
	acked   map[string]news
	refused map[string]deed
}

func newTale() *tale {
	return &tale{begun: make(map[string]deed), acked: make(map[string]news), refused: make(map[string]deed)}
}

func (t *tale) add(n news) {
	name := n.deed.name()
	switch n.what {
	case "begin":
		t.begun[name] = n.deed
	case "ack":
		t.acked[name] = n
	case "refused":
		t.refused[name] = n.deed
	}
}

// open are the deeds whose outcome is not known.
func (t *tale) open() []deed {
	var ds []deed
	for name, d := range t.begun {
		_, acked := t.acked[name]
		_, refused := t.refused[name]
		if !acked && !refused {
			ds = append(ds, d)
		}
	}
	return ds
}

// events counts those of the deeds that were acknowledged.
func (t *tale) events() (n int) {
	for _, a := range t.acked {
		for _, s := range a.deed.append().Streams {
			n += len(s.Events)
		}
	}
	return n
}

func (t *tale) clone() *tale {
	return &tale{begun: maps.Clone(t.begun), acked: maps.Clone(t.acked), refused: maps.Clone(t.refused)}
}
