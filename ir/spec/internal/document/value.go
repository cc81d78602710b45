package document

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
)

// Get gives the value of the first entry with that name in a map.
func (v Value) Get(name string) (Arg, bool) {
	for _, a := range v.Map {
		if a.Name == name {
			return a, true
		}
	}
	return Arg{}, false
}

// Describe says in a few words what v is, for "takes a number, not …".
func (v Value) Describe() string {
	switch v.Kind {
	case Null:
		return "null"
	case Bool:
		return strconv.FormatBool(v.Bool)
	case Int, Float:
		return v.Flow()
	case String:
		if v.Str == "" {
			return "an empty text"
		}
		return "the text " + diag.Quote(v.Str)
	case List:
		if len(v.List) == 0 {
			return "an empty list"
		}
		return "a list"
	default:
		return "a map"
	}
}

// Flow writes v as YAML on one line, as a user would type it.
func (v Value) Flow() string {
	var b strings.Builder
	v.appendTo(&b, Plain)
	return b.String()
}

// JSON writes v as JSON on one line.
func (v Value) JSON() string {
	var b strings.Builder
	v.appendTo(&b, JsonText)
	return b.String()
}

// appendTo writes v on one line; word writes a text or a name.
func (v Value) appendTo(b *strings.Builder, word func(string) string) {
	switch v.Kind {
	case Null:
		b.WriteString("null")
	case Bool:
		b.WriteString(strconv.FormatBool(v.Bool))
	case Int:
		b.WriteString(strconv.FormatInt(v.Int, 10))
	case Float:
		b.WriteString(floatText(v.Float))
	case String:
		b.WriteString(word(v.Str))
	case List:
		b.WriteByte('[')
		for i, e := range v.List {
			if i > 0 {
				b.WriteString(", ")
			}
			e.appendTo(b, word)
		}
		b.WriteByte(']')
	case Map:
		b.WriteByte('{')
		for i, a := range v.Map {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(word(a.Name))
			b.WriteString(": ")
			a.Value.appendTo(b, word)
		}
		b.WriteByte('}')
	}
}

// Same reports whether two values mean the same: the order of a map's entries
// is not part of that, nor whether 1 is written as 1.0.
func (v Value) Same(w Value) bool {
	if x, ok := v.Number(); ok {
		y, ok := w.Number()
		return ok && x == y
	}
	return v.Kind == w.Kind && v.Bool == w.Bool && v.Str == w.Str && slices.EqualFunc(v.List, w.List, Value.Same) && SameEntries(v.Map, w.Map)
}

// SameEntries compares entries by name; each name occurs once in either.
func SameEntries(a, b []Arg) bool {
	if len(a) != len(b) {
		return false
	}
	of := make(map[string]Value, len(b))
	for _, e := range b {
		of[e.Name] = e.Value
	}
	return !slices.ContainsFunc(a, func(e Arg) bool {
		v, ok := of[e.Name]
		return !ok || !v.Same(e.Value)
	})
}

// Brief is Flow where it fits into a message.
func (v Value) Brief() string {
	switch s := v.Flow(); {
	case len(s) <= 90:
		return s
	case v.Kind == List:
		return "[...]"
	default:
		return "{...}"
	}
}

// FlowArgs writes arguments as `{a: 1, b: 2}`, or "" when that would not fit
// into a message.
func FlowArgs(args []Arg) string {
	s := Object(args...).Flow()
	if len(s) > 90 {
		return ""
	}
	return s
}

// floatText writes a finite float so that it is read back as a float, to the
// last bit.
func floatText(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// Plain writes a text without quotes where YAML reads it back as that text, and
// quoted otherwise.
func Plain(s string) string {
	ok := s != "" && len(s) <= 64
	for i, r := range s[:min(len(s), 65)] {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && r != '_' && (i == 0 || (r < '0' || r > '9') && r != '-' && r != '.' && r != '/') {
			ok = false
			break
		}
	}
	if ok {
		if v, _ := scalar(s); v.Kind != String {
			ok = false
		}
	}
	if ok {
		return s
	}
	return diag.Quote(s)
}

// Whole gives the value of v as a whole number; a float without a fraction is
// not one, for `units: 1e3` is a slip more often than a wish.
func (v Value) Whole() (int64, bool) { return v.Int, v.Kind == Int }

// Number gives the value of an integer or a float.
func (v Value) Number() (float64, bool) {
	if v.Kind == Int {
		return float64(v.Int), true
	}
	return v.Float, v.Kind == Float
}

// Instead gives what the user probably meant by a value that is not of the
// wanted type: `; write units: 16`, or "". It knows a quoted number, R's 16L
// and TRUE, percents, and Python's None, True and tuples.
func Instead(name string, v Value, want func(Value) bool) string {
	var got Value
	switch v.Kind {
	case String:
		s := strings.TrimSpace(v.Str)
		switch {
		case s == "None" || s == "NULL" || s == "NA":
			got = Value{Kind: Null}
		case slices.Contains([]string{"True", "TRUE", "T", "yes", "Yes", "on", "On"}, s):
			got = Value{Kind: Bool, Bool: true}
		case slices.Contains([]string{"False", "FALSE", "F", "no", "No", "off", "Off"}, s):
			got = Value{Kind: Bool}
		case strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")"), strings.HasPrefix(s, "c(") && strings.HasSuffix(s, ")"):
			inner := strings.TrimPrefix(s, "c")
			got = Value{Kind: List}
			for item := range strings.SplitSeq(strings.TrimSuffix(inner[1:len(inner)-1], ","), ",") {
				e, problem := scalar(strings.TrimSuffix(strings.TrimSpace(item), "L"))
				if problem != "" || e.Kind != Int && e.Kind != Float || len(got.List) == 8 {
					return ""
				}
				got.List = append(got.List, e)
			}
		default:
			e, problem := scalar(strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "L"), "%")))
			if problem != "" || e.Kind == String || e.Kind == Null {
				return ""
			}
			if x, ok := e.Number(); ok && strings.HasSuffix(s, "%") {
				e = Value{Kind: Float, Float: x / 100}
			}
			got = e
		}
	case Bool:
		for _, number := range []Value{{Kind: Float, Float: 0.5}, {Kind: Int, Int: 1}} {
			if want(number) {
				return "; write a number, such as " + Plain(name) + ": " + number.Flow()
			}
		}
		return ""
	case Int:
		if v.Int != 0 && v.Int != 1 {
			return ""
		}
		got = Value{Kind: Bool, Bool: v.Int == 1}
	case Float:
		if v.Float != math.Trunc(v.Float) || math.Abs(v.Float) > 1<<53 {
			return ""
		}
		got = Value{Kind: Int, Int: int64(v.Float)}
	case List:
		if len(v.List) != 1 {
			return ""
		}
		got = v.List[0]
	default:
		return ""
	}
	if !want(got) {
		return ""
	}
	return "; write " + Plain(name) + ": " + got.Flow()
}

// Unquoted is the text of a scalar without quotes that is not a String: as it is
// written.
func (v Value) Unquoted() string { return v.text }
