package schema

import "strings"

// idPlaceholder stands in a stream's template where the aggregate's ID goes.
const idPlaceholder = "{id}"

// Template is the template of the aggregate's stream, the owner's where it is
// shared: "order-{id}".
func (a *Aggregate) Template() string {
	if owner := a.StreamOwner; owner != nil {
		a = owner
	}
	if a.Stream != nil {
		return a.Stream.Value
	}
	return a.Name.Value + "-" + idPlaceholder
}

// templatesOverlap says whether two templates can spell one stream: if of their
// beginnings one begins the other, and of their ends one ends the other. It gives
// such a stream, with the IDs that lead to it. Templates without exactly one
// placeholder never overlap.
func templatesOverlap(a, b string) (stream, idA, idB string, overlap bool) {
	prefixA, suffixA, okA := strings.Cut(a, idPlaceholder)
	prefixB, suffixB, okB := strings.Cut(b, idPlaceholder)
	if !okA || !okB || strings.Contains(suffixA, idPlaceholder) || strings.Contains(suffixB, idPlaceholder) {
		return "", "", "", false
	}
	prefix, suffix := prefixA, suffixA
	if len(prefixB) > len(prefix) {
		prefix = prefixB
	}
	if len(suffixB) > len(suffix) {
		suffix = suffixB
	}
	if !strings.HasPrefix(prefix, prefixA) || !strings.HasPrefix(prefix, prefixB) ||
		!strings.HasSuffix(suffix, suffixA) || !strings.HasSuffix(suffix, suffixB) {
		return "", "", "", false
	}
	stream = prefix + "1" + suffix
	return stream, stream[len(prefixA) : len(stream)-len(suffixA)], stream[len(prefixB) : len(stream)-len(suffixB)], true
}
