package gokernel

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// writer is a kernel in the making.
type writer struct {
	*Kernel
	*algebra
	*gotree.Writer
	printer *Printer
	names   gotree.Names // of parameters and variables
	views   map[viewKey]*gotree.Var
	accs    map[*loop.Buffer][]placed
	locals  map[*loop.Buffer]*gotree.Var
	defined map[*loop.Buffer]bool  // locals that have been declared
	rows    map[rowKey]*gotree.Var // rows of tables that an id names, held in variables
	arrays  map[string]*gotree.Var // arrays in other dimensions
}

// kernelWords are the words that the text of kernels, and of what calls their
// machine code, has beside the names that a kernel hands out.
var kernelWords = strings.Fields("n s at count empty first from high i0 i1 id invTotal key last list low lowest more n0 none offsets packed panel part r0 r1 share spent step team to uniform upto where work")

// taken are the names that no local variable of a kernel may have.
var taken = gotree.Names{}

func init() {
	taken.Take(kernelWords...)
	for name := range gotree.Imports {
		taken.Take(name)
	}
	for fn := range scalarFuncs {
		taken.Take(fn)
	}
	for _, part := range scalarParts {
		taken.Take(part.name)
	}
}

// newWriter begins a kernel that makes these accesses.
func (e *Printer) newWriter(accs ...placed) *writer {
	out := &Kernel{el: e.elem, worker: e.workerType(), cuts: map[*Param]gotree.Expr{}}
	k := &writer{Kernel: out, algebra: &algebra{Kernel: out, scalars: e.scalars}, Writer: gotree.NewWriter(&out.body), printer: e, names: maps.Clone(taken), views: map[viewKey]*gotree.Var{},
		accs: map[*loop.Buffer][]placed{}, locals: map[*loop.Buffer]*gotree.Var{}, defined: map[*loop.Buffer]bool{}, rows: map[rowKey]*gotree.Var{}, arrays: map[string]*gotree.Var{}}
	for _, a := range withIndices(accs) {
		k.accs[a.Buf] = append(k.accs[a.Buf], a)
	}
	return k
}

// Pick is a new variable; of a wish of one letter, one of another letter where that
// is somebody's.
func (k *writer) Pick(base string) *gotree.Var {
	if k.names.Has(base) && len(base) == 1 {
		for _, try := range "ijlmuvtcoehq" {
			if s := string(try); !k.names.Has(s) {
				base = s
				break
			}
		}
	}
	return k.named(base)
}

// named is a new variable of a name, or one made of it.
func (k *writer) named(wish string) *gotree.Var { return &gotree.Var{Name: k.names.Pick(wish)} }

// free gives the names of variables back.
func (k *writer) free(vars ...*gotree.Var) {
	for _, v := range vars {
		delete(k.names, v.Name)
	}
}

// param is the parameter for a buffer, made when first asked for.
func (k *writer) param(b *loop.Buffer, wish string) *Param {
	for _, p := range k.Params {
		if p.Buf == b {
			return p
		}
	}
	p := &Param{Buf: b}
	switch {
	case b.Class == loop.Scalar:
		p.Form = Value
		wish = cmp.Or(map[string]string{"inv_total": "invTotal", "share": "share"}[b.Name], "scalar")
		delete(k.names, wish)
	case b.Class == loop.Random:
		p.Form, wish = Random, "key"
		if !k.Draws() {
			delete(k.names, wish)
		}
	case b.Ragged:
		p.Form, wish = Ragged, "ids"
	case b.Rows:
		p.Form = RowSlice
		switch {
		case b.Class == loop.Weight:
			wish = "weight"
		case b.Class == loop.Target:
			wish = "target"
		case b.DType == loop.I32:
			wish = "ids"
		}
	case k.Shape != nil, k.printer.flat:
		p.Form = RowSlice
	default:
		p.Form, p.Dims = Fixed, k.dims(b)
	}
	p.v = k.named(wish)
	p.Name = p.v.Name
	k.Params = append(k.Params, p)
	return p
}

// stepWord matches what a step calls its result: losses in "head.losses".
var stepWord = regexp.MustCompile("^[a-z][a-z_]+$")

// local is the variable of a scalar that lives within a row.
func (k *writer) local(b *loop.Buffer) *gotree.Var {
	if k.locals[b] == nil {
		var name string
		base := b.Name[strings.LastIndexByte(b.Name, '.')+1:]
		if base != b.Name && stepWord.MatchString(base) {
			name = k.names.Pick(cmp.Or(map[string]string{"max": "top", "min": "least", "exp": "e", "log": "l"}[base], gotree.Lower(base)))
		} else { // a layer's name
			k.layered = true
			s := k.printer.Words.Scope(gotree.Local)
			for name = k.names.Pick(s.Mark + gotree.Lower(base)); s.Names.Has(name); name = k.names.Pick(gotree.Lower(base)) {
			}
		}
		k.locals[b] = &gotree.Var{Name: name}
	}
	return k.locals[b]
}

// loops writes the loops over the axes from one on up to another, one in the other.
func (k *writer) loops(axes []loop.Axis, from, to int, vars []gotree.Expr, accs []placed, body func()) {
	if from == to {
		body()
		return
	}
	k.loop(axes, from, vars, accs, func() { k.loops(axes, from+1, to, vars, accs, body) })
}

// loop writes the loop over one axis, with views of the rows that it walks.
func (k *writer) loop(axes []loop.Axis, i int, vars []gotree.Expr, accs []placed, body func()) {
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
	v := k.Pick(wish)
	vars[i] = v
	k.In(&gotree.Range{Key: v, Over: k.extent(a)}, func() {
		if a.Rows {
			k.viewed(i, v, accs, body)
		} else {
			body()
		}
	})
	k.free(v)
}
