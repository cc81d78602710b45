package weights_test

import (
	"bytes"
	"fmt"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

func Example() {
	segments := []nn.Segment{
		{Name: "hidden/kernel", Shape: []int{2, 2}},
		{Name: "hidden/bias", Shape: []int{2}, Offset: 4},
	}
	params := []float32{1, 2, 3, 4, 0.5, -0.5}
	var file bytes.Buffer
	meta := map[string]string{weights.KeyModelID: "3fa9", weights.KeyModel: "xor"}
	if _, err := weights.Write(&file, meta, segments, params); err != nil {
		fmt.Println(err)
		return
	}
	f, err := weights.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	restored := make([]float32, len(params))
	fmt.Println(f.CopyModel("3fa9", segments, restored), restored)

	segments[0].Shape = []int{4, 1}
	fmt.Println(f.Copy(segments, restored))
	// Output:
	// <nil> [1 2 3 4 0.5 -0.5]
	// weights: the weights do not fit the model:
	// 	tensor "hidden/kernel" is (2, 2) in the file, (4, 1) in the model
}
