package gokernel

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/codegen/lane"
	"github.com/nngen-go/nngen/ir/loop"
)

func (e *Printer) window(w *loop.Window) *Kernel {
	k := e.newWriter()
	k.param(w.Out.Buf, "y")
	k.param(w.In.Buf, "x")
	f := lane.WindowForm(w, k.rowsAtMost(), w.Out, w.In)
	k.describeWindow(w, f, "")
	k.Add(lane.Window(laneKernel{k}, w, f, e.sums.lane())...)
	return k.Kernel
}

// windowGrad prints the gradient of pooling by what it reads.
func (e *Printer) windowGrad(g *loop.WindowGrad) *Kernel {
	k := e.newWriter()
	accs := []loop.Access{g.DIn, g.DOut}
	k.param(g.DIn.Buf, "dx")
	k.param(g.DOut.Buf, "dy")
	if g.Window.Reduce == loop.Max && loop.Points(g.Window.Taps, 1) > 1 {
		accs = append(accs, g.Window.In)
		k.param(g.Window.In.Buf, "x")
	}
	f := lane.WindowForm(&g.Window, k.rowsAtMost(), accs...)
	k.describeWindow(&g.Window, f, "Grad")
	k.Add(lane.WindowGrad(laneKernel{k}, &g.Window, f, e.sums.lane())...)
	return k.Kernel
}

// describeWindow names the function after what it does, its window and the
// channels, and describes it.
func (k *writer) describeWindow(w *loop.Window, f *lane.Form, suffix string) {
	kind, sign := "sum", "Σ"
	switch {
	case w.Reduce == loop.Max:
		kind, sign = "max", "max"
	case w.Mean:
		kind, sign = "average", "mean"
	}
	var window []int
	for _, t := range w.Taps {
		window = append(window, t.N)
	}
	channels := 1
	if at := f.Channels(); at >= 0 {
		channels = f.Axes[at].N.Value
	}
	k.Name = kind + "Pool" + sizes(append(window, channels)) + suffix
	k.Detail = "Of" + sizes(w.In.Buf.Shape)
	over := lettered(f)
	out, in := 0, 1
	if suffix != "" {
		out, in = 1, 0
	}
	index := func(operand int) string { _, at, _ := strings.Cut(k.indexed(f, operand), "["); return "[" + at }
	x := "x" + index(in)
	if len(over) > 0 {
		x = sign + "_" + strings.Join(over, ",") + " " + x
	}
	y := "y" + index(out)
	if suffix != "" {
		y = "the gradient of " + y
	}
	end := fmt.Sprintf(", for images of %s and of %s", sizes(w.In.Buf.Shape), sizes(w.Out.Buf.Shape))
	if len(f.Clips) > 0 {
		end += "; points outside of them do not count"
	}
	k.describe("%s = %s%s", y, x, end)
}
