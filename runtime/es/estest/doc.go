// Package estest tests aggregates by their events: given what has happened, when
// something is asked of the aggregate, then these events are recorded, or that
// error is returned.
//
// # The problem
//
// What an aggregate decides is worth testing without a database, without
// knowledge of its fields, and in the words of the domain.
//
// # The model
//
// [For] takes the constructor of the generated repository. Given events are
// encoded, stored in memory and loaded as a repository loads them; what is
// recorded is saved and read back. So every event that a test meets goes through
// its codec and must come out as it went in. A failure prints a diff.
//
// # The smallest example
//
//	estest.For(t, NewProfileRepository).
//		Given(Registered{ProfileID: id, Name: ann}).
//		When(func(p *Profile) error { return p.ChangeName(bob) }).
//		Then(NameChanged{Name: bob})
//
// [RoundTrip] is what generated tests call for every event type.
package estest
