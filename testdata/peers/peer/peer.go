// Package peer is what the Go programs of the table share: the data files and
// the protocol of a peer.
//
// A peer prints one line of JSON, a [Hello], and then answers every line
// "work count" on standard input with the nanoseconds that count runs of the
// work took.
package peer

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nngen-go/nngen/runtime/weights"
)

// Sizes of the data, the same for every peer.
const (
	Batches = 32    // batches that a training loop goes through
	Reviews = 20000 // reviews of an IMDB epoch
)

// Hello introduces a peer.
type Hello struct {
	Version string               `json:"version"`
	Works   []string             `json:"works"`
	Outputs map[string][]float32 `json:"outputs"` // of the first sample, by model
}

// Work runs something count times.
type Work func(count int) error

// Times makes a work of a single run.
func Times(run func() error) Work {
	return func(count int) error {
		for range count {
			if err := run(); err != nil {
				return err
			}
		}
		return nil
	}
}

// Serve says hello and answers until standard input ends.
func Serve(version string, works map[string]Work, outputs map[string][]float32) error {
	hello := Hello{Version: version, Outputs: outputs}
	for w := range works {
		hello.Works = append(hello.Works, w)
	}
	slices.Sort(hello.Works)
	line, err := json.Marshal(hello)
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var what string
		var count int
		if _, err := fmt.Sscan(lines.Text(), &what, &count); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		work, ok := works[what]
		if !ok {
			return fmt.Errorf("no work %q", what)
		}
		start := time.Now()
		if err := work(count); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		fmt.Println(time.Since(start).Nanoseconds())
	}
	return lines.Err()
}

// Folder is where the data files are: the program's argument.
func Folder() string {
	if len(os.Args) < 2 {
		return "."
	}
	return os.Args[1]
}

// Read reads the numbers of a data file.
func Read[T int32 | float32](name string) ([]T, error) {
	b, err := os.ReadFile(filepath.Join(Folder(), name))
	if err != nil {
		return nil, err
	}
	v := make([]T, len(b)/4)
	_, err = binary.Decode(b, binary.LittleEndian, v)
	return v, err
}

// Write writes the numbers of a data file.
func Write[T int32 | float32](name string, v []T) error {
	b, err := binary.Append(nil, binary.LittleEndian, v)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(Folder(), name), b, 0o666)
}

// Weights reads the parameters of a model, in the order of its layers.
func Weights(model string) ([]weights.Tensor, error) {
	f, err := weights.Open(filepath.Join(Folder(), model+".safetensors"))
	if err != nil {
		return nil, err
	}
	return f.Tensors, nil
}
