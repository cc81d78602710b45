package harness

import (
	"hash/crc32"
	"math"
	"regexp"
	"strings"
)

// Formula says that parameters and data are those of testdata/keras/networks.py,
// which draws them from the same integers: a network of millions of parameters
// needs none in a file.
type Formula struct {
	Segments      []Segment
	Shape         []int // of an image: height, width, channels
	Rows, Classes int
	Scale         float64 `json:",omitempty"` // what elements of images are multiplied by; 0: nothing
	Measure       bool    // take times as well
}

// Segment is a tensor of the parameter block.
type Segment struct {
	Name   string
	Shape  []int
	Offset int
}

// Len is the number of elements.
func (s Segment) Len() int { return product(s.Shape) }

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// noise is the i-th number of a path, in [-1, 1): an integer hash of the path's
// CRC-32 and i.
func noise(path string) func(i int) float64 {
	start := crc32.ChecksumIEEE([]byte(path))
	return func(i int) float64 {
		x := uint32(i)*2654435761 + start
		x = (x ^ x>>15) * 0x2c1b3c6d
		x = (x ^ x>>12) * 0x297a2d39
		x ^= x >> 15
		return float64(x)/(1<<31) - 1
	}
}

// top are the kernels that give the classes.
var top = regexp.MustCompile(`(predictions|conv_preds|logits|_head_dense)/kernel$`)

// Weights are the elements of a segment: kernels have variance 2 (depthwise
// ones 1) over the number of their inputs.
func (s Segment) Weights() []float32 {
	kind := s.Name[strings.LastIndexByte(s.Name, '/')+1:]
	scale, offset := 0.125, 0.0 // of bias and moving_mean
	switch {
	case kind == "depthwise_kernel" || kind == "kernel" && len(s.Shape) == 4 && s.Shape[3] == 1:
		scale = math.Sqrt(3 / float64(s.Shape[0]*s.Shape[1]))
	case kind == "kernel" && len(s.Shape) == 1: // a LayerScale
		scale, offset = 0.25, 0.75
	case strings.HasSuffix(kind, "kernel"):
		scale = math.Sqrt(6 / float64(product(s.Shape[:len(s.Shape)-1])))
		if top.MatchString(s.Name) {
			scale *= 0.25 // or one class is certain
		}
	case kind == "gamma", kind == "beta":
		scale, offset = 0.25, 0.75
	case kind == "mean": // of a Normalization that does nothing
		scale = 0
	case kind == "variance", kind == "count":
		scale, offset = 0, 1
	case kind == "moving_variance":
		scale, offset = 0.5, 1.5
	}
	u := noise(s.Name)
	w := make([]float32, s.Len())
	for i := range w {
		w[i] = float32(offset + float64(u(i)*scale))
	}
	return w
}

// Params is the parameter block.
func (f *Formula) Params() []float32 {
	var block []float32
	for _, s := range f.Segments {
		block = append(block, s.Weights()...)
	}
	return block
}

// Batch is the images, sixteen patches of colour each with a quarter as much
// noise, and their classes.
func (f *Formula) Batch() Batch {
	height, width, channels := f.Shape[0], f.Shape[1], f.Shape[2]
	colour, fine := noise("patches"), noise("x")
	var b Batch
	for r := range f.Rows {
		x := make([]float64, 0, product(f.Shape))
		for y := range height {
			for c := range width * channels {
				patch := y*4/height*4 + c/channels*4/width
				v := 0.75*colour((r*16+patch)*channels+c%channels) + 0.25*fine(r*product(f.Shape)+len(x))
				v = float64(float32(v))
				if f.Scale != 0 {
					v = float64(float32(v * f.Scale))
				}
				x = append(x, v)
			}
		}
		b.X = append(b.X, x)
		b.Y = append(b.Y, []float64{float64((3*r + 1) % f.Classes)})
	}
	return b
}

// Probe is the norm of a tensor and two of its elements, at places that its
// path decides.
func Probe[F float32 | float64](path string, value []F) []float64 {
	sum := 0.0
	for _, v := range value {
		sum += float64(v) * float64(v)
	}
	at := noise("probe " + path)
	probe := []float64{math.Sqrt(sum)}
	for i := range 2 {
		probe = append(probe, float64(value[int((at(i)+1)/2*float64(len(value)))]))
	}
	return probe
}
