package schema

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/google/uuid"
)

// The library knows every rule of the table, and panics at none of the kinds that the
// table has for it.
func TestValidationRulesOfTheLibrary(t *testing.T) {
	values := map[kinds][]any{
		kindString: {"", "x"}, kindInt: {0, int64(7)}, kindUint: {uint8(0), uint64(7)}, kindUintptr: {uintptr(7)}, kindFloat: {float32(0), 7.5},
		kindBool: {false, true}, kindSlice: {[]int(nil), []int{7}}, kindArray: {[1]int{7}}, kindMap: {map[string]int{"x": 7}},
		kindTime: {time.Time{}, time.Unix(7, 0)}, kindStruct: {struct{ X int }{7}}, kindBytes: {[]byte("7")}, kindText: {uuid.Nil},
	}
	validate := validator.New(validator.WithRequiredStructEnabled())
	for _, r := range ValidationRules() {
		if r.Own || r.Word {
			continue
		}
		for kind, list := range values {
			if r.on&kind == 0 {
				continue
			}
			tag := r.Name + validationSample(r, kind)
			if tag == r.Name && r.param == paramField || tag == "unique" && kind&(kindsList|kindBytes) == 0 {
				continue // it needs another field
			}
			for _, value := range list {
				if failure := panics(func() { _ = validate.Var(value, tag) }); failure != nil {
					t.Errorf("%s on %T: %v", tag, value, failure)
				}
			}
		}
	}
}

func validationSample(r ValidationRule, kind kinds) string {
	switch r.param {
	case paramLimit, paramValue:
		if kind == kindBool {
			return "=true"
		}
		if kind == kindTime {
			return ""
		}
		return "=7"
	case paramText:
		return "=x"
	case paramList:
		return "=7 8"
	}
	return ""
}

func panics(f func()) (failure any) {
	defer func() { failure = recover() }()
	f()
	return nil
}

// What the rules refuse in a number is just what the library panics at.
func TestWrongNumbers(t *testing.T) {
	validate := validator.New()
	for _, test := range []struct {
		value any
		typ   Type
	}{
		{"x", &Basic{Kind: String}}, {7, &Basic{Kind: Int}}, {uint16(7), &Basic{Kind: Uint16}}, {float32(7), &Basic{Kind: Float32}},
		{7.5, &Basic{Kind: Float64}}, {[]int{7}, &Slice{Elem: &Basic{Kind: Int}}}, {true, &Basic{Kind: Bool}},
		{time.Second, &Named{Path: "time", Package: "time", Name: "Duration", Under: &Basic{Kind: Int64}}},
	} {
		for _, param := range []string{"7", "-7", "07", "0x7", "1_000", "7.5", "1e3", "1e39", "1e400", "90s", "true", "T", "yes", "x", " 7", "99999999999999999999", "NaN"} {
			kind := kindOf(test.typ)
			for _, rule := range []string{"min", "eq"} {
				if validationRules[rule].on&kind == 0 {
					continue
				}
				failure := panics(func() { _ = validate.Var(test.value, rule+"="+param) })
				if wrong := wrongNumber(param, test.typ, kind, rule == "eq"); (wrong != "") != (failure != nil) {
					t.Errorf("%s=%s on %T: we say %q, the library %v", rule, param, test.value, wrong, failure)
				}
			}
		}
	}
}

// FuzzValidateTag holds that a tag that passes the rules does not make the library panic.
func FuzzValidateTag(f *testing.F) {
	type inner struct {
		A string
		N int
	}
	type command struct {
		Text  string
		Int   int
		Float float64
		Bool  bool
		At    time.Time
		Wait  time.Duration
		List  []string
		Map   map[string]int
		Ptr   *string
		Inner inner
		Items []inner
	}
	text, number := &Basic{Kind: String}, &Basic{Kind: Int}
	innerType := &Named{Name: "inner", Comparable: true, Under: &Struct{Fields: []*Field{
		{Name: Text{Value: "A"}, Exported: true, Type: text}, {Name: Text{Value: "N"}, Exported: true, Type: number},
	}}}
	fields := []*Field{}
	for name, typ := range map[string]Type{
		"Text": text, "Int": number, "Float": &Basic{Kind: Float64}, "Bool": &Basic{Kind: Bool},
		"At":   &Named{Path: "time", Name: "Time", Encoding: EncodeTime, Comparable: true, Under: &Struct{}},
		"Wait": &Named{Path: "time", Name: "Duration", Under: &Basic{Kind: Int64}, Comparable: true},
		"List": &Slice{Elem: text}, "Map": &Map{Key: text, Elem: number}, "Ptr": &Pointer{Elem: text},
		"Inner": innerType, "Items": &Slice{Elem: innerType},
	} {
		fields = append(fields, &Field{Name: Text{Value: name}, Type: typ, Exported: true})
	}
	word := "filled"
	value := command{Text: "x", Int: 7, Float: 7.5, Bool: true, At: time.Unix(7, 0), Wait: time.Second, List: []string{"x", "y"},
		Map: map[string]int{"x": 7}, Ptr: &word, Inner: inner{"x", 7}, Items: []inner{{"x", 7}, {"y", 8}}}
	for i, tag := range []string{
		"required,min=1", "omitempty,email|e164", "dive,keys,min=1,endkeys,max=3", "eqfield=Text", "required_if=Int 3 Text 'a b'", "unique=A",
		"gt", "oneof=1 2", "dive,iscolor|len=3", "iscolor,alpha", "dive,dive,required", "keys,endkeys", "eqfield=Inner.A", "eqfield=Items[0].A",
		"required_with=Items[9].A Map[x]", "isdefault|min=2", "omitzero,required", "structonly,min=1", "nefield=List[0", "-", ",", "|", "dive=0", "omitempty=", "dive|len=3",
	} {
		f.Add(tag, uint8(i))
	}
	names := []string{"Text", "Int", "Float", "Bool", "At", "Wait", "List", "Map", "Ptr", "Inner", "Items"}
	f.Fuzz(func(t *testing.T, tag string, field uint8) {
		name := names[int(field)%len(names)]
		if strings.Contains(tag, "pattern") || strings.Contains(tag, "valid") || strings.Contains(tag, "file") || strings.Contains(tag, "dir") ||
			strings.Contains(tag, "addr") || strings.Contains(tag, "uds") {
			return // they are registered elsewhere, or look at the machine
		}
		strct := &Struct{Fields: fields}
		c := &checker{}
		for _, f := range fields {
			if f.Name.Value == name && tag != "" && tag != "-" {
				v := &validateTag{validation: &validation{c: c, pkg: &Package{}, seen: map[*Struct]bool{}}, strct: strct, field: f, in: "command"}
				v.parts(splitValidate(Text{Value: tag}), f.Type)
			}
		}
		if len(c.found) > 0 {
			return
		}
		validate := validator.New(validator.WithRequiredStructEnabled())
		validate.RegisterStructValidationMapRules(map[string]string{name: tag}, command{})
		if failure := panics(func() { _ = validate.Struct(value) }); failure != nil {
			t.Errorf("%s tagged %q passes the rules, and the library panics: %v", name, tag, fmt.Sprint(failure))
		}
		if failure := panics(func() { _ = validate.Struct(command{}) }); failure != nil {
			t.Errorf("%s tagged %q passes the rules, and the library panics at zero values: %v", name, tag, fmt.Sprint(failure))
		}
	})
}
