package container

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
)

// TestConvert compares with what Keras 2 makes of weights of older forms; see
// testdata/convert.py.
func TestConvert(t *testing.T) {
	data, err := os.ReadFile("testdata/convert.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Layer         Layer
		Before, After []Array
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 15 {
		t.Errorf("only %d cases", len(cases))
	}
	for _, c := range cases {
		got, err := c.Layer.Convert(c.Before)
		if err != nil {
			t.Errorf("%+v: %v", c.Layer, err)
			continue
		}
		if !slices.EqualFunc(got, c.After, func(a, b Array) bool {
			return slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Data, b.Data)
		}) {
			t.Errorf("%+v of %v:\ngot  %v\nwant %v", c.Layer, c.Before, got, c.After)
		}
	}
}

// TestTheano turns kernels of Theano around: kernel[::-1, ::-1, :, :] of numpy.
func TestTheano(t *testing.T) {
	l := Layer{Class: "Conv2D", Version: "2.0.8", Backend: "theano"}
	got, err := l.Convert([]Array{{[]int{2, 2, 1, 2}, []float32{1, 2, 3, 4, 5, 6, 7, 8}}, {[]int{2}, []float32{9, 10}}})
	if err != nil || !slices.Equal(got[0].Data, []float32{7, 8, 5, 6, 3, 4, 1, 2}) || !slices.Equal(got[1].Data, []float32{9, 10}) {
		t.Errorf("%v %v", got, err)
	}
}

// TestFirstConvLSTM converts the same weights from both orders of channels.
func TestFirstConvLSTM(t *testing.T) {
	var last, first []Array
	for i := range 12 {
		w := Array{[]int{2, 1, 3, 2}, make([]float32, 12)}
		if i%3 == 2 {
			w = Array{[]int{2}, make([]float32, 2)}
		}
		for j := range w.Data {
			w.Data[j] = float32(100*i + j)
		}
		last = append(last, w)
		if i%3 != 2 {
			w = transpose(w, 3, 2, 0, 1)
		}
		first = append(first, w)
	}
	want, err := Layer{Class: "ConvLSTM2D", Version: "1.2.2"}.Convert(last)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Layer{Class: "ConvLSTM2D", Version: "1.2.2", ChannelsFirst: true}.Convert(first)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v %v\nwant %v", got, err, want)
	}
}

// TestConvertBroken converts what no layer has.
func TestConvertBroken(t *testing.T) {
	array := func(shape ...int) Array {
		return Array{shape, make([]float32, (&Tensor{Shape: shape}).Len())}
	}
	for want, c := range map[string]struct {
		l  Layer
		ws []Array
	}{
		"a weight of shape [2] has 1 elements":                                     {Layer{Class: "Dense"}, []Array{{[]int{2}, []float32{1}}}},
		"3 weights are not those of two directions":                                {Layer{Class: "Bidirectional"}, []Array{array(1), array(1), array(1)}},
		"Conv1D of Keras 1: a kernel of shape [3 2] in place of 4 axes":            {Layer{Class: "Conv1D"}, []Array{array(3, 2)}},
		"Conv1D of Keras 1: a kernel of shape [5 1 2 3] for 4 filters of length 2": {Layer{Class: "Conv1D", KernelSize: []int{2}, Filters: 4}, []Array{array(5, 1, 2, 3)}},
		"Conv2D of Keras 1: 0 weights in place of 1":                               {Layer{Class: "Conv2D"}, nil},
		"LSTM of Keras 1: gates of shapes [1 2] and [1 3]":                         {Layer{Class: "LSTM"}, append([]Array{array(1, 2)}, slices.Repeat([]Array{array(1, 3)}, 11)...)},
		"LSTM of Keras 1: gates with scalars as weights":                           {Layer{Class: "LSTM"}, slices.Repeat([]Array{array()}, 12)},
		"a bias of shape [5] for 4 gates of 2 units":                               {Layer{Class: "LSTM", Version: "2.0"}, []Array{array(3, 8), array(2, 8), array(5)}},
		"a kernel of shape [3 7] for 3 gates of 2 units":                           {Layer{Class: "GRU", Version: "2.0"}, []Array{array(3, 7), array(2, 6), array(6)}},
	} {
		if _, err := c.l.Convert(c.ws); fmt.Sprint(err) != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
