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

// ONNX writes the network as an ONNX file.
func ONNX(n *network.Network, params []float32, report io.Writer) ([]byte, error) {
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
	b, err := m.Encode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Program.Name, err)
	}
	describeONNX(n, m, report)
	return b, nil
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
	if n.Program.Encoding != nil {
		fmt.Fprintln(w, "the inputs are what Encode of the Go package makes of raw rows; that step is not in the file")
	}
	if n.Program.Classes != nil {
		fmt.Fprintln(w, `the names of the classes are in the file's metadata, under "classes"`)
	}
}
