package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
	. "github.com/nngen-go/nngen/runtime/safetensors"
	"github.com/nngen-go/nngen/runtime/weights"
)

var (
	segments = []nn.Segment{{Name: "a", Shape: []int{2, 2}}, {Name: "b", Shape: []int{3}, Offset: 4}, {Name: "c", Offset: 7}}
	tensors  = []Tensor{{"a", []int{2, 2}, 0}, {"b", []int{3}, 4}, {"c", nil, 7}}
	params   = []float32{1, -2, 3.5, 4, 5, 6, 7, 8}
)

// written is a file as package weights writes it.
func written(t testing.TB, meta map[string]string, params []float32) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := weights.Write(&b, meta, segments, params); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// assemble puts the length before a header and data after it.
func assemble(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func TestReadBlock(t *testing.T) {
	file := written(t, map[string]string{weights.KeyModelID: "3fa9", "x": "y"}, params)
	for _, r := range []io.Reader{bytes.NewReader(file), io.MultiReader(bytes.NewReader(file[:99]), bytes.NewReader(file[99:]))} {
		block := make([]float32, len(params))
		meta, err := ReadBlock(r, "3fa9", tensors, block)
		if err != nil || meta["x"] != "y" || !slices.Equal(block, params) {
			t.Errorf("%v %v %v", block, meta, err)
		}
	}
	_, err := ReadBlock(bytes.NewReader(file), "other", tensors, make([]float32, len(params)))
	if err == nil || err.Error() != `these are the weights of another model: model_id "3fa9" (""), this package has "other"` {
		t.Errorf("another model: %v", err)
	}
	// Files from elsewhere say nothing of a model, and have an order of their own.
	foreign := assemble(`{"c":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]},"b":{"dtype":"F32","shape":[3],"data_offsets":[20,32]}}  `, make([]byte, 32)...)
	binary.LittleEndian.PutUint32(foreign[len(foreign)-32:], math.Float32bits(9))
	block := make([]float32, len(params))
	if _, err := ReadBlock(bytes.NewReader(foreign), "3fa9", tensors, block); err != nil || block[7] != 9 {
		t.Errorf("a file from elsewhere: %v %v", block, err)
	}
}

// Every way to cut a file short is an error, and so is any flipped bit in its data.
func TestTruncatedAndDamaged(t *testing.T) {
	file := written(t, nil, params)
	block := make([]float32, len(params))
	for n := range file {
		_, err := ReadBlock(bytes.NewReader(file[:n]), "", tensors, block)
		if err == nil || !strings.HasPrefix(err.Error(), "truncated: ") {
			t.Fatalf("the first %d of %d bytes: %v", n, len(file), err)
		}
		broken := io.MultiReader(bytes.NewReader(file[:n]), brokenPipe{})
		if _, err := ReadBlock(broken, "", tensors, block); err != io.ErrClosedPipe {
			t.Fatalf("no more than %d bytes to be read: %v", n, err)
		}
	}
	for i := 8 + int(binary.LittleEndian.Uint64(file)); i < len(file); i++ {
		damaged := bytes.Clone(file)
		damaged[i] ^= 4
		if _, err := ReadBlock(bytes.NewReader(damaged), "", tensors, block); err == nil || !strings.HasPrefix(err.Error(), "damaged") {
			t.Errorf("byte %d flipped: %v", i, err)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestHostile(t *testing.T) {
	const (
		a = `"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}`
		b = `"b":{"dtype":"F32","shape":[3],"data_offsets":[16,28]}`
		c = `"c":{"dtype":"F32","shape":[],"data_offsets":[28,32]}`
	)
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"some other file": {[]byte("PK\x03\x04 a zip file"), "not a safetensors file: a header of 8800140462016121680 bytes (at most 100000000)"},
		"Git LFS":         {[]byte("version https://git-lfs.github.com/spec/v1\n"), "this is a Git LFS pointer in place of the weights: git lfs pull fetches them"},
		"not JSON":        {assemble("hello"), "not a safetensors file: invalid character 'h'"},
		"an array":        {assemble(`["a"]`), "not a safetensors file: json: cannot unmarshal array"},
		"more JSON":       {assemble("{}{}"), "not a safetensors file: invalid character '{' after top-level value"},
		"deep":            {assemble(strings.Repeat(`{"a":`, 20000)), "not a safetensors file: "},
		"metadata":        {assemble(`{"__metadata__":{"a":1}}`), "metadata: json: cannot unmarshal number"},
		"missing":         {assemble("{" + a + "," + b + "}"), `tensor "c" [] is not in the file`},
		"more":            {assemble("{" + a + "," + b + "," + c + `,"d":{}}`), "1 tensors of the file are not in the model"},
		"of nothing":      {assemble(`{"a":3,` + b + "," + c + "}"), `tensor "a": json: cannot unmarshal number`},
		"negative offset": {assemble(`{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[-16,0]},` + b + "," + c + "}"), `tensor "a" lies at bytes [-16 0], expected from 0 on`},
		"huge offset":     {assemble(`{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,18446744073709551616]},` + b + "," + c + "}"), `tensor "a": json: cannot unmarshal number 18446744073709551616`},
		"dtype":           {assemble(`{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},` + b + "," + c + "}"), `tensor "a" is "BF16" [2 2] in the file, F32 [2 2] in the model`},
		"shape":           {assemble(`{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},` + b + "," + c + "}"), `tensor "a" is "F32" [4] in the file, F32 [2 2] in the model`},
		"transposed":      {assemble(`{` + a + `,"b":{"dtype":"F32","shape":[1,3],"data_offsets":[16,28]},` + c + "}"), `tensor "b" is "F32" [1 3] in the file, F32 [3] in the model`},
		"overlap":         {assemble(`{` + a + `,"b":{"dtype":"F32","shape":[3],"data_offsets":[12,24]},` + c + "}"), `tensor "b" lies at bytes [12 24], expected from 16 on`},
		"the same bytes":  {assemble(`{` + a + `,"b":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},` + c + "}"), `tensor "a" lies at bytes [0 16], expected from 12 on`},
		"hole":            {assemble(`{` + a + `,` + b + `,"c":{"dtype":"F32","shape":[],"data_offsets":[32,36]}}`), `tensor "c" lies at bytes [32 36], expected from 28 on`},
		"wrong size":      {assemble(`{` + a + `,"b":{"dtype":"F32","shape":[3],"data_offsets":[16,32]},` + c + "}"), `tensor "b" lies at bytes [16 32], expected from 16 on`},
		"short":           {assemble(`{`+a+`,`+b+`,`+c+`}`, make([]byte, 20)...), `truncated: the file ends within tensor "b"`},
		"long":            {assemble(`{`+a+`,`+b+`,`+c+`}`, make([]byte, 33)...), "the file goes on after its last tensor"},
	} {
		_, err := ReadBlock(bytes.NewReader(test.file), "", tensors, make([]float32, len(params)))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant %s", name, err, test.want)
		}
	}
	// What differs is said in one error.
	_, err := ReadBlock(bytes.NewReader(assemble(`{"__metadata__":{"model_id":"1","model":"xor"},"d":{}}`)), "2", tensors, nil)
	want := `these are the weights of another model: model_id "1" ("xor"), this package has "2"
tensor "a" [2 2] is not in the file
tensor "b" [3] is not in the file
tensor "c" [] is not in the file
1 tensors of the file are not in the model`
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// The length of a header is only a claim.
func TestClaimAllocatesNothing(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadBlock(bytes.NewReader(append(binary.LittleEndian.AppendUint64(nil, MaxHeader), "{}"...)), "", tensors, nil); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

func TestCheckFinite(t *testing.T) {
	if err := CheckFinite(tensors, params); err != nil {
		t.Error(err)
	}
	for i, want := range map[int]string{0: `tensor "a" is NaN at element 0: `, 5: `tensor "b" is +Inf at element 1: `, 7: `tensor "c" is -Inf at element 0: `} {
		bad := slices.Clone(params)
		bad[i] = float32(map[int]float64{0: math.NaN(), 5: math.Inf(1), 7: math.Inf(-1)}[i])
		if err := CheckFinite(tensors, bad); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("element %d: %v, want %s", i, err, want)
		}
	}
}

func FuzzReadBlock(f *testing.F) {
	f.Add(written(f, map[string]string{weights.KeyModelID: "3fa9"}, params))
	f.Add(assemble(`{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}`, make([]byte, 16)...))
	f.Fuzz(func(t *testing.T, file []byte) {
		block := make([]float32, len(params))
		if _, err := ReadBlock(bytes.NewReader(file), "3fa9", tensors, block); err != nil {
			return
		}
		// What is taken here, package weights takes for this model, too.
		same := make([]float32, len(params))
		if read, err := weights.Read(bytes.NewReader(file)); err == nil {
			if err := read.Copy(segments, same); err != nil {
				t.Errorf("%v", err)
			}
			for i := range same {
				if math.Float32bits(same[i]) != math.Float32bits(block[i]) {
					t.Errorf("element %d is %v, %v for package weights", i, block[i], same[i])
				}
			}
		}
	})
}
