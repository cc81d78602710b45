package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nngen-go/nngen/runtime/nn"
)

var segments = []nn.Segment{
	{Name: "hidden/kernel", Shape: []int{2, 3}, Offset: 0},
	{Name: "hidden/bias", Shape: []int{3}, Offset: 6},
	{Name: "norm/count", Shape: nil, Offset: 9, Flags: nn.State},
	{Name: "empty", Shape: []int{0, 4}, Offset: 10},
	{Name: `odd "name" <ü>`, Shape: []int{1}, Offset: 10, Flags: nn.Frozen},
}

func block() []float32 {
	return []float32{1, -2, 3.5, 0, float32(math.Inf(1)), math.SmallestNonzeroFloat32, 7, 8, 9, 10, 11}
}

func encode(t testing.TB, meta map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := Write(&b, meta, segments, block())
	if err != nil {
		t.Fatal(err)
	}
	if n != int64(b.Len()) {
		t.Errorf("Write returned %d, wrote %d", n, b.Len())
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	text := encode(t, map[string]string{KeyModelID: "3fa9", KeyModel: "churn"})
	if again := encode(t, map[string]string{KeyModel: "churn", KeyModelID: "3fa9"}); !bytes.Equal(text, again) {
		t.Error("two writes differ")
	}
	f, err := Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if f.Meta[KeyModelID] != "3fa9" || f.Meta[KeyModel] != "churn" || f.Meta[KeyFormat] != "nngen.weights.1" || len(f.Meta[KeyDigest]) != 64 {
		t.Errorf("metadata %v", f.Meta)
	}
	if len(f.Tensors) != len(segments) || f.Tensor("hidden/bias").DType != "F32" || f.Tensor("no such") != nil {
		t.Errorf("tensors %v", f.Tensors)
	}
	got := make([]float32, len(block()))
	if err := f.Copy(segments, got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, block()) {
		t.Errorf("read back %v", got)
	}
	if header := binary.LittleEndian.Uint64(text); header%8 != 0 {
		t.Errorf("the data section starts at %d, not at a multiple of 8", 8+header)
	}
}

// A file as the reference implementation lays it out: safetensors 0.5 sorts
// by dtype and name, writes no metadata and pads the header with spaces.
func TestForeignFile(t *testing.T) {
	header := `{"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"a":{"dtype":"BF16","shape":[2,1],"data_offsets":[16,20]},"c":{"dtype":"F16","shape":[5],"data_offsets":[20,30]},"ids":{"dtype":"I64","shape":[1],"data_offsets":[30,38]}}  `
	var b []byte
	b = binary.LittleEndian.AppendUint64(b, uint64(len(header)))
	b = append(b, header...)
	for _, v := range []float64{math.Pi, -1e300} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	for _, h := range []uint16{0x3fc0, 0xc000, 0x3c00, 0xfbff, 0x0001, 0x7c00, 0x8000} {
		b = binary.LittleEndian.AppendUint16(b, h)
	}
	b = binary.LittleEndian.AppendUint64(b, 5)
	f, err := Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float32{
		"a":   {1.5, -2},
		"b":   {math.Pi, float32(math.Inf(-1))},
		"c":   {1, -65504, 0x1p-24, float32(math.Inf(1)), float32(math.Copysign(0, -1))},
		"ids": nil,
	} {
		if got := f.Tensor(name).Data; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if v := f.Tensor("c").Data[4]; !math.Signbit(float64(v)) {
		t.Error("half: the sign of zero is lost")
	}
	if !math.IsNaN(float64(half(0x7e00))) || half(0x0000) != 0 || math.Signbit(float64(half(0))) {
		t.Error("half: NaN or zero")
	}
	params := make([]float32, 2)
	err = f.CopyModel("3fa9", []nn.Segment{{Name: "ids", Shape: []int{1}}}, params)
	if err == nil || !strings.Contains(err.Error(), `tensor "ids" has dtype I64 in the file, which does not convert to float32`) {
		t.Errorf("an integer tensor: %v", err)
	}
	r := f.CopyMatching([]nn.Segment{{Name: "a", Shape: []int{2}}, {Name: "b", Shape: []int{2}}, {Name: "x"}}, params)
	if !slices.Equal(r.Matched, []string{"b"}) || !slices.Equal(r.Missing, []string{"x"}) || len(r.Mismatched) != 1 || params[0] != math.Pi {
		t.Errorf("CopyMatching: %v, params %v", r, params)
	}
}

func TestCopyListsEveryDifference(t *testing.T) {
	f, err := Read(bytes.NewReader(encode(t, map[string]string{KeyModelID: "3fa9", KeyModel: "churn"})))
	if err != nil {
		t.Fatal(err)
	}
	f.Name = "old.safetensors"
	other := []nn.Segment{
		{Name: "hidden/kernel", Shape: []int{2, 4}},
		{Name: "hidden/bias", Shape: []int{3}, Offset: 8},
		{Name: "head/kernel", Shape: []int{3}, Offset: 11},
	}
	params := make([]float32, 14)
	differences := `	tensor "hidden/kernel" is (2, 3) in the file, (2, 4) in the model
	tensor "head/kernel" (3,) is not in the file
	tensor "norm/count" () is not in the model
	tensor "empty" (0, 4) is not in the model
	tensor "odd \"name\" <ü>" (1,) is not in the model`
	want := "old.safetensors: the weights do not fit the model:\n" + differences
	if err := f.Copy(other, params); err == nil || err.Error() != want {
		t.Errorf("Copy: %v\nwant %s", err, want)
	}
	want = `old.safetensors: these are the weights of another model: model_id "3fa9" ("churn"), this program has "77aa":` + "\n" + differences
	if err := f.CopyModel("77aa", other, params); err == nil || err.Error() != want {
		t.Errorf("CopyModel: %v\nwant %s", err, want)
	}
	for i, v := range params {
		if v != 0 {
			t.Fatalf("parameter %d was changed to %v", i, v)
		}
	}
	want = `old.safetensors: these are the weights of another model: model_id "3fa9" ("churn"), this program has "77aa"; every tensor has the same name and shape, so the difference lies in the layers' settings, the preprocessing or the classes`
	if err := f.CopyModel("77aa", segments, make([]float32, 11)); err == nil || err.Error() != want {
		t.Errorf("CopyModel, same shapes: %v", err)
	}
	if err := f.CopyModel("3fa9", segments, make([]float32, 11)); err != nil {
		t.Errorf("CopyModel, same model: %v", err)
	}
	var many []nn.Segment
	for i := range 30 {
		many = append(many, nn.Segment{Name: fmt.Sprint("layer_", i)})
	}
	if err := f.Copy(many, params); err == nil || strings.Count(err.Error(), "\n") != 11 || !strings.HasSuffix(err.Error(), "and 25 more differences") {
		t.Errorf("many differences: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		segs []nn.Segment
		want string
	}{
		{[]nn.Segment{{Name: "a", Shape: []int{12}}}, `weights: tensor "a" lies outside the 11 parameters`},
		{[]nn.Segment{{Name: "a", Offset: -1}}, `weights: tensor "a" lies outside the 11 parameters`},
		{[]nn.Segment{{Name: "a"}, {Name: "a", Offset: 1}}, `weights: tensor name "a" is taken`},
		{[]nn.Segment{{Name: "__metadata__"}}, `weights: tensor name "__metadata__" is taken`},
	} {
		if _, err := Write(io.Discard, nil, c.segs, block()); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	full := errors.New("disk full")
	if _, err := Write(failing{full}, nil, segments, block()); !errors.Is(err, full) {
		t.Errorf("a failing writer: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestSaveAndOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	for range 2 { // the second time over the first file
		if err := Save(path, map[string]string{KeyModelID: "1"}, segments, block()); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != path || f.Tensor("norm/count").Data[0] != 10 {
		t.Errorf("%+v", f)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{"w/m.safetensors": {Data: text}}
	if f, err = OpenFS(fsys, "w/m.safetensors"); err != nil || f.Name != "w/m.safetensors" {
		t.Errorf("OpenFS: %v", err)
	}
	if _, err := OpenFS(fsys, "none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenFS of no file: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open of no file: %v", err)
	}
}

// Whatever fails, the old file stays and no temporary file is left.
func TestSaveKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Save(path, nil, []nn.Segment{{Name: "a", Shape: []int{99}}}, block()); err == nil {
		t.Error("segments beyond the block were saved")
	}
	check := func(want ...string) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if !slices.Equal(names, want) {
			t.Errorf("the folder holds %v, want %v", names, want)
		}
	}
	check("m.safetensors")
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("the old file is %q, %v", text, err)
	}
	// A folder in the way: the rename fails.
	if err := os.MkdirAll(filepath.Join(dir, "folder", "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Save(filepath.Join(dir, "folder"), nil, segments, block()); err == nil {
		t.Error("a folder was replaced")
	}
	check("folder", "m.safetensors")
	if err := Save(filepath.Join(dir, "no such folder", "m"), nil, segments, block()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	// Through a link the file that it points at is replaced.
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := Save(link, nil, segments, block()); err != nil {
		t.Fatal(err)
	}
	check("folder", "link", "m.safetensors")
	if _, err := Open(path); err != nil {
		t.Errorf("the target of the link: %v", err)
	}
}
