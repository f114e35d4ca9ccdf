package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/esgen/esgen/schema"
)

// emitCommands writes what carries out the commands of an aggregate. It is nothing
// where the aggregate has none.
func emitCommands(f *goFile, a *schema.Aggregate) {
	commands := a.Commands()
	if len(commands) == 0 {
		return
	}
	emitCommandInterface(f, a, commands)
	emitCommandsType(f, a)
	emitCommandsFunc(f, a)
	emitCommandRoutes(f, a, commands)
}

// emitCommandInterface writes the interface of an aggregate's commands, and what makes
// them such.
//
//	// HotelCommand is a command that Hotel answers.
//	type HotelCommand interface {
//		isHotelCommand()
//	}
//
//	func (OpenHotel) isHotelCommand() {}
//	func (BookRoom) isHotelCommand()  {}
func emitCommandInterface(f *goFile, a *schema.Aggregate, commands []*schema.Command) {
	iface := a.CommandInterface()
	marker := schema.Marker(iface)
	f.add(fmt.Sprintf("%s is a command that %s answers.", iface, a.GoName.Value),
		jen.Type().Id(iface).Interface(jen.Id(marker).Params()))
	methods := make([]jen.Code, len(commands))
	for i, cmd := range commands {
		methods[i] = jen.Func().Params(jen.Id(cmd.GoName.Value)).Id(marker).Params().Block()
	}
	f.add("", adjacent(methods...))
}

// emitCommandsType writes the type that dispatches the commands.
//
//	// HotelCommands dispatches commands to aggregates of type Hotel.
//	type HotelCommands = command.Dispatcher[Hotel, HotelID, HotelEvent, HotelCommand]
func emitCommandsType(f *goFile, a *schema.Aggregate) {
	types := append(typeArgs(f, a), jen.Id(a.CommandInterface()))
	f.add(fmt.Sprintf("%s dispatches commands to aggregates of type %s.", a.CommandsType(), a.GoName.Value),
		jen.Type().Id(a.CommandsType()).Op("=").Add(f.command("Dispatcher").Types(types...)))
}

// emitCommandsFunc writes the constructor of what dispatches the commands.
//
//	// NewHotelCommands dispatches commands to the aggregates of a repository.
//	func NewHotelCommands(repository *HotelRepository, opts ...command.Option[HotelCommand]) *HotelCommands {
//		return command.NewDispatcher(repository, routeHotelCommand, opts...)
//	}
func emitCommandsFunc(f *goFile, a *schema.Aggregate) {
	l := f.locals()
	repository, opts := l.name("repository"), l.name("opts")
	f.add(fmt.Sprintf("%s dispatches commands to the aggregates of a repository.", a.CommandsFunc()),
		jen.Func().Id(a.CommandsFunc()).
			Params(jen.Id(repository).Add(pointer(a.RepositoryType())),
				jen.Id(opts).Op("...").Add(f.command("Option").Types(jen.Id(a.CommandInterface())))).
			Add(pointer(a.CommandsType())).Block(
			jen.Return(f.command("NewDispatcher").Call(jen.Id(repository), jen.Id(a.CommandRouteFunc()), jen.Id(opts).Op("..."))),
		))
}

// emitCommandRoutes writes the function that gives a command its route.
//
//	// routeHotelCommand says which Hotel a command is for, and which method answers it.
//	func routeHotelCommand(cmd HotelCommand) (command.Route[Hotel, HotelID], error) {
//		switch c := cmd.(type) {
//		case OpenHotel:
//			return command.Create(c.HotelID, func(h *Hotel) error { return h.handleOpenHotel(c) }), nil
//		case BookRoom:
//			return command.Update(c.HotelID, func(h *Hotel) error { return h.handleBookRoom(c) }), nil
//		}
//		return command.Route[Hotel, HotelID]{}, command.Unexpected("hotel", cmd)
//	}
func emitCommandRoutes(f *goFile, a *schema.Aggregate, commands []*schema.Command) {
	l := f.locals()
	cmd, c := l.name("cmd"), l.name("c")
	recv := l.of(a.GoName.Value)
	route := f.command("Route").Types(jen.Id(a.GoName.Value), f.typ(a.ID.Type))
	cases := make([]jen.Code, len(commands))
	for i, command := range commands {
		handle := jen.Func().Params(jen.Id(recv).Add(pointer(a.GoName.Value))).Error().Add(oneLine(
			jen.Return(jen.Id(recv).Dot(command.Handler.Method.Value).Call(jen.Id(c))),
		))
		cases[i] = jen.Case(jen.Id(command.GoName.Value)).Block(
			jen.Return(f.command(routeConstructor(command.Creates)).Call(jen.Id(c).Dot(command.Target.Name.Value), handle), jen.Nil()),
		)
	}
	f.add(fmt.Sprintf("%s says which %s a command is for, and which method answers it.", a.CommandRouteFunc(), a.GoName.Value),
		jen.Func().Id(a.CommandRouteFunc()).Params(jen.Id(cmd).Id(a.CommandInterface())).Params(route.Clone(), jen.Error()).Block(
			jen.Switch(jen.Id(c).Op(":=").Id(cmd).Assert(jen.Type())).Block(cases...),
			jen.Return(route.Clone().Values(), f.command("Unexpected").Call(jen.Lit(a.Name.Value), jen.Id(cmd))),
		))
}

// routeConstructor is the function of package command that makes a route.
func routeConstructor(creates schema.Creates) string {
	switch creates {
	case schema.CreatesNew:
		return "Create"
	case schema.CreatesIfMissing:
		return "UpdateOrCreate"
	}
	return "Update"
}
