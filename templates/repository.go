package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitRepositoryType writes the type of an aggregate's repository.
//
//	// ProfileRepository loads and saves aggregates of type Profile.
//	type ProfileRepository = es.Repository[Profile, uuid.UUID, ProfileEvent]
func emitRepositoryType(f *goFile, a *schema.Aggregate) {
	f.add(fmt.Sprintf("%s loads and saves aggregates of type %s.", a.RepositoryType(), a.GoName.Value),
		jen.Type().Id(a.RepositoryType()).Op("=").Add(f.es("Repository").Types(typeArgs(f, a)...)))
}

// typeArgs are what Repository and Definition are instantiated with.
func typeArgs(f *goFile, a *schema.Aggregate) []jen.Code {
	return []jen.Code{jen.Id(a.GoName.Value), f.typ(a.ID.Type), jen.Id(a.StreamInterface())}
}

// emitRepositoryFunc writes the constructor of an aggregate's repository.
//
//	// NewProfileRepository gives a repository of Profile aggregates over a store.
//	func NewProfileRepository(store es.Store, opts ...es.Option) *ProfileRepository {
//		return es.NewRepository(store, profileDefinition(), opts...)
//	}
func emitRepositoryFunc(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	store, opts := l.name("store"), l.name("opts")
	f.add(fmt.Sprintf("%s gives a repository of %s aggregates over a store.", a.RepositoryFunc(), a.GoName.Value),
		jen.Func().Id(a.RepositoryFunc()).
			Params(jen.Id(store).Add(f.es("Store")), jen.Id(opts).Op("...").Add(f.es("Option"))).
			Add(pointer(a.RepositoryType())).Block(
			jen.Return(f.es("NewRepository").Call(jen.Id(store), jen.Id(a.DefinitionFunc()).Call(), jen.Id(opts).Op("..."))),
		))
}

// emitDefinition writes what repositories and registries know of an aggregate.
//
//	// profileDefinition says what repositories and registries need to know of Profile.
//	func profileDefinition() *es.Definition[Profile, uuid.UUID, ProfileEvent] {
//		return &es.Definition[Profile, uuid.UUID, ProfileEvent]{
//			Name:   "profile",
//			Stream: "profile-{id}",
//			Events: []es.EventType{
//				{Name: "profile.registered", Version: 1, Zero: Registered{}},
//				{Name: "profile.name_changed", Version: 1, Aliases: []string{"profile.renamed"}, Zero: NameChanged{}},
//			},
//			ID:       func(p *Profile) uuid.UUID { return p.id },
//			FormatID: func(id uuid.UUID) (string, error) { return id.String(), nil },
//			ParseID:  uuid.Parse,
//			Apply:    dispatchProfile,
//			Load:     loadProfile,
//			Encode:   encodeProfileEvent,
//			Decode:   decodeProfileEvent,
//		}
//	}
func emitDefinition(f *goFile, a *schema.Aggregate) {
	var events []jen.Code
	for _, e := range a.Own {
		events = append(events, eventType(e))
	}
	recv := f.locals().of(a.GoName.Value)
	format, parse := idFuncs(f, a.ID)
	fields := []jen.Code{
		keyed("Name", jen.Lit(a.Name.Value)),
		keyed("Stream", jen.Lit(streamTemplate(a))),
	}
	if len(events) > 0 {
		fields = append(fields, keyed("Events", jen.Index().Add(f.es("EventType")).Add(elements("{", "}", events...))))
	}
	fields = append(fields,
		keyed("ID", jen.Func().Params(jen.Id(recv).Add(pointer(a.GoName.Value))).Add(f.typ(a.ID.Type)).
			Add(oneLine(jen.Return(jen.Id(recv).Dot(a.ID.Name.Value))))),
		keyed("FormatID", format),
		keyed("ParseID", parse),
		keyed("Apply", jen.Id(a.DispatchFunc())),
		keyed("Load", jen.Id(a.LoadFunc())),
	)
	if len(a.Paths) > 0 {
		fields = append(fields, keyed("Attach", jen.Id(a.AttachFunc())))
	}
	fields = append(fields,
		keyed("Encode", jen.Id(a.EncodeFunc())),
		keyed("Decode", jen.Id(a.DecodeFunc())),
	)
	if a.Tagged() {
		fields = append(fields, keyed("Tags", jen.Id(a.TagsFunc())))
	}
	if a.Table != nil {
		fields = append(fields, keyed("Table", jen.Op("&").Id(a.TableVar())), keyed("Row", jen.Id(a.RowOfFunc())))
	}
	if a.Snapshot != nil {
		fields = append(fields, snapshotsOf(f, a))
	}
	definition := f.es("Definition").Types(typeArgs(f, a)...)
	f.add(fmt.Sprintf("%s says what repositories and registries need to know of %s.", a.DefinitionFunc(), a.GoName.Value),
		jen.Func().Id(a.DefinitionFunc()).Params().Op("*").Add(definition).Block(
			jen.Return(jen.Op("&").Add(definition).Add(elements("{", "}", fields...))),
		))
}

// eventType is the element of Definition.Events for an event.
func eventType(e *schema.Event) jen.Code {
	items := []jen.Code{keyed("Name", jen.Lit(e.WireName)), keyed("Version", jen.Lit(e.Version))}
	if len(e.Aliases) > 0 {
		aliases := make([]jen.Code, len(e.Aliases))
		for i, alias := range e.Aliases {
			aliases[i] = jen.Lit(alias.Value)
		}
		items = append(items, keyed("Aliases", jen.Index().String().Values(aliases...)))
	}
	return jen.Values(append(items, keyed("Zero", jen.Id(e.GoName.Value).Values()))...)
}

// streamTemplate is the template of the aggregate's streams.
func streamTemplate(a *schema.Aggregate) string {
	if owner := a.StreamOwner; owner.Stream != nil {
		return owner.Stream.Value
	}
	return a.StreamOwner.Name.Value + "-{id}"
}
