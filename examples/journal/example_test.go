package journal_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/esgen/esgen/examples/journal"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/jsonl"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// write keeps the story of two articles in a file: one is drafted at noon, retitled an
// hour later and published after another one.
func write(ctx context.Context, path string) error {
	store, err := jsonl.Open(ctx, path)
	if err != nil {
		return err
	}
	defer store.Close()
	clock := es.FrozenClock(noon)
	articles := journal.NewArticleRepository(store, es.WithClock(clock))
	if err := articles.Save(ctx, journal.Draft("logs", "Logs")); err != nil {
		return err
	}
	clock.Advance(time.Hour)
	err = articles.Update(ctx, "logs", func(a *journal.Article) error { a.Retitle("On logs"); return nil })
	if err != nil {
		return err
	}
	clock.Advance(time.Hour)
	if err := articles.Save(ctx, journal.Draft("time", "Time")); err != nil {
		return err
	}
	return articles.Update(ctx, "logs", (*journal.Article).Publish)
}

// folder is a folder that is removed by the function returned.
func folder() (string, func()) {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

// Publish and save: what was saved is there when the file is opened again.
func Example() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	path := filepath.Join(dir, "events.jsonl")
	if err := write(ctx, path); err != nil {
		log.Fatal(err)
	}

	store, err := jsonl.Open(ctx, path)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	a, err := journal.NewArticleRepository(store).Load(ctx, "logs")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, version %d, published: %t\n", a.Title(), a.Version(), a.Published())
	fmt.Println(a.Publish())
	// Output:
	// On logs, version 3, published: true
	// journal: the article is published already
}

// All that has happened, in its order, over all articles.
func ExampleReplay() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	path := filepath.Join(dir, "events.jsonl")
	if err := write(ctx, path); err != nil {
		log.Fatal(err)
	}

	// The file is only read, so that nobody has to be able to write it.
	store, err := jsonl.Open(ctx, path, jsonl.ReadOnly())
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	if err := journal.Replay(ctx, store, os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1 article-logs@1 article.drafted {ArticleID:logs Title:Logs}
	// 2 article-logs@2 article.retitled {Title:On logs}
	// 3 article-time@1 article.drafted {ArticleID:time Title:Time}
	// 4 article-logs@3 article.published {}
}

// An article as it was at a time.
func ExampleArticleRepository_asOf() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	path := filepath.Join(dir, "events.jsonl")
	if err := write(ctx, path); err != nil {
		log.Fatal(err)
	}
	store, err := jsonl.Open(ctx, path, jsonl.ReadOnly())
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	articles := journal.NewArticleRepository(store)
	for _, at := range []time.Time{noon.Add(time.Minute), noon.Add(90 * time.Minute), noon.Add(3 * time.Hour)} {
		a, err := articles.LoadAt(ctx, "logs", es.AtTime(at))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %q, published: %t\n", at.Format(time.TimeOnly), a.Title(), a.Published())
	}
	// Output:
	// 12:01:00: "Logs", published: false
	// 13:30:00: "On logs", published: false
	// 15:00:00: "On logs", published: true
}
