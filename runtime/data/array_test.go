package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestReadArrays(t *testing.T) {
	archive, err := OpenNPZ("testdata/savez.npz", "x_train", "y_train")
	if err != nil {
		t.Fatal(err)
	}
	images, err := ReadIDX(bytes.NewReader(idx(IDXUint8, []uint32{3, 4}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)), "images.idx")
	if err != nil {
		t.Fatal(err)
	}
	labels, err := ReadIDX(bytes.NewReader(idx(IDXInt32, []uint32{3}, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1)), "labels.idx")
	if err != nil {
		t.Fatal(err)
	}
	setX := func(x *[4]float32, row []float32) error {
		if len(row) != 4 {
			return fmt.Errorf("%d values", len(row))
		}
		*x = [4]float32(row)
		return nil
	}
	setY := func(y *int, target []float32) error {
		if len(target) != 1 {
			return fmt.Errorf("%d targets", len(target))
		}
		*y = int(target[0])
		return nil
	}
	anyX := func(*[4]float32, []float32) error { return nil }
	for name, pair := range map[string][2]Array{"testdata/savez.npz: x_train": {archive[0], archive[1]}, "images.idx": {images, labels}} {
		d, err := ReadArrays(pair[:], []Part[[4]float32]{{Name: "the input", Shape: []int{2, 2}, Set: setX}}, []Part[int]{{Name: "the target", Shape: []int{}, Set: setY}})
		if err != nil {
			t.Error(err)
			continue
		}
		x, y, w := d.(Indexed[[4]float32, int]).At(2)
		if *x != [4]float32{8, 9, 10, 11} || *y != 1 || w != 1 || d.Len() != 3 || d.(Placed).Place(2) != name+": row 2" {
			t.Errorf("%s: %v %v %v", d.(Placed).Place(2), *x, *y, w)
		}
	}
	bad, err := OpenNPZ("testdata/types.npz", "not_finite", "no_rows")
	if err != nil {
		t.Fatal(err)
	}
	long, err := ReadIDX(bytes.NewReader(idx(IDXUint8, []uint32{50, 1}, make([]byte, 50)...)), "long.idx")
	if err != nil {
		t.Fatal(err)
	}
	var ten []string
	for i := range mostProblems {
		ten = append(ten, fmt.Sprintf("long.idx: row %d: row %d is bad", i, i))
	}
	rows := 0
	for _, c := range []struct {
		name string
		x, y Array
		setX func(x *[4]float32, row []float32) error
		setY func(y *int, target []float32) error
		want string
	}{
		{"lengths", images, long, setX, setY, "images.idx: 3 rows, long.idx: 50 rows; each row of the inputs needs one of the targets"},
		{"widths", labels, images, setX, setY, "labels.idx: row 0: 1 values\nimages.idx: row 0: 4 targets"},
		{"no rows", bad[1], bad[1], setX, setY, "testdata/types.npz: no_rows: no rows"},
		{"not finite", bad[0], labels, anyX, setY, "testdata/types.npz: not_finite: row 0: value 1 is NaN\ntestdata/types.npz: not_finite: row 1: value 0 is +Inf"},
		{"not finite targets", images, bad[0], anyX, func(*int, []float32) error { return errors.New("no") }, "testdata/types.npz: not_finite: row 0: value 1 is NaN\ntestdata/types.npz: not_finite: row 1: value 0 is +Inf\ntestdata/types.npz: not_finite: row 2: no"},
		{"many", long, long, func(*[4]float32, []float32) error {
			rows++
			return fmt.Errorf("row %d is bad", rows-1)
		}, setY, strings.Join(ten, "\n")},
	} {
		if _, err := ReadArrays([]Array{c.x, c.y}, []Part[[4]float32]{{Set: c.setX}}, []Part[int]{{Set: c.setY}}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
}

// Whatever shapes an array and a part have: rows are taken where they are the
// same but for axes of one, or where one of them is flat, and else both shapes
// are named.
func TestReadArraysShapes(t *testing.T) {
	shapes := [][]int{{}, {1}, {6}, {2, 3}, {3, 2}, {2, 3, 1}, {1, 2, 3}, {2, 1, 3}, {10}, {1, 10}, {2, 5}, {6, 1, 1}, {12}}
	flat := func(shape []int) (sizes []int) {
		for _, n := range shape {
			if n > 1 {
				sizes = append(sizes, n)
			}
		}
		return sizes
	}
	type filled struct{ x, a, b []float32 }
	set := func(at func(*filled) *[]float32) func(*filled, []float32) error {
		return func(to *filled, row []float32) error {
			*at(to) = append([]float32{}, row...)
			return nil
		}
	}
	for _, want := range shapes {
		for _, got := range shapes {
			for _, oneHot := range []bool{false, true} {
				a := &NPY{Name: "y.npy", Type: "|u1", Shape: append([]int{3}, got...), kind: 'u', size: 1}
				a.Data = make([]byte, 3*a.Width())
				for i := range a.Data {
					a.Data[i] = byte(i)
				}
				x := []Part[filled]{{Name: "the input", Set: set(func(f *filled) *[]float32 { return &f.x })}}
				y := []Part[filled]{
					{Name: "target \"a\"", Shape: want, OneHot: oneHot, Hint: "; HINT", Set: set(func(f *filled) *[]float32 { return &f.a })},
					{Name: "target \"b\"", Set: set(func(f *filled) *[]float32 { return &f.b })},
				}
				d, err := ReadArrays([]*NPY{a, a, a}, x, y)
				fits := slices.Equal(flat(want), flat(got)) || product(want) == product(got) && (len(flat(want)) < 2 || len(flat(got)) < 2) || oneHot && product(got) == 1
				switch {
				case fits != (err == nil):
					t.Errorf("%v into %v: %v", got, want, err)
				case !fits:
					text := fmt.Sprintf("y.npy: rows of %s, and target \"a\" takes %s", shapeText(got), shapeText(want))
					if !strings.HasPrefix(err.Error(), text+";") {
						t.Errorf("%v, want %s", err, text)
					}
				default:
					_, last, _ := d.(Indexed[filled, filled]).At(2)
					if len(last.a) != a.Width() || last.a[0] != float32(2*a.Width()) || !slices.Equal(last.a, last.b) {
						t.Errorf("%v into %v: %v", got, want, last)
					}
				}
			}
		}
	}
	one := &NPY{Name: "x.npy", Shape: []int{1}, Type: "|u1", kind: 'u', size: 1, Data: []byte{1}}
	if _, err := ReadArrays([]*NPY{one}, []Part[filled]{{}, {}}, []Part[filled]{}); err == nil || err.Error() != "data: 1 array for 2 inputs and 0 targets" {
		t.Error(err)
	}
}

// Ids and the numbers of classes come without rounding, and what is not a whole
// number of 32 bits is named by its row.
func TestReadArraysWhole(t *testing.T) {
	ids := func(values ...int64) *NPY {
		b := []byte(npyText("<i8", fmt.Sprintf("(%d,)", len(values))))
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
		a, err := ReadNPY(bytes.NewReader(b), "ids.npy")
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	one := func(to *int32, row []int32) error { *to = row[0]; return nil }
	x := []Part[int32]{{Name: "the input", Shape: []int{}, SetWhole: one}}
	r := rand.New(rand.NewPCG(1, 2))
	want := []int64{1<<24 + 1, 1<<31 - 1, 0}
	for range 50 {
		want = append(want, int64(r.Int32()))
	}
	y := []Part[int32]{{Name: "the target", Shape: []int{}, SetWhole: one}}
	d, err := ReadArrays([]*NPY{ids(want...), ids(want...)}, x, y)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range want {
		if gotX, gotY, _ := d.(Indexed[int32, int32]).At(i); int64(*gotX) != v || int64(*gotY) != v {
			t.Errorf("row %d: %d, %d, want %d", i, *gotX, *gotY, v)
		}
	}
	_, err = ReadArrays([]*NPY{ids(1, 1<<31), ids(-1<<40, 2)}, x, y)
	const ends = "; the largest whole number that is read is 2147483647, and the smallest -2147483648"
	if want := "ids.npy: row 0: value 0 is -1099511627776" + ends + "\nids.npy: row 1: value 0 is 2147483648" + ends; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	vector := []Part[[2]float32]{{Name: "the target", Shape: []int{2}, OneHot: true,
		Set:      func(to *[2]float32, row []float32) error { copy(to[:], row); return nil },
		SetWhole: func(to *[2]float32, row []int32) error { to[row[0]] = 1; return nil },
	}}
	classes, err := ReadArrays([]*NPY{ids(0, 0), ids(1, 0)}, x, vector)
	if err != nil {
		t.Fatal(err)
	}
	values, err := ReadNPY(strings.NewReader(npyText("<f4", "(2, 2)")+strings.Repeat("\x00\x00\x00\x3f", 4)), "y.npy")
	if err != nil {
		t.Fatal(err)
	}
	shares, err := ReadArrays([]*NPY{ids(0, 0), values}, x, vector)
	if err != nil {
		t.Fatal(err)
	}
	_, a, _ := classes.(Indexed[int32, [2]float32]).At(0)
	_, b, _ := shares.(Indexed[int32, [2]float32]).At(0)
	if *a != [2]float32{0, 1} || *b != [2]float32{0.5, 0.5} {
		t.Errorf("%v, %v", *a, *b)
	}
}
