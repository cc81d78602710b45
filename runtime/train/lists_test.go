package train

import (
	"reflect"
	"slices"
	"testing"
	"unsafe"
)

// Where the ids of an input lie, by the types that a generated package may have.
func TestLists(t *testing.T) {
	type two struct {
		Age  [3]float32
		Text []int32
		More struct{ Bytes []uint8 }
		Name []string
	}
	var x two
	for _, c := range []struct {
		name string
		of   reflect.Type
		want []list
	}{
		{"array", reflect.TypeFor[[784]float32](), nil},
		{"ids", reflect.TypeFor[[]int32](), []list{{0, 4}}},
		{"struct", reflect.TypeFor[two](), []list{{unsafe.Offsetof(x.Text), 4}, {unsafe.Offsetof(x.More), 1}}},
		{"strings", reflect.TypeFor[[]string](), nil},
	} {
		if got := lists(c.of, 0); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	of := reflect.TypeFor[two]()
	l := &loader{size: int(of.Size()), lists: lists(of, 0)}
	for _, x := range []*two{
		{}, // nil slices have no memory
		{Text: []int32{}, More: struct{ Bytes []uint8 }{make([]uint8, 1<<20)}},
	} {
		l.prefetch(unsafe.Pointer(x))
		l.prefetchLists(unsafe.Pointer(x))
	}
	(&loader{size: 4}).prefetch(unsafe.Pointer(new([1]float32)))
}
