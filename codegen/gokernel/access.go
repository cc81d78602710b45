package gokernel

import (
	"slices"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// placed is an access with the axes that it runs over.
type placed struct {
	loop.Access
	axes []loop.Axis
}

// viewKey names a row of a buffer: which buffer, over which axis, how long, and of
// a shared kernel, where in the row it begins.
type viewKey struct {
	buf                  *loop.Buffer
	axis, stride, offset int
}

// viewKey is that of the row along an axis.
func (a placed) viewKey(axis int, s *shape.Shape) viewKey {
	key := viewKey{a.Buf, axis, a.Strides[axis], 0}
	if s != nil {
		key.offset = a.Offset
	}
	return key
}

// rowKey is a row of a table: which table, which id.
type rowKey struct {
	buf   *loop.Buffer
	index string
}

// dims is how a fixed buffer is passed: in its own shape where every access
// follows that, else as one run of elements.
func (k *writer) dims(b *loop.Buffer) []int {
	shaped := b.Class == loop.Param || b.Class == loop.Gradient
	if shaped && len(b.Shape) > 0 {
		for _, a := range k.accs[b] {
			if _, ok := a.split(b.Shape, make([]gotree.Expr, len(a.axes)), nil); !ok {
				shaped = false
			}
		}
		if shaped {
			return b.Shape
		}
	}
	return []int{b.Row()}
}

// split is an access to a fixed buffer as one index for each dimension, at the values
// of its axes and of its id; or reports that it does not follow the dimensions.
func (a placed) split(dims []int, vars []gotree.Expr, id gotree.Expr) ([]gotree.Sum, bool) {
	out := make([]gotree.Sum, len(dims))
	strides, far := make([]int, len(dims)), make([]int, len(dims))
	step := 1
	for d := len(dims) - 1; d >= 0; d-- {
		strides[d] = step
		step *= dims[d]
	}
	rest := a.Offset
	for d, s := range strides {
		far[d] = rest / s
		out[d].Offset = gotree.Literal(far[d])
		rest %= s
	}
	dimension := func(stride, turns int) int {
		for d, s := range strides {
			if stride >= 0 && stride%s == 0 && stride/s*turns < dims[d] {
				return d
			}
		}
		return -1
	}
	for i, stride := range a.Strides {
		if stride == 0 {
			continue
		}
		turns := a.axes[i].N - 1
		d := dimension(stride, turns)
		if d < 0 || a.axes[i].Rows {
			return nil, false
		}
		coef := stride / strides[d]
		out[d], far[d] = out[d].Plus(vars[i], gotree.Literal(coef)), far[d]+coef*turns
	}
	if a.Index != nil {
		d := dimension(a.IndexStride, 0)
		if d < 0 {
			return nil, false
		}
		out[d] = plusID(out[d], id, a.IndexStride/strides[d])
	}
	for d, n := range dims {
		if far[d] >= n {
			return nil, false
		}
	}
	return out, true
}

// flat is the index into the whole buffer, or into a row of it: without the term of
// one axis. An id has not been added yet.
func (a placed) flat(but int, s *shape.Shape, vars []gotree.Expr) gotree.Sum {
	x := gotree.Sum{Offset: s.Offset(a.Access)}
	for i, stride := range a.Strides {
		if stride != 0 && i != but {
			x = x.Plus(vars[i], s.Stride(a.Access, a.axes, i))
		}
	}
	return x
}

// plusID adds an id that there may be to an index, as an int unless it stands alone.
func plusID(x gotree.Sum, id gotree.Expr, times int) gotree.Sum {
	if id == nil {
		return x
	}
	if len(x.Terms) > 0 || x.Offset.Value != 0 || times != 1 {
		id = gotree.CallOf("int", id)
	}
	return x.Plus(id, gotree.Literal(times))
}

// times is the index of a row: r*784.
func times(v gotree.Expr, stride int) gotree.Expr {
	return gotree.Sum{}.Plus(v, gotree.Literal(stride)).Expr()
}

// at is the element that an access names at a point.
func (k *writer) at(a placed, vars []gotree.Expr) gotree.Expr {
	if a.Buf.Class == loop.Local {
		return k.local(a.Buf)
	}
	p := k.param(a.Buf, "x")
	if p.Form == Value {
		return p.v
	}
	var id gotree.Expr
	if a.Index != nil {
		id = k.at(placed{*a.Index, a.axes}, vars)
	}
	if p.Form == Fixed {
		if sums, ok := a.split(p.Dims, vars, id); ok {
			array := p.v
			if id != nil && len(sums) == 2 {
				if row := k.rows[rowKey{a.Buf, id.String()}]; row != nil {
					array, sums = row, sums[1:]
				}
			}
			at := make([]gotree.Expr, len(sums))
			for d, x := range sums {
				at[d] = x.Expr()
			}
			return gotree.At(array, at...)
		}
	}
	if p.Form == RowSlice {
		for axis, s := range a.Strides {
			if view := k.views[a.viewKey(axis, k.Shape)]; view != nil && s != 0 && a.axes[axis].Rows && a.inRow(axis) {
				x := a.flat(axis, k.Shape, vars)
				if k.Shape != nil {
					x.Offset = gotree.Literal(0)
				}
				return gotree.At(view, plusID(x, id, a.IndexStride).Expr())
			}
		}
		if axis, ok := direct(a); ok { // so that indexing it by the row needs no bounds check
			k.cuts[p] = k.extent(a.axes[axis])
		}
	}
	return gotree.At(p.v, plusID(a.flat(-1, k.Shape, vars), id, a.IndexStride).Expr())
}

// inRow reports whether all that the access reaches, but for its batch axis,
// lies within one step of that axis.
func (a placed) inRow(axis int) bool {
	low, high := a.Offset, a.Offset
	for i, s := range a.Strides {
		if i != axis {
			if a.axes[i].Rows && s != 0 {
				return false
			}
			low += min(0, s*(a.axes[i].N-1))
			high += max(0, s*(a.axes[i].N-1))
		}
	}
	return low >= 0 && high < a.Strides[axis]
}

// backwards reports an access that goes towards the beginning of a row: what follows
// its offset is not all that it reaches.
func (a placed) backwards() bool {
	return slices.ContainsFunc(a.Strides, func(s int) bool { return s < 0 })
}

// direct reports an access that walks a row buffer element by element along
// one axis: weight[r].
func direct(a placed) (axis int, ok bool) {
	axis = -1
	for i, s := range a.Strides {
		if s != 0 {
			if axis >= 0 || s != 1 || !a.axes[i].Rows {
				return 0, false
			}
			axis = i
		}
	}
	return axis, axis >= 0 && a.Offset == 0 && a.Index == nil
}

// extent is the number of points of an axis.
func (k *writer) extent(a loop.Axis) gotree.Number {
	k.Counted = k.Counted || a.Rows
	return k.Shape.Extent(a)
}

// viewed writes what body does, which sees views of the current row of every row
// buffer whose accesses stay within it: xr := (*[784]float32)(x[r*784:]).
func (k *writer) viewed(axis int, v gotree.Expr, accs []placed, body func()) {
	var keys []viewKey
	var values []gotree.Expr
	for _, a := range withIndices(accs) {
		if !a.Buf.Rows && k.Shape == nil || a.Buf.Ragged || a.Buf.Class == loop.Local || a.Buf.Class == loop.Random || axis >= len(a.Strides) {
			continue
		}
		key := a.viewKey(axis, k.Shape)
		if _, is := direct(a); is || key.stride <= 0 || k.views[key] != nil || !a.inRow(axis) || k.Shape != nil && a.backwards() {
			continue
		}
		p := k.param(a.Buf, "x")
		name := p.Name + v.String()
		if len(p.Name) > 2 {
			name = p.Name + "Row"
		}
		var value gotree.Expr
		if k.Shape != nil {
			from := gotree.Sum{Offset: k.Shape.Offset(a.Access)}.Plus(v, k.Shape.Stride(a.Access, a.axes, axis))
			value = gotree.Slice{X: p.v, From: from.Expr()}
		} else {
			row := key.stride
			if a.Buf.Reach > 0 { // the last of several views ends where all of them do
				row = min(row, a.Buf.Reach-a.before(axis))
			}
			value = gotree.View{X: p.v, From: times(v, key.stride), N: gotree.Literal(row), Elem: gotree.Word(k.el.Of(a.Buf))}
		}
		k.views[key] = k.named(name)
		keys, values = append(keys, key), append(values, value)
	}
	inside := k.Block(body)
	for i, key := range keys {
		if view := k.views[key]; inside.Mentions(view) {
			k.Add(gotree.Let(view, values[i]))
		}
		k.free(k.views[key])
		delete(k.views, key)
	}
	k.Add(inside...)
}

// before is how far within a row of the batch the last view along an axis begins.
func (a placed) before(axis int) int {
	far := 0
	for i := range axis + 1 {
		far += max(0, a.Strides[i]*(a.axes[i].N-1))
	}
	return far
}

// withIndices lists accesses and the ids that index them.
func withIndices(accs []placed) []placed {
	var out []placed
	for _, a := range accs {
		out = append(out, a)
		if a.Index != nil {
			out = append(out, placed{*a.Index, a.axes})
		}
	}
	return out
}
