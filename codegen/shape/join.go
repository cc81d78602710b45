package shape

import (
	"fmt"
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
)

// Joined is the shape argument of a function that several kernels are which differ in
// numbers alone: its fields are those that differ.
type Joined struct {
	Fields []string
	Values [][]int // of every kernel, those of the fields

	names map[string]string // of fields, by their values
}

// NewJoined is that of some kernels, without fields.
func NewJoined(kernels int) *Joined {
	return &Joined{Values: make([][]int, kernels), names: map[string]string{}}
}

// Number is what stands for a number that is each of the values in the kernels: the
// literal, what fields say, or a new field of a name like the one wished for.
func (j *Joined) Number(wish string, values []int) gotree.Number {
	if slices.Max(values) == slices.Min(values) {
		return gotree.Literal(values[0])
	}
	if n, ok := j.known(values); ok {
		return n
	}
	name := wish
	for i := 2; slices.Contains(j.Fields, name); i++ {
		name = fmt.Sprint(wish, i)
	}
	j.names[fmt.Sprint(values)] = name
	j.Fields = append(j.Fields, name)
	for i, v := range values {
		j.Values[i] = append(j.Values[i], v)
	}
	return gotree.Number{Value: values[0], As: member(name)}
}

// known is a field, or a few times one: the bytes of so many elements or the elements
// of a few rows.
func (j *Joined) known(values []int) (gotree.Number, bool) {
	part := make([]int, len(values))
next:
	for times := 1; times <= 8; times++ {
		for i, v := range values {
			if part[i] = v / times; v%times != 0 {
				continue next
			}
		}
		if name, ok := j.names[fmt.Sprint(part)]; ok {
			return gotree.Literal(times).Times(gotree.Number{Value: part[0], As: member(name)}), true
		}
	}
	return gotree.Number{}, false
}
