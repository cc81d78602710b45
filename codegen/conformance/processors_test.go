package conformance

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"runtime"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/runtime/nn"
)

// fusedOnARM matches the instructions of arm64 that add a product without
// rounding it, in a listing of the compiler.
var fusedOnARM = regexp.MustCompile(`.*\sFN?M(ADD|SUB)[SD]\s.*`)

// TestSameBitsOnEveryProcessor trains random networks with their Go bodies,
// compiled for the oldest amd64 and for one with fused instructions, and where
// there is an emulator for arm64: predictions, gradients and what two steps of
// training leave are the same to the last bit. The compiler's listing for arm64
// says so where nothing runs it.
func TestSameBitsOnEveryProcessor(t *testing.T) {
	dir := t.TempDir()
	var names, paths []string
	var cases []harness.Case
	for seed := range uint64(12) {
		src, err := randomModel(1000 + seed)
		if err != nil {
			t.Fatal(err)
		}
		net, err := compileJSON(fmt.Sprintf("m%02d", seed), src)
		if err != nil {
			t.Fatalf("%s\n%v", src, err)
		}
		if err := net.emit(dir, pass.Options{}); err != nil {
			t.Fatalf("%s\n%v", src, err)
		}
		names, paths, cases = append(names, net.name), append(paths, "./"+net.name), append(cases, net.randomCase(seed))
	}
	t.Setenv("GOAMD64", "v1")
	link(t, dir, names)
	want := drive(t, dir, cases, nn.Go)
	for _, r := range want {
		if r.Error != "" {
			t.Errorf("%s: %s", r.Model, r.Error)
		}
	}
	compare := func(processor string) {
		for i, got := range drive(t, dir, cases, nn.Go) {
			if !reflect.DeepEqual(got, want[i]) {
				t.Errorf("%s: %s computes other bits", processor, got.Model)
			}
		}
	}
	if runtime.GOARCH == "amd64" && nn.CPU() >= nn.AVX2 { // v3 is AVX2 with FMA
		t.Setenv("GOAMD64", "v3")
		link(t, dir, names)
		compare("GOAMD64=v3")
	}
	t.Setenv("GOARCH", "arm64")
	list := exec.Command("go", append([]string{"build", "-gcflags=-S"}, paths...)...)
	list.Dir = dir
	list.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
	out, err := list.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("FMULS")) {
		t.Fatalf("no listing for arm64: %v\n%s", err, head(out))
	}
	if found := fusedOnARM.FindAll(out, 10); len(found) > 0 {
		t.Errorf("products are added without being rounded:\n%s", bytes.Join(found, []byte("\n")))
	}
	emulator, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Log("arm64 is not run: there is no qemu-aarch64")
		return
	}
	link(t, dir, names)
	emulate(t, dir, emulator)
	compare("arm64")
}

// emulate puts a script that runs it in an emulator in the place of the binary.
func emulate(t *testing.T, dir, emulator string) {
	t.Helper()
	if err := os.Rename(dir+"/scratch.exe", dir+"/scratch.arm64"); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nexec %s %s/scratch.arm64\n", emulator, dir)
	if err := os.WriteFile(dir+"/scratch.exe", []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}
