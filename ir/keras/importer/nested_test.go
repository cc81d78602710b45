package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/keras/container"
)

// TestNestedChannelsFirst reads convolutions of Keras 1 whose kernels have the channels
// first, by themselves, in a model, and in a model in a model: they are turned in all of them.
func TestNestedChannelsFirst(t *testing.T) {
	const conv = `{"class_name": "Convolution2D", "config": {"name": "c", %s"nb_filter": 4, "nb_row": 2, "nb_col": 3, "dim_ordering": "th"}}, ` +
		`{"class_name": "Flatten", "config": {"name": "f"}}, {"class_name": "Dense", "config": {"name": "d", "output_dim": 1}}`
	const shape = `"batch_input_shape": [null, 5, 6, 7], `
	nested := func(name, inner string) string {
		return `{"class_name": "Sequential", "config": [` + inner + `], "name": "` + name + `"}`
	}
	layers := fmt.Sprintf(conv, shape)
	kernel, bias := ramp("c_W", 4, 5, 2, 3), ramp("c_b", 4)
	dense := []container.Tensor{ramp("d_W", 4*5*5, 1), ramp("d_b", 1)}
	var want map[string][]float32
	for i, model := range []string{layers, nested("inner", layers), nested("outer", nested("inner", layers))} {
		groups := []container.Group{{Path: []string{"", "inner", "outer"}[i], Tensors: slices.Concat([]container.Tensor{kernel, bias}, dense)}}
		if i == 0 {
			groups = []container.Group{{Path: "c", Tensors: []container.Tensor{kernel, bias}}, {Path: "d", Tensors: dense}}
		}
		path := written(t, &container.Model{Format: container.Layers, Version: "1.2.2", Backend: "tensorflow", Config: []byte(nested("m", model)), Groups: groups})
		m, err := Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(m.Report.Description), "data_format: channels_first") {
			t.Errorf("%s", m.Report.Description)
		}
		if i == 0 {
			want = m.Weights
			// Element [filter, channel, row, column] of the file is [row, column, channel, filter] here.
			v, err := kernel.Float32s()
			if err != nil {
				t.Fatal(err)
			}
			if got, w := want["c/kernel"][((1*3+2)*5+4)*4+3], v[((3*5+4)*2+1)*3+2]; got != w {
				t.Errorf("the last element is %v, want %v", got, w)
			}
			continue
		}
		for name, v := range want {
			if !slices.Equal(m.Weights[name], v) {
				t.Errorf("%d: %s is another one than without the model", i, name)
			}
		}
		if len(m.Weights) != len(want) {
			t.Errorf("%d: %d weights, want %d", i, len(m.Weights), len(want))
		}
	}
}

// ramp is an array of 1, 2, 3 and so on.
func ramp(name string, shape ...int) container.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(i + 1)
	}
	return container.NewTensor(name, shape, v)
}

// TestPair takes the layers of a file of weights alone from a file beside it.
func TestPair(t *testing.T) {
	const config = `{"class_name": "Sequential", "keras_version": "2.4.0", "config": {"name": "m", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 3, "batch_input_shape": [null, 2]}}]}}`
	weights := container.Model{Format: container.Layers, Version: "2.4.0", Groups: []container.Group{{Path: "d", Tensors: []container.Tensor{ramp("d/kernel:0", 2, 3), ramp("d/bias:0", 3)}}}}
	path := written(t, &weights)
	beside := filepath.Join(t.TempDir(), "m.json")
	if err := os.WriteFile(beside, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := Options{Config: beside}.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Weights["d/kernel"], []float32{1, 2, 3, 4, 5, 6}) || !slices.Equal(m.Weights["d/bias"], []float32{1, 2, 3}) {
		t.Error(m.Weights)
	}
	weights.Config = []byte(config)
	whole := written(t, &weights)
	for _, c := range []struct{ path, config, want string }{
		{path, "", "the file has weights alone, without the layers that they belong to"},
		{path, filepath.Join(t.TempDir(), "none.json"), "none.json: no such file or directory"},
		{whole, beside, "the file has the layers itself, so that " + beside + " is not needed"},
		{path, path, "the configuration of a Keras model cannot be read"},
	} {
		if _, err := (Options{Config: c.config}).Open(c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
