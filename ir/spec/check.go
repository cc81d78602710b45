package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// InputRefs gives for every layer what it reads: its inputs, or else the layer
// before it, or, for the first layer, the first input of the model.
func (m *Model) InputRefs() [][]Ref {
	names := m.Names()
	all := make([][]Ref, len(m.Layers))
	for i := range all {
		all[i] = m.inputRefs(i, names)
	}
	return all
}

func (m *Model) inputRefs(i int, names []string) []Ref {
	l := m.Layers[i]
	switch {
	case l.Inputs != nil:
		return l.Inputs
	case i > 0:
		return []Ref{{Name: names[i-1], Pos: l.Pos}}
	case len(m.Inputs) > 0:
		return []Ref{{Name: m.Inputs[0].Name, Pos: l.Pos}}
	}
	return nil
}

// OutputRefs gives the outputs of the model: those it names, or the last layer.
func (m *Model) OutputRefs() []Ref {
	if m.Outputs != nil || len(m.Layers) == 0 {
		return m.Outputs
	}
	last := len(m.Layers) - 1
	return []Ref{{Name: m.Names()[last], Pos: m.Layers[last].Pos}}
}

// Check reports names that are given twice, references to nothing, cycles, and
// what no output depends on. Parse calls it; other readers call it on the
// models they make.
func (m *Model) Check() diag.List {
	c := checker{m: m, names: m.Names(), index: map[string]int{}}
	c.declare()
	c.resolve()
	if len(c.errs) == 0 {
		c.cycles()
	}
	if len(c.errs) == 0 {
		c.unused()
	}
	return c.errs
}

// Order gives the indices of the layers so that each comes after what it
// reads, and otherwise in the order of the description. The model must have
// passed Check.
func (m *Model) Order() []int {
	c := checker{m: m, names: m.Names(), index: map[string]int{}}
	c.declare()
	c.resolve()
	c.cycles()
	return c.order
}

type checker struct {
	m     *Model
	names []string
	index map[string]int // of layers, by name; inputs are -1-i
	reads [][]int        // for each layer what it reads, as in index
	errs  diag.List
	order []int
}

func (c *checker) declare() {
	at := map[string]diag.Pos{}
	for i, in := range c.m.Inputs {
		if first, twice := at[in.Name]; twice {
			c.errs.Add(in.Pos, "two inputs are named %s; the first is %s", diag.Quote(in.Name), document.Where(first))
			continue
		}
		at[in.Name], c.index[in.Name] = in.Pos, -1-i
	}
	for i, l := range c.m.Layers {
		name := c.names[i]
		if first, twice := at[name]; twice {
			what := "layer"
			if c.index[name] < 0 {
				what = "input"
			}
			c.errs.Add(l.NamePos, "the name %s is taken by the %s %s; give each layer its own", diag.Quote(name), what, document.Where(first))
			continue
		}
		at[name], c.index[name] = l.NamePos, i
	}
}

func (c *checker) known() []string {
	var names []string
	for _, in := range c.m.Inputs {
		names = append(names, in.Name)
	}
	for i, name := range c.names {
		if c.index[name] == i {
			names = append(names, name)
		}
	}
	return names
}

// resolve looks up every reference.
func (c *checker) resolve() {
	m := c.m
	var known []string
	lookup := func(r Ref, what string) (int, bool) {
		i, ok := c.index[r.Name]
		if !ok {
			var result string
			if r, result = r.Of(); result != "" {
				i, ok = c.index[r.Name]
				ok = ok && i >= 0
			}
		}
		if !ok {
			if known == nil {
				known = c.known()
			}
			hint := ""
			if len(c.errs) < document.MaxHints {
				hint = diag.DidYouMean(r.Name, known)
			}
			if hint == "" && len(known) <= 12 {
				hint = "; there are " + document.QuoteAll(known)
			}
			c.errs.Add(r.Pos, "%s names %s, which is neither an input nor a layer%s", what, diag.Quote(r.Name), hint)
		}
		return i, ok
	}
	c.reads = make([][]int, len(m.Layers))
	for i, l := range m.Layers {
		if i == 0 && l.Inputs == nil && len(m.Inputs) > 1 {
			c.errs.Add(l.Pos, "layer %s: the model has several inputs, so its first layer must name what it reads; write inputs: [%s]",
				diag.Quote(c.names[0]), document.Plain(m.Inputs[0].Name))
			continue
		}
		title := "layer " + diag.Quote(c.names[i]) + ": inputs"
		for _, r := range m.inputRefs(i, c.names) {
			if at, ok := lookup(r, title); ok {
				c.reads[i] = append(c.reads[i], at)
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range m.Outputs {
		at, ok := lookup(r, "outputs")
		_, whole := c.index[r.Name]
		switch {
		case ok && !whole:
			c.errs.Add(r.Pos, "outputs names %s, which is a part of what a layer gives; name it with a layer of its own: Identity: {name: state, inputs: [%s]}", diag.Quote(r.Name), document.Plain(r.Name))
		case ok && at < 0:
			c.errs.Add(r.Pos, "outputs names the input %s; an output is a layer", diag.Quote(r.Name))
		case seen[r.Name]:
			c.errs.Add(r.Pos, "outputs names %s twice", diag.Quote(r.Name))
		}
		seen[r.Name] = true
	}
}

// cycles orders the layers by what they read, depth first with a stack of its
// own: a description may be thousands of layers long.
func (c *checker) cycles() {
	const (
		unseen = iota
		open
		done
	)
	state := make([]uint8, len(c.m.Layers))
	type frame struct{ layer, next int }
	for root := range c.m.Layers {
		if state[root] != unseen {
			continue
		}
		stack := []frame{{layer: root}}
		state[root] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.next == len(c.reads[top.layer]) {
				state[top.layer] = done
				c.order = append(c.order, top.layer)
				stack = stack[:len(stack)-1]
				continue
			}
			at := c.reads[top.layer][top.next]
			top.next++
			switch {
			case at < 0 || state[at] == done:
			case state[at] == unseen:
				state[at] = open
				stack = append(stack, frame{layer: at})
			default:
				var path []int
				for i := len(stack) - 1; ; i-- {
					path = append(path, stack[i].layer)
					if stack[i].layer == at {
						break
					}
				}
				c.cycle(path)
			}
		}
	}
}

// cycle reports layers of which each is read by the one before it, and the
// first by the last; it begins with the one that the file has first.
func (c *checker) cycle(path []int) {
	first := 0
	for i, l := range path {
		if l < path[first] {
			first = i
		}
	}
	// path runs from the reader of the last back to it: what path[i] is read by comes before it.
	var b strings.Builder
	for i := range path {
		if i == 8 {
			b.WriteString("... reads ")
			break
		}
		b.WriteString(diag.Quote(c.names[path[(first-i+len(path))%len(path)]]) + " reads ")
	}
	l := path[first]
	b.WriteString(diag.Quote(c.names[l]))
	if slices.ContainsFunc(path, func(l int) bool { return c.m.Layers[l].Inputs == nil }) {
		b.WriteString("; a layer without inputs: reads the layer before it")
	}
	c.errs.Add(c.m.Layers[l].Pos, "the layers form a cycle: %s", b.String())
}

// unused reports layers and inputs on which no output depends.
func (c *checker) unused() {
	used := make([]bool, len(c.m.Layers))
	inputs := make([]bool, len(c.m.Inputs))
	var mark []int
	for _, o := range c.m.OutputRefs() {
		mark = append(mark, c.index[o.Name])
	}
	for len(mark) > 0 {
		i := mark[len(mark)-1]
		mark = mark[:len(mark)-1]
		switch {
		case i < 0:
			inputs[-1-i] = true
		case !used[i]:
			used[i] = true
			mark = append(mark, c.reads[i]...)
		}
	}
	for i, in := range c.m.Inputs {
		if !inputs[i] {
			c.errs.Add(in.Pos, "input %s is not used: no output depends on it", diag.Quote(in.Name))
		}
	}
	for i, l := range c.m.Layers {
		if !used[i] {
			c.errs.Add(l.Pos, "layer %s is not used: no output depends on it; add it to outputs: or take it out", diag.Quote(c.names[i]))
		}
	}
}
