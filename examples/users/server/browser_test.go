package main

import (
	"bytes"
	"context"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// browser is the path of a Chromium; the test is skipped where there is none.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no browser to look at the pages with: install chromium or chromium-headless-shell")
	return ""
}

// visit has the browser show a page, and gives what the browser made of it as HTML. The
// options say what else it is to do.
func visit(t *testing.T, browser, url string, options ...string) string {
	t.Helper()
	// The browser may still be writing to its profile when it says that it is done, so
	// that t.TempDir could not remove it.
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // it hangs now and then on a broken machine
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--user-data-dir=" + profile}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // it refuses to start for root otherwise
	}
	cmd := exec.CommandContext(ctx, browser, slices.Concat(args, options, []string{"--dump-dom", url})...)
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, stderr.String())
	}
	return stdout.String()
}

// In a real browser names are text, links lead on, our style is taken, and a script
// would not run, even if it came into a page.
func TestBrowser(t *testing.T) {
	browser := browser(t)
	const script = `<script>document.title='pwned'</script>`

	t.Run("pages", func(t *testing.T) {
		t.Parallel()
		s := serve(t)
		user := s.create(t, "First", email(0))
		for _, name := range hostile {
			s.send(t, "PATCH", user, object("name", name))
		}
		s.send(t, "PATCH", user, object("name", script))

		list := parse(t, visit(t, browser, s.url+"/"))
		list.judge(t, "the list")
		if got := list.texts["bdi"]; !cmp.Equal(got, []string{script, email(0)}) {
			t.Errorf("the list shows %q", got)
		}
		if !slices.Contains(list.attributes, "href="+user) {
			t.Fatalf("the list has no link to %s: %q", user, list.attributes)
		}
		timeline := parse(t, visit(t, browser, s.url+user))
		timeline.judge(t, "the timeline")
		if got := timeline.texts["title"]; !cmp.Equal(got, []string{script}) {
			t.Errorf("the timeline is called %q", got)
		}
		// A row is six cells, and the fourth the name after the event.
		cells := timeline.texts["td"]
		for i, name := range slices.Concat([]string{"First"}, hostile, []string{script}) {
			if got := cells[6*i+3]; got != name {
				t.Errorf("after event %d the name is %q, want %q", i+1, got, name)
			}
		}
	})

	t.Run("policy", func(t *testing.T) {
		t.Parallel()
		page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, `<!doctype html><html><head><title>ours</title></head><body>`+script+`<img src="/none" onerror="document.title='pwned'"></body></html>`)
		})
		for _, served := range []struct {
			handler http.Handler
			title   string
		}{
			{page, "pwned"}, // so a script that does not run is not the browser's merit
			{withHeaders(page), "ours"},
		} {
			server := httptest.NewServer(served.handler)
			dom := visit(t, browser, server.URL)
			server.Close()
			if !strings.Contains(dom, "<title>"+served.title+"</title>") {
				t.Errorf("a page with a script should be called %s:\n%s", served.title, dom)
			}
		}
	})

	t.Run("style", func(t *testing.T) {
		t.Parallel()
		s := serve(t)
		shot := filepath.Join(t.TempDir(), "shot.png")
		visit(t, browser, s.url+"/", "--window-size=300,200", "--screenshot="+shot)
		file, err := os.Open(shot)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		picture, err := png.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := color.RGBAModel.Convert(picture.At(1, 1)), (color.RGBA{0xfd, 0xfc, 0xf8, 0xff}); got != want {
			t.Errorf("the page's background is %v, want %v of style.css", got, want)
		}
	})
}
