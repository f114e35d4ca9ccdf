// Package rows says of the rows of state tables what must come out the same in every
// store that keeps them: which values an aggregate has for itself, and which aggregate
// a row is of. Where texts are unique whatever their case, two stores that folded them
// by different rules would let different aggregates in.
//
//	for column, value := range rows.Claims(table, deleted, row.Values) {
//		if holder, taken := claims[claim{column, value}]; taken { … }
//	}
package rows
