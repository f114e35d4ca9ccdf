package users

import (
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/crypto/bcrypt"
)

// longestPassword is the most bytes that bcrypt takes.
const longestPassword = 72

// PasswordHash is a bcrypt hash. However it is printed, logged or marshalled, it says
// "[redacted]"; only the codecs of events and rows, which esgen generates, get the hash.
// Keep it in exported fields: package fmt asks no methods of what is in others.
//
//es:value encode=stored decode=restoreHash
type PasswordHash struct{ bcrypt string }

const redacted = "[redacted]"

// HashPassword hashes a password with bcrypt, at a cost of 4 to 31; 0 is bcrypt's
// default. A password of more than 72 bytes is an error.
func HashPassword(password string, cost int) (PasswordHash, error) {
	if cost == 0 {
		cost = bcrypt.DefaultCost
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	if err != nil {
		return PasswordHash{}, fmt.Errorf("users: the password cannot be hashed: %w", err)
	}
	return PasswordHash{string(hash)}, nil
}

// Matches says whether the hash is that of password.
func (h PasswordHash) Matches(password string) bool {
	return bcrypt.CompareHashAndPassword([]byte(h.bcrypt), []byte(password)) == nil
}

func (PasswordHash) String() string { return redacted }

// Format is for the verbs that do not ask for String, such as %#v and %d.
func (PasswordHash) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (PasswordHash) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, which encoding/json asks.
func (PasswordHash) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (h PasswordHash) stored() string { return h.bcrypt }

func restoreHash(bcrypt string) PasswordHash { return PasswordHash{bcrypt} }
