// Package money has the base name of another package.
package money

// Amount is another Amount.
type Amount struct {
	Value float64 `json:"value"`
}
