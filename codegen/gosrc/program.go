package gosrc

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/feature"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/machine"
)

// Config says what to print.
type Config struct {
	// Package is the package's name; empty: made from the model's name.
	Package string
	// PredictOnly leaves out training, and with it every import beyond the
	// standard library.
	PredictOnly bool
	// Weights is a weights file (safetensors) that a predict-only package
	// carries; nil: none.
	Weights []byte
	// Initial is a weights file with what segments of the initializer "file" begin
	// with; a package that trains carries it.
	Initial []byte
	// Machine is the processor that kernels are planned for; zero: machine.Server().
	Machine machine.Machine
	// AllowNonFinite has the package read weights that are NaN or infinite.
	AllowNonFinite bool
}

// File is one file of the emitted package.
type File struct {
	Name string
	Data []byte
}

// program is what a package is printed of, with the names that its description
// fixes.
type program struct {
	p   *loop.Program
	cfg Config

	used   *ownWords               // nil in a draft
	top    scope                   // identifiers of the package
	bufs   map[*loop.Buffer]string // of the buffers, as variables
	fields []string                // of the segments, in Params

	constants map[*loop.Buffer]*loop.Buffer // the first of those that are equal, which is printed

	layers layerDoc
	ports  portNames
	enc    *feature.Encoding // of rows
	errs   []error
	crew   bool // several workers may share a prediction
}

type portNames struct{ inputs, outputs, targets, stepInputs, stepOutputs []string }

// newProgram names what the description names, clear of the words that the
// package uses itself; nil: as in a draft, which shows these words.
func newProgram(p *loop.Program, cfg Config, used *ownWords) *program {
	e := &program{p: p, cfg: cfg, used: used, bufs: map[*loop.Buffer]string{}, constants: map[*loop.Buffer]*loop.Buffer{}, layers: newLayerDoc(p), crew: hasCrew(p, cfg)}
	e.top = e.scope(declMark)
	fields := e.scope(fieldMark, "Params")
	for _, s := range p.Segments {
		e.fields = append(e.fields, fields.Pick(upper(short(s.Name))))
	}
	exported := func(ports []loop.Port, types ...string) (list []string) {
		fields := e.scope(fieldMark, types...)
		for _, port := range ports {
			var endings []string
			if port.Ragged {
				endings = []string{"Offsets"} // see inField
			}
			list = append(list, fields.Pick(upper(port.Name), endings...))
		}
		return list
	}
	e.ports = portNames{inputs: exported(p.Inputs, "Input"), outputs: exported(p.Outputs, "Output"), targets: exported(p.Targets, "Target")}
	if s := p.Stream; s != nil {
		e.ports.stepInputs, e.ports.stepOutputs = exported(s.Inputs, "StepInput"), exported(s.Outputs, "StepOutput")
	}
	consts := e.nameConsts()
	for _, plan := range p.Plans() {
		e.nameBuffers(plan, consts)
	}
	e.enc = feature.New(p, feature.Config{
		Package: cfg.Package, PredictOnly: cfg.PredictOnly, Top: e.top, Words: used, Large: large(p.Outputs),
		Inputs: e.input(), Targets: gotree.Ports{Type: "Target", List: p.Targets, Fields: e.ports.targets},
	})
	return e
}

// input and output are the types of a sample and of what is made of it.
func (e *program) input() gotree.Ports {
	return gotree.Ports{Type: "Input", List: e.p.Inputs, Fields: e.ports.inputs}
}

func (e *program) output() gotree.Ports {
	return gotree.Ports{Type: "Output", List: e.p.Outputs, Fields: e.ports.outputs}
}

// scope begins one of the kind that a mark stands for: fields, of these types.
func (e *program) scope(mark string, types ...string) scope { return e.used.Scope(mark, types...) }

// short abbreviates the commonest parameter names: hidden/kernel is HiddenW.
func short(path string) string {
	for long, s := range map[string]string{"/kernel": "/W", "/bias": "/B"} {
		if strings.HasSuffix(path, long) {
			return strings.TrimSuffix(path, long) + s
		}
	}
	return path
}

// bufferName is the identifier that a buffer would have: of gradients, what they
// are the gradient of.
func (e *program) bufferName(b *loop.Buffer) string {
	name := b.Name
	if name == "" {
		name = b.Layer + ".value"
	}
	head, rest, _ := strings.Cut(name, ".")
	if _, ok := e.layers.at[head]; !ok && b.Grad { // the second gradient of pool1 is called pool12
		for n := len(head) - 1; n > 0 && '0' <= head[n] && head[n] <= '9'; n-- {
			if _, ok := e.layers.at[head[:n]]; ok {
				head = head[:n]
				break
			}
		}
	}
	return lower(strings.TrimSuffix(head+"."+rest, ".gradient"))
}

// nameConsts gives the arrays that the description fixes the names of their
// variables: equal ones, which every plan has of its own, the same.
func (e *program) nameConsts() names {
	consts := names{}
	var distinct []*loop.Buffer
	for _, plan := range e.p.Plans() {
		for _, b := range plan.Buffers {
			if b.Class != loop.Const || e.constants[b] != nil {
				continue
			}
			first := slices.IndexFunc(distinct, func(o *loop.Buffer) bool { return sameValues(o, b) })
			if first < 0 {
				first = len(distinct)
				distinct = append(distinct, b)
				e.bufs[b] = e.top.Pick(e.bufferName(b) + "Values")
				consts.Take(e.bufs[b])
			}
			e.constants[b] = distinct[first]
			e.bufs[b] = e.bufs[distinct[first]]
		}
	}
	return consts
}

// sameValues reports arrays that are printed alike: 0 and -0 are not.
func sameValues(a, b *loop.Buffer) bool {
	return a.DType == b.DType && slices.EqualFunc(a.Data, b.Data, func(v, w float32) bool { return math.Float32bits(v) == math.Float32bits(w) })
}

// nameBuffers gives every buffer of a plan the name of the variable that holds
// it: hidden, hiddenPre, dHidden.
func (e *program) nameBuffers(plan *loop.Plan, consts names) {
	taken := e.scope(bufferMark)
	taken.Add(consts)
	used := plan.Spans()
	for _, b := range plan.Buffers {
		if _, ok := used[b]; !ok {
			continue
		}
		id := e.bufferName(b)
		switch b.Class {
		case loop.Scalar, loop.Local, loop.Random, loop.Param, loop.Gradient, loop.Const:
			continue
		case loop.State:
			if inStep(e.p, b) {
				continue
			}
			id += "Before"
		case loop.Weight:
			id = "weight"
		case loop.Target:
			id = "target"
			if len(e.p.Targets) > 1 {
				id = lower(e.p.Targets[b.Port].Name) + "Target"
			}
		case loop.Input:
			id = lower(e.p.Inputs[b.Port].Name)
			if len(e.p.Inputs) == 1 && (id == "x" || !b.Ragged) {
				e.bufs[b] = "x"
				if b.DType == loop.I32 {
					e.bufs[b] = "ids"
				}
				continue
			}
		}
		if b.Grad {
			id = "d" + capital(id)
		}
		endings := []string{"All"} // the rows of all workers: see phase.all
		if b.Ragged {
			endings = append(endings, "Offsets", "OffsetsAll")
		}
		e.bufs[b] = taken.Pick(id, endings...)
		e.top.Names.Take(e.bufs[b])
		for _, s := range endings {
			e.top.Names.Take(e.bufs[b] + s)
		}
	}
}

// What package gotree has, by shorter names.
type (
	names    = gotree.Names
	scope    = gotree.Scope
	ownWords = gotree.OwnWords
)

const (
	declMark   = gotree.Decl
	bufferMark = gotree.Buffer
	fieldMark  = gotree.Field
)

var (
	docComment = gotree.Comment
	quote      = gotree.Quote
	mention    = gotree.Mention
	plain      = gotree.Plain
	lower      = gotree.Lower
	upper      = gotree.Upper
	capital    = gotree.Capital
	elemOf     = gotree.Elem
	size       = gotree.Size
	index      = gotree.Indexable
)

// file is one emitted Go file.
type file struct{ *gotree.File }

// newFile starts a file below the header that marks it as ours.
func (e *program) newFile() *file { return &file{gotree.NewFile(e.cfg.Package, e.header())} }

func (f *file) add(format string, args ...any) { f.Add(format, args...) }

// portField is the field of a pass that holds the rows of a port.
func (e *program) portField(b *loop.Buffer) string {
	switch b.Class {
	case loop.Input:
		return e.inField(b.Port)
	case loop.Target:
		return e.targetField(b.Port)
	case loop.State:
		if !inStep(e.p, b) {
			return fmt.Sprintf("carried[%d+s.step.First*%s:]", carriedAt(e.p, b.Port), width(b))
		}
		if b.DType == loop.I32 {
			return "position"
		}
		at := e.stateAt(b.Port)
		return fmt.Sprintf("from.values[%d:%d]", at, at+b.Row())
	}
	return "weight"
}
