package contracts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/examples/contracts"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/es/estest"
	"github.com/esgen/esgen/runtime/sqlite"
)

var (
	year2027 = contracts.Period{From: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}
	june2027 = contracts.Period{From: time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)}
	from2028 = contracts.Period{From: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}
)

func ExampleOffice_Sign() {
	dir, err := os.MkdirTemp("", "contracts-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "office.db"), sqlite.WithTables(contracts.ContractTable()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	office := contracts.NewOffice(store, es.SystemClock)
	ann := uuid.New()
	fmt.Println(office.Register(ctx, ann, "Ann"))
	fmt.Println(office.Sign(ctx, uuid.New(), ann, year2027))
	fmt.Println(office.Sign(ctx, uuid.New(), ann, june2027))
	fmt.Println(office.Sign(ctx, uuid.New(), ann, from2028))
	// Output:
	// <nil>
	// <nil>
	// contracts: the person is under contract in that period already
	// <nil>
}

// gate holds back the first appends that come to it until all of them are there: so
// all have decided before any of them is stored. What comes later passes.
type gate struct {
	*sqlite.Store
	mu      sync.Mutex
	missing int
	open    chan struct{}
}

func (g *gate) Append(ctx context.Context, a es.Append) (es.Result, error) {
	g.mu.Lock()
	waits := g.missing > 0
	if waits {
		if g.missing--; g.missing == 0 {
			close(g.open)
		}
	}
	g.mu.Unlock()
	if waits {
		<-g.open
	}
	return g.Store.Append(ctx, a)
}

func openStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "office.db"), sqlite.WithTables(contracts.ContractTable()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

const signers = 16

// race has sixteen sign a contract of one person for one period. All of them have
// looked before the first is stored. It counts those who succeeded.
func race(t *testing.T, sign func(*contracts.Office) func(ctx context.Context, id, person uuid.UUID, period contracts.Period) error) (*contracts.Office, es.Store, int) {
	t.Helper()
	store := openStore(t)
	person := uuid.New()
	if err := contracts.NewOffice(store, es.SystemClock).Register(t.Context(), person, "Ann"); err != nil {
		t.Fatal(err)
	}
	gated := &gate{Store: store, missing: signers, open: make(chan struct{})}
	office := contracts.NewOffice(gated, es.SystemClock)
	errs := make([]error, signers)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = sign(office)(t.Context(), uuid.New(), person, year2027) })
	}
	wg.Wait()
	signed := 0
	for _, err := range errs {
		switch {
		case err == nil:
			signed++
		case !errors.Is(err, contracts.ErrOverlap):
			t.Fatal(err)
		}
	}
	return office, store, signed
}

// A guard over a table of current state keeps nobody out who is in a race.
func TestAGuardHasARace(t *testing.T) {
	if _, _, signed := race(t, func(o *contracts.Office) func(context.Context, uuid.UUID, uuid.UUID, contracts.Period) error {
		return o.SignGuarded
	}); signed != signers {
		t.Fatalf("%d signed; all had looked before the first was stored, so it should have been %d", signed, signers)
	}
}

// It does keep out who comes later.
func TestAGuardIsAMessage(t *testing.T) {
	office := contracts.NewOffice(openStore(t), es.SystemClock)
	person := uuid.New()
	for _, step := range []struct {
		err, want error
	}{
		{office.Register(t.Context(), person, "Ann"), nil},
		{office.SignGuarded(t.Context(), uuid.New(), person, year2027), nil},
		{office.SignGuarded(t.Context(), uuid.New(), person, june2027), contracts.ErrOverlap},
		{office.SignGuarded(t.Context(), uuid.New(), person, from2028), nil},
		{office.Sign(t.Context(), uuid.New(), person, june2027), contracts.ErrOverlap},
		{office.Sign(t.Context(), uuid.New(), person, contracts.Period{From: year2027.From, To: year2027.From.AddDate(-1, 0, 0)}), contracts.ErrPeriod},
		{office.Sign(t.Context(), uuid.New(), uuid.New(), june2027), es.ErrNotFound},
	} {
		if !errors.Is(step.err, step.want) {
			t.Errorf("got %v, want %v", step.err, step.want)
		}
	}
}

// A decision model lets exactly one of them through.
func TestADecisionHasNoRace(t *testing.T) {
	if _, _, signed := race(t, func(o *contracts.Office) func(context.Context, uuid.UUID, uuid.UUID, contracts.Period) error {
		return o.Sign
	}); signed != 1 {
		t.Fatalf("%d signed, want 1", signed)
	}
}

// What a guard has let through is found and cancelled later; after that there is
// nothing to be done.
func TestCompensation(t *testing.T) {
	office, store, signed := race(t, func(o *contracts.Office) func(context.Context, uuid.UUID, uuid.UUID, contracts.Period) error {
		return o.SignGuarded
	})
	for _, want := range []int{signed - 1, 0} {
		cancelled, err := office.CancelOverlaps(t.Context())
		if err != nil || len(cancelled) != want {
			t.Fatalf("%d were cancelled, want %d (%v)", len(cancelled), want, err)
		}
	}
	rows, deleted := 0, 0
	for _, err := range contracts.ContractTable().All(t.Context(), store, es.Page[uuid.UUID]{}) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	for row, err := range contracts.ContractTable().WithDeleted().All(t.Context(), store, es.Page[uuid.UUID]{}) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Cancelled {
			deleted++
		}
	}
	if rows != 1 || deleted != signers-1 {
		t.Fatalf("%d contracts are valid and %d cancelled, want 1 and %d", rows, deleted, signers-1)
	}
}

// A contract that was cancelled makes room for another.
func TestCancelledContractsDoNotCount(t *testing.T) {
	store := openStore(t)
	office := contracts.NewOffice(store, es.SystemClock)
	person, first := uuid.New(), uuid.New()
	for _, err := range []error{
		office.Register(t.Context(), person, "Ann"),
		office.Sign(t.Context(), first, person, year2027),
		contracts.NewContractRepository(store).Update(t.Context(), first, func(c *contracts.Contract) error { c.Cancel("moved away"); return nil }),
		office.Sign(t.Context(), uuid.New(), person, year2027),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Given, when, then needs no file, though contracts have a table.
func TestCancel(t *testing.T) {
	id, person := uuid.New(), uuid.New()
	signed := contracts.Signed{ContractID: id, PersonID: person, Period: year2027, SignedAt: year2027.From}
	cancelled := contracts.Cancelled{ContractID: id, PersonID: person, Reason: "moved away"}
	cancel := func(c *contracts.Contract) error { c.Cancel("moved away"); return nil }

	estest.For(t, contracts.NewContractRepository).Given(signed).When(cancel).Then(cancelled)
	estest.For(t, contracts.NewContractRepository).Given(signed, cancelled).When(cancel).Then()
}
