package writeback

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/onnx/tensor"
)

// message appends a field with a length, at times longer than it has to be.
func message(r *rand.Rand, b []byte, n protowire.Number, value []byte) []byte {
	b = protowire.AppendTag(b, n, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(value)))
	if r.IntN(3) == 0 { // a length of more bytes than it needs
		b[len(b)-1] |= 0x80
		b = append(b, 0)
	}
	return append(b, value...)
}

func number(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}

// storages are the ways in which a tensor may stand in a file.
var storages = []string{"raw", "packed", "apart", "mixed", "external"}

// bitsOf are the bits of v in a type; half and bfloat16 of numbers that these hold.
func bitsOf(kind proto.Type, v float32) uint64 {
	switch kind {
	case proto.Float64:
		return math.Float64bits(float64(v))
	case proto.Float16:
		bits, _ := half(v)
		return uint64(bits)
	case proto.Bfloat16:
		return uint64(math.Float32bits(v) >> 16)
	}
	return uint64(math.Float32bits(v))
}

// tensorMessage writes a TensorProto, its fields in any order.
func tensorMessage(r *rand.Rand, name string, kind proto.Type, storage string, values []float32, data *[]byte) []byte {
	var raw []byte
	for _, v := range values {
		b := binary.LittleEndian.AppendUint64(nil, bitsOf(kind, v))
		raw = append(raw, b[:kind.Size()]...)
	}
	element := func(b []byte, v float32) []byte {
		switch kind {
		case proto.Float32:
			return protowire.AppendFixed32(b, math.Float32bits(v))
		case proto.Float64:
			return protowire.AppendFixed64(b, bitsOf(kind, v))
		}
		return protowire.AppendVarint(b, bitsOf(kind, v))
	}
	wire := map[proto.Type]protowire.Type{proto.Float32: protowire.Fixed32Type, proto.Float64: protowire.Fixed64Type, proto.Float16: protowire.VarintType, proto.Bfloat16: protowire.VarintType}[kind]
	var parts [][]byte
	packed := func(values []float32) {
		var list []byte
		for _, v := range values {
			list = element(list, v)
		}
		parts = append(parts, message(r, nil, lists[kind], list))
	}
	apart := func(values []float32) {
		var list []byte
		for _, v := range values {
			list = element(protowire.AppendTag(list, lists[kind], wire), v)
		}
		parts = append(parts, list)
	}
	switch storage {
	case "raw":
		parts = append(parts, message(r, nil, tensorRaw, raw))
	case "packed":
		packed(values)
	case "apart":
		apart(values)
	case "external":
		for key, value := range map[string]string{"location": "sub/data.bin", "offset": fmt.Sprint(len(*data)), "length": fmt.Sprint(len(raw))} {
			entry := message(r, message(r, nil, 1, []byte(key)), 2, []byte(value))
			parts = append(parts, message(r, nil, 13, entry))
		}
		parts = append(parts, number(nil, 14, 1))
		*data = append(append(*data, raw...), 7, 7, 7)
	}
	dims := number(nil, 1, uint64(len(values)))
	parts = append(parts, dims, number(nil, 2, uint64(kind)), message(r, nil, 8, []byte(name)), message(r, nil, 12, []byte("unknown to nngen")))
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	if storage == "mixed" { // the order of elements is that of the fields
		packed(values[:len(values)/2])
		apart(values[len(values)/2:])
	}
	return bytes.Join(parts, nil)
}

// TestPut writes random files in all the ways that there are and puts other values in.
func TestPut(t *testing.T) {
	all := []proto.Type{proto.Float32, proto.Float64, proto.Float16, proto.Bfloat16}
	for seed := range uint64(600) {
		kinds := all[:2+seed%2*2]
		r := rand.New(rand.NewPCG(seed, 2))
		value := func() float32 { return float32(r.IntN(256)-128) / 8 } // which all types hold
		old, next := map[string][]float32{}, map[string][]float32{}
		var data []byte
		file := func(values map[string][]float32) []byte {
			r := rand.New(rand.NewPCG(seed, 3))
			data = nil
			graph := message(r, nil, 2, []byte("a name"))
			for i := range 6 {
				name := fmt.Sprintf("t%d", i)
				kind, storage := kinds[r.IntN(len(kinds))], storages[r.IntN(len(storages))]
				n := r.IntN(9)
				if values[name] == nil {
					values[name] = []float32{}
					for range n {
						values[name] = append(values[name], value())
					}
				}
				of := tensorMessage(r, name, kind, storage, values[name], &data)
				if r.IntN(3) > 0 {
					graph = message(r, graph, graphInitializer, of)
					continue
				}
				attribute := message(r, message(r, nil, attributeTensor, of), attributeName, []byte("value"))
				node := message(r, message(r, nil, nodeAttribute, attribute), nodeOutput, []byte(name))
				graph = message(r, graph, graphNode, message(r, node, nodeOp, []byte("Constant")))
			}
			return message(r, number(nil, 1, 8), modelGraph, graph)
		}
		before := file(old)
		had := bytes.Clone(data)
		files := fstest.MapFS{"sub/data.bin": {Data: bytes.Clone(had)}}
		same, err := Put(before, old, files)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(same.Model, before) || len(same.Rounded) > 0 {
			t.Fatalf("seed %d: the same values are other bytes, or rounded: %v", seed, same.Rounded)
		}
		for name, values := range old {
			next[name] = []float32{}
			for range values {
				next[name] = append(next[name], value())
			}
		}
		got, err := Put(before, next, files)
		if err != nil {
			t.Fatal(err)
		}
		// The data beside it is as if it had been written with those values.
		file(next)
		wantData := bytes.Clone(data)
		if external, ok := got.Data["sub/data.bin"]; ok && !bytes.Equal(external, wantData) || !ok && len(had) > 0 && !bytes.Equal(had, wantData) {
			t.Fatalf("seed %d: the data beside it is %v, want %v", seed, external, wantData)
		}
		check(t, seed, got, next)
		if len(kinds) == 2 { // of a fixed length each
			if again, err := Put(got.Model, old, fstest.MapFS{"sub/data.bin": {Data: wantData}}); err != nil || !bytes.Equal(again.Model, before) {
				t.Fatalf("seed %d: there and back it is not the same: %v", seed, err)
			}
		}
	}
}

// check reads the tensors of a file.
func check(t *testing.T, seed uint64, r *Result, want map[string][]float32) {
	t.Helper()
	m, err := proto.DecodeModel(r.Model)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for name, b := range r.Data {
		files[name] = &fstest.MapFile{Data: b}
	}
	list := m.Graph.Initializers
	for _, n := range m.Graph.Nodes {
		n.Attributes[0].Tensor.Name = n.Outputs[0]
		list = append(list, n.Attributes[0].Tensor)
	}
	for _, p := range list {
		if p.External != nil && len(p.Dims) > 0 && p.Dims[0] == 0 {
			continue
		}
		x, err := tensor.Read(p, files)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, p.Name, err)
		}
		for i, v := range want[p.Name] {
			if x.F[i] != float64(v) {
				t.Fatalf("seed %d: %s[%d] is %v, want %v", seed, p.Name, i, x.F[i], v)
			}
		}
	}
	if len(list) != len(want) {
		t.Errorf("seed %d: %d tensors, want %d", seed, len(list), len(want))
	}
}

// TestHalf rounds every float16, what lies between it and the next one, and what is
// beyond the largest.
func TestHalf(t *testing.T) {
	value := func(h uint16) float64 {
		p := &proto.Tensor{Type: proto.Float16, Dims: []int64{1}, Raw: binary.LittleEndian.AppendUint16(nil, h), HasRaw: true}
		x, err := tensor.Read(p, nil)
		if err != nil {
			t.Fatal(err)
		}
		return x.F[0]
	}
	for h := uint16(0); h < 0x7c00; h++ {
		v := float32(value(h))
		if got, exact := half(v); got != h || !exact {
			t.Fatalf("%v is %#x, want %#x", v, got, h)
		}
		if got, _ := half(-v); got != h|0x8000 {
			t.Fatalf("%v is %#x", -v, got)
		}
		if h == 0x7bff {
			break
		}
		middle := float32((value(h) + value(h+1)) / 2)
		if got, exact := half(middle); got != (h+1)&^1 || exact {
			t.Fatalf("%v, between two, is %#x, want the even one of %#x and the next", middle, got, h)
		}
		if got, _ := half(math.Nextafter32(middle, 0)); got != h {
			t.Fatalf("%v is %#x, want %#x", math.Nextafter32(middle, 0), got, h)
		}
	}
	for v, want := range map[float32]uint16{65519: 0x7bff, 65520: 0x7c00, float32(math.Inf(-1)): 0xfc00, 1e-9: 0} {
		if got, _ := half(v); got != want {
			t.Errorf("%v is %#x, want %#x", v, got, want)
		}
	}
}

// TestRounded says what a type of fewer bits does not hold.
func TestRounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, kind := range []proto.Type{proto.Float16, proto.Bfloat16} {
		model := message(r, nil, modelGraph, message(r, nil, graphInitializer, tensorMessage(r, "w", kind, "raw", []float32{1, 2}, nil)))
		got, err := Put(model, map[string][]float32{"w": {1, 0.1}}, nil)
		if err != nil || got.Rounded["w"] != kind {
			t.Errorf("%v: %v, %v", kind, got.Rounded, err)
		}
	}
}

func TestRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var data []byte
	model := func(of []byte) []byte { return message(r, nil, modelGraph, message(r, nil, graphInitializer, of)) }
	plain := tensorMessage(r, "w", proto.Float32, "raw", []float32{1, 2}, nil)
	for _, c := range []struct {
		model  []byte
		values map[string][]float32
		want   string
	}{
		{model(plain), map[string][]float32{"w": {1}}, `tensor "w": 1 values for shape [2]`},
		{model(plain), map[string][]float32{"w": {1, 2}, "v": {1}}, `there is no tensor "v" to put values into`},
		{model(tensorMessage(r, "w", proto.Float32, "external", []float32{1, 2}, &data)), map[string][]float32{"w": {1, 2}}, `tensor "w": its data is in the file "sub/data.bin", which is not in the folder of the model`},
		{model(append(number(nil, 1, 1), append(number(nil, 2, uint64(proto.Int64)), message(r, nil, 8, []byte("w"))...)...)), map[string][]float32{"w": {1}}, `tensor "w": elements of int64`},
		{[]byte{0xff}, nil, "the file is damaged: "},
	} {
		if _, err := Put(c.model, c.values, nil); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

// FuzzPut puts values into files that may be anything.
func FuzzPut(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, kind := range []proto.Type{proto.Float32, proto.Float16, proto.Float64} {
		for _, storage := range storages {
			var data []byte
			of := tensorMessage(r, "w", kind, storage, []float32{1, 2, 3}, &data)
			f.Add(message(r, nil, modelGraph, message(r, nil, graphInitializer, of)))
			attribute := message(r, message(r, nil, attributeTensor, of), attributeName, []byte("value"))
			node := message(r, message(r, nil, nodeAttribute, attribute), nodeOutput, []byte("w"))
			f.Add(message(r, nil, modelGraph, message(r, nil, graphNode, message(r, node, nodeOp, []byte("Constant")))))
		}
	}
	files := fstest.MapFS{"sub/data.bin": {Data: make([]byte, 64)}}
	f.Fuzz(func(t *testing.T, model []byte) {
		got, err := Put(model, map[string][]float32{"w": {3, 2, 1}}, files)
		if err == nil {
			if _, err := Put(got.Model, map[string][]float32{"w": {3, 2, 1}}, files); err != nil {
				t.Errorf("what was written is not read: %v", err)
			}
		}
		if rest, err := Without(model, []string{"w"}); err == nil && len(rest) > len(model) {
			t.Errorf("%d bytes without a tensor, of %d", len(rest), len(model))
		}
	})
}
