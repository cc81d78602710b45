package container

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// An Array is a weight in memory, in row-major order.
type Array struct {
	Shape []int
	Data  []float32
}

// Array reads the tensor into memory.
func (t *Tensor) Array() (Array, error) {
	v, err := t.Float32s()
	return Array{slices.Clone(t.Shape), v}, err
}

// A Layer is a layer of a file of format Layers as far as the form of its weights
// depends on it.
type Layer struct {
	Class string // as Keras 3 calls it, or CuDNNLSTM and CuDNNGRU
	// Inner is the class of the layer in a Bidirectional or TimeDistributed, Backward that
	// of the second one of a Bidirectional; "" is the same. Forward are how many of its
	// weights are the first one's, 0 is half of them.
	Inner         string
	Backward      string
	Forward       int
	Version       string // of the Keras that wrote the file; "" before 1.2, which did not say
	Backend       string // of the Keras that wrote the file, "" likewise
	ChannelsFirst bool   // data_format of the layer
	KernelSize    []int  // of a convolution
	Filters       int    // of a convolution
}

// Convert gives the weights of a layer the form that they have in Keras 3. Its
// source are preprocess_weights_for_loading of Keras 2
// (tensorflow/python/keras/saving/hdf5_format.py) and, for kernels of Theano,
// convert_kernel of Keras 2.2 (keras/utils/conv_utils.py). The weights of models
// inside of a model are to be divided among its layers before.
func (l Layer) Convert(ws []Array) ([]Array, error) {
	for _, w := range ws {
		if n := (&Tensor{Shape: w.Shape}).Len(); n != len(w.Data) {
			return nil, fmt.Errorf("a weight of shape %v has %d elements", w.Shape, len(w.Data))
		}
	}
	inner := l
	inner.Class, inner.Inner = l.Inner, ""
	switch l.Class {
	case "TimeDistributed":
		return inner.Convert(ws)
	case "Bidirectional":
		n := l.Forward
		if n == 0 {
			n = len(ws) / 2
		}
		if l.Forward == 0 && len(ws)%2 != 0 || n > len(ws) {
			return nil, fmt.Errorf("%d weights are not those of two directions", len(ws))
		}
		forward, err := inner.Convert(ws[:n])
		if err != nil {
			return nil, err
		}
		inner.Class = cmp.Or(l.Backward, l.Inner)
		backward, err := inner.Convert(ws[n:])
		return append(forward, backward...), err
	}
	ws = slices.Clone(ws)
	if convert := firsts[l.Class]; convert != nil && (l.Version == "" || strings.HasPrefix(l.Version, "1.")) {
		var err error
		if ws, err = convert(l, ws); err != nil {
			return nil, fmt.Errorf("%s of Keras 1: %w", l.Class, err)
		}
	}
	if n := kernels[l.Class]; n > 0 && l.Backend == "theano" {
		for i := range min(n, len(ws)) {
			ws[i] = flip(ws[i])
		}
	}
	switch l.Class {
	case "CuDNNLSTM", "LSTM":
		return cuDNN(ws, 4)
	case "CuDNNGRU", "GRU":
		return cuDNN(ws, 3)
	}
	return ws, nil
}

// kernels are how many of a class's weights, from the first on, are kernels of
// convolutions. Theano turns kernels around before it lays them over an image,
// all others do not.
var kernels = map[string]int{"Conv1D": 1, "Conv2D": 1, "Conv3D": 1, "Conv2DTranspose": 1, "ConvLSTM2D": 2}

// firsts are the classes whose weights Keras 1 had in another form.
var firsts = map[string]func(Layer, []Array) ([]Array, error){
	"Conv1D": func(l Layer, ws []Array) ([]Array, error) {
		if err := rank(ws, 1, 4); err != nil {
			return nil, err
		}
		// [length, 1, channels, filters], and before 1.2 [filters, channels, length, 1].
		if len(l.KernelSize) != 1 {
			return nil, fmt.Errorf("a kernel size of %v", l.KernelSize)
		}
		s := ws[0].Shape
		if s[0] != l.KernelSize[0] || s[1] != 1 || s[3] != l.Filters {
			if s[0] != l.Filters || s[2] != l.KernelSize[0] || s[3] != 1 {
				return nil, fmt.Errorf("a kernel of shape %v for %d filters of length %d", s, l.Filters, l.KernelSize[0])
			}
			ws[0] = transpose(ws[0], 2, 3, 1, 0)
		}
		ws[0].Shape = slices.Delete(slices.Clone(ws[0].Shape), 1, 2)
		return ws, nil
	},
	"Conv2D": func(l Layer, ws []Array) ([]Array, error) {
		err := rank(ws, 1, 4)
		if err == nil && l.ChannelsFirst {
			ws[0] = transpose(ws[0], 2, 3, 1, 0)
		}
		return ws, err
	},
	"Conv2DTranspose": func(l Layer, ws []Array) ([]Array, error) {
		if err := rank(ws, 1, 4); err != nil {
			return nil, err
		}
		if l.ChannelsFirst {
			ws[0] = transpose(ws[0], 2, 3, 0, 1)
		} else {
			ws[0] = transpose(ws[0], 0, 1, 3, 2)
		}
		return ws, nil
	},
	"Conv3D": func(l Layer, ws []Array) ([]Array, error) {
		err := rank(ws, 1, 5)
		if err == nil && l.ChannelsFirst {
			ws[0] = transpose(ws[0], 2, 3, 4, 1, 0)
		}
		return ws, err
	},
	"LSTM": func(_ Layer, ws []Array) ([]Array, error) { return gates(ws, 0, 2, 1, 3) }, // i c f o to i f c o
	"GRU":  func(_ Layer, ws []Array) ([]Array, error) { return gates(ws, 0, 1, 2) },    // z r h
	"ConvLSTM2D": func(l Layer, ws []Array) ([]Array, error) {
		// Keras 2 joins the gates of channels first along the columns of the kernels
		// and then turns them, which fits no layer; here they are turned before.
		if l.ChannelsFirst && len(ws) == 12 {
			for i := range ws {
				if i%3 == 2 {
					continue // a bias
				}
				if err := rank(ws[i:], 1, 4); err != nil {
					return nil, err
				}
				ws[i] = transpose(ws[i], 2, 3, 1, 0)
			}
		}
		return gates(ws, 0, 2, 1, 3)
	},
}

// rank says what is wrong unless the first n weights are there and have so many
// axes.
func rank(ws []Array, n, axes int) error {
	if len(ws) < n {
		return fmt.Errorf("%d weights in place of %d", len(ws), n)
	}
	for _, w := range ws[:n] {
		if len(w.Shape) != axes {
			return fmt.Errorf("a kernel of shape %v in place of %d axes", w.Shape, axes)
		}
	}
	return nil
}

// gates puts the kernels of gates, each of which had a kernel, a recurrent kernel
// and a bias of its own, side by side. order says which gate comes when.
func gates(ws []Array, order ...int) ([]Array, error) {
	if len(ws) != 3*len(order) {
		return ws, nil // they are together already
	}
	out := make([]Array, 3)
	for i := range out {
		parts := make([]Array, len(order))
		for j, gate := range order {
			parts[j] = ws[3*gate+i]
		}
		var err error
		if out[i], err = beside(parts); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// beside joins arrays of one shape along their last axis.
func beside(parts []Array) (Array, error) {
	shape := slices.Clone(parts[0].Shape)
	if len(shape) == 0 {
		return Array{}, fmt.Errorf("gates with scalars as weights")
	}
	width := shape[len(shape)-1]
	for _, p := range parts {
		if !slices.Equal(p.Shape, shape) {
			return Array{}, fmt.Errorf("gates of shapes %v and %v", shape, p.Shape)
		}
	}
	shape[len(shape)-1] *= len(parts)
	var data []float32
	if width > 0 {
		for at := 0; at < len(parts[0].Data); at += width {
			for _, p := range parts {
				data = append(data, p.Data[at:at+width]...)
			}
		}
	}
	return Array{shape, data}, nil
}

// transpose puts the axes into another order: axis i of the result is axis
// order[i] of a.
func transpose(a Array, order ...int) Array {
	n := len(order)
	stride := make([]int, n)
	step := 1
	for i := n - 1; i >= 0; i-- {
		stride[i] = step
		step *= a.Shape[i]
	}
	out := Array{make([]int, n), make([]float32, len(a.Data))}
	for i, axis := range order {
		out.Shape[i] = a.Shape[axis]
	}
	at := make([]int, n)
	for k := range out.Data {
		from := 0
		for i, axis := range order {
			from += at[i] * stride[axis]
		}
		out.Data[k] = a.Data[from]
		for i := n - 1; i >= 0; i-- {
			if at[i]++; at[i] < out.Shape[i] {
				break
			}
			at[i] = 0
		}
	}
	return out
}

// flip turns a kernel around along all axes but the last two: channels and
// filters. Seen as rows of those two, that is the rows from the last to the first.
func flip(a Array) Array {
	if len(a.Shape) < 3 {
		return a
	}
	n := a.Shape[len(a.Shape)-2] * a.Shape[len(a.Shape)-1]
	out := Array{a.Shape, make([]float32, len(a.Data))}
	for at := 0; n > 0 && at < len(a.Data); at += n {
		copy(out.Data[len(a.Data)-at-n:], a.Data[at:at+n])
	}
	return out
}

// cuDNN takes kernel [in, gates·units], recurrent kernel [units, gates·units] and
// bias of CuDNNLSTM or CuDNNGRU, which have two biases, to the form of LSTM or GRU.
// Those that are in this form already stay, and those without a bias.
func cuDNN(ws []Array, n int) ([]Array, error) {
	if len(ws) != 3 {
		return ws, nil
	}
	if err := rank(ws, 2, 2); err != nil {
		return nil, err
	}
	units := ws[1].Shape[0]
	bias := ws[2].Shape
	for _, w := range ws[:2] {
		if w.Shape[1] != n*units {
			return nil, fmt.Errorf("a kernel of shape %v for %d gates of %d units", w.Shape, n, units)
		}
	}
	switch {
	case slices.Equal(bias, []int{n * units}), n == 3 && slices.Equal(bias, []int{2, n * units}):
		return ws, nil
	case !slices.Equal(bias, []int{2 * n * units}):
		return nil, fmt.Errorf("a bias of shape %v for %d gates of %d units", bias, n, units)
	}
	out := []Array{gateKernels(ws[0], n), gateKernels(ws[1], n), {[]int{2, n * units}, ws[2].Data}}
	if n == 4 { // the sum of both biases
		sum := slices.Clone(ws[2].Data[:n*units])
		for i, v := range ws[2].Data[n*units:] {
			sum[i] += v
		}
		out[2] = Array{[]int{n * units}, sum}
	}
	return out, nil
}

// gateKernels takes a kernel [in, gates·units] of cuDNN to the usual form. cuDNN has
// the elements of each gate's block [in, units] in the order of [units, in].
func gateKernels(a Array, n int) Array {
	in, width := a.Shape[0], a.Shape[1]
	units := width / n
	out := Array{a.Shape, make([]float32, len(a.Data))}
	for gate := range n {
		for i := range in {
			for j := range units {
				k := j*in + i // in the block in row-major order
				out.Data[i*width+gate*units+j] = a.Data[k/units*width+gate*units+k%units]
			}
		}
	}
	return out
}
