package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/esgen/esgen/runtime/jsonx/bench/event"
)

// What is measured of each contestant with each event.
const (
	encode         = "encode"
	decode         = "decode"
	decodeShuffled = "decode, shuffled keys"
	decodeUnknown  = "decode, three unknown fields"
)

// A benchmark is one contestant doing one thing with one event.
type benchmark struct {
	Event, Action, Library string
	// Bytes is the size of the event in JSON.
	Bytes int
	// run does it n times.
	run func(n int) error
}

// benchmarks lists those of this binary, after it has checked that every contestant does right.
func benchmarks() ([]benchmark, error) {
	placed, err := suite("event of 5 fields", &event.SamplePlaced, libraries(esgenPlaced(), jxPlaced()))
	if err != nil {
		return nil, err
	}
	dispatched, err := suite("event of 30 fields", &event.SampleDispatched, libraries(esgenDispatched(), jxDispatched()))
	if err != nil {
		return nil, err
	}
	noted, err := suite("event of one string", &event.SampleNoted, libraries(esgenNoted(), jxNoted()))
	if err != nil {
		return nil, err
	}
	return append(append(placed, dispatched...), noted...), nil
}

// suite checks the contestants with an event, and gives their benchmarks.
func suite[E any](name string, sample *E, libraries []library[E]) ([]benchmark, error) {
	canonical, err := canonicalForm(sample)
	if err != nil {
		return nil, err
	}
	payloads := []struct {
		action string
		change func([]byte) ([]byte, error)
	}{
		{decode, func(data []byte) ([]byte, error) { return data, nil }},
		{decodeShuffled, shuffled},
		{decodeUnknown, withUnknown},
	}

	var list []benchmark
	add := func(action, library string, run func(n int) error) {
		list = append(list, benchmark{name, action, library, len(canonical), run})
	}
	for _, l := range libraries {
		if err := checkEncode(l, sample, canonical); err != nil {
			return nil, fmt.Errorf("%s, %s: %w", l.name, name, err)
		}
		add(encode, l.name, l.encodeTimes(sample, len(canonical)))
	}
	for _, p := range payloads {
		data, err := p.change(canonical)
		if err != nil {
			return nil, err
		}
		if p.action != decode && bytes.Equal(data, canonical) {
			continue // a single member has one order
		}
		for _, l := range libraries {
			if l.decode == nil {
				continue
			}
			if err := checkDecode(l, data, sample); err != nil {
				return nil, fmt.Errorf("%s, %s, %s: %w", l.name, name, p.action, err)
			}
			add(p.action, l.name, l.decodeTimes(data))
		}
	}
	return list, nil
}

// canonicalForm is what esgen writes, from the library that it is measured against.
func canonicalForm(v any) ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// checkEncode checks that the library writes what is equivalent to the canonical form, and reads what
// it has written.
func checkEncode[E any](l library[E], sample *E, canonical []byte) error {
	data, err := l.encode(make([]byte, 0, len(canonical)), sample)
	if err != nil {
		return err
	}
	got, err := generic(data)
	if err != nil {
		return fmt.Errorf("%w in %s", err, data)
	}
	want, err := generic(canonical)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("encoded %s, want %s", data, canonical)
	}
	if l.decode == nil {
		return nil
	}
	return checkDecode(l, data, sample)
}

// generic is JSON with all numbers as they are written.
func generic(data []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// checkDecode checks that the library reads the sample from data, and that the event owns its memory.
func checkDecode[E any](l library[E], data []byte, sample *E) error {
	lent := bytes.Clone(data)
	var got E
	if err := l.decode(lent, &got); err != nil {
		return fmt.Errorf("%w in %s", err, data)
	}
	clear(lent)
	if !reflect.DeepEqual(&got, sample) {
		return fmt.Errorf("decoded %+v from %s, want %+v", got, data, *sample)
	}
	return nil
}

func (l library[E]) encodeTimes(e *E, size int) func(n int) error {
	dst := make([]byte, 0, 2*size)
	return func(n int) error {
		for range n {
			if _, err := l.encode(dst, e); err != nil {
				return err
			}
		}
		return nil
	}
}

// decodeTimes decodes into one event over and over, so that the event itself is not allocated. Each
// time it is zero before, so that all it owns is.
func (l library[E]) decodeTimes(data []byte) func(n int) error {
	e := new(E)
	return func(n int) error {
		for range n {
			var zero E
			*e = zero
			if err := l.decode(data, e); err != nil {
				return err
			}
		}
		return nil
	}
}
