package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/internal/web"
	"github.com/esgen/esgen/examples/users"
	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
)

const (
	// largestBody is the most bytes that a request may send.
	largestBody = 16 << 10
	// requestTimeout ends a request before the server cuts the answer off.
	requestTimeout = 10 * time.Second
	// usualPage and largestPage are how many users or events are shown at once.
	usualPage, largestPage = 50, 200
)

// service answers requests. It is safe for use by several goroutines at once.
type service struct {
	store    es.Store
	table    users.UserRows
	users    *users.UserRepository
	commands *users.UserCommands
	logger   *slog.Logger
	// cost is that of hashing a password; 0 is bcrypt's default.
	cost int
}

func newService(store es.Store, logger *slog.Logger, cost int) http.Handler {
	repository := users.NewUserRepository(store)
	s := &service{
		store: store,
		table: users.UserTable(),
		users: repository,
		commands: users.NewUserCommands(repository, command.WithMiddleware(
			command.Logging[users.UserCommand](logger),
			command.Recovery[users.UserCommand](),
		)),
		logger: logger,
		cost:   cost,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /users", s.create)
	mux.HandleFunc("GET /users", s.list)
	mux.HandleFunc("PATCH /users/{id}", s.rename)
	mux.HandleFunc("PUT /users/{id}/password", s.changePassword)
	mux.HandleFunc("DELETE /users/{id}", s.destroy)
	mux.HandleFunc("GET /users/{id}/events", s.events)
	mux.HandleFunc("GET /{$}", s.usersPage)
	mux.HandleFunc("GET /users/{id}", s.timelinePage)
	mux.HandleFunc("GET /style.css", s.style)
	return withHeaders(withTimeout(web.Guard(web.WithProblems(mux))))
}

// withHeaders tells browsers what the answers are not: scripts, frames, forms, or
// something to keep.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func withTimeout(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// user is a user as the service shows it.
type user struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	CreatedAt time.Time `json:"createdAt"`
	Deleted   bool      `json:"deleted"`
}

func userOf(row users.UserRow) user {
	return user{row.ID, row.Name, row.Email, row.CreatedAt, row.Deleted}
}

func (s *service) create(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name     string `json:"name"`
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if p := web.Decode(w, r, largestBody, &body); p != nil {
		p.Write(w)
		return
	}
	id, err := uuid.NewV7() // in the order of time, and so is the list
	if err == nil {
		err = s.commands.Dispatch(r.Context(), users.Create{
			UserID: id, Name: body.Name, Email: body.Email, Password: body.Password, At: time.Now(), Cost: s.cost,
		})
	}
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.Header().Set("Location", "/users/"+id.String())
	s.show(w, r, http.StatusCreated, id)
}

func (s *service) rename(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	var body struct {
		Name string `json:"name"`
	}
	if p := web.Decode(w, r, largestBody, &body); p != nil {
		p.Write(w)
		return
	}
	if err := s.commands.Dispatch(r.Context(), users.Rename{UserID: id, Name: body.Name}); err != nil {
		s.refuse(w, err)
		return
	}
	s.show(w, r, http.StatusOK, id)
}

func (s *service) changePassword(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	var body struct {
		Current string `json:"current"`
		New     string `json:"new"`
	}
	if p := web.Decode(w, r, largestBody, &body); p != nil {
		p.Write(w)
		return
	}
	err := s.commands.Dispatch(r.Context(), users.ChangePassword{UserID: id, Current: body.Current, New: body.New, Cost: s.cost})
	if err != nil {
		s.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *service) destroy(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	if err := s.commands.Dispatch(r.Context(), users.Destroy{UserID: id}); err != nil {
		s.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// show answers with the user's row, which is there as soon as the events are.
func (s *service) show(w http.ResponseWriter, r *http.Request, status int, id uuid.UUID) {
	row, err := s.table.WithDeleted().Get(r.Context(), s.store, id)
	if err != nil {
		s.refuse(w, err)
		return
	}
	web.WriteJSON(w, s.logger, status, userOf(row))
}

// userList is a page of users.
type userList struct {
	Users []user `json:"users"`
	// Next is where the next page is; empty on the last one.
	Next string `json:"next,omitempty"`
}

func (s *service) list(w http.ResponseWriter, r *http.Request) {
	list, err := s.readUsers(r, "/users")
	if err != nil {
		s.refuse(w, err)
		return
	}
	web.WriteJSON(w, s.logger, http.StatusOK, list)
}

// readUsers reads the page of users that a request asks for; path is where the next is.
func (s *service) readUsers(r *http.Request, path string) (userList, error) {
	list := userList{Users: []user{}}
	query := r.URL.Query()
	limit, err := limitOf(query)
	if err != nil {
		return list, err
	}
	var after uuid.UUID
	if text := query.Get("after"); text != "" {
		if after, err = uuid.Parse(text); err != nil {
			return list, badQuery("after must be the ID of a user")
		}
	}
	table := s.table
	switch query.Get("deleted") {
	case "1":
		table = table.WithDeleted()
	case "", "0":
		query.Del("deleted")
	default:
		return list, badQuery("deleted must be 0 or 1")
	}
	// One row more than is shown tells whether there is another page.
	for row, err := range table.All(r.Context(), s.store, es.Page[uuid.UUID]{After: after, Limit: limit + 1}) {
		if err != nil {
			return list, err
		}
		if len(list.Users) == limit {
			list.Next = nextPage(path, query, list.Users[limit-1].ID.String())
			break
		}
		list.Users = append(list.Users, userOf(row))
	}
	return list, nil
}

// happened is an event as the service shows it.
type happened struct {
	Version    int64           `json:"version"`
	Type       string          `json:"type"`
	RecordedAt time.Time       `json:"recordedAt"`
	Event      users.UserEvent `json:"event"`
}

// eventList is a page of events.
type eventList struct {
	Events []happened `json:"events"`
	// Next is where the next page is; empty on the last one.
	Next string `json:"next,omitempty"`
}

func (s *service) events(w http.ResponseWriter, r *http.Request) {
	id, ok := pathID(w, r)
	if !ok {
		return
	}
	moments, next, err := s.readTimeline(r, id)
	if err != nil {
		s.refuse(w, err)
		return
	}
	list := eventList{Events: []happened{}, Next: next}
	for _, m := range moments {
		// Hashes in it say "[redacted]" when they are marshalled.
		list.Events = append(list.Events, happened{m.Version, m.Type, m.RecordedAt, m.Event})
	}
	web.WriteJSON(w, s.logger, http.StatusOK, list)
}

// readTimeline reads the part of a user's life that a request asks for, and says where
// the next one is.
func (s *service) readTimeline(r *http.Request, id uuid.UUID) (moments []users.Moment, next string, err error) {
	query := r.URL.Query()
	limit, err := limitOf(query)
	if err != nil {
		return nil, "", err
	}
	var after int64
	if text := query.Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return nil, "", badQuery("after must be a version")
		}
	}
	for m, err := range users.Timeline(r.Context(), s.users, id) {
		switch {
		case err != nil:
			return nil, "", err
		case m.Version <= after:
			continue
		case len(moments) == limit:
			return moments, nextPage(r.URL.Path, query, strconv.FormatInt(moments[limit-1].Version, 10)), nil
		}
		moments = append(moments, m)
	}
	return moments, "", nil
}

func limitOf(query url.Values) (int, error) {
	text := query.Get("limit")
	if text == "" {
		return usualPage, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > largestPage {
		return 0, badQuery(fmt.Sprintf("limit must be 1 to %d", largestPage))
	}
	return limit, nil
}

// nextPage is the address of what comes after a key, with the limit and the like of
// this page.
func nextPage(path string, query url.Values, after string) string {
	next := url.Values{"after": {after}}
	for _, name := range []string{"limit", "deleted"} {
		if value := query.Get(name); value != "" {
			next.Set(name, value)
		}
	}
	return path + "?" + next.Encode()
}

// pathID is the ID in a request's path; where it is none, the request is answered.
func pathID(w http.ResponseWriter, r *http.Request) (uuid.UUID, bool) {
	id, err := parseID(r)
	if err != nil {
		problemOf(err).Write(w)
	}
	return id, err == nil
}

// parseID takes IDs in their usual form only.
func parseID(r *http.Request) (uuid.UUID, error) {
	text := r.PathValue("id")
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return uuid.UUID{}, errNoUser
	}
	return id, nil
}

var errNoUser = fmt.Errorf("the path has no ID of a user: %w", es.ErrNotFound)

// refuse answers with what an error means to a client, and logs it where it is not the
// client's doing.
func (s *service) refuse(w http.ResponseWriter, err error) {
	s.report(err).Write(w)
}

func (s *service) report(err error) *web.Problem {
	p := problemOf(err)
	if p.Status >= 500 && !errors.Is(err, context.Canceled) {
		s.logger.Error("a request failed", "error", err)
	}
	return p
}
