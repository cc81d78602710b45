package hdf5

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

func open(t testing.TB, data []byte) *Group {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	root, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestNumbers reads the same values written as every type of numbers.
func TestNumbers(t *testing.T) {
	for _, name := range []string{"numbers_earliest.h5", "numbers_latest.h5"} {
		types, err := open(t, vectors(t)[name]).Group("types")
		if err != nil {
			t.Fatal(err)
		}
		read := func(name string) []float64 {
			d, err := types.Dataset(name)
			if err != nil {
				t.Fatal(err)
			}
			v, err := d.Float64s()
			if err != nil {
				t.Fatal(err)
			}
			if f, err := d.Float32s(); err != nil || !slices.EqualFunc(f, v, func(a float32, b float64) bool { return a == float32(b) || b != b }) {
				t.Errorf("%s: %v as float32, %v as float64, %v", name, f, v, err)
			}
			return v
		}
		exact := read("f8")
		for kind, round := range map[string]func(x float64) float64{
			"f8": func(x float64) float64 { return x }, "f4": func(x float64) float64 { return float64(float32(x)) },
			"i1": math.Trunc, "i2": math.Trunc, "i4": math.Trunc, "i8": math.Trunc,
			"u1": absolute, "u2": absolute, "u4": absolute, "u8": absolute,
		} {
			for _, order := range []string{"", "be"} {
				for i, x := range read(kind + order) {
					if x != round(exact[i]) {
						t.Errorf("%s%s: element %d of %v is %v", kind, order, i, exact, x)
					}
				}
			}
		}
		half := []float64{0, math.Copysign(0, -1), 1, -2, 1.0 / (1 << 24), 1007.0 / (1 << 24), 65504, math.Inf(1), math.Inf(-1), math.NaN()}
		if got := read("half"); fmt.Sprint(got) != fmt.Sprint(half) || !math.Signbit(got[1]) {
			t.Errorf("float16: %v, want %v", got, half)
		}
		wide, err := types.Dataset("wide")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := wide.Int64s(); err != nil || !slices.Equal(got, []int64{math.MinInt64, math.MaxInt64}) {
			t.Errorf("int64: %v %v", got, err)
		}
	}
}

func absolute(x float64) float64 { return math.Trunc(math.Abs(x)) }

// TestStrings reads strings of every padding, and attributes by name.
func TestStrings(t *testing.T) {
	root := open(t, vectors(t)["numbers_earliest.h5"])
	for name, want := range map[string][]string{
		"types/fixed": {"ab", "", "abcdef"}, "types/text": {"größe", "", strings.Repeat("x", 300)},
		"types/one": {"a single text"}, "types/padded": {"ab", "cd ef"},
	} {
		d, err := root.Dataset(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.Strings(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q %v, want %q", name, got, err, want)
		}
	}
	a, err := root.Attribute("keras_version")
	if err != nil || a == nil {
		t.Fatal(a, err)
	}
	if got, err := a.Text(); got != "2.1.6" || err != nil {
		t.Errorf("keras_version %q %v", got, err)
	}
	if a, err := root.Attribute("missing"); a != nil || err != nil {
		t.Error(a, err)
	}
	flag, err := root.Attribute("flag")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := flag.Int64s(); err != nil || !slices.Equal(got, []int64{1}) {
		t.Errorf("flag %v %v", got, err)
	}
}

// TestRefused asks for what is left out: each object says so, and the others can
// be read.
func TestRefused(t *testing.T) {
	for _, name := range []string{"refused_earliest.h5", "refused_latest.h5"} {
		root := open(t, vectors(t)[name])
		for path, want := range map[string]string{
			"x":         "<nil>",
			"missing":   "hdf5: there is no /missing",
			"x/y":       "hdf5: /x is no group",
			"loop":      "hdf5: /loop is no dataset",
			"soft":      `hdf5: /soft is a soft link to "/x": links are not followed`,
			"external":  "hdf5: /external is an external link: links are not followed",
			"compound":  "hdf5: /compound has elements of type compound, which are no numbers",
			"array":     "hdf5: /array has elements of type opaque[8], which are no numbers",
			"reference": "hdf5: /reference has elements of type reference, which are no numbers",
			"ragged":    "hdf5: /ragged has elements of type variable length, which are no numbers",
			"complex":   "hdf5: /complex has elements of type compound, which are no numbers",
			"enum":      "hdf5: /enum has elements of type enumeration of 3 values, which are no numbers",
			"lzf":       "hdf5: filter 32000 (lzf) is not supported: deflate, shuffle and fletcher32 are (chunks of /lzf)",
			"offset":    "hdf5: filter 6 (scaleoffset) is not supported: deflate, shuffle and fletcher32 are (chunks of /offset)",
			"elsewhere": "hdf5: data in other files are not read (/elsewhere)",
			"bomb":      "hdf5: /bomb: 4294967296 bytes of which 0 are stored in a file of SIZE: it is refused as a decompression bomb",
			"loop/in/x": "<nil>",
		} {
			d, err := root.Dataset(path)
			if err == nil {
				_, err = d.Float32s()
			}
			want = strings.ReplaceAll(want, "SIZE", fmt.Sprint(root.f.size))
			if got := fmt.Sprint(err); got != want {
				t.Errorf("%s: got %s\nwant %s", name, got, want)
			}
		}
		if d, err := root.Dataset("virtual"); err == nil || !strings.Contains(err.Error(), "virtual data, which are in other datasets, are not read (/virtual)") {
			t.Error(d, err)
		}
	}
}

// TestMistakes builds what cannot be written.
func TestMistakes(t *testing.T) {
	one := Numbers(nil, []float32{1})
	for want, build := range map[string]func(n *Node){
		`hdf5: two members of / are called "x"`:                   func(n *Node) { n.Dataset("x", one); n.Dataset("/x", one) },
		"hdf5: /x is a dataset and a group":                       func(n *Node) { n.Dataset("x", one); n.Group("x/y") },
		`hdf5: "" in / is no name of a member`:                    func(n *Node) { n.Group("//") },
		`hdf5: two attributes of /g are called "a"`:               func(n *Node) { g := n.Group("g"); g.Attribute("a", one); g.Attribute("a", one) },
		`hdf5: attribute "a" of / has 64513 bytes, at most 64512`: func(n *Node) { n.Attribute("a", Numbers([]int{64513}, make([]uint8, 64513))) },
		"hdf5: /x: 24 bytes are missing of 28":                    func(n *Node) { n.Dataset("x", Numbers([]int{7}, []float32{1})) },
		"hdf5: /x: more bytes than the shape has":                 func(n *Node) { n.Dataset("x", Numbers([]int{1}, []float32{1, 2})) },
		"hdf5: /x: 2 strings in an array of shape []": func(n *Node) {
			d := FixedTexts([]string{"a"})
			d.Shape = []int{}
			d.text = nil
			d.text = []string{"a", "b"}
			n.Dataset("x", d)
		},
		"hdf5: /x: a negative axis in shape [-1]":                                   func(n *Node) { n.Dataset("x", Numbers([]int{-1}, []float32{})) },
		`hdf5: /x: the string "a\x00b" has a zero byte in it, where readers end it`: func(n *Node) { n.Dataset("x", Text("a\x00b")) },
		"hdf5: /x: elements of kind 3 and 3 bytes cannot be written":                func(n *Node) { n.Dataset("x", Stream(Type{Kind: Float, Size: 3}, nil, nil)) },
	} {
		n := New()
		build(n)
		if _, err := n.WriteTo(io.Discard); fmt.Sprint(err) != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
