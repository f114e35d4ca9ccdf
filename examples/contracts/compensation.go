package contracts

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// CancelOverlaps looks for contracts of one person that overlap, and cancels all but
// those that were signed first. It can be run at any time and as often as one likes:
// what has been cancelled is no overlap any more. The contracts that it has cancelled
// are returned, also beside an error.
func (o *Office) CancelOverlaps(ctx context.Context) (cancelled []uuid.UUID, err error) {
	persons := map[uuid.UUID][]ContractRow{}
	for row, err := range ContractTable().All(ctx, o.store, es.Page[uuid.UUID]{}) {
		if err != nil {
			return nil, err
		}
		persons[row.Person] = append(persons[row.Person], row)
	}
	for _, rows := range persons {
		slices.SortFunc(rows, func(a, b ContractRow) int {
			return cmp.Or(a.Signed.Compare(b.Signed), bytes.Compare(a.ID[:], b.ID[:]))
		})
		var kept []Period
		for _, row := range rows {
			if !slices.ContainsFunc(kept, row.period().Overlaps) {
				kept = append(kept, row.period())
				continue
			}
			err := o.contracts.Update(ctx, row.ID, func(c *Contract) error { c.Cancel("it overlaps another"); return nil })
			if err != nil {
				return cancelled, err
			}
			cancelled = append(cancelled, row.ID)
		}
	}
	return cancelled, nil
}
