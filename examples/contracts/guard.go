package contracts

import (
	"context"

	"github.com/google/uuid"
)

// SignGuarded signs a contract unless the table shows another of the person's in
// that period. What the table shows is right, and may be no longer right when the
// contract is saved: of two who look at the same time, both see nothing.
func (o *Office) SignGuarded(ctx context.Context, id, person uuid.UUID, period Period) error {
	for row, err := range ContractTable().ByPerson(ctx, o.store, person) {
		if err != nil {
			return err
		}
		if period.Overlaps(row.period()) {
			return ErrOverlap
		}
	}
	c, err := o.sign(ctx, id, person, period)
	if err != nil {
		return err
	}
	return o.contracts.Save(ctx, c)
}

func (r ContractRow) period() Period { return Period{From: r.From, To: r.To} }
