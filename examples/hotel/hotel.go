// Package hotel is esgen's other way in. The file hotel.yaml declares the events, the
// state and the commands, for people to review and for editors to complete; this file
// has what no schema can say: the decisions. esgen reads the two as one package.
package hotel

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

//go:generate go tool esgen

// What a hotel refuses.
var (
	ErrFull     = errors.New("hotel: every room is taken")
	ErrNoRoom   = errors.New("hotel: there is no such room")
	ErrNotTaken = errors.New("hotel: nobody has the room")
)

// Price is what a night costs, in cents. It is declared here rather than in the schema,
// which uses it like a type of its own.
type Price struct {
	Cents    int64  `json:"cents"`
	Currency string `json:"currency"`
}

// String is the price as it stands on a bill.
func (p Price) String() string {
	return fmt.Sprintf("%d.%02d %s", p.Cents/100, p.Cents%100, p.Currency)
}

func (h *Hotel) handleOpenHotel(c OpenHotel) error {
	h.record(Opened{HotelID: c.HotelID, Name: c.Name, OpenedAt: c.At})
	return nil
}

func (h *Hotel) handleAddRoom(c AddRoom) error {
	if h.rooms[c.Number] != nil {
		return nil // it is there, as was asked
	}
	h.record(RoomAdded{Number: c.Number, Price: c.Price})
	return nil
}

// handleBookRoom gives the free room with the lowest number. What it decides second it
// decides upon a state in which the first event counts already.
func (h *Hotel) handleBookRoom(c BookRoom) error {
	room := h.freeRoom()
	if room == nil {
		return ErrFull
	}
	h.record(RoomBooked{Number: room.number, Guest: c.Guest, Channel: c.Channel, Stay: c.Stay})
	if h.freeRoom() == nil {
		h.record(FullyBooked{})
	}
	return nil
}

func (h *Hotel) handleCheckOut(c CheckOut) error {
	room := h.rooms[c.Number]
	switch {
	case room == nil:
		return ErrNoRoom
	case room.guest == "":
		return ErrNotTaken
	}
	h.record(GuestLeft{Number: c.Number})
	return nil
}

func (h *Hotel) freeRoom() *Room {
	for _, number := range slices.Sorted(maps.Keys(h.rooms)) {
		if room := h.rooms[number]; room.guest == "" {
			return room
		}
	}
	return nil
}

func (h *Hotel) applyRoomAdded(e RoomAdded) {
	if h.rooms == nil {
		h.rooms = map[RoomNumber]*Room{}
	}
	h.rooms[e.Number] = &Room{number: e.Number, price: e.Price}
}

// The events of a room find it by its number.
func (r *Room) applyRoomBooked(e RoomBooked) { r.guest = e.Guest }

func (r *Room) applyGuestLeft(GuestLeft) { r.guest = "" }
