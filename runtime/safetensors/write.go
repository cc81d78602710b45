package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
)

// WriteBlock writes a block of tensors that belongs to this model as a file that
// [ReadBlock] reads, and returns the number of bytes. They depend on nothing but the
// arguments.
func WriteBlock(w io.Writer, modelID string, tensors []Tensor, block []float32) (int64, error) {
	fields := map[string]any{MetadataName: map[string]string{"model_id": modelID}}
	var data []byte
	for _, t := range tensors {
		at := len(data)
		for _, v := range t.Of(block) {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		fields[t.Name] = entry{DType: "F32", Shape: append([]int{}, t.Shape...), Offsets: [2]int{at, len(data)}}
	}
	header, err := json.Marshal(fields)
	if err != nil {
		return 0, err
	}
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	n, err := w.Write(append(append(file, header...), data...))
	return int64(n), err
}
