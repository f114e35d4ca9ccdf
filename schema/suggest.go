package schema

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Nearest is the candidate that name was probably meant to be, or empty: one that
// differs in case only, or by one slip of the fingers, or by two in a name of more
// than eight letters. Of several that are equally near it is the first in the order
// of the alphabet.
func Nearest(name string, candidates []string) string {
	limit := 1
	if utf8.RuneCountInString(name) > 8 {
		limit = 2
	}
	best, bestDistance := "", limit+1
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		if strings.EqualFold(candidate, name) {
			return candidate
		}
		if d := editDistance([]rune(name), []rune(candidate)); d < bestDistance && d < utf8.RuneCountInString(candidate) {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that lead from a to b.
func editDistance(a, b []rune) int {
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// didYouMean is a help line for a name that nothing has: the nearest candidate,
// else all of them, else empty.
func didYouMean(name, kind string, candidates []string) string {
	switch near := Nearest(name, candidates); {
	case near != "":
		return "did you mean " + near + "?"
	case len(candidates) > 0:
		return "the " + kind + " here: " + enumerate(candidates)
	}
	return ""
}

// enumerate spells a list, a long one cut: "A, B and C".
func enumerate(names []string) string {
	const most = 12
	if extra := len(names) - most; extra > 1 {
		return strings.Join(names[:most], ", ") + " and " + count(extra, "other")
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// count spells a number of things: "1 error", "2 errors".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
