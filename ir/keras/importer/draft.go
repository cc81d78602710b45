package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/keras"
	"github.com/nngen-go/nngen/ir/keras/container"
	"github.com/nngen-go/nngen/ir/spec"
)

// Draft begins a file of definitions for the classes of a file of Keras that are Python
// code: the layers that their weights seem to belong to, which are to be brought into the
// order in which the class calls them, with what each reads. See package custom. It is nil
// where the file has no such classes.
func (o Options) Draft(path string) ([]byte, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	layers, err := layersAlone(path)
	if err != nil {
		return nil, err
	}
	file := &container.Model{Config: layers}
	if layers == nil {
		if file, err = container.OpenFile(path); err != nil {
			return nil, err
		}
		defer file.Close()
		if err := addConfig(file, path, o.Config); err != nil {
			return nil, err
		}
	}
	list, err := keras.Source{From: path, Config: file.Config, Version: file.Version}.Undefined()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("# What the classes in " + one(path) + " compute, for --custom. Bring the layers into the order of the\n# method call, add those without weights, and say what each reads: inputs: [x, att].\n")
	for i, u := range list {
		if slices.ContainsFunc(list[:i], func(v keras.Undefined) bool { return v.Name == u.Name }) {
			continue
		}
		more := 0
		for _, v := range list[i+1:] {
			if v.Name == u.Name {
				more++
			}
		}
		d := &draft{Undefined: u, file: file}
		b.WriteString("\n" + d.definition(more))
	}
	return []byte(b.String()), nil
}

// one is a text without line breaks.
func one(text string) string { return strings.Join(strings.Fields(text), " ") }

// draft is the beginning of one definition.
type draft struct {
	keras.Undefined
	file   *container.Model
	layers []string // as they are written
	names  []string
	own    []string // weights of the class itself, in comments
}

func (d *draft) definition(more int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s", one(d.Place))
	if more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	var args []string
	for _, a := range d.Arguments {
		args = append(args, one(a.Name)+": "+a.Value.Brief())
	}
	if args != nil {
		fmt.Fprintf(&b, ", with %s", strings.Join(args, ", "))
	}
	fmt.Fprintf(&b, "\n%s:\n", spec.Value{Kind: spec.String, Str: d.Name}.Flow())
	inputs := []string{"x"}
	for i := 2; i <= d.Inputs && i <= 8; i++ {
		inputs = append(inputs, fmt.Sprint("x", i))
	}
	if len(inputs) > 1 {
		fmt.Fprintf(&b, "  inputs: [%s]\n", strings.Join(inputs, ", "))
	}
	d.find()
	b.WriteString("  layers:\n")
	for _, l := range d.layers {
		b.WriteString("    - " + l + "\n")
	}
	if len(d.layers) == 0 {
		b.WriteString("    - Identity # in place of which stands what it computes\n")
	}
	for _, o := range d.own {
		b.WriteString("  # " + o + "\n")
	}
	if len(d.names) > 0 {
		fmt.Fprintf(&b, "  # weights: [%s] in the order in which __init__ makes them: the state of the optimizer is in it\n", strings.Join(d.names, ", "))
	}
	return b.String()
}

// find looks for the weights of the class in the file.
func (d *draft) find() {
	if d.file.Format == container.Layers {
		if g := d.file.Group(d.Legacy[0]); g != nil {
			for i := range g.Tensors {
				d.own = append(d.own, fmt.Sprintf("the file has %s %s", one(g.Tensors[i].Name), shapeText(g.Tensors[i].Shape)))
			}
		}
		return
	}
	var order []string
	parts := map[string][]*container.Group{}
	before := d.Path
	if before != "" {
		before += "/"
	}
	for i := range d.file.Groups {
		g := &d.file.Groups[i]
		if g.Path == d.Path {
			for j := range g.Tensors {
				d.own = append(d.own, fmt.Sprintf("the class has a weight of its own, %s, vars/%s; say which of a layer it is: weights: {LAYER: {kernel: vars/%s}}", shapeText(g.Tensors[j].Shape), g.Tensors[j].Name, g.Tensors[j].Name))
			}
			continue
		}
		rest, ok := strings.CutPrefix(g.Path, before)
		if !ok || len(g.Tensors) == 0 || random(&g.Tensors[0]) {
			continue
		}
		name, _, _ := strings.Cut(rest, "/")
		if parts[name] == nil {
			order = append(order, name)
		}
		parts[name] = append(parts[name], g)
	}
	for _, name := range order {
		d.names = append(d.names, name)
		d.layers = append(d.layers, d.layer(name, before+name, parts[name]))
	}
}

// layer is the layer that weights at a place seem to belong to.
func (d *draft) layer(name, path string, groups []*container.Group) string {
	title := "name: " + spec.Value{Kind: spec.String, Str: name}.Flow()
	var inner []string
	for _, g := range groups {
		rest := strings.Trim(strings.TrimPrefix(g.Path, path), "/")
		switch {
		case strings.HasSuffix(rest, "query_dense") && len(g.Tensors[0].Shape) == 3:
			s := g.Tensors[0].Shape
			return fmt.Sprintf("MultiHeadAttention: {%s, num_heads: %s, key_dim: %s, inputs: [x, x]}", title, d.argument(s[1]), d.argument(s[2]))
		case rest == "cell":
			return d.recurrent(title, g)
		case strings.HasPrefix(rest, "layers/"):
			inner = append(inner, "{"+d.plain("", g)+"}")
		}
	}
	if inner != nil {
		return fmt.Sprintf("Model: {%s, layers: [%s]}", title, strings.Join(inner, ", "))
	}
	if len(groups) == 1 && groups[0].Path == path {
		return d.plain(title, groups[0])
	}
	var all []string
	for _, g := range groups {
		for i := range g.Tensors {
			all = append(all, strings.TrimPrefix(g.Path, path+"/")+" "+shapeText(g.Tensors[i].Shape))
		}
	}
	return fmt.Sprintf("Model: {%s, layers: [Identity]} # with the weights %s", title, strings.Join(all, ", "))
}

// recurrent is a recurrent layer, by the shapes of its kernels.
func (d *draft) recurrent(title string, g *container.Group) string {
	if len(g.Tensors) > 1 && len(g.Tensors[1].Shape) == 2 {
		units := g.Tensors[1].Shape[0]
		for gates, class := range map[int]string{1: "SimpleRNN", 3: "GRU", 4: "LSTM"} {
			if g.Tensors[1].Shape[1] == gates*units {
				return fmt.Sprintf("%s: {%s, units: %s}", class, title, d.argument(units))
			}
		}
	}
	return fmt.Sprintf("RNN: {%s}", title)
}

// plain is a layer whose weights are in one place, by their ranks.
func (d *draft) plain(title string, g *container.Group) string {
	var shapes []string
	ranks := ""
	for i := range g.Tensors {
		ranks += fmt.Sprint(len(g.Tensors[i].Shape))
		shapes = append(shapes, shapeText(g.Tensors[i].Shape))
	}
	first := g.Tensors[0].Shape
	with := func(args ...string) string {
		if title != "" {
			args = slices.Insert(args, 0, title)
		}
		return strings.Join(args, ", ")
	}
	last := func() string { return d.argument(first[len(first)-1]) }
	switch ranks {
	case "21":
		return fmt.Sprintf("Dense: {%s}", with("units: "+last()))
	case "2":
		if strings.Contains(title, "pos") {
			return fmt.Sprintf("PositionEmbedding: {%s}", with("sequence_length: "+d.argument(first[0])))
		}
		return fmt.Sprintf("Embedding: {%s}", with("input_dim: "+d.argument(first[0]), "output_dim: "+last()))
	case "11":
		return fmt.Sprintf("LayerNormalization: {%s}", with())
	case "1111":
		return fmt.Sprintf("BatchNormalization: {%s}", with())
	case "31", "3":
		return fmt.Sprintf("Conv1D: {%s}", with("filters: "+last(), "kernel_size: "+d.argument(first[0])))
	case "41", "4":
		return fmt.Sprintf("Conv2D: {%s}", with("filters: "+last(), fmt.Sprintf("kernel_size: [%d, %d]", first[0], first[1])))
	}
	return fmt.Sprintf("Model: {%s} # with weights %s", with("layers: [Identity]"), strings.Join(shapes, ", "))
}

// argument is a number, or the only argument of the class that has its value.
func (d *draft) argument(n int) string {
	said := fmt.Sprint(n)
	for _, a := range d.Arguments {
		if x, ok := a.Value.Number(); ok && x == float64(n) && diag.Quote(a.Name) == `"`+a.Name+`"` {
			if said != fmt.Sprint(n) {
				return fmt.Sprint(n)
			}
			said = "$" + a.Name
		}
	}
	return said
}
