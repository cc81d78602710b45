package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// allocated runs f and counts the bytes that it asks for.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Files that claim more than they can hold are refused by their headers, before
// what they hold takes memory.
func TestClaims(t *testing.T) {
	dir := t.TempDir()
	zeros := make([]byte, 64<<20)
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	idx := []byte{0, 0, byte(IDXUint8), 2}
	idx = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(idx, 1<<20), 1<<20)
	gz := write("a.idx.gz", gzipped(t, append(idx, zeros...)))
	npyGZ := write("a.npy.gz", gzipped(t, append([]byte(npyText("|u1", "(1048576, 1048576)")), zeros...)))
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for name, shape := range map[string]string{"more": "(1048576, 1048576)", "less": "(3, 3)"} {
		w, err := z.Create(name + ".npy")
		if err == nil {
			_, err = w.Write(append([]byte(npyText("|u1", shape)), zeros...))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	npz := write("a.npz", archive.Bytes())
	zeros = nil
	for _, c := range []struct {
		open func() error
		want string
	}{
		{func() error { _, err := OpenIDX(gz); return err }, "a.idx.gz: the header says 1099511627776 bytes of data for shape [1048576 1048576], more than a file of this size can hold"},
		{func() error { _, err := OpenNPY(npyGZ); return err }, "a.npy.gz: the header says 1099511627776 bytes of data for shape [1048576 1048576], more than a file of this size can hold"},
		{func() error { _, err := OpenNPZ(npz, "more"); return err }, "a.npz: more: the header says 1099511627776 bytes of data for shape [1048576 1048576], and the archive holds 67108864"},
		{func() error { _, err := OpenNPZ(npz, "less"); return err }, "a.npz: less: the header says 9 bytes of data for shape [3 3], and the archive holds 67108864"},
	} {
		var err error
		bytes := allocated(func() { err = c.open() })
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || bytes > 1<<20 {
			t.Errorf("%v after %d bytes, want %s", err, bytes, c.want)
		}
	}
}

// A gzip stream holds no more than is reckoned with.
func TestMostDeflated(t *testing.T) {
	const n = 64 << 20
	if got := len(gzipped(t, make([]byte, n))); got*mostDeflated < n {
		t.Errorf("%d bytes from %d", n, got)
	}
}
