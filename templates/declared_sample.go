package templates

import (
	"fmt"
	"math/big"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// mostElements bounds what a sample is lengthened to.
const mostElements = 1000

// declared spells a value of a type that a schema file declares, one that keeps to
// its rules where such a value is easily found. It says false for a type whose values
// are spelt like those of any other.
//
// Nothing depends on the rules being kept: what is stored decodes whatever they say.
func (s *samples) declared(d *schema.Declaration, t *schema.Named, name string) (*jen.Statement, bool) {
	if d.Kind == schema.DeclaredEnum {
		return jen.Id(d.Values[s.turn(d)%len(d.Values)].GoName), true
	}
	if d.Kind != schema.DeclaredScalar {
		return nil, false
	}
	c := &checks{f: s.f, d: d, base: baseOf(d)}
	switch c.base {
	case baseUUID:
		return s.literalType(t).Values(jen.Lit((s.number()-1)%255 + 1)), true
	case baseTime:
		return s.f.typ(t).Call(s.value(d.Is, name)), true
	}
	for _, rule := range d.Rules {
		if rule.Name.Value == "one_of" && len(rule.Values) > 0 {
			return c.literal(rule.Values[s.turn(d)%len(rule.Values)].Value), true
		}
	}
	switch {
	case len(d.Rules) == 0:
		return nil, false
	case c.base == baseText:
		return jen.Lit(textSample(d, words(name), s.number())), true
	case c.base == baseBytes:
		least, most := lengths(d)
		return s.elements(s.literalType(t), &schema.Basic{Kind: schema.Uint8}, int64(max(min(2, most), least)), name), true
	case c.base == baseInt, c.base == baseDuration:
		return jen.Id(intSample(d, s.number()).String()), true
	case c.base == baseFloat:
		return jen.Id(floatSample(d, s.number())), true
	}
	return nil, false
}

// turn counts the values of a declared type, from 0.
func (s *samples) turn(d *schema.Declaration) int {
	if s.turns == nil {
		s.turns = make(map[*schema.Declaration]int)
	}
	n := s.turns[d]
	s.turns[d] = n + 1
	return n
}

// lengths are the bounds that rules give to a length.
func lengths(d *schema.Declaration) (least, most int) {
	most = mostElements
	if v, ok := findRule(d, "max_length"); ok {
		if n, err := strconv.Atoi(v); err == nil {
			most = min(most, n)
		}
	}
	if v, ok := findRule(d, "min_length"); ok {
		if n, err := strconv.Atoi(v); err == nil {
			least = min(n, most)
		}
	}
	return least, most
}

// textSample is the n-th text for a type over strings.
func textSample(d *schema.Declaration, words string, n int) string {
	least, most := lengths(d)
	text := fmt.Sprintf("%s %d", words, n)
	if pattern, ok := findRule(d, "pattern"); ok {
		if found, ok := matching(pattern, n, least, most); ok {
			return found
		}
	}
	if more := least - utf8.RuneCountInString(text); more > 0 {
		text = strings.Repeat("x", more) + text
	}
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	number := strconv.Itoa(n)
	if room := most - len(number) - 1; room > 0 {
		return string([]rune(words)[:room]) + " " + number
	}
	return number[max(0, len(number)-most):]
}

// matching finds a text that a pattern matches, of at least and at most so many
// characters.
func matching(pattern string, n, least, most int) (string, bool) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", false
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	// What may be repeated is repeated more and more often, until the whole is long enough.
	for repeat := range min(least, 100) + 2 {
		var b strings.Builder
		spell(&b, tree.Simplify(), n, repeat)
		text := b.String()
		if length := utf8.RuneCountInString(text); length >= least && length <= most && utf8.ValidString(text) && re.MatchString(text) {
			return text, true
		}
	}
	return "", false
}

// spell writes a text that a pattern matches, if it asks for nothing unusual. Of
// several characters, or alternatives, n says which.
func spell(b *strings.Builder, re *syntax.Regexp, n, repeat int) {
	if b.Len() > 4*mostElements {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(fromClass(re.Rune, n))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune(rune('a' + n%26))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			spell(b, sub, n, repeat)
		}
	case syntax.OpAlternate:
		spell(b, re.Sub[n%len(re.Sub)], n, repeat)
	case syntax.OpQuest:
		if repeat > 0 {
			spell(b, re.Sub[0], n, repeat)
		}
	case syntax.OpStar, syntax.OpPlus:
		times := repeat
		if re.Op == syntax.OpPlus {
			times = max(repeat, 1)
		}
		for range times {
			spell(b, re.Sub[0], n, repeat)
		}
	}
}

// fromClass is the n-th character of a class that anybody can read, the first where
// there is none.
func fromClass(ranges []rune, n int) rune {
	var plain []rune
	for i := 0; i+1 < len(ranges); i += 2 {
		for r := max(ranges[i], '0'); r <= min(ranges[i+1], 'z'); r++ {
			if '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
				plain = append(plain, r)
			}
		}
	}
	switch {
	case len(plain) > 0:
		return plain[n%len(plain)]
	case len(ranges) > 0:
		return ranges[0]
	}
	return utf8.RuneError
}

// intSample is the n-th number for a type over integers.
func intSample(d *schema.Declaration, n int) *big.Int {
	bound := func(rule string) *big.Int {
		text, ok := findRule(d, rule)
		if !ok {
			return nil
		}
		if v, ok := new(big.Int).SetString(text, 0); ok {
			return v
		}
		if v, ok := parseDuration(text); ok {
			return big.NewInt(int64(v))
		}
		return nil
	}
	least, most := bound("min"), bound("max")
	if b, ok := schema.Resolve(d.Is).(*schema.Basic); ok && most == nil {
		_, most, _ = bounds(b.Kind)
	}
	v := big.NewInt(int64(n-1)%127 + 1)
	switch {
	case least != nil && most != nil && (v.Cmp(least) < 0 || v.Cmp(most) > 0):
		span := new(big.Int).Sub(most, least)
		span.Add(span, big.NewInt(1))
		return v.Add(least, v.Mod(v, span))
	case least != nil && v.Cmp(least) < 0:
		return v.Add(least, v)
	case most != nil && v.Cmp(most) > 0 && most.Sign() < 0:
		return most
	case most != nil && v.Cmp(most) > 0:
		return v.Mod(v, new(big.Int).Add(most, big.NewInt(1)))
	}
	return v
}

// floatSample spells the n-th number for a type over floating point numbers.
func floatSample(d *schema.Declaration, n int) string {
	v := float64(n) + 0.5
	if text, ok := findRule(d, "min"); ok {
		if least, err := strconv.ParseFloat(text, 64); err == nil && v < least {
			return text
		}
	}
	if text, ok := findRule(d, "max"); ok {
		if most, err := strconv.ParseFloat(text, 64); err == nil && v > most {
			return text
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
