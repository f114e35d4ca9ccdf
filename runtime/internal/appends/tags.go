package appends

import (
	"slices"

	"github.com/esgen/esgen/runtime/es"
)

// DistinctTags returns tags in their order, each once. Where none stands twice,
// that is tags itself; tags is never changed.
func DistinctTags(tags []es.Tag) []es.Tag {
	for i, tag := range tags {
		if slices.Contains(tags[:i], tag) {
			kept := slices.Clone(tags[:i])
			for _, tag := range tags[i+1:] {
				if !slices.Contains(kept, tag) {
					kept = append(kept, tag)
				}
			}
			return kept
		}
	}
	return tags
}
