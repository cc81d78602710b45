package gosrc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/loop"
)

// elem is the element type that a package is printed for: float32, or float64
// for the copy that its test differentiates numerically.
type elem struct{ float, suffix string }

var (
	single = elem{"float32", ""}
	double = elem{"float64", "64"}
)

func (t elem) of(b *loop.Buffer) string {
	if b.DType == loop.I32 {
		return "int32"
	}
	return t.float
}

// kernel is the text of one kernel function in the making. Nothing in it names
// a buffer or a layer, so that equal work gives equal text.
type kernel struct {
	em *emitter
	el elem

	name   string
	doc    []string
	params []*param
	lines  []string
	names  names

	counted  bool              // n is used
	sumFirst bool              // operand 0 is printed as a sum, not as a name
	shared   map[string]string // parts of the current expression held in variables
	views    map[viewKey]string
	rowsCut  map[string]string // parameters resliced at the top: name to extent
	accs     map[*loop.Buffer][]placed
	locals   map[*loop.Buffer]string
	defined  map[*loop.Buffer]bool // locals that have been declared
	rows     map[rowKey]string     // rows of tables that an id names, held in variables
}

// rowKey is a row of a table: which table, which id.
type rowKey struct {
	buf   *loop.Buffer
	index string
}

// param is one parameter of a kernel function.
type param struct {
	form form
	name string
	buf  *loop.Buffer
	dims []int  // fixed: the array's dimensions
	typ  string // of the parameter
}

type form uint8

const (
	rowSlice form = iota // []float32: n rows
	fixed                // *[K][N]float32
	value                // float32: a run-time scalar
	ragged               // ids, offsets []int32
	random               // key nn.Key, first int
)

// placed is an access with the axes that it runs over.
type placed struct {
	loop.Access
	axes []loop.Axis
}

// viewKey names a row of a buffer: which buffer, over which axis, how long.
type viewKey struct {
	buf          *loop.Buffer
	axis, stride int
}

func (e *emitter) newKernel(accs ...placed) *kernel {
	k := &kernel{em: e, el: e.el, names: names{}, views: map[viewKey]string{}, rowsCut: map[string]string{}, accs: map[*loop.Buffer][]placed{},
		locals: map[*loop.Buffer]string{}, defined: map[*loop.Buffer]bool{}, rows: map[rowKey]string{}}
	for id := range reserved {
		if len(id) > 1 {
			k.names[id] = true
		}
	}
	k.names["n"] = true
	for fn := range scalarFuncs {
		k.names[fn+e.el.suffix] = true
	}
	for _, a := range withIndices(accs) {
		k.accs[a.Buf] = append(k.accs[a.Buf], a)
	}
	return k
}

func (k *kernel) line(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	k.lines = append(k.lines, format)
}

// inner is a new local name.
func (k *kernel) inner(base string) string {
	if k.names[base] && len(base) == 1 {
		for _, try := range "ijlmuvtcoehq" {
			if s := string(try); !k.names[s] {
				base = s
				break
			}
		}
	}
	return k.names.pick(base)
}

// param is the parameter for a buffer, made when first asked for.
func (k *kernel) param(b *loop.Buffer, wish string) *param {
	for _, p := range k.params {
		if p.buf == b {
			return p
		}
	}
	p := &param{buf: b}
	switch {
	case b.Class == loop.Scalar:
		p.form, p.typ = value, k.el.float
		wish = firstOf(b.Name, map[string]string{"inv_total": "invTotal", "share": "share"}, "scalar")
		delete(k.names, wish)
	case b.Class == loop.Random:
		p.form, wish = random, "key"
		delete(k.names, wish)
	case b.Ragged:
		p.form, wish = ragged, "ids"
	case b.Rows:
		p.form, p.typ = rowSlice, "[]"+k.el.of(b)
		switch {
		case b.Class == loop.Weight:
			wish = "weight"
		case b.Class == loop.Target:
			wish = "target"
		case b.DType == loop.I32:
			wish = "ids"
		}
	default:
		p.form, p.dims = fixed, k.dims(b)
		p.typ = "*" + array(p.dims) + k.el.of(b)
	}
	p.name = k.names.pick(wish)
	k.params = append(k.params, p)
	return p
}

// array is the type of an array without its element: [784][512].
func array(dims []int) string {
	var b strings.Builder
	for _, d := range dims {
		fmt.Fprintf(&b, "[%d]", d)
	}
	return b.String()
}

// dims is how a fixed buffer is passed: in its own shape where every access
// follows that, else as one run of elements.
func (k *kernel) dims(b *loop.Buffer) []int {
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
type term struct{ axis, coef int }

// affine is the index along one dimension.
type affine struct {
	offset int
	terms  []term
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
				out[d].terms = append(out[d].terms, term{axis, stride / s})
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
		if c, err := strconv.Atoi(v); err == nil {
			at += c * t.coef
			continue
		}
		switch {
		case t.coef == 1:
			parts = append(parts, v)
		case strings.Contains(v, "+"):
			parts = append(parts, fmt.Sprintf("(%s)*%d", v, t.coef))
		default:
			parts = append(parts, fmt.Sprintf("%s*%d", v, t.coef))
		}
	}
	if at != 0 || len(parts) == 0 {
		parts = append(parts, strconv.Itoa(at))
	}
	return strings.ReplaceAll(strings.Join(parts, "+"), "+-", "-")
}

// at prints the element that an access names at a point.
func (k *kernel) at(a placed, vars []string) string {
	if a.Buf.Class == loop.Local {
		return k.local(a.Buf)
	}
	p := k.param(a.Buf, "x")
	if p.form == value {
		return p.name
	}
	index := ""
	if a.Index != nil {
		index = k.at(placed{*a.Index, a.axes}, vars)
	}
	if p.form == fixed {
		at, ok := split(a, p.dims)
		if ok {
			s := p.name
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
	if p.form == rowSlice {
		for axis, s := range a.Strides {
			if view, ok := k.views[viewKey{a.Buf, axis, s}]; ok && s != 0 && a.axes[axis].Rows && k.inRow(a, axis) {
				return view + "[" + flat(a, axis).text(vars, intOf(index, a, axis)) + "]"
			}
		}
		if axis, ok := direct(a); ok {
			k.cut(p, a.axes[axis])
		}
	}
	return p.name + "[" + flat(a, -1).text(vars, intOf(index, a, -1)) + "]"
}

// intOf converts an id to int where it stands in a sum.
func intOf(index string, a placed, but int) string {
	if x := flat(a, but); len(x.terms) == 1 && x.terms[0].coef == 1 && x.offset == 0 {
		return index
	}
	return "int(" + index + ")"
}

// flat is the index into the whole buffer, or into a row of it: without the
// term of one axis.
func flat(a placed, but int) affine {
	x := affine{offset: a.Offset}
	for i, s := range a.Strides {
		if s != 0 && i != but {
			x.terms = append(x.terms, term{i, s})
		}
	}
	if a.Index != nil {
		x.terms = append(x.terms, term{-1, a.IndexStride})
	}
	return x
}

// inRow reports whether all that the access reaches, but for its batch axis,
// lies within one step of that axis.
func (k *kernel) inRow(a placed, axis int) bool {
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
func (k *kernel) cut(p *param, axis loop.Axis) { k.rowsCut[p.name] = k.extent(axis) }

// extent prints the number of points of an axis.
func (k *kernel) extent(a loop.Axis) string {
	if !a.Rows {
		return strconv.Itoa(a.N)
	}
	k.counted = true
	if a.N == 1 {
		return "n"
	}
	return fmt.Sprintf("n*%d", a.N)
}

// local is the variable of a scalar that lives within a row.
func (k *kernel) local(b *loop.Buffer) string {
	name, ok := k.locals[b]
	if !ok {
		base := b.Name
		if i := strings.LastIndexByte(base, '.'); i >= 0 {
			base = base[i+1:]
		}
		base = lower(base)
		name = k.names.pick(firstOf(base, map[string]string{"max": "top", "min": "least", "exp": "e", "log": "l"}, base))
		k.locals[b] = name
	}
	return name
}

// open starts the loop over one axis and lays views over the rows that it
// walks. It returns what ends the loop.
func (k *kernel) open(axes []loop.Axis, i int, vars []string, accs []placed) (end func()) {
	a := axes[i]
	wish := a.Name
	if a.Rows {
		wish = "r"
		if a.N > 1 && !slices.ContainsFunc(accs, func(p placed) bool { return i < len(p.Strides) && p.Strides[i] > 1 }) {
			wish = "i"
		}
	}
	if len(wish) != 1 || wish[0] < 'a' || wish[0] > 'z' {
		wish = "i"
	}
	v := k.inner(wish)
	vars[i] = v
	k.line("for %s := range %s {", v, k.extent(a))
	var opened []viewKey
	if a.Rows {
		opened = k.view(i, v, accs)
	}
	return func() {
		k.line("}")
		delete(k.names, v)
		for _, key := range opened {
			delete(k.names, k.views[key])
			delete(k.views, key)
		}
	}
}

// view lays a view over the current row of every row buffer whose accesses
// stay within it: xr := (*[784]float32)(x[r*784:]).
func (k *kernel) view(axis int, v string, accs []placed) (opened []viewKey) {
	for _, a := range withIndices(accs) {
		if !a.Buf.Rows || a.Buf.Ragged || a.Buf.Class == loop.Local || a.Buf.Class == loop.Random || axis >= len(a.Strides) {
			continue
		}
		key := viewKey{a.Buf, axis, a.Strides[axis]}
		if _, is := direct(a); is || key.stride <= 0 || k.views[key] != "" || !k.inRow(a, axis) {
			continue
		}
		p := k.param(a.Buf, "x")
		name := p.name + v
		if len(p.name) > 2 {
			name = p.name + "Row"
		}
		name = k.names.pick(name)
		from := affine{terms: []term{{0, key.stride}}}.text([]string{v}, "")
		k.line("%s := (*[%d]%s)(%s[%s:])", name, key.stride, k.el.of(a.Buf), p.name, from)
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

// text is the function, its name left as a mark to be filled in.
const nameMark = "«name»"

func (k *kernel) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "func %s%s {\n", nameMark, k.signature())
	for _, p := range k.params {
		if ext := k.rowsCut[p.name]; ext != "" {
			fmt.Fprintf(&b, "%s = %s[:%s]\n", p.name, p.name, ext)
		}
	}
	b.WriteString(strings.Join(k.lines, "\n"))
	b.WriteString("\n}")
	return b.String()
}

// signature lists the parameters, neighbours of one type together.
func (k *kernel) signature() string {
	var list []typed
	for _, p := range k.params {
		switch p.form {
		case ragged:
			list = append(list, typed{p.name, "[]int32"}, typed{"offsets", "[]int32"})
		case random:
			list = append(list, typed{p.name, "§nn.Key"}, typed{"first", "int"})
		default:
			list = append(list, typed{p.name, p.typ})
		}
	}
	if k.counted {
		list = append(list, typed{"n", "int"})
	}
	return parameters(list)
}

// typed is a parameter as it is written.
type typed struct{ name, typ string }

// lineWidth is where long signatures and calls are broken.
const lineWidth = 100

// parameters prints a parameter list with its parentheses, one line for each
// type where a single line would be long.
func parameters(list []typed) string {
	text := signature(list, " ")
	if len(text) <= lineWidth {
		return "(" + text + ")"
	}
	return "(\n" + signature(list, "\n") + ",\n)"
}

// signature prints a parameter list, neighbours of one type together.
func signature(list []typed, between string) string {
	var b strings.Builder
	for i, p := range list {
		b.WriteString(p.name)
		switch {
		case i+1 == len(list):
			b.WriteString(" " + p.typ)
		case list[i+1].typ != p.typ:
			b.WriteString(" " + p.typ + "," + between)
		default:
			b.WriteString(", ")
		}
	}
	return b.String()
}

// callText prints a call, over several lines where one would be long.
func callText(name string, args []string) string {
	text := name + "(" + strings.Join(args, ", ") + ")"
	if len(text) <= lineWidth+10 {
		return text
	}
	var b strings.Builder
	line := 0
	b.WriteString(name + "(\n")
	for i, a := range args {
		if line > 0 && line+len(a) > lineWidth-15 {
			b.WriteString("\n")
			line = 0
		}
		b.WriteString(a + ",")
		line += len(a) + 2
		if i+1 < len(args) {
			b.WriteString(" ")
		}
	}
	return b.String() + "\n)"
}

// comment is a fused step's word, fit for a comment whatever it holds: what
// could begin a directive is taken out.
func comment(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _-.,()", r) {
			return r
		}
		return '_'
	}, word)
}
