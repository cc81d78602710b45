package loop

import "slices"

func (v *kernelVerifier) shuffle(k *Shuffle) {
	axes := sparseAxes(k.Width)
	v.access(each(k.Keys), axes[:1], F32)
	v.access(rows(k.In, k.Width), axes, F32)
	v.access(rows(k.Out, k.Width), axes, F32)
	v.meets(k)
}

func (v *kernelVerifier) pairs(k *Pairs) {
	v.access(rows(k.X, k.Width), sparseAxes(k.Width), F32)
	v.access(each(k.Labels), sparseAxes(1)[:1], I32)
	v.access(rows(k.Out, 2), sparseAxes(2), F32)
	for _, e := range k.Terms {
		v.expr(e, 1)
	}
	v.meets(k)
}

func (v *kernelVerifier) pairsGrad(k *PairsGrad) {
	v.pairs(&k.Pairs)
	v.access(rows(k.DOut, 2), sparseAxes(2), F32)
	v.access(rows(k.DX, k.Pairs.Width), sparseAxes(k.Pairs.Width), F32)
	for _, e := range k.Slopes {
		v.expr(e, 1)
	}
	v.meets(k)
}

// meets checks that a kernel of which a row reads others is in no loop, whose turns
// workers would run apart, and writes nothing that it reads.
func (v *kernelVerifier) meets(k Kernel) {
	if len(v.around) > 0 {
		v.fail("rows of a batch do not meet in a loop")
	}
	for _, w := range k.Writes() {
		if slices.ContainsFunc(k.Reads(), func(a Access) bool { return a.Buf == w.Buf }) {
			v.fail("%v is written while other rows read it", w.Buf)
		}
	}
}
