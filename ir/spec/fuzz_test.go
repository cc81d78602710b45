package spec

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/nngen-go/nngen/ir/diag"
)

func FuzzYAML(f *testing.F) { fuzz(f, ".yaml") }

func FuzzJSON(f *testing.F) { fuzz(f, ".json") }

// fuzz reads whatever comes: an error must be printable and have a place, and a
// model must survive being written and read.
func fuzz(f *testing.F, ext string) {
	for _, dir := range []string{"testdata/errors/*", "testdata/models/*"} {
		files, err := filepath.Glob(dir + ext)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds: %v", err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := Parse("m"+ext, src)
		if err != nil {
			var list diag.List
			if !errors.As(err, &list) {
				t.Fatalf("the error is a %T", err)
			}
			for _, e := range list {
				if e.Pos.File != "m"+ext || e.Msg == "" || strings.ContainsFunc(e.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Errorf("%#v", e)
				}
			}
			return
		}
		m.Order()
		for _, l := range m.Layers {
			var into everything
			Decode(l.Args, &into)
		}
		text := WriteJSON(m)
		again, err := Parse("m.json", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := cmp.Diff(m, again, withoutPositions); d != "" {
			t.Errorf("read, written, read:\n%s\n%s", d, text)
		}
	})
}
