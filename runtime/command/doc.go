// Package command carries commands out: it validates one, loads the aggregate that
// it is for or starts a new one, has it decided there, saves what was recorded, and
// starts over where somebody else was faster.
//
// # The problem
//
// Every handler of an event-sourced application repeats that loop, and gets a part
// of it wrong sooner or later: a conflict is shown to the user, a request that a
// client sent twice is carried out twice, an aggregate is created over one that
// exists, a refused password shows up in a log.
//
// # The model
//
// A command is a struct, and one aggregate answers it, by a method
// handle<Command>(c <Command>) error. esgen generates, for each aggregate with
// commands, a sealed interface of them, a function that says which aggregate a
// command is for and which method answers it (its [Route]), and a [Dispatcher] under
// the name <Aggregate>Commands. What happens in which order is this package's:
//
//  1. The middleware, the first one outermost.
//  2. Validation: the rules in the fields' validate tags, which are those of
//     github.com/go-playground/validator/v10 and two more (pattern=REGEXP, and
//     valid, which calls the value's method Valid() bool), and the command's own method
//     Validate() error. All broken rules are reported at once, each as an
//     *es.InvalidError, and none of them holds the value that was refused; see [Invalid].
//     Another error of Validate is kept as it is, and shows what the method puts into it.
//     The ID of the aggregate must not be zero.
//  3. Loading. A command that creates begins with a new aggregate, whose stream must
//     not exist: es.ErrExists. What its handler records must give it the ID that the
//     command says.
//  4. The handler. An error of it is returned as it is, and nothing is saved, whatever
//     it has recorded. If it records nothing there is nothing to save, which is no error.
//  5. Saving. After a version conflict it goes on at 3, with a pause of random length in
//     between, as often as the repository's es.WithAttempts allows and the context lasts;
//     so a handler may be called several times, each time on a fresh aggregate, and
//     should do nothing but decide. A broken condition of es.If is returned: the
//     decision was made outside.
//
// A command may bear an ID of its own, in the context (es.ContextWithMetadata with a
// CommandID) or as the option es.Once. A stream carries out each command ID once: when
// it comes again, the dispatch succeeds with the first outcome, without asking the
// handler. That a command was refused, or led to no event, is not remembered.
//
// Commands are dispatched by value. A pointer to one, which Go takes for the
// interface too, is refused with an error, and so is nil.
//
// # The smallest example
//
//	//es:command creates
//	type OpenHotel struct {
//		HotelID uuid.UUID `json:"hotelId" es:"id"`
//		Rooms   int       `json:"rooms" validate:"min=1"`
//	}
//
//	func (h *Hotel) handleOpenHotel(c OpenHotel) error {
//		h.record(Opened{HotelID: c.HotelID, Rooms: c.Rooms})
//		return nil
//	}
//
//	hotels := NewHotelCommands(NewHotelRepository(store))
//	err := hotels.Dispatch(ctx, OpenHotel{HotelID: id, Rooms: 12})
package command
