//go:build cgo && linux

package torture

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/sqlite"
)

// Sixteen want one address at once, over and over. One of them gets it each time, and
// the others hear that it is taken.
func TestClaim(t *testing.T) {
	t.Parallel()
	testClaim(t, 1, 10)
	testClaim(t, 4, 5)
}

func TestTortureClaim(t *testing.T) {
	full(t)
	testClaim(t, 1, 100)
	testClaim(t, 4, 100)
}

const claimants = 16

func testClaim(t *testing.T, processes, rounds int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.db")
	c := claim(t, path, processes, rounds)
	if c.won != rounds || c.taken != rounds*(claimants-1) || c.roundsWithOne != rounds {
		t.Fatalf("%d processes: %+v in %d rounds", processes, c, rounds)
	}
	members, stray, err := strayMembers(t.Context(), path)
	if err != nil || stray != nil || members != rounds {
		t.Fatalf("%d members, %q, %v", members, stray, err)
	}
	if report, err := sqlite.Check(t.Context(), path); err != nil || report.Err() != nil || report.Rows != int64(rounds) || report.Streams != int64(rounds) {
		t.Fatalf("%+v, %v", report, err)
	}
	t.Logf("%d processes, %d rounds of %d claimants: %d won, %d heard es.ErrUnique; %d rows and as many streams", processes, rounds, claimants, c.won, c.taken, members)
}

// Who looks first and writes then, without a unique column, is found out.
func TestClaimFindsOutWhoLooksFirst(t *testing.T) {
	t.Parallel()
	const rounds = 10
	c := claim(t, filepath.Join(t.TempDir(), "events.db"), 2, rounds, "-look")
	if c.won <= rounds {
		t.Errorf("%+v in %d rounds: nobody got an address that another had", c, rounds)
	}
	t.Logf("%d rounds of %d claimants who look first: %d won", rounds, claimants, c.won)
}

// claims is what claimants were told.
type claims struct{ won, taken, roundsWithOne int }

// claim has processes claim one address a round, all at once.
func claim(t *testing.T, path string, processes, rounds int, flags ...any) (total claims) {
	t.Helper()
	type claimant struct {
		in  io.Writer
		out *bufio.Scanner
		end func()
	}
	var all []claimant
	for p := range processes {
		cmd, stderr := child(t, "claim", append(flags, "-name", fmt.Sprint("p", p), "-claimants", claimants/processes, path)...)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, claimant{in, bufio.NewScanner(out), func() {
			_ = in.Close()
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, stderr)
			}
		}})
	}
	defer func() {
		for _, c := range all {
			c.end()
		}
	}()
	for _, c := range all { // each says that it has opened the file
		if !c.out.Scan() {
			t.Fatal("a claimant has ended early")
		}
	}
	for round := range rounds {
		for _, c := range all {
			fmt.Fprintln(c.in, round)
		}
		round := claims{}
		for _, c := range all {
			var won, taken int
			if !c.out.Scan() {
				t.Fatal("a claimant has ended early")
			}
			if _, err := fmt.Sscan(c.out.Text(), &won, &taken); err != nil {
				t.Fatal(err)
			}
			round.won, round.taken = round.won+won, round.taken+taken
		}
		total.won, total.taken = total.won+round.won, total.taken+round.taken
		if round == (claims{won: 1, taken: claimants - 1}) {
			total.roundsWithOne++
		}
	}
	return total
}

// childClaim claims the address of each line that it reads, from several goroutines.
func childClaim(args []string) error {
	flags := flag.NewFlagSet("claim", flag.ExitOnError)
	name := flags.String("name", "p", "first part of the members' IDs")
	count := flags.Int("claimants", 4, "")
	look := flags.Bool("look", false, "look whether the address is taken, in place of a unique column")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx := context.Background()
	rows := rowsOf(membersTable(!*look))
	s, err := sqlite.Open(ctx, flags.Arg(0), sqlite.WithTables(rows))
	if err != nil {
		return err
	}
	fmt.Println("open")
	repo := es.NewRepository(s, memberDefinition(rows.Table()))
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		mail := "Address-" + in.Text() + "@example.com"
		errs := make([]error, *count)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				m := new(member)
				m.record(joined{ID: fmt.Sprintf("%s-%s-%d", *name, in.Text(), i), Name: "Ann", Mail: mail})
				if *look {
					for range rows.By(ctx, s, "mail", mail) {
						errs[i] = es.ErrUnique
						return
					}
				}
				errs[i] = repo.Save(ctx, m)
			})
		}
		wg.Wait()
		won, taken := 0, 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case errors.Is(err, es.ErrUnique):
				taken++
			default:
				return err
			}
		}
		fmt.Println(won, taken)
	}
	return s.Close()
}
