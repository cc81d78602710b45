package layer_test

import (
	"testing"

	"github.com/nngen-go/nngen/ir/block"
)

func TestInitializers(t *testing.T) {
	for _, c := range []struct {
		init string
		want block.Init
	}{
		{"glorot_uniform", block.Init{Kind: "glorot_uniform", FanIn: 3, FanOut: 2}},
		{"GlorotNormal", block.Init{Kind: "glorot_normal", FanIn: 3, FanOut: 2}},
		{"{he_normal: {seed: 5}}", block.Init{Kind: "he_normal", FanIn: 3, FanOut: 2, Seed: 5, Seeded: true}},
		{"he_uniform", block.Init{Kind: "he_uniform", FanIn: 3, FanOut: 2}},
		{"lecun_normal", block.Init{Kind: "lecun_normal", FanIn: 3, FanOut: 2}},
		{"lecun_uniform", block.Init{Kind: "lecun_uniform", FanIn: 3, FanOut: 2}},
		{"zeros", block.Init{Kind: "zeros"}},
		{"Ones", block.Init{Kind: "ones"}},
		{"constant", block.Init{Kind: "constant"}},
		{"{constant: 0.5}", block.Init{Kind: "constant", Value: 0.5}},
		{"random_normal", block.Init{Kind: "random_normal", Stddev: 0.05, FanIn: 3, FanOut: 2}},
		{"{normal: {mean: 1, stddev: 2}}", block.Init{Kind: "random_normal", Mean: 1, Stddev: 2, FanIn: 3, FanOut: 2}},
		{"truncated_normal", block.Init{Kind: "truncated_normal", Stddev: 0.05, FanIn: 3, FanOut: 2}},
		{"uniform", block.Init{Kind: "random_uniform", Minval: -0.05, Maxval: 0.05, FanIn: 3, FanOut: 2}},
		{"identity", block.Init{Kind: "identity", Gain: 1}},
		{"{orthogonal: {gain: 2}}", block.Init{Kind: "orthogonal", Gain: 2, FanIn: 3, FanOut: 2}},
		{"variance_scaling", block.Init{Kind: "variance_scaling", Scale: 1, Mode: "fan_in", Distribution: "truncated_normal", FanIn: 3, FanOut: 2}},
		{"{variance_scaling: {scale: 2, mode: fan_avg, distribution: uniform}}", block.Init{Kind: "variance_scaling", Scale: 2, Mode: "fan_avg", Distribution: "uniform", FanIn: 3, FanOut: 2}},
		{"{he_normal: {input_axes: [1], output_axes: [0]}}", block.Init{Kind: "he_normal", FanIn: 2, FanOut: 3}},
		{"{variance_scaling: {input_axes: [0, -1], output_axes: []}}", block.Init{Kind: "variance_scaling", Scale: 1, Mode: "fan_in", Distribution: "truncated_normal", FanIn: 6, FanOut: 1}},
		{"{glorot_normal: {input_axes: [1]}}", block.Init{Kind: "glorot_normal", FanIn: 3, FanOut: 2}},
	} {
		n := network(t, model("{shape: [3]}", "Dense: {units: 2, kernel_initializer: "+c.init+"}"))
		got := n.Header.Segments[0].Init
		if got.Kind != c.want.Kind || got.Value != c.want.Value || got.Mean != c.want.Mean || got.Stddev != c.want.Stddev || got.Minval != c.want.Minval ||
			got.Maxval != c.want.Maxval || got.Scale != c.want.Scale || got.Mode != c.want.Mode || got.Distribution != c.want.Distribution ||
			got.Gain != c.want.Gain || got.FanIn != c.want.FanIn || got.FanOut != c.want.FanOut || got.Seed != c.want.Seed || got.Seeded != c.want.Seeded {
			t.Errorf("%s: %+v, want %+v", c.init, got, c.want)
		}
	}
	bias := network(t, model("{shape: [3]}", "Dense: {units: 2, bias_initializer: he_normal}")).Header.Segments[1].Init
	fails(t, model("{shape: [3]}", "Dense: {units: 2, kernel_initializer: {he_normal: {input_axes: [0], output_axes: [2]}}}"), "0 to 1 or -1 for the last, not 2")
	waves := network(t, model("{shape: [9, 1]}", "Conv1D: {filters: 3, kernel_size: 4, kernel_initializer: {stft: {side: imag, window: [1, 0.5, 2, 1], scaling: null}}}")).Header.Segments[0].Init
	if waves.Kind != "stft" || !waves.Imaginary || waves.Scaling != "" || waves.Window != "" || len(waves.Values) != 4 || waves.Values[1] != 0.5 {
		t.Errorf("stft: %+v", waves)
	}
	waves = network(t, model("{shape: [9, 1]}", "Conv1D: {filters: 3, kernel_size: 4, kernel_initializer: STFT}")).Header.Segments[0].Init
	if waves.Kind != "stft" || waves.Imaginary || waves.Scaling != "density" || waves.Window != "hann" || waves.Periodic {
		t.Errorf("STFT: %+v", waves)
	}
	for settings, why := range map[string]string{"{window: hanning}": "did you mean", "{window: [1, 2]}": "2 values, and the frame 4", "{window: [1, x, 2, 3]}": "a list of numbers", "{window: true}": "a name, a list"} {
		fails(t, model("{shape: [9, 1]}", "Conv1D: {filters: 3, kernel_size: 4, kernel_initializer: {stft: "+settings+"}}"), why)
	}
	fails(t, model("{shape: [3]}", "Dense: {units: 2, kernel_initializer: stft}"), "one channel")
	if bias.FanIn != 2 || bias.FanOut != 2 {
		t.Errorf("fans of a vector: %+v, want its length twice", bias)
	}
}
