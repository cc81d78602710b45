package container

import (
	"bytes"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// A watched file notes the most memory that is in use when it is read.
type watched struct {
	r            io.ReaderAt
	before, most uint64
	calls        int
}

func (w *watched) ReadAt(p []byte, at int64) (int, error) {
	if w.calls++; w.calls < 10 || w.calls%16 == 0 { // a collection takes long
		if used := inUse(); used > w.before {
			w.most = max(w.most, used-w.before)
		}
	}
	return w.r.ReadAt(p, at)
}

// inUse is how many bytes of memory are reachable.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// constant is what reading takes of memory whatever the file is: the buffer by which a
// checksum is taken (32 KB), the window and the tables of inflate (44 KB), and the lists of
// the archive's members.
const constant = 128 << 10

// TestMemory reads good files, and such as have one wrong byte or end, tensor by tensor: what
// is in use at a time is at most twice the file with what is compressed in it.
func TestMemory(t *testing.T) {
	weights := h5(t, sample())
	zeros := NewTensor("0", []int{1 << 18}, make([]float32, 1<<18))
	files := map[string][]byte{
		"objects": keras(t, sample()), "weights": weights,
		"large":  keras(t, &Model{Config: []byte("{}"), Groups: []Group{{Path: "layers/dense", Tensors: []Tensor{zeros}}}}),
		"zipped": archive(t, "config.json", "{}", "model.weights.h5", string(weights)),
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for k := range 16 {
			data := bytes.Clone(files[name])
			if at := r.IntN(len(data)); k > 12 {
				data = data[:at]
			} else if k > 0 {
				if k%2 == 0 { // what leads to the rest is at the ends
					at = []int{at % min(300, len(data)), len(data) - 1 - at%min(400, len(data))}[k/2%2]
				}
				data[at] = byte(r.Uint32())
			}
			most := 2*len(data) + constant
			if name == "zipped" {
				most += 2 * len(weights)
			}
			w := &watched{r: bytes.NewReader(data)}
			w.before = inUse()
			m, err := Open(w, int64(len(data)))
			if err == nil {
				_ = readEverything(m) // some of it may be broken
			}
			runtime.KeepAlive(m)
			if w.most > uint64(most) {
				t.Errorf("%s, change %d: %d bytes in use for a file of %d", name, k, w.most, len(data))
			}
		}
	}
}
