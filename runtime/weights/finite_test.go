package weights

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// One element that is not finite, anywhere, is found and named; none is found
// among finite ones, however large.
func TestCheckFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	bad := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	for range 300 {
		var segs []nn.Segment
		at := 0
		for i := range 1 + r.IntN(4) {
			s := nn.Segment{Name: fmt.Sprintf("t%d", i), Offset: at}
			for range r.IntN(4) {
				s.Shape = append(s.Shape, 1+r.IntN(4))
			}
			segs, at = append(segs, s), at+s.Len()
		}
		params := make([]float32, at)
		for i := range params {
			params[i] = []float32{0, 1, -math.MaxFloat32, math.MaxFloat32, math.SmallestNonzeroFloat32}[r.IntN(5)]
		}
		if err := CheckFinite(segs, params); err != nil {
			t.Fatalf("finite: %v", err)
		}
		s := segs[r.IntN(len(segs))]
		i := r.IntN(s.Len())
		v := bad[r.IntN(len(bad))]
		s.Of(params)[i] = v
		place, rest := "", i
		for a := len(s.Shape) - 1; a >= 0; a-- {
			place = fmt.Sprintf("[%d]%s", rest%s.Shape[a], place)
			rest /= s.Shape[a]
		}
		want := fmt.Sprintf("\ttensor %q%s is %v", s.Name, place, float64(v))
		if err := CheckFinite(segs, params); err == nil || err.Error() != want {
			t.Fatalf("%v, want %s", err, want)
		}
		var b bytes.Buffer
		if _, err := Write(&b, nil, segs, params); err != nil {
			t.Fatal(err)
		}
		f, err := Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.CheckFinite(segs); err == nil || !strings.HasPrefix(err.Error(), "weights: weights that are not finite") || !strings.HasSuffix(err.Error(), want) {
			t.Fatalf("%v, want %s", err, want)
		}
		// What is not taken over may hold what it likes.
		for k := range segs {
			if segs[k].Name == s.Name {
				segs[k].Shape = append([]int{1}, s.Shape...)
			}
		}
		if err := f.CheckFinite(segs); err != nil {
			t.Fatalf("of another shape: %v", err)
		}
	}
}
