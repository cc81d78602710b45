package modeltest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

// Reader is what the tests of weights files need to know of a network that reads
// them and writes none: M is its Model.
type Reader[M any] struct {
	Model   func(t *testing.T) M
	Read    func(r io.Reader) (M, error)
	Weights func(m M) (meta map[string]string, list []Tensor)
}

// Tensor is one tensor of a weights file.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// Test runs the tests of weights files.
func (r *Reader[M]) Test(t *testing.T) {
	testReader(t, func() any { return r.Model(t) },
		func(file io.Reader) (any, error) { return r.Read(file) },
		func(m any) []byte { return weightsFile(r.Weights(m.(M))) })
}

// testReader is Reader.Test, where write makes the file of a model.
func testReader(t *testing.T, model func() any, read func(r io.Reader) (any, error), write func(m any) []byte) {
	m := model()
	file := write(m)
	again, err := read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(write(again), file) {
		t.Error("the parameters changed on the way through a file")
	}
	for _, n := range []int{0, 4, 8, 20, len(file) - 1} {
		if _, err := read(bytes.NewReader(file[:n])); err == nil {
			t.Errorf("a file cut after %d bytes was read", n)
		}
	}
	if _, err := read(bytes.NewReader(append(file, 0))); err == nil {
		t.Error("a file that is too long was read")
	}
	other := bytes.Replace(file, []byte("F32"), []byte("F64"), 1)
	// A network without parameters has no tensors to change.
	if _, err := read(bytes.NewReader(other)); err == nil && !bytes.Equal(other, file) {
		t.Error("a file with another element type was read")
	}
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
	if _, err := read(strings.NewReader(pointer)); err == nil || !strings.Contains(err.Error(), "git lfs pull") {
		t.Errorf("a Git LFS pointer: %v", err)
	}
}

// weightsFile writes weights in the format of safetensors.
func weightsFile(meta map[string]string, list []Tensor) []byte {
	fields := map[string]any{"__metadata__": meta}
	var data []byte
	for _, t := range list {
		from := len(data)
		for _, v := range t.Data {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		fields[t.Name] = map[string]any{"dtype": "F32", "shape": append([]int{}, t.Shape...), "data_offsets": []int{from, len(data)}}
	}
	header, err := json.Marshal(fields)
	if err != nil {
		panic(fmt.Sprint("modeltest: ", err))
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}
