package shape

import (
	"reflect"
	"slices"
	"testing"
)

func TestJoin(t *testing.T) {
	one := []string{"func f(y, x []F, w []F) {\nfor i := range 64 { // 64 columns\nv := (*[8]F)(w[i*8:])\ng(&y[i/32*4], v, tile{k: [3]int{2: 64}, xRow: 256})\n}\n}"}
	two := []string{"func f(y, x []F, w []F) {\nfor i := range 80 { // 80 columns\nv := (*[9]F)(w[i*9:])\ng(&y[i/36*4], v, tile{k: [3]int{2: 80}, xRow: 320})\n}\n}"}
	if Key(one) != Key(two) {
		t.Fatalf("keys %q, %q", Key(one), Key(two))
	}
	got := Join([][]string{one, two})
	text := "func f(y, x []F, w []F) {\nfor i := range s.nI { // … columns\nv := w[i*s.size:][:s.size]\ng(&y[i/(4*s.size)*4], v, tile{k: [3]int{2: s.nI}, xRow: 4*s.nI})\n}\n}"
	if in := got.In(one); in[0] != text {
		t.Errorf("got %q", in)
	}
	if want := [][]int{{64, 8}, {80, 9}}; !slices.Equal(got.Fields, []string{"nI", "size"}) || !reflect.DeepEqual(got.Values, want) {
		t.Errorf("got %#v", got)
	}
	for _, other := range []string{"k: [4]int{2: 80}", "k: [3]int{1: 80}"} {
		if Key([]string{"x{k: [3]int{2: 80}}"}) == Key([]string{"x{" + other + "}"}) {
			t.Errorf("the key of %s", other)
		}
	}
}
