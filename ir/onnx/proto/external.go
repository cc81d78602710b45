package proto

import "strconv"

// Tensors of fewer bytes stay in the file, and others begin at a page of the one beside it,
// as ONNX recommends. Source: onnx.proto, TensorProto.external_data.
const leastOutside, page = 1024, 4096

// MoveOut moves the numbers of initializers out of the model, to a file that lies beside its own under the given
// name, and returns that file: what the message of a model cannot hold.
func (m *Model) MoveOut(name string) (data []byte) {
	size := 0
	for _, t := range m.Graph.Initializers {
		size += len(t.Raw) + page
	}
	data = make([]byte, 0, size)
	for _, t := range m.Graph.Initializers {
		if !t.HasRaw || len(t.Raw) < leastOutside {
			continue
		}
		data = data[:(len(data)+page-1)/page*page]
		t.External = map[string]string{"location": name, "offset": strconv.Itoa(len(data)), "length": strconv.Itoa(len(t.Raw))}
		data = append(data, t.Raw...)
		t.Raw, t.HasRaw = nil, false
	}
	return data
}
