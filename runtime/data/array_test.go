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
		d, err := ReadArrays(pair[0], pair[1], setX, setY)
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
		if _, err := ReadArrays(c.x, c.y, c.setX, c.setY); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v\nwant %s", c.name, err, c.want)
		}
	}
}
