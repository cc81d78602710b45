package train

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/optim"
)

// Every field of a Config reaches the training.
func TestPlainConfig(t *testing.T) {
	type typed = Config[int, string]
	rows := data.Slices([]int{7}, []string{"a"})
	of := reflect.TypeFor[typed]()
	for i := range of.NumField() {
		var cfg typed
		v := reflect.ValueOf(&cfg).Elem().Field(i)
		switch f := v.Addr().Interface().(type) {
		case *data.Dataset[int, string]:
			*f = rows
		case *optim.Rule:
			*f = optim.NewSGD(1)
		case *[]Callback:
			*f = []Callback{nil}
		case *map[int]float64:
			*f = map[int]float64{1: 2}
		case *bool:
			*f = true
		case *float64:
			*f = 3
		case *int:
			*f = 3
		default:
			v.Set(reflect.ValueOf(&strings.Builder{}))
		}
		got, name := reflect.ValueOf(plain(cfg, rows)), of.Field(i).Name
		for j := range of.NumField() {
			other := got.FieldByName(of.Field(j).Name)
			switch {
			case !other.IsValid():
				t.Fatalf("%s is forgotten", of.Field(j).Name)
			case i != j && !other.IsZero():
				t.Errorf("%s became %s", name, of.Field(j).Name)
			case i == j && name != "ValidationData" && fmt.Sprint(other) != fmt.Sprint(v):
				t.Errorf("%s is %v, was %v", name, other, v)
			case i == j && name == "ValidationData" && other.IsNil():
				t.Error("no validation data")
			}
		}
	}
}

// Rows without types are those with: the pointers of an indexed data set, and of
// a stream the examples since forget.
func TestUntyped(t *testing.T) {
	if untyped[int, string](nil) != nil {
		t.Error("no data set became one")
	}
	d := data.WeightedSlices([]int{1, 2, 3}, []string{"a", "b", "c"}, []float32{4, 5, 6})
	all := d.(data.Indexed[int, string])
	u := untyped(d)
	for i := range 3 {
		x, y, w := all.At(i)
		if got := u.at(i); got != (row{unsafe.Pointer(x), unsafe.Pointer(y), w}) {
			t.Errorf("row %d is %v", i, got)
		}
	}
	s := untyped[int, string](struct{ data.Dataset[int, string] }{d})
	if s.at != nil {
		t.Fatal("a stream has random access")
	}
	n := 0
	for weight, err := range s.stream(0) {
		if err != nil || weight != float32(4+n) {
			t.Errorf("row %d has weight %v, %v", n, weight, err)
		}
		if n == 1 {
			s.forget()
		}
		n++
	}
	if got := s.kept(0); n != 3 || *(*int)(got.x) != 3 || *(*string)(got.y) != "c" || got.weight != 6 {
		t.Errorf("%d rows, the one kept is %v, %v, %v", n, *(*int)(got.x), *(*string)(got.y), got.weight)
	}
}
