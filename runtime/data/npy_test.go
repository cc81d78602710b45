package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// npy assembles a file of format 1.0 from the text of its header and its data.
func npy(header string, data ...byte) []byte {
	b := []byte(npyMagic + "\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(append(b, header...), data...)
}

func npyRows(a *NPY) (values []float32) {
	for i := range a.Len() {
		row := make([]float32, a.Width())
		a.Row(i, row)
		values = append(values, row...)
	}
	return values
}

// The files are NumPy's own: testdata/numpy_files.py.
func TestNumPyTypes(t *testing.T) {
	values := func(first, step float32) (all []float32) {
		for i := range 12 {
			all = append(all, first+step*float32(i))
		}
		return all
	}
	want := map[string][]float32{
		"version_2": values(0, 1), "version_3": values(0, 1), "fortran": values(0, 1),
		"b1": {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1},
		"u1": values(0, 1), "i1": values(-3, 1),
	}
	for _, order := range []string{"little_", "big_"} {
		for _, size := range []string{"2", "4", "8"} {
			want[order+"u"+size], want[order+"i"+size], want[order+"f"+size] = values(0, 1), values(-3, 1), values(-0.75, 0.25)
		}
	}
	for name, v := range want {
		a, err := OpenNPZ("testdata/types.npz", name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := npyRows(a[0]); !slices.Equal(got, v) || !slices.Equal(a[0].Shape, []int{3, 2, 2}) || a[0].Len() != 3 || a[0].Width() != 4 {
			t.Errorf("%s: shape %v, %v, want %v", name, a[0].Shape, got, v)
		}
	}
	a, err := OpenNPZ("testdata/types.npz", "fortran_vector", "no_rows")
	if err != nil || !slices.Equal(npyRows(a[0]), []float32{0, 1, 2}) || a[0].Width() != 1 || a[1].Len() != 0 || a[1].Width() != 5 {
		t.Errorf("%v", err)
	}
	for name, want := range map[string]string{
		"scalar":  "the array is a single value, without rows",
		"text":    `values of type "<U2" cannot be read: they must be floats (f2, f4, f8), whole numbers (i1 to i8, u1 to u8) or bools (b1)`,
		"object":  `values of type "|O" cannot be read: they must be floats (f2, f4, f8), whole numbers (i1 to i8, u1 to u8) or bools (b1)`,
		"complex": `values of type "<c8" cannot be read: they must be floats (f2, f4, f8), whole numbers (i1 to i8, u1 to u8) or bools (b1)`,
		"named":   "the header of the array: a structured array, with named fields, cannot be read",
	} {
		if _, err := OpenNPZ("testdata/types.npz", name); err == nil || err.Error() != "testdata/types.npz: "+name+": "+want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := testing.AllocsPerRun(10, func() { a[0].Row(1, make([]float32, 1)) }); n != 0 {
		t.Errorf("Row makes %v allocations", n)
	}
}

func TestNPZ(t *testing.T) {
	for _, path := range []string{"testdata/savez.npz", "testdata/savez_compressed.npz"} {
		a, err := OpenNPZ(path, "y_train", "x_train")
		if err != nil || !slices.Equal(npyRows(a[0]), []float32{0, 1, 1}) || a[1].Type != "|u1" || a[1].Name != path+": x_train" {
			t.Errorf("%v", err)
		}
		_, err = OpenNPZ(path, "x_trian", "z")
		want := path + ": no array \"x_trian\" (did you mean \"x_train\"?); the arrays are \"x_train\", \"y_train\"\n" + path + ": no array \"z\"; the arrays are \"x_train\", \"y_train\""
		if err == nil || err.Error() != want {
			t.Errorf("%v", err)
		}
	}
	path := write(t, "x.npz", []byte("PK no archive"))
	if _, err := OpenNPZ(path, "x"); err == nil || err.Error() != path+": not an archive of NumPy arrays: zip: not a valid zip file" {
		t.Errorf("%v", err)
	}
	if _, err := OpenNPZ(path+"x", "x"); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
	content, err := os.ReadFile("testdata/savez.npz")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(content, []byte{0, 1, 2, 3, 4, 5})
	content[at]++ // the archive's checksum finds it
	path = write(t, "x.npz", content)
	if _, err := OpenNPZ(path, "x_train"); err == nil || err.Error() != path+": x_train: after 12 of 12 bytes of data: zip: checksum error" && err.Error() != path+": x_train: zip: checksum error" {
		t.Errorf("%v", err)
	}
}

func TestReadNPYErrors(t *testing.T) {
	const f4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
	of := func(shape string) []byte {
		return npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}")
	}
	header := "the header of the array: "
	for _, c := range []struct {
		name string
		text []byte
		want string
	}{
		{"empty", nil, "not a NumPy file: unexpected EOF"},
		{"magic", []byte("PK\x03\x04 and so on"), "not a NumPy file: it starts with 50 4b 03 04 20 61, not with 93 4e 55 4d 50 59"},
		{"version", []byte(npyMagic + "\x04\x00\x00\x00\x00\x00"), "NumPy format 4.0 is not known; 1.0 to 3.0 are"},
		{"no length", []byte(npyMagic + "\x02\x00\x00"), "the file ends in its header: unexpected EOF"},
		{"long header", []byte(npyMagic + "\x02\x00\xff\xff\xff\xff"), "a header of 4294967295 bytes; at most 10000 are read"},
		{"cut header", npy(f4)[:30], "the file ends in its header: unexpected EOF"},
		{"short data", npy(f4, 1, 2, 3), "truncated: 3 of 8 bytes of data for shape [2]"},
		{"long data", npy(f4, 1, 2, 3, 4, 5, 6, 7, 8, 9), "the file goes on after its 8 bytes of data for shape [2]"},
		{"huge claim", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1000000000, 1000)}", 1), "truncated: 1 of 4000000000000 bytes of data for shape [1000000000 1000]"},
		{"overflow", of("(9223372036854775807, 9)"), "the shape [9223372036854775807 9] is more than memory can hold"},
		{"overflow beside no rows", of("(0, 9223372036854775807, 9)"), "the shape [0 9223372036854775807 9] is more than memory can hold"},
		{"beyond int", of("(9223372036854775808,)"), header + `"9223372036854775808,)}" comes where the size of an axis must`},
		{"negative", of("(-1,)"), header + `"-1,)}" comes where the size of an axis must`},
		{"axes", of("(" + strings.Repeat("1,", 33) + ")"), header + "more than 32 axes"},
		{"no tuple", of("[1]"), header + `"[1]}" comes where ( must`},
		{"no comma", of("(1 2)"), header + `"2)}" comes where , or ) must`},
		{"no dictionary", npy("descr"), header + `"descr" comes where { must`},
		{"no end", npy("{'descr': '<f4'"), header + `"" comes where , or } must`},
		{"open string", npy("{'descr"), header + `"descr" comes where a string must`},
		{"no colon", npy("{'descr' '<f4'}"), header + `"'<f4'}" comes where : must`},
		{"more", npy(strings.TrimSpace(f4) + "x"), header + `"x" comes where the end must`},
		{"no bool", npy("{'fortran_order': 0}"), header + `"0}" comes where True or False must`},
		{"missing", npy("{'descr': '<f4', 'shape': (1,)}"), header + `"fortran_order" is missing`},
		{"twice", npy("{'descr': '<f4', 'descr': '<f4'}"), header + `"descr" occurs twice`},
		{"unknown", npy("{'order': '<f4'}"), header + `the key "order" is not known`},
		{"type", npy(strings.Replace(f4, "<f4", "|f4", 1)), `values of type "|f4" cannot be read: they must be floats (f2, f4, f8), whole numbers (i1 to i8, u1 to u8) or bools (b1)`},
		{"empty type", npy(strings.Replace(f4, "<f4", "", 1)), `values of type "" cannot be read: they must be floats (f2, f4, f8), whole numbers (i1 to i8, u1 to u8) or bools (b1)`},
	} {
		a, err := ReadNPY(bytes.NewReader(c.text), "f.npy")
		if err == nil || err.Error() != "f.npy: "+c.want {
			t.Errorf("%s: %v, %v\nwant f.npy: %s", c.name, err, a, c.want)
		}
	}
	if _, err := ReadNPY(io.MultiReader(bytes.NewReader(npy(f4, 1)), broken{}), "f.npy"); err == nil || err.Error() != "f.npy: after 1 of 8 bytes of data: "+io.ErrClosedPipe.Error() {
		t.Errorf("a reader that fails: %v", err)
	}
	cut := gzipped(t, npy(f4, 1, 2, 3, 4, 5, 6, 7, 8))
	if _, err := ReadNPY(bytes.NewReader(cut[:len(cut)-4]), "f.npy"); err == nil || err.Error() != "f.npy: unexpected EOF" {
		t.Errorf("a gzip file without its end: %v", err)
	}
	path := write(t, "x.npy.gz", gzipped(t, npy(f4, 0, 0, 128, 63, 0, 0, 0, 192)))
	if a, err := OpenNPY(path); err != nil || !slices.Equal(npyRows(a), []float32{1, -2}) {
		t.Errorf("%v", err)
	}
	old := npy("{'descr': \"<f4\", 'fortran_order': False, 'shape': (1L, 2L)}", 0, 0, 128, 63, 0, 0, 0, 192)
	if a, err := ReadNPY(bytes.NewReader(old), "old.npy"); err != nil || !slices.Equal(a.Shape, []int{1, 2}) {
		t.Errorf("as Python 2 wrote it: %v", err)
	}
}

func TestHalf(t *testing.T) {
	for h, want := range map[uint16]float32{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x0001: 0x1p-24, 0x83ff: -0x1.ff8p-15, 0x3555: 0x1.554p-2,
		0x7c00: float32(math.Inf(1)), 0xfc00: float32(math.Inf(-1)),
	} {
		if got := half(h); got != want {
			t.Errorf("%#04x is %v, want %v", h, got, want)
		}
	}
	if v := half(0x7c01); v == v {
		t.Errorf("0x7c01 is %v", v)
	}
	if v := half(0x8000); v != 0 || !math.Signbit(float64(v)) {
		t.Errorf("0x8000 is %v", v)
	}
}

func TestNPYClaimAllocatesLittle(t *testing.T) {
	text := npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1000000000, 1000)}", 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadNPY(bytes.NewReader(text), "x"); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

func FuzzReadNPY(f *testing.F) {
	z, err := zip.OpenReader("testdata/types.npz")
	if err != nil {
		f.Fatal(err)
	}
	defer z.Close()
	for _, file := range z.File {
		r, err := file.Open()
		if err != nil {
			f.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := ReadNPY(bytes.NewReader(text), "fuzz")
		if err != nil {
			if len(err.Error()) > 10_000 {
				t.Errorf("an error of %d bytes", len(err.Error()))
			}
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

func FuzzNPZ(f *testing.F) {
	for _, name := range []string{"savez.npz", "savez_compressed.npz"} {
		content, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		if a, err := readNPZ(z, "fuzz", []string{"x_train", "y_train"}); err == nil && (a[0] == nil || a[1] == nil) {
			t.Error(fmt.Sprint(a))
		}
	})
}
