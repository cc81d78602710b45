// Package backend runs folders laid out as ONNX's backend tests are: model.onnx, and in
// test_data_set_N the inputs and the expected outputs as input_M.pb and output_M.pb. A
// file bind.txt beside the model gives symbolic extents, name=value a line.
package backend

import (
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/onnx"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// Wrong is an output that is not as expected; other errors of a test say why it cannot
// be run.
type Wrong string

func (w Wrong) Error() string { return string(w) }

func wrongf(format string, args ...any) error { return Wrong("wrong: " + fmt.Sprintf(format, args...)) }

// ReadTensor reads a file of one TensorProto.
func ReadTensor(files fs.FS, file string) (*tensor.Tensor, error) {
	b, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	p, err := proto.DecodeTensor(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	t, err := tensor.Read(p, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

// Case is the test of a folder, ready to run.
type Case struct {
	Options onnx.Options
	// Known says that inputs which could be shapes and axes are known when the model is
	// built: the model cannot be without.
	Known bool
	dir   fs.FS
	data  []byte
	// inputs are those of the graph that no initializer gives, as they are counted
	// in the folder.
	inputs []*proto.ValueInfo
}

// Open reads the model of a folder.
func Open(dir fs.FS) (*Case, error) {
	data, err := fs.ReadFile(dir, "model.onnx")
	if err != nil {
		return nil, err
	}
	p, err := proto.DecodeModel(data)
	if err != nil {
		return nil, fmt.Errorf("model.onnx: %w", err)
	}
	c := &Case{Options: onnx.Options{Files: dir, Bind: map[string]int{}}, dir: dir, data: data}
	for _, v := range p.Graph.Inputs {
		if !slices.ContainsFunc(p.Graph.Initializers, func(t *proto.Tensor) bool { return t.Name == v.Name }) {
			c.inputs = append(c.inputs, v)
		}
	}
	if b, err := fs.ReadFile(dir, "bind.txt"); err == nil {
		for line := range strings.Lines(string(b)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			n := 0
			if _, err := fmt.Sscan(value, &n); err != nil {
				return nil, fmt.Errorf("bind.txt: %q is not name=value", strings.TrimSpace(line))
			}
			c.Options.Bind[name] = n
		}
	}
	return c, nil
}

// Run runs the model of a folder as it is, and where that is refused once more with
// what could be shapes and axes known. An output that is not as expected is a
// [Wrong].
func (c *Case) Run() error {
	err := c.compare()
	if _, wrong := err.(Wrong); err == nil || wrong {
		return err
	}
	if c.Retry() {
		return c.compare()
	}
	return err
}

// whole are the inputs of a test that are integers, or single numbers.
func (c *Case) whole() map[string]*tensor.Tensor {
	known := map[string]*tensor.Tensor{}
	for i, v := range c.inputs {
		x, err := ReadTensor(c.dir, fmt.Sprintf("test_data_set_0/input_%d.pb", i))
		if err != nil {
			continue
		}
		if c.settles(i, v.Name, x) {
			known[v.Name] = x
		}
	}
	return known
}

// Settles reports whether some inputs of a test could be shapes and axes, and not all.
func (c *Case) Settles() bool { n := len(c.whole()); return n > 0 && n < len(c.inputs) }

// settles reports whether input i is one that a file which is meant to be compiled has
// as a constant: shapes, axes and the like.
func (c *Case) settles(i int, name string, x *tensor.Tensor) bool {
	whole, few := x.I != nil, len(x.Shape) == 0 || len(x.Shape) == 1 && x.Shape[0] < 2
	switch {
	case len(c.inputs) == 1:
		return whole
	case i == 0 && name != "start" && !(whole && len(x.Shape) == 0):
		return false
	}
	return whole || few || name == "scales" || name == "roi"
}

// Model reads the model with what is known of it.
func (c *Case) Model() (*onnx.Model, error) { return onnx.Read("model.onnx", c.data, c.Options) }

// Feed is a set of inputs, by name.
func (c *Case) Feed(set string) (map[string]*tensor.Tensor, error) {
	feed := map[string]*tensor.Tensor{}
	for i, p := range c.inputs {
		x, err := ReadTensor(c.dir, path.Join(set, fmt.Sprintf("input_%d.pb", i)))
		if err != nil {
			return nil, fmt.Errorf("input of %v", p.Element)
		}
		feed[p.Name] = x
	}
	return feed, nil
}

// Want is output i that a set expects.
func (c *Case) Want(set string, i int) (*tensor.Tensor, error) {
	t, err := ReadTensor(c.dir, path.Join(set, fmt.Sprintf("output_%d.pb", i)))
	if err != nil {
		return nil, fmt.Errorf("output of another type")
	}
	return t, nil
}

// Sets are the folders of inputs and outputs.
func (c *Case) Sets() []string {
	sets, _ := fs.Glob(c.dir, "test_data_set_*") // the pattern is fine
	return sets
}

// compare runs a model on the data of its folder.
func (c *Case) compare() error {
	m, err := c.Model()
	if err != nil {
		return err
	}
	sets := c.Sets()
	if len(sets) == 0 { // there is no reference: it builds
		feed := map[string]*tensor.Tensor{}
		for _, p := range m.Inputs {
			feed[p.Name] = onnx.Zeros(p)
		}
		_, err := Run(m, feed)
		return err
	}
	for _, set := range sets {
		feed, err := c.Feed(set)
		if err != nil {
			return err
		}
		got, err := Run(m, feed)
		if err != nil {
			return err
		}
		for i, g := range got {
			if err := c.Check(set, i, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// Check compares output i with what a set expects, to the suite's tolerances.
func (c *Case) Check(set string, i int, got *tensor.Tensor) error {
	want, err := c.Want(set, i)
	if err != nil {
		return err
	}
	return differ(i, got, want)
}

// differ compares an output to the suite's tolerances.
func differ(i int, got, want *tensor.Tensor) error {
	if !slices.Equal(got.Shape, want.Shape) && len(got.Shape)+len(want.Shape) > 0 {
		return wrongf("output %d is %v, want %v", i, got.Shape, want.Shape)
	}
	a, b := got.Elements(), want.Elements()
	if len(a) != len(b) {
		return wrongf("output %d has %d elements, want %d", i, len(a), len(b))
	}
	scale := 0.0
	for _, v := range b {
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			scale = max(scale, math.Abs(v))
		}
	}
	for j := range b {
		if math.IsNaN(a[j]) && math.IsNaN(b[j]) || a[j] == b[j] {
			continue
		}
		if d := math.Abs(a[j] - b[j]); !(d <= 1e-7+1e-3*math.Abs(b[j])+1e-5*scale) {
			return wrongf("output %d[%d] of %v is %v, want %v", i, j, want.Shape, a[j], b[j])
		}
	}
	return nil
}
