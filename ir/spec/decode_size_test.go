package spec

import (
	"reflect"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/ir/internal/golden"
)

// kernel has arguments whose lists are of one length.
type kernel struct {
	Size    []int    `arg:"kernel_size,required,size=2,min=1" doc:"size of the window"`
	Strides *[]int   `arg:"strides,size=2,min=1"`
	Length  []int    `arg:"length,size=1,min=1"`
	Padding [][2]int `arg:"padding,size=2,min=0"`
	Cut     [][2]int `arg:"cut,size=1,min=0"`
}

func TestDecodeSized(t *testing.T) {
	pair := &[]int{1, 2}
	for args, want := range map[string]kernel{
		`{kernel_size: 3}`: {Size: []int{3, 3}},
		`{kernel_size: [3, 5], strides: [1, 2], length: 4}`: {Size: []int{3, 5}, Strides: pair, Length: []int{4}},
		`{kernel_size: 1, strides: null, length: [4]}`:      {Size: []int{1, 1}, Length: []int{4}},
		`{kernel_size: 1, padding: 2, cut: 3}`:              {Size: []int{1, 1}, Padding: [][2]int{{2, 2}, {2, 2}}, Cut: [][2]int{{3, 3}}},
		`{kernel_size: 1, padding: [0, 2], cut: [3, 4]}`:    {Size: []int{1, 1}, Padding: [][2]int{{0, 0}, {2, 2}}, Cut: [][2]int{{3, 4}}},
		`{kernel_size: 1, padding: [[0, 1], [2, 3]]}`:       {Size: []int{1, 1}, Padding: [][2]int{{0, 1}, {2, 3}}},
		`{kernel_size: 1, padding: [[0, 1], 2]}`:            {Size: []int{1, 1}, Padding: [][2]int{{0, 1}, {2, 2}}},
		`{kernel_size: 1, cut: [[3, 4]]}`:                   {Size: []int{1, 1}, Cut: [][2]int{{3, 4}}},
		`[3, 5]`:                                            {Size: []int{3, 5}},
	} {
		var got kernel
		if errs := Decode(parseArgs(t, args), &got); len(errs) > 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", args, got, errs, want)
		}
	}
}

// TestDecodeSizedErrors keeps the messages, to the letter.
func TestDecodeSizedErrors(t *testing.T) {
	var b strings.Builder
	for _, args := range []string{
		`{}`, `{kernel_size: [3]}`, `{kernel_size: [3, 3, 3]}`, `{kernel_size: 0}`, `{kernel_size: [3, 0]}`, `{kernel_size: three}`, `{kernel_size: "3x3"}`, `{kernel_size: {a: 1}}`, `{kernel_size: 1.5}`,
		`{kernel_size: []}`, `{kernel_size: [[3, 3]]}`, `{kernel_size: 1, length: [1, 2]}`, `{kernel_size: 1, strides: [1, 2, 3]}`,
		`{kernel_size: 1, padding: -1}`, `{kernel_size: 1, padding: same}`, `{kernel_size: 1, padding: [1, 2, 3]}`, `{kernel_size: 1, padding: [[1, 2, 3], 1]}`, `{kernel_size: 1, padding: [1.5, 1]}`, `{kernel_size: 1, padding: [[0, -1], [1, 1]]}`, `{kernel_size: 1, padding: 0.5}`,
		`{kernel_size: 1, cut: [1, 2, 3]}`, `{kernel_size: 1, cut: []}`,
	} {
		var into kernel
		b.WriteString(args + "\n")
		for _, e := range Decode(parseArgs(t, args), &into) {
			b.WriteString("    " + e.Error() + "\n")
		}
	}
	golden.File(t, "testdata/decode_size.txt", b.String())
}

// TestSizedDocs checks what the schema says of such lists.
func TestSizedDocs(t *testing.T) {
	docs := DocOf(kernel{Size: []int{1, 1}, Padding: [][2]int{{1, 1}, {1, 1}}})
	if d := docs[0]; d.Type != "ints" || d.Size != 2 || !d.Required {
		t.Errorf("%+v", d)
	}
	if d := docs[1]; d.Type != "ints" || !d.Nullable || d.Default != nil {
		t.Errorf("%+v", d)
	}
	if d := docs[3]; d.Type != "pairs" || d.Size != 2 || !reflect.DeepEqual(d.Default, []any{[]any{int64(1), int64(1)}, []any{int64(1), int64(1)}}) {
		t.Errorf("%+v", d)
	}
}
