package gokernel

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/canonical"
	"github.com/nngen-go/nngen/ir/loop"
)

// Kernels of convolutions are called by their taps and channels, and their
// formulas count positions, taps and channels whatever the loops have become.
func TestConvolutionFormulas(t *testing.T) {
	padded := pad(image(14, 14, 16, 32, 3, 3), 1, 1, 1, 1)
	flat := padded
	flat.flat = true
	strided := stride(pad(image(9, 9, 8, 10, 3, 3), 1, 1, 1, 1), 2, 2)
	for _, tt := range []struct {
		kernel    loop.Kernel
		name, doc string
	}{
		{padded.forward(false), "conv3x3x16To32Relu", "y[r,p,q,o] = max(Σ_i,j,c x[r,p+i-1,q+j-1,c]·w[i,j,c,o] + b[o], 0), for images of 14x14x16 and of 14x14x32; points outside"},
		{image(9, 9, 3, 8, 3, 3).forward(true), "conv3x3x3To8Relu", "Σ_i,j,c x[r,p+i,q+j,c]·w[i,j,c,o] + b[o], 0), for images of 9x9x3 and of 7x7x8"},
		{image(8, 8, 1, 4, 3, 3).forward(true), "conv3x3x1To4Relu", "Σ_i,j x[r,p+i,q+j]·w[i,j,0,o]"},
		{bare(padded.gradX(0, 0)), "conv3x3x16To32GradX", "dx[r,p,q,c] = Σ_i,j,o dy[r,p-i+1,q-j+1,o]·w[i,j,c,o]"},
		{strided.gradX(1, 0), "conv3x3x8To10GradX", "dx[r,p*2+1,q*2,c] = Σ_i,o dy[r,p-i+1,q,o]·w[i*2,1,c,o] where h[r,p*2+1,q*2,c] > 0, else 0"},
		{strided.gradW(), "conv3x3x8To10GradW", "dw[i,j,c,o] = Σ_r,p,q x[r,p*2+i-1,q*2+j-1,c]·dy[r,p,q,o]"},
		{padded.depthwise()[0], "depthwise3x3x16Gelu", "y[r,p,q,c] = "},
		{twice(padded).depthwise()[1], "depthwise3x3x16x2GradW", "dw[i,j,c,m] = Σ_r,p,q x[r,p+i-1,q+j-1,c]·dy[r,p,q,c*2+m]"},
		{group(padded, 4).forward(false), "conv3x3x16To32Groups4Relu", "x[r,p+i-1,q+j-1,g*4+c]·w[i,j,c,g*8+o]"},
		{sequence(20, 5, 8, 3).forward(true), "conv3x5To8Relu", "y[r,q,o] = max(Σ_j,c x[r,q+j,c]·w[j,c,o] + b[o], 0), for sequences of 20x5 and of 18x8"},
		{flat.gradW(), "conv3x3x16To32GradW", "dw[i,j,c,o] = Σ_r,p,q x["},
		{image(5, 5, 8, 1, 1, 1).gradW(), "conv1x1x8To1GradW", "dw[0,0,c,0] = Σ_r dy[r,0,0]·x[r,0,0,c], for images of 5x5x8 and of 5x5x1"},
		{stride(image(8, 8, 4, 0, 2, 2), 2, 2).window(loop.Max, false), "maxPool2x2x4", "y[r,p,q,c] = max_i,j x[r,p*2+i,q*2+j,c], for images of 8x8x4 and of 4x4x4"},
		{pad(stride(image(8, 8, 4, 0, 3, 3), 2, 2), 0, 0, 1, 1).window(loop.Sum, true), "averagePool3x3x4", "mean_i,j x[r,p*2+i,q*2+j,c], for images of 8x8x4 and of 4x4x4; points outside of them do not count"},
		{stride(image(8, 8, 4, 0, 2, 2), 2, 2).windowGrad(loop.Max, false), "maxPool2x2x4Grad", "the gradient of y[r,p,q,c] = max_i,j x[r,p*2+i,q*2+j,c]"},
	} {
		k, name, err := newCollection(Config{}).add(canonical.Kernel(tt.kernel))
		if err != nil {
			t.Fatal(err)
		}
		if doc := strings.Join(k.Doc, "\n"); name != tt.name || !strings.Contains(doc, tt.doc) {
			t.Errorf("got %s:\n%s\nwant %s with %q", name, doc, tt.name, tt.doc)
		}
	}
}

func twice(g geometry) geometry {
	g.mult = 2
	return g
}
