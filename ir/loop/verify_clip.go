package loop

import "slices"

// maxClipRuns bounds the work of checking a clipped access: runs of points of
// the axes that clips tie together.
const maxClipRuns = 1 << 20

// clips checks the clips of a contraction by themselves.
func (v *kernelVerifier) clips(k *Contract) bool {
	axes := k.Axes()
	for i, c := range k.Clip {
		if len(c.Terms) < 1 || len(c.Terms) > maxClipTerms {
			v.fail("clip %d names %d axes, not one or two", i, len(c.Terms))
			return false
		}
		if c.Size < 1 {
			v.fail("clip %d leaves everything out: its size is %d", i, c.Size)
			return false
		}
		for j, t := range c.Terms {
			switch {
			case t.Axis < 0 || t.Axis >= len(axes):
				v.fail("clip %d names axis %d of %d", i, t.Axis, len(axes))
			case axes[t.Axis].Rows:
				v.fail("clip %d names axis %s, which counts rows", i, axes[t.Axis].Name)
			case t.Coef == 0:
				v.fail("clip %d names axis %s with coefficient 0", i, axes[t.Axis].Name)
			case j > 0 && t.Axis == c.Terms[0].Axis:
				v.fail("clip %d names axis %s twice", i, axes[t.Axis].Name)
			default:
				continue
			}
			return false
		}
	}
	for _, group := range k.clipped() {
		runs, long := 1, k.longest(group)
		for _, a := range group {
			if a != long {
				runs *= axes[a].N
			}
			if runs > maxClipRuns {
				v.fail("its clips tie axes of more than %d points together", maxClipRuns)
				return false
			}
		}
	}
	return true
}

// unclipped checks an operand of a contraction at the points that take part.
// Along axes that no clip names it is affine; of every group of axes that clips
// tie together the exact range is found by visiting all its runs of points.
func (v *kernelVerifier) unclipped(k *Contract, a Access) {
	axes := k.Axes()
	if len(k.Clip) == 0 || a.Index != nil {
		v.access(a, axes, F32)
		return
	}
	if !v.operand(a, axes, F32) {
		return
	}
	a.Strides = slices.Clone(a.Strides)
	strides := own(a, axes)
	low, high := 0, 0
	for _, group := range k.clipped() {
		empty := true
		least, most := 0, 0
		k.runs(group, func(point []int, long, lo, hi int) {
			at := 0
			for _, x := range group { // point is at 0 of the longest
				at += point[x] * strides[x]
			}
			for _, i := range []int{lo, hi - 1} {
				end := at + i*strides[long]
				if empty {
					least, most = end, end
				}
				least, most, empty = min(least, end), max(most, end), false
			}
		})
		if empty {
			return
		}
		low, high = low+least, high+most
		for _, x := range group {
			strides[x] = 0
		}
	}
	v.between(a, low, high, axes)
}
