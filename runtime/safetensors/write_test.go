package safetensors

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
)

// What WriteBlock writes is read back with all its bits, by the model it belongs to
// alone.
func TestWriteBlock(t *testing.T) {
	tensors := []Tensor{{"b.state_h", []int{3}, 0}, {"a.state \"c\"", []int{2, 1}, 3}, {"one", nil, 5}}
	block := []float32{1, -2.5, float32(math.Copysign(0, -1)), math.MaxFloat32, math.SmallestNonzeroFloat32, 7}
	var file bytes.Buffer
	n, err := WriteBlock(&file, "model", tensors, block)
	if err != nil || n != int64(file.Len()) {
		t.Fatalf("%d bytes of %d: %v", n, file.Len(), err)
	}
	got := make([]float32, len(block))
	if _, err := ReadBlock(bytes.NewReader(file.Bytes()), "model", tensors, got); err != nil {
		t.Fatal(err)
	}
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	if !slices.EqualFunc(got, block, same) {
		t.Errorf("%v is read back as %v", block, got)
	}
	if _, err := ReadBlock(bytes.NewReader(file.Bytes()), "other", tensors, got); err == nil || !strings.Contains(err.Error(), "another model") {
		t.Errorf("read by another model: %v", err)
	}
}
