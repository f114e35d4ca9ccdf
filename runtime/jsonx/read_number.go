package jsonx

import (
	"math"
	"strconv"
)

// Int reads a signed integer. A number with a fraction or an exponent is none,
// whatever its value.
func (r *Reader) Int() int { return int(r.signed(strconv.IntSize, "an int")) }

// Int8 reads a signed integer of 8 bits.
func (r *Reader) Int8() int8 { return int8(r.signed(8, "an int8")) }

// Int16 reads a signed integer of 16 bits.
func (r *Reader) Int16() int16 { return int16(r.signed(16, "an int16")) }

// Int32 reads a signed integer of 32 bits.
func (r *Reader) Int32() int32 { return int32(r.signed(32, "an int32")) }

// Int64 reads a signed integer of 64 bits.
func (r *Reader) Int64() int64 { return r.signed(64, "an int64") }

// Uint reads an unsigned integer.
func (r *Reader) Uint() uint { return uint(r.unsigned(strconv.IntSize, "a uint")) }

// Uint8 reads an unsigned integer of 8 bits.
func (r *Reader) Uint8() uint8 { return uint8(r.unsigned(8, "a uint8")) }

// Uint16 reads an unsigned integer of 16 bits.
func (r *Reader) Uint16() uint16 { return uint16(r.unsigned(16, "a uint16")) }

// Uint32 reads an unsigned integer of 32 bits.
func (r *Reader) Uint32() uint32 { return uint32(r.unsigned(32, "a uint32")) }

// Uint64 reads an unsigned integer of 64 bits.
func (r *Reader) Uint64() uint64 { return r.unsigned(64, "a uint64") }

// Uintptr reads an unsigned integer of the size of a pointer.
func (r *Reader) Uintptr() uintptr { return uintptr(r.unsigned(strconv.IntSize, "a uintptr")) }

// Float64 reads a number.
func (r *Reader) Float64() float64 { return r.float(64, "a float64") }

// Float32 reads a number as a float of 32 bits.
func (r *Reader) Float32() float32 { return float32(r.float(32, "a float32")) }

func (r *Reader) signed(bits uint, want string) int64 {
	c := r.peek()
	pos := r.pos
	if c == '-' {
		r.pos++
	}
	n, ok := r.digits(pos, want)
	limit := uint64(1) << (bits - 1)
	switch {
	case !ok:
		return 0
	case c == '-' && n <= limit:
		return -int64(n)
	case c != '-' && n < limit:
		return int64(n)
	}
	r.fail(pos, typeError("the number does not fit %s", want))
	return 0
}

func (r *Reader) unsigned(bits uint, want string) uint64 {
	r.peek()
	pos := r.pos
	n, ok := r.digits(pos, want)
	if ok && n>>(bits-1)>>1 != 0 {
		r.fail(pos, typeError("the number does not fit %s", want))
		return 0
	}
	return n
}

// digits reads the digits of an integer that begins at pos, before its sign.
func (r *Reader) digits(pos int, want string) (uint64, bool) {
	data, i := r.data, r.pos
	var n uint64
	for ; i < len(data); i++ {
		digit := data[i] - '0'
		if digit > 9 {
			break
		}
		// Nineteen digits always fit, so that those after them alone are watched.
		if i-r.pos >= 19 && (n > math.MaxUint64/10 || n*10 > math.MaxUint64-uint64(digit)) {
			return 0, r.notInteger(pos, want)
		}
		n = n*10 + uint64(digit)
	}
	count := i - r.pos
	if count == 0 || count > 1 && data[r.pos] == '0' {
		return 0, r.notInteger(pos, want)
	}
	if i < len(data) && (data[i] == '.' || data[i]|0x20 == 'e') {
		return 0, r.notInteger(pos, want)
	}
	r.pos = i
	return n, true
}

// notInteger says why there is no integer at pos. It is always false.
func (r *Reader) notInteger(pos int, want string) bool {
	r.pos = pos
	if pos >= len(r.data) || r.data[pos] != '-' && (r.data[pos] < '0' || r.data[pos] > '9') {
		r.mismatch(want)
		return false
	}
	end, ok := r.numberEnd(pos)
	if !ok {
		return false
	}
	for _, c := range r.data[pos:end] {
		if c == '.' || c|0x20 == 'e' {
			r.fail(pos, typeError("want %s, got a number with a fraction or an exponent", want))
			return false
		}
	}
	if r.data[pos] == '-' {
		r.fail(pos, typeError("want %s, got a negative number", want))
		return false
	}
	r.fail(pos, typeError("the number does not fit %s", want))
	return false
}

// numberEnd checks the number at pos and gives the index after it.
func (r *Reader) numberEnd(pos int) (int, bool) {
	data, i := r.data, pos
	if i < len(data) && data[i] == '-' {
		i++
	}
	switch n := digitsEnd(data, i); {
	case n == i:
		r.unexpected(i, "a digit")
		return 0, false
	case n > i+1 && data[i] == '0':
		r.fail(i, syntaxError("a number begins with 0"))
		return 0, false
	default:
		i = n
	}
	if i < len(data) && data[i] == '.' {
		n := digitsEnd(data, i+1)
		if n == i+1 {
			r.unexpected(n, "a digit")
			return 0, false
		}
		i = n
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		n := digitsEnd(data, i)
		if n == i {
			r.unexpected(n, "a digit")
			return 0, false
		}
		i = n
	}
	return i, true
}

func digitsEnd(data []byte, i int) int {
	for i < len(data) && data[i]-'0' <= 9 {
		i++
	}
	return i
}

// powers are the powers of ten that a float64 holds exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func (r *Reader) float(bits int, want string) float64 {
	c := r.peek()
	if c != '-' && c-'0' > 9 {
		r.mismatch("a number")
		return 0
	}
	pos := r.pos
	end, ok := r.numberEnd(pos)
	if !ok {
		return 0
	}
	text := r.data[pos:end]
	r.pos = end
	if bits == 64 && len(text) <= 17 {
		if v, ok := exactFloat(text); ok {
			return v
		}
	}
	v, err := strconv.ParseFloat(string(text), bits)
	if err != nil {
		r.fail(pos, typeError("the number does not fit %s", want))
		return 0
	}
	return v
}

// exactFloat gives the value of a number without an exponent and of up to 17
// characters, if its digits and the power of ten that they are divided by are
// exact in a float64: then so is the rounding of the one division.
func exactFloat(text []byte) (v float64, ok bool) {
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	digits, decimals, point := uint64(0), 0, false
	for _, c := range text {
		switch {
		case c == '.':
			point = true
		case c-'0' > 9:
			return 0, false
		default:
			digits = digits*10 + uint64(c-'0')
			if point {
				decimals++
			}
		}
	}
	if digits > 1<<53 {
		return 0, false
	}
	v = float64(digits) / powers[decimals]
	if negative {
		v = -v
	}
	return v, true
}
