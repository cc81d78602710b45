package safetensors

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	stateTensors = []Tensor{{"b.state_h", []int{3}, 0}, {"a.state \"c\"", []int{2, 1}, 3}, {"one", nil, 5}}
	state        = []float32{1, -2.5, float32(math.Copysign(0, -1)), math.MaxFloat32, math.SmallestNonzeroFloat32, 7}
)

// What WriteState writes is read back with all its bits, by the model it belongs to
// alone, and in full alone.
func TestState(t *testing.T) {
	var file bytes.Buffer
	n, err := WriteState(&file, "m", "model", stateTensors, state)
	if err != nil || n != int64(file.Len()) {
		t.Fatalf("%d bytes of %d: %v", n, file.Len(), err)
	}
	got := make([]float32, len(state))
	if err := ReadState(bytes.NewReader(file.Bytes()), "model", stateTensors, got); err != nil {
		t.Fatal(err)
	}
	same := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	if !slices.EqualFunc(got, state, same) {
		t.Errorf("%v is read back as %v", state, got)
	}
	err = ReadState(bytes.NewReader(file.Bytes()), "other", stateTensors, got)
	if err == nil || err.Error() != `this is a state of another model: model_id "model" ("m"), this package has "other"` {
		t.Errorf("read by another model: %v", err)
	}
	if _, err := ReadBlock(bytes.NewReader(file.Bytes()), "model", stateTensors[1:], got); err == nil {
		t.Error("a state is read as weights")
	}
	weights := bytes.Replace(file.Bytes(), []byte(`"holds":"state"`), []byte(`"other":"state"`), 1)
	if err := ReadState(bytes.NewReader(weights), "model", stateTensors, got); err == nil || !strings.HasPrefix(err.Error(), "this is no state of a sequence") {
		t.Errorf("weights are read as a state: %v", err)
	}
	for n := range file.Len() {
		if err := ReadState(bytes.NewReader(file.Bytes()[:n]), "model", stateTensors, got); err == nil || !strings.HasPrefix(err.Error(), "truncated") {
			t.Errorf("%d bytes of %d: %v", n, file.Len(), err)
		}
	}
}

// A file is replaced as a whole or not at all, and nothing is left beside it.
func TestReplaceFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	content := func(want string) {
		t.Helper()
		list, _ := os.ReadDir(filepath.Dir(path))
		if got, err := os.ReadFile(path); err != nil || string(got) != want || len(list) != 1 {
			t.Errorf("%q and %d files, want %q: %v", got, len(list), want, err)
		}
	}
	for _, text := range []string{"first", "second"} {
		if err := ReplaceFile(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		content(text)
	}
	broken := errors.New("broken")
	err := ReplaceFile(path, func(w io.Writer) error { io.WriteString(w, "third"); return broken })
	if err != broken {
		t.Errorf("%v", err)
	}
	content("second")
	if err := ReplaceFile(filepath.Join(path, "x"), func(io.Writer) error { return nil }); err == nil {
		t.Error("a file is written below another")
	}
}
