package jsonx

import "time"

// Unix seconds of the first instant of the year 0 and of the year 10000.
const (
	yearZero   = -62167219200
	yearTenK   = 253402300800
	daySeconds = 24 * 60 * 60
	// eraDays are the days of 400 years, after which the calendar repeats.
	eraDays = 400*365 + 97
)

// AppendTime appends a time in UTC, in RFC 3339 with as many digits of the
// second as it needs, in quotes; ErrYear if its year does not have four digits.
// The monotonic reading and the location are not encoded.
func AppendTime(dst []byte, t time.Time) ([]byte, error) {
	seconds := t.Unix()
	if seconds < yearZero || seconds >= yearTenK {
		return dst, ErrYear
	}
	sinceZero := uint64(seconds - yearZero)
	year, month, day := date(int(sinceZero / daySeconds))
	clock := int(sinceZero % daySeconds)

	dst = append(dst, `"0000-00-00T00:00:00`...)
	out := dst[len(dst)-19:]
	put2(out, 0, year/100)
	put2(out, 2, year%100)
	put2(out, 5, month)
	put2(out, 8, day)
	put2(out, 11, clock/3600)
	put2(out, 14, clock/60%60)
	put2(out, 17, clock%60)

	if nanos := t.Nanosecond(); nanos != 0 {
		var fraction [10]byte
		fraction[0] = '.'
		for i := 9; i > 0; i-- {
			fraction[i] = '0' + byte(nanos%10)
			nanos /= 10
		}
		n := 10
		for fraction[n-1] == '0' {
			n--
		}
		dst = append(dst, fraction[:n]...)
	}
	return append(dst, 'Z', '"'), nil
}

// put2 writes two digits at i.
func put2(out []byte, i, n int) {
	out[i], out[i+1] = '0'+byte(n/10), '0'+byte(n%10)
}

// date is the date in the Gregorian calendar of a day, counted from the first of
// January of the year 0. It counts years from March, so that the day that some
// of them lack is the last.
func date(days int) (year, month, day int) {
	days -= 31 + 29 // the year 0 is a leap year
	era := 0
	if days < 0 {
		era, days = -1, days+eraDays
	} else {
		era, days = days/eraDays, days%eraDays
	}
	yearOfEra := (days - days/1460 + days/36524 - days/146096) / 365
	dayOfYear := days - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	// The months from March on have 31 30 31 30 31, twice, and then the rest.
	m := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*m+2)/5 + 1
	year = yearOfEra + 400*era
	if month = m + 3; month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}
