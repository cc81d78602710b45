package gokernel

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// Kernel is a kernel as a function. Nothing in it names a buffer or a layer, so that
// equal work gives equal text.
type Kernel struct {
	Name   string
	Detail string   // what its name has besides where another kernel has the same one
	Doc    []string // lines of its documentation, in which the name is a mark: see WithName
	Params []*Param

	Shape   *shape.Shape // of a kernel that layers share, or nil
	Planned *loop.Nest   // in the form in which they share it
	Family  *Family      // of a contraction that is one function with others, or nil
	Sizes   []int        // and what its fields are

	Counted bool              // n is used
	Shared  bool              // workers divide it: t is used
	divided bool              // and the text says how: else one of them does it
	worker  string            // the type of t
	el      Elem              // of what it computes with
	rowsCut map[string]string // parameters resliced at the top: name to extent
	head    gotree.Block      // what the text begins with
	lines   []string
}

// Param is one parameter of a kernel function.
type Param struct {
	Form Form
	Name string
	Buf  *loop.Buffer // that it stands for
	Dims []int        // Fixed: the array's dimensions
	typ  string       // of the parameter
}

// Form is how a parameter is passed.
type Form uint8

// The forms that there are.
const (
	RowSlice Form = iota // []float32: n rows
	Fixed                // *[K][N]float32
	Value                // float32: a run-time scalar
	Ragged               // ids, offsets []int32
	Random               // key nn.Key
)

// Draws reports that random numbers are drawn: the kernel is then given a key
// for each stream, and the number that its first row has in the batch.
func (k *Kernel) Draws() bool {
	return slices.ContainsFunc(k.Params, func(p *Param) bool { return p.Form == Random })
}

// nameMark stands for the name of a kernel in its text and its documentation.
const nameMark = "«name»"

// WithName is a text with the name of its kernel.
func WithName(text, name string) string { return strings.ReplaceAll(text, nameMark, name) }

// Text is the function.
func (k *Kernel) Text() string { return k.Head() + k.Inside() }

// Head is the line, or the lines, that the function begins with.
func (k *Kernel) Head() string {
	room := strings.Repeat("_", 18) // names are longer than the mark
	return strings.Replace(gotree.Declaration(nameMark+k.el.params()+room, k.Signature(), ""), room, "", 1) + "\n"
}

// Inside is what comes after that, to the closing brace.
func (k *Kernel) Inside() string {
	var b strings.Builder
	for _, p := range k.Params {
		if ext := k.rowsCut[p.Name]; ext != "" {
			fmt.Fprintf(&b, "%s = %s[:%s]\n", p.Name, p.Name, ext)
		}
	}
	if k.Shared && !k.divided {
		b.WriteString("if !t.Solo() {\nreturn\n}\n")
	}
	if len(k.head) > 0 {
		b.WriteString(k.head.String() + "\n")
	}
	b.WriteString(strings.Join(dropUnused(k.lines), "\n"))
	b.WriteString("\n}")
	return b.String()
}

var forRange = regexp.MustCompile(`^for (\w+) := range (.*) \{$`)

// dropUnused rewrites loops whose variable nothing names: for range 3.
func dropUnused(lines []string) []string {
	out := slices.Clone(lines)
	for i, line := range lines {
		m := forRange.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		used := regexp.MustCompile(`\b` + m[1] + `\b`)
		named := false
		for depth, j := 1, i+1; depth > 0 && j < len(lines); j++ {
			if strings.HasPrefix(lines[j], "}") {
				depth--
			}
			if strings.Contains(lines[j], "{") {
				depth++
			}
			named = named || used.MatchString(lines[j])
		}
		if !named {
			out[i] = "for range " + m[2] + " {"
		}
	}
	return out
}

// Signature lists the parameters of the function.
func (k *Kernel) Signature() []gotree.Parameter {
	var list []gotree.Parameter
	for _, p := range k.Params {
		switch p.Form {
		case Ragged:
			list = append(list, gotree.Parameter{Name: p.Name, Type: "[]int32"}, gotree.Parameter{Name: "offsets", Type: "[]int32"})
		case Random:
			list = append(list, gotree.Parameter{Name: p.Name, Type: "§nn.Key"})
		default:
			list = append(list, gotree.Parameter{Name: p.Name, Type: p.typ})
		}
	}
	if k.Draws() {
		list = append(list, gotree.Parameter{Name: "first", Type: "int"})
	}
	if k.Sized() {
		list = append(list, gotree.Parameter{Name: shape.Argument, Type: k.shapeType()})
	}
	if k.Counted {
		list = append(list, gotree.Parameter{Name: "n", Type: "int"})
	}
	if k.Shared {
		list = append(list, gotree.Parameter{Name: "t", Type: k.worker})
	}
	return list
}
