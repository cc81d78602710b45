package exporter_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/onnx/proto"
	"github.com/nngen-go/nngen/ir/op"
)

var python = flag.String("python", "", "a Python that has onnx and onnxruntime: every file is checked, and run, by them too")

// checked collects models as folders of ONNX's backend tests, for ONNX Runtime.
type checked struct {
	dir   string
	count int
}

func newChecked(t *testing.T) *checked {
	if *python == "" {
		return nil
	}
	return &checked{dir: t.TempDir()}
}

// add writes a model, and what its inputs and outputs are.
func (c *checked) add(t *testing.T, n *network, file []byte, outputs []*ir.Tensor[float32]) {
	if c == nil {
		return
	}
	c.count++
	dir := filepath.Join(c.dir, fmt.Sprintf("%04d-%s", c.count, strings.Map(inName, n.name)))
	data := filepath.Join(dir, "test_data_set_0")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("model.onnx", file)
	if n.name == "layer_normalization_far" {
		// ONNX Runtime takes E[x²]-E[x]² for the variance, which loses digits where the mean
		// is a thousand deviations.
		write("tolerance.txt", []byte("1e-3"))
	}
	for i, v := range n.graph.Inputs {
		port := v.Op.(*op.Input).Port
		x := n.feed[port]
		if x.Offsets != nil {
			x = filled(x, longest(x), n.limit(port))
		}
		write(fmt.Sprintf("test_data_set_0/input_%d.pb", i), encode(port, x))
	}
	for i, y := range outputs {
		write(fmt.Sprintf("test_data_set_0/output_%d.pb", i), encode("", y))
	}
}

func encode(name string, x *ir.Tensor[float32]) []byte {
	p := &proto.Tensor{Name: name, Type: proto.Float32, HasRaw: true}
	for _, d := range x.Shape {
		p.Dims = append(p.Dims, int64(d))
	}
	if x.I != nil {
		p.Type = proto.Int32
	}
	for _, v := range x.I {
		p.Raw = binary.LittleEndian.AppendUint32(p.Raw, uint32(v))
	}
	for _, v := range x.F {
		p.Raw = binary.LittleEndian.AppendUint32(p.Raw, math.Float32bits(v))
	}
	return p.Encode()
}

// run has ONNX check and ONNX Runtime run all of them.
func (c *checked) run(t *testing.T) {
	if c == nil {
		return
	}
	out, err := exec.Command(*python, "../../../testdata/onnx/verify.py", c.dir).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	if want := fmt.Sprintf("%d folders, 0 wrong", c.count); !strings.Contains(string(out), want) {
		t.Errorf("ONNX Runtime has not run all of %d folders", c.count)
	}
}

// inName keeps what is no pattern in the name of a folder.
func inName(r rune) rune {
	if strings.ContainsRune("/[]*?", r) {
		return '_'
	}
	return r
}
