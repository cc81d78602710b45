package hdf5

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

var corpus = flag.String("corpus", "", "a list that testdata/digest.py made of more files to read, such as `digests.tsv`")

// TestVectors reads the files that testdata/vectors.py wrote with h5py, and
// compares every group, dataset and attribute with what h5py reads in them.
func TestVectors(t *testing.T) {
	files := vectors(t)
	compareList(t, files["digests.tsv"], func(name string) ([]byte, error) { return files[name], nil })
}

// vectors are the files in testdata/vectors.zip.
func vectors(t testing.TB) map[string][]byte {
	z, err := zip.OpenReader("testdata/vectors.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestCorpus does the same with files that are elsewhere.
func TestCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus")
	}
	list, err := os.ReadFile(*corpus)
	if err != nil {
		t.Fatal(err)
	}
	compareList(t, list, os.ReadFile)
}

func compareList(t *testing.T, list []byte, read func(name string) ([]byte, error)) {
	want := map[string][]string{}
	var files []string
	for line := range strings.Lines(string(list)) {
		name, _, _ := strings.Cut(line, "\t")
		if want[name] == nil {
			files = append(files, name)
		}
		want[name] = append(want[name], strings.TrimSuffix(line, "\n"))
	}
	objects := 0
	for _, name := range files {
		data, err := read(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := listFile(data, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		objects += len(got)
		if g, w := strings.Join(got, "\n"), strings.Join(want[name], "\n"); g != w {
			t.Errorf("%s: %s", name, firstDifference(g, w))
		}
	}
	if len(files) < 3 {
		t.Errorf("only %d files are listed", len(files))
	}
	t.Logf("%d files, %d objects", len(files), objects)
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			return fmt.Sprintf("missing %q", w[i])
		case i >= len(w):
			return fmt.Sprintf("beyond h5py: %q", g[i])
		case g[i] != w[i]:
			return fmt.Sprintf("\ngot  %q\nwant %q", g[i], w[i])
		}
	}
	return "same"
}

// listFile lists a file as testdata/digest.py does.
func listFile(data []byte, name string) ([]string, error) {
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	root, err := f.Root()
	if err != nil {
		return nil, err
	}
	var lines []string
	add := func(fields ...string) {
		lines = append(lines, strings.Join(append([]string{name}, fields...), "\t"))
	}
	attributes := func(o *object) error {
		as, err := o.Attributes()
		for _, a := range as {
			sum, err := digestOf(&a.array, func() ([]byte, error) { return a.Bytes(), nil }, a.Strings)
			if err != nil {
				return err
			}
			add(o.path+"@"+a.Name, "attribute", kindName(a.typ), shapeName(&a.array), sum)
		}
		return err
	}
	if err := attributes(root.object); err != nil {
		return nil, err
	}
	err = root.Walk(func(g *Group) error {
		add(g.path, "group", "", "", "")
		return attributes(g.object)
	}, func(d *Dataset) error {
		sum, err := digestOf(&d.array, func() ([]byte, error) {
			var b bytes.Buffer
			_, err := d.WriteTo(&b)
			return b.Bytes(), err
		}, d.Strings)
		if err != nil {
			return err
		}
		add(d.path, "dataset", kindName(d.typ), shapeName(&d.array), sum)
		return attributes(d.object)
	})
	return lines, err
}

func kindName(t Type) string {
	switch t.Kind {
	case String, Variable:
		return "string"
	case Other:
		return "other"
	}
	return t.String()
}

func shapeName(a *array) string {
	if a.null {
		return "null"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(a.shape), " ", "x"), "[]")
}

func digestOf(a *array, raw func() ([]byte, error), text func() ([]string, error)) (string, error) {
	var p []byte
	var err error
	switch {
	case a.null || a.typ.Kind == Other:
		return "-", nil
	case a.typ.Kind == String || a.typ.Kind == Variable:
		var ss []string
		ss, err = text()
		for _, s := range ss {
			p = append(append(p, strings.TrimRight(s, "\x00")...), 0)
		}
	default:
		p, err = raw()
	}
	sum := sha256.Sum256(p)
	return hex.EncodeToString(sum[:8]), err
}
