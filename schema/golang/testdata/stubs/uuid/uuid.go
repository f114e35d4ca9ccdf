// Package uuid stands for the package of that name.
package uuid

type UUID [16]byte

func (u UUID) MarshalText() ([]byte, error)  { return u[:], nil }
func (u *UUID) UnmarshalText(b []byte) error { copy(u[:], b); return nil }

type NullUUID struct {
	UUID  UUID
	Valid bool
}

func (u NullUUID) MarshalJSON() ([]byte, error)  { return nil, nil }
func (u *NullUUID) UnmarshalJSON(b []byte) error { return nil }
