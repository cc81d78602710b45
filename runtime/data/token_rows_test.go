package data

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestReadTokenRows(t *testing.T) {
	path := write(t, "t.txt.gz", gzipped(t, []byte("1\t1 14 22\n\n0\t\n1\t9 1000\n")))
	calls := 0
	set := func(x *[]int32, y *bool, ids []int32, label float32) error {
		*x, *y = ids, label == 1
		return nil
	}
	d, err := ReadTokenRows(path, TokenOptions{NumWords: 100, OOVID: 2}, set, Progress(func(done, total int64) { calls++ }))
	if err != nil || calls != 1 {
		t.Fatalf("%v, %d calls", err, calls)
	}
	want := []string{"[1 14 22] true :1", "[] false :3", "[9 2] true :4"}
	for i := range d.Len() {
		x, y, w := d.(Indexed[[]int32, bool]).At(i)
		if got := fmt.Sprint(*x, *y, " ", strings.TrimPrefix(d.(Placed).Place(i), path)); got != want[i] || w != 1 {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
	refuse := func(x, y *int, ids []int32, label float32) error { return fmt.Errorf("%d ids", len(ids)) }
	if _, err := ReadTokenRows(path, TokenOptions{}, refuse); err == nil || err.Error() != strings.ReplaceAll("FILE:1: 3 ids\nFILE:3: 0 ids\nFILE:4: 2 ids", "FILE", path) {
		t.Errorf("%v", err)
	}
	bad := write(t, "bad.txt", []byte("1\t-4\n"))
	if _, err := ReadTokenRows(bad, TokenOptions{}, set); err == nil || err.Error() != bad+":1: id -4 is negative" {
		t.Errorf("%v", err)
	}
	empty := write(t, "empty.txt", nil)
	if _, err := ReadTokenRows(empty, TokenOptions{}, set); err == nil || err.Error() != empty+": no rows" {
		t.Errorf("%v", err)
	}
	if _, err := ReadTokenRows(empty+"x", TokenOptions{}, set); !os.IsNotExist(err) {
		t.Errorf("%v", err)
	}
	// Ids of two rows lie one after the other, and adding to one spares the other.
	x, _, _ := d.(Indexed[[]int32, bool]).At(0)
	_ = append(*x, 7)
	if y, _, _ := d.(Indexed[[]int32, bool]).At(2); !slices.Equal(*y, []int32{9, 2}) {
		t.Errorf("%v", *y)
	}
}
