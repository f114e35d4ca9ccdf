package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkEditedPackage is what go generate costs after an edit: a package of ten
// events, changed right before each run, by the built binary. Beside it, in turns, a
// bare "go list" of the package is measured, the least that any tool pays that asks
// the go command. The metrics are medians.
func BenchmarkEditedPackage(b *testing.B) {
	esgen := buildTool(b)
	module := b.TempDir()
	writeSyntheticModule(b, module, 1, 10)
	folder := filepath.Join(module, "p000")
	source := filepath.Join(folder, "domain.go")
	original, err := os.ReadFile(source)
	if err != nil {
		b.Fatal(err)
	}
	edits := 0
	edit := func() {
		edits++
		edited := fmt.Appendf(original[:len(original):len(original)], "\n// Edited for the %dth time.\n", edits)
		if err := os.WriteFile(source, edited, 0o666); err != nil {
			b.Fatal(err)
		}
	}
	// What users have is a warm build cache.
	runIn(b, folder, esgen)
	runIn(b, folder, "go", "list", ".")

	var generating, listing []time.Duration
	for b.Loop() {
		edit()
		generating = append(generating, runIn(b, folder, esgen))
		edit()
		listing = append(listing, runIn(b, folder, "go", "list", "."))
	}
	b.ReportMetric(0, "ns/op") // of both together, it would say nothing
	b.ReportMetric(milliseconds(median(generating)), "ms/esgen")
	b.ReportMetric(milliseconds(median(listing)), "ms/go-list")
	b.ReportMetric(milliseconds(median(generating))/milliseconds(median(listing)), "esgen/go-list")
}

// BenchmarkHundredPackages generates 100 packages with 1,000 events from nothing, in
// one process.
func BenchmarkHundredPackages(b *testing.B) {
	esgen := buildTool(b)
	module := b.TempDir()
	writeSyntheticModule(b, module, 100, 10)
	runIn(b, module, esgen, "./...")
	var generating []time.Duration
	for b.Loop() {
		generated, err := filepath.Glob(filepath.Join(module, "*", "es_gen*.go"))
		if err != nil || len(generated) < 100 {
			b.Fatalf("%d generated files, %v", len(generated), err)
		}
		for _, path := range generated {
			if err := os.Remove(path); err != nil {
				b.Fatal(err)
			}
		}
		generating = append(generating, runIn(b, module, esgen, "./..."))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(median(generating)), "ms/esgen")
}

// BenchmarkSchema reads, checks and generates one schema file of 100 aggregates and
// 1,000 events from nothing. Beside it a run that finds everything up to date.
func BenchmarkSchema(b *testing.B) {
	esgen := buildTool(b)
	module := b.TempDir()
	if err := writeGoMod(module, "example.com/synthetic"); err != nil {
		b.Fatal(err)
	}
	folder := filepath.Join(module, "ledger")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "ledger.yaml"), syntheticSchema(100, 10), 0o666); err != nil {
		b.Fatal(err)
	}
	var generating, looking []time.Duration
	for b.Loop() {
		for _, name := range generatedNames {
			if err := os.Remove(filepath.Join(folder, name)); err != nil && !os.IsNotExist(err) {
				b.Fatal(err)
			}
		}
		generating = append(generating, runIn(b, module, esgen, "./..."))
		looking = append(looking, runIn(b, module, esgen, "check", "./..."))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(median(generating)), "ms/esgen")
	b.ReportMetric(milliseconds(median(looking)), "ms/check")
}

// runIn runs a program in a folder and says how long that took.
func runIn(b *testing.B, folder, program string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(start)
	if err != nil {
		b.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return took
}

func median(durations []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// writeSyntheticModule writes a module of packages p000, p001 and so on, each with an
// aggregate and its events, spread over fields of the usual kinds.
func writeSyntheticModule(tb testing.TB, root string, packages, events int) {
	tb.Helper()
	if err := writeGoMod(root, "example.com/synthetic"); err != nil {
		tb.Fatal(err)
	}
	for i := range packages {
		folder := filepath.Join(root, fmt.Sprintf("p%03d", i))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			tb.Fatal(err)
		}
		source := syntheticPackage(fmt.Sprintf("p%03d", i), events)
		if err := os.WriteFile(filepath.Join(folder, "domain.go"), []byte(source), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
}

func syntheticPackage(name string, events int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `package %s

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Account is an aggregate of the usual size.
//
//es:aggregate %[1]s_account
type Account struct {
	es.Root

	id      uuid.UUID `+"`es:\"id\"`"+`
	balance Money
	updated time.Time
}

// Money is what most events speak of.
type Money struct {
	Amount   int64  `+"`json:\"amount\"`"+`
	Currency string `+"`json:\"currency\"`"+`
}

var errTooLittle = errors.New("too little")

// Spend records an event.
func (a *Account) Spend(m Money) error {
	if a.balance.Amount < m.Amount {
		return fmt.Errorf("account %%v: %%w", a.id, errTooLittle)
	}
	a.record(Event0{AccountID: a.id, Money: m})
	return nil
}
`, name)
	for i := range events {
		fmt.Fprintf(&b, `
// Event%[2]d is one of the events.
//
//es:event %[1]s_account.event%[2]d
type Event%[2]d struct {
	AccountID uuid.UUID         `+"`json:\"accountId\"`"+`
	Money     Money             `+"`json:\"money\"`"+`
	At        time.Time         `+"`json:\"at\"`"+`
	Note      string            `+"`json:\"note,omitempty\"`"+`
	Labels    map[string]string `+"`json:\"labels,omitempty\"`"+`
	Lines     []string          `+"`json:\"lines\"`"+`
	Count     int               `+"`json:\"count\"`"+`
}

func (a *Account) applyEvent%[2]d(e Event%[2]d) { a.id, a.balance, a.updated = e.AccountID, e.Money, e.At }
`, name, i)
	}
	return b.String()
}

// syntheticSchema is a schema file of aggregates with so many events each, spread over
// fields of the usual kinds. Every event sets a part of the state, so that it needs no Go
// beside it.
func syntheticSchema(aggregates, events int) []byte {
	var b strings.Builder
	b.WriteString(`esgen: 1
package: ledger

types:
  AccountID: {is: uuid}
  Note: {is: string, max_length: 200}
  Currency: {enum: [EUR, USD]}
  Money: {fields: {amount: int64, currency: Currency}}

aggregates:
`)
	for i := range aggregates {
		fmt.Fprintf(&b, `  Account%[1]d:
    doc: Account%[1]d is an aggregate of the usual size.
    id: accountId
    state: {accountId: AccountID, balance: Money, updated: time}
    events:
`, i)
		for j := range events {
			fmt.Fprintf(&b, `      Event%dOf%d:
        doc: One of the events.
        fields:
          accountId: AccountID
          balance: Money
          updated: time
          note: {type: Note, optional: true}
          labels: {type: "map[string]string", optional: true}
          lines: "[]string"
          count: int
        sets: [accountId, balance, updated]
`, j, i)
		}
	}
	return []byte(b.String())
}
