package command_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/command"
	"github.com/esgen/esgen/runtime/es"
	"github.com/esgen/esgen/runtime/memory"
)

// item is an aggregate whose plumbing is written by hand, as generated code would have
// it.
type item struct {
	es.Root

	id    string
	count int
}

type itemEvent interface {
	es.Event
	isItemEvent()
}

type (
	stocked struct {
		ID    string
		Count int
	}
	taken struct{ Count int }
)

func (stocked) EventType() string { return "item.stocked" }
func (taken) EventType() string   { return "item.taken" }
func (stocked) isItemEvent()      {}
func (taken) isItemEvent()        {}

func (i *item) record(event itemEvent) { es.Record(i, &i.Root, event, dispatchItem) }

func dispatchItem(i *item, event itemEvent) error {
	switch e := event.(type) {
	case stocked:
		i.id = e.ID
		i.count += e.Count
	case taken:
		i.count -= e.Count
	default:
		return es.UnexpectedEvent("item", event)
	}
	return nil
}

func decodeItemEvent(s *es.Stored) (itemEvent, error) {
	switch s.Type {
	case "item.stocked":
		var e stocked
		err := decodeItem(s, &e.ID, &e.Count)
		return e, err
	case "item.taken":
		var e taken
		err := decodeItem(s, new(string), &e.Count)
		return e, err
	}
	return nil, es.UnknownEvent("item", s)
}

// A payload is a number and an ID behind it, quoted, so that encoding costs no more than with
// generated code: what a dispatch adds to it is measured.
func decodeItem(s *es.Stored, id *string, count *int) error {
	text := strings.Trim(string(s.Payload), `"`)
	number, rest, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	*id, *count = rest, n
	return err
}

func encodeItemEvent(dst []byte, event itemEvent) ([]byte, error) {
	switch e := event.(type) {
	case stocked:
		return append(strconv.AppendInt(append(dst, '"'), int64(e.Count), 10), " "+e.ID+`"`...), nil
	case taken:
		return append(strconv.AppendInt(append(dst, '"'), int64(e.Count), 10), '"'), nil
	}
	return dst, es.UnexpectedEvent("item", event)
}

type items = es.Repository[item, string, itemEvent]

func newItems(store es.Store, opts ...es.Option) *items {
	return es.NewRepository(store, &es.Definition[item, string, itemEvent]{
		Name:     "item",
		Stream:   "item-{id}",
		Events:   []es.EventType{{Name: "item.stocked", Version: 1, Zero: stocked{}}, {Name: "item.taken", Version: 1, Zero: taken{}}},
		ID:       func(i *item) string { return i.id },
		FormatID: func(id string) (string, error) { return id, nil },
		ParseID:  func(s string) (string, error) { return s, nil },
		Apply:    dispatchItem,
		Load: func(i *item, s *es.Stored) error {
			e, err := decodeItemEvent(s)
			if err != nil {
				return err
			}
			return dispatchItem(i, e)
		},
		Encode: encodeItemEvent,
		Decode: decodeItemEvent,
	}, opts...)
}

var errShort = errors.New("not so many are left")

type itemCommand interface{ isItemCommand() }

type (
	// stock creates.
	stock struct {
		ID    string `json:"id" es:"id"`
		Count int    `json:"count" validate:"min=1,max=1000"`
	}
	take struct {
		ID    string `json:"id" es:"id"`
		Count int    `json:"count" validate:"min=1"`
	}
	// restock creates where there is none.
	restock struct {
		ID    string `json:"id" es:"id"`
		Count int    `json:"count" validate:"min=1"`
	}
	// act does as a test wants: on what exists, on what must not, or on either.
	act struct {
		ID string `json:"id" es:"id"`
		Do func(*item) error
	}
	actNew    act
	actEither act
	// routeless is none of the aggregate's.
	routeless struct{}
)

func (stock) isItemCommand()     {}
func (take) isItemCommand()      {}
func (restock) isItemCommand()   {}
func (act) isItemCommand()       {}
func (actNew) isItemCommand()    {}
func (actEither) isItemCommand() {}
func (routeless) isItemCommand() {}

func (i *item) handleStock(c stock) error {
	i.record(stocked(c))
	return nil
}

func (i *item) handleTake(c take) error {
	if i.count < c.Count {
		return errShort
	}
	i.record(taken{Count: c.Count})
	return nil
}

func (i *item) handleRestock(c restock) error {
	i.record(stocked(c))
	return nil
}

type itemCommands = command.Dispatcher[item, string, itemEvent, itemCommand]

func newItemCommands(repository *items, opts ...command.Option[itemCommand]) *itemCommands {
	return command.NewDispatcher(repository, routeItemCommand, opts...)
}

func routeItemCommand(cmd itemCommand) (command.Route[item, string], error) {
	switch c := cmd.(type) {
	case stock:
		return command.Create(c.ID, func(i *item) error { return i.handleStock(c) }), nil
	case take:
		return command.Update(c.ID, func(i *item) error { return i.handleTake(c) }), nil
	case restock:
		return command.UpdateOrCreate(c.ID, func(i *item) error { return i.handleRestock(c) }), nil
	case act:
		return command.Update(c.ID, c.Do), nil
	case actNew:
		return command.Create(c.ID, c.Do), nil
	case actEither:
		return command.UpdateOrCreate(c.ID, c.Do), nil
	case routeless:
		return command.Route[item, string]{}, nil
	}
	return command.Route[item, string]{}, command.Unexpected("item", cmd)
}

// stocked100 is a store with one item, a hundred of it.
func stocked100(t testing.TB, opts ...command.Option[itemCommand]) (*itemCommands, *memory.Store) {
	t.Helper()
	store := memory.New()
	commands := newItemCommands(newItems(store), opts...)
	if err := commands.Dispatch(t.Context(), stock{ID: "nut", Count: 100}); err != nil {
		t.Fatal(err)
	}
	return commands, store
}

// left is how many of an item there are, and its version.
func left(t testing.TB, store es.Store, id string) string {
	t.Helper()
	i, err := newItems(store).Load(t.Context(), id)
	if errors.Is(err, es.ErrNotFound) {
		return "none"
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d at version %d", i.count, i.Version())
}

// faulty is a store whose appends fail as a test wants, before they reach the store in it
// or after. It cannot be asked for commands.
type faulty struct {
	es.Store
	before, after []error
	appends       int
}

func (f *faulty) Append(ctx context.Context, a es.Append) (es.Result, error) {
	f.appends++
	if err := shift(&f.before); err != nil {
		return es.Result{}, err
	}
	result, err := f.Store.Append(ctx, a)
	if lost := shift(&f.after); lost != nil {
		return es.Result{}, lost
	}
	return result, err
}

func shift(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}
