package spec

import (
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// settleTargets puts the targets into the order of the outputs. It reports
// outputs that have none, and targets that no output is for.
func (c *settling) settleTargets() {
	d, refs := c.m.Data, c.m.OutputRefs()
	if len(refs) == 0 {
		return
	}
	c.sameInputs()
	if len(d.Targets) == 1 && d.Targets[0].Output == "" {
		if len(refs) > 1 {
			var each []string
			for _, r := range refs {
				each = append(each, document.Plain(r.Name)+": "+likeTarget(&d.Targets[0]))
			}
			c.Fail(d.Targets[0].Pos, "data: target is for one output, and the model has %d; write target: {%s}", len(refs), strings.Join(each, ", "))
			d.Targets = nil
		}
		return
	}
	var names []string
	of := map[string]*Target{}
	for _, r := range refs {
		names = append(names, r.Name)
	}
	before := len(c.Errs)
	for i := range d.Targets {
		t := &d.Targets[i]
		if layer, ok := c.aliases[t.Output]; ok {
			t.Output = layer
		}
		of[t.Output] = t
		if !slices.Contains(names, t.Output) {
			hint := diag.DidYouMean(t.Output, names)
			if hint == "" {
				hint = "; there are " + document.QuoteAll(names)
			}
			c.Fail(t.Pos, "data: target names %s, which is not an output%s", diag.Quote(t.Output), hint)
		}
	}
	if len(c.Errs) > before || len(refs) == 1 && d.Targets == nil {
		return
	}
	settled := make([]Target, len(refs))
	var fromFiles []int // outputs whose target the files hold
	for i, r := range refs {
		if t := of[r.Name]; t != nil {
			settled[i] = *t
			continue
		}
		if d.Train.Kind == CSV {
			c.Fail(r.Pos, "data: output %s has no target; write target: {%s: {column: ...}} beside the others", diag.Quote(r.Name), document.Plain(r.Name))
		}
		settled[i] = Target{Output: r.Name, Pos: d.Pos}
		fromFiles = append(fromFiles, i)
	}
	if len(refs) == 1 {
		settled[0].Output = ""
	}
	if d.Train.Kind.Shape().Labelled() && len(fromFiles) > 1 {
		c.Fail(refs[fromFiles[1]].Pos, "data: a row of %s has one class, and %s are to be compared with it; write target: {%s: {same_as: ...}} for an output that repeats an input, read the targets from npz or csv, or take data: out and give Fit a Dataset in Go",
			d.Train.Kind, document.Counted(len(fromFiles), "output"), document.Plain(refs[fromFiles[1]].Name))
	}
	d.Targets = settled
}

// likeTarget is a target like t, for a message.
func likeTarget(t *Target) string {
	if t.SameAs != "" {
		return "{same_as: " + document.Plain(t.SameAs) + "}"
	}
	return "{column: ...}"
}

// sameInputs reports targets that repeat what is not an input of numbers.
func (c *settling) sameInputs() {
	m := c.m
	var names []string
	for _, in := range m.Inputs {
		names = append(names, in.Name)
	}
	for _, t := range m.Data.Targets {
		if t.SameAs == "" {
			continue
		}
		i := slices.Index(names, t.SameAs)
		switch {
		case i < 0:
			hint := diag.DidYouMean(t.SameAs, names)
			if hint == "" {
				hint = "; there are " + document.QuoteAll(names)
			}
			c.Fail(t.Pos, "data: target: same_as names %s, which is not an input%s", diag.Quote(t.SameAs), hint)
		case m.Inputs[i].DType != "float32":
			c.Fail(t.Pos, "data: target: same_as names %s, which holds ids, and an output is numbers; write their columns under target, or read the targets from npz", diag.Quote(t.SameAs))
		}
	}
}
