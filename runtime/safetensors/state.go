package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A state is what the steps of a sequence so far have left. Its file says so, so that
// it is not taken for weights.
const (
	keyHolds   = "holds"
	holdsState = "state"
)

// WriteState writes a block of tensors, the state of a sequence of this model, as a
// file that [ReadState] reads, and returns the number of bytes. They depend on nothing
// but the arguments.
func WriteState(w io.Writer, model, modelID string, tensors []Tensor, block []float32) (int64, error) {
	fields := map[string]any{MetadataName: map[string]string{"model": model, "model_id": modelID, keyHolds: holdsState}}
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

// ReadState fills the block from what [WriteState] wrote for this model. What fails
// leaves the block in part filled.
func ReadState(r io.Reader, modelID string, tensors []Tensor, block []float32) error {
	header, err := ReadHeader(r)
	if err != nil {
		return err
	}
	var of struct {
		Meta map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(header, &of); err == nil { // what else it may be is said below
		switch id := of.Meta["model_id"]; {
		case of.Meta[keyHolds] != holdsState:
			return errors.New("this is no state of a sequence: it says nothing of one, as WriteTo of a State does")
		case id != modelID:
			return fmt.Errorf("this is a state of another model: model_id %.16q (%.40q), this package has %.16q", id, of.Meta["model"], modelID)
		}
	}
	_, err = fillBlock(r, header, modelID, tensors, block)
	return err
}

// ReplaceFile makes a file of what write writes, in one stroke: the bytes go to a
// temporary name in the same folder, are synced to disk, and only then take the
// place of path. Whatever fails, a file that was there before is kept. A program
// that is killed may leave the temporary file behind, whose name is that of the file
// and .????????.tmp.
func ReplaceFile(path string, write func(w io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temp)
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// createBeside creates a file of an unused name in path's folder, with the
// permissions that path itself would get. (os.CreateTemp would make it private.)
func createBeside(path string) (*os.File, error) {
	for try := 0; ; try++ {
		name := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil || !os.IsExist(err) || try == 100 {
			return f, err
		}
	}
}

// syncFolder makes the new name last through a power cut, on systems that can
// sync a folder; on others the rename alone has to do.
func syncFolder(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
