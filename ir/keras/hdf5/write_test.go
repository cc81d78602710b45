package hdf5

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var python = flag.String("python", "", "a `python` that has h5py: it and h5dump then read all that tests write")

// rewrite reads a file and writes all that is in it. What is larger than an
// attribute may be is left out.
func rewrite(data []byte) ([]byte, error) {
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	in, err := f.Root()
	if err != nil {
		return nil, err
	}
	out := New()
	attributes := func(o *object, n *Node) error {
		as, err := o.Attributes()
		for _, a := range as {
			if d, err := CopyAttribute(a); err != nil {
				return err
			} else if d.bytes() <= MaxAttribute {
				n.Attribute(a.Name, d)
			}
		}
		return err
	}
	if err := attributes(in.object, out); err != nil {
		return nil, err
	}
	err = in.Walk(func(g *Group) error {
		return attributes(g.object, out.Group(g.Path()))
	}, func(d *Dataset) error {
		c, err := Copy(d)
		if err != nil {
			return err
		}
		return attributes(d.object, out.Dataset(d.Path(), c))
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	n, err := out.WriteTo(&b)
	if err == nil && n != int64(b.Len()) {
		err = fmt.Errorf("%d bytes written, WriteTo says %d", b.Len(), n)
	}
	return b.Bytes(), err
}

// TestRewrite writes all that h5py wrote, and compares what is read then.
func TestRewrite(t *testing.T) {
	dir := t.TempDir()
	for name, data := range vectors(t) {
		if !strings.HasSuffix(name, ".h5") || strings.HasPrefix(name, "refused") {
			continue
		}
		sameAgain(t, dir, name, data)
	}
}

// TestRewriteCorpus does the same with the files of -corpus.
func TestRewriteCorpus(t *testing.T) {
	if *corpus == "" {
		t.Skip("no -corpus")
	}
	list, err := os.ReadFile(*corpus)
	if err != nil {
		t.Fatal(err)
	}
	dir, seen := t.TempDir(), map[string]bool{}
	for line := range strings.Lines(string(list)) {
		name, _, _ := strings.Cut(line, "\t")
		if seen[name] {
			continue
		}
		seen[name] = true
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sameAgain(t, dir, strings.ReplaceAll(name, "/", "_"), data)
	}
}

func sameAgain(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	again, err := rewrite(data)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	want, err := listFile(data, name)
	if err != nil {
		t.Fatal(err)
	}
	got, err := listFile(again, name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	kept := want[:0]
	for _, line := range want {
		if !strings.Contains(line, "@over\t") {
			kept = append(kept, line)
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(kept, "\n"); g != w {
		t.Errorf("%s: %s", name, firstDifference(g, w))
	}
	readByOthers(t, dir, name, again, got)
}

// readByOthers has h5py and h5dump read a file, which must say the same and give
// no warning.
func readByOthers(t *testing.T, dir, name string, data []byte, want []string) {
	if *python == "" {
		return
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/digest.py")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(*python, "-W", "error", script, name)
	cmd.Dir = dir
	list, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: h5py: %v\n%s", name, err, list)
		return
	}
	if g, w := strings.TrimSpace(string(list)), strings.Join(want, "\n"); g != w {
		t.Errorf("%s: h5py reads %s", name, firstDifference(g, w))
	}
	var warnings bytes.Buffer
	cmd = exec.Command("h5dump", file)
	cmd.Stderr = &warnings
	if err := cmd.Run(); err != nil || warnings.Len() > 0 {
		t.Errorf("%s: h5dump: %v\n%s", name, err, warnings.Bytes())
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
