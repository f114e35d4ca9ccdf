package es

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Decision makes a struct that embeds it a decision model: the events of many
// streams that one decision looks at. Loading it remembers what was asked and
// where the store stood, and If hands that to a save as a condition: the save is
// refused if another event has come that the decision would have read.
type Decision struct {
	_      noCopy
	query  Query
	after  int64
	loaded bool
}

func (d *Decision) decision() *Decision { return d }

// DecisionModel is any struct that embeds Decision.
type DecisionModel interface{ decision() *Decision }

// ReadDecision reads the events that q selects and hands them to apply, in the
// order of their positions. The store's head is read before the events, so that
// what is appended meanwhile can break the condition but never slip past it. The
// *Stored is valid during the call; apply copies what it keeps.
//
// Decision models that are written by hand call it.
func ReadDecision(ctx context.Context, store Store, d *Decision, q Query, apply func(*Stored) error) error {
	return readDecision(ctx, store, d, ReadAll{Query: q}, apply)
}

// LoadDecision is ReadDecision for an apply that looks at no ID, no metadata and no
// tags: what it gets may lack them, see ReadAll.Brief.
//
// Called by generated code.
func LoadDecision(ctx context.Context, store Store, d *Decision, q Query, apply func(*Stored) error) error {
	return readDecision(ctx, store, d, ReadAll{Query: q, Brief: true}, apply)
}

func readDecision(ctx context.Context, store Store, d *Decision, read ReadAll, apply func(*Stored) error) error {
	if store == nil {
		return errNilStore
	}
	if d == nil {
		return errors.New("read a decision: the model is nil")
	}
	d.loaded = false
	head, err := store.Head(ctx)
	if err != nil {
		return fmt.Errorf("read a decision: %w", err)
	}
	if read.To = head; head > 0 { // To: 0 would be open
		for s, err := range store.All(ctx, read) {
			if err != nil {
				return fmt.Errorf("read a decision: %w", err)
			}
			if err := apply(s); err != nil {
				return eventError(s, err)
			}
		}
	}
	d.query, d.after, d.loaded = read.Query, head, true
	return nil
}

// Conditions are what the models ask of an append: that no event has come that one
// of them would have read. They are for appends without an aggregate; a save takes
// If. A model that was never loaded is an error.
func Conditions(models ...DecisionModel) ([]Condition, error) {
	var conditions []Condition
	for _, m := range models {
		if v := reflect.ValueOf(m); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, errNotLoaded
		}
		c, err := m.decision().condition()
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, c)
	}
	return conditions, nil
}

var errNotLoaded = errors.New("a decision model that was never loaded carries no condition: load it first")

func (d *Decision) condition() (Condition, error) {
	if !d.loaded {
		return Condition{}, errNotLoaded
	}
	return Condition{Query: d.query, After: d.after}, nil
}
