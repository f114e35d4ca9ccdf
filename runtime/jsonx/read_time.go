package jsonx

import "time"

// Time reads a time in RFC 3339. It is in UTC, whatever offset it was written
// with.
func (r *Reader) Time() time.Time {
	pos := r.pos
	text := r.Text()
	if !r.Got() {
		return time.Time{}
	}
	if t, ok := parseUTC(text); ok {
		return t
	}
	var t time.Time
	if err := t.UnmarshalText(text); err != nil {
		r.fail(pos, typeError("want a time as RFC 3339 has it: %w", err))
		return time.Time{}
	}
	return t.UTC()
}

// parseUTC reads the form that AppendTime writes. What else RFC 3339 knows is
// left to package time.
func parseUTC(text []byte) (t time.Time, ok bool) {
	const layout = "0000-00-00T00:00:00Z"
	if len(text) < len(layout) || len(text) > len(layout)+10 || text[len(text)-1] != 'Z' ||
		text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' {
		return t, false
	}
	year := 100*two(text[0:]) + two(text[2:])
	month, day := two(text[5:]), two(text[8:])
	hour, minute, second := two(text[11:]), two(text[14:]), two(text[17:])
	nanos := 0
	if fraction := text[19 : len(text)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) == 1 {
			return t, false
		}
		for i := range 9 {
			digit := byte(0)
			if i+1 < len(fraction) {
				if digit = fraction[i+1] - '0'; digit > 9 {
					return t, false
				}
			}
			nanos = 10*nanos + int(digit)
		}
	}
	// A part that is not two digits is negative or large.
	if year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 {
		return t, false
	}
	seconds := daySeconds*days(year, month, day) + 60*(60*hour+minute) + second
	return time.Unix(yearZero+int64(seconds), int64(nanos)).UTC(), true
}

// daysIn is how many days a month has.
func daysIn(year, month int) int {
	switch {
	case month != 2:
		return 30 + (month+month>>3)&1
	case year%4 == 0 && (year%100 != 0 || year%400 == 0):
		return 29
	default:
		return 28
	}
}

// days is the inverse of date: the days from the first of January of the year 0.
func days(year, month, day int) int {
	// As there, years begin in March, but here 400 of them earlier.
	year, month = year+400, month-3
	if month < 0 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + day - 1 + 31 + 29 - eraDays
}

// two is the number in the first two digits of b, or one far out of range.
func two(b []byte) int {
	tens, units := b[0]-'0', b[1]-'0'
	if tens > 9 || units > 9 {
		return -1 << 20
	}
	return 10*int(tens) + int(units)
}
