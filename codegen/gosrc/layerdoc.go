package gosrc

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/ir/loop"
)

// layerDoc tells which layers' work a part of a plan does.
type layerDoc struct {
	*loop.Program
	at map[string]int // where a layer stands in the program, by name
}

func newLayerDoc(p *loop.Program) layerDoc {
	e := layerDoc{p, map[string]int{}}
	for i, l := range p.Layers {
		e.at[l.Name] = i
	}
	return e
}

// heading is what stands above the calls of a layer: the layers whose work they
// do, and the steps that the names of kernels do not tell. The results of computed
// layers were there before; those of the group are added.
func (e layerDoc) heading(group []kernelCall, computed map[string]bool, backward bool) string {
	layers := e.layersIn(group, computed, backward)
	for _, c := range group {
		for _, a := range c.Kernel.Writes() {
			computed[e.owner(a.Buf)] = true
		}
	}
	var said []string
	for _, c := range group {
		for _, s := range stepWords(c.Kernel) {
			named := slices.ContainsFunc(layers, func(l loop.Layer) bool {
				return strings.EqualFold(strings.ReplaceAll(strings.TrimSuffix(s, " gradient"), " ", ""), l.Type)
			})
			named = named || len(layers) > 0 && strings.Contains(strings.ToLower(c.fn.Name), strings.ReplaceAll(s, " ", ""))
			if s = gokernel.Told(s); s != "" && !named && !slices.Contains(said, s) {
				said = append(said, s)
			}
		}
	}
	subject := ""
	switch {
	case group[0].Layer == "loss":
		subject, said = e.lossWords(backward, said)
	case len(layers) == 0:
		subject = plain(group[0].Layer)
	default:
		subject = layerWords(layers)
	}
	if len(said) > 0 {
		subject += ": " + strings.Join(said, ", ")
	}
	return subject
}

// stepWords are what the steps of a kernel are called, in order.
func stepWords(k loop.Kernel) []string {
	switch k := k.(type) {
	case *loop.Contract:
		if k.Word != "" {
			return []string{k.Word}
		}
	case *loop.GatherSum:
		if k.Word != "" {
			return []string{k.Word}
		}
	case *loop.Nest:
		var w []string
		for _, s := range k.Body {
			if s.Word != "" {
				w = append(w, s.Word)
			}
		}
		return w
	}
	return nil
}

// layerWords names layers: hidden (Dense), relu1 (ReLU) and add (Add).
func layerWords(layers []loop.Layer) string {
	var text strings.Builder
	for i, l := range layers {
		switch {
		case i > 0 && i == len(layers)-1:
			text.WriteString(" and ")
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(plain(l.Name) + " (" + plain(l.Type) + ")")
	}
	return text.String()
}

// lossWords describe the loss: which losses, and what else has been added to
// them.
func (e layerDoc) lossWords(backward bool, steps []string) (subject string, said []string) {
	for i, t := range e.Targets {
		s := strings.ReplaceAll(gokernel.Word(t.Loss), "_", " ")
		if len(e.Targets) > 1 {
			s += " of " + mention(t.Name)
		}
		if w := e.Training.LossWeights; w != nil && w[i] != 1 {
			s = strconv.FormatFloat(w[i], 'g', -1, 64) + "·" + s
		}
		said = append(said, s)
	}
	if slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(s, "penalty") }) {
		said = append(said, "penalties of regularizers")
	}
	if backward {
		return "the loss", said
	}
	return "the loss", append(said, "mean over the batch")
}

// layersIn lists the layers whose work a group of kernels does, in the order of
// the model: its own, and those that have been fused with it.
func (e layerDoc) layersIn(group []kernelCall, computed map[string]bool, backward bool) []loop.Layer {
	in := map[string]bool{group[0].Layer: true}
	wrote, read := map[*loop.Buffer]bool{}, map[string]bool{}
	var starts, weighted []string
	for _, r := range group {
		_, product := r.Kernel.(*loop.Contract) // with the gradient of the activation before it
		fused := product && slices.ContainsFunc(stepWords(r.Kernel), func(s string) bool { return strings.Contains(gokernel.Told(s), " gradient") })
		for _, w := range r.Kernel.Writes() {
			wrote[w.Buf] = true
			owner := e.owner(w.Buf)
			if starts = append(starts, owner); !backward || fused && w.Buf.Grad {
				in[owner] = true
			}
		}
	}
	for _, r := range group {
		for _, a := range r.Kernel.Reads() {
			switch {
			case a.Buf.Class == loop.Random: // a dropout
				in[e.owner(a.Buf)] = true
			case a.Buf.Class == loop.Param:
				if !backward {
					weighted = append(weighted, e.Segments[a.Buf.Segment].Layer)
				}
			case !wrote[a.Buf]:
				read[e.owner(a.Buf)] = true
			}
		}
	}
	if !backward && len(read) > 0 { // what reads parameters alone is of its own layer
		for name := range computed {
			if !slices.Contains(starts, name) {
				read[name] = true
			}
		}
		e.between(starts, read, in)
	}
	for _, name := range weighted {
		if !e.secondOf(name, in) {
			in[name] = true
		}
	}
	return e.inOrder(in)
}

// secondOf reports whether a list has the second use of a layer: what reads the
// parameters then is that.
func (e layerDoc) secondOf(name string, in map[string]bool) bool {
	for second := range in {
		if at, ok := e.at[second]; ok && e.Layers[at].Shared == name {
			return true
		}
	}
	return false
}

// between adds what lies between the layers that are written and those that are
// read: it has been computed on the way.
func (e layerDoc) between(written []string, read, in map[string]bool) {
	seen := map[string]bool{}
	for back := written; len(back) > 0; {
		name := back[len(back)-1]
		back = back[:len(back)-1]
		at, layer := e.at[name]
		if seen[name] || !layer || read[name] {
			continue
		}
		seen[name] = true
		if t := e.Layers[at].Type; !strings.Contains(t, "Dropout") && !strings.Contains(t, "Noise") { // what draws nothing here does nothing
			in[name] = true
		}
		back = append(back, e.Layers[at].Inputs...)
	}
}

// inOrder lists layers by name in the order of the model.
func (e layerDoc) inOrder(in map[string]bool) []loop.Layer {
	var places []int
	for name := range in {
		if at, ok := e.at[name]; ok {
			places = append(places, at)
		}
	}
	slices.Sort(places)
	list := make([]loop.Layer, len(places))
	for i, at := range places {
		list[i] = e.Layers[at]
	}
	return list
}

// owner is the layer that a buffer is named after: where kernels have been
// fused, not the layer whose kernel writes it. Names of layers may hold dots, so
// that the longest one counts.
func (e layerDoc) owner(b *loop.Buffer) string {
	for name := b.Name; name != ""; name = name[:max(strings.LastIndexByte(name, '.'), 0)] {
		if _, ok := e.at[name]; ok {
			return name
		}
	}
	return b.Layer
}
