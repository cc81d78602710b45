package gosrc

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/nn"
)

// total is the number of parameters of the block; trainable those of its first
// part.
func (e *program) total() (all, trainable int) {
	for _, s := range e.p.Segments {
		all += s.Len()
		if s.Role == block.Trainable {
			trainable += s.Len()
		}
	}
	return all, trainable
}

// paramsStruct prints the fields of the parameter block.
func (e modelText) paramsStruct() string {
	var b strings.Builder
	b.WriteString("type Params struct {\n")
	role := block.Trainable
	for i, s := range e.p.Segments {
		if s.Role != role {
			role = s.Role
			fmt.Fprintf(&b, "\n// %s\n", map[block.Role]string{block.Frozen: "frozen: no gradient", block.State: "state: maintained by training, not by the optimizer"}[role])
		}
		fmt.Fprintf(&b, "%s %sfloat32 %s\n", e.fields[i], gotree.Array(s.Shape), fieldTag(s, e.assigned(i)))
	}
	b.WriteString("}")
	return b.String()
}

// assigned reports weights that a training step writes before the optimizer does.
func (e modelText) assigned(segment int) bool {
	return e.p.Train != nil && e.p.Segments[segment].Role != block.State &&
		slices.ContainsFunc(e.p.Train.Updates, func(u loop.StateUpdate) bool { return u.State.Segment == segment })
}

// fieldTag is what describes a segment beside its field: see nn.SegmentsOf.
func fieldTag(s block.Segment, assigned bool) string {
	tag := "name:" + quote(s.Name)
	switch s.Role {
	case block.Frozen:
		tag += ` part:"frozen"`
	case block.State:
		tag += ` part:"state"`
	}
	if assigned {
		tag += ` assigned:"true"`
	}
	if c := s.Constraint; c.Kind != "" {
		tag += " constraint:" + quote(constraintOf(c).String())
	}
	if strings.Contains(tag, "`") {
		return quote(tag)
	}
	return "`" + tag + "`"
}

// constraintOf is the runtime's form of a constraint.
func constraintOf(c block.Constraint) nn.Constraint {
	return nn.Constraint{Kind: c.Kind, MinValue: c.Min, MaxValue: c.Max, Rate: c.Rate, Axes: c.Axes}
}

func (e modelText) paramsFile() *file {
	f := e.newFile()
	all, trainable := e.total()
	more := "Gradients have the same type."
	if e.cfg.PredictOnly {
		more = ""
	}
	f.add("%s%s", docComment(
		"Params holds every parameter of the network, the one master copy: trainable tensors first, then frozen ones, then state. "+
			"The fields are arrays of float32 and nothing else, so they lie in memory without gaps, in this order. "+more), e.paramsStruct())
	f.add(`// Params has no padding, or this does not compile.
var _ [%d]byte = [§unsafe.Sizeof(Params{})]byte{}`, 4*all)
	f.add(`// flat is the block as one slice, for what treats all parameters alike: files,
// optimizers, initializers. The assertion above makes this view of the struct
// sound.
func (p *Params) flat() []float32 {
	return §unsafe.Slice((*float32)(§unsafe.Pointer(p)), %d)
}`, all)
	if e.cfg.PredictOnly {
		e.tensorTable(f)
		return f
	}
	f.add(`// trainable is the number of float32s that the optimizer moves: the first of
// the block.
const trainable = %d`, trainable)
	f.add(`// segments describes the block for files and optimizers.
var segments = §nn.SegmentsOf((*Params)(nil))`)
	e.initMethod(f)
	return f
}

func intsLiteral(v []int) string {
	return "[]int{" + strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", ", ") + "}"
}

func floatsLiteral(v []float64) string {
	if v == nil {
		return "nil"
	}
	values := make([]string, len(v))
	for i, x := range v {
		values[i] = gokernel.Double.Number(x)
	}
	return "[]float64{" + strings.Join(values, ", ") + "}"
}

// newDoc is the comment of New.
func (e modelText) newDoc() string {
	if e.cfg.Initial == nil {
		return docComment("New makes an untrained model with freshly initialised parameters.")
	}
	return docComment("New makes a model to be trained: it begins with the weights of the file that the description names, which the package carries. What the file does not give is initialised freshly.")
}

// initMethod prints how New fills the block.
func (e modelText) initMethod(f *file) {
	var b strings.Builder
	b.WriteString("// init fills the parameters with their initial values, drawn from the seed.\nfunc (p *Params) init(seed uint64) {\n")
	var lines strings.Builder
	flat := false
	for i, s := range e.p.Segments {
		dst, note := fmt.Sprintf("w[%d:%d]", s.Offset, s.Offset+s.Len()), " // "+e.fields[i]
		if len(s.Shape) == 1 {
			dst, note = fmt.Sprintf("p.%s[:]", e.fields[i]), ""
		}
		if line := e.initCall(s, dst); line != "" {
			lines.WriteString(line + note + "\n")
			flat = flat || note != ""
		}
		if in := s.Init; in.OnesFrom < in.OnesTo {
			flat = true
			fmt.Fprintf(&lines, "§nn.Ones(w[%d:%d]) // %s\n", s.Offset+in.OnesFrom, s.Offset+in.OnesTo, e.fields[i])
		}
	}
	body := lines.String()
	if e.cfg.Initial != nil {
		body += "p.fromFile()\n"
	}
	if body == "" {
		f.add("// init leaves the parameters at zero, their initial value.\nfunc (p *Params) init(uint64) {}")
		return
	}
	if !strings.Contains(body, "seed") {
		b.Reset()
		b.WriteString("// init fills the parameters with their initial values.\nfunc (p *Params) init(uint64) {\n")
	}
	if flat {
		b.WriteString("w := p.flat()\n")
	}
	b.WriteString(body)
	b.WriteString("}")
	f.add("%s", b.String())
	if e.cfg.Initial != nil {
		f.Import("embed")
		f.add(`//go:embed initial.safetensors
var initial []byte

// fromFile copies the weights of the file that the description names.
func (p *Params) fromFile() {
	f, err := §weights.Read(§bytes.NewReader(initial), §weights.Only(segments))
	if err != nil {
		panic("%s: initial.safetensors, which the package was compiled with: " + err.Error())
	}
	f.CopyMatching(segments, p.flat())
}`, e.cfg.Package)
	}
}

// initCall is the call of the initializer of dst; zeros need none.
func (e modelText) initCall(s block.Segment, dst string) string {
	in := s.Init
	seed := "seed"
	if in.Seeded {
		seed = strconv.FormatUint(in.Seed, 10)
	}
	key := fmt.Sprintf("§nn.NewKey(%s, 0, §nn.Stream(%s))", seed, quote(s.Name))
	num := func(v float64) string { return gokernel.Double.Number(v) }
	rows, cols := 1, s.Len()
	if n := len(s.Shape); n > 0 {
		cols = s.Shape[n-1]
		rows = s.Len() / max(cols, 1)
	}
	switch in.Kind {
	case "", "zeros", "file":
		return ""
	case "ones":
		return fmt.Sprintf("§nn.Ones(%s)", dst)
	case "constant":
		return fmt.Sprintf("§nn.Constant(%s, %s)", dst, gokernel.Single.Number(in.Value))
	case "random_normal":
		return fmt.Sprintf("§nn.RandomNormal(%s, %s, %s, %s)", dst, key, num(in.Mean), num(in.Stddev))
	case "truncated_normal":
		return fmt.Sprintf("§nn.TruncatedNormal(%s, %s, %s, %s)", dst, key, num(in.Mean), num(in.Stddev))
	case "random_uniform":
		return fmt.Sprintf("§nn.RandomUniform(%s, %s, %s, %s)", dst, key, num(in.Minval), num(in.Maxval))
	case "glorot_uniform", "glorot_normal":
		return fmt.Sprintf("§nn.%s(%s, %s, %d, %d)", upper(in.Kind), dst, key, in.FanIn, in.FanOut)
	case "he_uniform", "he_normal", "lecun_uniform", "lecun_normal":
		return fmt.Sprintf("§nn.%s(%s, %s, %d)", upper(in.Kind), dst, key, in.FanIn)
	case "variance_scaling":
		return varianceScaling(in, dst, key)
	case "orthogonal":
		return fmt.Sprintf("§nn.Orthogonal(%s, %s, %d, %d, %s)", dst, key, rows, cols, num(in.Gain))
	case "identity":
		return fmt.Sprintf("§nn.Identity(%s, %d, %d, %s)", dst, rows, cols, gokernel.Single.Number(in.Gain))
	case "stft":
		window := fmt.Sprintf("§nn.Window(%s, %d, %t)", quote(in.Window), s.Shape[0], in.Periodic)
		if in.Window == "" {
			window = floatsLiteral(in.Values)
		}
		return fmt.Sprintf("§nn.STFT(%s, %s, %d, %d, %t, %s)", dst, window, s.Shape[0], cols, in.Imaginary, quote(in.Scaling))
	case "data":
		values := make([]string, len(in.Data))
		for i, v := range in.Data {
			values[i] = gokernel.Single.Number(float64(v))
		}
		return fmt.Sprintf("copy(%s, []float32{%s})", dst, strings.Join(values, ", "))
	}
	e.fail("segment %s: the initializer %s is not emitted by this version", diag.Quote(s.Name), diag.Quote(in.Kind))
	return ""
}

// varianceScaling is the call of the initializer that others are special cases
// of.
func varianceScaling(in block.Init, dst, key string) string {
	mode := cmp.Or(map[string]string{"fan_in": "FanIn", "fan_out": "FanOut", "fan_avg": "FanAvg"}[in.Mode], "FanIn")
	dist := cmp.Or(map[string]string{"uniform": "Uniform", "untruncated_normal": "Untruncated"}[in.Distribution], "Truncated")
	return fmt.Sprintf("§nn.VarianceScaling(%s, %s, %s, §nn.%s, §nn.%s, %d, %d)", dst, key, gokernel.Double.Number(in.Scale), mode, dist, in.FanIn, in.FanOut)
}
