package jsonx_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/esgen/esgen/runtime/jsonx"
)

// placed is an event of five fields, with the functions that esgen generates.
type placed struct {
	OrderID string    `json:"orderId"`
	Amount  int64     `json:"amount"`
	At      time.Time `json:"at"`
	Tags    []string  `json:"tags"`
	Address address   `json:"address"`
}

type address struct {
	Street string `json:"street"`
	City   string `json:"city"`
	Zip    int    `json:"zip"`
}

func appendPlacedJSON(dst []byte, e *placed) ([]byte, error) {
	start := len(dst)
	var err error
	if dst, err = jsonx.AppendString(append(dst, `{"orderId":`...), e.OrderID); err != nil {
		return jsonx.EncodeFailed("placed", dst, start, err)
	}
	dst = jsonx.AppendInt(append(dst, `,"amount":`...), e.Amount)
	if dst, err = jsonx.AppendTime(append(dst, `,"at":`...), e.At); err != nil {
		return jsonx.EncodeFailed("placed", dst, start, err)
	}
	if dst, err = jsonx.AppendStrings(append(dst, `,"tags":`...), e.Tags); err != nil {
		return jsonx.EncodeFailed("placed", dst, start, err)
	}
	if dst, err = appendAddressJSON(append(dst, `,"address":`...), &e.Address); err != nil {
		return jsonx.EncodeFailed("placed", dst, start, err)
	}
	return append(dst, '}'), nil
}

func appendAddressJSON(dst []byte, e *address) ([]byte, error) {
	var err error
	if dst, err = jsonx.AppendString(append(dst, `{"street":`...), e.Street); err != nil {
		return dst, err
	}
	if dst, err = jsonx.AppendString(append(dst, `,"city":`...), e.City); err != nil {
		return dst, err
	}
	dst = jsonx.AppendInt(append(dst, `,"zip":`...), e.Zip)
	return append(dst, '}'), nil
}

var fieldsOfPlaced = [...]string{"orderId", "amount", "at", "tags", "address"}

func readPlacedJSON(r *jsonx.Reader, e *placed) {
	var o jsonx.Object
	for o.Next(r, fieldsOfPlaced[:]) {
		switch o.Name {
		case "orderId":
			e.OrderID = r.String()
		case "amount":
			e.Amount = r.Int64()
		case "at":
			e.At = r.Time()
		case "tags":
			for e.Tags = jsonx.Slice(r, e.Tags); r.More(); {
				e.Tags = append(e.Tags, r.String())
			}
		case "address":
			readAddressJSON(r, &e.Address)
		}
	}
}

var fieldsOfAddress = [...]string{"street", "city", "zip"}

func readAddressJSON(r *jsonx.Reader, e *address) {
	var o jsonx.Object
	for o.Next(r, fieldsOfAddress[:]) {
		switch o.Name {
		case "street":
			e.Street = r.String()
		case "city":
			e.City = r.String()
		case "zip":
			e.Zip = r.Int()
		}
	}
}

var sample = placed{
	OrderID: "0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001",
	Amount:  1299900,
	At:      time.Date(2026, 5, 1, 12, 34, 56, 123456789, time.UTC),
	Tags:    []string{"priority", "gift", "returning"},
	Address: address{Street: "Hauptstrasse 12", City: "Winterthur", Zip: 8400},
}

func BenchmarkEncode(b *testing.B) {
	b.Run("jsonx", func(b *testing.B) {
		b.ReportAllocs()
		var dst []byte
		for b.Loop() {
			var err error
			if dst, err = appendPlacedJSON(dst[:0], &sample); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&sample); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	canonical, err := appendPlacedJSON(nil, &sample)
	if err != nil {
		b.Fatal(err)
	}
	shuffled := []byte(`{"tags":["priority","gift","returning"],"address":{"city":"Winterthur","zip":8400,"street":"Hauptstrasse 12"},` +
		`"orderId":"0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001","at":"2026-05-01T12:34:56.123456789Z","amount":1299900}`)
	unknown := bytes.Replace(canonical, []byte(`"amount"`), []byte(`"x":1,"amount"`), 1)
	unknown = bytes.Replace(unknown, []byte(`"at"`), []byte(`"y":"why","at"`), 1)
	unknown = bytes.Replace(unknown, []byte(`"tags"`), []byte(`"z":true,"tags"`), 1)
	for _, c := range []struct {
		name    string
		payload []byte
	}{{"canonical", canonical}, {"shuffled", shuffled}, {"unknown", unknown}} {
		b.Run("jsonx/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := jsonx.NewReader(c.payload)
				var e placed
				readPlacedJSON(&r, &e)
				if err := r.End("placed"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("encoding", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var e placed
			if err := json.Unmarshal(canonical, &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkLongString(b *testing.B) {
	payload, err := jsonx.AppendString(nil, string(bytes.Repeat([]byte("some plain words, "), 570)))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(payload)))
		for b.Loop() {
			r := jsonx.NewReader(payload)
			if s := r.String(); len(s) < 10000 {
				b.Fatal(r.Err())
			}
		}
	})
	b.Run("decode-std", func(b *testing.B) {
		b.SetBytes(int64(len(payload)))
		for b.Loop() {
			var s string
			if err := json.Unmarshal(payload, &s); err != nil {
				b.Fatal(err)
			}
		}
	})
}
