package state

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// The types that an any can hold: those that JSON is decoded into, and the plain ones
// that apply methods put there.
const (
	anyNil = iota
	anyBool
	anyString
	anyFloat
	anyNumber
	anyInt
	anyInt64
	anyUint64
	anyTime
	anyUUID
	anyBytes
	anyRaw
	anySlice
	anyMap
)

// deepestAny is how deep values of type any may nest.
const deepestAny = 10_000

// WriteAny writes a value of a type that is known at run time only: nil, bool, string,
// float64, json.Number, int, int64, uint64, time.Time, uuid.UUID, []byte,
// json.RawMessage, []any or map[string]any. Any other type is an error.
func WriteAny(w *Writer, v any) { writeAny(w, v, 0) }

func writeAny(w *Writer, v any, depth int) {
	if depth > deepestAny {
		w.Fail(errAnyDepth)
		return
	}
	tag := func(kind byte) { w.buf = append(w.buf, kind) }
	switch v := v.(type) {
	case nil:
		tag(anyNil)
	case bool:
		tag(anyBool)
		WriteBool(w, v)
	case string:
		tag(anyString)
		WriteString(w, v)
	case float64:
		tag(anyFloat)
		WriteFloat(w, v)
	case json.Number:
		tag(anyNumber)
		WriteString(w, v)
	case int:
		tag(anyInt)
		WriteInt(w, v)
	case int64:
		tag(anyInt64)
		WriteInt(w, v)
	case uint64:
		tag(anyUint64)
		WriteUint(w, v)
	case time.Time:
		tag(anyTime)
		WriteTime(w, v)
	case uuid.UUID:
		tag(anyUUID)
		WriteUUID(w, v)
	case []byte:
		tag(anyBytes)
		WriteBytes(w, v)
	case json.RawMessage:
		tag(anyRaw)
		WriteBytes(w, v)
	case []any:
		tag(anySlice)
		WriteSlice(w, v)
		for i := range v {
			writeAny(w, v[i], depth+1)
		}
	case map[string]any:
		tag(anyMap)
		if WriteMap(w, v) {
			for key, value := range v {
				WriteString(w, key)
				writeAny(w, value, depth+1)
			}
		}
	default:
		w.Fail(fmt.Errorf("a value of type any holds a %T, which has no place in a snapshot", v))
	}
}

// ReadAny reads what WriteAny wrote.
func ReadAny(r *Reader, v *any) { readAny(r, v, 0) }

func readAny(r *Reader, v *any, depth int) {
	if depth > deepestAny {
		r.Fail(errAnyDepth)
		return
	}
	switch kind := r.byte(); kind {
	case anyNil:
		*v = nil
	case anyBool:
		readInto(r, v, ReadBool[bool])
	case anyString:
		readInto(r, v, ReadString[string])
	case anyFloat:
		readInto(r, v, ReadFloat[float64])
	case anyNumber:
		readInto(r, v, ReadString[json.Number])
	case anyInt:
		readInto(r, v, ReadInt[int])
	case anyInt64:
		readInto(r, v, ReadInt[int64])
	case anyUint64:
		readInto(r, v, ReadUint[uint64])
	case anyTime:
		readInto(r, v, ReadTime)
	case anyUUID:
		readInto(r, v, ReadUUID)
	case anyBytes:
		readInto(r, v, ReadBytes[[]byte])
	case anyRaw:
		readInto(r, v, ReadBytes[json.RawMessage])
	case anySlice:
		var list []any
		ReadSlice(r, &list)
		for i := range list {
			readAny(r, &list[i], depth+1)
		}
		*v = list
	case anyMap:
		var m map[string]any
		for range ReadMap(r, &m) {
			var key string
			var value any
			ReadString(r, &key)
			readAny(r, &value, depth+1)
			if !r.OK() {
				return
			}
			m[key] = value
		}
		*v = m
	default:
		r.malformed("a value of type any is of kind %d", kind)
	}
}

func readInto[T any](r *Reader, v *any, read func(*Reader, *T)) {
	var value T
	read(r, &value)
	*v = value
}
