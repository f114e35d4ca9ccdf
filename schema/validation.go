package schema

import "slices"

// ValidationRule is a rule that a validate tag can have: one of the validation library
// github.com/go-playground/validator/v10 or one of package runtime/command.
type ValidationRule struct {
	Name string
	// Own says that the rule is one of package runtime/command.
	Own bool
	// Word says that it is no check but says what the others in the tag are about, as dive
	// and omitempty do.
	Word bool

	param validationParam
	// on are the kinds of values that the rule is for. For values of another kind the
	// library panics, or compares what is no text.
	on kinds
}

// ValidationRules lists the rules that a validate tag can have, sorted by name. The
// caller may keep and change the list.
func ValidationRules() []ValidationRule {
	list := make([]ValidationRule, 0, len(validationRules))
	for _, r := range validationRules {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b ValidationRule) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return list
}

// validationParam is what follows the equals sign of a rule.
type validationParam int

const (
	// paramNone is nothing, paramMaybe nothing or something that nobody looks at.
	paramNone validationParam = iota
	paramMaybe
	// paramLimit is a number for numbers, a length for texts, slices and maps, a duration
	// for durations, and nothing for times.
	paramLimit
	// paramValue is a value of the field's own kind.
	paramValue
	paramText
	// paramList are values separated by spaces, quoted where they have spaces.
	paramList
	// paramField names another field, paramFields several, paramConditions fields and
	// values in turn.
	paramField
	paramFields
	paramConditions
	// paramElement names a field of the elements, or is left out.
	paramElement
	paramRegexp
	// paramSpiceDB is one of the few words that the rule spicedb knows.
	paramSpiceDB
)

// kinds is a set of kinds of values, as the library tells them apart.
type kinds int

const (
	kindString kinds = 1 << iota
	kindInt
	kindUint
	kindUintptr
	kindFloat
	kindBool
	kindSlice
	kindArray
	kindMap
	kindTime
	kindStruct
	// kindBytes is a slice of bytes, and kindText a type that has a text. Both come with the
	// kind that they are beside that.
	kindBytes
	kindText
	// kindOther is what only the running program knows: what an interface holds.
	kindOther

	kindsWhole  = kindInt | kindUint
	kindsNumber = kindInt | kindUint | kindUintptr | kindFloat
	kindsList   = kindSlice | kindArray | kindMap
	kindsAll    = kinds(1<<20 - 1)
)

var validationRules = func() map[string]ValidationRule {
	rules := map[string]ValidationRule{}
	add := func(param validationParam, on kinds, names ...string) {
		for _, name := range names {
			rules[name] = ValidationRule{Name: name, param: param, on: on}
		}
	}
	add(paramNone, kindsAll, "required", "isdefault")
	add(paramMaybe, kindsAll, "validateFn")
	add(paramConditions, kindsAll, "required_if", "required_unless", "skip_unless", "excluded_if", "excluded_unless")
	add(paramFields, kindsAll, "required_with", "required_with_all", "required_without", "required_without_all",
		"excluded_with", "excluded_with_all", "excluded_without", "excluded_without_all")
	add(paramLimit, kindString|kindsNumber|kindsList|kindTime, "min", "max", "lt", "lte", "gt", "gte")
	add(paramLimit, kindString|kindsNumber|kindsList, "len")
	add(paramValue, kindString|kindsNumber|kindsList|kindBool, "eq", "ne")
	add(paramText, kindString, "eq_ignore_case", "ne_ignore_case")
	add(paramField, kindString|kindsNumber|kindsList|kindBool|kindTime, "eqfield", "nefield", "eqcsfield", "necsfield")
	add(paramField, kindString|kindsNumber|kindTime, "gtfield", "gtefield", "ltfield", "ltefield")
	add(paramField, kindString|kindsNumber|kindsList|kindTime, "gtcsfield", "gtecsfield", "ltcsfield", "ltecsfield")
	add(paramField, kindString, "fieldcontains", "fieldexcludes", "postcode_iso3166_alpha2_field")
	add(paramList, kindString|kindsWhole, "oneof", "noneof")
	add(paramList, kindString, "oneofci", "noneofci")
	add(paramElement, kindsAll, "unique")
	add(paramText, kindString, "contains", "containsany", "containsrune", "excludes", "excludesall", "excludesrune",
		"startswith", "endswith", "startsnotwith", "endsnotwith", "datetime", "postcode_iso3166_alpha2", "mimetype")
	add(paramSpiceDB, kindString, "spicedb")
	add(paramNone, kindString|kindBool, "boolean")
	add(paramNone, kindString|kindsNumber, "numeric", "number")
	add(paramNone, kindString|kindsWhole|kindFloat, "latitude", "longitude")
	add(paramNone, kindString|kindsWhole, "luhn_checksum", "iso3166_1_alpha_numeric", "iso3166_1_alpha_numeric_eu")
	add(paramNone, kindsWhole, "iso4217_numeric")
	add(paramNone, kindsWhole|kindUintptr, "port")
	add(paramNone, kindString|kindBytes, "json")
	add(paramNone, kindString|kindText, "uuid", "uuid3", "uuid4", "uuid5", "uuid7",
		"uuid_rfc4122", "uuid3_rfc4122", "uuid4_rfc4122", "uuid5_rfc4122", "ulid")
	add(paramNone, kindString,
		"alpha", "alphaspace", "alphanum", "alphanumspace", "alphaunicode", "alphanumunicode", "ascii", "printascii", "multibyte",
		"lowercase", "uppercase", "hexadecimal", "base32", "base64", "base64url", "base64rawurl", "md4", "md5", "sha256", "sha384",
		"sha512", "ripemd128", "ripemd160", "tiger128", "tiger160", "tiger192",
		"iscolor", "hexcolor", "rgb", "rgba", "hsl", "hsla", "cmyk",
		"email", "e164", "url", "http_url", "https_url", "uri", "origin", "urn_rfc8141", "urn_rfc2141", "datauri",
		"ip", "ipv4", "ipv6", "cidr", "cidrv4", "cidrv6", "mac", "hostname", "hostname_rfc1123", "hostname_label", "hostname_port",
		"fqdn", "dns_rfc1035_label", "tcp_addr", "tcp4_addr", "tcp6_addr", "udp_addr", "udp4_addr", "udp6_addr",
		"ip_addr", "ip4_addr", "ip6_addr", "unix_addr", "uds_exists",
		"file", "filepath", "dir", "dirpath", "image",
		"isbn", "isbn10", "isbn13", "issn", "ssn", "ein", "credit_card", "bic", "bic_iso_9362_2014", "cve", "semver", "cron", "duration",
		"eth_addr", "eth_addr_checksum", "btc_addr", "btc_addr_bech32", "mongodb", "mongodb_connection_string",
		"html", "html_encoded", "url_encoded", "jwt", "timezone",
		"country_code", "eu_country_code", "iso3166_1_alpha2", "iso3166_1_alpha2_eu", "iso3166_1_alpha3", "iso3166_1_alpha3_eu",
		"iso3166_2", "iso4217", "bcp47_language_tag", "bcp47_strict_language_tag")
	for _, word := range []string{"omitempty", "omitzero", "omitnil", "structonly", "nostructlevel", "dive", "keys", "endkeys"} {
		rules[word] = ValidationRule{Name: word, Word: true, on: kindsAll}
	}
	rules["pattern"] = ValidationRule{Name: "pattern", Own: true, param: paramRegexp, on: kindString | kindText}
	rules["valid"] = ValidationRule{Name: "valid", Own: true, on: kindsAll}
	return rules
}()

// kindOf is what the library takes the values of a type for: what pointers point to.
func kindOf(t Type) kinds {
	var text kinds
	for range 100 {
		t = Resolve(t)
		switch u := t.(type) {
		case *Basic:
			return text | basicKind(u.Kind)
		case *Slice:
			if b, ok := underlying(u.Elem).(*Basic); ok && b.Kind == Uint8 {
				return text | kindSlice | kindBytes
			}
			return text | kindSlice
		case *Array:
			return text | kindArray
		case *Map:
			return text | kindMap
		case *Pointer:
			t, text = u.Elem, 0
		case *Struct:
			if isTimeStruct(u) {
				return text | kindTime
			}
			return text | kindStruct
		case *Named:
			switch u.Encoding {
			case EncodeTime:
				return kindTime
			case EncodeText, EncodeUUID, EncodeValue:
				text = kindText
			}
			if u.Under == nil {
				return kindOther
			}
			t = u.Under
		default:
			return kindOther
		}
	}
	return kindOther
}

func basicKind(k BasicKind) kinds {
	switch k {
	case String:
		return kindString
	case Bool:
		return kindBool
	case Int, Int8, Int16, Int32, Int64:
		return kindInt
	case Uint, Uint8, Uint16, Uint32, Uint64:
		return kindUint
	case Uintptr:
		return kindUintptr
	case Float32, Float64:
		return kindFloat
	}
	return kindOther
}

// underlying follows aliases and declared types to what a type is made of.
func underlying(t Type) Type { return plain(t, func(*Named) bool { return false }) }

// isTimeStruct says whether a struct is that of time.Time, which a type is that is
// declared as it.
func isTimeStruct(s *Struct) bool {
	return len(s.Fields) == 3 && s.Fields[0].Name.Value == "wall" && s.Fields[1].Name.Value == "ext" && s.Fields[2].Name.Value == "loc"
}

// isDuration says whether the library takes a type for time.Duration.
func isDuration(t Type) bool {
	n := namedBehindPointer(t)
	return n != nil && n.Path == "time" && n.Name == "Duration"
}
