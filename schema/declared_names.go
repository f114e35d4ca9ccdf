package schema

import "strings"

// The names of what is generated for the declarations of schema files, beside the
// types themselves.

// Constructor makes a value: "NewGuestName". A scalar with rules and one over a UUID
// have it.
func (d *Declaration) Constructor() string { return "New" + d.Name.Value }

// Parser makes a value of its text: "ParseChannel". Enums and scalars over a UUID have
// it.
func (d *Declaration) Parser() string { return "Parse" + d.Name.Value }

// ValuesFunc lists the values of an enum: "ChannelValues".
func (d *Declaration) ValuesFunc() string { return d.Name.Value + "Values" }

// PatternVar is the regular expression of a scalar with a pattern: "guestNamePattern".
func (d *Declaration) PatternVar() string { return lowerFirst(d.Name.Value) + "Pattern" }

// ApplyMethod is the method of the aggregate that applies an event which only sets
// fields: "applyOpened".
func (d *Declaration) ApplyMethod() string { return "apply" + d.Name.Value }

// declaredNames are the names that are generated for the declarations of the schema
// files of p. The front end may have some of them among p's objects already, as it has
// the types: those are no second declaration.
func declaredNames(p *Package) []GeneratedName {
	known := make(map[[2]string]bool)
	for _, o := range p.Objects {
		if !strings.HasSuffix(o.Name.Span.File, ".go") {
			known[[2]string{o.Recv, o.Name.Value}] = true
		}
	}
	var names []GeneratedName
	for _, d := range p.Declared {
		goName, span := d.Name.Value, d.Name.Span
		add := func(recv, name, what string) {
			if !known[[2]string{recv, name}] {
				names = append(names, GeneratedName{Recv: recv, Name: name, What: what, For: span})
			}
		}
		methods := func(all ...string) {
			for _, method := range all {
				add(goName, method, "a method of "+goName)
			}
		}
		add("", goName, "a type that a schema file declares")
		switch d.Kind {
		case DeclaredScalar:
			isUUID := false
			if n, ok := Resolve(d.Is).(*Named); ok {
				isUUID = n.Encoding == EncodeUUID
				switch {
				case isUUID, n.Encoding == EncodeTime:
					methods("String", "MarshalText", "UnmarshalText")
				case n.Path == "time" && n.Name == "Duration":
					methods("String")
				}
			}
			if isUUID || len(d.Rules) > 0 {
				add("", d.Constructor(), "the constructor of "+goName)
			}
			if isUUID {
				add("", d.Parser(), "the parser of "+goName)
			}
			for _, rule := range d.Rules {
				if rule.Name.Value == "pattern" {
					add("", d.PatternVar(), "the pattern of "+goName)
				}
			}
		case DeclaredEnum:
			for _, v := range d.Values {
				add("", v.GoName, "a value of "+goName)
			}
			add("", d.ValuesFunc(), "the list of the values of "+goName)
			add("", d.Parser(), "the parser of "+goName)
			methods("Valid", "String")
		case DeclaredEvent:
			if len(d.Sets) > 0 {
				add(d.State, d.ApplyMethod(), "the apply method of "+goName)
			}
		}
	}
	return names
}
