package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// gzipped compresses.
func gzipped(t testing.TB, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// idx assembles a file from its type, its sizes and its values in bytes.
func idx(kind IDXType, shape []uint32, data ...byte) []byte {
	b := []byte{0, 0, byte(kind), byte(len(shape))}
	for _, n := range shape {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, data...)
}

func TestReadIDX(t *testing.T) {
	images := idx(IDXUint8, []uint32{2, 2, 3}, 0, 1, 2, 3, 4, 255, 6, 7, 8, 9, 10, 11)
	for name, text := range map[string][]byte{"plain": images, "gzip": gzipped(t, images)} {
		a, err := ReadIDX(bytes.NewReader(text), name)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Shape, []int{2, 2, 3}) || a.Len() != 2 || a.Width() != 6 || a.Name != name || a.Type != IDXUint8 {
			t.Errorf("%s: %+v", name, a)
		}
		dst := make([]float32, 6)
		a.Row(0, dst)
		if !slices.Equal(dst, []float32{0, 1, 2, 3, 4, 255}) {
			t.Errorf("%s: row 0 is %v", name, dst)
		}
		a.Row(1, dst)
		if dst[5] != 11 {
			t.Errorf("%s: row 1 is %v", name, dst)
		}
		if n := testing.AllocsPerRun(10, func() { a.Row(1, dst) }); n != 0 {
			t.Errorf("Row makes %v allocations", n)
		}
	}
}

func TestIDXTypes(t *testing.T) {
	for _, c := range []struct {
		kind IDXType
		data []byte
		want float32
	}{
		{IDXUint8, []byte{200}, 200},
		{IDXInt8, []byte{200}, -56},
		{IDXInt16, []byte{0xff, 0xfe}, -2},
		{IDXInt32, []byte{0xff, 0xff, 0xff, 0xfd}, -3},
		{IDXFloat32, binary.BigEndian.AppendUint32(nil, math.Float32bits(1.5)), 1.5},
		{IDXFloat64, binary.BigEndian.AppendUint64(nil, math.Float64bits(-0.1)), -0.1},
	} {
		a, err := ReadIDX(bytes.NewReader(idx(c.kind, []uint32{1}, c.data...)), "x")
		if err != nil {
			t.Fatal(err)
		}
		var v [1]float32
		if a.Row(0, v[:]); v[0] != c.want || a.Width() != 1 {
			t.Errorf("type %#x: %v, want %v", c.kind, v[0], c.want)
		}
	}
}

func TestIDXErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		text []byte
		want string
	}{
		{"empty", nil, "not an IDX file: unexpected EOF"},
		{"short", []byte{0, 0}, "not an IDX file: unexpected EOF"},
		{"magic", []byte("\x89PNG...."), "not an IDX file: it starts with 89 50 4e, not with 00 00 and a type from 08 to 0e"},
		{"type", idx(0x0A, []uint32{1}, 1), "not an IDX file: it starts with 00 00 0a, not with 00 00 and a type from 08 to 0e"},
		{"no axes", idx(IDXUint8, nil), "an IDX file without axes"},
		{"cut gzip header", gzipped(t, idx(IDXUint8, []uint32{2}, 1, 2))[:12], "not an IDX file: unexpected EOF"},
		{"short header", idx(IDXUint8, []uint32{1, 2})[:10], "the header ends within its 2 sizes: unexpected EOF"},
		{"short data", idx(IDXInt16, []uint32{2, 2}, 1, 2, 3), "truncated: 3 of 8 bytes of data for shape [2 2]"},
		{"long data", idx(IDXUint8, []uint32{2}, 1, 2, 3), "the file goes on after its 2 bytes of data for shape [2]"},
		{"overflow", idx(IDXUint8, []uint32{1 << 31, 1 << 31, 4}), "the header's sizes [2147483648 2147483648] and 4 are more than memory can hold"},
		{"overflow beside no rows", idx(IDXUint8, []uint32{0, 1 << 31, 1 << 31, 4}), "the header's sizes [0 2147483648 2147483648] and 4 are more than memory can hold"},
		{"huge claim", idx(IDXUint8, []uint32{1 << 31, 1 << 10}, 1), "truncated: 1 of 2199023255552 bytes of data for shape [2147483648 1024]"},
		{"bad gzip", []byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, "gzip: invalid header"},
		{"cut gzip", gzipped(t, idx(IDXUint8, []uint32{2}, 1, 2))[:20], "after 1 of 2 bytes of data: unexpected EOF"},
	} {
		a, err := ReadIDX(bytes.NewReader(c.text), "f.idx")
		if err == nil || err.Error() != "f.idx: "+c.want {
			t.Errorf("%s: %v, %v\nwant f.idx: %s", c.name, err, a, c.want)
		}
	}
	if _, err := ReadIDX(io.MultiReader(bytes.NewReader(idx(IDXUint8, []uint32{9}, 1)), broken{}), "f.idx"); err == nil || !strings.Contains(err.Error(), "after 1 of 9 bytes of data: "+io.ErrClosedPipe.Error()) {
		t.Errorf("a reader that fails: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestIDXClaimAllocatesLittle(t *testing.T) {
	text := idx(IDXUint8, []uint32{1 << 31, 1 << 10}, 1, 2, 3)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadIDX(bytes.NewReader(text), "x"); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "labels.gz")
	if err := os.WriteFile(path, gzipped(t, idx(IDXUint8, []uint32{3}, 5, 0, 4)), 0o666); err != nil {
		t.Fatal(err)
	}
	if a, err := OpenIDX(path); err != nil || a.Len() != 3 || a.Name != path {
		t.Errorf("%v, %v", a, err)
	}
	for _, err := range []error{
		func() error { _, err := OpenIDX(path + "x"); return err }(),
		func() error { _, err := OpenCSV(path+"x", CSVOptions{}); return err }(),
		func() error { _, err := OpenTokens(path+"x", TokenOptions{}); return err }(),
	} {
		if !os.IsNotExist(err) || !strings.Contains(err.Error(), path+"x") {
			t.Errorf("no file: %v", err)
		}
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Add(idx(IDXUint8, []uint32{2, 2}, 1, 2, 3, 4))
	f.Add(idx(IDXFloat64, []uint32{1}, 1, 2, 3, 4, 5, 6, 7, 8))
	f.Add(idx(IDXInt32, []uint32{0, 5}))
	f.Add(idx(IDXInt16, []uint32{1 << 31, 1 << 31}))
	f.Add(gzipped(f, idx(IDXInt8, []uint32{1}, 9)))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := ReadIDX(bytes.NewReader(text), "fuzz")
		if err != nil {
			return
		}
		if a.Width() > 1<<20 {
			return
		}
		dst := make([]float32, a.Width())
		for i := range min(a.Len(), 10) {
			a.Row(i, dst)
		}
		if a.Len() > 0 {
			a.Row(a.Len()-1, dst)
		}
	})
}
