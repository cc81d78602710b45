package hdf5

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// A watched file notes the most memory that is in use while it is read: at the reads
// themselves, into buffers that are there by then, and at the writes of elements.
type watched struct {
	r           io.ReaderAt
	before      uint64
	most, calls uint64
	expanded    uint64 // the most that the elements of a compressed dataset have
}

func (w *watched) ReadAt(p []byte, at int64) (int, error) {
	w.look()
	return w.r.ReadAt(p, at)
}

func (w *watched) Write(p []byte) (int, error) {
	w.look()
	return len(p), nil
}

// look looks at the first calls and at some of those that follow: a collection takes long.
func (w *watched) look() {
	if w.calls++; w.calls > 20 && w.calls%512 != 0 {
		return
	}
	if used := inUse(); used > w.before {
		w.most = max(w.most, used-w.before)
	}
}

// inUse is how many bytes of memory are reachable.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// watch reads everything in a file.
func watch(data []byte) *watched {
	w := &watched{r: bytes.NewReader(data)}
	w.before = inUse()
	f, err := Open(w, int64(len(data)))
	if err != nil {
		return w
	}
	root, err := f.Root()
	if err != nil {
		return w
	}
	attributes := func(o *object) {
		as, _ := o.Attributes()
		for _, a := range as {
			_, _ = a.Strings()
		}
	}
	attributes(root.object)
	_ = root.Walk(func(g *Group) error {
		attributes(g.object)
		return nil
	}, func(d *Dataset) error {
		attributes(d.object)
		if len(d.layout.filters) > 0 && d.room() == nil {
			w.expanded = max(w.expanded, uint64(d.elements()*d.typ.Size))
		}
		_, _ = d.WriteTo(w)
		_, _ = d.Strings()
		return nil
	})
	w.look()
	runtime.KeepAlive(root)
	return w
}

// constant is what reading takes of memory whatever the file is: the window and the tables
// of inflate (44 KB), and the first buckets of the maps.
const constant = 64 << 10

// TestMemory reads good files, all broken ones, and such as have one wrong byte, number or
// end: what is in use at a time is at most twice the file. Elements that are compressed in
// the file may be up to maxRatio times as large, and are whole in memory with a chunk.
func TestMemory(t *testing.T) {
	files := vectors(t)
	delete(files, "digests.tsv")
	files["small"] = small(t)
	check := func(name string, data []byte) {
		t.Helper()
		w := watch(data)
		if w.most > 2*uint64(len(data))+2*w.expanded+constant {
			t.Errorf("%s: %d bytes in use for a file of %d, whose compressed elements have %d", name, w.most, len(data), w.expanded)
		}
	}
	for name, data := range files {
		check(name, data)
	}
	for _, b := range breakings {
		p := &patch{t, bytes.Clone(files[cmp.Or(b.file, "small")])}
		b.do(p)
		check(b.name, p.data)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if len(files[name]) > 100<<10 {
			continue
		}
		for range 5 {
			p := &patch{t, bytes.Clone(files[name])}
			at := r.IntN(len(p.data) - 8)
			switch r.IntN(4) {
			case 0:
				p.u8(at, byte(r.Uint32()))
			case 1:
				p.u32(at&^3, r.Uint32()>>r.IntN(32))
			case 2:
				p.u64(at&^7, r.Uint64()>>r.IntN(64))
			case 3:
				p.data = p.data[:at]
			}
			check(fmt.Sprint(name, " changed at ", at), p.data)
		}
	}
}
