// Package declared has types of every kind that a schema file can declare. Its tests
// are about the declarations that are generated for them.
package declared

func (t *Thing) handleCreate(c Create) error {
	t.record(Created(c))
	return nil
}

func (t *Thing) handleDescribe(Describe) error { return nil }
