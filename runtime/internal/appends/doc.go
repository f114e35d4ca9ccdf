// Package appends judges appends for stores: what the contract of es.Store says of
// them must come out the same wherever events are kept.
//
// A store tells what it has as a [Ledger], which has to stay as it is while an
// append is judged and, if it is good, written:
//
//	first, repeated, err := appends.Judge(&a, ledger)
//	if repeated || err != nil {
//		return first, err
//	}
//	// judge the conditions, then write
package appends
