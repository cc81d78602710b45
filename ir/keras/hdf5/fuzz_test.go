package hdf5

import (
	"bytes"
	"runtime"
	"slices"
	"testing"
)

// FuzzOpen reads everything in files that may be broken. None makes the reader
// panic or allocate much more than the file has bytes; what can be read can be
// written and read again.
func FuzzOpen(f *testing.F) {
	for name, data := range vectors(f) {
		if len(data) < 100<<10 && name != "digests.tsv" {
			f.Add(data)
		}
	}
	f.Add(small(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		want, err := listFile(data, "")
		runtime.ReadMemStats(&after)
		// Deflate may expand what is there by maxRatio.
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(len(data))*8*maxRatio+8<<20 {
			t.Errorf("%d bytes allocated for a file of %d", used, len(data))
		}
		if err != nil {
			return
		}
		again, err := rewrite(data)
		if err != nil {
			return // a name or a string that is not written
		}
		got, err := listFile(again, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range got {
			if !slices.Contains(want, line) {
				t.Errorf("%q is not in the file that was read", line)
			}
		}
	})
}

// FuzzBuild writes trees of any names and values, and reads them.
func FuzzBuild(f *testing.F) {
	f.Add("layers/dense/vars/0", "name", "größe", []byte{1, 2, 3, 4}, uint16(3))
	f.Add("a", "b", "", []byte{}, uint16(700))
	f.Fuzz(func(t *testing.T, path, name, text string, data []byte, members uint16) {
		root := New()
		d := root.Dataset(path, Numbers([]int{len(data)}, data))
		d.Attribute(name, Texts([]string{text, "", text}))
		g := root.Group("group of many")
		for i := range int(members % 2000) {
			g.Dataset(text[:min(i%7, len(text))]+string(rune('a'+i)), FixedText(name))
		}
		var b bytes.Buffer
		if _, err := root.WriteTo(&b); err != nil {
			return // a name or a string that is not written
		}
		read := open(t, b.Bytes())
		x, err := read.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := x.WriteTo(&got); err != nil || !bytes.Equal(got.Bytes(), data) {
			t.Fatalf("%x %v, want %x", got.Bytes(), err, data)
		}
		a, err := x.Attribute(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := a.Strings(); err != nil || !slices.Equal(got, []string{text, "", text}) {
			t.Fatalf("%q %v, want %q", got, err, text)
		}
		many, err := read.Group("group of many")
		if err != nil {
			t.Fatal(err)
		}
		if got := len(many.Names()); got != len(g.names) {
			t.Errorf("%d members, want %d", got, len(g.names))
		}
	})
}
