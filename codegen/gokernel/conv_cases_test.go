package gokernel

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/ir/scalar"
)

// geometry is a convolution along two axes of an image.
type geometry struct {
	h, w, c, o               int
	kh, kw                   int
	sh, sw, dh, dw           int
	top, left, bottom, right int
	groups                   int
	mult                     int // depthwise: outputs of each channel
	flat, line               bool
}

func (g geometry) out() (h, w int) {
	return (g.h+g.top+g.bottom-(g.kh-1)*g.dh-1)/g.sh + 1, (g.w+g.left+g.right-(g.kw-1)*g.dw-1)/g.sw + 1
}

// shape leaves the height out of sequences, and everything where the buffer is
// one run of numbers.
func (g geometry) shape(h, w, c int) []int {
	switch {
	case g.flat:
		return []int{h * w * c}
	case g.line:
		return []int{w, c}
	}
	return []int{h, w, c}
}

func (g geometry) kernel(c, o int) *loop.Buffer {
	if g.line {
		return weightBuf(g.kw, c, o)
	}
	return weightBuf(g.kh, g.kw, c, o)
}

// clips are those of the image: position·stride + tap·dilation - before.
func (g geometry) clips(y, x, i, j int) []loop.Clip {
	var list []loop.Clip
	if g.top+g.bottom > 0 {
		list = append(list, loop.Clip{Terms: []loop.ClipTerm{{Axis: y, Coef: g.sh}, {Axis: i, Coef: g.dh}}, Offset: -g.top, Size: g.h})
	}
	if g.left+g.right > 0 {
		list = append(list, loop.Clip{Terms: []loop.ClipTerm{{Axis: x, Coef: g.sw}, {Axis: j, Coef: g.dw}}, Offset: -g.left, Size: g.w})
	}
	return list
}

func named(b *loop.Buffer, grad bool) *loop.Buffer {
	b.Grad = grad
	return b
}

// forward is the convolution, its taps and channels joined where they can be.
func (g geometry) forward(join bool) *loop.Contract {
	oh, ow := g.out()
	x, y, w := rowBuf(g.shape(g.h, g.w, g.c)...), rowBuf(g.shape(oh, ow, g.o)...), g.kernel(g.c/g.groups, g.o)
	cg, og := g.c/g.groups, g.o/g.groups
	row := g.w * g.c
	k := &loop.Contract{B: []loop.Axis{plainAxis("g", g.groups)}, M: []loop.Axis{rowsAxis(1), plainAxis("y", oh), plainAxis("x", ow)}, N: []loop.Axis{plainAxis("o", og)},
		K:        []loop.Axis{plainAxis("i", g.kh), plainAxis("j", g.kw), plainAxis("c", cg)},
		Out:      access(y, og, oh*ow*g.o, ow*g.o, g.o, 1, 0, 0, 0),
		Lhs:      shifted(access(x, cg, g.h*row, g.sh*row, g.sw*g.c, 0, g.dh*row, g.dw*g.c, 1), -g.top*row-g.left*g.c),
		Rhs:      access(w, og, 0, 0, 0, 1, g.kw*cg*g.o, cg*g.o, g.o),
		Clip:     g.clips(2, 3, 5, 6),
		Epilogue: reluBias, Extra: []loop.Access{access(weightBuf(g.o), og, 0, 0, 0, 1, 0, 0, 0)}, Word: "bias, relu"}
	if join && g.left+g.right == 0 && g.dw == 1 && g.groups == 1 {
		k.K = []loop.Axis{plainAxis("i", g.kh), plainAxis("jc", g.kw*cg)}
		for _, a := range []*loop.Access{&k.Out, &k.Lhs, &k.Rhs, &k.Extra[0]} {
			a.Strides = append(a.Strides[:6:6], a.Strides[7])
		}
	}
	return k
}

// gradX is the gradient by the input, of one phase of a strided convolution.
func (g geometry) gradX(fy, fx int) *loop.Contract {
	oh, ow := g.out()
	dx, dy, w := named(rowBuf(g.shape(g.h, g.w, g.c)...), true), named(rowBuf(g.shape(oh, ow, g.o)...), true), g.kernel(g.c/g.groups, g.o)
	cg, og := g.c/g.groups, g.o/g.groups
	row := g.w * g.c
	i0, j0 := 0, 0
	if g.sh > 1 {
		i0 = (fy + g.top) % g.sh
	}
	if g.sw > 1 {
		j0 = (fx + g.left) % g.sw
	}
	ti, tj := (g.kh-i0+g.sh-1)/g.sh, (g.kw-j0+g.sw-1)/g.sw
	offY, offX := (fy+g.top-i0)/g.sh, (fx+g.left-j0)/g.sw
	h := rowBuf(g.shape(g.h, g.w, g.c)...)
	at := func(b *loop.Buffer) loop.Access {
		return shifted(access(b, cg, g.h*row, g.sh*row, g.sw*g.c, 1, 0, 0, 0), fy*row+fx*g.c)
	}
	return &loop.Contract{B: []loop.Axis{plainAxis("g", g.groups)},
		M: []loop.Axis{rowsAxis(1), plainAxis("y", (g.h-fy+g.sh-1)/g.sh), plainAxis("x", (g.w-fx+g.sw-1)/g.sw)}, N: []loop.Axis{plainAxis("c", cg)},
		K:   []loop.Axis{plainAxis("i", ti), plainAxis("j", tj), plainAxis("o", og)},
		Out: at(dx),
		Lhs: shifted(access(dy, og, oh*ow*g.o, ow*g.o, g.o, 0, -g.dh*ow*g.o, -g.dw*g.o, 1), (offY*ow+offX)*g.o),
		Rhs: shifted(access(w, og, 0, 0, 0, g.o, g.sh*g.kw*cg*g.o, g.sw*cg*g.o, 1), (i0*g.kw+j0)*cg*g.o),
		Clip: []loop.Clip{
			{Terms: []loop.ClipTerm{{Axis: 2, Coef: 1}, {Axis: 5, Coef: -g.dh}}, Offset: offY, Size: oh},
			{Terms: []loop.ClipTerm{{Axis: 3, Coef: 1}, {Axis: 6, Coef: -g.dw}}, Offset: offX, Size: ow}},
		Epilogue: maskBy, Extra: []loop.Access{at(h)}, Word: "relu gradient"}
}

func (g geometry) gradW() *loop.Contract {
	oh, ow := g.out()
	x, dy, w := rowBuf(g.shape(g.h, g.w, g.c)...), named(rowBuf(g.shape(oh, ow, g.o)...), true), named(g.kernel(g.c/g.groups, g.o), true)
	cg, og := g.c/g.groups, g.o/g.groups
	row := g.w * g.c
	return &loop.Contract{B: []loop.Axis{plainAxis("g", g.groups)}, M: []loop.Axis{plainAxis("i", g.kh), plainAxis("j", g.kw), plainAxis("c", cg)}, N: []loop.Axis{plainAxis("o", og)},
		K:    []loop.Axis{rowsAxis(1), plainAxis("y", oh), plainAxis("x", ow)},
		Out:  access(w, og, g.kw*cg*g.o, cg*g.o, g.o, 1, 0, 0, 0),
		Lhs:  shifted(access(x, cg, g.dh*row, g.dw*g.c, 1, 0, g.h*row, g.sh*row, g.sw*g.c), -g.top*row-g.left*g.c),
		Rhs:  access(dy, og, 0, 0, 0, 1, oh*ow*g.o, ow*g.o, g.o),
		Clip: g.clips(6, 7, 1, 2)}
}

// depthwise is a convolution of every channel by itself with its gradients.
func (g geometry) depthwise() []*loop.Contract {
	oh, ow := g.out()
	m, row, o := g.mult, g.w*g.c, g.c*g.mult
	x, y, w := rowBuf(g.shape(g.h, g.w, g.c)...), rowBuf(g.shape(oh, ow, o)...), g.kernel(g.c, m)
	forward := &loop.Contract{B: []loop.Axis{plainAxis("c", g.c)}, M: []loop.Axis{rowsAxis(1), plainAxis("y", oh), plainAxis("x", ow)}, N: []loop.Axis{plainAxis("m", m)},
		K:        []loop.Axis{plainAxis("i", g.kh), plainAxis("j", g.kw)},
		Out:      access(y, m, oh*ow*o, ow*o, o, 1, 0, 0),
		Lhs:      shifted(access(x, 1, g.h*row, g.sh*row, g.sw*g.c, 0, g.dh*row, g.dw*g.c), -g.top*row-g.left*g.c),
		Rhs:      access(w, m, 0, 0, 0, 1, g.kw*o, o),
		Clip:     g.clips(2, 3, 5, 6),
		Epilogue: geluBias, Extra: []loop.Access{access(weightBuf(o), m, 0, 0, 0, 1, 0, 0)}, Word: "bias, gelu"}
	dy, dw := named(rowBuf(g.shape(oh, ow, o)...), true), named(g.kernel(g.c, m), true)
	gradW := &loop.Contract{B: []loop.Axis{plainAxis("c", g.c)}, M: []loop.Axis{plainAxis("i", g.kh), plainAxis("j", g.kw)}, N: []loop.Axis{plainAxis("m", m)},
		K:    []loop.Axis{rowsAxis(1), plainAxis("y", oh), plainAxis("x", ow)},
		Out:  access(dw, m, g.kw*o, o, 1, 0, 0, 0),
		Lhs:  shifted(access(x, 1, g.dh*row, g.dw*g.c, 0, g.h*row, g.sh*row, g.sw*g.c), -g.top*row-g.left*g.c),
		Rhs:  access(dy, m, 0, 0, 1, oh*ow*o, ow*o, o),
		Clip: g.clips(5, 6, 1, 2)}
	list := []*loop.Contract{forward, gradW}
	if g.sh == 1 && g.sw == 1 {
		dx := named(rowBuf(g.shape(g.h, g.w, g.c)...), true)
		list = append(list, &loop.Contract{B: []loop.Axis{plainAxis("c", g.c)}, M: []loop.Axis{rowsAxis(1), plainAxis("y", g.h), plainAxis("x", g.w)},
			K:   []loop.Axis{plainAxis("i", g.kh), plainAxis("j", g.kw), plainAxis("m", m)},
			Out: access(dx, 1, g.h*row, row, g.c, 0, 0, 0),
			Lhs: shifted(access(dy, m, oh*ow*o, ow*o, o, -g.dh*ow*o, -g.dw*o, 1), (g.top*ow+g.left)*o),
			Rhs: access(w, m, 0, 0, 0, g.kw*o, o, 1),
			Clip: []loop.Clip{
				{Terms: []loop.ClipTerm{{Axis: 2, Coef: 1}, {Axis: 4, Coef: -g.dh}}, Offset: g.top, Size: oh},
				{Terms: []loop.ClipTerm{{Axis: 3, Coef: 1}, {Axis: 5, Coef: -g.dw}}, Offset: g.left, Size: ow}}})
	}
	return list
}

func (g geometry) String() string {
	return fmt.Sprintf("%dx%dx%d to %d by %dx%d, stride %dx%d, dilation %dx%d, padding %d %d %d %d, %d groups", g.h, g.w, g.c, g.o, g.kh, g.kw, g.sh, g.sw, g.dh, g.dw,
		g.top, g.left, g.bottom, g.right, g.groups)
}

func pad(g geometry, top, left, bottom, right int) geometry {
	g.top, g.left, g.bottom, g.right = top, left, bottom, right
	return g
}

func stride(g geometry, h, w int) geometry {
	g.sh, g.sw = h, w
	return g
}

func dilate(g geometry, h, w int) geometry {
	g.dh, g.dw = h, w
	return g
}

func group(g geometry, n int) geometry {
	g.groups = n
	return g
}

func image(h, w, c, o, kh, kw int) geometry {
	return geometry{h: h, w: w, c: c, o: o, kh: kh, kw: kw, sh: 1, sw: 1, dh: 1, dw: 1, groups: 1, mult: 1}
}

func sequence(n, c, o, k int) geometry {
	g := image(1, n, c, o, 1, k)
	g.line = true
	return g
}

// geometries cover sizes around blocks of eight and four, images smaller than
// the kernel, single channels and outputs.
func geometries() []geometry {
	flat := pad(image(5, 6, 4, 9, 3, 3), 1, 1, 1, 1)
	flat.flat = true
	return []geometry{
		image(7, 9, 8, 16, 3, 3), image(6, 8, 1, 5, 3, 3), image(8, 7, 3, 9, 3, 3), image(5, 5, 12, 3, 2, 3), image(4, 11, 9, 1, 3, 3), image(6, 6, 1, 1, 3, 3),
		pad(image(7, 9, 8, 16, 3, 3), 1, 1, 1, 1), pad(image(6, 13, 1, 5, 3, 3), 1, 1, 1, 1), pad(image(8, 7, 3, 9, 5, 4), 2, 1, 2, 2), pad(image(4, 11, 9, 1, 3, 3), 1, 1, 1, 1),
		pad(image(6, 6, 1, 1, 3, 3), 1, 1, 1, 1), pad(image(2, 2, 4, 6, 5, 5), 2, 2, 2, 2), pad(image(1, 1, 4, 6, 3, 3), 1, 1, 1, 1), pad(image(1, 5, 4, 6, 3, 3), 1, 1, 1, 1),
		stride(image(9, 9, 8, 10, 3, 3), 2, 2), stride(pad(image(8, 9, 4, 10, 3, 3), 0, 1, 1, 1), 2, 2), stride(image(9, 8, 3, 5, 2, 3), 3, 1), stride(pad(image(7, 7, 2, 8, 5, 5), 2, 2, 2, 2), 3, 2),
		dilate(image(9, 10, 4, 8, 3, 3), 2, 3), dilate(pad(image(7, 8, 5, 8, 3, 3), 2, 2, 2, 2), 2, 2), dilate(stride(image(9, 12, 1, 4, 3, 3), 2, 1), 1, 2),
		group(image(6, 6, 2, 6, 1, 1), 2), group(image(6, 7, 8, 12, 3, 3), 2), group(pad(image(6, 7, 12, 8, 3, 3), 1, 1, 1, 1), 4), group(stride(image(7, 7, 4, 4, 3, 3), 2, 2), 4),
		sequence(12, 8, 16, 3), sequence(11, 3, 5, 4), sequence(9, 1, 6, 3), pad(sequence(10, 5, 7, 3), 0, 2, 0, 0), stride(pad(sequence(9, 4, 8, 3), 0, 1, 0, 1), 1, 2), dilate(pad(sequence(14, 6, 4, 3), 0, 4, 0, 0), 1, 2),
		image(6, 5, 8, 10, 1, 1), stride(image(6, 7, 8, 10, 1, 1), 2, 2), sequence(6, 8, 4, 1), image(3, 3, 4, 10, 3, 3), flat,
		image(5, 24, 4, 8, 1, 9), image(9, 5, 4, 8, 7, 1),
	}
}

// oneChannel begins the names of kernels that have one channel on both sides: they
// have no axis to run along and are printed as plain loops.
const oneChannel = "one channel: "

func convCases(add func(string, int, loop.Kernel)) {
	all := add
	for _, g := range geometries() {
		add := func(name string, limit int, k loop.Kernel) {
			if g.c == 1 && g.o == 1 {
				name = oneChannel + name
			}
			all(name, limit, k)
		}
		add(fmt.Sprint("convolution ", g), 0, g.forward(false))
		if k := g.forward(true); len(k.K) == 2 {
			add(fmt.Sprint("joined convolution ", g), 0, k)
		}
		add(fmt.Sprint("gradient by the kernel of ", g), 0, g.gradW())
		if g.sh > 1 && g.dh > 1 || g.sw > 1 && g.dw > 1 {
			continue
		}
		for fy := range min(g.sh, g.h) {
			for fx := range min(g.sw, g.w) {
				if k := g.gradX(fy, fx); k.K[0].N > 0 && k.K[1].N > 0 {
					add(fmt.Sprintf("gradient by the input of %v, phase %d %d", g, fy, fx), 0, k)
				}
			}
		}
	}
	for _, g := range []geometry{image(7, 9, 8, 0, 3, 3), pad(image(7, 9, 8, 0, 3, 3), 1, 1, 1, 1), stride(pad(image(8, 7, 5, 0, 3, 3), 0, 0, 1, 1), 2, 2), dilate(pad(image(8, 7, 5, 0, 3, 3), 2, 2, 2, 2), 2, 2),
		image(9, 8, 3, 0, 5, 5), sequence(9, 6, 0, 3), pad(sequence(9, 6, 0, 4), 0, 1, 0, 2), image(5, 5, 1, 0, 3, 3)} {
		for _, m := range []int{1, 2, 5} {
			g.mult = m
			for i, k := range g.depthwise() {
				name := ""
				if g.c == 1 && m == 1 {
					name = oneChannel
				}
				add(name+fmt.Sprintf("depthwise %d times %d, kernel %d, %v", g.c, m, i, g), 0, k)
			}
		}
	}
	// A convolution that adds to what is there, one whose input is added, and one
	// with a penalty in the gradient of its kernel.
	more := pad(image(5, 6, 8, 9, 3, 3), 1, 1, 1, 1).forward(false)
	more.Accumulate, more.Epilogue, more.Extra, more.Word = true, nil, nil, ""
	add("accumulated convolution", 0, more)
	residual := pad(image(5, 6, 8, 8, 3, 3), 1, 1, 1, 1).forward(false)
	residual.Epilogue = scalar.Call("add", arg1, scalar.Call("max", arg0, scalar.Num(0)))
	residual.Extra = []loop.Access{access(residual.Lhs.Buf, 8, 240, 48, 8, 1, 0, 0, 0)}
	add("residual convolution", 0, residual)
	penalty := pad(image(5, 6, 8, 9, 3, 3), 1, 1, 1, 1).gradW()
	penalty.Epilogue = scalar.Call("add", scalar.Call("mul", arg2, scalar.Call("sign", arg1)), arg0)
	penalty.Extra = []loop.Access{access(weightBuf(3, 3, 8, 9), 9, 216, 72, 9, 1, 0, 0, 0), access(&loop.Buffer{Name: "share", Class: loop.Scalar}, 0, 0, 0, 0, 0, 0, 0, 0)}
	add("gradient by the kernel with a penalty", 0, penalty)
	add("gradient by the kernel of one point", 0, &loop.Contract{M: []loop.Axis{plainAxis("c", 9)}, N: []loop.Axis{plainAxis("o", 5)}, K: []loop.Axis{rowsAxis(6)},
		Out: access(weightBuf(1, 1, 9, 5), 5, 1, 0), Lhs: access(rowBuf(2, 3, 9), 1, 0, 9), Rhs: access(named(rowBuf(2, 3, 5), true), 0, 1, 5)})
	never := pad(image(1, 1, 4, 6, 1, 1), 0, 0, 0, 0).forward(false)
	never.Clip = []loop.Clip{{Terms: []loop.ClipTerm{{Axis: 2, Coef: 1}}, Offset: -1, Size: 1}}
	add("convolution of nothing", 0, never)
}
