package build

import (
	"slices"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/op"
)

// heading describes the network that the predict graph computes.
type heading struct {
	*plan
	g *built
}

// program is the header of the program.
func (h heading) program() *loop.Program {
	m, e := h.spec, h.encoding()
	inputs := inputPorts(h.g, e)
	p := &loop.Program{
		Name: m.Name, File: m.File, Batch: h.batch, Encoding: e,
		Segments: segments(h.g.net.B.Graph), Inputs: inputs, Outputs: h.outputs(), Targets: h.targets(inputs),
		Layers: h.layers(), Training: h.training(),
	}
	if p.Training.BatchStatistics {
		p.Batch = unit(h.fit.BatchSize)
	}
	p.Classes = h.classNames()
	p.Answer = h.answer(len(p.Classes))
	return p
}

// unit is the micro-batch of a network with statistics over the batch, whose
// steps take the memory of whole ones: parts of the batch that are as equal as
// can be, so that little is left over.
func unit(size int) int {
	parts := (size-1)/MaxBatch + 1
	return (size-1)/parts + 1
}

// segments lays the parameters out, which arrange has ordered.
func segments(g *ir.Graph) []block.Segment {
	var list []block.Segment
	offset := 0
	for _, v := range g.Params {
		q := v.Op.(*op.Param)
		s := block.Segment{Name: q.Segment, Layer: v.Layer, Shape: slices.Clone(q.Shape), Offset: offset, Role: q.Role, Init: q.Init, Constraint: q.Constraint}
		offset += s.Len()
		list = append(list, s)
	}
	return list
}

func dtype(t ir.Type) loop.DType {
	if t.DType == ir.I32 {
		return loop.I32
	}
	return loop.F32
}

func inputPorts(g *built, e *encoding.Encoding) []loop.Port {
	var ports []loop.Port
	for i, v := range g.inputs {
		in := v.Op.(*op.Input)
		port := loop.Port{Name: in.Port, Layer: in.Port, DType: dtype(in.Of), Ragged: in.Of.Shape.Ragged(), Limit: in.Limit, Least: in.Least}
		if !port.Ragged {
			port.Shape = slices.Clone(in.Of.Shape.Row())
		}
		port.Fields = fields(e, i)
		ports = append(ports, port)
	}
	return ports
}

func (h heading) outputs() []loop.Port {
	var ports []loop.Port
	for i, r := range h.spec.OutputRefs() {
		ports = append(ports, loop.Port{Name: r.Name, Layer: r.Name, Shape: slices.Clone(h.g.outputs[i].Shape.Row())})
	}
	return ports
}

func (h heading) targets(inputs []loop.Port) []loop.Port {
	var ports []loop.Port
	for i, t := range h.compile.targets {
		name := h.spec.OutputRefs()[i].Name
		port := loop.Port{
			Name: name, Layer: name, Shape: slices.Clone(t.of.Shape.Row()), DType: dtype(t.of), Limit: t.limit, Loss: h.compile.losses[i].name,
		}
		port.Fields = h.targetFields(i, inputs)
		ports = append(ports, port)
	}
	return ports
}

// layers is the summary table, in the order in which the layers run.
func (h heading) layers() []loop.Layer {
	params := map[string]int{}
	for _, v := range h.g.net.B.Graph.Params {
		params[v.Layer] += v.Shape.Elements()
	}
	rows := h.lifted.rows()
	for _, i := range h.order {
		l := h.spec.Layers[i]
		info, _ := layer.Find(l.Type)
		row := loop.Layer{
			Name: h.names[i], Type: l.Type, Output: slices.Clone(h.g.values[h.names[i]].Shape.Row()), Params: params[h.names[i]],
			Trainable: h.trainable(i), Pos: l.Pos, Shared: l.Shared.Name,
		}
		for _, r := range h.reads[i] {
			if of, result := r.Of(); result != "" && !h.named(r.Name) {
				r = of
			}
			if !slices.Contains(row.Inputs, r.Name) || info.Merge {
				row.Inputs = append(row.Inputs, r.Name)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// training is what FitConfig defaults to.
func (h heading) training() loop.Training {
	f := h.fit
	t := loop.Training{
		Optimizer: h.compile.optimizer, BatchSize: f.BatchSize, Epochs: f.Epochs, ValidationSplit: f.ValidationSplit,
		Shuffle: f.Shuffle == nil || *f.Shuffle, Stratify: f.Stratify, StepsPerEpoch: f.StepsPerEpoch, ClassWeight: h.classWeight(), Callbacks: h.callbacks,
		BatchStatistics: len(h.g.net.BatchStatistics) > 0, WholeLoss: h.g.net.WholeLoss, Mixed: h.g.net.Mixes && h.spec.Compile != nil,
	}
	t.Counted = h.counted()
	for _, l := range h.compile.losses {
		t.Losses = append(t.Losses, l.name)
	}
	t.LossWeights = h.compile.weights
	for _, list := range h.compile.metrics {
		t.Metrics = append(t.Metrics, metricSettings(list))
	}
	for _, list := range h.compile.weighted {
		t.WeightedMetrics = append(t.WeightedMetrics, metricSettings(list))
	}
	return t
}

// counted says whose metrics look at steps: those of outputs with a mask, and those
// that compare vectors.
func (h heading) counted() []loop.Counted {
	list := make([]loop.Counted, len(h.compile.losses))
	some, masks := false, 0
	for i, r := range h.spec.OutputRefs()[:len(list)] {
		metrics := h.compile.metricsOf(i)
		if len(metrics) == 0 || len(h.g.outputs[i].Shape) < 3 {
			continue
		}
		list[i].Mask = -1
		if h.g.masks[r.Name] != nil {
			list[i].Mask = masks
			masks++
		} else if !slices.ContainsFunc(metrics, metricOf.vector) {
			continue
		}
		row := h.g.outputs[i].Shape.Row()
		list[i].Steps, some = ir.Shape(row[:len(row)-1]).Elements(), true
	}
	if !some {
		return nil
	}
	return list
}

// carried are the states that batches hand on.
func carried(c *layer.Carrying) []loop.Port {
	if c == nil {
		return nil
	}
	var ports []loop.Port
	for _, v := range c.States {
		if v.Valid() {
			ports = append(ports, stepPort(v.Op.(*op.Input).Port, v, false))
		}
	}
	return ports
}

// answer says what the output means, of which the data section names so many
// classes.
func (h heading) answer(classes int) loop.Answer {
	if len(h.g.outputs) == 1 && len(h.compile.losses) == 1 && h.compile.losses[0].name == "ctc" {
		y := h.g.outputs[0]
		return loop.Answer{Kind: loop.Spelling, Classes: y.Shape[len(y.Shape)-1]}
	}
	if len(h.g.outputs) != 1 || len(h.g.outputs[0].Shape) != 2 || len(h.compile.losses) == 1 && layer.AnyLabel(h.compile.losses[0].loss) {
		return loop.Answer{}
	}
	y, loss, fromLogits := h.g.outputs[0], "", false
	if len(h.compile.losses) == 1 {
		loss, fromLogits = h.compile.losses[0].name, layer.FromLogits(h.compile.losses[0].loss)
	}
	if names, probabilities := ownClasses(h.plan); probabilities && loss == "" && len(names) == y.Shape[1] {
		return loop.Answer{Kind: loop.Choice, Classes: len(names), Probabilities: loop.Given}
	}
	activation := ""
	if m, ok := y.Op.(*op.Map); ok {
		activation = m.Word
	}
	return answerOf(y.Shape[1], classes, loss, fromLogits, activation)
}
