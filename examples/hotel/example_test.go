package hotel_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/runtime/memory"
)

// What the schema declares is ordinary Go: types with constructors, events in a typed
// history, commands that are checked against the schema before the hotel sees them.
func Example() {
	ctx := context.Background()
	hotels := hotel.NewHotelRepository(memory.New())
	commands := hotel.NewHotelCommands(hotels)
	id := hotel.HotelID(uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057"))

	do := func(c hotel.HotelCommand) {
		if err := commands.Dispatch(ctx, c); err != nil {
			log.Fatal(err)
		}
	}
	do(hotel.OpenHotel{HotelID: id, Name: "Adlon", At: time.Date(1907, 10, 23, 0, 0, 0, 0, time.UTC)})
	do(hotel.AddRoom{HotelID: id, Number: 7, Price: hotel.Price{Cents: 9900, Currency: "EUR"}})

	guest, err := hotel.NewGuestName("Alice")
	if err != nil {
		log.Fatal(err)
	}
	booking := hotel.BookRoom{HotelID: id, Guest: guest, Channel: hotel.ChannelWalkIn}
	do(booking)
	fmt.Println(errors.Is(commands.Dispatch(ctx, booking), hotel.ErrFull))

	booking.Guest = "Al"
	fmt.Println(commands.Dispatch(ctx, booking))

	for e, err := range hotels.History(ctx, id) {
		if err != nil {
			log.Fatal(err)
		}
		switch event := e.Event.(type) {
		case hotel.RoomAdded:
			fmt.Println(e.Version, e.Type, event.Number, event.Price)
		case hotel.RoomBooked:
			fmt.Println(e.Version, e.Type, event.Number, event.Guest, event.Channel)
		default:
			fmt.Println(e.Version, e.Type)
		}
	}
	// Output:
	// true
	// invalid BookRoom: field guest breaks the rule min=3
	// 1 hotel.opened
	// 2 hotel.room_added 7 99.00 EUR
	// 3 hotel.room_booked 7 Alice walk-in
	// 4 hotel.fully_booked
}
