package loop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/scalar"
)

// text assembles the text form of a kernel: a head and one line a statement.
type text struct {
	heads []string
	lines []string
}

func (t *text) head(s string) { t.heads = append(t.heads, s) }

func (t *text) line(prefix, dst, assign, value, word string) {
	s := prefix + dst + assign + value
	if word != "" {
		s += "  // " + word
	}
	t.lines = append(t.lines, s)
}

func (t *text) String() string {
	return strings.Join(t.heads, " ") + "\n  " + strings.Join(t.lines, "\n  ")
}

func assign(accumulate bool) string {
	if accumulate {
		return " += "
	}
	return " = "
}

// String is the name of the buffer, with a mark where it is a gradient or a
// stream of random numbers. A name that would break a line is quoted.
func (b *Buffer) String() string {
	name := b.Name
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		name = strconv.Quote(name)
	}
	switch {
	case b.Grad:
		return "∂" + name
	case b.Class == Random:
		return "random(" + name + ")"
	}
	return name
}

// Extent is the number of points of the axis for n rows.
func (a Axis) Extent(n int) int {
	if a.Rows {
		return a.N * n
	}
	return a.N
}

// Points is the number of points of a nest of axes for n rows.
func Points(axes []Axis, n int) int {
	p := 1
	for _, a := range axes {
		p *= a.Extent(n)
	}
	return p
}

// axisNames gives every axis a name of its own: a repeated one gets a number.
func axisNames(axes []Axis) []string {
	names := make([]string, len(axes))
	seen := map[string]int{}
	for i, a := range axes {
		name := a.Name
		if name == "" {
			name = "i"
		}
		seen[name]++
		if seen[name] > 1 {
			name += strconv.Itoa(seen[name])
		}
		names[i] = name
	}
	return names
}

// loops prints a nest: "[n, y:28, t:80n]". An axis without an extent is the
// batch.
func loops(axes []Axis, names []string) string {
	parts := make([]string, len(axes))
	for i, a := range axes {
		parts[i] = names[i]
		switch {
		case a.Rows && a.N == 1:
			if names[i] != "n" {
				parts[i] += ":n"
			}
		case a.Rows:
			parts[i] += fmt.Sprintf(":%dn", a.N)
		case a.Upto != nil:
			parts[i] += fmt.Sprintf(":%v of %d", a.Upto, a.N)
		case a.Turn > 0:
			parts[i] += fmt.Sprintf(":%d*(turn+1) of %d", a.Turn, a.N)
		case a.Turn < 0:
			parts[i] += fmt.Sprintf(":%d-%d*turn", a.N, -a.Turn)
		default:
			parts[i] += fmt.Sprintf(":%d", a.N)
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// text prints an access with its element index: "x[784*n + k]". A buffer of
// one element needs none.
func (a Access) text(names []string) string {
	var terms []string
	if around := len(a.Strides) - len(names); around > 0 {
		// Strides over the loops that the kernel is in come first.
		names = slices.Concat(axisNames(make([]Axis, around)), names)
		for i := range around {
			names[i] = strings.Replace(names[i], "i", "turn", 1)
		}
	}
	order := make([]int, min(len(a.Strides), len(names)))
	for i := range order {
		order[i] = i
	}
	// The longest step first, as one writes a row-major index.
	slices.SortStableFunc(order, func(i, j int) int { return abs(a.Strides[j]) - abs(a.Strides[i]) })
	for _, i := range order {
		switch s := a.Strides[i]; s {
		case 0:
		case 1:
			terms = append(terms, names[i])
		default:
			terms = append(terms, fmt.Sprintf("%d*%s", s, names[i]))
		}
	}
	if a.Index != nil {
		t := a.Index.text(names)
		if a.IndexStride != 1 {
			t = fmt.Sprintf("%d*%s", a.IndexStride, t)
		}
		terms = append(terms, t)
	}
	if a.Offset != 0 {
		terms = append(terms, strconv.Itoa(a.Offset))
	}
	if len(terms) == 0 {
		if !a.Buf.Rows && a.Buf.Row() == 1 {
			return a.Buf.String()
		}
		terms = []string{"0"}
	}
	return a.Buf.String() + "[" + strings.ReplaceAll(strings.Join(terms, " + "), "+ -", "- ") + "]"
}

func accesses(as []Access, names []string) []string {
	out := make([]string, len(as))
	for i, a := range as {
		out[i] = a.text(names)
	}
	return out
}

// epilogue prints what becomes of a sum.
func epilogue(e scalar.Expr, sum string, extra []Access, names []string) string {
	if e == nil {
		return sum
	}
	return Format(e, append([]string{sum}, accesses(extra, names)...))
}

// withIndices lists the reads and, after each of them and after all of them
// those of the writes, the accesses that their Index reads.
func withIndices(reads, writes []Access) []Access {
	var out []Access
	for _, r := range reads {
		out = append(out, r)
		if r.Index != nil {
			out = append(out, *r.Index)
		}
	}
	for _, w := range writes {
		if w.Index != nil {
			out = append(out, *w.Index)
		}
	}
	return out
}

// infix gives the operator and the binding strength of the base functions that
// are written between their operands.
var infix = map[string]struct {
	sign string
	bind int
}{
	"eq": {"==", 1}, "lt": {"<", 1}, "le": {"<=", 1}, "gt": {">", 1}, "ge": {">=", 1},
	"add": {"+", 2}, "sub": {"-", 2}, "mul": {"*", 3}, "div": {"/", 3},
}

// Format writes an expression as a person would, with args in place of its
// operands: "max(x + b, 0)".
func Format(e scalar.Expr, args []string) string { return format(e, args, 0) }

func format(e scalar.Expr, args []string, outer int) string {
	switch e := e.(type) {
	case nil:
		return "?"
	case scalar.Arg:
		if int(e) < len(args) {
			return args[e]
		}
	case scalar.Num:
		if e < 0 && outer > 1 {
			return "(" + e.String() + ")"
		}
	case scalar.Apply:
		s, bind := "", 4
		if op, ok := infix[e.Fn]; ok && len(e.Args) == 2 {
			// The right operand of - and / must bind tighter.
			bind = op.bind
			s = format(e.Args[0], args, bind) + " " + op.sign + " " + format(e.Args[1], args, bind+1)
		} else if e.Fn == "neg" && len(e.Args) == 1 {
			s = "-" + format(e.Args[0], args, bind)
		} else {
			parts := make([]string, len(e.Args))
			for i, a := range e.Args {
				parts[i] = format(a, args, 0)
			}
			return e.Fn + "(" + strings.Join(parts, ", ") + ")"
		}
		if bind < outer || (bind == 1 && outer == 1) {
			return "(" + s + ")"
		}
		return s
	}
	return e.String()
}
