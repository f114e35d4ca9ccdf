package kinds

import "errors"

var (
	errLevel  = errors.New("not a level")
	errAge    = errors.New("too old")
	errStrict = errors.New("unknown")
)
