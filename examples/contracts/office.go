package contracts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/esgen/esgen/runtime/es"
)

// Office keeps persons and their contracts.
type Office struct {
	store     es.Store
	persons   *PersonRepository
	contracts *ContractRepository
	clock     es.Clock
}

// NewOffice opens an office on a store that keeps [ContractTable].
func NewOffice(store es.Store, clock es.Clock) *Office {
	return &Office{
		store: store, clock: clock,
		persons:   NewPersonRepository(store, es.WithClock(clock)),
		contracts: NewContractRepository(store, es.WithClock(clock)),
	}
}

// Register registers a person.
func (o *Office) Register(ctx context.Context, id uuid.UUID, name string) error {
	return o.persons.Save(ctx, Register(id, name))
}

// sign has a person sign a contract, which is not saved yet.
func (o *Office) sign(ctx context.Context, id, person uuid.UUID, period Period) (*Contract, error) {
	p, err := o.persons.Load(ctx, person)
	if err != nil {
		return nil, err
	}
	return p.SignContract(id, period, o.now())
}

func (o *Office) now() time.Time { return o.clock.Now().UTC() }
