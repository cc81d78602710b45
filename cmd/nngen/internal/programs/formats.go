package programs

import (
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/ir/spec"
)

// Format is a format of files that predict reads.
type Format struct {
	Name, Reader, Template string
	Extensions             []string
}

var (
	csvFormat    = Format{"csv", "readCSV", "predict_csv.go.tmpl", []string{".csv", ".tsv"}}
	jsonFormat   = Format{"jsonl", "readJSONL", "predict_jsonl.go.tmpl", []string{".jsonl", ".ndjson", ".json"}}
	npyFormat    = Format{"npy", "readNPY", "predict_array.go.tmpl", []string{".npy"}}
	npzFormat    = Format{"npz", "readNPZ", "predict_arrays.go.tmpl", []string{".npz"}}
	idxFormat    = Format{"idx", "readIDX", "predict_array.go.tmpl", []string{".idx", "-ubyte"}}
	tokensFormat = Format{"tokens", "readTokens", "predict_lines.go.tmpl", []string{".txt", ".tokens"}}
	textFormat   = Format{"text", "readText", "predict_lines.go.tmpl", []string{".txt"}}
	imageFormat  = Format{"image", "", "predict_images.go.tmpl", []string{".png", ".jpg", ".jpeg", ".gif"}}
)

// FormatNames are the names of all of them.
func FormatNames([]string) []string {
	var names []string
	for _, f := range []Format{csvFormat, jsonFormat, npyFormat, npzFormat, idxFormat, tokensFormat, textFormat, imageFormat} {
		names = append(names, f.Name)
	}
	return names
}

// Formats are those that suit the model, the most natural one first.
func Formats(n *network.Network) []Format {
	d, kind := n.Spec.Data, spec.SourceKind("")
	if d != nil && d.Train != nil {
		kind = d.Train.Kind
	}
	switch {
	case kind == spec.Tokens:
		return []Format{tokensFormat, jsonFormat}
	case kind == spec.TextDir:
		return []Format{textFormat, jsonFormat}
	case kind == spec.ImageDir:
		return []Format{imageFormat}
	case kind == spec.CSV && d.Windows != nil:
		return []Format{csvFormat}
	case kind == spec.CSV, kind == "" && n.Program.Encoding != nil && len(n.Program.Encoding.Features) > 0:
		return []Format{csvFormat, jsonFormat, npyFormat, idxFormat}
	case len(n.Program.Inputs) == 1 && n.Program.Inputs[0].Ragged:
		return []Format{jsonFormat, tokensFormat}
	case len(n.Program.Inputs) > 1:
		return []Format{csvFormat, jsonFormat, npzFormat, npyFormat, idxFormat}
	case kind == "idx":
		return []Format{idxFormat, npyFormat, csvFormat, jsonFormat, npzFormat}
	case kind.Shape().Arrays():
		return []Format{npyFormat, csvFormat, jsonFormat, npzFormat, idxFormat}
	}
	return []Format{csvFormat, jsonFormat, npyFormat, npzFormat, idxFormat}
}
