package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
)

// rowFormat is a format of files that predict reads.
type rowFormat struct {
	Name, Reader, Template string
	extensions             []string
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

// formatNames are the names of all of them.
func formatNames([]string) []string {
	var names []string
	for _, f := range []rowFormat{csvFormat, jsonFormat, npyFormat, npzFormat, idxFormat, tokensFormat, textFormat, imageFormat} {
		names = append(names, f.Name)
	}
	return names
}

// formats are those that suit the model, the most natural one first.
func (n *network) formats() []rowFormat {
	d, kind := n.spec.Data, spec.SourceKind("")
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
	case len(n.program.Inputs) == 1 && n.program.Inputs[0].Ragged:
		return []rowFormat{jsonFormat, tokensFormat}
	case len(n.program.Inputs) > 1:
		return []rowFormat{csvFormat, jsonFormat, npzFormat, npyFormat, idxFormat}
	case kind == "idx":
		return []rowFormat{idxFormat, npyFormat, csvFormat, jsonFormat, npzFormat}
	case kind.Shape().Arrays():
		return []rowFormat{npyFormat, csvFormat, jsonFormat, npzFormat, idxFormat}
	}
	return []rowFormat{csvFormat, jsonFormat, npyFormat, npzFormat, idxFormat}
}

// formatOf finds the format of the input: the one that is asked for, that of
// the file's extension, or the most natural one of the model.
func formatOf(cmd *cobra.Command, n *network, asked, input string) (string, error) {
	formats := n.formats()
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	if asked != "" {
		if !slices.Contains(names, asked) {
			return "", usagef(cmd, "--format %s is not a format for this model%s It reads %s", diag.Quote(asked), diag.Hint(asked, names), strings.Join(names, ", "))
		}
		return asked, nil
	}
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(input)), ".gz")
	for _, f := range formats {
		for _, e := range f.extensions {
			if strings.HasSuffix(base, e) {
				return f.Name, nil
			}
		}
	}
	return names[0], nil
}

// checkInput looks at the file before anything takes time.
func checkInput(input string, folders bool) error {
	if input == "-" {
		return nil
	}
	switch info, err := os.Stat(input); {
	case os.IsNotExist(err):
		return disk.NoSuchFile(input, filepath.Ext(input))
	case err != nil:
		return err
	case info.IsDir() && !folders:
		return disk.FolderError(input)
	case disk.Pointer(input):
		return disk.PointerError(input)
	}
	return nil
}
