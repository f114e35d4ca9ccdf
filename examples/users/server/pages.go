package main

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/esgen/esgen/examples/users"
)

//go:embed pages
var files embed.FS

// pages are the templates. What they are given is text to html/template, whatever stands
// in it.
var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"when":     func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
	"stamp":    func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"sentence": sentence,
}).ParseFS(files, "pages/*.html"))

// sentence tells an event in words.
func sentence(event users.UserEvent) string {
	switch e := event.(type) {
	case users.Created:
		return fmt.Sprintf("created as “%s”, with the address %s", e.Name, e.Email)
	case users.Renamed:
		return fmt.Sprintf("renamed “%s”", e.Name)
	case users.PasswordChanged:
		return "given another password"
	case users.Destroyed:
		return "deleted"
	}
	return event.EventType()
}

func (s *service) usersPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.readUsers(r, "/")
	if err != nil {
		s.errorPage(w, err)
		return
	}
	s.page(w, http.StatusOK, "users.html", struct {
		userList
		Deleted bool
	}{list, r.URL.Query().Get("deleted") == "1"})
}

func (s *service) timelinePage(w http.ResponseWriter, r *http.Request) {
	id, err := parseID(r)
	if err != nil {
		s.errorPage(w, err)
		return
	}
	row, err := s.table.WithDeleted().Get(r.Context(), s.store, id)
	if err != nil {
		s.errorPage(w, err)
		return
	}
	moments, next, err := s.readTimeline(r, id)
	if err != nil {
		s.errorPage(w, err)
		return
	}
	s.page(w, http.StatusOK, "timeline.html", struct {
		User    user
		Moments []users.Moment
		Next    string
	}{userOf(row), moments, next})
}

func (s *service) errorPage(w http.ResponseWriter, err error) {
	p := s.report(err)
	p.Title = http.StatusText(p.Status)
	s.page(w, p.Status, "problem.html", p)
}

// page answers with a page. It is made whole before any of it is sent.
func (s *service) page(w http.ResponseWriter, status int, name string, data any) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, name, data); err != nil {
		s.logger.Error("a page cannot be made", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w) // a client that has gone is not told
}

func (s *service) style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, files, "pages/style.css")
}
