// Package jsonx writes and reads JSON for generated codecs.
//
// The payload of an event is read each time its aggregate is loaded, so the
// codec of an event should cost what its values cost, and nothing for finding
// out by reflection what they are. Generated code knows the types; this package
// knows JSON.
//
// Writing appends to a buffer. What can fail returns an error, and the buffer
// then ends where the faulty value would begin, from which [EncodeFailed] tells
// its path:
//
//	func appendRenamedJSON(dst []byte, e *Renamed) ([]byte, error) {
//		start := len(dst)
//		var err error
//		if dst, err = jsonx.AppendString(append(dst, `{"name":`...), e.Name); err != nil {
//			return jsonx.EncodeFailed("Renamed", dst, start, err)
//		}
//		if dst, err = jsonx.AppendTime(append(dst, `,"at":`...), e.At); err != nil {
//			return jsonx.EncodeFailed("Renamed", dst, start, err)
//		}
//		return append(dst, '}'), nil
//	}
//
// Reading pulls values out of a [Reader] in the order in which they stand. The
// first error stays, everything after it reads as nothing, and so code that
// reads need not look at errors until the end:
//
//	var fieldsOfRenamed = [...]string{"name", "at"}
//
//	func readRenamedJSON(r *jsonx.Reader, e *Renamed) {
//		var o jsonx.Object
//		for o.Next(r, fieldsOfRenamed[:]) {
//			switch o.Name {
//			case "name":
//				e.Name = r.String()
//			case "at":
//				e.At = r.Time()
//			}
//		}
//	}
//
//	var r jsonx.Reader
//	r.Reset(payload)
//	readRenamedJSON(&r, &e)
//	err := r.End("Renamed") // an *es.DecodeError: which field, at which byte
//
// Values take the form that encoding/json gives them, without its escaping of
// HTML and with times in UTC. Syntax is judged as encoding/json/v2 judges it, in
// what is skipped too: names are case-sensitive and may not come twice, and
// invalid UTF-8, lone surrogates and leading zeros are errors, as is anything
// after the value. Values may nest [MaxDepth] deep. Unknown members of an object
// are skipped. A null leaves what it stands for as it was.
//
// Reading allocates what the values own, and nothing else; a payload that is
// damaged allocates next to nothing, however large it is.
package jsonx
