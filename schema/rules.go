package schema

import (
	"slices"
	"strings"
)

// rule is one rule of meaning: what it is called, how it is explained, and what
// finds where it is broken, nil where that of another rule does. The explanations are
// written with ¦ for the backquote.
type rule struct {
	CodeInfo
	check func(*checker)
}

// rules are all rules of meaning, in the order of their codes: ES01 are about
// aggregates, events and what connects them, ES03 about what is stored, ES06 about
// commands, ES07 about decision models and tags, ES08 about snapshots,
// ES10 about tables.
var rules = slices.Concat(
	aggregateRules, eventRules, eventDataRules, applyRules, shapeRules, nameRules, streamRules, childRules, childIDRules,
	predeclaredRules, registryRules, typeRules, jsonRules, valueRules,
	commandRules, handlerRules, targetRules, validationTagRules,
	decisionRules, tagRules, snapshotRules, tableRules,
)

// Codes lists what Check may find, sorted by code.
func Codes() []CodeInfo {
	infos := make([]CodeInfo, len(rules))
	for i, r := range rules {
		infos[i] = r.CodeInfo
		infos[i].Text = strings.ReplaceAll(strings.TrimSpace(r.Text), "¦", "`") + "\n"
	}
	slices.SortFunc(infos, func(a, b CodeInfo) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return infos
}
