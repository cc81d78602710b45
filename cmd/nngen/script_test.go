package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nngen-go/nngen/cmd/nngen/internal/scratch"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/weights"
)

var update = flag.Bool("update", false, "rewrite the expected files in the scripts")

func TestMain(m *testing.M) {
	if folder := os.Getenv("NNGEN_TEST_DEAF"); folder != "" {
		deaf(folder)
	}
	// Garbage lies longer here, and in nngen and the compilers that tests start as long as
	// there is memory, which is a quarter of their time.
	if os.Getenv("GOGC") == "" {
		os.Setenv("GOGC", "off")
		os.Setenv("GOMEMLIMIT", "1GiB")
		debug.SetGCPercent(400)
	}
	if os.Getenv(scratch.CacheVariable) == "" { // a script has one
		os.Setenv(scratch.CacheVariable, programCache())
	}
	testscript.Main(m, map[string]func(){"nngen": main})
}

// programCache is the folder that tests keep programs in: not that of the user, whose
// programs would have to make room.
func programCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "nngen-test")
}

// TestScripts runs the command as a user does. Scripts find the repository in
// $REPO and its models in $MODELS; nothing is fetched.
func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	command, err := exec.LookPath("nngen") // where testscript.Main has put it
	if err != nil {
		t.Fatal(err)
	}
	goEnv := goVariables(t, "GOCACHE", "GOMODCACHE", "GOPATH")
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, goEnv...)
			for _, name := range []string{scratch.CacheVariable, "GOGC", "GOMEMLIMIT"} {
				e.Vars = append(e.Vars, name+"="+os.Getenv(name))
			}
			e.Vars = append(e.Vars, "NNGEN="+command, "REPO="+repo, "MODELS="+filepath.Join(repo, "testdata", "models"), "GOPROXY=off", "GOTOOLCHAIN=local", "GOFLAGS=")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" { // to whom nothing is closed
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"truncate": truncate,
			"list":     list,
			"npy":      npy,
			"npz":      npz,
			"png":      grayPNG,
			"png16":    deepPNG,
			"replace":  replace,
			"tensors":  tensors,
			"unescape": unescape,
			"utf16":    toUTF16,
		},
	})
}

func goVariables(t *testing.T, names ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	vars := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, name := range names {
		vars[i] = name + "=" + strings.TrimSpace(vars[i])
	}
	return vars
}

// exits runs a program and holds it to an exit code: exits 2 nngen frobnicate.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// truncate cuts a file to a number of bytes: truncate file 100.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate file bytes")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// list compares the names in a folder with the arguments: list dir a.go b.go.
func list(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: list folder [names...]")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if g, w := strings.Join(got, " "), strings.Join(args[1:], " "); g != w {
		ts.Fatalf("%s holds\n%s\nwant\n%s", args[0], g, w)
	}
}

// npy writes an array of NumPy: npy file 2,3 1,2,3,4,5,6.
func npy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: npy file shape values")
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }", args[1])
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	b = append(b, header...)
	for _, v := range floats(ts, args[2]) {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// npz puts arrays into an archive of NumPy: npz file x.npy y.npy.
func npz(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: npz file arrays...")
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range args[1:] {
		w, err := z.Create(name)
		ts.Check(err)
		_, err = w.Write([]byte(ts.ReadFile(name)))
		ts.Check(err)
	}
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}

// grayPNG writes a PNG image of one gray: png file width,height value.
func grayPNG(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: png file width,height value")
	}
	size, gray := floats(ts, args[1]), floats(ts, args[2])
	img := image.NewGray(image.Rect(0, 0, int(size[0]), int(size[1])))
	for i := range img.Pix {
		img.Pix[i] = uint8(gray[0])
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	ts.Check(err)
	ts.Check(errors.Join(png.Encode(f, img), f.Close()))
}

// tensors writes weights of no particular model: tensors file a/kernel 2,1 3,4.
func tensors(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args)%3 != 1 {
		ts.Fatalf("usage: tensors file [name shape values...]")
	}
	var segs []nn.Segment
	var params []float32
	for i := 1; i < len(args); i += 3 {
		s := nn.Segment{Name: args[i], Offset: len(params)}
		for _, d := range floats(ts, args[i+1]) {
			s.Shape = append(s.Shape, int(d))
		}
		params = append(params, floats(ts, args[i+2])...)
		segs = append(segs, s)
	}
	ts.Check(weights.Save(ts.MkAbs(args[0]), nil, segs, params))
}

func floats(ts *testscript.TestScript, text string) []float32 {
	var list []float32
	for word := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(word, 32)
		ts.Check(err)
		list = append(list, float32(v))
	}
	return list
}
