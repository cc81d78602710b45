//go:build linux

package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nngen-go/nngen/ir/keras/container"
)

var large = flag.Int("large", 0, "megabytes of the .h5 file that TestLarge imports")

// TestLarge imports a file of Dense layers, and holds the processor time to 20 ms a megabyte
// and the memory to 2.4 times the file: 10 s and 1.2 GB for one of 500 MB.
func TestLarge(t *testing.T) {
	if *large == 0 {
		t.Skip("-large is 0")
	}
	const width = 2048
	m := container.Model{Format: container.Layers, Version: "2.4.0", Backend: "tensorflow"}
	var layers []string
	for i := range max(1, *large<<20/(4*width*(width+1))) {
		name := fmt.Sprintf("dense_%d", i)
		layers = append(layers, fmt.Sprintf(`{"class_name": "Dense", "config": {"name": %q, "units": %d, "batch_input_shape": [null, %d]}}`, name, width, width))
		kernel := make([]float32, width*width)
		for j := range kernel {
			kernel[j] = float32(j%977) / 977
		}
		m.Groups = append(m.Groups, container.Group{Path: name, Tensors: []container.Tensor{
			container.NewTensor(name+"/kernel:0", []int{width, width}, kernel), container.NewTensor(name+"/bias:0", []int{width}, kernel[:width]),
		}})
	}
	m.Config = fmt.Appendf(nil, `{"class_name": "Sequential", "config": {"name": "large", "layers": [%s]}}`, strings.Join(layers, ", "))
	dir := t.TempDir()
	path := filepath.Join(dir, "large.h5")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.WriteH5(f); err != nil {
		t.Fatal(err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	command, err := exec.LookPath("nngen")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(command, "import", path, "-o", filepath.Join(dir, "out"))
	cmd.Env = append(os.Environ(), "GOGC=100")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	memory := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10 // kilobytes on Linux
	t.Logf("%d MB: %v of processor time (%v of it the system's), %d MB of memory at most", size>>20, spent, cmd.ProcessState.SystemTime(), memory>>20)
	if megabytes := size >> 20; spent > time.Duration(megabytes)*20*time.Millisecond || memory > size*24/10 {
		t.Error("too much")
	}
}
