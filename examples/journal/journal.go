// Package journal keeps its events in one file of JSON lines, which people and every tool
// can read: articles are drafted, revised and published, all that has happened is replayed,
// and an article is read as it was at an earlier time.
//
// What is used here and not declared here (record, ArticleRepository,
// NewArticleRepository, Registry) is in es_gen.go, which esgen writes when go generate
// runs. That events are in a file of JSON lines is nothing that this package has to know:
// the store is opened by the program, see the Example tests.
package journal

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/esgen/esgen/runtime/es"
)

//go:generate go tool esgen

// ErrPublished says that an article is published and cannot be published again.
var ErrPublished = errors.New("journal: the article is published already")

// Article is a text with a title. Its ID is chosen by the program: "on-logs".
//
//es:aggregate article
type Article struct {
	es.Root

	id        string `es:"id"`
	title     string
	revisions int
	published bool
}

// Draft begins an article.
func Draft(id, title string) *Article {
	a := new(Article)
	a.record(Drafted{ArticleID: id, Title: title})
	return a
}

// Title is the current title.
func (a *Article) Title() string { return a.title }

// Revisions counts how often the title was changed.
func (a *Article) Revisions() int { return a.revisions }

// Published says whether the article can be read by everybody.
func (a *Article) Published() bool { return a.published }

// Retitle changes the title.
func (a *Article) Retitle(title string) { a.record(Retitled{Title: title}) }

// Publish makes the article public, once.
func (a *Article) Publish() error {
	if a.published {
		return ErrPublished
	}
	a.record(Published{})
	return nil
}

func (a *Article) applyDrafted(e Drafted) { a.id, a.title = e.ArticleID, e.Title }

func (a *Article) applyRetitled(e Retitled) {
	a.title = e.Title
	a.revisions++
}

func (a *Article) applyPublished(Published) { a.published = true }

// Drafted is the first event of every article.
//
//es:event
type Drafted struct {
	ArticleID string `json:"articleId"`
	Title     string `json:"title"`
}

// Retitled says that the title was changed.
//
//es:event
type Retitled struct {
	Title string `json:"title"`
}

// Published says that the article became public.
//
//es:event
type Published struct{}

// Replay tells all that has happened, in the order in which it did.
func Replay(ctx context.Context, store es.Store, w io.Writer) error {
	for e, err := range es.Replay(ctx, store, Registry()) {
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d %s@%d %s %+v\n", e.Position, e.Stream, e.Version, e.Type, e.Event)
	}
	return nil
}
