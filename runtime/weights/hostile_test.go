package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/safetensors"
)

// assemble puts the length before a header and data after it.
func assemble(header string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func TestBrokenFiles(t *testing.T) {
	one := `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`
	for _, c := range []struct {
		name string
		text []byte
		want string
	}{
		{"empty", nil, "truncated: the file ends within its first 8 bytes"},
		{"short length", []byte{1, 2, 3}, "truncated: the file ends within its first 8 bytes"},
		{"some other file", []byte("PK\x03\x04 a zip file"), "not a safetensors file: a header of 8800140462016121680 bytes (at most 100000000)"},
		{"Git LFS", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 9\n"), "this is a Git LFS pointer in place of the weights: git lfs pull fetches them"},
		{"short header", assemble(one)[:30], "truncated: the header ends after 22 of 54 bytes"},
		{"not JSON", assemble("hello"), "the header is not a JSON object"},
		{"an array", assemble(`["a"]`), "the header is not a JSON object"},
		{"cut JSON", assemble(one[:len(one)-1], 1, 2, 3, 4), "the header's JSON is cut short"},
		{"more JSON", assemble(one+"{}", 1, 2, 3, 4), "the header goes on after its JSON object"},
		{"twice", assemble(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`), `the header names "a" twice`},
		{"metadata of numbers", assemble(`{"__metadata__":{"a":1}}`), "the header's metadata: a number in the wrong place"},
		{"tensor of nothing", assemble(`{"a":3}`), `tensor "a": a number in the wrong place`},
		{"no shape", assemble(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`), `tensor "a": no shape`},
		{"dtype", assemble(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`), `tensor "a": unknown dtype "F31"`},
		{"negative", assemble(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`), `tensor "a": negative size in shape (-1,)`},
		{"fraction", assemble(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`), `tensor "a": a number 1.5 in the wrong place`},
		{"overflow", assemble(`{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,0]}}`), `tensor "a": shape (4294967296, 4294967296, 2) has more elements than memory can hold`},
		{"backwards", assemble(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`), `tensor "a": data_offsets [4, 0] do not fit shape (1,) of F32, which takes 4 bytes`},
		{"wrong size", assemble(`{"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,4]}}`), `tensor "a": data_offsets [0, 4] do not fit shape (2, 2) of F16, which takes 8 bytes`},
		{"hole", assemble(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`), `tensor "a" starts at byte 4 of the data, the one before ends at 0`},
		{"overlap", assemble(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`), `tensor "b" starts at byte 4 of the data, the one before ends at 8`},
		{"short data", assemble(one, 1, 2, 3), `tensor "a": truncated: the file ends within the last 4 of its 4 bytes`},
		{"long data", assemble(one, 1, 2, 3, 4, 5), "the file goes on after its last tensor"},
		{"newer", assemble(`{"__metadata__":{"format":"nngen.weights.2"}}`), "format 2 is newer than this program, which reads up to 1: rebuild it with a newer runtime"},
		{"no number", assemble(`{"__metadata__":{"format":"nngen.weights.x"}}`), `format "nngen.weights.x" is not nngen.weights.1 to nngen.weights.1`},
		{"huge claim", assemble(`{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}`, 1, 2, 3, 4), `tensor "a": truncated: the file ends within the last 4000000000000 of its 4000000000000 bytes`},
		{"many axes", assemble(`{"a":{"dtype":"F32","shape":[` + strings.Repeat("1,", 5000) + `-1],"data_offsets":[0,4]}}`), `tensor "a": negative size in shape (1, 1, 1, 1, 1, 1, 1, 1, ...)`},
		{"deep", assemble(strings.Repeat(`{"a":`, 20000)), `tensor "a": the header is not JSON: `},
		{"long name", assemble(`{"` + strings.Repeat("x", 1000) + `":3}`), `tensor "` + strings.Repeat("x", 80) + `": a number in the wrong place`},
	} {
		f, err := Read(bytes.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), "weights: "+c.want) || len(err.Error()) > len(c.want)+60 {
			t.Errorf("%s: %v (file %v)\nwant weights: %s", c.name, err, f, c.want)
		}
	}
}

// Every way to cut a good file short is an error, and so is any flipped bit in
// its data.
func TestTruncatedAndDamaged(t *testing.T) {
	text := encode(t, map[string]string{KeyModelID: "3fa9"})
	for n := range text {
		if _, err := Read(bytes.NewReader(text[:n])); err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(text))
		}
	}
	start := 8 + int(binary.LittleEndian.Uint64(text))
	for i := start; i < len(text); i++ {
		damaged := bytes.Clone(text)
		damaged[i] ^= 4
		if _, err := Read(bytes.NewReader(damaged)); err == nil || err.Error() != "weights: damaged: the data does not match the digest in the header" {
			t.Errorf("byte %d flipped: %v", i, err)
		}
	}
	// Foreign files may use the key for a digest of their own.
	foreign := assemble(`{"__metadata__":{"digest":"abc","format":"pt"}}`)
	if _, err := Read(bytes.NewReader(foreign)); err != nil {
		t.Errorf("a foreign digest: %v", err)
	}
}

// A header that claims terabytes makes the reader allocate next to nothing.
func TestClaimsAllocateNothing(t *testing.T) {
	for _, text := range [][]byte{
		assemble(`{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}`, make([]byte, 100)...),
		append(binary.LittleEndian.AppendUint64(nil, safetensors.MaxHeader), "{}"...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Read(bytes.NewReader(text)); err == nil {
			t.Error("no error")
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%d bytes allocated", n)
		}
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A file is held to its header before anything is allocated for it: a header that
// announces more than the file has is refused, and a file that has more than the
// model, holes in place of 64 MB, is read past.
func TestHugeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.safetensors")
	const size = 64 << 20
	text := assemble(fmt.Sprintf(`{"dense/kernel":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]},"besides":{"dtype":"U8","shape":[%d],"data_offsets":[%d,%d]}}`, size/8, size/2, size/2, size/2, size))
	for _, missing := range []int64{0, 1, size - 8, size} {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, int64(len(text))+size-missing); err != nil {
			t.Fatal(err)
		}
		n := allocated(func() {
			f, err := Open(path, Only(segments))
			if missing == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if err = f.Copy(segments, make([]float32, len(block()))); err == nil || !strings.Contains(err.Error(), "the weights do not fit the model") {
					t.Errorf("error %v", err)
				}
				return
			}
			want := fmt.Sprintf("%s: truncated: the header announces %d bytes of data, the file has %d", path, size, size-missing)
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
			if _, err := OpenFS(os.DirFS(filepath.Dir(path)), filepath.Base(path)); err == nil || !strings.HasSuffix(err.Error(), want[len(filepath.Dir(path))+1:]) {
				t.Errorf("%v, want %s", err, want)
			}
		})
		if n > 1<<20 {
			t.Errorf("%d bytes missing: %d bytes allocated", missing, n)
		}
	}
}

func TestReaderThatFails(t *testing.T) {
	text := encode(t, nil)
	for _, n := range []int{0, 4, 20, len(text) - 3} {
		r := io.MultiReader(bytes.NewReader(text[:n]), badReader{})
		if _, err := Read(r); err == nil || !strings.Contains(err.Error(), io.ErrClosedPipe.Error()) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func FuzzRead(f *testing.F) {
	f.Add(encode(f, map[string]string{KeyModelID: "3fa9"}))
	f.Add(assemble(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4))
	f.Add(assemble(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[],"data_offsets":[4,5]}}`, 1, 2, 3, 4, 5))
	f.Add(assemble(`{"__metadata__":{"format":"nngen.weights.1"}}`))
	f.Add(assemble(`{"a":{"dtype":"F64","shape":[99999999,99999999],"data_offsets":[0,4]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		// What was accepted is consistent.
		for _, tensor := range file.Tensors {
			n := 1
			for _, d := range tensor.Shape {
				n *= d
			}
			if decoders[tensor.DType] != nil && len(tensor.Data) != n {
				t.Errorf("tensor %q of shape %v has %d values", tensor.Name, tensor.Shape, len(tensor.Data))
			}
		}
		// Read for a model, a file has what fits it and nothing else.
		part, err := Read(bytes.NewReader(text), Only(segments))
		if err != nil {
			t.Fatalf("read in part: %v", err)
		}
		for i, tensor := range part.Tensors {
			at := slices.IndexFunc(segments, func(s nn.Segment) bool { return s.Name == tensor.Name && slices.Equal(s.Shape, tensor.Shape) })
			if at < 0 && (tensor.Data != nil || tensor.Bytes != nil) || at >= 0 && len(tensor.Data) != len(file.Tensors[i].Data) {
				t.Errorf("tensor %q of shape %v has %d values", tensor.Name, tensor.Shape, len(tensor.Data))
			}
		}
		params := make([]float32, len(block()))
		_ = file.Copy(segments, params) // whether it fits does not matter, only that it returns
		file.CopyMatching(segments, params)
	})
}
