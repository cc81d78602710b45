package container

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir/keras/hdf5"
)

// A Format is how weights have their places.
type Format int

const (
	// Objects is the format of Keras 3 and of .keras files since 2.12: a weight's
	// place is the path of attributes that leads from the model to it, such as
	// layers/dense_1/vars/0. Names of layers are not part of it: layers count per
	// class.
	Objects Format = iota
	// Layers is the format of .h5 files: layers by name, and for each its weights
	// in order, by name.
	Layers
)

// A Model is what is in a file.
type Model struct {
	Format  Format
	Config  []byte // JSON of the model; nil in files of weights alone
	Compile []byte // JSON of loss, optimizer and metrics; nil when there is none
	Version string // of Keras; "" when the file does not say
	Backend string // of Keras; "" when the file does not say
	Date    string // when it was saved, as the file has it

	// Groups are the layers. Those of format Objects are in the order of their
	// paths, which is that of the numbers in them; those of format Layers in the
	// order of the model.
	Groups []Group
	// Optimizer is the state of the optimizer, in the same form.
	Optimizer []Group
	// Partial is why there is no Optimizer although the file has the state of one: a
	// part of it is missing. Keras writes such files of optimizers that give two of
	// their variables the same name, as Adafactor does, and begins anew with them.
	Partial error
	// Assets are files beside the weights by path, such as
	// layers/text_vectorization/vocabulary.txt.
	Assets map[string]Asset

	close []io.Closer
}

// Close closes the files that OpenFile opened. Nothing can be read after it.
func (m *Model) Close() error {
	var first error
	for _, c := range m.close {
		if err := c.Close(); first == nil {
			first = err
		}
	}
	return first
}

// A Group is a layer, or another object with weights of its own.
type Group struct {
	// Path is the place: of format Objects "layers/dense_1", or "" for the model
	// itself; of format Layers the name of the layer.
	Path string
	// Name is the name of the layer, where the file has it.
	Name    string
	Tensors []Tensor
}

// Tensor is the tensor of a name, or nil.
func (g *Group) Tensor(name string) *Tensor {
	for i := range g.Tensors {
		if g.Tensors[i].Name == name {
			return &g.Tensors[i]
		}
	}
	return nil
}

// Group is the group at a path, or nil.
func (m *Model) Group(path string) *Group {
	for i := range m.Groups {
		if m.Groups[i].Path == path {
			return &m.Groups[i]
		}
	}
	return nil
}

// Tensor is the weight at a place such as layers/dense_1/vars/0 of format Objects,
// or nil.
func (m *Model) Tensor(place string) *Tensor {
	path, name, ok := strings.Cut("/"+place, "/vars/")
	if !ok {
		return nil
	}
	path = strings.TrimPrefix(path, "/")
	gs := m.Groups
	if isOptimizer(path) {
		gs = m.Optimizer
	}
	for i := range gs {
		if gs[i].Path == path {
			return gs[i].Tensor(name)
		}
	}
	return nil
}

// A Tensor is a weight: its shape and type, and the means to read its elements.
type Tensor struct {
	// Name is the tensor's name in its group: "0", "1" ... in format Objects, such
	// as "dense_1/kernel:0" in format Layers.
	Name  string
	Shape []int
	// DType is the type of the elements in the file, as Keras calls it: float32,
	// bfloat16, int64, bool.
	DType string

	source source
}

// A source has the elements of a tensor.
type source interface {
	ReadFloat32(dst []float32) error
	Int64s() ([]int64, error)
	io.WriterTo
}

// Len is how many elements the tensor has.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// ReadFloat32 reads the elements into dst, which has room for exactly them, in
// row-major order. float64 and wide integers are rounded.
func (t *Tensor) ReadFloat32(dst []float32) error { return t.source.ReadFloat32(dst) }

// Float32s are the elements in row-major order.
func (t *Tensor) Float32s() ([]float32, error) {
	if d, ok := t.source.(*hdf5.Dataset); ok {
		return d.Float32s() // which looks at what the file can hold before it allocates
	}
	dst := make([]float32, t.Len())
	return dst, t.ReadFloat32(dst)
}

// Int64s are the elements of a tensor of integers or booleans.
func (t *Tensor) Int64s() ([]int64, error) { return t.source.Int64s() }

// WriteTo writes the elements as they are, little-endian, in row-major order.
func (t *Tensor) WriteTo(w io.Writer) (int64, error) { return t.source.WriteTo(w) }

// NewTensor is a tensor of float32 in memory.
func NewTensor(name string, shape []int, v []float32) Tensor {
	return Tensor{Name: name, Shape: slices.Clone(shape), DType: "float32", source: floats(v)}
}

type floats []float32

func (v floats) ReadFloat32(dst []float32) error {
	if len(dst) != len(v) {
		return fmt.Errorf("there are %d elements, and room for %d", len(v), len(dst))
	}
	copy(dst, v)
	return nil
}

func (v floats) Int64s() ([]int64, error) {
	return nil, fmt.Errorf("elements of type float32 are no integers")
}

func (v floats) WriteTo(w io.Writer) (int64, error) {
	c := counter{w: w}
	err := writeNumbers(&c, v)
	return c.n, err
}

// NewCounter is a scalar of int64 in memory, as optimizers count their steps.
func NewCounter(name string, v int64) Tensor {
	return Tensor{Name: name, DType: "int64", source: integers{v}}
}

type integers []int64

func (v integers) ReadFloat32(dst []float32) error {
	if len(dst) != len(v) {
		return fmt.Errorf("there are %d elements, and room for %d", len(v), len(dst))
	}
	for i, x := range v {
		dst[i] = float32(x)
	}
	return nil
}

func (v integers) Int64s() ([]int64, error) { return slices.Clone(v), nil }

func (v integers) WriteTo(w io.Writer) (int64, error) {
	c := counter{w: w}
	err := writeNumbers(&c, v)
	return c.n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// tensorOf is a dataset as a tensor.
func tensorOf(name string, d *hdf5.Dataset) (Tensor, error) {
	a, err := d.Attribute("dtype")
	if err != nil {
		return Tensor{}, err
	}
	if a != nil {
		if s, err := a.Text(); err == nil && s == "bfloat16" {
			if d, err = d.BFloat16(); err != nil {
				return Tensor{}, err
			}
		}
	}
	if d.Null() {
		return Tensor{}, fmt.Errorf("%s has no elements and no shape", d.Path())
	}
	return Tensor{Name: name, Shape: d.Shape(), DType: d.Type().String(), source: d}, nil
}

// isOptimizer reports whether a path belongs to the state of an optimizer.
func isOptimizer(path string) bool {
	return path == "optimizer" || strings.HasPrefix(path, "optimizer/")
}
