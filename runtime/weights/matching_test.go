package weights

import (
	"bytes"
	"slices"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

func TestCopyMatching(t *testing.T) {
	var b bytes.Buffer
	_, err := WriteTensors(&b, map[string]string{KeyTraining: "1"}, []Tensor{
		{Name: "hidden/kernel", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}},
		{Name: "digit/kernel", Shape: []int{2, 5}, Data: make([]float32, 10)},
		{Name: "tokens", Shape: []int{2}, Bytes: []byte{7, 8}},
		{Name: "old/bias", Shape: []int{1}, Data: []float32{9}},
		{Name: TrainingPrefix + "state", Shape: []int{1}, Bytes: []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	f.Name = "digits.safetensors"
	segs := []nn.Segment{
		{Name: "hidden/kernel", Shape: []int{2, 2}},
		{Name: "digit/kernel", Shape: []int{2, 10}, Offset: 4},
		{Name: "digit/bias", Shape: []int{10}, Offset: 24},
		{Name: "tokens", Shape: []int{2}, Offset: 34},
	}
	params := make([]float32, 36)
	r := f.CopyMatching(segs, params)
	want := `digits.safetensors: 1 of the model's 4 tensors copied
  copied      hidden/kernel
  left        digit/kernel is (2, 5) in the file, (2, 10) in the model
  left        tokens has dtype U8 in the file, which does not convert to float32
  left        digit/bias is not in the file
  not used    old/bias`
	if r.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", r, want)
	}
	if !slices.Equal(params[:4], []float32{1, 2, 3, 4}) || slices.ContainsFunc(params[4:], func(v float32) bool { return v != 0 }) {
		t.Errorf("parameters %v", params)
	}
}

// The part of a checkpoint that is not weights makes no difference to the model.
func TestCheckpointHoldsWeights(t *testing.T) {
	tensors := []Tensor{
		{Name: "a", Shape: []int{2}, Data: []float32{1, 2}},
		{Name: TrainingPrefix + "optimizer/momentum/a", Shape: []int{2}, Data: []float32{3, 4}},
		{Name: TrainingPrefix + "state", Shape: []int{3}, Bytes: []byte{1, 2, 3}},
		{Name: TrainingPrefix + "empty", Shape: []int{0}, Bytes: []byte{}},
	}
	for _, mark := range []bool{true, false} {
		meta := map[string]string{}
		if mark {
			meta[KeyTraining] = "1"
		}
		var b bytes.Buffer
		if _, err := WriteTensors(&b, meta, tensors); err != nil {
			t.Fatal(err)
		}
		f, err := Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		params := make([]float32, 2)
		if err := f.Copy([]nn.Segment{{Name: "a", Shape: []int{2}}}, params); (err == nil) != mark {
			t.Errorf("marked %t: %v", mark, err)
		}
		if got := f.Tensor(TrainingPrefix + "state").Bytes; !slices.Equal(got, []byte{1, 2, 3}) {
			t.Errorf("bytes %v", got)
		}
	}
	if _, err := WriteTensors(&bytes.Buffer{}, nil, []Tensor{{Name: "a", Shape: []int{3}, Data: []float32{1}}}); err == nil || err.Error() != `weights: tensor "a" has 1 elements, not the shape (3,)` {
		t.Errorf("a shape that does not fit: %v", err)
	}
}
