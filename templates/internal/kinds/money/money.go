// Package money has types that events of another package hold.
package money

import "errors"

// Amount is a struct.
type Amount struct {
	Cents    int64  `json:"cents"`
	Currency string `json:"currency"`
}

// Cents is a number.
type Cents int64

// Coin is a value object of another package.
//
//es:value encode=Name decode=ParseCoin
type Coin struct{ name string }

// Name is its form.
func (c Coin) Name() string { return c.name }

// ParseCoin is the other way.
func ParseCoin(name string) (Coin, error) {
	if len(name) > 100 {
		return Coin{}, errors.New("money: no coin has so long a name")
	}
	return Coin{name}, nil
}

// Box is generic, which encoding/json does.
type Box[T any] struct{ Content T }

// Account has an embedded struct.
type Account struct {
	Owner
	Balance Amount
}

// Owner is part of an Account.
type Owner struct {
	Name  string
	Since int
}
