package kinds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// node is a JSON value whose members keep their order.
type node struct {
	// scalar is the text of what is neither an object nor an array.
	scalar string
	object bool
	names  []string
	parts  []*node
}

func parse(decoder *json.Decoder) *node {
	token, err := decoder.Token()
	if err != nil {
		panic(err)
	}
	n := new(node)
	switch token := token.(type) {
	case json.Delim:
		n.object = token == '{'
		for decoder.More() {
			if n.object {
				name, err := decoder.Token()
				if err != nil {
					panic(err)
				}
				n.names = append(n.names, name.(string))
			}
			n.parts = append(n.parts, parse(decoder))
		}
		if _, err := decoder.Token(); err != nil {
			panic(err)
		}
	case string:
		n.scalar = quoted(token)
	case nil:
		n.scalar = "null"
	default:
		n.scalar = fmt.Sprint(token)
	}
	return n
}

func quoted(s string) string {
	b, err := standard(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// vary gives a payload in another form: other spaces, members in another order,
// some left out, others added that nobody knows. Where wrong is set, some values
// are of other types too.
func vary(rng *rand.Rand, payload []byte, wrong bool) []byte {
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	top := parse(decoder)
	v := varier{rng: rng, wrong: wrong, spaces: rng.IntN(2) == 0, shuffle: rng.IntN(2) == 0, escape: rng.IntN(2) == 0}
	for i := 0; rng.IntN(2) == 0; i++ {
		at := rng.IntN(len(top.names) + 1)
		top.names = append(top.names[:at:at], append([]string{"~" + strconv.Itoa(i)}, top.names[at:]...)...)
		top.parts = append(top.parts[:at:at], append([]*node{v.unknown(0)}, top.parts[at:]...)...)
	}
	v.write(top)
	return v.out.Bytes()
}

type varier struct {
	rng                            *rand.Rand
	wrong, spaces, shuffle, escape bool
	out                            bytes.Buffer
}

func (v *varier) unknown(depth int) *node {
	n := new(node)
	kinds := 6
	if depth > 3 {
		kinds = 4
	}
	switch v.rng.IntN(kinds) {
	case 0:
		n.scalar = "null"
	case 1:
		n.scalar = "-12.5E+3"
	case 2:
		n.scalar = "false"
	case 3:
		n.scalar = quoted(text(v.rng))
	case 4:
		for range v.rng.IntN(4) {
			n.parts = append(n.parts, v.unknown(depth+1))
		}
	case 5:
		n.object = true
		for i := range v.rng.IntN(20) {
			n.names = append(n.names, text(v.rng)+strconv.Itoa(i))
			n.parts = append(n.parts, v.unknown(depth+1))
		}
	}
	return n
}

func (v *varier) space() {
	if v.spaces && v.rng.IntN(3) == 0 {
		v.out.WriteString([]string{" ", "\n", "\t\t", "\r\n  "}[v.rng.IntN(4)])
	}
}

func (v *varier) write(n *node) {
	v.space()
	defer v.space()
	if v.wrong && v.rng.IntN(12) == 0 {
		v.out.WriteString([]string{"null", "0", "-1", "300", "1.5", "1e2", "true", `""`, `"x"`, `"7"`, `"null"`, "[]", "{}", "[null]",
			"18446744073709551615", "9223372036854775808", `{"~a":{}}`, "[1,2,3,4,5,6,7,8,9,10]"}[v.rng.IntN(18)])
		return
	}
	if n.scalar != "" {
		v.scalar(n.scalar)
		return
	}
	order := v.rng.Perm(len(n.parts))
	if !v.shuffle || !n.object {
		for i := range order {
			order[i] = i
		}
	}
	brackets := "[]"
	if n.object {
		brackets = "{}"
	}
	v.out.WriteByte(brackets[0])
	v.space()
	first := true
	for _, i := range order {
		if n.object && v.shuffle && v.rng.IntN(10) == 0 {
			continue
		}
		if !first {
			v.out.WriteByte(',')
		}
		first = false
		if n.object {
			v.space()
			v.scalar(quoted(n.names[i]))
			v.space()
			v.out.WriteByte(':')
		}
		v.write(n.parts[i])
	}
	v.out.WriteByte(brackets[1])
}

// scalar writes a scalar. Strings may have letters escaped that need not be.
func (v *varier) scalar(s string) {
	if !v.escape || s[0] != '"' {
		v.out.WriteString(s)
		return
	}
	// literal is how many characters are part of an escape.
	literal := 0
	for i, r := range s {
		if r == '\\' && literal == 0 {
			literal = 2
			if s[i+1] == 'u' {
				literal = 6
			}
		}
		plain := literal == 0 && r != '"'
		literal = max(literal-1, 0)
		switch {
		case plain && r < 0x10000 && v.rng.IntN(8) == 0:
			fmt.Fprintf(&v.out, `\u%04X`, r)
		case plain && r >= 0x10000 && v.rng.IntN(2) == 0:
			fmt.Fprintf(&v.out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			v.out.WriteRune(r)
		}
	}
}
