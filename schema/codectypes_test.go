package schema

import (
	"fmt"
	"strings"
	"testing"
)

func TestCodecTypes(t *testing.T) {
	const here, there = "example.com/shop", "example.com/money"
	str := &Basic{Kind: String}
	field := func(name string, typ Type) *Field {
		return &Field{Name: Text{Value: name}, Type: typ, Exported: true}
	}
	object := func(types ...Type) *Struct {
		s := new(Struct)
		for i, typ := range types {
			s.Fields = append(s.Fields, field(fmt.Sprintf("F%d", i), typ))
		}
		return s
	}
	named := func(path, name string, under Type) *Named {
		return &Named{Path: path, Package: path[strings.LastIndex(path, "/")+1:], Name: name, Under: under}
	}
	raw := &Named{Path: "encoding/json", Package: "json", Name: "RawMessage", Encoding: EncodeRaw, Under: &Slice{Elem: str}}

	line := named(here, "Line", object(str))
	lines := named(here, "Lines", &Slice{Elem: line})
	amount := named(there, "Amount", object(str))
	amount2 := named("example.com/other/money", "Amount", object(str))
	clash := named(here, "MoneyAmount", object(str))
	alias := &Named{Path: here, Name: "A", Alias: true, Under: line}
	box := &Named{Path: there, Package: "money", Name: "Box", Args: []Type{str}, Encoding: EncodeOpaque, Under: object(str)}
	tree := named(here, "tree", nil)
	tree.Under = object(&Slice{Elem: tree})
	list := named(here, "List", nil)
	list.Under = &Slice{Elem: list}
	ping, pong := named(here, "Ping", nil), named(here, "Pong", nil)
	ping.Under, pong.Under = object(&Map{Key: str, Elem: pong}), object(&Pointer{Elem: ping}, tree)
	holder := named(here, "Holder", object(ping))
	value := named(here, "Value", object(str))
	value.Encoding, value.Value = EncodeValue, &Value{Base: &Slice{Elem: clash}}
	self := named(here, "Self", object(str))
	self.Encoding, self.Value = EncodeValue, &Value{Base: &Slice{Elem: self}}
	rawHolder := named(here, "RawHolder", object(raw))
	looped := named(here, "Looped", nil)
	loopedType := object(&Pointer{Elem: looped})
	looped.Under = loopedType

	p := &Package{Path: here, Name: "shop"}
	for _, e := range []struct {
		name string
		typ  Type
	}{
		{"Plain", object(str, lines, alias)},
		{"Foreign", object(amount, &Pointer{Elem: amount2}, clash, &Map{Key: str, Elem: object(box)})},
		{"Recursive", object(tree, list, holder)},
		{"Values", object(value, self)},
		{"Anything", object(&Any{})},
		{"Raw", object(rawHolder)},
		{"Looped", loopedType},
		{"Plain", object(str)},
	} {
		p.Events = append(p.Events, &Event{Package: p, GoName: Text{Value: e.name}, Type: e.typ})
	}
	var got []string
	for _, c := range CodecTypes(p) {
		s := fmt.Sprintf("%s.%s: %s %s", c.Path, c.Name, c.Append, c.Read)
		if c.Deep {
			s += " deep"
		}
		if c.AppendAt != "" {
			s += " " + c.AppendAt
		}
		if c.Fields != "" {
			s += " " + c.Fields
		}
		if c.Type() == nil {
			t.Errorf("%s has no type", c.Name)
		}
		got = append(got, s)
	}
	want := []string{
		here + ".Plain: appendPlainJSON readPlainJSON fieldsOfPlain",
		here + ".Foreign: appendForeignJSON readForeignJSON deep fieldsOfForeign",
		here + ".Recursive: appendRecursiveJSON readRecursiveJSON deep fieldsOfRecursive",
		here + ".Values: appendValuesJSON readValuesJSON deep fieldsOfValues",
		here + ".Anything: appendAnythingJSON readAnythingJSON deep fieldsOfAnything",
		here + ".Raw: appendRawJSON readRawJSON deep fieldsOfRaw",
		here + ".Looped: appendLoopedJSON readLoopedJSON deep appendLoopedJSONAt fieldsOfLooped",
		here + ".Line: appendLineJSON readLineJSON fieldsOfLine",
		there + ".Amount: appendMoneyAmount2JSON readMoneyAmount2JSON fieldsOfMoneyAmount2",
		"example.com/other/money.Amount: appendMoneyAmount3JSON readMoneyAmount3JSON fieldsOfMoneyAmount3",
		here + ".MoneyAmount: appendMoneyAmountJSON readMoneyAmountJSON fieldsOfMoneyAmount",
		here + ".tree: appendTreeJSON readTreeJSON deep fieldsOfTree",
		here + ".List: appendListJSON readListJSON deep",
		here + ".Holder: appendHolderJSON readHolderJSON deep fieldsOfHolder",
		here + ".Ping: appendPingJSON readPingJSON deep fieldsOfPing",
		here + ".Pong: appendPongJSON readPongJSON deep fieldsOfPong",
		here + ".Self: appendSelfJSON readSelfJSON deep",
		here + ".RawHolder: appendRawHolderJSON readRawHolderJSON deep fieldsOfRawHolder",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
	if e := p.Events[0]; e.AppendFunc() != "appendPlainJSON" || e.ReadFunc() != "readPlainJSON" {
		t.Errorf("an event's functions are %s and %s", e.AppendFunc(), e.ReadFunc())
	}
}
