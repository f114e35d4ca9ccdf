package jsonx

import (
	"encoding/base64"
	"math"
	"strconv"
)

// Signed are the types that are written as signed integers.
type Signed interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64
}

// Unsigned are the types that are written as unsigned integers.
type Unsigned interface {
	~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// AppendBool appends true or false.
func AppendBool[T ~bool](dst []byte, v T) []byte { return strconv.AppendBool(dst, bool(v)) }

// AppendInt appends a signed integer, such as a time.Duration.
func AppendInt[T Signed](dst []byte, v T) []byte { return strconv.AppendInt(dst, int64(v), 10) }

// AppendUint appends an unsigned integer.
func AppendUint[T Unsigned](dst []byte, v T) []byte { return strconv.AppendUint(dst, uint64(v), 10) }

// AppendFloat64 appends a float; ErrNotFinite if it is infinite or not a number.
func AppendFloat64[T ~float64](dst []byte, v T) ([]byte, error) {
	return appendFloat(dst, float64(v), 64)
}

// AppendFloat32 appends a float of 32 bits with the digits that tell it from
// its neighbours; ErrNotFinite if it is infinite or not a number.
func AppendFloat32[T ~float32](dst []byte, v T) ([]byte, error) {
	return appendFloat(dst, float64(v), 32)
}

// appendFloat writes the shortest digits that give v back. As in JavaScript,
// the exponent is used for what is below 1e-6 or from 1e21 on.
func appendFloat(dst []byte, v float64, bits int) ([]byte, error) {
	abs := math.Abs(v)
	if n, ok := tenThousandths(abs, bits); ok {
		if v < 0 {
			dst = append(dst, '-')
		}
		return appendTenThousandths(dst, n), nil
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return dst, ErrNotFinite
	}
	format := byte('f')
	if abs != 0 {
		if bits == 64 && (abs < 1e-6 || abs >= 1e21) || bits == 32 && (float32(abs) < 1e-6 || float32(abs) >= 1e21) {
			format = 'e'
		}
	}
	dst = strconv.AppendFloat(dst, v, format, -1, bits)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		// strconv writes exponents of two digits at least: e-09.
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst, nil
}

// tenThousandths gives a float that is written with up to four decimals as their
// number: most are, and to find the digits of an integer takes little. No other
// decimal is as short, as decimals of up to 15 digits all have floats of their own,
// and of up to 6 digits in 32 bits.
func tenThousandths(abs float64, bits int) (n uint64, ok bool) {
	if bits == 32 {
		if !(abs < 1e2) {
			return 0, false
		}
		n = uint64(abs*1e4 + 0.5)
		// Rounded twice, as both numbers are exact in 32 bits the quotient is right.
		return n, n != 0 && float32(float64(n)/1e4) == float32(abs)
	}
	if !(abs < 1e10) {
		return 0, false
	}
	n = uint64(abs*1e4 + 0.5)
	return n, n != 0 && float64(n)/1e4 == abs
}

func appendTenThousandths(dst []byte, n uint64) []byte {
	dst = strconv.AppendUint(dst, n/1e4, 10)
	decimals := n % 1e4
	if decimals == 0 {
		return dst
	}
	dst = append(dst, '.', '0'+byte(decimals/1000), '0'+byte(decimals/100%10), '0'+byte(decimals/10%10), '0'+byte(decimals%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// AppendBytes appends bytes as a string in base64, nil as null.
func AppendBytes[T ~[]byte](dst []byte, v T) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, v)
	return append(dst, '"')
}

// AppendByteSlice is AppendBytes for a slice whose elements have a type of their
// own. It copies the slice first.
func AppendByteSlice[T ~[]E, E ~uint8](dst []byte, v T) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	b := make([]byte, len(v))
	for i := range v {
		b[i] = byte(v[i])
	}
	return AppendBytes(dst, b)
}

// AppendUUID appends a UUID in its usual form, in quotes.
func AppendUUID[T ~[16]byte](dst []byte, v T) []byte {
	const digits = "0123456789abcdef"
	u := [16]byte(v)
	dst = append(dst, `"00000000-0000-0000-0000-000000000000"`...)
	out := dst[len(dst)-37 : len(dst)-1]
	at := 0
	for i, b := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			at++
		}
		out[at], out[at+1] = digits[b>>4], digits[b&15]
		at += 2
	}
	return dst
}
