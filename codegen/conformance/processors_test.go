package conformance

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen/conformance/harness"
	"github.com/nngen-go/nngen/codegen/internal/crosscompile"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/runtime/nn"
)

// fusedOn matches the instructions that add a product without rounding it, in
// listings of the compiler.
var fusedOn = map[string]*regexp.Regexp{
	"GOOS=linux GOARCH=arm64":            regexp.MustCompile(`.*\sFN?M(ADD|SUB)[SD]\s.*`),
	"GOOS=linux GOARCH=amd64 GOAMD64=v3": regexp.MustCompile(`.*\sVFN?M(ADD|SUB)\d+[SP][SD]\s.*`),
}

var run = flag.Bool("processors", false, "run what is compiled for other processors, too")

// TestSameBitsOnEveryProcessor holds random networks with their Go bodies to the
// same bits on every processor: nothing in the compiler's listings for an amd64
// with fused instructions, and for arm64, adds a product without rounding it.
// With -processors the networks are trained there as well, on arm64 where there
// is an emulator: predictions, gradients and what two steps of training leave
// are those of the oldest amd64. This builds the standard library for each.
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
	for processor, fused := range fusedOn {
		out, err := crosscompile.Listing(dir, []string{"GOWORK=off", "GOFLAGS="}, strings.Fields(processor), paths...)
		if err != nil || !regexp.MustCompile(`\sV?F?MULS[SD]?\s`).Match(out) {
			t.Fatalf("no listing for %s: %v\n%s", processor, err, head(out))
		}
		if found := fused.FindAll(out, 10); len(found) > 0 {
			t.Errorf("%s: products are added without being rounded:\n%s", processor, bytes.Join(found, []byte("\n")))
		}
	}
	if !*run {
		return
	}
	if runtime.GOARCH == "amd64" && nn.CPU() >= nn.AVX2 { // v3 is AVX2 with FMA
		t.Setenv("GOAMD64", "v3")
		link(t, dir, names)
		compare("GOAMD64=v3")
	}
	t.Setenv("GOARCH", "arm64")
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
