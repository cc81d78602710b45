package loop

import (
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/nngen-go/nngen/ir/diag"
)

// String is the whole program as text.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "program %q of %s, %d rows a call\n", p.Name, p.File, p.Batch)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, ports := range []struct {
		kind  string
		ports []Port
	}{{"input", p.Inputs}, {"output", p.Outputs}, {"target", p.Targets}} {
		for _, port := range ports.ports {
			fmt.Fprintf(w, "  %s\t%s\t%s\t\n", ports.kind, port.Name, port.typeText())
		}
	}
	for _, s := range p.Segments {
		fmt.Fprintf(w, "  %s\t%s\t%s\tat %d\n", s.Role, s.Name, shapeText(F32, false, s.Shape), s.Offset)
	}
	w.Flush()
	if p.Encoding != nil {
		b.WriteString(p.Encoding.String())
	}
	for _, plan := range p.Plans() {
		b.WriteString(plan.String())
	}
	return trimmed.ReplaceAllString(b.String(), "\n")
}

// trimmed matches what aligned columns leave at the end of lines.
var trimmed = regexp.MustCompile(` +\n`)

// Plans lists the plans of the program that exist, in a fixed order.
func (p *Program) Plans() []*Plan {
	var plans []*Plan
	for _, plan := range []*Plan{p.Predict, p.Evaluate, p.Train} {
		if plan != nil {
			plans = append(plans, plan)
		}
	}
	if p.Stream != nil && p.Stream.Plan != nil {
		plans = append(plans, p.Stream.Plan)
	}
	for _, a := range p.Adapts {
		if a.Plan != nil {
			plans = append(plans, a.Plan)
		}
	}
	return plans
}

func (p Port) typeText() string {
	if p.Ragged {
		return fmt.Sprintf("%s[n,*] below %d", p.DType, p.Limit)
	}
	t := shapeText(p.DType, true, p.Shape)
	if p.Limit > 0 {
		t += fmt.Sprintf(" below %d", p.Limit)
	}
	if p.Least < 0 {
		t += fmt.Sprintf(" from %d", p.Least)
	}
	return t
}

func shapeText(d DType, rows bool, shape []int) string {
	var parts []string
	if rows {
		parts = append(parts, "n")
	}
	for _, s := range shape {
		parts = append(parts, fmt.Sprint(s))
	}
	return d.String() + "[" + strings.Join(parts, ",") + "]"
}

// String is the plan as text: its buffers with their places, then its steps.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "plan %s: %d floats", p.Name, p.ArenaFloats)
	if p.ArenaInts > 0 {
		fmt.Fprintf(&b, ", %d ints", p.ArenaInts)
	}
	if p.PerRow {
		b.WriteString(" a row")
	}
	b.WriteByte('\n')
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, buf := range p.Buffers {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", buf.Class, buf, buf.typeText(), buf.placeText())
	}
	w.Flush()
	for _, r := range []struct {
		name string
		bufs []*Buffer
	}{{"outputs", p.Outputs}, {"losses", p.Losses}} {
		if len(r.bufs) > 0 {
			fmt.Fprintf(&b, "  %s %v\n", r.name, r.bufs)
		}
	}
	if p.Loss != nil {
		fmt.Fprintf(&b, "  loss %v\n", p.Loss)
	}
	for _, u := range p.Updates {
		fmt.Fprintf(&b, "  update %v = %v\n", u.State, u.New)
	}
	b.WriteString("forward\n")
	writeSteps(&b, p.Forward, 1)
	if len(p.Backward) > 0 {
		b.WriteString("backward\n")
		writeSteps(&b, p.Backward, 1)
	}
	return trimmed.ReplaceAllString(b.String(), "\n")
}

func (b *Buffer) typeText() string {
	if b.Ragged {
		return b.DType.String() + "[n,*]"
	}
	return shapeText(b.DType, b.Rows, b.Shape)
}

func (b *Buffer) placeText() string {
	switch b.Class {
	case Arena:
		return fmt.Sprintf("at %d", b.Offset)
	case Param, Gradient:
		return fmt.Sprintf("segment %d at %d", b.Segment, b.Offset)
	case Input, Target, State:
		return fmt.Sprintf("port %d", b.Port)
	case Const:
		const shown = 4
		if len(b.Data) > shown {
			return fmt.Sprintf("%v and %d more", b.Data[:shown], len(b.Data)-shown)
		}
		return fmt.Sprint(b.Data)
	}
	return ""
}

func writeSteps(b *strings.Builder, steps []Step, depth int) {
	indent := strings.Repeat("  ", depth)
	layer := ""
	for _, s := range steps {
		switch s := s.(type) {
		case *Run:
			if s.Layer != layer {
				layer = s.Layer
				fmt.Fprintf(b, "%s# %s\n", indent, diag.Quote(layer))
			}
			b.WriteString(indent + strings.ReplaceAll(s.Kernel.String(), "\n", "\n"+indent) + "\n")
			if s.Steps != nil {
				rest := "0"
				if !s.Steps.All {
					rest = "0, or nothing"
				}
				fmt.Fprintf(b, "%s  where %s is not 0, else %s\n", indent, s.Steps.Mask.text([]string{"t", "n"}), rest)
			}
		case *Loop:
			dir := "up"
			if s.Reverse {
				dir = "down"
			}
			fmt.Fprintf(b, "%sloop %s:%d %s\n", indent, s.Axis.Name, s.Axis.N, dir)
			if s.Mask != nil {
				fmt.Fprintf(b, "%s  idle where %s is 0 for all n\n", indent, s.Mask.text([]string{"n"}))
				writeSteps(b, s.Idle, depth+2)
			}
			writeSteps(b, s.Body, depth+1)
		}
	}
}
