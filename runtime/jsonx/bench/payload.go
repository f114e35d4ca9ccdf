package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// member is a member of a JSON object, its name in quotes.
type member struct{ name, value []byte }

// shuffled gives the members of all objects in data in an order in which none follows the one that
// it followed before. It is the same order each time.
func shuffled(data []byte) ([]byte, error) {
	return shuffle(data, rand.New(rand.NewPCG(1, 2)))
}

func shuffle(data []byte, random *rand.Rand) ([]byte, error) {
	switch data[0] {
	case '[':
		var elements []json.RawMessage
		if err := json.Unmarshal(data, &elements); err != nil {
			return nil, err
		}
		out := []byte{'['}
		for i, element := range elements {
			if i > 0 {
				out = append(out, ',')
			}
			element, err := shuffle(element, random)
			if err != nil {
				return nil, err
			}
			out = append(out, element...)
		}
		return append(out, ']'), nil
	case '{':
		members, err := objectMembers(data)
		if err != nil {
			return nil, err
		}
		shuffled := make([]member, len(members))
		for i, from := range permutation(len(members), random) {
			value, err := shuffle(members[from].value, random)
			if err != nil {
				return nil, err
			}
			shuffled[i] = member{members[from].name, value}
		}
		return joinMembers(shuffled), nil
	default:
		return data, nil
	}
}

// permutation is one in which no number follows the one before it.
func permutation(n int, random *rand.Rand) []int {
search:
	for {
		p := random.Perm(n)
		for i := range max(n-1, 0) {
			if p[i+1] == p[i]+1 {
				continue search
			}
		}
		return p
	}
}

// withUnknown adds three members of scalar values to an object, spread among its own.
func withUnknown(data []byte) ([]byte, error) {
	members, err := objectMembers(data)
	if err != nil {
		return nil, err
	}
	unknown := []member{
		{[]byte(`"source"`), []byte(`"import"`)},
		{[]byte(`"attempt"`), []byte(`3`)},
		{[]byte(`"dryRun"`), []byte(`false`)},
	}
	var all []member
	for i, m := range members {
		all = append(all, m)
		for len(unknown) > 0 && (i+1)*4 >= len(members)*(4-len(unknown)) {
			all = append(all, unknown[0])
			unknown = unknown[1:]
		}
	}
	return joinMembers(all), nil
}

func objectMembers(data []byte) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var members []member
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("want the name of a member, got %v", token)
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{quoted, value})
	}
	return members, nil
}

func joinMembers(members []member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, m.name...), ':'), m.value...)
	}
	return append(out, '}')
}
