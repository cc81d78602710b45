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
	if bias.FanIn != 2 || bias.FanOut != 2 {
		t.Errorf("fans of a vector: %+v, want its length twice", bias)
	}
}
