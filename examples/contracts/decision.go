package contracts

import (
	"context"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Employment is what a decision about one person's contracts looks at: all that were
// signed, but for those that were cancelled.
//
//es:decision
type Employment struct {
	es.Decision

	person  uuid.UUID `es:"tag=person"`
	periods map[uuid.UUID]Period
}

func (e *Employment) applySigned(s Signed) {
	if e.periods == nil {
		e.periods = map[uuid.UUID]Period{}
	}
	e.periods[s.ContractID] = s.Period
}

func (e *Employment) applyCancelled(c Cancelled) { delete(e.periods, c.ContractID) }

func (e *Employment) allows(period Period) error {
	for _, other := range e.periods {
		if period.Overlaps(other) {
			return ErrOverlap
		}
	}
	return nil
}

// Sign signs a contract unless another of the person's overlaps it: not even where
// both are signed at once. The save carries the condition that nothing has come that
// the decision would have read; whoever is too late reads again, and is told why not.
func (o *Office) Sign(ctx context.Context, id, person uuid.UUID, period Period) error {
	return es.Retry(ctx, func() error {
		employment, err := LoadEmployment(ctx, o.store, person)
		if err != nil {
			return err
		}
		if err := employment.allows(period); err != nil {
			return err
		}
		c, err := o.sign(ctx, id, person, period)
		if err != nil {
			return err
		}
		return o.contracts.Save(ctx, c, es.If(employment))
	})
}
