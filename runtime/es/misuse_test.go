package es_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/esgen/esgen/runtime/es"
)

// What is nil or was never loaded is refused by an error that names it.
func TestWhatIsNilIsRefused(t *testing.T) {
	type model struct{ es.Decision }
	repo, store := opened100(t)
	apply := func(*es.Stored) error { t.Error("called"); return nil }
	_, noPart := es.NewRegistry(nil)
	_, noRegistry := es.NewRegistry((*es.Registry)(nil))
	_, noDefinition := es.NewRegistry((*es.Definition[account, string, accountEvent])(nil))
	_, noLoader := (*es.Registry)(nil).Load(t.Context(), store, "account", "ann")
	_, undefined := es.NewRepository[account, string, accountEvent](store, nil).Load(t.Context(), "ann")
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"NewRegistry of nil":               {noPart, "part 1 is nil"},
		"NewRegistry of a nil *Registry":   {noRegistry, "the registry is nil"},
		"NewRegistry of a nil *Definition": {noDefinition, "the definition of *es_test.account is nil"},
		"Load of a nil *Registry":          {noLoader, "the registry is nil"},
		"a repository of no definition":    {undefined, "the definition is nil"},
		"If of nil":                        {repo.Save(t.Context(), open("bob"), es.If(nil)), "never loaded"},
		"If of a nil model":                {repo.Save(t.Context(), open("bob"), es.If((*model)(nil))), "never loaded"},
		"Into of nil":                      {repo.Save(t.Context(), open("bob"), es.Into(nil)), "the outcome is nil"},
		"Once of nothing":                  {repo.Save(t.Context(), open("bob"), es.Once("")), "the command ID is empty"},
		"ReadDecision into nil":            {es.ReadDecision(t.Context(), store, nil, es.Query{}, apply), "the model is nil"},
		"ReadDecision of a nil store":      {es.ReadDecision(t.Context(), nil, new(es.Decision), es.Query{}, apply), "the store is nil"},
	} {
		if tc.err == nil || !strings.Contains(tc.err.Error(), tc.want) {
			t.Errorf("%s: %v, want it to say %q", name, tc.err, tc.want)
		}
	}
	if _, err := repo.Load(t.Context(), "bob"); !errors.Is(err, es.ErrNotFound) {
		t.Errorf("something was stored: %v", err)
	}
	if err := repo.Save(t.Context(), open("bob"), nil); err != nil {
		t.Errorf("an option that is nil does nothing: %v", err)
	}
}
