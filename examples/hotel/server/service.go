package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/esgen/esgen/examples/hotel"
	"github.com/esgen/esgen/examples/internal/web"
	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
)

const (
	// largestBody is the most bytes that a command may have.
	largestBody = 64 << 10
	// longestKey is the most bytes of an Idempotency-Key.
	longestKey = 255
	// commandTimeout ends a command before the server cuts the answer off.
	commandTimeout = 10 * time.Second
)

// service answers requests. It is safe for use by several goroutines at once.
type service struct {
	hotels   *hotel.HotelRepository
	commands *hotel.HotelCommands
	logger   *slog.Logger
}

func newService(hotels *hotel.HotelRepository, logger *slog.Logger) http.Handler {
	s := &service{
		hotels: hotels,
		commands: hotel.NewHotelCommands(hotels, command.WithMiddleware(
			command.Logging[hotel.HotelCommand](logger),
			command.Recovery[hotel.HotelCommand](),
			command.Timeout[hotel.HotelCommand](commandTimeout),
		)),
		logger: logger,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /commands/open-hotel", dispatch[hotel.OpenHotel](s, "open-hotel"))
	mux.HandleFunc("POST /commands/add-room", dispatch[hotel.AddRoom](s, "add-room"))
	mux.HandleFunc("POST /commands/book-room", dispatch[hotel.BookRoom](s, "book-room"))
	mux.HandleFunc("POST /commands/check-out", dispatch[hotel.CheckOut](s, "check-out"))
	mux.HandleFunc("GET /hotels/{id}/events", s.events)
	return web.Guard(web.WithProblems(mux))
}

// outcome is the answer to a command that was carried out.
type outcome struct {
	Stream   string `json:"stream"`
	Version  int64  `json:"version"`
	Position int64  `json:"position,omitempty"` // 0 where there was nothing to do
	// Events are the names of those that the command led to.
	Events []string `json:"events"`
	// Repeated says that a request with the same key had led to them before.
	Repeated bool `json:"repeated"`
}

// dispatch answers the requests that are commands of type C. An Idempotency-Key is good
// for one command to one hotel.
func dispatch[C hotel.HotelCommand](s *service, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var cmd C
		if p := web.Decode(w, r, largestBody, &cmd); p != nil {
			p.Write(w)
			return
		}
		ctx := r.Context()
		if keys := r.Header.Values("Idempotency-Key"); len(keys) > 0 {
			if len(keys) > 1 || keys[0] == "" || len(keys[0]) > longestKey || !utf8.ValidString(keys[0]) {
				(&web.Problem{Status: http.StatusBadRequest, Detail: fmt.Sprintf("there must be one Idempotency-Key, of 1 to %d bytes of UTF-8", longestKey)}).Write(w)
				return
			}
			ctx = es.ContextWithMetadata(ctx, es.Metadata{CommandID: name + " " + keys[0]})
		}
		var out es.Outcome
		if err := s.commands.Dispatch(ctx, cmd, es.Into(&out)); err != nil {
			problemOf(err).Write(w)
			return
		}
		answer := outcome{Stream: out.Stream, Version: out.Version, Position: out.Position, Events: []string{}, Repeated: out.Repeated}
		for _, e := range out.Events {
			answer.Events = append(answer.Events, e.EventType())
		}
		web.WriteJSON(w, s.logger, http.StatusOK, answer)
	}
}

// recorded is an event as the service shows it.
type recorded struct {
	Version    int64     `json:"version"`
	Type       string    `json:"type"`
	RecordedAt time.Time `json:"recordedAt"`
	Event      any       `json:"event"`
}

func (s *service) events(w http.ResponseWriter, r *http.Request) {
	id, err := hotel.ParseHotelID(r.PathValue("id"))
	if err != nil {
		(&web.Problem{Status: http.StatusBadRequest, Detail: "the hotel's ID is no UUID"}).Write(w)
		return
	}
	var all []recorded
	for e, err := range s.hotels.History(r.Context(), id) {
		if err != nil {
			p := problemOf(err)
			if p.Status >= 500 {
				s.logger.Error("events cannot be read", "hotel", id, "error", err)
			}
			p.Write(w)
			return
		}
		all = append(all, recorded{e.Version, e.Type, e.RecordedAt, e.Event})
	}
	web.WriteJSON(w, s.logger, http.StatusOK, all)
}
