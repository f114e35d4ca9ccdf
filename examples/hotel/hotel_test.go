package hotel_test

import (
	"errors"
	"testing"
	"time"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

func TestBooking(t *testing.T) {
	commands := hotel.NewHotelCommands(hotel.NewHotelRepository(memory.New()))
	id := hotel.NewHotelID()
	dispatch := func(c hotel.HotelCommand) error { return commands.Dispatch(t.Context(), c) }

	open := hotel.OpenHotel{HotelID: id, Name: "Adlon", At: time.Unix(0, 0).UTC()}
	must(t, dispatch(open))
	must(t, dispatch(hotel.AddRoom{HotelID: id, Number: 12}))
	must(t, dispatch(hotel.AddRoom{HotelID: id, Number: 7}))
	must(t, dispatch(hotel.AddRoom{HotelID: id, Number: 7}))

	book := hotel.BookRoom{HotelID: id, Guest: "Alice", Channel: hotel.ChannelPhone}
	must(t, dispatch(book))
	must(t, dispatch(book))
	for what, test := range map[string]struct {
		c    hotel.HotelCommand
		want error
	}{
		"opened twice":  {open, es.ErrExists},
		"full":          {book, hotel.ErrFull},
		"no such room":  {hotel.CheckOut{HotelID: id, Number: 8}, hotel.ErrNoRoom},
		"no such hotel": {hotel.CheckOut{HotelID: hotel.NewHotelID(), Number: 7}, es.ErrNotFound},
	} {
		if err := dispatch(test.c); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", what, err, test.want)
		}
	}
	must(t, dispatch(hotel.CheckOut{HotelID: id, Number: 7}))
	if err := dispatch(hotel.CheckOut{HotelID: id, Number: 7}); !errors.Is(err, hotel.ErrNotTaken) {
		t.Errorf("an empty room was left: %v", err)
	}
	must(t, dispatch(book))
}

// What breaks a rule of the schema does not reach the hotel.
func TestRules(t *testing.T) {
	commands := hotel.NewHotelCommands(hotel.NewHotelRepository(memory.New()))
	for _, test := range []struct {
		c     hotel.HotelCommand
		field string
	}{
		{hotel.OpenHotel{HotelID: hotel.NewHotelID()}, "name"},
		{hotel.AddRoom{HotelID: hotel.NewHotelID(), Number: 1000}, "number"},
		{hotel.BookRoom{HotelID: hotel.NewHotelID(), Guest: "Al", Channel: hotel.ChannelWeb}, "guest"},
		{hotel.BookRoom{HotelID: hotel.NewHotelID(), Guest: "Alice", Channel: "telex"}, "channel"},
	} {
		err := commands.Dispatch(t.Context(), test.c)
		if invalid, ok := errors.AsType[*es.InvalidError](err); !ok || invalid.Field != test.field {
			t.Errorf("%+v: %v, want an es.InvalidError on %s", test.c, err, test.field)
		}
	}
	for name, try := range map[string]func() error{
		"a guest of no name":  func() error { _, err := hotel.NewGuestName(""); return err },
		"room 0":              func() error { _, err := hotel.NewRoomNumber(0); return err },
		"a channel of others": func() error { _, err := hotel.ParseChannel("telex"); return err },
		"a hotel of no ID":    func() error { _, err := hotel.ParseHotelID("7"); return err },
	} {
		if _, ok := errors.AsType[*es.InvalidError](try()); !ok {
			t.Errorf("%s: no es.InvalidError", name)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
