package loop

import "slices"

// Axes are the loops of the kernel in the order of its accesses.
func (k *Window) Axes() []Axis { return slices.Concat(k.Outer, k.Taps) }

func (k *Window) Family() string { return "window" }

func (k *Window) Writes() []Access { return []Access{k.Out} }

func (k *Window) Reads() []Access { return []Access{k.In} }

// Flops counts one per tap, and the division of a mean.
func (k *Window) Flops(n int) int {
	f := Points(k.Taps, n)
	if k.Mean {
		f++
	}
	return f * Points(k.Outer, n)
}

func (k *Window) String() string {
	t := text{}
	k.header(&t, "window")
	names := axisNames(k.Axes())
	t.line("", k.Out.text(names), assign(false), k.reduction()+"("+k.In.text(names)+")", "")
	return t.String()
}

func (k *Window) reduction() string {
	if k.Mean {
		return "mean"
	}
	return k.Reduce.String()
}

func (k *Window) header(t *text, family string) {
	names := axisNames(k.Axes())
	t.head(family)
	t.head(loops(k.Outer, names))
	t.head("taps=" + loops(k.Taps, names[len(k.Outer):]))
	for _, s := range k.Space {
		inside := Clip{Terms: []ClipTerm{{s.Outer, s.Stride}, {len(k.Outer) + s.Tap, s.Dilation}}, Offset: -s.Pad, Size: s.Size}
		t.head(inside.text(names))
	}
}

func (k *WindowGrad) Family() string { return "windowgrad" }

func (k *WindowGrad) Writes() []Access { return []Access{k.DIn} }

// Reads lists what the gradient needs: the maximum is looked up again in the
// forward input, a mean or a sum needs the gradient alone.
func (k *WindowGrad) Reads() []Access {
	if k.Window.Reduce == Max {
		return []Access{k.Window.In, k.DOut}
	}
	return []Access{k.DOut}
}

// Flops counts a comparison and a sum per tap.
func (k *WindowGrad) Flops(n int) int {
	return 2 * Points(k.Window.Taps, n) * Points(k.Window.Outer, n)
}

func (k *WindowGrad) String() string {
	t := text{}
	k.Window.header(&t, "windowgrad")
	names := axisNames(k.Window.Axes())
	what := "its share"
	switch {
	case k.Window.Reduce == Max:
		what = "first maximum of " + k.Window.In.text(names)
	case !k.Window.Mean:
		what = "every tap"
	}
	t.line("", k.DIn.text(names), assign(true), k.DOut.text(names), what+", from zero")
	return t.String()
}
