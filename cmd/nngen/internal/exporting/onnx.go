package exporting

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/onnx/exporter"
	"github.com/nngen-go/nngen/ir/onnx/proto"
)

// mostWeights is how many bytes of weights an ONNX file has: with nodes and names it stays
// below what a message may have.
var mostWeights = proto.MaxMessage - 64<<20

// ONNX writes the network as an ONNX file. Weights that it cannot hold are in a second file,
// which has the first one's name and .data.
func ONNX(n *network.Network, name string, params []float32, report io.Writer) ([]File, error) {
	o := exporter.Options{Name: n.Program.Name, Version: show.ToolVersion(), Weights: map[string][]float32{}, Metadata: map[string]string{"model_id": n.Program.ModelID}}
	for _, r := range n.Spec.OutputRefs() {
		o.Outputs = append(o.Outputs, r.Name)
	}
	segs, _ := network.Segments(n.Program)
	for _, s := range segs {
		o.Weights[s.Name] = s.Of(params)
	}
	if classes := n.Program.Classes; classes != nil {
		text, err := json.Marshal(classes)
		if err != nil {
			return nil, err
		}
		o.Metadata["classes"] = string(text)
	}
	m, err := exporter.Export(n.Built.Predict, o)
	if err != nil {
		return nil, err
	}
	describeONNX(n, m, report)
	var files []File
	if bytesOf(m) > mostWeights {
		beside := name + ".data"
		files = []File{{beside, m.MoveOut(beside)}}
		fmt.Fprintf(report, "the weights are in %s, which belongs beside %s: a file of ONNX has at most 2 GB\n", beside, name)
	}
	b, err := m.Encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Program.Name, err)
	}
	return append(files, File{name, b}), nil
}

// bytesOf is how many bytes the weights of a model have.
func bytesOf(m *exporter.Model) (size int) {
	for _, t := range m.Graph.Initializers {
		size += len(t.Raw)
	}
	return size
}

// describeONNX says what the file takes and gives.
func describeONNX(n *network.Network, m *exporter.Model, w io.Writer) {
	nodes, weights := 0, 0
	for _, x := range m.Graph.Nodes {
		if x.Op != "Constant" {
			nodes++
		}
	}
	for _, t := range m.Graph.Initializers {
		weights += len(t.Raw) / t.Type.Size()
	}
	fmt.Fprintf(w, "%s nodes, %s weights; opset %d\n", show.Count(nodes), show.Count(weights), m.Opsets[0].Version)
	for _, list := range []struct {
		what   string
		values []*proto.ValueInfo
	}{{"input", m.Graph.Inputs}, {"output", m.Graph.Outputs}} {
		for _, v := range list.values {
			var extents []string
			for _, d := range v.Dims {
				if d.Param != "" {
					extents = append(extents, d.Param)
				} else {
					extents = append(extents, fmt.Sprint(d.Value))
				}
			}
			fmt.Fprintf(w, "%s %s: %v [%s]\n", list.what, diag.Quote(v.Name), v.Element, strings.Join(extents, ", "))
		}
	}
	for _, note := range m.Notes {
		fmt.Fprintln(w, note)
	}
	if e := n.Program.Encoding; e != nil && len(e.Features) > 0 {
		fmt.Fprintln(w, "the inputs are what Encode of the Go package makes of raw rows; that step is not in the file")
	}
	if n.Program.Classes != nil {
		fmt.Fprintln(w, `the names of the classes are in the file's metadata, under "classes"`)
	}
}
