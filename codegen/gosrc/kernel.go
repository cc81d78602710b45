package gosrc

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/shape"
	"github.com/nngen-go/nngen/ir/loop"
)

// elem is the element type that kernels are printed for: float32, or a type
// parameter, so that the test of a package runs the same kernels in double
// precision.
type elem struct{ float string }

var (
	single  = elem{"float32"}
	generic = elem{"F"}
)

// params are the type parameters of a function over such elements.
func (t elem) params() string {
	if t == generic {
		return "[F §nn.Float]"
	}
	return ""
}

// concrete is a type for elements in single precision.
func concrete(typ string) string {
	if s, ok := strings.CutSuffix(typ, generic.float); ok {
		return s + single.float
	}
	return typ
}

func (t elem) of(b *loop.Buffer) string {
	if b.DType == loop.I32 {
		return "int32"
	}
	return t.float
}

// kernel is the text of one kernel function in the making. Nothing in it names
// a buffer or a layer, so that equal work gives equal text.
type kernel struct {
	em *kernels
	el elem

	name   string
	doc    []string
	params []*param
	lines  []string
	names  names

	shape   *shape.Shape // of a kernel that layers share, or nil
	planned *loop.Nest   // in the form in which they share it
	family  *family      // of a contraction that is one function with others, or nil
	sizes   []int        // and what its fields are

	counted bool                   // n is used
	shared  bool                   // workers divide it: t is used
	divided bool                   // and the text says how: else one of them does it
	exposed bool                   // what is stored may be added to something in the same breath: by another statement, or where calls are inlined
	held    map[string]*gotree.Var // parts of the current expression held in variables
	views   map[viewKey]string
	rowsCut map[string]string // parameters resliced at the top: name to extent
	accs    map[*loop.Buffer][]placed
	locals  map[*loop.Buffer]string
	defined map[*loop.Buffer]bool  // locals that have been declared
	rows    map[rowKey]string      // rows of tables that an id names, held in variables
	head    gotree.Block           // what the text begins with
	arrays  map[string]*gotree.Var // arrays in other dimensions
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
	random               // key nn.Key
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

func (k *kernel) viewKey(a placed, axis int) viewKey {
	key := viewKey{a.Buf, axis, a.Strides[axis], 0}
	if k.shape != nil {
		key.offset = a.Offset
	}
	return key
}

// kernelWords are the words that the text of kernels, and of what calls their
// machine code, has beside the names that a kernel hands out.
var kernelWords = strings.Fields("n s at count empty first from high i0 i1 id invTotal key last list low lowest more n0 none offsets packed panel part r0 r1 share spent step team to uniform where work")

// taken are the names that no local variable of a kernel may have.
var taken = names{}

func init() {
	taken.Take(kernelWords...)
	for name := range gotree.Imports {
		taken.Take(name)
	}
	for fn := range scalarFuncs {
		taken.Take(fn)
	}
	for _, part := range scalarParts {
		taken.Take(strings.TrimSuffix(part.call, "("))
	}
}

func (e *kernels) newKernel(accs ...placed) *kernel {
	k := &kernel{em: e, el: e.el, names: maps.Clone(taken), views: map[viewKey]string{}, rowsCut: map[string]string{}, accs: map[*loop.Buffer][]placed{},
		locals: map[*loop.Buffer]string{}, defined: map[*loop.Buffer]bool{}, rows: map[rowKey]string{}, arrays: map[string]*gotree.Var{}}
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
	if k.names.Has(base) && len(base) == 1 {
		for _, try := range "ijlmuvtcoehq" {
			if s := string(try); !k.names.Has(s) {
				base = s
				break
			}
		}
	}
	return k.names.Pick(base)
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
		if !k.draws() {
			delete(k.names, wish)
		}
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
	case k.shape != nil, k.em.flat:
		p.form, p.typ = rowSlice, "[]"+k.el.of(b)
	default:
		p.form, p.dims = fixed, k.dims(b)
		p.typ = "*" + array(p.dims) + k.el.of(b)
	}
	p.name = k.names.Pick(wish)
	k.params = append(k.params, p)
	return p
}

// draws reports that random numbers are drawn: the kernel is then given a key
// for each stream, and the number that its first row has in the batch.
func (k *kernel) draws() bool {
	return slices.ContainsFunc(k.params, func(p *param) bool { return p.form == random })
}

// array is the type of an array without its element: [784][512].
func array(dims []int) string {
	var b strings.Builder
	for _, d := range dims {
		fmt.Fprintf(&b, "[%d]", d)
	}
	return b.String()
}

// stepWord matches what a step calls its result: losses in "head.losses".
var stepWord = regexp.MustCompile("^[a-z][a-z_]+$")

// local is the variable of a scalar that lives within a row.
func (k *kernel) local(b *loop.Buffer) string {
	name, ok := k.locals[b]
	if !ok {
		base := b.Name[strings.LastIndexByte(b.Name, '.')+1:]
		if base != b.Name && stepWord.MatchString(base) {
			name = k.names.Pick(firstOf(base, map[string]string{"max": "top", "min": "least", "exp": "e", "log": "l"}, lower(base)))
		} else { // a layer's name
			s := k.em.scope(localMark)
			for name = k.names.Pick(s.Mark + lower(base)); s.Names.Has(name); name = k.names.Pick(lower(base)) {
			}
		}
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
	head := len(k.lines)
	k.line("for %s := range %s {", v, k.extent(a))
	var opened []viewKey
	if a.Rows {
		opened = k.view(i, v, accs)
	}
	return func() {
		named := regexp.MustCompile(`\b` + v + `\b`).MatchString
		if !slices.ContainsFunc(k.lines[head+1:], named) {
			k.lines[head] = fmt.Sprintf("for range %s {", k.extent(a)) // something repeats along the axis
		}
		k.line("}")
		delete(k.names, v)
		for _, key := range opened {
			delete(k.names, k.views[key])
			delete(k.views, key)
		}
	}
}

// text is the function, its name left as a mark to be filled in.
const nameMark = "«name»"

func (k *kernel) text() string { return k.opening() + k.inside() }

func (k *kernel) opening() string {
	room := strings.Repeat("_", 18) // names are longer than the mark
	return strings.Replace(declaration(nameMark+k.el.params()+room, k.signature(), ""), room, "", 1) + "\n"
}

func (k *kernel) inside() string {
	var b strings.Builder
	for _, p := range k.params {
		if ext := k.rowsCut[p.name]; ext != "" {
			fmt.Fprintf(&b, "%s = %s[:%s]\n", p.name, p.name, ext)
		}
	}
	if k.shared && !k.divided {
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

// signature lists the parameters.
func (k *kernel) signature() []typed {
	var list []typed
	for _, p := range k.params {
		switch p.form {
		case ragged:
			list = append(list, typed{p.name, "[]int32"}, typed{"offsets", "[]int32"})
		case random:
			list = append(list, typed{p.name, "§nn.Key"})
		default:
			list = append(list, typed{p.name, p.typ})
		}
	}
	if k.draws() {
		list = append(list, typed{"first", "int"})
	}
	if k.sized() {
		list = append(list, typed{shape.Argument, k.shapeType()})
	}
	if k.counted {
		list = append(list, typed{"n", "int"})
	}
	if k.shared {
		list = append(list, typed{"t", k.em.workerType()})
	}
	return list
}
