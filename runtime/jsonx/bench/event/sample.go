package event

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// SamplePlaced takes 195 bytes in JSON.
var SamplePlaced = Placed{
	OrderID: "0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001",
	Amount:  1299,
	At:      time.Date(2026, 5, 1, 12, 34, 56, 123456789, time.UTC),
	Tags:    []string{"priority", "gift", "new"},
	Address: Address{Street: "Lagerweg 12", City: "Bern", Zip: 3011},
}

// SampleDispatched has none of its fields empty.
var SampleDispatched = Dispatched{
	ID:         uuid.MustParse("0197a3c2-7d1e-7b52-9a8c-3f1f4a6be001"),
	Carrier:    "Northern Freight",
	Note:       "Leave it \"behind\" the gate,\nplease: thank you, Jürg",
	Insured:    true,
	Express:    false,
	Parcels:    3,
	Floor:      -2,
	Height:     1850,
	Volume:     -1234567,
	Value:      129990000000,
	Boxes:      12,
	Zone:       200,
	Gate:       40001,
	Route:      3000000001,
	Barcode:    12345678901234567890,
	Weight:     12.75,
	Rate:       0.0815,
	PackedAt:   time.Date(2026, 5, 1, 12, 34, 56, 123456789, time.UTC),
	LoadedAt:   time.Date(2026, 5, 2, 7, 0, 0, 0, time.UTC),
	Handling:   95,
	Signature:  []byte("a signature of thirty-two bytes."),
	Tags:       []string{"priority", "gift", "returning"},
	Readings:   []float64{20.5, 21.25, 19.875, 22, -0.5},
	Dimensions: [3]int{120, 80, 45},
	Labels:     map[string]string{"colour": "red", "fragile": "yes", "team": "west"},
	Stock:      map[string]int64{"basel": 12, "bern": 0, "zug": 900},
	From:       &Address{Street: "Lagerweg 12", City: "Winterthur", Zip: 8400},
	To:         Address{Street: "Hauptstrasse 1", City: "Zürich", Zip: 8001},
	Lines: []Line{
		{SKU: "SKU-1001", Quantity: 2, Price: 19.9},
		{SKU: "SKU-2002", Quantity: 1, Price: 249},
		{SKU: "SKU-3003", Quantity: 10, Price: 0.35},
	},
	Extra: map[string]any{"channel": "web", "score": 0.5, "flags": []any{true, nil, "x"}},
}

// SampleNoted has 10 KB of text.
var SampleNoted = Noted{Text: strings.Repeat("All of it is plain text, as a reader would write it. ", 190)[:10_000]}
