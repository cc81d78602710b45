package weights

import (
	"fmt"
	"io"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/safetensors"
)

// Save writes a file as [Write] does, in one stroke: see [SaveFile].
func Save(path string, meta map[string]string, segs []nn.Segment, params []float32) error {
	return SaveFile(path, func(w io.Writer) error {
		_, err := Write(w, meta, segs, params)
		return err
	})
}

// SaveFile makes a file of what write writes, in one stroke: the bytes go to a
// temporary name in the same folder, are synced to disk, and only then take the
// place of path. Whatever fails, a file that was there before is kept. A program
// that is killed may leave the temporary file, [TempPattern], behind.
func SaveFile(path string, write func(w io.Writer) error) error {
	var failed error
	err := safetensors.ReplaceFile(path, func(w io.Writer) error {
		failed = write(w)
		return failed
	})
	if err != nil && failed == nil {
		return fmt.Errorf("weights: %w", err)
	}
	return err
}

// TempPattern matches the end, after the name of the file that is being saved,
// of the names that [SaveFile] gives to its temporary files.
const TempPattern = ".????????.tmp"
