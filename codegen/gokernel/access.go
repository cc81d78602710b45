package gokernel

import (
	"fmt"
	"strconv"
	"strings"

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
			if _, ok := split(a, b.Shape); !ok {
				shaped = false
			}
		}
		if shaped {
			return b.Shape
		}
	}
	return []int{b.Row()}
}

// term is coef times the variable of an axis (or of the index, axis -1).
type term struct {
	axis, coef int
	name       string // what holds coef in a shared kernel
}

// affine is the index along one dimension.
type affine struct {
	offset int
	terms  []term
	from   string // what holds the offset in a shared kernel
}

// split writes an access to a fixed buffer as one index for each dimension, or
// reports that it does not follow the dimensions.
func split(a placed, dims []int) ([]affine, bool) {
	out := make([]affine, len(dims))
	strides := make([]int, len(dims))
	step := 1
	for d := len(dims) - 1; d >= 0; d-- {
		strides[d] = step
		step *= dims[d]
	}
	rest := a.Offset
	for d, s := range strides {
		out[d].offset = rest / s
		rest %= s
	}
	put := func(axis, stride, extent int) bool {
		if stride < 0 {
			return false
		}
		for d, s := range strides {
			if stride%s == 0 && (extent == 0 || stride/s*(extent-1) < dims[d]) {
				out[d].terms = append(out[d].terms, term{axis, stride / s, ""})
				return true
			}
		}
		return false
	}
	for i, s := range a.Strides {
		if s != 0 && (a.axes[i].Rows || !put(i, s, a.axes[i].N)) {
			return nil, false
		}
	}
	if a.Index != nil && !put(-1, a.IndexStride, 0) {
		return nil, false
	}
	for d := range dims {
		far := out[d].offset
		for _, t := range out[d].terms {
			if t.axis >= 0 {
				far += t.coef * (a.axes[t.axis].N - 1)
			}
		}
		if far >= dims[d] {
			return nil, false
		}
	}
	return out, true
}

// text prints an index; vars are the variables of the axes, or numbers.
func (x affine) text(vars []string, index string) string {
	var parts []string
	at := x.offset
	for _, t := range x.terms {
		v := index
		if t.axis >= 0 {
			v = vars[t.axis]
		}
		if c, err := strconv.Atoi(v); err == nil && (t.name == "" || c == 0) {
			at += c * t.coef
			continue
		}
		switch {
		case t.name != "" && strings.Contains(v, "+"):
			parts = append(parts, fmt.Sprintf("(%s)*%s", v, t.name))
		case t.name != "":
			parts = append(parts, v+"*"+t.name)
		case t.coef == 1:
			parts = append(parts, v)
		case strings.Contains(v, "+"):
			parts = append(parts, fmt.Sprintf("(%s)*%d", v, t.coef))
		default:
			parts = append(parts, fmt.Sprintf("%s*%d", v, t.coef))
		}
	}
	if x.from != "" {
		parts = append(parts, x.from)
	} else if at != 0 || len(parts) == 0 {
		parts = append(parts, strconv.Itoa(at))
	}
	return strings.ReplaceAll(strings.Join(parts, "+"), "+-", "-")
}

// scaled prints the start of a row: r*784+12.
func scaled(v string, stride, offset int) string {
	return affine{offset: offset, terms: []term{{0, stride, ""}}}.text([]string{v}, "")
}

// at prints the element that an access names at a point.
func (k *writer) at(a placed, vars []string) string {
	if a.Buf.Class == loop.Local {
		return k.local(a.Buf)
	}
	p := k.param(a.Buf, "x")
	if p.Form == Value {
		return p.Name
	}
	index := ""
	if a.Index != nil {
		index = k.at(placed{*a.Index, a.axes}, vars)
	}
	if p.Form == Fixed {
		at, ok := split(a, p.Dims)
		if ok {
			s := p.Name
			if row, ok := k.rows[rowKey{a.Buf, index}]; ok && len(at) == 2 {
				s, at = row, at[1:]
			}
			for _, x := range at {
				i := index
				if len(x.terms) > 1 || x.offset != 0 {
					i = "int(" + index + ")"
				}
				s += "[" + x.text(vars, i) + "]"
			}
			return s
		}
	}
	if p.Form == RowSlice {
		for axis, s := range a.Strides {
			if view, ok := k.views[a.viewKey(axis, k.Shape)]; ok && s != 0 && a.axes[axis].Rows && a.inRow(axis) {
				x := a.flat(axis, k.Shape)
				if k.Shape != nil {
					x.offset, x.from = 0, ""
				}
				return view + "[" + x.text(vars, a.intOf(index, axis, k.Shape)) + "]"
			}
		}
		if axis, ok := direct(a); ok {
			k.cut(p, a.axes[axis])
		}
	}
	return p.Name + "[" + a.flat(-1, k.Shape).text(vars, a.intOf(index, -1, k.Shape)) + "]"
}

// intOf converts an id to int where it stands in a sum.
func (a placed) intOf(index string, but int, s *shape.Shape) string {
	if x := a.flat(but, s); len(x.terms) == 1 && x.terms[0].coef == 1 && x.offset == 0 {
		return index
	}
	return "int(" + index + ")"
}

// flat is the index into the whole buffer, or into a row of it: without the
// term of one axis.
func (a placed) flat(but int, s *shape.Shape) affine {
	x := affine{offset: a.Offset, from: s.Offset(a.Access).Text}
	for i, stride := range a.Strides {
		if stride != 0 && i != but {
			x.terms = append(x.terms, term{i, stride, s.Stride(a.Access, a.axes, i).Text})
		}
	}
	if a.Index != nil {
		x.terms = append(x.terms, term{-1, a.IndexStride, ""})
	}
	return x
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

// cut reslices a parameter at the top of the function, so that indexing it by
// the row needs no bounds check.
func (k *writer) cut(p *Param, axis loop.Axis) { k.rowsCut[p.Name] = k.extent(axis) }

// extent prints the number of points of an axis.
func (k *writer) extent(a loop.Axis) string {
	k.Counted = k.Counted || a.Rows
	return k.Shape.Extent(a).String()
}

// view lays a view over the current row of every row buffer whose accesses
// stay within it: xr := (*[784]float32)(x[r*784:]).
func (k *writer) view(axis int, v string, accs []placed) (opened []viewKey) {
	for _, a := range withIndices(accs) {
		if !a.Buf.Rows && k.Shape == nil || a.Buf.Ragged || a.Buf.Class == loop.Local || a.Buf.Class == loop.Random || axis >= len(a.Strides) {
			continue
		}
		key := a.viewKey(axis, k.Shape)
		if _, is := direct(a); is || key.stride <= 0 || k.views[key] != "" || !a.inRow(axis) {
			continue
		}
		p := k.param(a.Buf, "x")
		name := p.Name + v
		if len(p.Name) > 2 {
			name = p.Name + "Row"
		}
		name = k.names.Pick(name)
		if k.Shape != nil {
			from := affine{terms: []term{{0, key.stride, k.Shape.Stride(a.Access, a.axes, axis).Text}}, from: k.Shape.Offset(a.Access).Text}
			k.line("%s := %s[%s:]", name, p.Name, from.text([]string{v}, ""))
			k.views[key] = name
			opened = append(opened, key)
			continue
		}
		from := affine{terms: []term{{0, key.stride, ""}}}.text([]string{v}, "")
		k.line("%s := (*[%d]%s)(%s[%s:])", name, key.stride, k.el.Of(a.Buf), p.Name, from)
		k.views[key] = name
		opened = append(opened, key)
	}
	return opened
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
