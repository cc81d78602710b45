package spec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/spec/internal/document"
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
			s = document.OrList(a.OneOf)
		}
	case "ints":
		switch a.Size {
		case 0:
			if s = "a list of whole numbers"; a.Gaps {
				s = "a list of whole numbers and nulls"
			}
		case 1:
			s = "a whole number"
		default:
			s = fmt.Sprintf("a whole number, or a list of %d", a.Size)
		}
	case "pairs":
		if s = "a whole number, or a list of 2"; a.Size > 1 {
			s = fmt.Sprintf("a whole number, a list of %d, or a list of %d pairs", a.Size, a.Size)
		}
	case "floats":
		s = "a list of numbers"
	case "strings":
		s = "a list of texts"
	case "call":
		s = "a name, or a name with arguments"
	case "rate":
		s = "a number, or the name of a schedule with arguments"
	default:
		s = "a value"
	}
	switch {
	case !a.Nullable || a.Type == "call" || a.Type == "any":
	case strings.Contains(s, ", or "):
		s = strings.Replace(s, ", or ", ", ", 1) + ", or null"
	default:
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
		return a.Type == "int" || a.Type == "float" || a.Type == "rate" || a.Type == "ints" || a.Type == "floats" || a.Type == "pairs"
	case Float:
		return a.Type == "float" || a.Type == "rate" || a.Type == "floats"
	case String:
		return a.Type == "string" || a.Type == "strings"
	case List:
		if a.Type == "pairs" {
			_, ok := a.pairs(v)
			return ok
		}
		if a.Size > 0 && len(v.List) != a.Size {
			return false
		}
		for _, e := range v.List {
			if e.Kind == List || !a.accepts(e) {
				return false
			}
		}
		return a.Type == "ints" || a.Type == "floats" || a.Type == "strings"
	}
	return false
}

// pairs reads what comes before and after each of Size axes: one number for
// all, a number for each axis, or a pair for each axis, which without
// alternatives needs no brackets of its own.
func (a *ArgDoc) pairs(v Value) ([][2]Value, bool) {
	out := make([][2]Value, a.Size)
	switch {
	case v.Kind == Int:
		for i := range out {
			out[i] = [2]Value{v, v}
		}
		return out, true
	case v.Kind == List && a.Size == 1 && len(v.List) == 2 && v.List[0].Kind == Int:
		v = Value{Kind: List, List: []Value{v}}
	case v.Kind != List || len(v.List) != a.Size:
		return nil, false
	}
	for i, e := range v.List {
		switch {
		case e.Kind == Int:
			out[i] = [2]Value{e, e}
		case e.Kind == List && len(e.List) == 2 && e.List[0].Kind == Int && e.List[1].Kind == Int:
			out[i] = [2]Value{e.List[0], e.List[1]}
		default:
			return nil, false
		}
	}
	return out, true
}
