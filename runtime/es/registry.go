package es

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Registry knows the aggregates and events of an application, or of a part of
// it. It is a value that does not change, and safe for use by several goroutines
// at once.
type Registry struct {
	aggregates []*AggregateType
	byName     map[string]*AggregateType
	byEvent    map[string]*registered // by name and by alias
}

type registered struct {
	EventType
	aggregate *AggregateType
}

// AggregateType is an aggregate as a registry knows it.
type AggregateType struct {
	// Name is the stable name, Stream the template of its streams' names.
	Name, Stream string
	// Events are the aggregate's own events. They must not be changed.
	Events []EventType

	template template
	goType   reflect.Type
	goEvent  reflect.Type // which aggregates that share a stream have in common
	load     func(ctx context.Context, store Store, id string) (any, error)
	encode   func(dst []byte, event Event) ([]byte, error)
	decode   func(*Stored) (Event, error)
	tags     func(Event) ([]Tag, error)
}

// RegistryPart is what registries are made of: a *Definition or another
// *Registry.
type RegistryPart interface {
	types() ([]*AggregateType, error)
}

// NewRegistry makes a registry of definitions and of other registries. The same
// name of an aggregate, the same name or alias of an event, and two stream
// templates that can spell one another's streams are errors that name both
// places. A part that stands twice, directly or within others, counts once.
func NewRegistry(parts ...RegistryPart) (*Registry, error) {
	r := &Registry{byName: map[string]*AggregateType{}, byEvent: map[string]*registered{}}
	var errs []error
	for i, part := range parts {
		if part == nil {
			errs = append(errs, fmt.Errorf("part %d is nil", i+1))
			continue
		}
		types, err := part.types()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, t := range types {
			errs = append(errs, r.add(t)...)
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("registry: %w", errors.Join(errs...))
	}
	slices.SortFunc(r.aggregates, func(a, b *AggregateType) int { return cmp.Compare(a.Name, b.Name) })
	return r, nil
}

// MustRegistry is NewRegistry for parts that were checked before: it panics
// where they do not go together.
//
// Called by generated code.
func MustRegistry(parts ...RegistryPart) *Registry {
	r, err := NewRegistry(parts...)
	if err != nil {
		panic(err)
	}
	return r
}

func (r *Registry) add(t *AggregateType) (errs []error) {
	if other, twice := r.byName[t.Name]; twice {
		if other.same(t) {
			return nil
		}
		if other.goType == t.goType {
			return []error{fmt.Errorf("aggregate %s has two definitions, both of %s, that differ", t.Name, goName(t.goType))}
		}
		return []error{fmt.Errorf("aggregate %s is both %s and %s", t.Name, goName(other.goType), goName(t.goType))}
	}
	for _, other := range r.aggregates {
		siblings := t.template == other.template && t.goEvent == other.goEvent
		if !siblings && t.template.overlaps(other.template) {
			errs = append(errs, fmt.Errorf("the stream templates %q of %s and %q of %s can spell the same stream",
				other.Stream, goName(other.goType), t.Stream, goName(t.goType)))
		}
	}
	r.byName[t.Name] = t
	r.aggregates = append(r.aggregates, t)
	for i := range t.Events {
		e := &registered{EventType: t.Events[i], aggregate: t}
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			if other, twice := r.byEvent[name]; twice {
				errs = append(errs, fmt.Errorf("event name %s belongs to both %s and %s", name,
					goName(reflect.TypeOf(other.Zero)), goName(reflect.TypeOf(e.Zero))))
				continue
			}
			r.byEvent[name] = e
		}
	}
	return errs
}

// same says whether two types are of one definition, made twice.
func (t *AggregateType) same(u *AggregateType) bool {
	return t.goType == u.goType && t.goEvent == u.goEvent && t.Stream == u.Stream &&
		slices.EqualFunc(t.Events, u.Events, func(e, f EventType) bool {
			return e.Name == f.Name && e.Version == f.Version && slices.Equal(e.Aliases, f.Aliases)
		})
}

func (r *Registry) types() ([]*AggregateType, error) {
	if r == nil {
		return nil, errNilRegistry
	}
	return r.aggregates, nil
}

var errNilRegistry = errors.New("the registry is nil")

func (d *Definition[A, ID, E]) types() ([]*AggregateType, error) {
	if d == nil {
		return nil, fmt.Errorf("the definition of %T is nil", *new(*A))
	}
	if _, ok := any(new(A)).(rooted); !ok {
		return nil, fmt.Errorf("%T does not embed es.Root", *new(*A))
	}
	tmpl, err := parseTemplate(d.Stream)
	if err != nil {
		return nil, fmt.Errorf("aggregate %s: %w", d.Name, err)
	}
	t := &AggregateType{Name: d.Name, Stream: d.Stream, Events: d.Events, template: tmpl,
		goType: reflect.TypeFor[A](), goEvent: reflect.TypeFor[E]()}
	t.load = func(ctx context.Context, store Store, text string) (any, error) {
		id, err := d.ParseID(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no ID: %w", d.Name, text, err)
		}
		a, err := NewRepository(store, d).Load(ctx, id)
		if err != nil {
			return nil, err
		}
		return a, nil
	}
	t.encode = func(dst []byte, event Event) ([]byte, error) {
		e, ok := event.(E)
		if !ok {
			return nil, UnexpectedEvent(d.Name, event)
		}
		return d.Encode(dst, e)
	}
	t.decode = func(s *Stored) (Event, error) { return d.Decode(s) }
	t.tags = func(event Event) ([]Tag, error) {
		if e, ok := event.(E); ok && d.Tags != nil {
			return d.Tags(e)
		}
		return nil, nil
	}
	return []*AggregateType{t}, nil
}

// Aggregates lists the aggregates by name. They must not be changed.
func (r *Registry) Aggregates() []*AggregateType { return slices.Clone(r.aggregates) }

// Aggregate finds an aggregate by its name.
func (r *Registry) Aggregate(name string) (*AggregateType, bool) {
	t, ok := r.byName[name]
	return t, ok
}

// Event finds an event type by its name or by an alias.
func (r *Registry) Event(name string) (EventType, bool) {
	e, ok := r.byEvent[name]
	if !ok {
		return EventType{}, false
	}
	return e.EventType, true
}

// Load loads an aggregate by its name and by the text of its ID: the result is a
// pointer to the aggregate's struct. Its errors are those of Repository.Load;
// ErrUnknownType where the registry has no aggregate of that name.
func (r *Registry) Load(ctx context.Context, store Store, name, id string) (any, error) {
	if r == nil {
		return nil, errNilRegistry
	}
	t, ok := r.byName[name]
	if !ok {
		return nil, fmt.Errorf("%w: no aggregate is called %q; there are %s", ErrUnknownType, name, r.names())
	}
	return t.load(ctx, store, id)
}

func (r *Registry) names() string {
	if len(r.aggregates) == 0 {
		return "none"
	}
	var names []string
	for _, t := range r.aggregates {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}

// Encode appends the payload of an event to dst. ErrUnknownType where the
// registry does not know its type.
func (r *Registry) Encode(dst []byte, event Event) ([]byte, error) {
	e, err := r.find(event)
	if err != nil {
		return nil, err
	}
	return e.aggregate.encode(dst, event)
}

// find looks up the type of an event.
func (r *Registry) find(event Event) (*registered, error) {
	if event == nil {
		return nil, errors.New("the event is nil")
	}
	if v := reflect.ValueOf(event); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, fmt.Errorf("the event is a nil %T", event)
	}
	e, ok := r.byEvent[event.EventType()]
	if !ok {
		return nil, fmt.Errorf("%w: the registry does not know event %s", ErrUnknownType, event.EventType())
	}
	return e, nil
}

// NewEvent makes what Store.Append takes of an event that no aggregate has
// recorded: a note in a stream of its own, say, or an event that another system
// sent. It gets an ID, its tags, and the metadata of the context; at is when it
// happened.
func (r *Registry) NewEvent(ctx context.Context, event Event, at time.Time) (NewEvent, error) {
	e, err := r.find(event)
	if err != nil {
		return NewEvent{}, err
	}
	payload, err := e.aggregate.encode(nil, event)
	if err != nil {
		return NewEvent{}, fmt.Errorf("encode %s: %w", e.Name, err)
	}
	tags, err := e.aggregate.tags(event)
	if err != nil {
		return NewEvent{}, fmt.Errorf("tag %s: %w", e.Name, err)
	}
	metadata, err := MetadataFromContext(ctx).encode()
	if err != nil {
		return NewEvent{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return NewEvent{}, fmt.Errorf("no event ID: %w", err)
	}
	return NewEvent{
		ID: id, Type: e.Name, TypeVersion: e.Version, RecordedAt: at.UTC().Round(0),
		Payload: payload, Metadata: metadata, Tags: tags,
	}, nil
}

// Decode gives the event that s holds. ErrUnknownType where the registry does
// not know its type or that version of it.
func (r *Registry) Decode(s *Stored) (Event, error) {
	e, ok := r.byEvent[s.Type]
	if !ok {
		return nil, fmt.Errorf("%w: the registry does not know event %s", ErrUnknownType, s.Type)
	}
	return e.aggregate.decode(s)
}

// goName is a type as a message names it: with the path of its package.
func goName(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	return t.PkgPath() + "." + t.Name()
}
