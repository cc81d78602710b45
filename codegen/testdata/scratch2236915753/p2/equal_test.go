// Package equal holds the trainable and the predict-only form of one network
// against each other.
package equal

import (
	"os"
	"testing"

	iris "github.com/nngen-go/nngen/codegen/testdata/scratch2236915753/p0"
	irispredict "github.com/nngen-go/nngen/codegen/testdata/scratch2236915753/p1"
)

func TestSameBits(t *testing.T) {
	const path = "../p1/weights.safetensors"
	full, err := iris.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := irispredict.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := irispredict.OpenFS(os.DirFS("../p1"), "weights.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		f := float32(i)
		x := [4]float32{f * 0.1, 3 - f*0.03, f * f * 0.001, 1 / (1 + f)}
		want := full.Predict((*iris.Input)(&x))
		if got := embedded.Predict((*irispredict.Input)(&x)); [3]float32(got) != [3]float32(want) {
			t.Fatalf("%v: predict-only %v, trainable %v", x, got, want)
		}
		if got := opened.Predict((*irispredict.Input)(&x)); [3]float32(got) != [3]float32(want) {
			t.Fatalf("%v: opened %v, trainable %v", x, got, want)
		}
	}
}
