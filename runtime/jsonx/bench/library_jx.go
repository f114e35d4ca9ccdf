package main

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/go-faster/jx"

	"github.com/esgen/esgen/runtime/jsonx/bench/event"
)

// jx has no generator of its own for Go types: this is what one would write by hand. Encoding uses
// its low-level writer with constant text between the values, which is the quickest that it has.

func jxPlaced() library[event.Placed]         { return jxLibrary(writePlaced, readPlaced) }
func jxDispatched() library[event.Dispatched] { return jxLibrary(writeDispatched, readDispatched) }
func jxNoted() library[event.Noted]           { return jxLibrary(writeNoted, readNoted) }

func jxLibrary[E any](write func(*jx.Writer, *E), read func(*jx.Decoder, *E) error) library[E] {
	var w jx.Writer
	d := jx.DecodeBytes(nil)
	return library[E]{
		name: "go-faster/jx",
		encode: func(dst []byte, e *E) ([]byte, error) {
			w.Buf = dst
			write(&w, e)
			return w.Buf, nil
		},
		decode: func(data []byte, e *E) error {
			d.ResetBytes(data)
			return read(d, e)
		},
	}
}

func writePlaced(w *jx.Writer, e *event.Placed) {
	w.RawStr(`{"orderId":`)
	w.Str(e.OrderID)
	w.RawStr(`,"amount":`)
	w.Int64(e.Amount)
	w.RawStr(`,"at":`)
	writeTime(w, e.At)
	w.RawStr(`,"tags":`)
	writeSlice(w, e.Tags, func(v *string) { w.Str(*v) })
	w.RawStr(`,"address":`)
	writeAddress(w, &e.Address)
	w.ObjEnd()
}

func writeAddress(w *jx.Writer, e *event.Address) {
	w.RawStr(`{"street":`)
	w.Str(e.Street)
	w.RawStr(`,"city":`)
	w.Str(e.City)
	w.RawStr(`,"zip":`)
	w.Int(e.Zip)
	w.ObjEnd()
}

func writeLine(w *jx.Writer, e *event.Line) {
	w.RawStr(`{"sku":`)
	w.Str(e.SKU)
	w.RawStr(`,"quantity":`)
	w.Int(e.Quantity)
	w.RawStr(`,"price":`)
	w.Float64(e.Price)
	w.ObjEnd()
}

func writeNoted(w *jx.Writer, e *event.Noted) {
	w.RawStr(`{"text":`)
	w.Str(e.Text)
	w.ObjEnd()
}

func writeDispatched(w *jx.Writer, e *event.Dispatched) {
	w.RawStr(`{"id":"`)
	w.RawStr(e.ID.String())
	w.RawStr(`","carrier":`)
	w.Str(e.Carrier)
	w.RawStr(`,"note":`)
	w.Str(e.Note)
	w.RawStr(`,"insured":`)
	w.Bool(e.Insured)
	w.RawStr(`,"express":`)
	w.Bool(e.Express)
	w.RawStr(`,"parcels":`)
	w.Int(e.Parcels)
	w.RawStr(`,"floor":`)
	w.Int8(e.Floor)
	w.RawStr(`,"height":`)
	w.Int16(e.Height)
	w.RawStr(`,"volume":`)
	w.Int32(e.Volume)
	w.RawStr(`,"value":`)
	w.Int64(e.Value)
	w.RawStr(`,"boxes":`)
	w.UInt(e.Boxes)
	w.RawStr(`,"zone":`)
	w.UInt8(e.Zone)
	w.RawStr(`,"gate":`)
	w.UInt16(e.Gate)
	w.RawStr(`,"route":`)
	w.UInt32(e.Route)
	w.RawStr(`,"barcode":"`)
	w.UInt64(e.Barcode)
	w.RawStr(`","weight":`)
	w.Float32(e.Weight)
	w.RawStr(`,"rate":`)
	w.Float64(e.Rate)
	w.RawStr(`,"packedAt":`)
	writeTime(w, e.PackedAt)
	w.RawStr(`,"loadedAt":`)
	writeTime(w, e.LoadedAt)
	w.RawStr(`,"handling":`)
	w.Int32(int32(e.Handling))
	w.RawStr(`,"signature":`)
	w.Base64(e.Signature)
	w.RawStr(`,"tags":`)
	writeSlice(w, e.Tags, func(v *string) { w.Str(*v) })
	w.RawStr(`,"readings":`)
	writeSlice(w, e.Readings, func(v *float64) { w.Float64(*v) })
	w.RawStr(`,"dimensions":`)
	writeSlice(w, e.Dimensions[:], func(v *int) { w.Int(*v) })
	w.RawStr(`,"labels":`)
	writeMap(w, e.Labels, func(v string) { w.Str(v) })
	w.RawStr(`,"stock":`)
	writeMap(w, e.Stock, func(v int64) { w.Int64(v) })
	w.RawStr(`,"from":`)
	if e.From == nil {
		w.Null()
	} else {
		writeAddress(w, e.From)
	}
	w.RawStr(`,"to":`)
	writeAddress(w, &e.To)
	w.RawStr(`,"lines":`)
	writeSlice(w, e.Lines, func(v *event.Line) { writeLine(w, v) })
	if e.Extra != nil {
		w.RawStr(`,"extra":`)
		writeAny(w, e.Extra)
	}
	w.ObjEnd()
}

func writeTime(w *jx.Writer, t time.Time) {
	w.Buf = append(w.Buf, '"')
	w.Buf = t.UTC().AppendFormat(w.Buf, time.RFC3339Nano)
	w.Buf = append(w.Buf, '"')
}

func writeSlice[E any](w *jx.Writer, s []E, write func(*E)) {
	if s == nil {
		w.Null()
		return
	}
	w.ArrStart()
	for i := range s {
		if i > 0 {
			w.Comma()
		}
		write(&s[i])
	}
	w.ArrEnd()
}

func writeMap[V any](w *jx.Writer, m map[string]V, write func(V)) {
	if m == nil {
		w.Null()
		return
	}
	w.ObjStart()
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			w.Comma()
		}
		w.FieldStart(k)
		write(m[k])
	}
	w.ObjEnd()
}

func writeAny(w *jx.Writer, v any) {
	switch v := v.(type) {
	case nil:
		w.Null()
	case bool:
		w.Bool(v)
	case float64:
		w.Float64(v)
	case string:
		w.Str(v)
	case []any:
		writeSlice(w, v, func(v *any) { writeAny(w, *v) })
	case map[string]any:
		writeMap(w, v, func(v any) { writeAny(w, v) })
	}
}

func readPlaced(d *jx.Decoder, e *event.Placed) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "orderId":
			e.OrderID, err = d.Str()
		case "amount":
			e.Amount, err = d.Int64()
		case "at":
			e.At, err = readTime(d)
		case "tags":
			e.Tags, err = readSlice(d, (*jx.Decoder).Str)
		case "address":
			err = readAddress(d, &e.Address)
		default:
			err = d.Skip()
		}
		return err
	})
}

func readAddress(d *jx.Decoder, e *event.Address) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "street":
			e.Street, err = d.Str()
		case "city":
			e.City, err = d.Str()
		case "zip":
			e.Zip, err = d.Int()
		default:
			err = d.Skip()
		}
		return err
	})
}

func readLine(d *jx.Decoder) (e event.Line, err error) {
	err = d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "sku":
			e.SKU, err = d.Str()
		case "quantity":
			e.Quantity, err = d.Int()
		case "price":
			e.Price, err = d.Float64()
		default:
			err = d.Skip()
		}
		return err
	})
	return e, err
}

func readNoted(d *jx.Decoder, e *event.Noted) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		if string(key) == "text" {
			e.Text, err = d.Str()
			return err
		}
		return d.Skip()
	})
}

func readDispatched(d *jx.Decoder, e *event.Dispatched) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			var text []byte
			if text, err = d.StrBytes(); err == nil {
				err = e.ID.UnmarshalText(text)
			}
		case "carrier":
			e.Carrier, err = d.Str()
		case "note":
			e.Note, err = d.Str()
		case "insured":
			e.Insured, err = d.Bool()
		case "express":
			e.Express, err = d.Bool()
		case "parcels":
			e.Parcels, err = d.Int()
		case "floor":
			e.Floor, err = d.Int8()
		case "height":
			e.Height, err = d.Int16()
		case "volume":
			e.Volume, err = d.Int32()
		case "value":
			e.Value, err = d.Int64()
		case "boxes":
			e.Boxes, err = d.UInt()
		case "zone":
			e.Zone, err = d.UInt8()
		case "gate":
			e.Gate, err = d.UInt16()
		case "route":
			e.Route, err = d.UInt32()
		case "barcode":
			var text []byte
			if text, err = d.StrBytes(); err == nil {
				e.Barcode, err = strconv.ParseUint(string(text), 10, 64)
			}
		case "weight":
			e.Weight, err = d.Float32()
		case "rate":
			e.Rate, err = d.Float64()
		case "packedAt":
			e.PackedAt, err = readTime(d)
		case "loadedAt":
			e.LoadedAt, err = readTime(d)
		case "handling":
			var n int32
			n, err = d.Int32()
			e.Handling = event.Minutes(n)
		case "signature":
			e.Signature, err = d.Base64()
		case "tags":
			e.Tags, err = readSlice(d, (*jx.Decoder).Str)
		case "readings":
			e.Readings, err = readSlice(d, (*jx.Decoder).Float64)
		case "dimensions":
			i := 0
			err = d.Arr(func(d *jx.Decoder) (err error) {
				if i >= len(e.Dimensions) {
					return d.Skip()
				}
				e.Dimensions[i], err = d.Int()
				i++
				return err
			})
		case "labels":
			e.Labels, err = readMap(d, (*jx.Decoder).Str)
		case "stock":
			e.Stock, err = readMap(d, (*jx.Decoder).Int64)
		case "from":
			if d.Next() == jx.Null {
				return d.Null()
			}
			e.From = new(event.Address)
			err = readAddress(d, e.From)
		case "to":
			err = readAddress(d, &e.To)
		case "lines":
			e.Lines, err = readSlice(d, readLine)
		case "extra":
			e.Extra, err = readAny(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func readTime(d *jx.Decoder) (t time.Time, err error) {
	text, err := d.StrBytes()
	if err != nil {
		return t, err
	}
	err = t.UnmarshalText(text)
	return t, err
}

func readSlice[E any](d *jx.Decoder, read func(*jx.Decoder) (E, error)) ([]E, error) {
	if d.Next() == jx.Null {
		return nil, d.Null()
	}
	s := make([]E, 0, 4)
	err := d.Arr(func(d *jx.Decoder) error {
		v, err := read(d)
		s = append(s, v)
		return err
	})
	return s, err
}

func readMap[V any](d *jx.Decoder, read func(*jx.Decoder) (V, error)) (map[string]V, error) {
	if d.Next() == jx.Null {
		return nil, d.Null()
	}
	m := make(map[string]V)
	err := d.Obj(func(d *jx.Decoder, key string) (err error) {
		m[key], err = read(d)
		return err
	})
	return m, err
}

func readAny(d *jx.Decoder) (any, error) {
	switch d.Next() {
	case jx.Bool:
		return d.Bool()
	case jx.Number:
		return d.Float64()
	case jx.String:
		return d.Str()
	case jx.Array:
		return readSlice(d, readAny)
	case jx.Object:
		return readMap(d, readAny)
	default:
		return nil, d.Null()
	}
}
