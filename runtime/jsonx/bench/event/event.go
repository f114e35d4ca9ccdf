// Package event has the events that the codecs are measured on, with the code that esgen and
// easyjson generate for them.
//
// Neither adds JSON methods to the types, so that what goes by reflection sees plain structs.
package event

import (
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen
//go:generate go tool easyjson -no_std_marshalers -output_filename easyjson_gen.go event.go

// Order is here because events need an aggregate.
//
//es:aggregate order
//es:suppress all
type Order struct {
	es.Root

	id string `es:"id"`
}

// Placed is an event as most are: five fields, of them a time, a short list and a struct.
//
//es:event order.placed
//easyjson:json
type Placed struct {
	OrderID string    `json:"orderId"`
	Amount  int64     `json:"amount"`
	At      time.Time `json:"at"`
	Tags    []string  `json:"tags"`
	Address Address   `json:"address"`
}

// Address is a part of events.
//
//easyjson:json
type Address struct {
	Street string `json:"street"`
	City   string `json:"city"`
	Zip    int    `json:"zip"`
}

// Dispatched has 30 fields, at least one of each kind. It has no byte array, which easyjson
// writes in a form of its own, as segmentio/encoding does a time.Duration.
//
//es:event order.dispatched
//easyjson:json
type Dispatched struct {
	ID         uuid.UUID         `json:"id"`
	Carrier    string            `json:"carrier"`
	Note       string            `json:"note"`
	Insured    bool              `json:"insured"`
	Express    bool              `json:"express"`
	Parcels    int               `json:"parcels"`
	Floor      int8              `json:"floor"`
	Height     int16             `json:"height"`
	Volume     int32             `json:"volume"`
	Value      int64             `json:"value"`
	Boxes      uint              `json:"boxes"`
	Zone       uint8             `json:"zone"`
	Gate       uint16            `json:"gate"`
	Route      uint32            `json:"route"`
	Barcode    uint64            `json:"barcode,string"`
	Weight     float32           `json:"weight"`
	Rate       float64           `json:"rate"`
	PackedAt   time.Time         `json:"packedAt"`
	LoadedAt   time.Time         `json:"loadedAt"`
	Handling   Minutes           `json:"handling"`
	Signature  []byte            `json:"signature"`
	Tags       []string          `json:"tags"`
	Readings   []float64         `json:"readings"`
	Dimensions [3]int            `json:"dimensions"`
	Labels     map[string]string `json:"labels"`
	Stock      map[string]int64  `json:"stock"`
	From       *Address          `json:"from"`
	To         Address           `json:"to"`
	Lines      []Line            `json:"lines"`
	Extra      any               `json:"extra,omitempty"`
}

// Minutes is an integer with a name.
type Minutes int32

// Line is a part of Dispatched.
//
//easyjson:json
type Line struct {
	SKU      string  `json:"sku"`
	Quantity int     `json:"quantity"`
	Price    float64 `json:"price"`
}

// Noted is an event of a single long string.
//
//es:event order.noted
//easyjson:json
type Noted struct {
	Text string `json:"text"`
}
