package programs

import (
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/ir/spec"
)

// rowFormat is a format of files that predict reads.
type rowFormat struct {
	Name, Reader, Template string
	Extensions             []string
}

var (
	csvFormat    = rowFormat{"csv", "readCSV", "predict_csv.go.tmpl", []string{".csv", ".tsv"}}
	jsonFormat   = rowFormat{"jsonl", "readJSONL", "predict_jsonl.go.tmpl", []string{".jsonl", ".ndjson", ".json"}}
	npyFormat    = rowFormat{"npy", "readNPY", "predict_array.go.tmpl", []string{".npy"}}
	npzFormat    = rowFormat{"npz", "readNPZ", "predict_arrays.go.tmpl", []string{".npz"}}
	idxFormat    = rowFormat{"idx", "readIDX", "predict_array.go.tmpl", []string{".idx", "-ubyte"}}
	tokensFormat = rowFormat{"tokens", "readTokens", "predict_lines.go.tmpl", []string{".txt", ".tokens"}}
	textFormat   = rowFormat{"text", "readText", "predict_lines.go.tmpl", []string{".txt"}}
	imageFormat  = rowFormat{"image", "", "predict_images.go.tmpl", []string{".png", ".jpg", ".jpeg", ".gif"}}
)

// FormatNames are the names of all of them.
func FormatNames([]string) []string {
	var names []string
	for _, f := range []rowFormat{csvFormat, jsonFormat, npyFormat, npzFormat, idxFormat, tokensFormat, textFormat, imageFormat} {
		names = append(names, f.Name)
	}
	return names
}

// FormatsOf are those that suit the model, the most natural one first.
func FormatsOf(n *network.Network) []rowFormat {
	d, kind := n.Spec.Data, spec.SourceKind("")
	if d != nil && d.Train != nil {
		kind = d.Train.Kind
	}
	switch {
	case kind == spec.Tokens:
		return []rowFormat{tokensFormat, jsonFormat}
	case kind == spec.TextDir:
		return []rowFormat{textFormat, jsonFormat}
	case kind == spec.ImageDir:
		return []rowFormat{imageFormat}
	case kind == spec.CSV && d.Windows != nil:
		return []rowFormat{csvFormat}
	case kind == spec.CSV:
		return []rowFormat{csvFormat, jsonFormat, npyFormat, idxFormat}
	case len(n.Program.Inputs) == 1 && n.Program.Inputs[0].Ragged:
		return []rowFormat{jsonFormat, tokensFormat}
	case len(n.Program.Inputs) > 1:
		return []rowFormat{csvFormat, jsonFormat, npzFormat, npyFormat, idxFormat}
	case kind == "idx":
		return []rowFormat{idxFormat, npyFormat, csvFormat, jsonFormat, npzFormat}
	case kind.Shape().Arrays():
		return []rowFormat{npyFormat, csvFormat, jsonFormat, npzFormat, idxFormat}
	}
	return []rowFormat{csvFormat, jsonFormat, npyFormat, npzFormat, idxFormat}
}
