package loop

import "github.com/nngen-go/nngen/ir/scalar"

// The accesses of the families over lists of ids: a ragged buffer and a table
// that ids address are whole buffers, with no strides; everything else has the
// axes (row, column).

// Whole stands for all of a buffer.
func Whole(b *Buffer) Access { return Access{Buf: b} }

func rows(b *Buffer, width int) Access { return Access{Buf: b, Strides: []int{width, 1}} }

func (k *GatherSum) Family() string { return "gathersum" }

func (k *GatherSum) Writes() []Access { return []Access{rows(k.Out, k.Width)} }

func (k *GatherSum) Reads() []Access {
	return withIndices(append([]Access{Whole(k.Ids), Whole(k.Table)}, k.Extra...), nil)
}

// Flops counts one id per row: how many there are is known at run time alone.
func (k *GatherSum) Flops(n int) int {
	each := 1
	if k.Epilogue != nil {
		each += scalar.Size(k.Epilogue)
	}
	return n * k.Width * each
}

// Axes are the row and the column.
func (k *GatherSum) Axes() []Axis { return sparseAxes(k.Width) }

func sparseAxes(width int) []Axis {
	return []Axis{{Name: "n", N: 1, Rows: true}, {Name: "o", N: width}}
}

func (k *GatherSum) String() string {
	axes := k.Axes()
	names := axisNames(axes)
	t := text{}
	t.head("gathersum")
	t.head(loops(axes, names))
	table := Access{Buf: k.Table, Strides: []int{k.Width, 1}}.text([]string{"id", names[1]})
	sum := "sum(" + table + " for " + setOf(k.Ids, k.Set) + ")"
	t.line("", rows(k.Out, k.Width).text(names), assign(false), epilogue(k.Epilogue, sum, k.Extra, names), k.Word)
	return t.String()
}

// setOf says which ids of row n are visited.
func setOf(ids *Buffer, set bool) string {
	if set {
		return "id in set " + ids.String() + "[n]"
	}
	return "id in " + ids.String() + "[n]"
}

func (k *ScatterSum) Family() string { return "scattersum" }

func (k *ScatterSum) Writes() []Access { return []Access{Whole(k.Table)} }

func (k *ScatterSum) Reads() []Access { return []Access{Whole(k.Ids), rows(k.Grad, k.Width)} }

// Flops counts one id per row, as GatherSum does.
func (k *ScatterSum) Flops(n int) int { return n * k.Width }

func (k *ScatterSum) String() string {
	axes := sparseAxes(k.Width)
	names := axisNames(axes)
	t := text{}
	t.head("scattersum")
	t.head(loops(axes, names))
	table := Access{Buf: k.Table, Strides: []int{k.Width, 1}}.text([]string{"id", names[1]})
	t.line("for "+setOf(k.Ids, k.Set)+": ", table, assign(true), rows(k.Grad, k.Width).text(names), "from zero")
	return t.String()
}

func (k *MultiHot) Family() string { return "multihot" }

func (k *MultiHot) Writes() []Access { return []Access{rows(k.Out, k.Limit)} }

func (k *MultiHot) Reads() []Access { return []Access{Whole(k.Ids)} }

// Flops is zero: nothing is computed.
func (k *MultiHot) Flops(int) int { return 0 }

func (k *MultiHot) String() string {
	axes := sparseAxes(k.Limit)
	t := text{}
	t.head("multihot")
	t.head(loops(axes[:1], axisNames(axes[:1])))
	t.line("for "+setOf(k.Ids, k.Set)+": ", rows(k.Out, k.Limit).text([]string{"n", "id"}), assign(!k.Set), "1", "from zero")
	return t.String()
}
