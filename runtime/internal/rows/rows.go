package rows

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"

	"github.com/esgen/esgen/runtime/es"
)

// DeletedColumn is the column that says whether a row counts as deleted; -1 where there
// is none.
func DeletedColumn(t *es.Table) int {
	return slices.IndexFunc(t.Columns, func(c es.Column) bool { return c.SoftDelete })
}

// Folded is a value of column c as it is told from others. Texts that differ in case
// alone are the same where the column folds, by the full case folding of Unicode.
func Folded(c *es.Column, v any) any {
	if text, ok := v.(string); ok && c.Fold {
		return strings.Map(capitalCherokee, cases.Fold().String(text))
	}
	return v
}

// capitalCherokee mends what package cases folds the wrong way: Unicode folds letters
// of Cherokee to capitals, as they were there first, and cases makes small ones of these
// as well, so that each would be taken for the other one.
func capitalCherokee(r rune) rune {
	if 0x13F8 <= r && r <= 0x13FD || 0xAB70 <= r && r <= 0xABBF {
		return unicode.ToUpper(r)
	}
	return r
}

// MapKey makes a value one that == compares, and so the key of a map. Values of one
// column are the same just where their keys are.
func MapKey(v any) any {
	if b, ok := v.([]byte); ok {
		return [1]string{string(b)} // a type of its own, so that no text is the same
	}
	return v
}

// Claims are the values that a row has for itself, as folded keys of a map, with their
// columns. Of nil there may be any number, and the key's own column needs no claim. The
// values must be those of a row of t; deleted is its DeletedColumn.
func Claims(t *es.Table, deleted int, values []any) iter.Seq2[int, any] {
	return func(yield func(int, any) bool) {
		if !Claiming(t, deleted, values) {
			return
		}
		for i := 1; i < len(t.Columns); i++ {
			if c := &t.Columns[i]; c.Unique && values[i] != nil && !yield(i, MapKey(Folded(c, values[i]))) {
				return
			}
		}
	}
}

// Claiming says whether a row has its unique values for itself: not so one that is
// deleted where that frees them.
func Claiming(t *es.Table, deleted int, values []any) bool {
	return deleted < 0 || !t.Columns[deleted].Frees || values[deleted] != true
}

// Stream is the name of the stream of the aggregate whose row has that key.
func Stream(t *es.Table, key any) string {
	return strings.Replace(t.Category, "{id}", KeyText(key), 1)
}

// KeyText is a key as it stands for {id} in the name of a stream.
func KeyText(key any) string {
	if n, ok := key.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := key.(string)
	return text
}
