package data

import (
	"bytes"
	"errors"
	"fmt"
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
	set := func(x *[4]float32, y *int, row, target []float32) error {
		if len(row) != 4 || len(target) != 1 {
			return fmt.Errorf("%d values and %d", len(row), len(target))
		}
		*x, *y = [4]float32(row), int(target[0])
		return nil
	}
	for name, pair := range map[string][2]Array{"testdata/savez.npz: x_train": {archive[0], archive[1]}, "images.idx": {images, labels}} {
		d, err := ReadArrays(pair[0], pair[1], set)
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
		set  func(x *[4]float32, y *int, row, target []float32) error
		want string
	}{
		{"lengths", images, long, set, "images.idx: 3 rows, long.idx: 50 rows; each row of the inputs needs one of the targets"},
		{"widths", labels, images, set, "labels.idx: row 0: 1 values and 4"},
		{"no rows", bad[1], bad[1], set, "testdata/types.npz: no_rows: no rows"},
		{"not finite", bad[0], images, func(*[4]float32, *int, []float32, []float32) error { return nil }, "testdata/types.npz: not_finite: row 0: value 1 is NaN\ntestdata/types.npz: not_finite: row 1: value 0 is +Inf"},
		{"not finite targets", images, bad[0], func(*[4]float32, *int, []float32, []float32) error { return errors.New("no") }, "testdata/types.npz: not_finite: row 0: value 1 is NaN\ntestdata/types.npz: not_finite: row 1: value 0 is +Inf\nimages.idx: row 2: no"},
		{"many", long, long, func(*[4]float32, *int, []float32, []float32) error {
			rows++
			return fmt.Errorf("row %d is bad", rows-1)
		}, strings.Join(ten, "\n")},
	} {
		if _, err := ReadArrays(c.x, c.y, c.set); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
}
