package spec

import (
	"strconv"
	"strings"
)

// takes says in words what an argument may be.
func (a *ArgDoc) takes() string {
	var s string
	switch a.Type {
	case "int":
		s = "a whole number"
	case "float":
		s = "a number"
	case "bool":
		s = "true or false"
	case "string":
		s = "a text"
		if a.OneOf != nil {
			s = orList(a.OneOf)
		}
	case "ints":
		s = "a list of whole numbers"
	case "floats":
		s = "a list of numbers"
	case "strings":
		s = "a list of texts"
	case "call":
		s = "a name, or a name with arguments"
	default:
		s = "a value"
	}
	if a.Nullable && a.Type != "call" && a.Type != "any" {
		s += " or null"
	}
	return s
}

// bounds says in words between what a number must lie.
func (a *ArgDoc) bounds() string {
	number := func(x *float64) string { return strconv.FormatFloat(*x, 'g', -1, 64) }
	var low, high string
	if a.Min != nil {
		low = "at least " + number(a.Min)
		if a.MinOpen {
			low = "above " + number(a.Min)
		}
	}
	if a.Max != nil {
		high = "at most " + number(a.Max)
		if a.MaxOpen {
			high = "below " + number(a.Max)
		}
	}
	switch {
	case low == "":
		return high
	case high == "":
		return low
	case !a.MinOpen && !a.MaxOpen:
		return "between " + number(a.Min) + " and " + number(a.Max)
	}
	return low + " and " + high
}

// accepts reports whether a value is of the argument's type, without regard to
// bounds.
func (a *ArgDoc) accepts(v Value) bool {
	switch v.Kind {
	case Null:
		return a.Nullable
	case Bool:
		return a.Type == "bool"
	case Int:
		return a.Type == "int" || a.Type == "float" || a.Type == "ints" || a.Type == "floats"
	case Float:
		return a.Type == "float" || a.Type == "floats"
	case String:
		return a.Type == "string" || a.Type == "strings"
	case List:
		for _, e := range v.List {
			if e.Kind == List || !a.accepts(e) {
				return false
			}
		}
		return a.Type == "ints" || a.Type == "floats" || a.Type == "strings"
	}
	return false
}

// orList joins names as "a, b or c".
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
