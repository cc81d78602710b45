package main

import (
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"
)

// unescape rewrites a file in which \r and \xe9 stand for bytes that a script
// cannot hold: unescape file.
func unescape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: unescape file")
	}
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	for i, line := range lines {
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(line, `"`, `\"`) + `"`)
		ts.Check(err)
		lines[i] = text
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")), 0o666))
}

// replace writes a file with a text that is in it once replaced by another, to a
// new name: replace file old new name.
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: replace file old new name")
	}
	text := ts.ReadFile(args[0])
	if strings.Count(text, args[1]) != 1 {
		ts.Fatalf("%s has %q %d times", args[0], args[1], strings.Count(text, args[1]))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o666))
}

// toUTF16 rewrites a file in UTF-16 with its mark: utf16 file.
func toUTF16(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: utf16 file")
	}
	var b []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + ts.ReadFile(args[0]))) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// deepPNG writes a PNG image of 16 bits, of one transparent color: png16 file
// width,height red,green,blue.
func deepPNG(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: png16 file width,height red,green,blue")
	}
	size, c := floats(ts, args[1]), floats(ts, args[2])
	img := image.NewNRGBA64(image.Rect(0, 0, int(size[0]), int(size[1])))
	for i := range int(size[0] * size[1]) {
		img.SetNRGBA64(i%int(size[0]), i/int(size[0]), color.NRGBA64{R: uint16(c[0]), G: uint16(c[1]), B: uint16(c[2])})
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	ts.Check(err)
	ts.Check(errors.Join(png.Encode(f, img), f.Close()))
}
