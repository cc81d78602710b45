package layer_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/nngen-go/nngen/ir/op"
	"github.com/nngen-go/nngen/ir/pass"
)

// A training step computes with a kernel whose largest singular value is 1, which it
// leaves in its place, and its gradient is that of the layer alone with that kernel.
func TestSpectralNormalization(t *testing.T) {
	for kind, input := range map[string]string{
		"Dense: {units: 3, activation: tanh, kernel_regularizer: l2}": "[4]", "EinsumDense: {equation: 'abc,cde->abde', output_shape: [null, 2, 2]}": "[3, 4]",
		"Conv1D: {filters: 2, kernel_size: 2}": "[5, 3]", "Conv2D: {filters: 3, kernel_size: 2, strides: 2}": "[5, 4, 2]",
		"Conv3D: {filters: 2, kernel_size: 2}": "[3, 2, 4, 2]", "Conv1DTranspose: {filters: 2, kernel_size: 3}": "[4, 3]",
		"Conv2DTranspose: {filters: 2, kernel_size: 2}": "[3, 2, 3]", "Conv3DTranspose: {filters: 2, kernel_size: 2}": "[2, 2, 2, 3]",
		"DepthwiseConv1D: {kernel_size: 3, depth_multiplier: 2}": "[5, 3]", "DepthwiseConv2D: {kernel_size: 2, depth_multiplier: 3}": "[4, 4, 2]",
	} {
		n := network(t, model(fmt.Sprintf("{shape: %s}", input), fmt.Sprintf("SpectralNormalization: {name: l, layer: {%s}, power_iterations: 60}", kind), "Flatten", "Dense: {name: end, units: 1}"))
		w := draw(n)
		g := pass.Clone(n.Train)
		if err := pass.Autodiff(g); err != nil {
			t.Fatal(err)
		}
		values := w.eval(g)
		if len(g.Updates) != 2 {
			t.Fatalf("%s: %d updates", kind, len(g.Updates))
		}
		u, kernel := values[g.Updates[0].New], values[g.Updates[1].New]
		// Once more divided, it stays as it is: its largest singular value is 1.
		width := kernel.Shape[len(kernel.Shape)-1]
		length := 0.0
		for i := range len(kernel.F) / width {
			row := 0.0
			for j := range width {
				row += kernel.F[i*width+j] * u.F[j]
			}
			length += row * row
		}
		if math.Abs(length-1) > 1e-6 {
			t.Errorf("%s: the largest singular value is %v", kind, math.Sqrt(length))
		}
		plain := network(t, model(fmt.Sprintf("{shape: %s}", input), named(kind), "Flatten", "Dense: {name: end, units: 1}"))
		other := draw(plain)
		other.Feed = w.Feed
		for name := range other.Params {
			other.Params[name] = w.Params[name]
		}
		other.Params["l/kernel"] = kernel
		p := pass.Clone(plain.Train)
		if err := pass.Autodiff(p); err != nil {
			t.Fatal(err)
		}
		wants := other.eval(p)
		near(t, kind+": loss", values[g.Loss].F, wants[p.Loss].F)
		for i, gr := range g.Grads {
			near(t, kind+": gradient of "+gr.Param.Op.(*op.Param).Segment, values[gr.Value].F, wants[p.Grads[i].Value].F)
		}
	}
}

// named gives the one layer of a description the name l.
func named(kind string) string {
	for i := range kind {
		if kind[i] == '{' {
			return kind[:i+1] + "name: l, " + kind[i+1:]
		}
	}
	return kind
}

func TestSpectralNormalizationRefuses(t *testing.T) {
	for text, want := range map[string]string{
		model("{shape: [4]}", "SpectralNormalization: {layer: Flatten}"):                                                  "takes a layer with one kernel, such as Dense",
		model("{shape: [4, 2]}", "SpectralNormalization: {layer: {LSTM: {units: 2}}}"):                                    "and LSTM has none",
		model("{shape: [4], dtype: int32}", "SpectralNormalization: {layer: {Embedding: {input_dim: 3, output_dim: 2}}}"): "turns what it gives into whole numbers",
		model("{shape: [4]}", "SpectralNormalization: {layer: {Dense: {units: 4}}, power_iterations: 1000}"):              "write at most 100",
		model("{shape: [4]}", "SpectralNormalization: {name: a, layer: {Dense: {units: 4}}}", "Shared: {layer: a}"):       "a second use of SpectralNormalization",
		model("{shape: [4, 3]}", "TimeDistributed: {layer: {SpectralNormalization: {layer: {Dense: {units: 4}}}}}"):       "TimeDistributed of SpectralNormalization",
		model("{shape: [4, 3]}", "BatchNormalization: {renorm: true, renorm_clipping: {top: 3}}"):                         "renorm_clipping has no bound",
		model("{shape: [4, 3]}", "BatchNormalization: {renorm: true, renorm_clipping: {rmin: 3, rmax: 2}}"):               "rmax is 2, below rmin, 3",
		model("{shape: [4, 3]}", "BatchNormalization: {renorm: true, moving_variance_initializer: random_normal}"):        "write zeros, ones, or constant",
		model("{shape: [4, 3]}", "TimeDistributed: {layer: {BatchNormalization: {renorm: true}}}"):                        "renorm: true inside of TimeDistributed",
		model("{shape: [4, 1]}", "STFTSpectrogram: {frame_length: 5}"):                                                    "frame 5 exceeds input 4",
		model("{shape: [9, 1]}", "STFTSpectrogram: {frame_length: 4, frame_step: 5}"):                                     "frame_step is 5",
		model("{shape: [9, 1]}", "STFTSpectrogram: {frame_length: 4, fft_length: 3}"):                                     "fft_length is 3, below frame_length, 4",
		model("{shape: [900]}", "MelSpectrogram: {fft_length: 134}"):                                                      "a prime factor above 64; write 256",
		model("{shape: [30]}", "MelSpectrogram: {fft_length: 64}"):                                                        "it has no more than 30; write fft_length: 16",
		model("{shape: [90]}", "MelSpectrogram: {fft_length: 64, window: blackman}"):                                      "write hann, hamming",
		model("{shape: [90]}", "MelSpectrogram: {fft_length: 64, window: [1, 2]}"):                                        "the window has 2 values, and the frame 64",
		model("{shape: [4, 4, 1]}", "ContrastLimitedAdaptiveHistogramEqualization: {tile_grid_size: [9, 2]}"):             "write fewer tiles",
		model("{shape: [4, 4, 2]}", "RandAugment"):                                                                        "RandAugment takes images of 3 channels",
		model("{shape: [4, 4, 3]}", "AugMix: {num_chains: 20}"):                                                           "num_chains is 20; at most 8",
		model("{shape: [999, 999, 1]}", "RandomElasticTransform"):                                                         "write a smaller scale",
	} {
		fails(t, text, want)
	}
}
