package nearest

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	layers := []string{"Activation", "Add", "BatchNormalization", "Conv1D", "Conv2D", "Dense", "Dropout", "Embedding", "Flatten", "GlobalAveragePooling1D"}
	args := []string{"units", "activation", "use_bias", "kernel_initializer", "bias_initializer", "l1", "l2"}
	columns := []string{"", "y", "age", "weight", "petal_width"}
	for _, c := range []struct {
		in    string
		known []string
		want  string
	}{
		{"unit", args, "units"},
		{"uints", args, "units"},
		{"Units", args, "units"},
		{"use.bias", args, "use_bias"},
		{"kernel-initialiser", args, "kernel_initializer"},
		{"bias_initialiser", args, "bias_initializer"},
		{"dense", layers, "Dense"},
		{"Dens", layers, "Dense"},
		{"Desne", layers, "Dense"},
		{"conv2d", layers, "Conv2D"},
		{"BatchNorm", layers, "BatchNormalization"},
		{"Global", layers, "GlobalAveragePooling1D"},
		{"Flattten", layers, "Flatten"},
		{"LSTM", layers, ""},
		{"conv", layers, ""}, // two names begin so: no guess
		{"frobnicate", layers, ""},
		{"x", args, ""},
		{"", args, ""},
		{"___", args, ""},
		{strings.Repeat("units", 5000), args, ""},
		{"Age", columns, "age"},
		{"agee", columns, "age"},
		{"petal_with", columns, "petal_width"},
		{"wieght", columns, "weight"},
		{"x", columns, ""},
	} {
		got, ok := Of(c.in, c.known)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Of(%.80q) = %q, %v; want %q", c.in, got, ok, c.want)
		}
	}
	if got, want := Question("unit", args), ` (did you mean "units"?)`; got != want {
		t.Errorf("Question: %q, want %q", got, want)
	}
	if got := Question("frobnicate", args); got != "" {
		t.Errorf("Question: %q, want none", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0},
		{"kitten", "sitting", 3}, {"lable", "label", 1}, {"ab", "ba", 1}, {"ca", "abc", 3}, {"abcd", "badc", 2}, {"flaw", "lawn", 2},
	} {
		if got := distance([]rune(c.a), []rune(c.b), 9); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
